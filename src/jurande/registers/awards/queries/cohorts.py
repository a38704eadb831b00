"""The life of one certification: what was issued, month by month, by cohort and by body, and what became of it.

A rate says how many obtained it among those whose result was entered here: rows that a criterion left out, and claims
that were refused, are the others. Who was never entered is in no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractYear, TruncMonth

from jurande.core.france.award_sheets import MISSED_FAULTS
from jurande.registers.awards.models import Award, AwardClaim, Endorsement, Lot, LotRow, Renewal, VisitCount
from jurande.registers.awards.models.lots import LotQuerySet
from jurande.registers.awards.queries.kept import kept, of_life
from jurande.registers.awards.states import AwardState, ClaimState, LotRowState, LotSource, LotState, Origin, Subject
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.together import counts
from jurande.registers.network.states import Basis
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.policies import Actor

SOON, YEAR = timedelta(days=90), timedelta(days=365)
# Rows that were assessed; what rests on awards held already was not assessed again.
_ASSESSED = Q(lot__state=LotState.ISSUED) & ~Q(lot__source=LotSource.COMBINATION)
# Once for each: neither a correction, nor a renewal, nor what was issued elsewhere or follows from awards held already.
_OBTAINED = Q(replaces=None, renewal_of=None, origin=Origin.JURANDE) & ~Q(lot__source=LotSource.COMBINATION)
_HOLDERS = (AwardState.ISSUED, AwardState.SUSPENDED, AwardState.ERASED)


@dataclass(frozen=True)
class Tally:
    """How many obtained it, and how many were assessed and did not."""

    obtained: int = 0
    missed: int = 0

    @property
    def rate(self) -> float | None:
        """From 0 to 1; None when nobody missed it because nothing of the kind was entered, or nobody came."""
        return self.obtained / (self.obtained + self.missed) if self.obtained + self.missed else None


@dataclass(frozen=True)
class Figures:
    """What became of all that was issued of a certification, on a day.

    ``hours``: those of the versions that each was issued under, added up. ``ended``: over, and given to nobody since.
    """

    tally: Tally
    in_force: int
    suspended: int
    revoked: int
    replaced: int
    erased: int
    ended: int
    ending: int
    renewed: int
    collected: int
    refused: int
    taken_over: int
    combined: int
    hours: int
    cohorts: int
    endorsements: int
    bodies: int


@dataclass(frozen=True)
class Body:
    """What one body brought: the certifier itself when ``partnership`` is None."""

    partnership: Partnership | None
    tally: Tally
    in_force: int


def _missed(certification: Certification) -> QuerySet[LotRow]:
    """The rows that a criterion left out of a lot that was issued."""
    told = Q(pk__in=[])
    for code in MISSED_FAULTS:
        told |= Q(told__contains=f'"{code}"')
    rows: Any = LotRow.objects.annotate(told=Cast("faults", TextField()))
    found: QuerySet[LotRow] = rows.filter(told, _ASSESSED, lot__certification=certification, state=LotRowState.REJECTED)
    return found


def _refused(certification: Certification) -> QuerySet[AwardClaim]:
    return AwardClaim.objects.filter(opening__certification=certification, state=ClaimState.REFUSED)


@dataclass(frozen=True)
class Life:
    """All that is counted of a certification. ``counted_at``: None, at this instant; else in the night."""

    figures: Figures
    months: list[tuple[date, Tally]]
    bodies: list[Body]
    counted_at: datetime | None


def life_of(certification: Certification, today: date) -> Life:
    """What was counted in the night where very much is issued, else counted now. Two queries, or six."""
    held = kept(certification.certifier_id, of_life(certification))
    return _life(held.found if held else counted(certification, today), held.counted_at if held else None)


def counted(certification: Certification, today: date) -> dict[str, Any]:
    """What ``life_of`` tells, in a form that can be kept. Four queries."""
    awards = Award.objects.filter(certification=certification)
    in_force = Q(state=AwardState.ISSUED) & ~Q(valid_until__lt=today)
    obtained, missed = Counter[date](), Counter[date]()
    obtained_by, missed_by, held_by = Counter[int | None](), Counter[int | None](), Counter[int | None]()
    groups = awards.annotate(month=TruncMonth("awarded_on")).values_list("partnership", "month")
    for place, month, count, held in groups.annotate(
        obtained=Count("pk", filter=_OBTAINED), held=Count("pk", filter=in_force)
    ).order_by():
        obtained[month] += count
        obtained_by[place] += count
        held_by[place] += held
    for place, month, count in _missed_by_place_and_month(certification):
        missed[month] += count
        missed_by[place] += count
    tally = Tally(obtained.total(), missed.total())
    figures = _figures(certification, today, tally, held_by)
    return {
        "figures": asdict(figures),
        "months": [
            [month.isoformat(), obtained[month], missed[month]] for month in sorted({*+obtained, *missed}, reverse=True)
        ],
        "bodies": [[place, obtained_by[place], missed_by[place], held_by[place]] for place in {**held_by, **missed_by}],
    }


def _missed_by_place_and_month(certification: Certification) -> Iterable[tuple[int | None, date, int]]:
    """Who was refused claimed it from the certifier."""
    rows = _missed(certification).annotate(month=TruncMonth("lot__awarded_on")).values_list("lot__partnership", "month")
    nobody = Value(None, output_field=BigIntegerField())
    decided = TruncMonth("decided_at", output_field=DateField())
    claims = _refused(certification).values_list(nobody, decided)
    return rows.annotate(n=Count("pk")).order_by().union(claims.annotate(n=Count("pk")).order_by(), all=True)


def _figures(certification: Certification, today: date, tally: Tally, held_by: Counter[int | None]) -> Figures:
    over = Q(valid_until__lt=today)
    ours = Q(state=AwardState.ISSUED, renewed_by=None)
    became = Award.objects.filter(certification=certification).aggregate(
        suspended=Count("pk", filter=Q(state=AwardState.SUSPENDED)),
        revoked=Count("pk", filter=Q(state=AwardState.REVOKED)),
        replaced=Count("pk", filter=Q(state=AwardState.REPLACED)),
        erased=Count("pk", filter=Q(state=AwardState.ERASED)),
        ended=Count("pk", filter=ours & over),
        ending=Count("pk", filter=ours & Q(valid_until__gte=today, valid_until__lte=today + SOON)),
        collected=Count("pk", filter=Q(collected_at__isnull=False)),
        refused=Count("pk", filter=Q(refused_at__isnull=False)),
        taken_over=Count("pk", filter=Q(origin=Origin.ELSEWHERE)),
        combined=Count("pk", filter=Q(lot__source=LotSource.COMBINATION)),
        hours=Coalesce(Sum("referentiel__elements__workload_hours", filter=_OBTAINED), Value(0)),
    )
    renewed, issued, endorsements = counts(
        [
            Renewal.objects.filter(former__certification=certification),
            certification.lots.in_states(LotState.ISSUED),
            Endorsement.objects.given().filter(certification=certification),
        ]
    )
    return Figures(
        tally=tally,
        in_force=held_by.total(),
        bodies=len(_present(held_by)),
        renewed=renewed,
        cohorts=issued,
        endorsements=endorsements,
        **became,
    )


def _life(found: Mapping[str, Any], counted_at: datetime | None) -> Life:
    """``bodies``: who brought most first, then by name."""
    places = Partnership.objects.select_related("site__organisation").in_bulk(
        _present(row[0] for row in found["bodies"])
    )
    bodies = [
        Body(places.get(place), Tally(obtained, missed), in_force)
        for place, obtained, missed, in_force in found["bodies"]
    ]
    return Life(
        Figures(**found["figures"] | {"tally": Tally(**found["figures"]["tally"])}),
        [(date.fromisoformat(month), Tally(obtained, missed)) for month, obtained, missed in found["months"]],
        sorted(bodies, key=lambda one: (-one.tally.obtained, one.partnership.name if one.partnership else "")),
        counted_at,
    )


def cohorts(actor: Actor, certification: Certification) -> LotQuerySet:
    """The lots that were issued, with ``missed``: how many of their rows a criterion left out."""
    left_out = (
        _missed(certification).filter(lot=OuterRef("pk")).order_by().values("lot").annotate(n=Count("pk")).values("n")
    )
    found: LotQuerySet = (
        Lot.objects.visible_to(actor)
        .in_states(LotState.ISSUED)
        .filter(certification=certification)
        .select_related("partnership__site__organisation", "referentiel")
        .annotate(missed=Coalesce(Subquery(left_out), Value(0)))
        .order_by("-awarded_on", "-pk")
    )
    return found


def endorsements_given(certification: Certification) -> QuerySet[Endorsement]:
    """What everybody may read of what bodies say, the latest first."""
    return Endorsement.objects.given().filter(certification=certification).order_by("-answered_at", "-pk")


def arrivals(certification: Certification, today: date) -> list[tuple[str, int]]:
    """What was counted on the pages of its proofs in the last year, by kind in words. One query."""
    rows = VisitCount.objects.filter(certification=certification, on__gt=today - YEAR)
    counted: Mapping[str, int] = dict(rows.values_list("kind").annotate(count=Sum("count")).order_by())
    return [(str(kind.label), counted[kind]) for kind in VisitKind if counted.get(kind)]


# --- promotions: the holders of a civil year ------------------------------------------------------


@dataclass(frozen=True)
class YearOf:
    """The holders of one civil year that one body brought. ``is_own``: the certifier, or a site of its own."""

    year: int
    partnership: Partnership | None
    is_own: bool
    holders: int


def promotions(certification: Certification) -> list[YearOf]:
    """Holders by civil year of award and by body, the latest first. Two queries.

    Somebody who obtained it twice in a year from the same body counts once. What was revoked made no holder; what
    replaced another counts in its place; who asked to be erased was a holder all the same.
    """
    whole = Q(subject__in=(Subject.MICRO, Subject.CERTIFICATION), state__in=_HOLDERS)
    own = Q(partnership=None) | Q(habilitation__basis=Basis.OWN_SITE)
    rows = (
        Award.objects.filter(whole, certification=certification)
        .annotate(year=ExtractYear("awarded_on"), is_own=Case(When(own, then=True), default=False))
        .values_list("year", "partnership", "is_own")
        .annotate(
            told=Count("holder_digest", filter=~Q(holder_digest=""), distinct=True),
            untold=Count("pk", filter=Q(holder_digest="")),
        )
        .order_by("-year")
    )
    found = list(rows)
    places = Partnership.objects.select_related("site__organisation").in_bulk(_present(row[1] for row in found))
    return [
        YearOf(year, places.get(place) if place else None, bool(is_own), told + untold)
        for year, place, is_own, told, untold in found
    ]


def _present(keys: Iterable[int | None]) -> set[int]:
    return {key for key in keys if key is not None}
