"""Habilitations as the rules of core see them."""

from __future__ import annotations

from jurande.core.france.habilitations import Reach, Spell
from jurande.registers.network.models import Habilitation


def spells_of(row: Habilitation) -> list[Spell]:
    """Its decisions; no query when ``spells`` was prefetched."""
    return [Spell(spell.number, spell.from_on, spell.state) for spell in row.spells.all()]


def reach_of(row: Habilitation) -> Reach:
    """How far it goes."""
    return Reach.of(row.kind, row.blocs, row.territory)
