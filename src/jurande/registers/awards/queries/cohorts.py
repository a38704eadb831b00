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

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, ExtractYear, TruncMonth

from jurande.core.france.award_sheets import MISSED_FAULTS
from jurande.registers.awards.models import Award, AwardClaim, Endorsement, Lot, LotRow, Renewal, VisitCount
from jurande.registers.awards.models.lots import LotQuerySet
from jurande.registers.awards.queries.kept import kept, of_life
from jurande.registers.awards.states import AwardState, ClaimState, LotRowState, LotSource, LotState, Origin, Subject
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.catalogue.models import Certification
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


def _issued(certification: Certification) -> QuerySet[Award]:
    """What somebody was assessed for here and obtained."""
    return Award.objects.filter(_OBTAINED, certification=certification)


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


def figures(certification: Certification, today: date) -> Figures:
    """All of it. Eight queries."""
    over = Q(valid_until__lt=today)
    counted = Award.objects.filter(certification=certification).aggregate(
        obtained=Count("pk", filter=_OBTAINED),
        in_force=Count("pk", filter=Q(state=AwardState.ISSUED) & ~over),
        suspended=Count("pk", filter=Q(state=AwardState.SUSPENDED)),
        revoked=Count("pk", filter=Q(state=AwardState.REVOKED)),
        replaced=Count("pk", filter=Q(state=AwardState.REPLACED)),
        erased=Count("pk", filter=Q(state=AwardState.ERASED)),
        ended=Count("pk", filter=Q(state=AwardState.ISSUED, renewed_by=None) & over),
        ending=Count(
            "pk",
            filter=Q(state=AwardState.ISSUED, renewed_by=None, valid_until__gte=today, valid_until__lte=today + SOON),
        ),
        collected=Count("pk", filter=Q(collected_at__isnull=False)),
        refused=Count("pk", filter=Q(refused_at__isnull=False)),
        taken_over=Count("pk", filter=Q(origin=Origin.ELSEWHERE)),
        combined=Count("pk", filter=Q(lot__source=LotSource.COMBINATION)),
        hours=Coalesce(Sum("referentiel__elements__workload_hours", filter=_OBTAINED), Value(0)),
        bodies=Count("partnership", distinct=True),
    )
    tally = Tally(counted.pop("obtained"), _missed(certification).count() + _refused(certification).count())
    return Figures(
        tally=tally,
        renewed=Renewal.objects.filter(former__certification=certification).count(),
        cohorts=certification.lots.in_states(LotState.ISSUED).count(),
        endorsements=Endorsement.objects.given().filter(certification=certification).count(),
        **counted,
    )


def months(certification: Certification) -> list[tuple[date, Tally]]:
    """Each month in which somebody obtained or missed it, the latest first. Three queries."""
    obtained = _by_month(_issued(certification), "awarded_on")
    missed = _by_month(_missed(certification), "lot__awarded_on") + _by_month(_refused(certification), "decided_at")
    return [(month, Tally(obtained[month], missed[month])) for month in sorted({*obtained, *missed}, reverse=True)]


def _by_month(rows: QuerySet[Any], of: str) -> Counter[date]:
    found = rows.annotate(month=TruncMonth(of)).values_list("month").annotate(count=Count("pk")).order_by()
    counted: Counter[date] = Counter()
    for month, count in found:
        counted[date(month.year, month.month, 1)] += count
    return counted


def bodies(certification: Certification, today: date) -> list[Body]:
    """The certifier and each partner that brought somebody, the one that brought most first. Four queries."""
    in_force = Q(state=AwardState.ISSUED) & ~Q(valid_until__lt=today)
    obtained = {
        place: (count, held)
        for place, count, held in Award.objects.filter(certification=certification)
        .values_list("partnership")
        .annotate(count=Count("pk", filter=_OBTAINED), held=Count("pk", filter=in_force))
        .order_by()
    }
    missed = Counter(
        dict(_missed(certification).values_list("lot__partnership").annotate(count=Count("pk")).order_by())
    )
    missed[None] += _refused(certification).count()
    wanted = {place for place in (*obtained, *missed) if place is not None}
    places = Partnership.objects.select_related("site__organisation").in_bulk(wanted)
    rows = [
        Body(places.get(place) if place else None, Tally(obtained.get(place, (0, 0))[0], missed[place]), held)
        for place, held in ((place, obtained.get(place, (0, 0))[1]) for place in {*obtained, *missed})
        if place in obtained or missed[place]
    ]
    return sorted(rows, key=lambda one: (-one.tally.obtained, one.partnership.name if one.partnership else ""))


@dataclass(frozen=True)
class Life:
    """All that is counted of a certification. ``counted_at``: None, at this instant; else in the night."""

    figures: Figures
    months: list[tuple[date, Tally]]
    bodies: list[Body]
    counted_at: datetime | None


def life_of(certification: Certification, today: date) -> Life:
    """What was counted in the night where very much is issued, else counted now. Three queries, or fifteen."""
    held = kept(certification.certifier_id, of_life(certification))
    return _life(held.found if held else counted(certification, today), held.counted_at if held else None)


def counted(certification: Certification, today: date) -> dict[str, Any]:
    """What ``life_of`` tells, in a form that can be kept."""
    return {
        "figures": asdict(figures(certification, today)),
        "months": [[month.isoformat(), one.obtained, one.missed] for month, one in months(certification)],
        "bodies": [
            [one.partnership and one.partnership.pk, one.tally.obtained, one.tally.missed, one.in_force]
            for one in bodies(certification, today)
        ],
    }


def _life(found: Mapping[str, Any], counted_at: datetime | None) -> Life:
    places = Partnership.objects.select_related("site__organisation").in_bulk(
        _present(row[0] for row in found["bodies"])
    )
    return Life(
        Figures(**found["figures"] | {"tally": Tally(**found["figures"]["tally"])}),
        [(date.fromisoformat(month), Tally(obtained, missed)) for month, obtained, missed in found["months"]],
        [
            Body(places.get(place), Tally(obtained, missed), in_force)
            for place, obtained, missed, in_force in found["bodies"]
        ],
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
