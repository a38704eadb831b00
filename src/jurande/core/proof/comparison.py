# SPDX-License-Identifier: Apache-2.0
"""What differs between something handed over and what was issued: word by word for a page, member by member for JSON.

A signature proves the file it is in, and nothing of the page around it: somebody who writes another name on the page
of a genuine PDF leaves its attachment intact. So the words of the page are compared with those that were issued.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from jurande.core.encoding.jcs import Json

MOST_WORDS = 3_000
MOST_DIFFERENCES = 20
LONGEST_SHOWN = 300
# Shown on each side of a word that changed and that the record has no name for.
WORDS_BESIDE = 2
# Two pages that have less than this in common are two pages, not one that was altered.
SAME_PAGE = 0.5
_ENDS = "«»“”\"'’.,;:!?()[]{}–—…·•"
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00ad": None, "\u2019": "'"})


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the record says: a stable code, what to show, and every spelling under which a page may say it."""

    field: str
    value: str
    spellings: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        """The spellings to look for, its own first."""
        return (self.value, *self.spellings)


@dataclass(frozen=True, slots=True)
class Difference:
    """``recorded`` is what was issued, ``shown`` what is there instead, empty when it is not there.

    ``field`` is the code of what the record says, «» for words that are none of it, or the path of a JSON member.
    """

    field: str
    recorded: str
    shown: str


@dataclass(frozen=True, slots=True)
class PageComparison:
    """The differences of a page; ``is_same_page``: it is laid out as what was issued, so that every word was compared.

    Otherwise only what the record says was looked for, and words that were added go unseen.
    """

    differences: tuple[Difference, ...]
    is_same_page: bool


def compare_pages(said: Sequence[Said], original: str, handed: str) -> PageComparison:
    """Compare the text of a page with the text of the original page, and say what was changed.

    ``original`` may be empty: nothing is known of the page but ``said``.
    """
    ours, theirs = words_of(original), words_of(handed)
    matcher = SequenceMatcher(None, [word.key for word in ours], [word.key for word in theirs], autojunk=False)
    if not ours or matcher.ratio() < SAME_PAGE:
        return PageComparison(tuple(_missing(said, theirs)), False)
    aligned = _Alignment(matcher.get_opcodes())
    differences: list[Difference] = []
    explained: set[int] = set()
    for one in said:
        for start, end in _places(one, ours):
            first, last = aligned.range(start, end)
            if aligned.is_equal(start, end):
                continue
            found = Difference(one.field, one.value, _shown(theirs[first:last]))
            explained |= aligned.touched(start, end)
            if found not in differences:
                differences.append(found)
    for number, (tag, i1, i2, j1, j2) in enumerate(aligned.codes):
        if tag != "equal" and number not in explained:
            found = Difference("", _around(ours, i1, i2), _around(theirs, j1, j2))
            if found not in differences:
                differences.append(found)
    return PageComparison(tuple(differences[:MOST_DIFFERENCES]), True)


def compare_documents(recorded: Mapping[str, Json], handed: Mapping[str, Json]) -> tuple[Difference, ...]:
    """Return the members that differ, proofs aside, by their paths: «credentialSubject.achievement.name»."""
    ours, theirs = dict(_leaves(recorded, "")), dict(_leaves(handed, ""))
    paths = [*ours, *(path for path in theirs if path not in ours)]
    found = (
        Difference(path, ours.get(path, "")[:LONGEST_SHOWN], theirs.get(path, "")[:LONGEST_SHOWN])
        for path in paths
        if ours.get(path) != theirs.get(path)
    )
    return tuple(difference for difference, _ in zip(found, range(MOST_DIFFERENCES), strict=False))


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, and the key under which it equals another: case and outer punctuation do not count."""

    text: str
    key: str


def words_of(text: str) -> list[Word]:
    """Return the words of a text, at most ``MOST_WORDS``; accents count, compositions and ligatures do not."""
    folded = unicodedata.normalize("NFKC", text).translate(_HYPHENS)
    words = (Word(word, word.strip(_ENDS).casefold()) for word in folded.split()[: 2 * MOST_WORDS])
    return [word for word in words if word.key][:MOST_WORDS]


def _missing(said: Sequence[Said], words: Sequence[Word]) -> Iterator[Difference]:
    for one in said:
        if not any(True for _ in _places(one, words)):
            yield Difference(one.field, one.value, _closest(one, words))


def _places(one: Said, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield where the words of one spelling stand together."""
    for spelling in one.ways:
        keys = [word.key for word in words_of(spelling)]
        size = len(keys)
        for start in range(len(words) - size + 1) if size else ():
            if words[start].key == keys[0] and [word.key for word in words[start : start + size]] == keys:
                yield start, start + size


def _closest(one: Said, words: Sequence[Word]) -> str:
    """The words that look most like it, «» when none does: a forged name often keeps half of the true one."""
    best, found = 0.0, ""
    for spelling in one.ways:
        keys = [word.key for word in words_of(spelling)]
        wanted, marks = " ".join(keys), set(keys)
        for start in range(len(words) - len(keys) + 1) if keys else ():
            window = words[start : start + len(keys)]
            if not marks & {word.key for word in window} and len(keys) > 1:
                continue
            ratio = SequenceMatcher(None, wanted, " ".join(word.key for word in window), autojunk=False).ratio()
            if ratio > best:
                best, found = ratio, _shown(window)
    return found if best >= 0.6 else ""


class _Alignment:
    """Where words of the original are in what was handed over."""

    def __init__(self, codes: Sequence[tuple[str, int, int, int, int]]) -> None:
        self.codes = codes

    def touched(self, start: int, end: int) -> set[int]:
        """The numbers of the operations that concern these words, insertions at their edges included."""
        return {
            number
            for number, (tag, i1, i2, _j1, _j2) in enumerate(self.codes)
            if tag != "equal" and ((i1 < end and i2 > start) or (i1 == i2 and start <= i1 <= end))
        }

    def is_equal(self, start: int, end: int) -> bool:
        """Tell whether the words are there unchanged, with nothing put inside or against them."""
        return not self.touched(start, end)

    def range(self, start: int, end: int) -> tuple[int, int]:
        """The words that stand in their place, those put against them included."""
        first, last = None, 0
        for tag, i1, i2, j1, j2 in self.codes:
            if tag == "equal":
                low, high = max(start, i1), min(end, i2)
                if low >= high:
                    continue
                span = (j1 + low - i1, j1 + high - i1)
            elif (i1 < end and i2 > start) or (i1 == i2 and start <= i1 <= end):
                span = (j1, j2)
            else:
                continue
            first = span[0] if first is None else min(first, span[0])
            last = max(last, span[1])
        return (first, last) if first is not None else (0, 0)


def _around(words: Sequence[Word], start: int, end: int) -> str:
    """Words that nothing names, with those that stand beside them when there are few: «30» says nothing by itself."""
    if start == end:
        return ""
    beside = WORDS_BESIDE if end - start < WORDS_BESIDE else 0
    return _shown(words[max(0, start - beside) : end + beside])


def _shown(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)[:LONGEST_SHOWN].strip(".,;:")


_PLAIN = re.compile(r"[A-Za-z@][A-Za-z0-9@_-]*")


def _leaves(value: Json | Mapping[str, Json], path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not path and name == "proof":
                continue
            step = name if _PLAIN.fullmatch(name) else repr(name)
            yield from _leaves(inner, f"{path}.{step}" if path else step)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, value if isinstance(value, str) else repr(value)
