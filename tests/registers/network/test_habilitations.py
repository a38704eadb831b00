"""Habilitations: who may do what, where, from when until when; what was true on a day stays so."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jurande.core.france.habilitations import Reach
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Habilitation, HabilitationSpell
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.operations.habilitations import HabilitationRefused, acts
from jurande.registers.network.queries.habilitations import (
    Asked,
    allowing,
    allows,
    allows_in_bulk,
    of_place,
    public_one,
    standing_on,
)
from jurande.registers.network.states import (
    Action,
    Basis,
    ConditionKey,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationState,
)
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.states import Role
from jurande.registers.seal.models import SealedCredential, StatusChange
from jurande.registers.seal.operations import projection
from jurande.registers.seal.states import SealState, Standing
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications
from tests.registers.network import habilitations as made
from tests.registers.network.habilitations import FIRST, LAST
from tests.registers.seal.homes import own_home
from tests.threads import at_once

DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Partnership:
    """A partner of a house that can sign."""
    own_home(settings, tmp_path / "home")
    partnership = factories.partnership()
    made.key(partnership.certifier)
    return partnership


def credential_of(row: Habilitation) -> SealedCredential:
    return SealedCredential.objects.get(habilitation=row)


def standing(row: Habilitation, day: Any = TODAY) -> str:
    found = public_one(row.code)
    assert found is not None
    return standing_on(found, day).state


class TestOpening:
    def test_lets_train_and_assess_from_its_first_day_to_its_last(self) -> None:
        row = made.opened()
        assert [allows(row, action, on=TODAY) for action in Action] == [True, True]
        assert [allows(row, Action.TRAIN, on=day) for day in (FIRST - DAY, FIRST, LAST, LAST + DAY)] == [
            False,
            True,
            True,
            False,
        ]
        assert (standing(row, FIRST - DAY), standing(row, LAST + DAY)) == ("not_yet", "expired")

    def test_lets_do_nothing_as_long_as_it_is_prepared(self) -> None:
        row = made.prepared()
        assert not allows(row, Action.TRAIN, on=TODAY)
        assert public_one(row.code) is None

    def test_reaches_its_kind_its_blocs_and_its_territory(self) -> None:
        row = made.opened(kind="former", blocs=("b1",), territory=("13",))
        assert allows(row, Action.TRAIN, on=TODAY, bloc="b1", departement="13")
        assert not allows(row, Action.ASSESS, on=TODAY)
        assert not allows(row, Action.TRAIN, on=TODAY, bloc="b2")
        assert not allows(row, Action.TRAIN, on=TODAY, departement="84")
        asked = {"certification_code": row.certification.code, "on": TODAY}
        assert allowing(row.partnership, Action.TRAIN, departement="13", **asked) == row
        assert allowing(row.partnership, Action.TRAIN, departement="84", **asked) is None

    def test_is_told_to_the_heads_of_the_partner(self) -> None:
        row = made.opened(factories.partnership(with_head=True))
        assert Message.objects.filter(kind="network.habilitation_opened").count() == 1
        assert not Message.objects.filter(kind="network.habilitation_opened", to_code="").exists()
        assert row.reference.startswith("HAB-")

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"first": LAST, "last": FIRST}, "avant le premier"),
            ({"last": FIRST + timedelta(days=9_000)}, "dix ans"),
            ({"basis_reference": " "}, "référence de l’acte"),
            ({"basis_on": TOMORROW}, "avenir"),
            ({"basis": Basis.CONVENTION}, "ouvre elle-même"),
            ({"basis": Basis.OWN_SITE}, "établissement de votre maison"),
            ({"territory": ("999",)}, "départements"),
        ],
    )
    def test_refuses_what_cannot_be(self, changed: dict[str, Any], said: str) -> None:
        with pytest.raises(HabilitationRefused) as refusal:
            made.prepared(**changed)
        assert said in str(refusal.value.sentence)

    def test_refuses_one_that_is_over_before_it_opens(self) -> None:
        with pytest.raises(HabilitationRefused, match="avant aujourd’hui"):
            made.opened(first=FIRST, last=YESTERDAY)

    def test_belongs_to_those_who_manage_the_network_of_this_house(self) -> None:
        row = made.prepared()
        for actor in (
            made.manager(factories.certifier()),
            factories.actor_of(factories.member(Role.HEAD, of=row.partnership), row.partnership),
        ):
            with pytest.raises(NotAllowed):
                operations.activate(habilitation=row, actor=actor, now=NOW)

    def test_waits_for_the_conditions_that_are_required(self) -> None:
        row = made.prepared(conditions=[(ConditionKey.INSURED, "Assurance", True), (ConditionKey.OTHER, "Site", False)])
        by = made.manager(row.certifier)
        with pytest.raises(HabilitationRefused, match="Assurance"):
            operations.activate(habilitation=row, actor=by, now=NOW)
        condition = row.conditions.get(key=ConditionKey.INSURED)
        operations.meet_condition(condition=condition, met_on=YESTERDAY, evidence="Contrat 12", actor=by, now=NOW)
        assert operations.activate(habilitation=row, actor=by, now=NOW).state == HabilitationState.ACTIVE


class TestDatabase:
    def test_refuses_one_that_rests_on_nothing_once_open(self) -> None:
        row = made.prepared()
        with pytest.raises(IntegrityError), transaction.atomic():
            Habilitation.objects.filter(pk=row.pk).update(
                state="active", activated_at=NOW, activated_by_code="x", basis_reference=""
            )

    def test_refuses_to_change_the_scope_of_one_that_took_effect(self) -> None:
        row = made.opened()
        with pytest.raises(IntegrityError), transaction.atomic():
            Habilitation.objects.filter(pk=row.pk).update(territory=["13"])

    def test_refuses_to_rewrite_what_was_decided(self) -> None:
        row = made.opened()
        with pytest.raises(IntegrityError), transaction.atomic():
            HabilitationSpell.objects.filter(habilitation=row).update(from_on=TODAY)

    def test_refuses_two_for_the_same_scope_whoever_writes_them(self) -> None:
        row = made.opened(kind="former", territory=("13", "84"))
        other = made.prepared(row.partnership, kind="both", territory=("84",), first=TODAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Habilitation.objects.filter(pk=other.pk).update(state="active", activated_at=NOW, activated_by_code="x")


reaches = st.tuples(
    st.sampled_from(["former", "organiser", "both"]),
    st.lists(st.sampled_from(["b1", "b2"]), unique=True, max_size=2),
    st.lists(st.sampled_from(["13", "84"]), unique=True, max_size=2),
    st.integers(0, 30),
    st.integers(0, 30),
)


class TestOverlap:
    @given(asked=st.tuples(reaches, reaches))
    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_is_seen_alike_by_the_database_and_by_the_rule(self, two: tuple[int, int], asked: Any) -> None:
        (first, last), (start, end) = (_days(one) for one in asked)
        one, other = (Reach.of(*each[:3]) for each in asked)
        with transaction.atomic():
            _write_open(two[0], asked[0])
            try:
                with transaction.atomic():
                    _write_open(two[1], asked[1])
                refused = False
            except IntegrityError:
                refused = True
            transaction.set_rollback(True)
        assert refused == (one.meets(other) and first <= end and start <= last)

    @pytest.fixture
    def two(self) -> tuple[int, int]:
        """Two prepared habilitations of one place for one certification."""
        held = made.prepared()
        return held.pk, made.prepared(held.partnership).pk

    def test_is_refused_with_the_other_one_named(self) -> None:
        held = made.opened()
        with pytest.raises(HabilitationRefused) as refusal:
            made.opened(held.partnership, kind="former", first=TODAY)
        assert held.reference in str(refusal.value.sentence)

    def test_leaves_the_days_after_an_end_free(self) -> None:
        held = made.opened()
        made.end(held, on=TOMORROW)
        with pytest.raises(HabilitationRefused):
            made.opened(held.partnership, first=TODAY)
        assert made.opened(held.partnership, first=TOMORROW).state == HabilitationState.ACTIVE


def _days(asked: Any) -> tuple[date, date]:
    return TODAY + timedelta(days=asked[3]), TODAY + timedelta(days=asked[3] + asked[4])


def _write_open(pk: int, asked: Any) -> None:
    first, last = _days(asked)
    kind, blocs, territory = asked[:3]
    scope = {"kind": kind, "blocs": blocs, "territory": territory, "valid_from": first, "valid_until": last}
    Habilitation.objects.filter(pk=pk).update(state="active", activated_at=NOW, activated_by_code="x", **scope)


class TestSuspension:
    def test_counts_from_its_day_and_changes_nothing_of_the_past(self) -> None:
        row = made.suspend(made.opened())
        assert (standing(row, YESTERDAY), standing(row), standing(row, LAST)) == ("active", "suspended", "suspended")
        made.resume(row, now=NOW + timedelta(days=10))
        days = [TODAY - DAY, TODAY, TODAY + timedelta(days=9), TODAY + timedelta(days=10)]
        assert [standing(row, day) for day in days] == ["active", "suspended", "suspended", "active"]

    def test_to_come_lets_go_on_until_its_day(self) -> None:
        row = made.suspend(made.opened(), on=TOMORROW)
        assert (standing(row), standing(row, TOMORROW)) == ("active", "suspended")
        made.resume(row)
        assert standing(row, TOMORROW) == "active"

    @pytest.mark.parametrize(("day", "said"), [(YESTERDAY, "passé"), (LAST + DAY, "après la fin")])
    def test_refuses_a_day_that_is_past_or_after_the_end(self, day: Any, said: str) -> None:
        row = made.opened(last=TODAY + timedelta(days=30)) if day != YESTERDAY else made.opened()
        with pytest.raises(HabilitationRefused) as refusal:
            made.suspend(row, on=day)
        assert said in str(refusal.value.sentence)

    def test_refuses_a_second_one_for_the_same_cause_and_one_without_words(self) -> None:
        row = made.suspend(made.opened())
        with pytest.raises(HabilitationRefused, match="déjà suspendue"):
            made.suspend(row)
        with pytest.raises(HabilitationRefused, match="pourquoi"):
            operations.resume(habilitation=row, note=" ", actor=made.manager(row.certifier), now=NOW)

    def test_for_two_causes_ends_with_the_last(self) -> None:
        row = made.opened(conditions=[(ConditionKey.INSURED, "Assurance", False)])
        by = made.manager(row.certifier)
        condition = row.conditions.get()
        condition.is_required = True
        condition.save()
        operations.meet_condition(condition=condition, met_on=YESTERDAY, evidence="Contrat 12", actor=by, now=NOW)
        operations.lapse_condition(condition=condition, lapsed_on=TODAY, evidence="Résilié", actor=by, now=NOW)
        made.suspend(row)
        made.resume(row)
        assert standing(row) == "suspended"
        with pytest.raises(HabilitationRefused, match="levez d’abord"):
            made.resume(row)
        operations.meet_condition(condition=condition, met_on=TODAY, evidence="Contrat 13", actor=by, now=NOW)
        assert standing(row) == "active"


class TestEnd:
    def test_is_the_first_day_without_it(self) -> None:
        row = made.end(made.opened(), on=TOMORROW)
        assert (standing(row), standing(row, TOMORROW)) == ("active", "ended")
        assert row.last_day == TODAY

    def test_may_be_brought_forward_and_never_undone(self) -> None:
        row = made.end(made.opened(), on=TODAY + timedelta(days=30))
        assert standing(made.end(row)) == "ended"
        with pytest.raises(HabilitationRefused):
            made.end(row)
        with pytest.raises(HabilitationRefused, match="ne reprend pas"):
            operations.activate(habilitation=row, actor=made.manager(row.certifier), now=NOW)

    def test_comes_by_itself_after_the_last_day(self) -> None:
        row = made.opened(last=TODAY)
        assert acts.end_expired(now=NOW) == 0
        assert [acts.end_expired(now=NOW + DAY), acts.end_expired(now=NOW + DAY)] == [1, 0]
        row.refresh_from_db()
        assert (row.state, row.end_reason) == ("ended", HabilitationEndReason.EXPIRED)
        assert (standing(row), standing(row, TOMORROW)) == ("active", "expired")

    def test_of_one_that_rests_on_a_convention_is_a_termination_r6113_16_6(self) -> None:
        row = made.opened()
        row.basis = Basis.CONVENTION
        with pytest.raises(HabilitationRefused, match="R. 6113-16-6"):
            operations.end(
                habilitation=row,
                reason=HabilitationEndReason.WITHDRAWN,
                note="Non",
                effective_on=TODAY,
                actor=made.manager(row.certifier),
                now=NOW,
            )


class TestChangeOfScope:
    def changed(self, row: Habilitation, **asked: Any) -> Habilitation:
        wanted: dict[str, Any] = {
            "kind": HabilitationKind.FORMER,
            "blocs": (),
            "territory": ("13",),
            "note": "Un seul.",
        }
        return operations.change_scope(habilitation=row, actor=made.manager(row.certifier), now=NOW, **(wanted | asked))

    def test_ends_the_one_and_opens_the_other_the_same_day(self, place: Partnership) -> None:
        condition = (ConditionKey.OTHER, "Un référent nommé", False)
        before = made.opened(place, conditions=[condition])
        projection.settle(now=NOW)
        after = self.changed(before)
        before.refresh_from_db()
        assert (before.state, before.ended_on, before.end_reason) == ("ended", TODAY, HabilitationEndReason.SCOPE)
        assert (after.state, after.valid_from, after.valid_until) == ("active", TODAY, before.valid_until)
        assert (after.kind, after.territory, after.follows) == ("former", ["13"], before)
        assert (after.basis, after.basis_reference) == (before.basis, before.basis_reference)
        assert [one.label for one in after.conditions.all()] == ["Un référent nommé"]
        assert credential_of(before).standing == Standing.REVOKED
        assert credential_of(after).standing == Standing.VALID

    def test_refuses_what_changes_nothing_and_what_is_not_active(self) -> None:
        row = made.opened(kind="former", territory=("13",))
        with pytest.raises(HabilitationRefused, match="déjà le sien"):
            self.changed(row)
        with pytest.raises(HabilitationRefused, match="pourquoi"):
            self.changed(row, territory=("84",), note=" ")
        made.suspend(row)
        with pytest.raises(HabilitationRefused, match="active"):
            self.changed(row, territory=("84",))
        assert Habilitation.objects.count() == 1

    def test_of_one_that_rests_on_a_convention_is_an_amendment(self) -> None:
        row = made.opened()
        row.basis = Basis.CONVENTION
        with pytest.raises(HabilitationRefused, match="avenant"):
            self.changed(row)

    def test_is_for_managers(self) -> None:
        row = made.opened()
        reader = factories.actor_of(factories.member(Role.READER, of=row.certifier), row.certifier)
        with pytest.raises(NotAllowed):
            operations.change_scope(
                habilitation=row, kind=HabilitationKind.FORMER, blocs=(), territory=(), note="x", actor=reader, now=NOW
            )


class TestCredential:
    def test_is_issued_suspended_restored_and_revoked_with_the_act(self, place: Partnership) -> None:
        row = made.opened(place)
        said = []
        for act in (made.suspend, made.resume, made.end):
            act(row)
            said.append(credential_of(row).standing)
        assert said == [Standing.SUSPENDED, Standing.VALID, Standing.REVOKED]

    def test_says_who_may_do_what_and_is_signed(self, place: Partnership) -> None:
        row = made.opened(place, kind="former", territory=("13",))
        assert projection.settle(now=NOW).stop is None
        assert credential_of(row).state == SealState.SEALED
        said = json.loads(credential_of(row).signed or "")
        subject = said["credentialSubject"]
        assert subject["identifier"][0]["identityHash"] == place.site.siret
        assert subject["licenseNumber"] == row.reference
        assert said["name"] == "Habilité à former"
        assert "Bouches-du-Rhône (13)" in said["description"]
        assert said["validUntil"] == "2028-12-31T22:59:59Z"

    def test_is_rolled_back_with_the_act(self, place: Partnership) -> None:
        row = made.opened(place)
        with pytest.raises(RuntimeError), transaction.atomic():
            made.suspend(row)
            raise RuntimeError
        assert not StatusChange.objects.exists()
        assert standing(row) == "active"

    def test_waits_for_the_first_day_and_for_a_key(self, place: Partnership) -> None:
        later = made.opened(place, first=TOMORROW)
        assert later.credential is None
        without = made.opened()
        assert (without.credential, standing(without)) == (None, "active")
        made.key(without.certifier)
        assert acts.follow_day(now=NOW + DAY) == 2
        assert not Habilitation.objects.filter(credential=None).exists()

    def test_of_a_suspension_to_come_is_suspended_that_day(self, place: Partnership) -> None:
        row = made.suspend(made.opened(place), on=TOMORROW)
        assert not StatusChange.objects.exists()
        acts.follow_day(now=NOW + DAY)
        assert credential_of(row).standing == Standing.SUSPENDED


class TestDocument:
    def test_of_an_earlier_convention_is_awaited_until_it_is_there(self) -> None:
        row = made.opened()
        assert list(Habilitation.objects.to_document()) == [row]
        operations.attach_document(
            habilitation=row,
            content=io.BytesIO(applications.PDF),
            filename="convention.pdf",
            actor=made.manager(row.certifier),
            now=NOW,
        )
        assert not Habilitation.objects.to_document().exists()


class TestBulk:
    def test_answers_as_one_by_one_in_few_queries(self, django_assert_max_num_queries: Any) -> None:
        first, second = made.opened(), made.suspend(made.opened(kind="former"))
        asked = [
            Asked(row.partnership.site.siret, row.certification.reference, day, action)
            for row in (first, second)
            for day in (FIRST - DAY, YESTERDAY, TODAY, LAST + DAY)
            for action in Action
        ]
        with django_assert_max_num_queries(2):
            found = allows_in_bulk(asked)
        rows = {row.partnership.site.siret: row for row in (first, second)}
        assert found == [allows(rows[one.siret], one.action, on=one.day) for one in asked if one.action]
        assert allows_in_bulk([Asked("1" * 14, "RNCP1", TODAY)]) == [False]

    def test_tells_the_houses_apart(self) -> None:
        row = made.opened()
        asked = [Asked(row.partnership.site.siret, row.certification.reference, TODAY)]
        assert allows_in_bulk(asked, certifier_code=row.certifier.code) == [True]
        assert allows_in_bulk(asked, certifier_code="another") == [False]


@pytest.mark.parametrize("shared_rows", [None], indirect=True)
class TestTwoManagersAtOnce:
    def test_open_the_same_scope_once(self, shared_rows: None) -> None:
        place = factories.partnership()
        rows = [made.prepared(place, kind="former"), made.prepared(place, kind="both")]
        by = made.manager(place.certifier)

        def open_one(row: Habilitation) -> str:
            try:
                operations.activate(habilitation=row, actor=by, now=NOW)
            except HabilitationRefused:
                return "refused"
            return "open"

        assert sorted(at_once(lambda: open_one(rows[0]), lambda: open_one(rows[1]))) == ["open", "refused"]
        assert len(of_place(place)) == 1


class TestOwnSite:
    def test_of_the_certifier_rests_on_being_its_own_and_writes_to_nobody(self) -> None:
        house = factories.certifier()
        place = factories.partnership(house, at_siret=house.organisation.sites.get().siret, with_head=True)
        row = made.opened(place, basis=Basis.OWN_SITE, basis_reference="Décision du 3 janvier 2026", basis_on=FIRST)
        assert (row.basis, standing(row)) == (Basis.OWN_SITE, "active")
        assert not Message.objects.filter(kind="network.habilitation_opened").exists()
        assert not Habilitation.objects.to_document().exists()
