"""What codes of recruitment are called, for codes that the reader was already allowed to see."""

from __future__ import annotations

from collections.abc import Iterable

from jurande.registers.network.models import Application, Call, FeeSchedule, Habilitation


def names_of_recruitment(codes: Iterable[str]) -> dict[str, str]:
    """The reference of each call, fee schedule, submitted application or habilitation. Four queries."""
    wanted = list(codes)
    found: dict[str, str] = {}
    for model in (Call, FeeSchedule, Application, Habilitation):
        rows = model._default_manager.filter(code__in=wanted).exclude(reference="")
        found |= dict(rows.values_list("code", "reference"))
    return found
