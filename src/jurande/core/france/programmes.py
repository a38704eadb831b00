# SPDX-License-Identifier: Apache-2.0
"""What a training programme works on, compared with the référentiel it prepares for.

Source: C. trav. R. 6113-16-3: whoever trains in a certifier's name works on every competency, transversal ones
included (2°), for the minimum durations (3°) and with the part in presence (4°) that the certifier fixed, under the
exact title of the certification (1°).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jurande.core.france.referentiels import Referentiel
from jurande.core.france.spelling import fold
from jurande.core.france.stems import STOPWORDS, stem

ALL_COMPETENCIES = "C. trav. R. 6113-16-3, 2°"
DURATIONS = "C. trav. R. 6113-16-3, 3°"
IN_PERSON = "C. trav. R. 6113-16-3, 4°"

# A hint rests on two words at least: one alone is «client» or «appareil», found everywhere.
WORDS_LEAST = 2
# Two stems are the same word when they begin alike for this long: «frigorigène» and «frigorifique».
ALIKE_LEAST = 7
QUOTE_MOST = 140
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[^.;!?\n]+")


@dataclass(frozen=True)
class Module:
    """One module. ``works``: keys of the competencies it works on. ``in_person_minutes`` is a part of ``minutes``."""

    key: str
    title: str
    content: str = ""
    minutes: int = 0
    in_person_minutes: int = 0
    works: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Aim:
    """A competency to be worked on: its key, its number as it is read («2.3»), its words, the key of its bloc."""

    key: str
    number: str
    text: str
    bloc: str = ""


@dataclass(frozen=True)
class Coverage:
    """Which aims are worked on, by which modules, and which are not, each in the order of the référentiel."""

    by: Mapping[str, tuple[str, ...]]
    holes: tuple[Aim, ...]

    @property
    def covered_count(self) -> int:
        """How many aims are worked on in one module at least."""
        return len(self.by)


@dataclass(frozen=True)
class Shortfall:
    """A limit of the référentiel that the programme does not reach; ``least`` and ``found`` in ``unit``."""

    key: str
    least: float
    found: float
    unit: str
    article: str


@dataclass(frozen=True)
class Piece:
    """A run of a quotation; ``matched`` when it is one of the words that the hint rests on."""

    text: str
    matched: bool


@dataclass(frozen=True)
class Hint:
    """A module whose own words look like a competency that nobody works on. It proposes; a person says yes or no."""

    aim: str
    module: str
    quote: tuple[Piece, ...]


def aims_of(whole: Referentiel, blocs: Collection[str] = ()) -> tuple[Aim, ...]:
    """List what must be worked on, for these blocs (all of them when none is named), numbered as the référentiel is."""
    return tuple(
        Aim(competency.key, f"{rank}.{number}", competency.text, bloc.key)
        for rank, bloc in enumerate(whole.blocs, start=1)
        if not blocs or bloc.key in blocs
        for number, competency in enumerate(bloc.competencies, start=1)
    )


def coverage(aims: Sequence[Aim], modules: Sequence[Module]) -> Coverage:
    """Compare what must be worked on with what is. What a module works on beyond the aims counts for nothing."""
    by = {aim.key: tuple(one.key for one in modules if aim.key in one.works) for aim in aims}
    return Coverage({key: found for key, found in by.items() if found}, tuple(aim for aim in aims if not by[aim.key]))


def total_minutes(modules: Iterable[Module]) -> int:
    """Sum the durations."""
    return sum(one.minutes for one in modules)


def in_person_percent(modules: Sequence[Module]) -> float:
    """Give the part in presence, 0 to 100; 0 when the programme lasts no time."""
    whole = total_minutes(modules)
    return 100 * sum(one.in_person_minutes for one in modules) / whole if whole else 0.0


def shortfalls(limits: Mapping[str, int], modules: Sequence[Module]) -> tuple[Shortfall, ...]:
    """Give the limits that are not reached: ``minimum_hours`` and ``in_person_percent`` of a référentiel.

    A limit is reached when it is equalled. Those that a programme does not show (internships, heads) are not judged.
    """
    found: list[Shortfall] = []
    hours = total_minutes(modules) / 60
    least_hours = limits.get("minimum_hours", 0)
    if hours < least_hours:
        found.append(Shortfall("minimum_hours", least_hours, hours, "h", DURATIONS))
    least_percent, percent = limits.get("in_person_percent", 0), in_person_percent(modules)
    if percent < least_percent:
        found.append(Shortfall("in_person_percent", least_percent, percent, "%", IN_PERSON))
    return tuple(found)


def hints(
    holes: Sequence[Aim], modules: Sequence[Module], dismissed: Collection[tuple[str, str]] = ()
) -> tuple[Hint, ...]:
    """Propose, for each hole, the module whose words look most like it; never one in ``dismissed`` (module, aim).

    Words are compared by their stem, at least two of them in one sentence of the module's title or content.
    """
    sentences = [(module, part) for module in modules for part in _sentences(module)]
    found: list[Hint] = []
    for aim in holes:
        wanted = {stem(word) for word in _words(aim.text)}
        best: tuple[int, Module, str] | None = None
        for module, part in sentences:
            if (module.key, aim.key) in dismissed:
                continue
            count = len({one for one in wanted for word in _words(part) if _alike(one, stem(word))})
            if count >= WORDS_LEAST and (best is None or count > best[0]):
                best = (count, module, part)
        if best is not None:
            found.append(Hint(aim.key, best[1].key, _quoted(best[2], wanted)))
    return tuple(found)


def _sentences(module: Module) -> list[str]:
    return [part.strip() for text in (module.title, module.content) for part in _SENTENCE.findall(text) if part.strip()]


def _words(text: str) -> list[str]:
    folded = (fold(word) for word in _WORD.findall(text))
    return [word for word in folded if len(word) > 2 and word not in STOPWORDS]


def _alike(one: str, other: str) -> bool:
    return one == other or (
        len(one) >= ALIKE_LEAST and len(other) >= ALIKE_LEAST and one[:ALIKE_LEAST] == other[:ALIKE_LEAST]
    )


def _quoted(sentence: str, wanted: Collection[str]) -> tuple[Piece, ...]:
    """Cut the sentence at the words that matched, shortened around them when it is long."""
    marks = [
        match.span()
        for match in _WORD.finditer(sentence)
        if any(_alike(one, stem(word)) for word in _words(match.group()) for one in wanted)
    ]
    start, end = 0, len(sentence)
    if end > QUOTE_MOST and marks:
        start = max(0, sentence.rfind(" ", 0, max(0, marks[0][0] - 30)) + 1)
        end = min(len(sentence), max(start + QUOTE_MOST, marks[0][1]))
        marks = [(left, right) for left, right in marks if right <= end]
    pieces: list[Piece] = []
    at = start
    for left, right in marks:
        pieces += [Piece(sentence[at:left], matched=False)] if left > at else []
        pieces.append(Piece(sentence[left:right], matched=True))
        at = right
    pieces += [Piece(sentence[at:end], matched=False)] if at < end else []
    return tuple(pieces)
