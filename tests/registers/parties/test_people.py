from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.models import Invitation, Membership, Person
from jurande.registers.parties.operations import (
    FirstOperatorRefused,
    InvitationRefused,
    MembershipRefused,
    PasswordRefused,
    RuleRefused,
)
from jurande.registers.parties.queries import InvitationClosed
from jurande.registers.parties.states import CERTIFIER_ROLES, PARTNER_ROLES, Role, Rule
from tests import factories
from tests.factories import NOW, PASSWORD, actor_of

pytestmark = pytest.mark.django_db


def invite(certifier, actor, *, role=Role.READER, address="", now=NOW, partnership=None):
    return operations.invite_member(
        role=role,
        email=address or factories.email(),
        first_name="Thomas",
        last_name="Berger",
        certifier=certifier,
        partnership=partnership,
        actor=actor,
        now=now,
    )


def accept(token, **words):
    given = {"person": None, "password": PASSWORD, "now": NOW, **words}
    return operations.accept_invitation(token=token, **given)


@pytest.fixture
def house():
    return factories.certifier()


@pytest.fixture
def administrator(house):
    return actor_of(factories.administrator(house), house)


class TestFirstOperator:
    def test_comes_in_by_the_link_with_an_account_ready_to_use(self) -> None:
        token = factories.token_in(operations.first_operator_link(now=NOW))
        membership = accept(token, email="Samir@Exemple.fr", first_name="Samir", last_name="Delcourt")
        person = membership.person
        assert (membership.role, person.email) == (Role.OPERATOR, "samir@exemple.fr")
        assert person.check_password(PASSWORD)
        assert person.emailaddress_set.get().verified
        assert not Message.objects.exists()

    def test_has_one_link_at_a_time(self) -> None:
        former = factories.token_in(operations.first_operator_link(now=NOW))
        latter = factories.token_in(operations.first_operator_link(now=NOW))
        with pytest.raises(InvitationClosed):
            queries.open_invitation(former, now=NOW)
        assert queries.open_invitation(latter, now=NOW).role == Role.OPERATOR

    def test_is_the_only_one_to_come_in_so(self) -> None:
        factories.operator()
        with pytest.raises(FirstOperatorRefused):
            operations.first_operator_link(now=NOW)

    def test_has_a_day(self) -> None:
        token = factories.token_in(operations.first_operator_link(now=NOW))
        with pytest.raises(InvitationClosed):
            accept(token, now=NOW + timedelta(hours=24), email="a@exemple.fr", first_name="A", last_name="B")


