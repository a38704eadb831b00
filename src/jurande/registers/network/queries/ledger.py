"""What the declared list reads: roles on a day, what the national register shows, the sheet to type in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from jurande.core.france import ledger as law
from jurande.registers.catalogue.models import Certification, Fiche, NationalPartner, Snapshot
from jurande.registers.catalogue.queries.national import latest_snapshot
from jurande.registers.catalogue.queries.sources import REGISTERS
from jurande.registers.catalogue.states import HabilitationState as ListedState
from jurande.registers.network.models import DeclaredChange, Habilitation, HabilitationSpell, RegisterDifference
from jurande.registers.network.models.ledger import DeclaredChangeQuerySet, RegisterDifferenceQuerySet
from jurande.registers.network.states.ledger import ChangeKind, ChangeState
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor

Pair = tuple[str, str]


# --- what a place may do -------------------------------------------------------------------------


def role_on(partnership_id: int, certification_id: int, day: date) -> str:
    """Say what a place may do for a certification on a day, all its habilitations together. One query."""
    held = Habilitation.objects.decided().filter(partnership_id=partnership_id, certification_id=certification_id)
    return law.joined(held.active_on(day).order_by("pk").values_list("kind", flat=True))


def spells_of_place(partnership_id: int, certification_id: int) -> QuerySet[HabilitationSpell]:
    """The spells of a place for a certification."""
    return HabilitationSpell.objects.filter(
        habilitation__partnership_id=partnership_id, habilitation__certification_id=certification_id
    )


def already_listed(fiche: Fiche, siret: str, role: str, since: date) -> date | None:
    """Return the day of the last snapshot when it is of ``since`` or later and gives this role to the place."""
    snapshot = latest_snapshot(fiche.register)
    if snapshot is None or snapshot.published_on < since:
        return None
    rows = NationalPartner.objects.current().filter(fiche=fiche, siret=siret, state=ListedState.ACTIVE)
    listed = law.joined(rows.order_by("pk").values_list("habilitation", flat=True))
    return snapshot.published_on if listed == role else None


@dataclass(frozen=True)
class ListedRoles:
    """What the last snapshots say of all the places of some fiches. ``days``: of each register that was read."""

    days: Mapping[str, date]
    roles: Mapping[Pair, str]

    def seen_on(self, fiche: Fiche, siret: str, role: str, since: date) -> date | None:
        """As ``already_listed``."""
        day = self.days.get(fiche.register)
        return day if day and day >= since and self.roles.get((fiche.number, siret), law.NONE) == role else None


def listed_roles(fiches: Iterable[Fiche]) -> ListedRoles:
    """Read what ``already_listed`` reads, for all the places of these fiches. Three queries at most."""
    held = list(fiches)
    snapshots = {register: latest_snapshot(register) for register in {fiche.register for fiche in held}}
    rows = NationalPartner.objects.current().filter(fiche__in=held, state=ListedState.ACTIVE).order_by("pk")
    return ListedRoles(
        {register: one.published_on for register, one in snapshots.items() if one is not None},
        _roles(rows.values_list("fiche__number", "siret", "habilitation")) if held else {},
    )


# --- both lists side by side ---------------------------------------------------------------------


@dataclass
class Reading:
    """One register as a house reads it. ``here`` and ``listed``: the role of each place that has one.

    ``here`` is what was true on the day of the snapshot. ``pending``: the lines not read in the register yet, in order.
    """

    snapshot_on: date
    fiches: Mapping[str, Fiche]
    here: Mapping[Pair, str]
    listed: Mapping[Pair, str]
    pending: dict[Pair, list[DeclaredChange]]


def readings(certifier: Certifier) -> list[Reading]:
    """Both lists for each register that was read: the fiches for which somebody was habilitated here. Eight queries."""
    held = Habilitation.objects.decided().filter(certifier=certifier)
    certifications = Certification.objects.filter(pk__in=held.order_by().values("certification"), fiche__isnull=False)
    fiches = list(Fiche.objects.filter(certifications__in=certifications).distinct().order_by("number"))
    found = []
    for source in REGISTERS:
        ours = {fiche.number: fiche for fiche in fiches if fiche.register == source}
        snapshot = latest_snapshot(source) if ours else None
        if snapshot is not None:
            found.append(_reading(certifier, snapshot, ours))
    return found


def _reading(certifier: Certifier, snapshot: Snapshot, fiches: Mapping[str, Fiche]) -> Reading:
    day = snapshot.published_on
    held = Habilitation.objects.decided().filter(certifier=certifier, certification__fiche__in=fiches.values())
    here = held.active_on(day).order_by("pk")
    listed = NationalPartner.objects.current().filter(fiche__in=fiches.values(), state=ListedState.ACTIVE)
    lines = DeclaredChange.objects.pending().filter(certifier=certifier, fiche__in=fiches.values())
    pending: dict[Pair, list[DeclaredChange]] = {}
    for line in lines.select_related("fiche").in_order():
        pending.setdefault((line.fiche.number, line.siret), []).append(line)
    return Reading(
        snapshot_on=day,
        fiches=fiches,
        here=_roles(here.values_list("certification__fiche__number", "partnership__site__siret", "kind")),
        listed=_roles(listed.order_by("pk").values_list("fiche__number", "siret", "habilitation")),
        pending=pending,
    )


def _roles(rows: Iterable[tuple[str, str, str]]) -> dict[Pair, str]:
    held: dict[Pair, set[str]] = {}
    for number, siret, kind in rows:
        held.setdefault((number, siret), set()).add(kind)
    return {pair: law.joined(kinds) for pair, kinds in held.items()}


# --- the sheet -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetLine:
    """One thing to type in at France compétences. ``words``: the role as the register writes it, empty to remove it.

    ``happened_on`` and ``due_on``: the first change that leads there and its last day. ``codes``: the lines it sums up.
    """

    number: str
    title: str
    siret: str
    name: str
    move: str
    words: str
    listed_words: str
    happened_on: date
    due_on: date
    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        """What to do, in words."""
        return str(ChangeKind(self.move).label)


@dataclass(frozen=True)
class Sheet:
    """What differs from the last national snapshot and was not typed in yet, the first due first.

    ``snapshots``: the day of the last one of each register that was read; empty when none was.
    """

    lines: Sequence[SheetLine]
    snapshots: Mapping[str, date]


def changes(actor: Actor) -> DeclaredChangeQuerySet:
    """The lines of the actor's house, with what a list shows of them, the first due first."""
    return (
        DeclaredChange.objects.visible_to(actor)
        .select_related(
            "fiche", "certifier", "habilitation__certification", "habilitation__partnership__site__organisation"
        )
        .order_by("due_on", "pk")
    )


