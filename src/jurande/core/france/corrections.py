# SPDX-License-Identifier: Apache-2.0
"""Asking to have mended what a document says of oneself: what may be asked, what differs, and until when to answer."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from jurande.core.france.ledger import later
from jurande.core.france.spelling import fold

RIGHT = "RGPD, art. 16"
DELAY = "RGPD, art. 12, paragraphe 3"
IN_FORCE_SINCE = date(2018, 5, 25)
MONTHS = 1
# What a partner has of that month before the certifier answers in its place, when a house chose nothing.
PARTNER_DAYS = 10
HALF = 0.5


@dataclass(frozen=True)
class Identity:
    """What a document says of its holder; ``birth_on``: ISO or empty."""

    first_name: str
    last_name: str
    birth_on: str = ""
    birth_place: str = ""

    def composed(self) -> Identity:
        """Say the same with composed letters and single spaces; nothing else changes, neither accent nor apostrophe."""
        said = {name: " ".join(unicodedata.normalize("NFC", text).split()) for name, text in asdict(self).items()}
        return Identity(**said)

    def to_text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Identity:
        """Read what ``to_text`` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Letters:
    """Some letters of a text; ``differ``: the other side has others there, or none."""

    text: str
    differ: bool = False


@dataclass(frozen=True)
class Change:
    """What one field says today and should say; joined, the letters of a side give its text."""

    field: str
    before: tuple[Letters, ...]
    after: tuple[Letters, ...]


def changes(today: Identity, wanted: Identity) -> tuple[Change, ...]:
    """Tell field by field what differs, letter by letter; an empty tuple when they say the same."""
    pairs = zip(asdict(today).items(), asdict(wanted).values(), strict=True)
    return tuple(_changed(field, before, after) for (field, before), after in pairs if before != after)


def _changed(field: str, before: str, after: str) -> Change:
    if field == "birth_on":  # a date is read whole
        return Change(field, (Letters(before, differ=True),), (Letters(after, differ=True),))
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return Change(
        field,
        tuple(_side((before[i1:i2], tag) for tag, i1, i2, _j1, _j2 in steps)),
        tuple(_side((after[j1:j2], tag) for tag, _i1, _i2, j1, j2 in steps)),
    )


def _side(cuts: Iterator[tuple[str, str]]) -> Iterator[Letters]:
    return (Letters(text, differ=tag != "equal") for text, tag in cuts if text)


def is_same_name(today: Identity, wanted: Identity) -> bool:
    """Tell whether a misspelling, or two names put the wrong way round, explains the difference; else it is another.

    Letters are compared without accents nor case. Half of them in common is enough, or one name within the other.
    """
    straight = _resembles(today.first_name, wanted.first_name) and _resembles(today.last_name, wanted.last_name)
    crossed = _resembles(today.first_name, wanted.last_name) and _resembles(today.last_name, wanted.first_name)
    return straight or crossed


def _resembles(one: str, other: str) -> bool:
    first, second = fold(one), fold(other)
    if first in second or second in first:
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= HALF


def answer_by(asked_on: date, days: int | None = None) -> date:
    """Give the last day, included, to answer: the month of the law, or the ``days`` of a house that promises less."""
    latest = later(asked_on, MONTHS)
    return latest if days is None else min(latest, asked_on + timedelta(days=days))


def partner_answers_by(asked_on: date, due_on: date, days: int = PARTNER_DAYS) -> date:
    """Give the last day that a partner has, never after that of the whole answer."""
    return min(due_on, asked_on + timedelta(days=days))