class TestInvitation:
    def test_opens_an_account_with_the_role(self, house, administrator) -> None:
        invite(house, administrator, role=Role.AUDITOR, address="mehdi@exemple.fr")
        membership = accept(factories.token_sent_to("mehdi@exemple.fr"))
        assert membership.role == Role.AUDITOR
        assert membership.person.full_name == "Thomas Berger"
        assert queries.places_of(membership.person)[0].name == house.name

    def test_keeps_only_a_digest_of_its_token(self, house, administrator) -> None:
        invite(house, administrator, address="mehdi@exemple.fr")
        token = factories.token_sent_to("mehdi@exemple.fr")
        with connection.cursor() as cursor:
            for table in ("parties_invitation", "correspondence_message", "journal_entry"):
                cursor.execute(f"SELECT * FROM {table}")
                assert token not in repr(cursor.fetchall())

    def test_is_used_once(self, house, administrator) -> None:
        invite(house, administrator, address="mehdi@exemple.fr")
        token = factories.token_sent_to("mehdi@exemple.fr")
        person = accept(token).person
        for who in (None, person):
            with pytest.raises(InvitationClosed):
                accept(token, person=who)
        assert person.memberships.count() == 1

    def test_dies_after_fourteen_days_to_the_second(self, house, administrator) -> None:
        invite(house, administrator, address="mehdi@exemple.fr")
        token = factories.token_sent_to("mehdi@exemple.fr")
        end = NOW + timedelta(days=14)
        assert queries.open_invitation(token, now=end - timedelta(seconds=1))
        with pytest.raises(InvitationClosed):
            accept(token, now=end)

    def test_says_the_same_whatever_closed_it(self, house, administrator) -> None:
        invitation = invite(house, administrator, address="mehdi@exemple.fr")
        token = factories.token_sent_to("mehdi@exemple.fr")
        operations.revoke_invitation(invitation=invitation, actor=administrator, now=NOW)
        sentences = set()
        for text in (token, "", "inconnu", token[:-1], token + "é\x00"):
            with pytest.raises(InvitationClosed) as refusal:
                queries.open_invitation(text, now=NOW)
            sentences.add(str(refusal.value.sentence))
        assert len(sentences) == 1

    def test_renewed_works_by_its_new_link_only(self, house, administrator) -> None:
        invitation = invite(house, administrator, address="mehdi@exemple.fr")
        former = factories.token_sent_to("mehdi@exemple.fr")
        operations.renew_invitation(invitation=invitation, actor=administrator, now=NOW + timedelta(days=20))
        later = NOW + timedelta(days=21)
        with pytest.raises(InvitationClosed):
            accept(former, now=later)
        assert accept(factories.token_sent_to("mehdi@exemple.fr"), now=later)
        invitation.refresh_from_db()
        with pytest.raises(InvitationRefused):
            operations.renew_invitation(invitation=invitation, actor=administrator, now=later)

    def test_is_not_sent_twice_but_replaces_one_that_expired(self, house, administrator) -> None:
        invite(house, administrator, address="mehdi@exemple.fr")
        with pytest.raises(InvitationRefused):
            invite(house, administrator, address=" MEHDI@exemple.fr")
        invite(house, administrator, address="mehdi@exemple.fr", now=NOW + timedelta(days=15))
        assert Invitation.objects.pending().filter(email="mehdi@exemple.fr").count() == 1

    def test_does_not_give_what_is_held_already(self, house, administrator) -> None:
        person = factories.member(Role.READER, of=house)
        with pytest.raises(InvitationRefused) as refusal:
            invite(house, administrator, address=person.email)
        assert refusal.value.field == "email"

    def test_adds_a_role_to_somebody_known_who_must_sign_in(self, house, administrator) -> None:
        known = factories.member(Role.READER)
        invite(house, administrator, role=Role.AUDITOR, address=known.email)
        token = factories.token_sent_to(known.email)
        with pytest.raises(InvitationRefused):
            accept(token, password="un autre mot de passe")
        known.refresh_from_db()
        assert known.check_password(PASSWORD)
        assert accept(token, person=known).person == known
        assert len(queries.places_of(known)) == 2

    def test_is_not_for_somebody_else(self, house, administrator) -> None:
        invite(house, administrator, address="mehdi@exemple.fr")
        token = factories.token_sent_to("mehdi@exemple.fr")
        with pytest.raises(InvitationRefused):
            accept(token, person=factories.member(Role.READER))
        assert queries.open_invitation(token, now=NOW)

    def test_lets_a_holder_without_password_choose_one(self, house, administrator) -> None:
        known = factories.holder(by=house)
        invite(house, administrator, address=known.email)
        assert accept(factories.token_sent_to(known.email)).person == known
        known.refresh_from_db()
        assert known.check_password(PASSWORD)

    @pytest.mark.parametrize("weak", ["", "court", "motdepasse", "123456789012", "thomas.berger"])
    def test_refuses_a_weak_password_and_stays_open(self, house, administrator, weak) -> None:
        invite(house, administrator, address="thomas.berger@exemple.fr")
        token = factories.token_sent_to("thomas.berger@exemple.fr")
        with pytest.raises(PasswordRefused) as refusal:
            accept(token, password=weak)
        assert refusal.value.field == "password"
        assert queries.open_invitation(token, now=NOW)
        assert not Person.objects.filter(email="thomas.berger@exemple.fr").exists()

    @pytest.mark.parametrize(
        "address", ["", "pas une adresse", "a@b", "a@exemple.fr, b@exemple.fr", "a@exemple.fr\nBcc: b"]
    )
    def test_refuses_an_address_that_is_not_one(self, house, administrator, address) -> None:
        with pytest.raises(InvitationRefused) as refusal:
            operations.invite_member(
                role=Role.READER,
                email=address,
                first_name="A",
                last_name="B",
                certifier=house,
                actor=administrator,
                now=NOW,
            )
        assert refusal.value.field == "email"

    def test_tells_the_journal_codes_only(self, house, administrator) -> None:
        invitation = invite(house, administrator, address="mehdi@exemple.fr")
        entry = Entry.objects.order_by("-pk").first()
        assert (entry.chain, entry.action) == (house.code, "parties.member.invited")
        assert (entry.subject_code, entry.reason_code) == (invitation.code, "reader")


