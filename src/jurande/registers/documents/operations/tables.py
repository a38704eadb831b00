"""Reading a table that somebody sends (xlsx, ods, csv): cells as text, exactly as a person would type them again."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from jurande.integrations.inspection import Kind, Rejected, examine
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.operations.refusals import refusal
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
    """The first sheet: its column titles, then the rows under them that hold something."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(*, content: BinaryIO, filename: str, rows_most: int) -> ReadTable:
    """Read the first sheet of a spreadsheet as text. The titles are the first row that fills most of its columns.

    A cell merged over several rows says the same on each of them. A formula gives the value that the file holds. A
    whole number keeps all its digits. Text that is not UTF-8 is read as Windows writes it (cp1252).

    :raises DocumentRefused: it is no spreadsheet. :raises TableRefused: it is empty, too long, or cannot be read.
    """
    received = content.read(TABLES.max_bytes + 1)
    try:
        examined = examine(received, filename, TABLES)
    except Rejected as rejected:
        raise refusal(rejected, TABLES) from rejected
    lines = _csv_lines(received) if examined.kind == Kind.CSV else _sheet_lines(received, rows_most)
    filled = [row for row in lines if any(row.cells)]
    if len(filled) > rows_most + HEADER_WITHIN:
        raise TableRefused(
            _("Ce tableau a plus de %(most)d lignes. Partagez-le en plusieurs fichiers.") % {"most": rows_most},
            field="file",
        )
    if len(filled) < 2:
        raise TableRefused(
            _("Ce tableau n’a pas de ligne sous ses titres de colonnes. Vérifiez la première feuille."), field="file"
        )
    at = _header_at(filled)
    width = max((i + 1 for i, title in enumerate(filled[at].cells) if title), default=0)
    if width > COLUMNS_MOST:
        raise _too_wide()
    rows = [TableRow(row.number, _fitted(row.cells, width)) for row in filled[at + 1 :]]
    return ReadTable(_fitted(filled[at].cells, width), tuple(row for row in rows if any(row.cells)))


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


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells[:width], *("",) * (width - len(cells)))


def _csv_lines(content: bytes) -> list[TableRow]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    sample = "\n".join(text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN])
    mark = max(";,\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows: list[TableRow] = []
    try:
        for cells in reader:
            rows.append(TableRow(reader.line_num, tuple(cell.strip()[:CELL_CHARS] for cell in cells)))
    except csv.Error as fault:
        raise TableRefused(_("Ce tableau CSV n’a pas pu être lu. Enregistrez-le en .xlsx."), field="file") from fault
    return rows


def _sheet_lines(content: bytes, rows_most: int) -> list[TableRow]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        # A lone cell far to the right would make each row thousands of cells wide.
        if sheet.total_width > CELLS_MOST:
            raise _too_wide()
        rows = [
            [_text(cell)[:CELL_CHARS] for cell in row]
            for row in sheet.to_python(skip_empty_area=False, nrows=2 * rows_most + HEADER_WITHIN)
        ]
        _spread_merged(rows, sheet)
    except (CalamineError, OSError, ValueError, IndexError, OverflowError) as fault:
        raise TableRefused(
            _("Ce tableur n’a pas pu être lu. Ouvrez-le, enregistrez-le de nouveau, puis renvoyez-le."), field="file"
        ) from fault
    return [TableRow(number, tuple(cells)) for number, cells in enumerate(rows, start=1)]


def _spread_merged(rows: list[list[str]], sheet: CalamineSheet) -> None:
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or []:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for at in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[at]) and not rows[at][left]:
                rows[at][left] = rows[top][left]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float):
        # A SIRET kept as a number must come out with its fourteen digits, not as 8.4e+13.
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, time):
        return f"{cell.hour} h {cell.minute:02d}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
