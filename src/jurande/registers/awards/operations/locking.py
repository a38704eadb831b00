"""In which order the rows about one person are locked, so that two acts at the same instant never stop each other.

The person, their awards by key, what is said of these (links, requests, lots), the letters about them, what lets the
person in, and the journal last (``journal.operations.hold``). Whoever takes one of them before another takes them in
this order. In a house: the house, the partner, what it was sent or granted, and the places of status lists before the
journal.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from jurande.registers.awards.models import Award
from jurande.registers.parties.models import Person


def lock_rows(*tables: QuerySet[Any]) -> None:
    """Lock these rows, table after table, by key, until the transaction ends."""
    for rows in tables:
        list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def lock_person(pk: int) -> None:
    """Lock somebody: nobody closes their space or joins it to another meanwhile."""
    lock_rows(Person.objects.filter(pk=pk))


def lock_awards(keys: Collection[int]) -> None:
    """Lock these awards, and all that they replaced: what is decided of one often goes for those before it."""
    found, latest = set(keys), set(keys)
    while latest:
        former = Award.objects.filter(pk__in=latest, replaces__isnull=False).values_list("replaces", flat=True)
        latest = {pk for pk in former if pk is not None} - found
        found |= latest
    lock_rows(Award.objects.filter(pk__in=found))


def lock_space_of(award: Award) -> None:
    """Lock who holds this award, then all that is in their space; it alone when it is in nobody's."""
    keeper = _holder_of(award)
    while True:
        if keeper is not None:
            lock_person(keeper)
        mine = Award.objects.filter(holder=keeper).values_list("pk", flat=True) if keeper is not None else ()
        lock_awards({award.pk, *mine})
        now_in = _holder_of(award)
        if now_in in (None, keeper):
            return
        keeper = now_in  # two spaces were joined while we waited


def _holder_of(award: Award) -> int | None:
    return Award.objects.values_list("holder", flat=True).get(pk=award.pk)
