"""Erasing again, on a backup that was put back, what had been erased since it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from pathlib import Path

from django.db import transaction

from jurande.registers.awards.models import Award
from jurande.registers.awards.operations.closing import forget_space
from jurande.registers.awards.operations.erasing import forget_awards, tell
from jurande.registers.awards.operations.sweeping import Gone, listed, sweep_erased
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.erasure import ErasureAct, ErasureCause
from jurande.registers.parties.models import Person
from jurande.registers.seal.policies import MACHINE

CHUNK = 500


@dataclass(frozen=True)
class Replayed:
    """What a list had, and what of it was still there."""

    read: int
    awards: int
    spaces: int


def replay(path: Path, *, now: datetime) -> Replayed:
    """Erase what this list names and is still here; done twice, it does nothing. Holds do not count: it went before.

    :raises OSError: the list cannot be read.
    :raises jurande.registers.seal.operations.erasure.ErasureRefused: one was not sealed yet: seal first, then again.
    """
    read, awards, spaces = 0, 0, 0
    for lines in batched(listed(path), CHUNK):
        read += len(lines)
        for about, cause in ((Gone.AWARD, ErasureCause.HOLDER), (Gone.OVER, ErasureCause.RETENTION)):
            awards += _awards([code for gone, code in lines if gone == about], cause, now=now)
        spaces += sum(_space(code, now=now) for gone, code in lines if gone == Gone.PERSON)
    sweep_erased(now=now, report=lambda _done, _total: None)
    return Replayed(read, awards, spaces)


@transaction.atomic
def _awards(codes: list[str], cause: ErasureCause, *, now: datetime) -> int:
    rows = list(
        Award.objects.filter(code__in=codes).exclude(state=AwardState.ERASED).select_related("certifier").order_by("pk")
    )
    forget_awards([row.pk for row in rows], cause=cause, by_code="", now=now)
    for row in rows:
        tell(row, ErasureAct.AWARD_ERASED, by_code="", now=now)
    return len(rows)


@transaction.atomic
def _space(code: str, *, now: datetime) -> bool:
    row = Person.objects.select_for_update(of=("self",), no_key=True).filter(code=code, is_active=True).first()
    if row is None:
        return False
    forget_space(row, actor=MACHINE, now=now)
    return True
