"""Reading a table that somebody sends (xlsx, ods, csv): cells as text, exactly as a person would type them again."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from jurande.integrations.inspection import Kind, Rejected, examine
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.operations.refusals import refusal
from jurande.registers.documents.operations.sheet_errors import with_errors_said
from jurande.registers.documents.states import TABLES

COLUMNS_MOST = 200
CELLS_MOST = 1_000
CELL_CHARS = 4_000
# How far down the titles of columns may stand, under a banner, a date, a logo's empty rows.
HEADER_WITHIN = 20


class TableRefused(Refused):
    """This file holds no table that can be read."""


@dataclass(frozen=True)
class TableRow:
    """One row: its number as the sheet shows it, and its cells, as many as there are headers."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ReadTable:
    """The first sheet that is not hidden: its column titles, then the rows under them that hold something."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(*, content: BinaryIO, filename: str, rows_most: int) -> ReadTable:
    """Read the first sheet that is not hidden, as text. The titles are the first row that fills most of its columns.

    A cell merged over several rows says the same on each of them. A formula gives the value that the file holds; one
    that failed, its error («#N/A»); one that an XLSX file holds without a value, itself («=A1»): never nothing. A whole
    number keeps all its digits, a box that is ticked says «vrai», a duration «27 h 30». A title that several
    columns bear is numbered, «Nom (2)». Text that is not UTF-8 is read as Windows writes it (cp1252).

    :raises DocumentRefused: it is no spreadsheet. :raises TableRefused: it is empty, too long, or cannot be read.
    """
    headers, rows = stream_table(content=content, filename=filename, rows_most=rows_most)
    return ReadTable(headers, tuple(rows))


def stream_table(*, content: BinaryIO, filename: str, rows_most: int) -> tuple[tuple[str, ...], Iterator[TableRow]]:
    """Read as ``read_table`` does, without ever holding all the rows: the titles, then the rows one by one.

    What is wrong further down is raised when it is met: a caller keeps nothing until the last row has come.

    :raises DocumentRefused: :raises TableRefused: as ``read_table``, now or while rows are taken.
    """
    received = content.read(TABLES.max_bytes + 1)
    try:
        examined = examine(received, filename, TABLES)
    except Rejected as rejected:
        raise refusal(rejected, TABLES) from rejected
    is_text = examined.kind == Kind.CSV
    lines = _csv_lines(received) if is_text else _sheet_lines(with_errors_said(received, examined.kind), rows_most)
    filled = (row for row in lines if any(row.cells))
    head = list(islice(filled, HEADER_WITHIN + 1))
    if len(head) < 2:
        raise TableRefused(
            _("Ce tableau n’a pas de ligne sous ses titres de colonnes. Vérifiez la première feuille."), field="file"
        )
    at = _header_at(head)
    width = max((i + 1 for i, title in enumerate(head[at].cells) if title), default=0)
    if width > COLUMNS_MOST:
        raise _too_wide()
    return _titled(head[at].cells[:width]), _under(chain(head[at + 1 :], filled), width, rows_most)


def _under(rows: Iterable[TableRow], width: int, rows_most: int) -> Iterator[TableRow]:
    count = 0
    for row in rows:
        cells = _fitted(row.cells, width)
        if any(cells):
            count += 1
            if count > rows_most:
                raise TableRefused(
                    _("Ce tableau a plus de %(most)d lignes. Partagez-le en plusieurs fichiers.") % {"most": rows_most},
                    field="file",
                )
            yield TableRow(row.number, cells)


def _too_wide() -> TableRefused:
    return TableRefused(
        _("Ce tableau a plus de %(most)d colonnes. Gardez celles qui servent, puis renvoyez-le.")
        % {"most": COLUMNS_MOST},
        field="file",
    )


def _header_at(rows: list[TableRow]) -> int:
    counts = [len(set(filter(None, row.cells))) for row in rows[:HEADER_WITHIN]]
    enough = max(2, max(counts) * 2 // 3)
    at = next((i for i, count in enumerate(counts) if count >= enough), 0)
    return at if at < len(rows) - 1 else 0


def _titled(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Number the titles that several columns bear: whoever names one of them must not be given another."""
    seen: Counter[str] = Counter()
    titles: list[str] = []
    for title in cells:
        seen[title] += 1
        titles.append(title if seen[title] == 1 else f"{title} ({seen[title]})".strip())
    return tuple(titles)


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells[:width], *("",) * (width - len(cells)))


def _csv_lines(content: bytes) -> Iterator[TableRow]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    sample = "\n".join(text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN])
    mark = max(";,\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield TableRow(reader.line_num, tuple(cell.strip()[:CELL_CHARS] for cell in cells))
    except csv.Error as fault:
        raise TableRefused(_("Ce tableau CSV n’a pas pu être lu. Enregistrez-le en .xlsx."), field="file") from fault


def _sheet_lines(content: bytes, rows_most: int) -> Iterator[TableRow]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(_first_shown(book))
        # A lone cell far to the right would make each row thousands of cells wide.
        if sheet.total_width > CELLS_MOST:
            raise _too_wide()
        merged = _merged(sheet)
        # What is read row by row begins at the first row, but at the first column that holds something.
        margin = [""] * (sheet.start[1] if sheet.start else 0)
        above: dict[tuple[int, int], str] = {}
        for at, row in enumerate(islice(sheet.iter_rows(), 2 * rows_most + HEADER_WITHIN)):
            cells = margin + [_text(cell)[:CELL_CHARS] for cell in row]
            for left, top in merged.get(at, ()):
                if left < len(cells):
                    if at == top:
                        above[top, left] = cells[left]
                    cells[left] = cells[left] or above.get((top, left), "")
            yield TableRow(at + 1, tuple(cells))
    except (CalamineError, OSError, ValueError, IndexError, OverflowError) as fault:
        raise TableRefused(
            _("Ce tableur n’a pas pu être lu. Ouvrez-le, enregistrez-le de nouveau, puis renvoyez-le."), field="file"
        ) from fault


def _first_shown(book: CalamineWorkbook) -> int:
    # Lists of choices are often kept in a hidden sheet, and sometimes before the one that people see.
    shown = (at for at, one in enumerate(book.sheets_metadata) if one.visible == SheetVisibleEnum.Visible)
    return next(shown, 0)


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """For each row, the columns where something merged begins, and the row where it began."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or []:
        for at in range(top, min(bottom, sheet.total_height) + 1):
            found.setdefault(at, []).append((left, top))
    return found


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "vrai" if cell else "faux"
    if isinstance(cell, float):
        # A SIRET kept as a number must come out with its fourteen digits, not as 8.4e+13.
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, time):
        return f"{cell.hour} h {cell.minute:02d}"
    if isinstance(cell, timedelta):
        hours, minutes = divmod(round(cell.total_seconds() / 60), 60)
        return f"{hours} h {minutes:02d}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
