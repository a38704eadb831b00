"""Receiving what was issued: the link of a letter, the space it opens, reminders, addresses to mend."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.facts.receiving import masked, receive_url
from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.models.links import contest_token_of, token_of
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import addresses, receiving, replacing, sending
from jurande.registers.awards.operations.addresses import AddressRefused, mend_address, remind_uncollected
from jurande.registers.awards.operations.delegation import attach_mandate
from jurande.registers.awards.operations.receiving import ReceiveRefused, collect_waiting, receive
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries import receiving as queries
from jurande.registers.awards.states import AwardState, Exposure
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.operations import record_bounce
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import Person
from jurande.registers.parties.operations import SpaceRefused
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.states import Reason
from tests import factories
from tests.registers.awards import held, lots, mandates, proved, shared
from tests.registers.awards.proved import NOW
from tests.registers.plans import plan, reads_a_table_whole
from tests.registers.seal.homes import own_home

HERS = "ines@exemple.fr"


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design(db: None) -> Design:
    return proved.designed(proved.house())


@pytest.fixture
def award(design: Design) -> Award:
    return given(design)


@pytest.fixture
def issuer(design: Design) -> Actor:
    return factories.actor_of(factories.member(Role.ISSUER, of=design.certifier), design.certifier)


def given(design: Design, address: str = HERS, **changed: Any) -> Award:
    return proved.awarded(design, email=address, email_digest=email_digest(address), settle=False, **changed)


def received(award: Award, **changed: Any) -> receiving.Received:
    return receive(award=award, token=token_of(award), **{"now": NOW} | changed)


def kinds_to(address: str = HERS) -> list[str]:
    return list(Message.objects.addressed_to(address).order_by("pk").values_list("kind", flat=True))


def came_back(award: Award, *, hard: bool = True) -> Message:
    message = Message.objects.about("award", award.code).order_by("-pk")[0]
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NOW, carrier="smtp", next_attempt_at=None)
    record_bounce(message_code=message.code, reason_code="5.1.1", hard=hard, now=NOW)
    return message


class TestLink:
    def test_receives_and_opens_the_space_of_its_address(self, award: Award) -> None:
        done = received(award)
        assert done.is_new
        assert done.may_enter
        assert people.is_holder(done.person)
        assert done.person.email == HERS
        assert list(holders.held_by(done.person)) == [award]
        award.refresh_from_db()
        assert award.collected_at == NOW
        assert "awards.received" in kinds_to()
        assert Entry.objects.filter(action="awards.award.collected", actor_code=done.person.code).exists()

    def test_receives_all_that_waits_at_the_address(self, award: Award, design: Design) -> None:
        other, elsewhere = given(design, HERS.upper()), given(design, "malo@exemple.fr")
        done = received(award)
        assert set(done.awards) == {award, other}
        elsewhere.refresh_from_db()
        assert elsewhere.holder is None

    def test_holds_128_bits_and_is_another_for_each_award(self, award: Award, design: Design) -> None:
        assert len(token_of(award)) == 22
        assert token_of(award) != token_of(given(design))
        assert receive_url(award).endswith(f"/{token_of(award)}/")

    @pytest.mark.parametrize("token", ["", "a" * 22, "é", "\ud800"])
    def test_guessed_gives_nothing(self, award: Award, token: str) -> None:
        assert queries.offered(award.shown_number, token) is None
        with pytest.raises(ReceiveRefused):
            receive(award=award, token=token, now=NOW)

    def test_serves_once(self, award: Award) -> None:
        received(award)
        with pytest.raises(ReceiveRefused, match="déjà reçu"):
            received(award)
        assert Person.objects.filter(email=HERS).count() == 1

    def test_dies_after_four_hundred_days(self, award: Award) -> None:
        with pytest.raises(ReceiveRefused, match="trop ancien"):
            received(award, now=NOW + timedelta(days=400))
        assert received(award, now=NOW + timedelta(days=399)).awards

    def test_gives_what_replaces_it(self, award: Award, design: Design) -> None:
        signatory = factories.actor_of(factories.member(Role.SIGNATORY, of=design.certifier), design.certifier)
        said = Said.by(award)
        made = replacing.correct_award(
            award=award,
            said=Said(**{**vars(said), "last_name": "Carvalhô"}),
            reason=Reason.WRONG_CONTENT,
            note="L’accent manquait.",
            actor=signatory,
            now=NOW,
        )
        offered = queries.offered(award.shown_number, token_of(award))
        assert offered == made
        assert offered is not None
        done = received(offered)
        award.refresh_from_db()
        assert award.holder == done.person, "what it replaces is the same person's past"

    def test_that_is_old_receives_but_does_not_open_a_space_that_exists(self, award: Award, design: Design) -> None:
        received(award)
        late = given(design)
        assert not received(late, now=NOW + timedelta(days=8)).may_enter

    def test_of_a_closed_account_is_refused(self, award: Award) -> None:
        person = factories.holder(address=HERS, by=award.certifier)
        Person.objects.filter(pk=person.pk).update(is_active=False)
        with pytest.raises(SpaceRefused, match="fermé"):
            received(award)
        award.refresh_from_db()
        assert award.collected_at is None

    def test_adds_its_address_to_the_space_where_one_is(self, award: Award) -> None:
        mine = factories.holder(address="autre@exemple.fr", by=award.certifier)
        done = received(award, joining=mine)
        assert done.person == mine
        assert [one.email for one in people.addresses_of(mine)] == ["autre@exemple.fr", HERS]
        assert not Person.objects.filter(email=HERS).exists()

    def test_does_not_take_an_address_from_another_space(self, award: Award) -> None:
        factories.holder(address=HERS, by=award.certifier)
        mine = factories.holder(address="autre@exemple.fr", by=award.certifier)
        with pytest.raises(SpaceRefused):
            received(award, joining=mine)
        award.refresh_from_db()
        assert award.holder is None

    def test_keeps_a_script_in_a_name_as_a_name(self, design: Design) -> None:
        done = received(given(design, name=("<script>", "O’Brïen ẞ")))
        assert done.person.full_name == "<script> O’Brïen ẞ"


class TestContest:
    def test_puts_out_who_came_in_and_sends_an_entrance(self, award: Award) -> None:
        done = received(award)
        award.refresh_from_db()
        receiving.contest_receiving(award=award, token=contest_token_of(award), now=NOW)
        assert kinds_to()[-1] == "parties.magic_link"
        award.refresh_from_db()
        assert award.holder == done.person

    def test_leaves_nothing_by_which_who_came_in_sees_it_or_comes_back(self, award: Award, design: Design) -> None:
        came = received(award).person
        actor = people.actor_for(came)
        parties.ask_address(person=came, email="voleur@exemple.fr", actor=actor, now=NOW)
        token = factories.token_sent_to("voleur@exemple.fr")
        parties.use_address_link(token=token, person=came, joining=False, actor=actor, now=NOW)
        award.refresh_from_db()
        share = shared.shared(award)
        Award.objects.filter(pk=award.pk).update(exposure=Exposure.PUBLIC)
        receiving.contest_receiving(award=award, token=contest_token_of(award), now=NOW)
        award.refresh_from_db()
        share.refresh_from_db()
        assert share.withdrawn_at == NOW
        assert award.exposure == Exposure.DOCUMENT
        assert [one.email for one in people.addresses_of(came)] == [HERS]
        assert "n’ouvre plus votre espace" in Message.objects.addressed_to("voleur@exemple.fr").latest("pk").body

    def test_leaves_what_its_owner_had_before(self, award: Award, design: Design) -> None:
        mine = factories.holder(address=HERS, by=award.certifier)
        former = held.held(mine, design, now=NOW - timedelta(days=9))
        Award.objects.filter(pk=former.pk).update(exposure=Exposure.PUBLIC)
        share = shared.shared(former, now=NOW - timedelta(days=9))
        received(award)
        award.refresh_from_db()
        receiving.contest_receiving(award=award, token=contest_token_of(award), now=NOW)
        share.refresh_from_db()
        former.refresh_from_db()
        assert (share.withdrawn_at, former.exposure) == (None, Exposure.PUBLIC)

    def test_takes_back_what_went_into_somebody_else_s_space(self, award: Award, design: Design) -> None:
        thief = factories.holder(address="voleur@exemple.fr", by=award.certifier)
        received(award, joining=thief)
        Award.objects.filter(pk=award.pk).update(exposure=Exposure.PUBLIC)
        award.refresh_from_db()
        receiving.contest_receiving(award=award, token=contest_token_of(award), now=NOW)
        award.refresh_from_db()
        assert award.holder is not None
        assert award.holder.email == HERS
        assert award.exposure == Exposure.DOCUMENT
        assert [one.email for one in people.addresses_of(thief)] == ["voleur@exemple.fr"]

    def test_demands_its_own_token_and_ends_after_thirty_days(self, award: Award) -> None:
        received(award)
        assert queries.contestable(award.number, token_of(award), now=NOW) is None
        assert queries.contestable(award.number, contest_token_of(award), now=NOW) == award
        assert queries.contestable(award.number, contest_token_of(award), now=NOW + timedelta(days=30)) is None


class TestFromOneSSpace:
    def test_receives_what_waits_at_a_proved_address(self, award: Award) -> None:
        mine = factories.holder(address=HERS, by=award.certifier)
        taken = collect_waiting(person=mine, award=award, actor=people.actor_for(mine), now=NOW)
        assert list(taken) == [award]
        assert collect_waiting(person=mine, actor=people.actor_for(mine), now=NOW) == []

    def test_is_one_s_own(self, award: Award) -> None:
        mine, other = (factories.holder(by=award.certifier) for _n in range(2))
        with pytest.raises(NotAllowed):
            collect_waiting(person=mine, actor=people.actor_for(other), now=NOW)

    def test_takes_nothing_of_a_name_alone(self, award: Award) -> None:
        namesake = factories.holder(by=award.certifier)
        Person.objects.filter(pk=namesake.pk).update(first_name=award.first_name, last_name=award.last_name)
        assert collect_waiting(person=namesake, actor=people.actor_for(namesake), now=NOW) == []


class TestLostLink:
    def test_is_sent_at_any_proved_address(self, award: Award) -> None:
        mine = factories.holder(address="autre@exemple.fr", by=award.certifier)
        received(award, joining=mine)
        receiving.send_entrance(email=HERS.upper(), now=NOW)
        assert kinds_to()[-1] == "parties.magic_link"
        parties.use_magic_link(token=factories.token_sent_to(HERS), now=NOW)

    def test_brings_the_letter_again_where_something_waits(self, award: Award) -> None:
        receiving.send_entrance(email=HERS, now=NOW)
        assert kinds_to() == ["awards.issued"]
        assert factories.token_sent_to(HERS) == token_of(award)

    def test_too_old_opens_a_space_by_its_mailbox(self, award: Award) -> None:
        receiving.send_entrance(email=HERS, now=NOW + timedelta(days=500))
        assert kinds_to() == ["parties.magic_link"]

    def test_tells_nothing_of_an_unknown_address(self, award: Award) -> None:
        before = Message.objects.count()
        receiving.send_entrance(email="inconnue@exemple.fr", now=NOW)
        assert Message.objects.count() == before

    def test_goes_to_the_address_on_file_and_shows_it_masked(self, award: Award) -> None:
        received(award)
        award.refresh_from_db()
        receiving.send_entrance_of(award=award, now=NOW)
        assert kinds_to()[-1] == "parties.magic_link"
        assert masked(HERS) == "i•••@exemple.fr"


@pytest.mark.django_db
class TestAmongAMillion:
    def test_what_waits_at_an_address_is_found_by_an_index(self) -> None:
        assert "award_by_email" in plan(Award.objects.issued_to(email_digest("amelie@exemple.fr")))
        assert not reads_a_table_whole(plan(holders.waiting_at("amelie@exemple.fr").select_related(None)))


class TestReminders:
    def test_leave_after_ten_and_thirty_days_and_no_more(self, award: Award) -> None:
        sent = [day for day in range(0, 90, 5) if remind_uncollected(now=NOW + timedelta(days=day, hours=1))]
        assert sent == [10, 30]
        assert kinds_to() == ["awards.uncollected"] * 2

    def test_spare_who_received_refused_or_was_withdrawn(self, award: Award, design: Design) -> None:
        received(award)
        given(design, "refus@exemple.fr", refused_at=NOW)
        given(design, "retire@exemple.fr", state=AwardState.REVOKED, revoked_on=NOW.date())
        given(design, "")
        assert remind_uncollected(now=NOW + timedelta(days=11)) == 0

    def test_do_not_wake_up_the_past(self, design: Design) -> None:
        given(design, now=NOW - timedelta(days=200))
        assert remind_uncollected(now=NOW) == 0

    def test_count_each_letter_once_by_chunks(self, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(addresses, "CHUNK", 2)
        for n in range(5):
            given(design, f"p{n}@exemple.fr")
        said: list[int] = []
        assert remind_uncollected(now=NOW + timedelta(days=11), report=said.append) == 5
        assert said == [2, 4, 5]

    def test_start_again_from_the_day_the_address_was_mended(self, award: Award, issuer: Actor) -> None:
        mended = NOW + timedelta(days=40)
        mend_address(award=award, email="neuve@exemple.fr", actor=issuer, now=mended)
        assert remind_uncollected(now=mended + timedelta(days=9)) == 0
        assert remind_uncollected(now=mended + timedelta(days=10)) == 1


class TestAddressToMend:
    def test_is_seen_when_its_letter_came_back_until_another_left(self, award: Award, issuer: Actor) -> None:
        sending.send_again(award=award, actor=issuer, now=NOW)
        assert not queries.with_addresses_to_mend(issuer).exists()
        came_back(award)
        assert list(queries.with_addresses_to_mend(issuer)) == [award]
        assert queries.to_mend(issuer).count == 1
        assert queries.has_come_back(award)
        mend_address(award=award, email="neuve@exemple.fr", actor=issuer, now=NOW)
        assert not queries.with_addresses_to_mend(issuer).exists()
        assert queries.to_mend(issuer).count == 0

    def test_is_counted_once_in_ten_minutes_where_very_many_came_back(
        self, award: Award, issuer: Actor, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
    ) -> None:
        sending.send_again(award=award, actor=issuer, now=NOW)
        came_back(award)
        with django_assert_num_queries(2):
            assert queries.to_mend(issuer).count == 1
        monkeypatch.setattr(queries, "FEW_BACK", 0)
        assert queries.to_mend(issuer).count == 1
        with django_assert_num_queries(0):
            assert queries.to_mend(issuer).count == 1
            assert queries.to_mend(dataclasses.replace(issuer, rights=frozenset())).count == 0
        mend_address(award=award, email="neuve@exemple.fr", actor=issuer, now=NOW)
        queries.count_anew(issuer)
        assert queries.to_mend(issuer) == queries.ToMend()

    def test_is_not_counted_again_beside_the_list_that_has_just_counted(
        self, award: Award, issuer: Actor, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
    ) -> None:
        sending.send_again(award=award, actor=issuer, now=NOW)
        came_back(award)
        monkeypatch.setattr(queries, "FEW_BACK", 0)
        assert list(queries.with_addresses_to_mend(issuer)) == [award]
        with django_assert_num_queries(0):
            assert queries.to_mend(issuer).count == 1

    def test_once_mended_kills_the_link_sent_before(self, award: Award, issuer: Actor) -> None:
        former = token_of(award)
        made = mend_address(award=award, email="neuve@exemple.fr", actor=issuer, now=NOW)
        assert queries.offered(award.number, former) is None
        with pytest.raises(ReceiveRefused):
            receive(award=award, token=former, now=NOW)
        assert factories.token_sent_to("neuve@exemple.fr") == token_of(made)

    def test_that_was_right_is_tried_again(self, award: Award, issuer: Actor) -> None:
        sending.send_again(award=award, actor=issuer, now=NOW)
        came_back(award)
        mend_address(award=award, email=HERS, actor=issuer, now=NOW)
        assert Message.objects.about("award", award.code).order_by("-pk")[0].state == "queued"

    def test_changes_no_more_once_received(self, award: Award, issuer: Actor) -> None:
        received(award)
        with pytest.raises(AddressRefused, match="déjà reçue"):
            mend_address(award=award, email="neuve@exemple.fr", actor=issuer, now=NOW)

    def test_is_mended_by_who_issues_in_this_house(self, award: Award, design: Design) -> None:
        other = factories.certifier()
        reader = factories.actor_of(factories.member(Role.READER, of=design.certifier), design.certifier)
        for actor in (reader, factories.actor_of(factories.member(Role.ISSUER, of=other), other)):
            with pytest.raises(NotAllowed):
                mend_address(award=award, email="neuve@exemple.fr", actor=actor, now=NOW)
            assert not queries.with_addresses_to_mend(actor).exists()

    def test_is_mended_by_the_partner_for_what_it_issued_itself(self, db: None) -> None:
        design = proved.designed(mandates.house())
        theirs = factories.partnership(design.certifier)
        mandate = mandates.granted(mandates.habilitated(theirs, design.certification))
        lot = lots.prepared(design, lots.person(1))
        attach_mandate(lot=lot, mandate=mandate)
        own, prepared = given(design, partnership=theirs, lot=lot), given(design, partnership=theirs)
        issuer = factories.actor_of(factories.member(Role.ISSUER, of=design.certifier), design.certifier)
        for award in (own, prepared):
            sending.send_again(award=award, actor=issuer, now=NOW)
            came_back(award, hard=False)
        head = mandates.head_of(mandate)
        assert list(queries.with_addresses_to_mend(head)) == [own]
        mend_address(award=own, email="neuve@exemple.fr", actor=head, now=NOW)
        with pytest.raises(NotAllowed, match="certificateur"):
            mend_address(award=prepared, email="neuve@exemple.fr", actor=head, now=NOW)
