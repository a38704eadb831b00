"""The declared list: a line with each change, two months, and the national snapshot that closes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jurande.registers.catalogue.models import NationalPartner
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.network.models import DeclaredChange, Habilitation, RegisterDifference
from jurande.registers.network.operations import ledger as operations
from jurande.registers.network.operations.ledger import LedgerRefused
from jurande.registers.network.queries import ledger as queries
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import fiches
from tests.registers.network import habilitations

pytestmark = pytest.mark.django_db


def opened_now(kind: str = "both", **changed: object) -> Habilitation:
    return habilitations.opened(kind=kind, first=TODAY, **changed)  # type: ignore[arg-type]


def lines(row: Habilitation) -> list[DeclaredChange]:
    return list(DeclaredChange.objects.filter(habilitation__partnership=row.partnership).in_order())


def listed(row: Habilitation, role: str = "both", on: date = TODAY) -> NationalPartner:
    """The national register, published that day, shows this place."""
    fiches.snapshot("rncp", on=on)
    fiche, siret = row.certification.fiche, row.partnership.site.siret
    assert fiche is not None
    return fiches.partner(fiche, siret=siret, habilitation=role, seen=on)


class TestNoteChange:
    def test_r_6113_16_5_opening_asks_to_be_declared_within_two_months(self) -> None:
        [line] = lines(opened_now())
        assert (line.kind, line.before, line.after, line.state) == ("add", "", "both", "to_declare")
        assert line.due_on == date(2026, 5, 12)

    def test_a_suspension_and_an_end_ask_to_be_removed(self) -> None:
        row = opened_now()
        habilitations.suspend(row)
        assert [line.kind for line in lines(row)] == ["add", "remove"]
        habilitations.resume(row)
        habilitations.end(row)
        assert [line.kind for line in lines(row)] == ["add", "remove", "add", "remove"]

    def test_a_second_habilitation_of_a_place_changes_its_type(self) -> None:
        row = opened_now("former")
        habilitations.opened(row.partnership, kind="organiser", first=TODAY)
        assert [(line.kind, line.before, line.after) for line in lines(row)] == [
            ("add", "", "former"),
            ("change_type", "former", "both"),
        ]

    def test_the_same_role_for_other_blocs_changes_nothing(self) -> None:
        row = opened_now("former", territory=("13",))
        habilitations.opened(row.partnership, kind="former", territory=("84",), first=TODAY)
        assert len(lines(row)) == 1

    def test_what_is_to_come_runs_from_its_own_day(self) -> None:
        row = opened_now()
        habilitations.suspend(row, on=TODAY + timedelta(days=20))
        assert [(line.kind, line.happened_on) for line in lines(row)] == [
            ("add", TODAY),
            ("remove", TODAY + timedelta(days=20)),
        ]

    def test_what_comes_later_is_reckoned_anew_when_something_happens_before(self) -> None:
        row = opened_now("former")
        habilitations.end(row, on=TODAY + timedelta(days=20))
        habilitations.opened(row.partnership, kind="organiser", first=TODAY)
        assert [(line.kind, line.after) for line in sorted(lines(row), key=lambda one: one.happened_on)] == [
            ("add", "former"),
            ("change_type", "both"),
            ("change_type", "organiser"),
        ]

    def test_what_the_register_shows_already_is_closed_at_once(self) -> None:
        prepared = habilitations.prepared(first=date(2025, 1, 6))
        listed(prepared)
        habilitations.operations.activate(
            habilitation=prepared, actor=habilitations.manager(prepared.certifier), now=NOW
        )
        [line] = lines(prepared)
        assert (line.state, line.seen_on) == ("confirmed", TODAY)


class TestDeclare:
    def test_is_noted_with_its_author_and_its_day(self) -> None:
        row = opened_now()
        actor = habilitations.manager(row.certifier)
        operations.declare_changes(changes=lines(row), declared_on=TODAY, actor=actor, now=NOW)
        [line] = lines(row)
        assert (line.state, line.declared_on, line.declared_by_code) == ("declared", TODAY, actor.code)

    def test_is_refused_tomorrow_twice_and_to_a_reader(self) -> None:
        row = opened_now()
        actor = habilitations.manager(row.certifier)
        with pytest.raises(LedgerRefused):
            operations.declare_changes(changes=lines(row), declared_on=TODAY + timedelta(days=1), actor=actor, now=NOW)
        reader = factories.actor_of(factories.member(Role.READER, of=row.certifier), row.certifier)
        with pytest.raises(NotAllowed):
            operations.declare_changes(changes=lines(row), declared_on=TODAY, actor=reader, now=NOW)
        operations.declare_changes(changes=lines(row), declared_on=TODAY, actor=actor, now=NOW)
        with pytest.raises(LedgerRefused):
            operations.declare_changes(changes=lines(row), declared_on=TODAY, actor=actor, now=NOW)

    def test_somebody_elses_line_is_not_theirs(self) -> None:
        row = opened_now()
        other = habilitations.manager(factories.certifier(name="Une autre maison"))
        assert not queries.changes(other).exists()
        with pytest.raises(NotAllowed):
            operations.declare_changes(changes=lines(row), declared_on=TODAY, actor=other, now=NOW)


class TestSheet:
    def test_holds_only_what_differs_from_the_last_snapshot(self) -> None:
        row = opened_now("former")
        actor = habilitations.manager(row.certifier)
        fiches.snapshot("rncp", on=TODAY)
        [line] = queries.sheet(actor).lines
        assert (line.move, line.words, line.siret) == ("add", "HABILITATION_FORMER", row.partnership.site.siret)
        habilitations.end(row)
        assert queries.sheet(actor).lines == []

    def test_says_both_roles_when_the_type_changes(self) -> None:
        row = opened_now("both")
        listed(row, "former")
        [line] = queries.sheet(habilitations.manager(row.certifier)).lines
        assert (line.move, line.listed_words, line.words) == (
            "change_type",
            "HABILITATION_FORMER",
            "HABILITATION_ORGA_FORM",
        )


class TestReconcile:
    def test_the_next_snapshot_closes_the_line_and_doing_it_again_changes_nothing(self) -> None:
        row = opened_now()
        listed(row, on=TODAY + timedelta(days=5))
        first = operations.reconcile_all(now=NOW)
        again = operations.reconcile_all(now=NOW)
        [line] = lines(row)
        assert (first.confirmed, again.confirmed) == (1, 0)
        assert (line.state, line.seen_on) == ("confirmed", TODAY + timedelta(days=5))

    def test_a_snapshot_from_before_the_change_closes_nothing(self) -> None:
        row = opened_now()
        habilitations.end(row, on=TODAY + timedelta(days=10))
        fiches.snapshot("rncp", on=TODAY)
        operations.reconcile_all(now=NOW)
        assert {line.state for line in lines(row)} == {"to_declare"}

    def test_a_difference_nobody_decided_raises_an_alert_once(self) -> None:
        row = opened_now()
        listed(row)
        stranger = fiches.partner(row.certification.fiche, name="Inconnu au bataillon", seen=TODAY)
        operations.reconcile_all(now=NOW)
        operations.reconcile_all(now=NOW)
        [raised] = RegisterDifference.objects.raised()
        assert (raised.kind, raised.siret, raised.listed) == ("not_here", stranger.siret, "both")

    def test_what_waits_to_be_declared_explains_a_difference(self) -> None:
        row = opened_now()
        fiches.snapshot("rncp", on=TODAY)
        operations.reconcile_all(now=NOW)
        assert not RegisterDifference.objects.exists()
        assert [line.state for line in lines(row)] == ["to_declare"]

    def test_a_partner_that_leaves_the_register_by_itself_is_told(self) -> None:
        row = opened_now()
        there = listed(row)
        operations.reconcile_all(now=NOW)
        there.seen_until = TODAY + timedelta(days=1)
        there.save()
        fiches.snapshot("rncp", on=TODAY + timedelta(days=1))
        operations.reconcile_all(now=NOW)
        [raised] = RegisterDifference.objects.raised()
        assert (raised.kind, raised.partnership) == ("not_listed", row.partnership)

    def test_a_settled_difference_stays_so_until_a_list_changes(self) -> None:
        row = opened_now()
        listed(row)
        stranger = fiches.partner(row.certification.fiche, name="Inconnu", habilitation="former", seen=TODAY)
        operations.reconcile_all(now=NOW)
        actor = habilitations.manager(row.certifier)
        raised = RegisterDifference.objects.raised().get()
        with pytest.raises(LedgerRefused):
            operations.settle_difference(difference=raised, note=" ", actor=actor, now=NOW)
        operations.settle_difference(difference=raised, note="Erreur du registre.", actor=actor, now=NOW)
        operations.reconcile_all(now=NOW)
        assert not RegisterDifference.objects.raised().exists()
        stranger.habilitation = "both"
        stranger.save()
        operations.reconcile_all(now=NOW)
        assert RegisterDifference.objects.raised().count() == 1

    def test_what_agrees_again_settles_its_alert(self) -> None:
        row = opened_now()
        listed(row)
        stranger = fiches.partner(row.certification.fiche, name="Inconnu", seen=TODAY)
        operations.reconcile_all(now=NOW)
        stranger.delete()
        assert operations.reconcile_all(now=NOW).settled == 1
        assert not RegisterDifference.objects.raised().exists()


class TestOwnSite:
    def test_a_certifier_that_trains_is_told_to_list_itself(self) -> None:
        house = factories.certifier()
        own = factories.partnership(house, at_siret=factories.siret(house.organisation.siren))
        row = habilitations.opened(
            own, kind="former", first=TODAY, basis="own_site", basis_reference="Décision du 2 janvier 2026"
        )
        actor = habilitations.manager(house)
        assert queries.unlisted_oneself(actor, house) == [row.certification.reference]
        listed(row, "former")
        assert queries.unlisted_oneself(actor, house) == []
