"""What codes of conventions are called, for codes that the reader was already allowed to see."""

from __future__ import annotations

from collections.abc import Iterable

from jurande.registers.conventions.models import Convention


def names_of_conventions(codes: Iterable[str]) -> dict[str, str]:
    """The reference of each convention. One query."""
    return dict(Convention.objects.filter(code__in=list(codes)).values_list("code", "reference"))