class TestWhoMayGiveARole:
    def test_is_the_administrator_for_the_team(self, house, administrator) -> None:
        for role in CERTIFIER_ROLES:
            assert policies.can_give_role(administrator, role, certifier=house)
        others = [role for role in CERTIFIER_ROLES if role != Role.ADMINISTRATOR]
        for role in others:
            actor = actor_of(factories.member(role, of=house), house)
            assert not policies.can_give_role(actor, Role.READER, certifier=house)

    def test_is_not_the_administrator_of_another_house(self, administrator) -> None:
        other = factories.certifier()
        for role in CERTIFIER_ROLES:
            with pytest.raises(NotAllowed):
                invite(other, administrator, role=role)

    def test_is_the_head_and_the_network_manager_for_a_partner(self, house) -> None:
        opened = factories.partnership(of=house, with_head=True)
        head = actor_of(opened.memberships.get().person, opened)
        manager = actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        for role in PARTNER_ROLES:
            assert policies.can_give_role(head, role, partnership=opened)
            assert policies.can_give_role(manager, role, partnership=opened)
        stranger = factories.partnership(of=house, with_head=True)
        assert not policies.can_give_role(head, Role.TRAINER, partnership=stranger)
        for role in (Role.TRAINER, Role.QUALITY, Role.TRAINING_MANAGER):
            actor = actor_of(factories.member(role, of=opened), opened)
            assert not policies.can_give_role(actor, Role.TRAINER, partnership=opened)

    def test_never_crosses_places(self, house, administrator) -> None:
        opened = factories.partnership(of=house)
        assert not policies.can_give_role(administrator, Role.OPERATOR)
        assert not policies.can_give_role(administrator, Role.HEAD, certifier=house)
        assert not policies.can_give_role(administrator, Role.READER, partnership=opened)
        assert not policies.can_give_role(administrator, Role.HOLDER)
        assert not policies.can_give_role(administrator, Role.READER, certifier=house, partnership=opened)

    def test_is_never_oneself(self, house, administrator) -> None:
        person = Person.objects.get(code=administrator.code)
        for role in (Role.ISSUER, Role.SIGNATORY):
            with pytest.raises(NotAllowed):
                invite(house, administrator, role=role, address=person.email)
        with pytest.raises(NotAllowed):
            operations.change_role(membership=person.memberships.get(), role=Role.ISSUER, actor=administrator, now=NOW)

    def test_may_be_oneself_once_separation_is_relaxed(self, house, administrator) -> None:
        person = Person.objects.get(code=administrator.code)
        factories.relaxed(house, Rule.SEPARATION)
        actor = actor_of(person, house)
        assert invite(house, actor, role=Role.ISSUER, address=person.email)

    def test_is_not_a_network_manager_who_would_sit_on_both_sides(self, house) -> None:
        manager = factories.member(Role.NETWORK_MANAGER, of=house)
        opened = factories.partnership(of=house)
        with pytest.raises(NotAllowed):
            invite(None, actor_of(manager, house), role=Role.HEAD, address=manager.email, partnership=opened)

    def test_lets_the_operator_take_an_empty_house_and_no_other(self, house) -> None:
        operator = factories.any_operator()
        assert invite(house, actor_of(operator), role=Role.ADMINISTRATOR, address=operator.email)
        factories.administrator(house)
        with pytest.raises(NotAllowed):
            invite(house, actor_of(operator), role=Role.SIGNATORY, address=operator.email)


