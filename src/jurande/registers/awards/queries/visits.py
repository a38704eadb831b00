"""How many people came to the training from the pages of proofs: numbers, from which nobody is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum

from jurande.registers.awards.models import VisitCount
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models import Certifier, Partnership

MONTH, YEAR = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True)
class Arrivals:
    """One certification, where its link led, how often in the last thirty days and in the last year."""

    certification: Certification
    partner: str
    month: int
    year: int


def arrivals_of(house: Certifier, *, today: date) -> list[Arrivals]:
    """What was counted for a house, the most followed first. Three queries."""
    counted = (
        VisitCount.objects.filter(certification__certifier=house, on__gt=today - YEAR)
        .values("certification", "partnership_code")
        .annotate(year=Sum("count"), month=Sum("count", filter=Q(on__gt=today - MONTH), default=0))
        .order_by("-year", "certification", "partnership_code")
    )
    rows = list(counted)
    certifications = Certification.objects.in_bulk({row["certification"] for row in rows})
    partners = Partnership.objects.filter(code__in={row["partnership_code"] for row in rows})
    names = {one.code: one.name for one in partners.select_related("site__organisation")}
    return [
        Arrivals(
            certifications[row["certification"]], names.get(row["partnership_code"], ""), row["month"], row["year"]
        )
        for row in rows
    ]
