"""What codes of recruitment are called, for codes that the reader was already allowed to see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from jurande.registers.network.models import Application, Call, FeeSchedule, Habilitation

# Subjects of the journal whose name is their reference.
REFERENCED = {"application": Application, "call": Call, "fee_schedule": FeeSchedule, "habilitation": Habilitation}


def names_of_recruitment(subjects: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The reference of each subject (kind, code) that has one here. One query for each kind that is there."""
    codes: dict[str, set[str]] = defaultdict(set)
    for kind, code in subjects:
        codes[kind].add(code)
    found: dict[str, str] = {}
    for kind, model in REFERENCED.items():
        if codes[kind]:
            rows = model._default_manager.filter(code__in=codes[kind]).exclude(reference="")
            found |= dict(rows.values_list("code", "reference"))
    return found
