"""A delegation as people read it, for the certifier and for the partner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jurande.registers.awards.policies.delegation import authority_of
from jurande.registers.awards.queries.delegation import standing_of_mandate
from jurande.web.ui.lives import STANDINGS
from jurande.web.ui.marks import chip


@dataclass(frozen=True)
class Line:
    """One delegation: its state today, and why nothing can be issued, when nothing can."""

    row: Any
    chip: SafeString
    is_active: bool
    why_not: str
    lots: int


def line_of(mandate: Any, today: date) -> Line:
    """What it lets do today."""
    standing = standing_of_mandate(mandate, on=today)
    verdict = authority_of(mandate, standing)
    if mandate.ended_on is not None and mandate.ended_on <= today:
        shown = chip("draft", _("Terminée"), bare=True)
    elif mandate.granted_on > today:
        shown = chip("draft", _("À venir"), bare=True)
    elif verdict.allowed:
        shown = chip("ok", _("En cours"), bare=True)
    else:
        shown = chip(*STANDINGS[standing.state], bare=True)
    return Line(mandate, shown, verdict.allowed, str(verdict.reason), mandate.lot_count)
