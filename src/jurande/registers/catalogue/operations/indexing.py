"""Keep the search of the national registers in step with what the registers say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import transaction

from jurande.core.france.stems import distinct_words, stem, words
from jurande.registers.catalogue.models import (
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    SearchEntry,
    SearchWord,
)

CHUNK = 500
# Of the jobs that a fiche leads to: some list every post of a trade.
JOBS_MOST = 2000
_COLUMNS = (
    "pk",
    "fiche_id",
    "fiche__number",
    "fiche__register",
    "title",
    "abbreviation",
    "level",
    "is_active",
    "content",
)
_FIGURES = re.compile(r"[0-9]+")


def index(version_ids: Iterable[int]) -> None:
    """Let the search find these versions, each in place of the former version of its fiche. Idempotent.

    What is read: number and codes, title, short title, certifiers, blocs (code and title), ROME, NSF and Formacode,
    jobs. Texts of capacities and assessments are not: at the size of the registers they would cost more than reading
    them (docs/adr/0012-search.md).
    """
    with transaction.atomic():
        for chunk in batched(version_ids, CHUNK):
            _index(chunk)


def retire(fiche_ids: Collection[int]) -> None:
    """Let the search say that these fiches, which left their register, are in force no longer; they are still found."""
    SearchEntry.objects.filter(fiche__in=fiche_ids).update(is_active=False)


def rebuild() -> int:
    """Make the whole search anew from what is current; return how many fiches it finds."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        index(list(FicheVersion.objects.current().order_by("pk").values_list("pk", flat=True)))
        return SearchEntry.objects.count()


def _index(version_ids: Sequence[int]) -> None:
    # Tuples and not models: thirty thousand fiches in a row, and the reading of a register waits for them.
    versions = list(FicheVersion.objects.filter(pk__in=version_ids).order_by("pk").values_list(*_COLUMNS))
    fiches = [version[1] for version in versions]
    named = NationalCertifier.objects.current().filter(fiche__in=fiches).values_list("fiche", "name")
    parts = NationalBloc.objects.current().filter(fiche__in=fiches).values_list("fiche", "code", "title")
    around: dict[int, list[str]] = defaultdict(list)
    for fiche, name in named.order_by("pk"):
        around[fiche].append(name)
    for fiche, code, title in parts.order_by("pk"):
        around[fiche] += (code, title)
    entries, rows = [], []
    vocabulary: set[str] = set()
    for version, fiche, number, register, title, abbreviation, level, is_active, content in versions:
        figures = _FIGURES.findall(number)[-1]
        heard = distinct_words([title, abbreviation, *around[fiche], *_labels(content)])
        vocabulary |= heard
        found = {stem(word) for word in heard}
        found.update((number.lower(), figures, register))
        titled = " ".join(stem(word) for word in words(title))
        entries.append((fiche, version, register, int(figures), level, is_active, f" {titled} "))
        rows.append((fiche, sorted(found)))
    SearchEntry.keep(entries)
    SearchEntry.keep_stems(rows)
    SearchWord.keep((word, stem(word)) for word in sorted(vocabulary))


def _labels(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a fiche is classed under and leads to, from a ``FicheRecord`` as JSON: typing it whole costs more."""
    yield content.get("abbreviation_label", "")
    yield content.get("jobs", "")[:JOBS_MOST]
    for nomenclature in ("rome", "nsf", "formacodes"):
        for pair in content.get(nomenclature, ()):
            yield from pair
