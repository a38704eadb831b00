"""Cells whose formula failed: readers of spreadsheets give nothing for them, and nothing is not what they say.

A day that says #N/A must be mended by somebody, not taken for a day that was left out.
Source: ECMA-376, part 1, 18.3.1.4 and 18.18.11 (cells, their types); OpenDocument 1.3, part 3, 19.385 (value types).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import IO
from zipfile import ZipFile, ZipInfo

from jurande.integrations.inspection import Kind

CHUNK_BYTES = 1 << 20
# No row is as long: what is longer is cut anywhere, so that a file without rows costs no more than another.
ROW_BYTES = 1 << 22

_XLSX_PARTS = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# What a part of a sheet must hold to be worth looking at more closely, for most hold none of it.
_XLSX_MARKS = re.compile(rb"\st=[\"']e[\"']")
_XLSX_FORMULA_MARKS = re.compile(
    rb"(?:/f|/x:f|<f\b[^<>]*/|<x:f\b[^<>]*/)>(?:<(?:x:)?v\s?/>|<v></v>|<x:v></x:v>)?</(?:x:)?c>"
)
_XLSX_ERROR = re.compile(rb"(<(?:x:)?c\s[^<>]*?\bt=)([\"'])e\2")
# A formula without any value, of a file that no spreadsheet ever opened; one whose outcome is "" is typed «str».
_XLSX_FORMULA = re.compile(rb"<((?:x:)?)c(\s[^<>]*)?><\1f\b[^<>]*(?:/>|>([^<]*)</\1f>)(?:<\1v\s?/>|<\1v></\1v>)?</\1c>")
_XLSX_TYPE = re.compile(rb"\st=(?:\"[^\"]*\"|'[^']*')")
_ODS_PARTS = re.compile(r"content\.xml")
_ODS_CELL = re.compile(
    rb"<(table:(?:covered-)?table-cell)\b(?:([^<>]*calcext:value-type=\"error\"[^<>]*(?<!/))>"
    rb"|([^<>]*(?<!/))>(?=\s*<text:p[^<>]*>(?:#[A-Z]|Err\s?:)))"
)
_ODS_VALUE = re.compile(rb"\soffice:(?:value-type|[a-z]+-value|value)=\"[^\"]*\"")


def with_errors_said(content: bytes, kind: Kind) -> bytes:
    """Give the same workbook, where a cell in error holds its error as a text: «#N/A», «Err:502».

    A formula of an XLSX file that has no value at all holds itself as a text, «=TODAY()». A workbook without either
    comes back as it is. ``content``: a workbook that was examined.
    """
    parts, end, mend = _WAYS[kind]
    with ZipFile(io.BytesIO(content)) as before:
        names = {name for name in before.namelist() if parts.fullmatch(name)}
        if not any(_passed(before.open(name), None, end, mend) for name in names):
            return content
        out = io.BytesIO()
        with ZipFile(out, "w") as after:
            for entry in before.infolist():
                # The kind of an OpenDocument file must be readable as it lies.
                named = ZipInfo(entry.filename)
                named.compress_type = entry.compress_type
                with before.open(entry) as part, after.open(named, "w") as copy:
                    _passed(part, copy, end, mend if entry.filename in names else _unchanged)
    return out.getvalue()


def _passed(part: IO[bytes], copy: IO[bytes] | None, end: bytes, mend: Callable[[bytes], bytes]) -> bool:
    """Mend a part from row to row, and tell whether anything changed; without a copy, only until that is known."""
    rest, changed = b"", False
    while chunk := part.read(CHUNK_BYTES):
        whole, mark, rest = (rest + chunk).rpartition(end)
        if len(rest) > ROW_BYTES:
            whole, mark, rest = whole + mark + rest, b"", b""
        mended = mend(whole + mark)
        changed = changed or mended != whole + mark
        if copy is not None:
            copy.write(mended)
        elif changed:
            return True
    mended = mend(rest)
    if copy is not None:
        copy.write(mended)
    return changed or mended != rest


def _unchanged(content: bytes) -> bytes:
    return content


def _xlsx(content: bytes) -> bytes:
    if _XLSX_FORMULA_MARKS.search(content):
        content = _XLSX_FORMULA.sub(_formula, content)
    return _XLSX_ERROR.sub(rb'\1"str"', content) if _XLSX_MARKS.search(content) else content


def _formula(found: re.Match[bytes]) -> bytes:
    prefix, attributes, formula = (each or b"" for each in found.groups())
    kind = _XLSX_TYPE.search(attributes)
    if kind is not None and kind[0][4:-1] == b"str":
        return found[0]
    bare = _XLSX_TYPE.sub(b"", attributes)
    return b'<%bc%b t="str"><%bv>=%b</%bv></%bc>' % (prefix, bare, prefix, formula, prefix, prefix)


def _ods(content: bytes) -> bytes:
    return _ODS_CELL.sub(_shown, content)


def _shown(found: re.Match[bytes]) -> bytes:
    """Call the cell a text: what it shows is then what it says."""
    attributes = _ODS_VALUE.sub(b"", found[2] or found[3])
    return b'<%b%b office:value-type="string">' % (found[1], attributes)


_WAYS = {Kind.XLSX: (_XLSX_PARTS, b"row>", _xlsx), Kind.ODS: (_ODS_PARTS, b"table-row>", _ods)}
