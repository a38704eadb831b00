"""Whatever the days say, in any order of what comes and goes, each day is remembered as it was told."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.registers.catalogue.models import Delivery, FicheVersion, NationalBloc, NationalPartner, Snapshot
from jurande.registers.catalogue.operations.importing.registers import import_register
from jurande.registers.catalogue.states import SnapshotState
from tests.exports import Bloc, Fiche, Partner, export, siret
from tests.registers.catalogue.national.conftest import NOW

PARTNERS = st.builds(
    Partner,
    siret=st.sampled_from([siret(1), siret(2)]),
    habilitation=st.sampled_from(["HABILITATION_FORMER", "HABILITATION_ORGANISER"]),
    state=st.sampled_from(["Actif", "Supprimé"]),
)
FICHES = st.builds(
    Fiche,
    number=st.sampled_from(["RNCP1", "RNCP2"]),
    title=st.sampled_from(["A", "B"]),
    partners=st.lists(PARTNERS, max_size=3, unique_by=lambda p: (p.siret, p.habilitation)),
    blocs=st.lists(st.builds(Bloc, st.just("BC01"), st.sampled_from(["X", "Y"])), max_size=1),
)
SNAPSHOTS = st.lists(
    st.tuples(st.integers(0, 1), st.lists(FICHES, min_size=1, max_size=2, unique_by=lambda f: f.number)), max_size=5
)


def import_on(day: date, fiches: list[Fiche], delivery: Delivery, rank: int) -> None:
    content = export(*fiches)
    snapshot = Snapshot.objects.create(
        delivery=delivery,
        source="rncp",
        published_on=day,
        file_name="x",
        size_bytes=len(content),
        sha256=str(rank),
        requested_at=NOW,
    )
    import_register(snapshot, io.BytesIO(content), lambda done, total: None)
    Snapshot.objects.filter(pk=snapshot.pk).update(state=SnapshotState.COMPLETE, imported_at=NOW)


def told(fiches: list[Fiche]) -> tuple[set[object], set[object], set[object]]:
    habilitations = {"HABILITATION_FORMER": "former", "HABILITATION_ORGANISER": "organiser"}
    states = {"Actif": "active", "Supprimé": "withdrawn"}
    return (
        {(f.number, f.title) for f in fiches},
        {(f.number, b.code, b.title) for f in fiches for b in f.blocs},
        {(f.number, p.siret, habilitations[p.habilitation], states[p.state]) for f in fiches for p in f.partners},
    )


def remembered(day: date) -> tuple[set[object], set[object], set[object]]:
    return (
        set(FicheVersion.objects.seen_on(day).values_list("fiche__number", "title")),
        set(NationalBloc.objects.seen_on(day).values_list("fiche__number", "code", "title")),
        set(NationalPartner.objects.seen_on(day).values_list("fiche__number", "siret", "habilitation", "state")),
    )


@pytest.mark.django_db
class TestIntervals:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(SNAPSHOTS)
    def test_say_of_each_day_what_its_snapshot_said_and_never_overlap(
        self, snapshots: list[tuple[int, list[Fiche]]]
    ) -> None:
        with transaction.atomic():
            delivery = Delivery.objects.create(file_name="x", received_at=NOW)
            day = date(2026, 1, 1)
            said: dict[date, list[Fiche]] = {}
            for rank, (days_later, fiches) in enumerate(snapshots):
                day += timedelta(days=days_later)
                import_on(day, fiches, delivery, rank)
                said[day] = fiches
            for day, fiches in said.items():
                assert remembered(day) == told(fiches)
            assert_nothing_overlaps()
            transaction.set_rollback(True)


def assert_nothing_overlaps() -> None:
    for model, key in (
        (FicheVersion, ("fiche_id",)),
        (NationalBloc, ("fiche_id", "code")),
        (NationalPartner, ("fiche_id", "siret", "habilitation")),
    ):
        intervals: dict[object, list[tuple[date, date]]] = defaultdict(list)
        for *values, since, until in model.objects.values_list(*key, "seen_from", "seen_until"):
            intervals[tuple(values)].append((since, until or date.max))
        for rows in intervals.values():
            rows.sort()
            assert all(before[1] <= after[0] for before, after in pairwise(rows)), rows
