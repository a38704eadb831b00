"""What was counted already in a house that issued very much; ``operations.counting`` counts it each night."""

from __future__ import annotations

from jurande.registers.awards.models import KeptCount
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models import Partnership

SHOWCASE = "showcase"


def kept(house: int, name: str) -> KeptCount | None:
    """The count of this name in the house of this key; None where pages count for themselves. One query."""
    return KeptCount.objects.filter(certifier=house, name=name).first()


def of_figures(months: int, partnership: Partnership | None) -> str:
    """The name of the tables of ``queries.figures`` over one period."""
    return f"figures.{months}.{partnership.code if partnership else '-'}"


def of_life(certification: Certification) -> str:
    """The name of the life of one certification, as ``queries.cohorts`` counts it."""
    return f"life.{certification.code}"
