"""What was read of people and issued to nobody goes some weeks after its lot ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from jurande.registers.awards.models import LotRow
from jurande.registers.awards.states import LotRowState, LotState

KEEP = timedelta(days=30)


@transaction.atomic
def forget_rows(*, now: datetime) -> int:
    """Empty the rows left out of lots that ended a month ago; their number and what was wrong stay. Tell how many.

    Nothing is journaled: nobody decided it.
    """
    over = LotRow.objects.filter(
        lot__state=LotState.ISSUED,
        lot__finished_at__lt=now - KEEP,
        state__in=(LotRowState.FAULTY, LotRowState.REJECTED),
    ).exclude(cells="", values="")
    return over.update(cells="", values="", holder_digest="")