def sheet(actor: Actor) -> Sheet:
    """Sum up by place what is to be declared, as it differs from the last snapshot. Five queries."""
    waiting = DeclaredChange.objects.visible_to(actor).in_states([ChangeState.TO_DECLARE]).in_order()
    by_pair: dict[Pair, list[Any]] = {}
    # A network just brought in has thousands of them: no more is read of each than the sheet shows.
    for line in waiting.values_list(*SHEET_FIELDS, named=True):
        by_pair.setdefault((line.fiche__number, line.siret), []).append(line)
    days: dict[str, date] = {source: taken.published_on for source in REGISTERS if (taken := latest_snapshot(source))}
    fiches = {held[0].fiche for held in by_pair.values()}
    rows = NationalPartner.objects.current().filter(fiche__in=fiches, state=ListedState.ACTIVE).order_by("pk")
    listed = _roles(rows.values_list("fiche__number", "siret", "habilitation"))
    lines = [
        _sheet_line(held, listed.get(pair, law.NONE) if held[0].fiche__register in days else held[0].before)
        for pair, held in by_pair.items()
    ]
    return Sheet(sorted((line for line in lines if line.move), key=lambda line: (line.due_on, line.name)), days)


_BODY = "habilitation__partnership__site__organisation__"
SHEET_FIELDS = (
    "code",
    "siret",
    "before",
    "after",
    "happened_on",
    "due_on",
    "fiche",
    "fiche__number",
    "fiche__register",
    "habilitation__certification__title",
    f"{_BODY}usual_name",
    f"{_BODY}legal_name",
)


def _sheet_line(held: Sequence[Any], listed: str) -> SheetLine:
    """``held``: rows of ``SHEET_FIELDS``, in order."""
    first, last = held[0], held[-1]
    return SheetLine(
        number=first.fiche__number,
        title=first.habilitation__certification__title,
        siret=first.siret,
        name=getattr(first, f"{_BODY}usual_name") or getattr(first, f"{_BODY}legal_name"),
        move=law.movement(listed, last.after),
        words=law.REGISTER_WORDS.get(last.after, ""),
        listed_words=law.REGISTER_WORDS.get(listed, ""),
        happened_on=last.happened_on,
        due_on=min(line.due_on for line in held),
        codes=tuple(line.code for line in held),
    )


@dataclass(frozen=True)
class Beside:
    """What the national register says beside our own list: places it lists for our fiches, unsettled differences."""

    listed: int
    differences: int


def beside(actor: Actor) -> Beside:
    """Count both for the actor's house. Two queries."""
    ours = Certification.objects.filter(certifier__code=actor.certifier_code, fiche__isnull=False)
    listed = NationalPartner.objects.current().filter(fiche__in=ours.values("fiche"), state=ListedState.ACTIVE)
    return Beside(listed.values("siret").distinct().count(), differences(actor).count())


def changes_of(actor: Actor, partnership: Partnership) -> list[DeclaredChange]:
    """The lines of one partner. One query."""
    return list(changes(actor).filter(habilitation__partnership=partnership))


def change(actor: Actor, code: str) -> DeclaredChange | None:
    """One line of the actor's house."""
    return changes(actor).filter(code=code).first()


def differences(actor: Actor) -> RegisterDifferenceQuerySet:
    """What the register says and nobody decided, the last raised first."""
    rows = RegisterDifference.objects.visible_to(actor).raised()
    return rows.select_related("fiche", "certifier", "partnership__site__organisation").order_by(
        "-raised_at", "name", "pk"
    )


def difference(actor: Actor, code: str) -> RegisterDifference | None:
    """One difference of the actor's house, settled ones included."""
    rows = RegisterDifference.objects.visible_to(actor).filter(code=code)
    return rows.select_related("fiche", "certifier", "partnership__site__organisation").first()


def unlisted_oneself(actor: Actor, certifier: Certifier) -> list[str]:
    """The fiches for which the certifier trains itself and that do not list its own SIRET: EDOF blocks it. Two queries.

    Source: C. trav. R. 6113-16; Caisse des Dépôts, EDOF, since January 2022.
    """
    own = Partnership.objects.visible_to(actor).in_force().filter(site__organisation=certifier.organisation)
    held = Habilitation.objects.live().filter(partnership__in=own, certification__fiche__isnull=False)
    pairs = list(held.order_by("pk").values_list("certification__fiche__number", "partnership__site__siret"))
    rows = NationalPartner.objects.current().filter(
        fiche__number__in={number for number, _siret in pairs}, state=ListedState.ACTIVE
    )
    listed = set(rows.order_by("pk").values_list("fiche__number", "siret")) if pairs else set()
    return sorted({number for number, siret in pairs if (number, siret) not in listed})
