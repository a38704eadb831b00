"""A holder's space: the addresses that open it, and two that become one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db.models import ForeignObjectRel
from django.test import Client

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.emails import RecipientRefused
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.operations import LinkRefused, MergeRefused, SpaceRefused
from jurande.registers.parties.operations.merging import NOT_MOVED, name_of, relations_moved
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW

NEW = "nouvelle@exemple.fr"


@pytest.fixture
def ines(db: None) -> Person:
    return factories.holder(address="ines@exemple.fr")


def acting(person: Person) -> Actor:
    return queries.actor_for(person)


def asked(person: Person, email: str = NEW) -> str:
    """The token sent to the address that somebody wants to add."""
    operations.ask_address(person=person, email=email, actor=acting(person), now=NOW)
    return factories.token_sent_to(email)


def used(token: str, person: Person, *, joining: bool = False) -> None:
    operations.use_address_link(token=token, person=person, joining=joining, actor=acting(person), now=NOW)


def addresses(person: Person) -> list[str]:
    return [one.email for one in queries.addresses_of(person)]


class TestOpening:
    def test_makes_the_space_once(self, db: None) -> None:
        first = operations.open_space(email="Ines@Exemple.fr", first_name="Inès", last_name="Carvalho", now=NOW)
        second = operations.open_space(email="ines@exemple.fr", first_name="Autre", last_name="Nom", now=NOW)
        assert (first.is_new, second.is_new) == (True, False)
        assert second.person == first.person
        assert second.person.full_name == "Inès Carvalho"

    def test_gives_a_space_to_somebody_who_works_here(self, db: None) -> None:
        member = factories.member(Role.READER, of=factories.certifier())
        opened = operations.open_space(email=member.email, first_name="", last_name="", now=NOW)
        assert opened.person == member
        assert opened.is_new
        assert queries.is_holder(member)


class TestAddress:
    def test_is_added_by_the_link_sent_to_it(self, ines: Person) -> None:
        used(asked(ines), ines)
        assert addresses(ines) == ["ines@exemple.fr", NEW]
        told = Message.objects.of_kind("parties.space_news")
        assert {letter.to_email for letter in told} == {"ines@exemple.fr", NEW}

    def test_is_asked_for_in_the_same_words_whether_it_is_known_or_not(self, ines: Person) -> None:
        other = factories.holder()
        for email in (NEW, other.email):
            asked(ines, email)
        kinds = Message.objects.filter(kind="parties.address_link").count()
        assert kinds == 2

    def test_link_sent_on_gives_nothing_to_who_did_not_ask(self, ines: Person) -> None:
        other = factories.holder()
        token = asked(other, "ines@exemple.fr")
        with pytest.raises(LinkRefused):
            used(token, ines, joining=True)
        assert addresses(other) == [other.email]

    def test_link_serves_once_and_twenty_minutes(self, ines: Person) -> None:
        token = asked(ines)
        assert operations.wanted_address(token, now=NOW + timedelta(minutes=20)) is None
        used(token, ines)
        with pytest.raises(LinkRefused):
            used(token, ines)

    def test_link_lets_nobody_in(self, ines: Person) -> None:
        with pytest.raises(LinkRefused):
            operations.use_magic_link(token=asked(ines), now=NOW)

    def test_asked_again_kills_the_first_link(self, ines: Person) -> None:
        first = asked(ines)
        asked(ines)
        with pytest.raises(LinkRefused):
            used(first, ines)

    def test_is_refused_when_it_is_none_or_theirs_already(self, ines: Person) -> None:
        with pytest.raises(RecipientRefused):
            asked(ines, "ines@")
        with pytest.raises(SpaceRefused):
            asked(ines, "INES@exemple.fr")

    def test_opens_the_space(self, ines: Person) -> None:
        used(asked(ines), ines)
        operations.request_magic_link(email=NEW.upper(), now=NOW)
        link = operations.use_magic_link(token=factories.token_sent_to(NEW), now=NOW)
        assert link.person == ines

    def test_becomes_the_main_one_and_the_former_goes(self, ines: Person) -> None:
        used(asked(ines), ines)
        operations.choose_main_address(person=ines, email=NEW, actor=acting(ines), now=NOW)
        ines.refresh_from_db()
        assert ines.email == NEW
        operations.remove_address(person=ines, email="ines@exemple.fr", actor=acting(ines), now=NOW)
        assert addresses(ines) == [NEW]
        assert queries.holder_at("ines@exemple.fr") is None

    def test_main_stays(self, ines: Person) -> None:
        with pytest.raises(SpaceRefused, match="principale"):
            operations.remove_address(person=ines, email=ines.email, actor=acting(ines), now=NOW)

    def test_is_one_s_own(self, ines: Person) -> None:
        other = factories.holder()
        with pytest.raises(NotAllowed):
            operations.ask_address(person=ines, email=NEW, actor=acting(other), now=NOW)
        with pytest.raises(SpaceRefused):
            operations.remove_address(person=ines, email=other.email, actor=acting(ines), now=NOW)


class TestMerging:
    def test_says_what_it_will_do_before_doing_it(self, ines: Person) -> None:
        other = factories.holder()
        token = asked(ines, other.email)
        wanted = operations.wanted_address(token, now=NOW)
        assert wanted is not None
        assert wanted.joins
        with pytest.raises(SpaceRefused, match="réunir"):
            used(token, ines)
        assert operations.wanted_address(token, now=NOW) is not None, "nothing is spent by a refusal"

    def test_moves_everything_and_closes_the_second(self, ines: Person) -> None:
        other = factories.holder()
        email = other.email
        client = Client()
        client.force_login(other)
        Message.objects.filter(pk=_letter(other).pk).update(to_code=other.code)
        used(asked(ines, email), ines, joining=True)
        other.refresh_from_db()
        assert not other.is_active
        assert other.full_name == "Espace réuni à un autre"
        assert addresses(ines) == ["ines@exemple.fr", email]
        assert queries.holder_at(email) == ines
        assert not Membership.objects.in_force().filter(person=other).exists()
        assert not Message.objects.to_person(other.code).exists()
        assert not UserSession.objects.filter(user_id=other.pk).exists()
        entry = Entry.objects.get(action="parties.space.merged")
        assert (entry.actor_code, entry.subject_code) == (ines.code, other.code)
        told = Message.objects.of_kind("parties.space_news").order_by("-pk")[:2]
        assert {letter.to_email for letter in told} == {"ines@exemple.fr", email}

    def test_of_two_tabs_happens_once(self, ines: Person) -> None:
        other = factories.holder()
        token = asked(ines, other.email)
        used(token, ines, joining=True)
        with pytest.raises(LinkRefused):
            used(token, ines, joining=True)
        with pytest.raises(MergeRefused, match="déjà réunis"):
            operations.merge_spaces(kept=ines, closed=other, email=NEW, actor=acting(ines), now=NOW)
        assert Entry.objects.filter(action="parties.space.merged").count() == 1

    def test_is_refused_when_the_second_works_somewhere(self, ines: Person) -> None:
        worker = factories.member(Role.READER, of=factories.certifier())
        with pytest.raises(MergeRefused, match="travailler"):
            used(asked(ines, worker.email), ines, joining=True)
        worker.refresh_from_db()
        assert worker.is_active
        assert EmailAddress.objects.filter(user_id=worker.pk, verified=True).exists()

    def test_forgets_no_relation(self) -> None:
        # A new foreign key to a person: either it goes with them when spaces merge (say it here), or it stays
        # (say it in NOT_MOVED).
        assert {name_of(relation) for relation in relations_moved()} == {
            "awards.Appearance.holder",
            "awards.Award.holder",
            "awards.AwardClaim.person",
            "awards.CombinationRequest.holder",
            "awards.Correction.holder",
            "awards.Share.holder",
            "conventions.Signatory.person",
            "network.Application.applicant",
        }
        every = Person._meta.get_fields(include_hidden=True)
        known = {name_of(field) for field in every if isinstance(field, ForeignObjectRel)}
        assert known >= NOT_MOVED


def _letter(person: Person) -> Message:
    operations.request_magic_link(email=person.email, now=NOW)
    return Message.objects.addressed_to(person.email).order_by("-pk")[0]
