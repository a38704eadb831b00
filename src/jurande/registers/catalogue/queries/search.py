"""The public search over the national registers: what is found, how it is ranked, and what would narrow it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from jurande.core.france.asking import Question, Term, one_typo_away, question
from jurande.core.france.stems import stem
from jurande.registers.catalogue.models import FicheVersion, SearchEntry, SearchWord
from jurande.registers.catalogue.models.search import SearchEntryQuerySet
from jurande.registers.catalogue.queries.directory import fiches_offered_in

PAGE_FICHES = 20
# Shorter beginnings would mean half the dictionary.
BEGINNING_LEAST = 3
BEGUN_MOST = 60
TYPO_LEAST = 4
NO_LEVEL = -1
_NUMBER = re.compile(r"(rncp|rs|)([0-9]{1,6})(?:bc[0-9]{2})?$")


@dataclass(frozen=True)
class Choice:
    """What narrows a search. Empty: everything. ``level``: 0 to 8, ``NO_LEVEL`` for fiches without one."""

    register: str = ""
    level: int | None = None
    active: bool | None = None
    departement: str = ""


@dataclass(frozen=True)
class Facets:
    """How many fiches each choice would give, the other choices staying as they are."""

    registers: Mapping[str, int]
    levels: Mapping[int, int]
    active: Mapping[bool, int]


@dataclass(frozen=True)
class Found:
    """One page of a search. ``read_as``: what mistyped words were taken for, by word; empty when nothing was."""

    versions: Sequence[FicheVersion]
    total: int
    facets: Facets
    page: int
    pages: int
    read_as: Mapping[str, Sequence[str]]


def search(text: str, choice: Choice, *, page: int = 1) -> Found:
    """Return the fiches that hold every word asked for, those in force first, then those whose title says it.

    A word that no title knows is read as the beginning of one; when nothing is found at all, as one slip of the fingers
    away from one. Every fiche answers an empty question. At most nine queries, whatever the text.
    """
    asked = question(text)
    known, begun = _vocabulary(asked)
    asked = _widened(asked, begun)
    entries = _chosen(asked, choice)
    tally = _tally(entries)
    read_as: dict[str, list[str]] = {}
    if not tally and not asked.is_empty:
        read_as = _slips([word for word in _single_words(asked) if word not in known and word not in begun])
        if read_as:
            asked = _widened(asked, {word: [stem(one) for one in near] for word, near in read_as.items()})
            entries = _chosen(asked, choice)
            tally = _tally(entries)
    total = sum(count for key, count in tally.items() if _keeps(choice, key))
    pages = max(1, -(-total // PAGE_FICHES))
    page = min(max(1, page), pages)
    narrowed = _narrowed(entries, choice)
    start = (page - 1) * PAGE_FICHES
    shown = list(_ranked(narrowed, asked).values_list("version_id", flat=True)[start : start + PAGE_FICHES])
    by_key = FicheVersion.objects.defer("content").select_related("fiche").in_bulk(shown)
    return Found(
        versions=[by_key[key] for key in shown],
        total=total,
        facets=_facets(tally, choice),
        page=page,
        pages=pages,
        read_as=read_as if total else {},
    )


def _single_words(asked: Question) -> list[str]:
    return [term.typed for term in asked.terms if " " not in term.typed]


# --- words as people type them ------------------------------------------------------------------


def _vocabulary(asked: Question) -> tuple[set[str], dict[str, list[str]]]:
    """Return the words of titles among those asked for, and for each other one the stems of words it begins."""
    typed = _single_words(asked)
    known = set(SearchWord.objects.filter(word__in=typed).values_list("word", flat=True)) if typed else set()
    short = [word for word in typed if word not in known and len(word) >= BEGINNING_LEAST]
    begun: dict[str, list[str]] = {}
    if short:
        # The shortest first: «compta» is «comptable» before it is «comptabilisation».
        found = SearchWord.objects.starting_with_any(short).order_by("word").values_list("word", "stem")[:2000]
        for word, cut in sorted(found, key=lambda pair: (len(pair[0]), pair[0])):
            for beginning in short:
                stems = begun.get(beginning, [])
                if word.startswith(beginning) and len(stems) < BEGUN_MOST:
                    begun[beginning] = [*stems, cut] if cut not in stems else stems
    return known, begun


def _slips(unknown: Sequence[str]) -> dict[str, list[str]]:
    """Return, for each word nobody wrote, the words of titles at one slip of the fingers."""
    spellings = {word: one_typo_away(word) for word in unknown if len(word) >= TYPO_LEAST}
    if not spellings:
        return {}
    near = SearchWord.objects.filter(word__in=sorted(set().union(*spellings.values()))).order_by("word")
    found = list(near.values_list("word", flat=True))
    return {word: kept for word, possible in spellings.items() if (kept := [one for one in found if one in possible])}


def _widened(asked: Question, stems_by_word: Mapping[str, Sequence[str]]) -> Question:
    def widened(term: Term) -> Term:
        return term.or_any(stems_by_word[term.typed]) if term.typed in stems_by_word else term

    return replace(asked, terms=tuple(widened(term) for term in asked.terms))


# --- rows ---------------------------------------------------------------------------------------


def _chosen(asked: Question, choice: Choice) -> SearchEntryQuerySet:
    """Keep what the text and the département ask for; the other choices are counted before they narrow."""
    entries = SearchEntry.objects.all()
    if not asked.is_empty:
        entries = entries.holding([term.alternatives for term in asked.terms])
    if choice.departement:
        entries = entries.among(fiches_offered_in(choice.departement))
    return entries


def _narrowed(entries: QuerySet[SearchEntry], choice: Choice) -> QuerySet[SearchEntry]:
    if choice.register:
        entries = entries.filter(register=choice.register)
    if choice.level is not None:
        entries = entries.filter(level=None if choice.level == NO_LEVEL else choice.level)
    if choice.active is not None:
        entries = entries.filter(is_active=choice.active)
    return entries


def _ranked(entries: QuerySet[SearchEntry], asked: Question) -> QuerySet[SearchEntry]:
    """Order: the fiche whose code was typed, those in force, titles that say the most of it, the newest."""
    code = Q(pk__in=[])
    hits: list[Case] = []
    for term in asked.terms:
        if of_code := _NUMBER.match(term.typed):
            same = Q(number_value=int(of_code[2]))
            code |= same & Q(register=of_code[1]) if of_code[1] else same
        hits.append(Case(When(_in_title(term), then=Value(1)), default=Value(0), output_field=IntegerField()))
    score = sum(hits[1:], start=hits[0]) if hits else Value(0)
    return entries.annotate(
        is_asked=Case(When(code, then=Value(1)), default=Value(0), output_field=IntegerField()),
        title_hits=Cast(score, IntegerField()),
    ).order_by("-is_asked", "-is_active", "-title_hits", "-number_value", "register")


def _in_title(term: Term) -> Q:
    if len(term.alternatives) > 1 + BEGUN_MOST // 10:
        # A word not finished has many ends: they begin alike.
        return Q(title_stems__contains=f" {term.typed}")
    said = Q(pk__in=[])
    for alternative in term.alternatives:
        every = Q()
        for one in alternative:
            every &= Q(title_stems__contains=f" {one} ")
        said |= every
    return said


Key = tuple[str, int, bool]


def _tally(entries: QuerySet[SearchEntry]) -> dict[Key, int]:
    """Count by register, level and state, in one query: at most forty rows."""
    rows = entries.values_list("register", "level", "is_active").annotate(n=Count("pk")).order_by()
    return {(register, NO_LEVEL if level is None else level, active): n for register, level, active, n in rows}


def _keeps(choice: Choice, key: Key, *, but: str = "") -> bool:
    register, level, active = key
    return (
        (but == "register" or not choice.register or choice.register == register)
        and (but == "level" or choice.level is None or choice.level == level)
        and (but == "active" or choice.active is None or choice.active == active)
    )


def _facets(tally: Mapping[Key, int], choice: Choice) -> Facets:
    registers: Counter[str] = Counter()
    levels: Counter[int] = Counter()
    active: Counter[bool] = Counter()
    for key, count in tally.items():
        if _keeps(choice, key, but="register"):
            registers[key[0]] += count
        if _keeps(choice, key, but="level"):
            levels[key[1]] += count
        if _keeps(choice, key, but="active"):
            active[key[2]] += count
    return Facets(registers, dict(sorted(levels.items())), active)
