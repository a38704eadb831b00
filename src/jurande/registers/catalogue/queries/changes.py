"""What changed between two days: read in the intervals, without comparing the whole registers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from jurande.registers.catalogue.models import Fiche, FicheVersion, NationalBloc, NationalPartner
from jurande.registers.catalogue.queries.national import joined
from jurande.registers.catalogue.states import HabilitationState

CHUNK = 500


@dataclass(frozen=True)
class PartnerChange:
    """A place whose habilitation for a fiche is not what it was: ``former``, ``organiser``, ``both``, or empty."""

    number: str
    siret: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class FicheChange:
    """A fiche that is not what it was. ``replaced_by``: the fiches that it now names as its successors."""

    number: str
    title: str
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What is true on the second day and was not on the first, by number of fiche.

    A fiche that ended left the register or is no longer active; one replaced newly names a successor; one modified says
    something else, of itself or of its blocs, and is in neither of the former. Its partners do not modify it.
    """

    partners_added: tuple[PartnerChange, ...] = ()
    partners_removed: tuple[PartnerChange, ...] = ()
    types_changed: tuple[PartnerChange, ...] = ()
    fiches_added: tuple[FicheChange, ...] = ()
    fiches_ended: tuple[FicheChange, ...] = ()
    fiches_replaced: tuple[FicheChange, ...] = ()
    fiches_modified: tuple[FicheChange, ...] = ()

    @property
    def count(self) -> int:
        """How many changes, of any kind."""
        partners = len(self.partners_added) + len(self.partners_removed) + len(self.types_changed)
        fiches = len(self.fiches_added) + len(self.fiches_ended) + len(self.fiches_replaced) + len(self.fiches_modified)
        return partners + fiches


def between(source: str, from_on: date, until_on: date, *, numbers: Collection[str] | None = None) -> Changes:
    """Compare what this register said on two days, both included; ``numbers`` keeps these fiches only.

    A snapshot speaks for its day and the following ones, until the next. Names are those of the later row.
    """
    fiches = Fiche.objects.filter(register=source)
    if numbers is not None:
        fiches = fiches.filter(number__in=numbers)
    partners = _partners(fiches, from_on, until_on)
    changed = _fiches(fiches, from_on, until_on)
    return Changes(
        partners_added=partners["added"],
        partners_removed=partners["removed"],
        types_changed=partners["changed"],
        fiches_added=changed["added"],
        fiches_ended=changed["ended"],
        fiches_replaced=changed["replaced"],
        fiches_modified=changed["modified"],
    )


def _moved(from_on: date, until_on: date) -> Q:
    """Rows that are true on one of the two days and not on the other."""
    began = Q(seen_from__gt=from_on, seen_from__lte=until_on)
    ended = Q(seen_until__gt=from_on, seen_until__lte=until_on)
    return began | ended


def _partners(fiches: QuerySet[Fiche], from_on: date, until_on: date) -> dict[str, tuple[PartnerChange, ...]]:
    moved = NationalPartner.objects.filter(_moved(from_on, until_on), fiche__in=fiches)
    places = sorted(set(moved.values_list("fiche_id", "siret")))
    held: dict[tuple[int, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    names: dict[tuple[int, str], str] = {}
    numbers: dict[int, str] = {}
    for start in range(0, len(places), CHUNK):
        wanted = set(places[start : start + CHUNK])
        rows = NationalPartner.objects.filter(
            fiche_id__in={fiche for fiche, _siret in wanted}, siret__in={siret for _fiche, siret in wanted}
        ).select_related("fiche")
        for row in rows.order_by("seen_from", "pk"):
            place = (row.fiche_id, row.siret)
            if place not in wanted:
                continue
            names[place], numbers[row.fiche_id] = row.name, row.fiche.number
            for rank, day in enumerate((from_on, until_on)):
                if row.state == HabilitationState.ACTIVE and _is_true(row, day):
                    held[place][rank].add(row.habilitation)
    found: dict[str, list[PartnerChange]] = {"added": [], "removed": [], "changed": []}
    for (fiche, siret), (then, now) in held.items():
        before, after = joined(iter(then)), joined(iter(now))
        if before != after:
            kind = "added" if not before else "removed" if not after else "changed"
            found[kind].append(PartnerChange(numbers[fiche], siret, names[fiche, siret], before, after))
    return {
        kind: tuple(sorted(rows, key=lambda row: (row.number, row.name, row.siret))) for kind, rows in found.items()
    }


def _fiches(fiches: QuerySet[Fiche], from_on: date, until_on: date) -> dict[str, tuple[FicheChange, ...]]:
    moved = _moved(from_on, until_on)
    touched = set(FicheVersion.objects.filter(moved, fiche__in=fiches).values_list("fiche_id", flat=True))
    blocs = set(NationalBloc.objects.filter(moved, fiche__in=fiches).values_list("fiche_id", flat=True))
    found: dict[str, list[FicheChange]] = {"added": [], "ended": [], "replaced": [], "modified": []}
    every = sorted(touched | blocs)
    for start in range(0, len(every), CHUNK):
        chunk = every[start : start + CHUNK]
        then, now = _versions(chunk, from_on), _versions(chunk, until_on)
        for fiche in chunk:
            before, after = then.get(fiche), now.get(fiche)
            said = after or before
            kind = _kind(before, after, has_other_blocs=fiche in blocs)
            if kind and said is not None:
                successors = tuple(said.content.get("replacing", ()))
                found[kind].append(FicheChange(said.fiche.number, said.title, successors))
    return {kind: tuple(sorted(rows, key=lambda row: row.number)) for kind, rows in found.items()}


def _kind(before: FicheVersion | None, after: FicheVersion | None, *, has_other_blocs: bool) -> str:
    """Say what became of a fiche; empty when nothing did."""
    if before is None:
        return "added" if after is not None else ""
    if after is None or (before.is_active and not after.is_active):
        return "ended"
    if set(after.content.get("replacing", ())) - set(before.content.get("replacing", ())):
        return "replaced"
    return "modified" if before.digest != after.digest or has_other_blocs else ""


def _versions(fiches: Collection[int], day: date) -> dict[int, FicheVersion]:
    rows = FicheVersion.objects.seen_on(day).filter(fiche_id__in=fiches).select_related("fiche")
    return {row.fiche_id: row for row in rows}


def _is_true(row: NationalPartner, day: date) -> bool:
    return row.seen_from <= day and (row.seen_until is None or row.seen_until > day)