class TestMembership:
    def test_changes_by_a_new_row(self, house, administrator) -> None:
        person = factories.member(Role.READER, of=house)
        former = person.memberships.get()
        later = NOW + timedelta(hours=1)
        latter = operations.change_role(membership=former, role=Role.AUDITOR, actor=administrator, now=later)
        former.refresh_from_db()
        assert (former.ended_at, latter.since_at) == (later, later)
        assert actor_of(person, house).roles == {Role.AUDITOR}

    def test_stops_at_once(self, house, administrator) -> None:
        person = factories.member(Role.NETWORK_MANAGER, of=house)
        operations.end_membership(membership=person.memberships.get(), actor=administrator, now=NOW)
        actor = actor_of(person, house)
        assert not actor.rights
        assert not actor.certifier_code
        assert queries.certifier_for(person, house.code) is None

    def test_ends_once(self, house, administrator) -> None:
        membership = factories.member(Role.READER, of=house).memberships.get()
        operations.end_membership(membership=membership, actor=administrator, now=NOW)
        with pytest.raises(MembershipRefused):
            operations.end_membership(membership=membership, actor=administrator, now=NOW)

    def test_may_be_left_by_anybody(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        operations.end_membership(membership=person.memberships.get(), actor=actor_of(person, house), now=NOW)
        assert not person.memberships.in_force().exists()

    def test_of_the_last_administrator_stays(self, house, administrator) -> None:
        membership = Person.objects.get(code=administrator.code).memberships.get()
        operator = actor_of(factories.any_operator())
        for actor in (administrator, operator):
            with pytest.raises(MembershipRefused):
                operations.end_membership(membership=membership, actor=actor, now=NOW)
        with pytest.raises(MembershipRefused):
            operations.change_role(membership=membership, role=Role.READER, actor=operator, now=NOW)
        factories.member(Role.ADMINISTRATOR, of=house)
        operations.end_membership(membership=membership, actor=administrator, now=NOW)

    def test_of_the_last_operator_stays(self) -> None:
        operator = factories.operator()
        with pytest.raises(MembershipRefused):
            operations.end_membership(membership=operator.memberships.get(), actor=actor_of(operator), now=NOW)
        factories.operator()
        operations.end_membership(membership=operator.memberships.get(), actor=actor_of(operator), now=NOW)

    def test_is_not_counted_on_when_the_account_is_closed(self, house, administrator) -> None:
        asleep = factories.member(Role.ADMINISTRATOR, of=house)
        Person.objects.filter(pk=asleep.pk).update(is_active=False)
        membership = Person.objects.get(code=administrator.code).memberships.get()
        with pytest.raises(MembershipRefused):
            operations.end_membership(membership=membership, actor=administrator, now=NOW)

    def test_is_taken_by_nobody_below(self, house, administrator) -> None:
        manager = actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        membership = Person.objects.get(code=administrator.code).memberships.get()
        factories.member(Role.ADMINISTRATOR, of=house)
        with pytest.raises(NotAllowed):
            operations.end_membership(membership=membership, actor=manager, now=NOW)

    @pytest.mark.parametrize("wrong", [{"certifier": None}, {"role": "head"}, {"role": "operator"}, {"role": "pape"}])
    def test_stands_where_its_role_belongs(self, house, wrong) -> None:
        membership = factories.member(Role.READER, of=house).memberships.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=membership.pk).update(**wrong)

    def test_is_held_once(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(person=person, role=Role.READER, certifier=house, since_at=NOW)


class TestRules:
    def test_are_relaxed_with_a_reason_kept_apart_from_the_journal(self, house, administrator) -> None:
        row = operations.relax_separation(
            certifier=house, reason="Nous ne sommes que deux personnes.", actor=administrator, now=NOW
        )
        entry = Entry.objects.order_by("-pk").first()
        assert (entry.action, entry.reason_code) == ("parties.rule.relaxed", "separation")
        assert len(entry.digest) == 64
        assert "deux" not in repr(entry.__dict__)
        assert queries.relaxations(administrator) == [row]

    def test_need_a_reason(self, house, administrator) -> None:
        with pytest.raises(RuleRefused):
            operations.relax_separation(certifier=house, reason="  oui  ", actor=administrator, now=NOW)

    def test_are_relaxed_once_and_restored_once(self, house, administrator) -> None:
        words = {"certifier": house, "actor": administrator, "now": NOW}
        with pytest.raises(RuleRefused):
            operations.restore_separation(**words)
        operations.relax_separation(reason="Nous ne sommes que deux.", **words)
        with pytest.raises(RuleRefused):
            operations.relax_separation(reason="Nous ne sommes que deux.", **words)
        operations.restore_separation(**words)
        assert actor_of(Person.objects.get(code=administrator.code), house).relaxed == frozenset()
        operations.relax_separation(reason="De nouveau deux seulement.", **words)

    def test_are_the_administrators_business(self, house) -> None:
        manager = actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        with pytest.raises(NotAllowed):
            operations.relax_separation(certifier=house, reason="Je suis pressée.", actor=manager, now=NOW)

    def test_keep_people_from_approving_their_own_work(self, house, administrator) -> None:
        assert not policies.can_take_own_work_further(administrator, prepared_by=administrator.code)
        assert policies.can_take_own_work_further(administrator, prepared_by="QUELQUUNDA")
        factories.relaxed(house)
        relaxed = actor_of(Person.objects.get(code=administrator.code), house)
        assert policies.can_take_own_work_further(relaxed, prepared_by=relaxed.code)

    def test_demand_a_second_factor_of_those_who_hold_keys(self, house, administrator) -> None:
        assert administrator.needs_second_factor
        assert actor_of(factories.any_operator()).needs_second_factor
        assert not actor_of(factories.member(Role.READER, of=house), house).needs_second_factor
        factories.relaxed(house, Rule.SECOND_FACTOR)
        assert not actor_of(Person.objects.get(code=administrator.code), house).needs_second_factor


class TestPerson:
    def test_keeps_a_telephone_number_that_the_database_does_not_show(self) -> None:
        person = factories.member(Role.READER)
        operations.update_person(
            person=person,
            first_name="Claire",
            last_name="Vasseur",
            phone="06 12 34 56 78",
            actor=actor_of(person),
            now=NOW,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone FROM parties_person WHERE code = %s", [person.code])
            assert "12 34" not in cursor.fetchone()[0]
        assert Person.objects.get(pk=person.pk).phone == "06 12 34 56 78"

    def test_is_changed_by_oneself_only(self, house, administrator) -> None:
        person = factories.member(Role.READER, of=house)
        with pytest.raises(NotAllowed):
            operations.update_person(
                person=person, first_name="X", last_name="Y", phone="", actor=administrator, now=NOW
            )

    def test_is_one_whatever_the_case_of_the_address(self) -> None:
        person = factories.member(Role.READER)
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(email="MAJUSCULES@exemple.fr")


class TestHolder:
    def test_is_the_person_already_known_by_that_address(self, house) -> None:
        first = factories.holder(by=house, address="ines@exemple.fr")
        assert factories.holder(address="Ines@exemple.fr") == first
        assert first.memberships.filter(role=Role.HOLDER).count() == 1
        assert not first.has_usable_password()

    def test_is_registered_by_who_may(self, house) -> None:
        reader = actor_of(factories.member(Role.READER, of=house), house)
        with pytest.raises(NotAllowed):
            operations.register_holder(email="a@exemple.fr", first_name="A", last_name="B", actor=reader, now=NOW)
