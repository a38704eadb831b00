# SPDX-License-Identifier: Apache-2.0
"""Small numbers are not shown, nor what would give them away: the total less the others, a whole less its other parts.

A number of one to four people is hidden. A line about fewer than five people shows nothing that they did. Then, column
by column and line by line, whatever would let a hidden number be worked out is hidden too: a whole before its parts,
the smallest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

# Below it a number is hidden.
SMALL = 5


class Hidden(Enum):
    """Why a number is not shown: it is between one and four, or it would give away one that is."""

    SMALL = "small"
    CLOSED = "closed"


type Shown = int | Hidden


@dataclass(frozen=True)
class Shape:
    """How the columns hold together. ``people``: how many of the first ones count people of the line's population.

    ``wholes``: column numbers whose sum is at most the population of the line, or at most another column: (whole,
    parts), where None stands for the population.
    """

    people: int
    wholes: tuple[tuple[int | None, tuple[int, ...]], ...] = ()


@dataclass
class _Cell:
    value: int
    low: int
    high: float
    shown: Shown


@dataclass(frozen=True)
class Guarded:
    """A table that may be shown: each line, then the totals."""

    lines: list[list[Shown]]
    totals: list[Shown]


def guard_all(tables: Sequence[tuple[Sequence[Sequence[int]], Sequence[int]]], shape: Shape) -> list[Guarded]:
    """Hide what must be hidden in tables that count the same people in other ways: lines and populations of each.

    Their totals are the same: one that is hidden in a table is hidden in all, and nothing there gives it away.
    """
    kept: frozenset[int] = frozenset()
    while True:
        found = [guard(lines, populations, shape, closed=kept) for lines, populations in tables]
        more = {at for one in found for at, cell in enumerate(one.totals) if cell is Hidden.CLOSED}
        if more <= kept:
            return found
        kept |= more


def guard(
    lines: Sequence[Sequence[int]], populations: Sequence[int], shape: Shape, *, closed: frozenset[int] = frozenset()
) -> Guarded:
    """Hide what must be hidden. ``populations``: of each line, shown to everybody. A total is the sum of its column.

    ``closed``: columns whose total is hidden because of another table.
    """
    width = len(lines[0]) if lines else 0
    whole = sum(populations)
    table = [
        [_cell(value, size if at < shape.people else None) for at, value in enumerate(line)]
        for line, size in zip(lines, populations, strict=True)
    ]
    totals = [_cell(sum(line[at] for line in lines), whole if at < shape.people else None) for at in range(width)]
    for at in closed & frozenset(range(width)):
        _close_total([line[at] for line in table], totals[at])
    pending = True
    while pending:
        # Each turn hides one number more at least: it ends.
        pending = any(
            [_close_column([line[at] for line in table], totals[at]) for at in range(width)]
            + [
                _close_line(line, size, shape)
                for line, size in zip([*table, totals], [*populations, whole], strict=True)
                if size >= SMALL
            ]
        )
    return Guarded([[cell.shown for cell in line] for line in table], [cell.shown for cell in totals])


def guard_one(value: int) -> Shown:
    """Hide a number that stands alone, if it is small."""
    return Hidden.SMALL if 0 < value < SMALL else value


def guard_part(value: int, whole: int) -> Shown:
    """Hide a number that is shown beside the whole that it is part of, if it or what it lacks is small."""
    return Hidden.CLOSED if 0 < whole - value < SMALL else guard_one(value)


def _cell(value: int, population: int | None) -> _Cell:
    if population is not None and 0 < population < SMALL:
        return _Cell(value, 0, population, Hidden.CLOSED)
    if 0 < value < SMALL:
        return _Cell(value, 1, SMALL - 1, Hidden.SMALL)
    return _Cell(value, value, value, value)


def _close(cell: _Cell) -> None:
    cell.shown, cell.low, cell.high = Hidden.CLOSED, SMALL, float("inf")


def _close_column(parts: list[_Cell], total: _Cell) -> bool:
    """Hide one number more if the total gives a hidden one away; tell whether it did."""
    if isinstance(total.shown, Hidden) or _are_safe(parts, total.value, total.value):
        return False
    seen = [cell for cell in parts if not isinstance(cell.shown, Hidden) and cell.value >= SMALL]
    if seen:
        _close(min(seen, key=lambda cell: cell.value))
    else:
        _open_ended(total)
    return True


def _close_total(parts: list[_Cell], total: _Cell) -> None:
    """Hide a total that is not small by itself, and as many of its parts as it takes for their sum not to tell it."""
    if isinstance(total.shown, Hidden):
        return
    _open_ended(total)
    if seen := [cell for cell in parts if not isinstance(cell.shown, Hidden) and cell.value >= SMALL]:
        _close(min(seen, key=lambda cell: cell.value))


def _open_ended(total: _Cell) -> None:
    total.shown, total.low, total.high = Hidden.CLOSED, 0, float("inf")


def _close_line(line: list[_Cell], population: int, shape: Shape) -> bool:
    for whole, parts in shape.wholes:
        most = population if whole is None else line[whole].high
        cells = [line[at] for at in parts]
        if not any(cell.shown is Hidden.SMALL for cell in cells) or _are_safe(cells, 0, most):
            continue
        if whole is not None and not isinstance(line[whole].shown, Hidden):
            _close(line[whole])
            return True
        seen = [cell for cell in cells if not isinstance(cell.shown, Hidden) and cell.value >= SMALL]
        if seen:
            _close(min(seen, key=lambda cell: cell.value))
            return True
    return False


def _are_safe(cells: list[_Cell], least: float, most: float) -> bool:
    """Whether each hidden cell may still be any number of its range, when the sum lies between two bounds."""
    low, high = sum(cell.low for cell in cells), sum(cell.high for cell in cells)
    return all(
        # Closed beside a hidden number, it has nothing of its own to keep.
        cell.high == float("inf") or (low - cell.low + cell.high <= most and high - cell.high + cell.low >= least)
        for cell in cells
        if isinstance(cell.shown, Hidden)
    )
