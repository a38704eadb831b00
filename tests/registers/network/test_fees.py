from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.network.models import FeeLine, FeeSchedule
from jurande.registers.network.operations import fees
from jurande.registers.network.operations.fees import Price, ScheduleChanged, ScheduleRefused
from jurande.registers.network.queries import fees as queries
from jurande.registers.network.states import FeeKind
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.network import calls as made

pytestmark = pytest.mark.django_db
TRAINEE = Price(FeeKind.PER_TRAINEE, "Accès à la plateforme", 1_250, 550)


class TestADraft:
    def test_takes_prices_one_by_one_and_gives_them_back_in_order(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor)
        fees.add_price(schedule=draft, price=TRAINEE, revision=1, actor=actor, now=NOW)
        assert [fees.price_of(line) for line in queries.schedule_lines(draft)] == [*made.PRICES, TRAINEE]

    def test_has_a_reference_of_the_year(self) -> None:
        house = factories.certifier(prefix="IMR")
        assert made.schedule(house).reference == "IMR-BAR-2026-0001"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount_cents": -1}, "amount"),
            ({"amount_cents": 10**12}, "amount"),
            ({"vat_basis_points": -550}, "vat"),
            ({"vat_basis_points": 20_000}, "vat"),
            ({"vat_basis_points": 0}, "vat_reason"),
            ({"label": "  "}, "label"),
            ({"label": "x" * 201}, "label"),
        ],
    )
    def test_refuses_a_price_that_cannot_be(self, wrong: dict[str, int], field: str) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor)
        with pytest.raises(ScheduleRefused) as refusal:
            fees.add_price(schedule=draft, price=replace(TRAINEE, **wrong), revision=1, actor=actor, now=NOW)
        assert refusal.value.field == field
        assert draft.lines.count() == 3

    def test_forgets_the_reason_of_a_price_that_bears_vat(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor, prices=(replace(TRAINEE, vat_reason="Inutile"),))
        assert draft.lines.get().vat_reason == ""

    def test_never_lets_two_people_overwrite_each_other(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor)
        line = queries.schedule_lines(draft)[0]
        fees.change_price(line=line, price=TRAINEE, revision=1, actor=actor, now=NOW)
        with pytest.raises(ScheduleChanged):
            fees.change_price(line=line, price=made.PRICES[0], revision=1, actor=actor, now=NOW)
        assert fees.price_of(queries.schedule_lines(draft)[0]) == TRAINEE

    def test_is_written_by_those_who_manage_calls_of_its_house(self) -> None:
        draft = made.schedule(factories.certifier())
        for actor in (made.manager(factories.certifier()), made.manager(draft.certifier, Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                fees.rename_schedule(schedule=draft, title="Autre", revision=1, actor=actor, now=NOW)

    def test_is_gone_once_discarded(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor)
        fees.discard_schedule(schedule=draft, actor=actor, now=NOW)
        with pytest.raises(ScheduleRefused):
            fees.rename_schedule(schedule=draft, title="Autre", revision=1, actor=actor, now=NOW)
        assert not FeeLine.objects.exists()


class TestAFrozenSchedule:
    def test_is_frozen_by_the_database_itself(self) -> None:
        held = made.frozen_schedule(factories.certifier())
        line = queries.schedule_lines(held)[0]
        for attempt in (
            lambda: FeeLine.objects.filter(pk=line.pk).update(amount_cents=1),
            lambda: FeeLine.objects.filter(pk=line.pk).delete(),
            lambda: FeeLine.objects.create(
                schedule=held, position=9, kind="annual", label="x", amount_cents=1, vat_basis_points=2000
            ),
            lambda: FeeSchedule.objects.filter(pk=held.pk).update(title="Autre"),
            lambda: FeeSchedule.objects.filter(pk=held.pk).update(state="draft"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_refuses_to_be_written_and_says_to_prepare_another(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        held = made.frozen_schedule(house, by=actor)
        with pytest.raises(NotAllowed, match="remplace"):
            fees.add_price(schedule=held, price=TRAINEE, revision=1, actor=actor, now=NOW)

    def test_has_at_least_one_price(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        empty = made.schedule(house, by=actor, prices=())
        with pytest.raises(ScheduleRefused, match="aucune ligne"):
            fees.freeze_schedule(schedule=empty, revision=1, actor=actor, now=NOW)

    def test_is_what_was_read(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        draft = made.schedule(house, by=actor)
        fees.add_price(schedule=draft, price=TRAINEE, revision=1, actor=actor, now=NOW)
        with pytest.raises(ScheduleChanged):
            fees.freeze_schedule(schedule=draft, revision=1, actor=actor, now=NOW)

    def test_gives_way_to_the_one_that_replaces_it(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        former = made.frozen_schedule(house, by=actor)
        later = NOW + timedelta(days=200)
        draft = fees.start_schedule(certifier=house, title="Barème 2027", replaces=former, actor=actor, now=later)
        assert [fees.price_of(line) for line in queries.schedule_lines(draft)] == list(made.PRICES)
        assert list(queries.frozen_schedules(house)) == [former]
        fees.freeze_schedule(schedule=draft, revision=1, actor=actor, now=later)
        former.refresh_from_db()
        assert (former.state, former.replaced_at) == ("replaced", later)
        assert list(queries.frozen_schedules(house)) == [draft]

    def test_has_one_successor_being_prepared_at_a_time(self) -> None:
        house = factories.certifier()
        actor = made.manager(house)
        former = made.frozen_schedule(house, by=actor)
        fees.start_schedule(certifier=house, title="Un", replaces=former, actor=actor, now=NOW)
        with pytest.raises(ScheduleRefused, match="brouillon"):
            fees.start_schedule(certifier=house, title="Deux", replaces=former, actor=actor, now=NOW)

    def test_of_another_house_cannot_be_replaced(self) -> None:
        house = factories.certifier()
        theirs = made.frozen_schedule(factories.certifier())
        with pytest.raises(ScheduleRefused):
            fees.start_schedule(certifier=house, title="Un", replaces=theirs, actor=made.manager(house), now=NOW)


class TestAnEstimate:
    def test_counts_the_entry_once_and_people_as_many_times_as_they_are(self) -> None:
        lines = queries.schedule_lines(made.schedule(factories.certifier()))
        reckoned = queries.estimate(lines, trainees=40, candidates=30)
        assert reckoned.first_year.net_cents == 120_000 + 60_000 + 30 * 9_000
        assert reckoned.first_year.vat_cents == 36_000
        assert reckoned.next_years.gross_cents == 72_000 + 270_000

    def test_of_nobody_or_of_too_many_is_brought_within_bounds(self) -> None:
        reckoned = queries.estimate([], trainees=-4, candidates=10**9)
        assert (reckoned.trainees, reckoned.candidates) == (0, queries.MOST_PEOPLE)
