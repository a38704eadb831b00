"""What anybody may know of a convention: that it exists, since when it is signed, whether it binds. Never its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jurande.registers.conventions.models import Convention, SealedPdf
from jurande.registers.conventions.states import ConventionState


@dataclass(frozen=True)
class ConventionStanding:
    """``is_sealed``: both sides signed here, and the file has the certifier's cachet."""

    reference: str
    state: ConventionState
    concluded_on: date | None
    ended_on: date | None
    is_sealed: bool


def standing_of(code: str) -> ConventionStanding | None:
    """That of one convention, by its code; None when there is none. Two queries."""
    row = Convention.objects.filter(code=code).first() if code else None
    if row is None:
        return None
    return ConventionStanding(
        reference=row.reference,
        state=ConventionState(row.state),
        concluded_on=row.concluded_on,
        ended_on=row.ended_on,
        is_sealed=SealedPdf.objects.filter(convention=row).exists(),
    )
