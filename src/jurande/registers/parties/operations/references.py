"""Numbers for humans: one after the other, for each certifier, series and civil year."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F

from jurande.registers.parties.models import Certifier, ReferenceCounter


def next_reference(*, certifier: Certifier, series: str, on: date) -> str:
    """Give the next number of a series, as ``PART-2026-0042``, with the certifier's prefix in front when it has one.

    Taken in the caller's transaction, which holds the series until its end: a number that is rolled back is given to
    the next one, so there is no gap and no duplicate.
    """
    return next_references(certifier=certifier, series=series, on=on, count=1)[0]


@transaction.atomic
def next_references(*, certifier: Certifier, series: str, on: date, count: int) -> list[str]:
    """Give the next ``count`` numbers of a series, in order, as ``next_reference`` does."""
    mine = ReferenceCounter.objects.filter(certifier=certifier, series=series, year=on.year)
    # The update comes first: it takes the row's lock, so that what is read next is ours.
    if not mine.update(last=F("last") + count):
        ReferenceCounter.objects.bulk_create(
            [ReferenceCounter(certifier=certifier, series=series, year=on.year)], ignore_conflicts=True
        )
        mine.update(last=F("last") + count)
    last = mine.values_list("last", flat=True).get()
    front = "-".join(part for part in (certifier.reference_prefix, series, str(on.year)) if part)
    return [f"{front}-{number:04d}" for number in range(last - count + 1, last + 1)]
