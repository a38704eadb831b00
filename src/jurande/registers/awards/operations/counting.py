"""Counting at night what pages show of a house that issued very much: exact at the instant that is kept with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.timezone import localdate

from jurande.registers.awards.models import Award, KeptCount
from jurande.registers.awards.queries import cohorts, figures, showcase
from jurande.registers.awards.queries import kept as names
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models import Certifier, Partnership

# Below it a page counts by itself in some tenths of a second at most; `./jurande bench figures` tells.
MANY = 5_000

type Found = Any


def keep_counts(*, now: Callable[[], datetime], report: Callable[[int], None] = lambda done: None) -> int:
    """Count what pages ask of each house that issued more than ``MANY``; tell how many counts are kept.

    A house that has fewer keeps none, so that its pages count as they are asked. Each count is read and written by
    itself: stopped in the middle, those that were not counted anew stay, with the instant of their own.
    """
    done = 0
    for house in Certifier.objects.order_by("pk"):
        written = set()
        for name, count in _counts(house) if _is_large(house) else ():
            at = now()
            _keep(house, name, count(at), at)
            written.add(name)
            done += 1
            report(done)
        KeptCount.objects.filter(certifier=house).exclude(name__in=written).delete()
    return done


def _is_large(house: Certifier) -> bool:
    return Award.objects.filter(certifier=house).order_by()[MANY : MANY + 1].exists()


def _counts(house: Certifier) -> Iterator[tuple[str, Callable[[datetime], Found]]]:
    yield names.SHOWCASE, lambda at: showcase.counted(house.pk, localdate(at))
    for held in Certification.objects.filter(certifier=house, awards__isnull=False).distinct().order_by("pk"):
        yield names.of_life(held), lambda at, held=held: cohorts.counted(held, localdate(at))  # type: ignore[misc]
    for place in (None, *_large_partners(house)):
        for months in figures.PERIODS:
            yield (
                names.of_figures(months, place),
                lambda at, place=place, months=months: figures.counted(  # type: ignore[misc]
                    house, months=months, now=at, partnership=place
                ),
            )


def _large_partners(house: Certifier) -> list[Partnership]:
    """Those that issued so much that their own figures are kept too."""
    rows = Award.objects.filter(certifier=house, partnership__isnull=False).order_by().values("partnership")
    large = rows.annotate(number=Count("pk")).filter(number__gt=MANY).values_list("partnership", flat=True)
    return list(Partnership.objects.filter(pk__in=list(large)).order_by("pk"))


@transaction.atomic
def _keep(house: Certifier, name: str, found: Found, at: datetime) -> None:
    KeptCount.objects.update_or_create(certifier=house, name=name, defaults={"found": found, "counted_at": at})
