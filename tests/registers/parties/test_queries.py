from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jurande.registers.common.codes import new_code
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import Invitation, Partnership, Person
from jurande.registers.parties.policies import NOBODY
from jurande.registers.parties.states import EndReason, Role, WaitingReason
from tests import factories
from tests.factories import NOW, TODAY, actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return factories.certifier()


@pytest.fixture
def manager(house):
    return actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)


class TestActorFor:
    def test_adds_the_roles_of_one_place_only(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        factories.member(Role.ADMINISTRATOR, of=factories.certifier(), address=person.email)
        assert actor_of(person, house).roles == {Role.READER}
        assert actor_of(person).roles == frozenset()

    def test_is_nobody_for_a_closed_account(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        person.is_active = False
        assert actor_of(person, house) == NOBODY
        assert queries.actor_for(None) == NOBODY

    def test_shows_nothing_of_a_place_where_they_have_no_role(self, house, manager) -> None:
        opened = factories.partnership(of=house)
        stranger = factories.member(Role.ADMINISTRATOR)
        for place in (house, opened):
            actor = actor_of(stranger, place)
            assert not actor.certifier_code
            assert not queries.partners(actor).exists()
            assert not queries.waiting_for(actor, TODAY)

    def test_leaves_a_trainer_out_of_the_documents(self) -> None:
        opened = factories.partnership()
        trainer = actor_of(factories.member(Role.TRAINER, of=opened), opened)
        assert queries.partners(trainer).get() == opened
        assert "see_documents" not in trainer.rights


class TestPlaces:
    def test_are_listed_certifiers_first(self, house) -> None:
        person = factories.holder(by=house)
        opened = factories.partnership(of=house)
        factories.member(Role.TRAINER, of=opened, address=person.email)
        factories.member(Role.READER, of=house, address=person.email)
        factories.member(Role.AUDITOR, of=house, address=person.email)
        places = queries.places_of(person)
        assert [place.kind for place in places] == ["certifier", "partnership", "holder"]
        assert places[0].roles_label == "Auditeur, Lecteur"
        assert places[1].name == opened.name


class TestIsolation:
    def test_hides_every_row_of_another_certifier(self, house, manager) -> None:
        canary = "CANARI"
        other = factories.certifier(name=f"{canary} certificateur")
        theirs = factories.partnership(of=other, name=f"{canary} partenaire", with_head=True)
        colleague = factories.member(Role.READER, of=other)
        operations.invite_member(
            role=Role.READER,
            email="canari@exemple.fr",
            first_name=canary,
            last_name=canary,
            certifier=other,
            actor=actor_of(factories.administrator(other), other),
            now=NOW,
        )
        factories.relaxed(other)
        key, _token = factories.api_key(other)
        head = actor_of(theirs.memberships.get().person, theirs)
        factories.partnership(of=house)
        for actor in (manager, actor_of(factories.administrator(house), house)):
            seen = [
                list(queries.partners(actor)),
                list(queries.team(actor)),
                list(queries.invitations(actor)),
                queries.relaxations(actor),
                queries.api_keys(actor),
                queries.waiting_for(actor, TODAY),
                queries.certifiers(actor),
                queries.network_choices(actor),
                queries.followers(actor),
            ]
            assert canary not in repr(
                [
                    [vars(row) if hasattr(row, "__dict__") else row for row in rows]
                    for rows in seen
                    if isinstance(rows, list)
                ]
            )
            assert queries.partnership(actor, theirs.code) is None
            assert queries.membership(actor, colleague.memberships.get().code) is None
            assert queries.invitation(actor, Invitation.objects.get(first_name=canary).code) is None
            assert queries.api_key(actor, key.code) is None
            assert not queries.people_of(theirs, actor).exists()
            assert not queries.invitations(actor, theirs).exists()
        assert [row.name for row in queries.partners(head)] == [f"{canary} partenaire"]
        assert not queries.api_keys(head)

    def test_hides_the_rest_of_the_network_from_a_partner(self, house) -> None:
        mine = factories.partnership(of=house, with_head=True)
        factories.partnership(of=house, with_head=True)
        head = actor_of(mine.memberships.get().person, mine)
        assert list(queries.partners(head)) == [mine]
        assert {row.partnership for row in queries.team(head)} == {mine}
        assert not queries.api_keys(head)
        assert [line.partnership_code for line in queries.waiting_for(head, TODAY)] == [mine.code]

    def test_shows_operators_the_houses_and_nothing_inside(self, house) -> None:
        factories.partnership(of=house)
        operator = actor_of(factories.any_operator())
        assert queries.certifiers(operator) == [house]
        assert not queries.partners(operator).exists()
        assert not queries.api_keys(operator)


class TestPartners:
    def test_are_found_however_they_are_typed(self, house, manager) -> None:
        opened = factories.partnership(of=house, name="L’Établi toulousain", city="Saint-Étienne", postcode="42000")
        factories.partnership(of=house, name="Cap Réparation Nord", city="Lille", postcode="59000")
        site = opened.site
        for words in (
            "etabli",
            "ÉTABLI toul",
            "l'établi",
            "saint-etienne",
            "st etienne"[3:],
            site.siret,
            "42000",
            opened.reference,
        ):
            assert list(queries.partners(manager).matching(words)) == [opened], words
        assert queries.partners(manager).matching("").count() == 2
        assert queries.partners(manager).matching("%").count() == 0

    def test_are_narrowed_and_sorted(self, house, manager) -> None:
        colleague = factories.member(Role.AUDITOR, of=house)
        lille = factories.partnership(of=house, name="Écho", postcode="59000", city="Lille", followed_by=colleague)
        marseille = factories.partnership(of=house, name="Fanfare")
        active = factories.partnership(of=house, name="alpha", with_head=True)
        rows = queries.partners(manager)
        assert [row.name for row in rows] == ["alpha", "Écho", "Fanfare"]
        assert list(rows.in_departements(["59"])) == [lille]
        assert list(rows.followed_by_any([colleague.code])) == [lille]
        assert list(rows.in_states(["active"])) == [active]
        choices = queries.network_choices(manager)
        assert choices.departements == [("13", "Bouches-du-Rhône (13)"), ("59", "Nord (59)")]
        assert choices.followers == [(colleague.code, colleague.full_name)]
        assert queries.partners_by_departement(manager) == {"13": 2, "59": 1}
        assert marseille in rows

    def test_cost_the_same_whatever_their_number(self, house, manager) -> None:
        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                for row in queries.partners(manager):
                    assert row.name
                    assert row.site.city
                    assert row.people_count >= 0
                    assert row.followed_by is None
                queries.waiting_for(manager, TODAY)
                queries.network_choices(manager)
            return len(captured)

        factories.partnership(of=house, with_head=True)
        once = cost()
        for _n in range(4):
            factories.partnership(of=house, with_head=True, with_expired_qualiopi=True)
        assert cost() == once

    def test_count_people_and_invitations_apart(self, house, manager) -> None:
        opened = factories.partnership(of=house, with_head=True)
        factories.member(Role.TRAINER, of=opened)
        factories.member(Role.ASSESSOR, of=opened, address=opened.memberships.order_by("pk").first().person.email)
        operations.invite_member(
            role=Role.QUALITY,
            email="q@exemple.fr",
            first_name="Q",
            last_name="R",
            partnership=opened,
            actor=manager,
            now=NOW,
        )
        row = queries.partners(manager).get()
        assert (row.people_count, row.invited_count) == (2, 1)


class TestNames:
    def test_come_back_in_one_query_for_every_kind_of_code(self, house) -> None:
        opened = factories.partnership(of=house, with_head=True)
        membership = opened.memberships.select_related("person").get()
        key, _token = factories.api_key(house)
        codes = [house.code, opened.code, opened.organisation.code, opened.site.code, membership.code, key.code]
        codes += [membership.person.code, new_code(), ""]
        with CaptureQueriesContext(connection) as captured:
            names = queries.names_of(codes)
        assert len(captured) == 1
        assert names == {
            house.code: house.name,
            opened.code: opened.name,
            opened.organisation.code: opened.name,
            opened.site.code: opened.name,
            membership.code: membership.person.full_name,
            membership.person.code: membership.person.full_name,
            key.code: "Site internet",
        }
        assert queries.names_of([]) == {}


def lines_of(actor, today=TODAY):
    return {(line.reason, line.partnership_code): line for line in queries.waiting_for(actor, today)}


class TestWaiting:
    def test_begins_with_what_is_oldest(self, house, manager) -> None:
        factories.partnership(of=house, nda="", since_on=TODAY - timedelta(days=300))
        factories.partnership(of=house, with_expired_qualiopi=True)
        days = [line.due_on for line in queries.waiting_for(manager, TODAY)]
        assert days == sorted(days)
        assert len(days) > 3

    def test_follows_a_qualiopi_certificate_to_its_end(self, house, manager) -> None:
        opened = factories.partnership(of=house, with_valid_qualiopi=True, with_head=True)
        end = TODAY + timedelta(days=400)
        assert not lines_of(manager)
        assert not lines_of(manager, end - timedelta(days=91))
        [soon] = lines_of(manager, end - timedelta(days=90)).values()
        assert (soon.reason, soon.due_on, soon.source) == (WaitingReason.QUALIOPI_EXPIRING, end, "C. trav. R. 6316-2")
        assert (WaitingReason.QUALIOPI_EXPIRING, opened.code) in lines_of(manager, end)
        [late] = lines_of(manager, end + timedelta(days=1)).values()
        assert (late.reason, late.days_left(end + timedelta(days=1))) == (WaitingReason.QUALIOPI_EXPIRED, -1)

    def test_tells_what_is_unknown_of_a_partner(self, house, manager) -> None:
        opened = factories.partnership(of=house, nda="")
        assert {reason for reason, _code in lines_of(manager)} == {
            WaitingReason.QUALIOPI_UNKNOWN,
            WaitingReason.NDA_MISSING,
            WaitingReason.NOBODY_TO_WRITE_TO,
        }
        assert {line.name for line in lines_of(manager).values()} == {opened.name}

    def test_names_who_follows(self, house, manager) -> None:
        colleague = factories.member(Role.AUDITOR, of=house)
        factories.partnership(of=house, followed_by=colleague, with_valid_qualiopi=True)
        [line] = lines_of(manager).values()
        assert (line.owner_code, line.owner_name) == (colleague.code, colleague.full_name)

    def test_reminds_of_an_invitation_until_it_is_answered(self, house, manager) -> None:
        opened = factories.partnership(of=house, with_valid_qualiopi=True)
        operations.invite_member(
            role=Role.HEAD,
            email="jocelyn@exemple.fr",
            first_name="Jocelyn",
            last_name="Paoli",
            partnership=opened,
            actor=manager,
            now=NOW,
        )
        [line] = lines_of(manager).values()
        assert (line.reason, line.due_on) == (WaitingReason.INVITATION_UNANSWERED, TODAY + timedelta(days=14))
        assert line.detail == "Jocelyn Paoli, Dirigeant"
        operations.accept_invitation(
            token=factories.token_sent_to("jocelyn@exemple.fr"), person=None, password=factories.PASSWORD, now=NOW
        )
        assert not lines_of(manager)

    def test_tells_which_letters_did_not_arrive(self, house, manager) -> None:
        opened = factories.partnership(of=house, with_valid_qualiopi=True, with_head=True)
        Message.objects.about("partnership", opened.code).update(
            state=MessageState.FAILED, next_attempt_at=None, failure_code="smtp.refused"
        )
        [line] = lines_of(manager).values()
        assert (line.reason, line.subject_kind, line.partnership_code) == (
            WaitingReason.LETTER_FAILED,
            "message",
            opened.code,
        )
        assert not lines_of(manager, TODAY + timedelta(days=61))

    def test_is_over_with_the_partnership(self, house, manager) -> None:
        opened = factories.partnership(of=house, nda="")
        operations.end_partnership(partnership=opened, reason=EndReason.CLOSED, actor=manager, now=NOW)
        assert not lines_of(manager)

    def test_asks_nothing_of_those_who_can_do_nothing(self, house) -> None:
        factories.partnership(of=house, nda="")
        reader = actor_of(factories.member(Role.READER, of=house), house)
        assert not lines_of(reader)

    def test_tells_operators_which_house_has_nobody(self, house) -> None:
        operator = actor_of(factories.any_operator())
        [line] = queries.waiting_for(operator, TODAY)
        assert (line.reason, line.subject_code) == (WaitingReason.NO_ADMINISTRATOR, house.code)
        factories.administrator(house)
        assert not queries.waiting_for(operator, TODAY)

    def test_warns_administrators_of_a_dying_key(self, house) -> None:
        key, _token = factories.api_key(house)
        administrator = actor_of(factories.administrator(house), house)
        day = TODAY + timedelta(days=90)
        assert not lines_of(administrator, day - timedelta(days=15))
        [line] = lines_of(administrator, day - timedelta(days=14)).values()
        assert (line.reason, line.subject_code) == (WaitingReason.API_KEY_EXPIRING, key.code)


class TestTimeline:
    def test_tells_everything_of_a_partnership_and_of_no_other(self, house, manager) -> None:
        opened = factories.partnership(of=house, with_head=True, with_valid_qualiopi=True)
        other = factories.partnership(of=house, with_head=True)
        elsewhere = factories.partnership(at_siret=opened.site.siret)
        actions = [entry.action for entry in queries.timeline(opened, manager)]
        assert actions == [
            "parties.partnership.joined",
            "parties.member.invited",
            "parties.organisation.qualiopi_recorded",
            "parties.partnership.opened",
        ]
        assert {entry.chain for entry in queries.timeline(elsewhere, manager)} == {elsewhere.certifier.code}
        assert not {e.pk for e in queries.timeline(opened, manager)} & {e.pk for e in queries.timeline(other, manager)}


class TestFollowers:
    def test_are_the_people_of_the_house(self, house, manager) -> None:
        factories.member(Role.READER)
        assert {person.code for person in queries.followers(manager)} == {
            manager.code,
            *Person.objects.filter(memberships__certifier=house).values_list("code", flat=True),
        }
        assert queries.followers(NOBODY) == []
        assert Partnership.objects.count() == 0
