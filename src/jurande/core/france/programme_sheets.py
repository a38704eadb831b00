# SPDX-License-Identifier: Apache-2.0
"""Reading a training programme from a spreadsheet whose columns have any name: guess them, then read row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from jurande.core.france.network_sheets import is_error, is_formula
from jurande.core.france.programmes import Aim
from jurande.core.france.spelling import fold

MODULES_MOST = 60
TITLE_MOST = 200
CONTENT_MOST = 4_000
MINUTES_MOST = 200_000
# A working day, when a duration is given in days.
DAY_MINUTES = 420

# What a column may be, and the folded words that headers use for it, the surest first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("module", "intitule", "titre", "sequence", "unite", "theme", "matiere"),
    "content": ("contenu", "descriptif", "description", "objectif", "programme", "detail"),
    "in_person": ("presentiel", "presence", "en salle"),
    "hours": ("duree", "heure", "volume", "nb h", "temps"),
    "competencies": ("competence", "referentiel", "code"),
}
_HOURS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:h(?:eures?)?|:)\s*(\d{1,2})?(?:\s*(?:min|mn|m))?")
# As spreadsheets write durations beyond a day.
_CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d)")
_MINUTES = re.compile(r"(\d+)\s*(?:min(?:utes?)?|mn)")
_DAYS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:j(?:ours?)?)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_AIM_NUMBER = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class RowFault:
    """A row that was not taken as it was: its number as the sheet shows it, and why."""

    row: int
    said: str
    why: str


@dataclass(frozen=True)
class SheetModule:
    """A module as a row gives it; ``works``: keys of the aims it named."""

    title: str
    content: str
    minutes: int
    in_person_minutes: int
    works: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What was understood of a sheet. A row in error, or whose title or hours are at fault, is left out."""

    modules: tuple[SheetModule, ...]
    faults: tuple[RowFault, ...]


def guessed_columns(headers: Sequence[str], columns: Mapping[str, tuple[str, ...]] = COLUMNS) -> dict[str, int]:
    """Guess which column is what, each used once; what is not recognised is left out."""
    found: dict[str, int] = {}
    folded = [fold(header) for header in headers]
    known = {word for words in columns.values() for word in words}
    for name, words in columns.items():
        free = {i: header for i, header in enumerate(folded) if i not in found.values()}
        exact = (i for word in words for i, header in free.items() if word == header)
        # A short word («du», «cp») is in too many others to be looked for inside them.
        # A header that is the very word of another column is left to it: «Obtenu le» does not say «obtenu».
        within = (
            i
            for word in words
            if len(word) > 3
            for i, header in free.items()
            if word in header and (header in words or header not in known)
        )
        at = next(chain(exact, within), None)
        if at is not None:
            found[name] = at
    return found


def minutes_in(text: str) -> int | None:
    """Read a duration: «7», «7,5», «7 h 30», «1:30», «1:30:00», «90 min», «2 jours»; a bare number is hours.

    None: not one. Parts of an hour are rounded to the minute; beyond ``MINUTES_MOST`` it is no duration.
    """
    said = fold(text).replace("\u00a0", " ").strip()
    if not said:
        return 0
    if match := _HOURS.fullmatch(said):
        minutes = round(_float(match[1]) * 60) + int(match[2] or 0)
    elif match := _CLOCK.fullmatch(said):
        minutes = int(match[1]) * 60 + int(match[2]) + (int(match[3]) >= 30)
    elif match := _MINUTES.fullmatch(said):
        minutes = int(match[1])
    elif match := _DAYS.fullmatch(said):
        minutes = round(_float(match[1]) * DAY_MINUTES)
    elif match := _NUMBER.fullmatch(said):
        minutes = round(_float(said) * 60)
    else:
        return None
    return minutes if minutes <= MINUTES_MOST else None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def read_rows(rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[str, int], aims: Sequence[Aim]) -> Reading:
    """Read the rows under the headers, each with the number that the sheet gives it.

    Competencies are named by their number («1.2») or by their words, parted by commas, semicolons or lines.
    """
    modules: list[SheetModule] = []
    faults: list[RowFault] = []
    for number, row in rows:
        cells = {name: _cell(row, at) for name, at in columns.items()}
        if not any(cell.strip() for cell in row):
            continue
        # A text may well begin by «=>», which is no formula.
        if broken := next((cell for name, cell in cells.items() if _is_broken(name, cell.strip())), ""):
            faults.append(RowFault(number, broken[:80], "error"))
            continue
        title = " ".join(cells.get("title", "").split())[:TITLE_MOST]
        minutes, in_person = minutes_in(cells.get("hours", "")), minutes_in(cells.get("in_person", ""))
        if not title:
            faults.append(RowFault(number, " · ".join(filter(None, row))[:80], "no_title"))
            continue
        if minutes is None or in_person is None:
            said = cells.get("hours", "") if minutes is None else cells.get("in_person", "")
            faults.append(RowFault(number, said[:80], "not_a_duration"))
            continue
        if in_person > minutes:
            faults.append(RowFault(number, title[:80], "in_person_longer"))
            in_person = minutes
        works, unknown = _named(cells.get("competencies", ""), aims)
        faults += [RowFault(number, said[:80], "unknown_competency") for said in unknown]
        if len(modules) == MODULES_MOST:
            faults.append(RowFault(number, title[:80], "too_many"))
            break
        modules.append(SheetModule(title, cells.get("content", "").strip()[:CONTENT_MOST], minutes, in_person, works))
    return Reading(tuple(modules), tuple(faults))


def _is_broken(name: str, cell: str) -> bool:
    return is_error(cell) or (name != "content" and is_formula(cell))


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if 0 <= at < len(row) else ""


def _named(text: str, aims: Sequence[Aim]) -> tuple[tuple[str, ...], list[str]]:
    by_number = {aim.number: aim.key for aim in aims}
    by_words = {" ".join(fold(aim.text).split()): aim.key for aim in aims}
    keys: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (one.strip() for one in re.split(r"[;\n|]|,(?!\d)", text))):
        folded = " ".join(fold(part).split())
        numbers = _AIM_NUMBER.findall(part)
        if folded in by_words:
            keys.append(by_words[folded])
        elif numbers and all(one in by_number for one in numbers):
            keys += [by_number[one] for one in numbers]
        else:
            unknown.append(part)
    return tuple(dict.fromkeys(keys)), unknown
