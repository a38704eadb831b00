"""Sheets that leave the house: CSV as French spreadsheets read it, and XLSX. Neither can carry a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that starts so is computed by spreadsheets; a name typed by a stranger must stay a name.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _naive(value: object) -> object:
    return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def _csv_cell(value: object) -> str:
    value = _naive(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, (int, float, Decimal)):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Answer with ``name``.csv: UTF-8 with its mark, semicolons, dates and decimals written in French."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return _attached(out.getvalue().encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")


def xlsx_sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Answer with ``name``.xlsx: real dates and numbers, text that stays text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Feuille 1")

    def cell(value: object) -> WriteOnlyCell:
        value = _naive(value)
        if value is None or isinstance(value, (bool, int, float, Decimal, date)):
            return WriteOnlyCell(sheet, value=value)
        made = WriteOnlyCell(sheet, value=str(value))
        made.data_type = "s"
        return made

    sheet.append([cell(title) for title in header])
    for row in rows:
        sheet.append([cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return _attached(out.getvalue(), f"{name}.xlsx", XLSX)


def _attached(content: bytes, filename: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "X-Content-Type-Options": "nosniff"},
    )
