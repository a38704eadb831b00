"""Tables as working tools: search as you type, filters and sort in the address, columns, pages, selection, export.

A screen declares a ``Table`` once, reads it with the request's query, and shows it with {% listing %}::

    PARTNERS = Table(
        name="partenaires",
        columns=(
            Column("nom", _("Partenaire"), lambda p: p.name, order=("name",), url=lambda p: p.url),
            Column("fin", _("Fin"), lambda p: p.ends_on, order=("ends_on",)),
        ),
        filters=(Filter("etat", _("état"), STATES, lambda rows, chosen: rows.filter(state__in=chosen)),),
        search=lambda rows, words: rows.filter(name__icontains=words),
        order="nom",
    )

    def partners(request):
        listing = PARTNERS.read(request.GET, partnerships.visible_to(request.actor))
        return listing.sheet() or render(request, "certifier/partners.html", {"listing": listing})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from jurande.web.ui import formats
from jurande.web.ui.exports import csv_sheet, xlsx_sheet
from jurande.web.ui.parts import Filtered, Pages

register = Library()
PAGE_ROWS = 50
DEEP_ROWS = 1_000


@dataclass(frozen=True)
class Column[R]:
    """One column. ``value`` is what is exported and sorted; ``show`` what is seen, when that differs."""

    key: str
    label: str | Promise
    value: Callable[[R], object]
    show: Callable[[R], object] | None = None
    url: Callable[[R], str] | None = None
    order: tuple[str, ...] = ()  # the ORM's names; empty: one cannot sort by it (lists sort by ``value``)
    numeric: bool = False
    at_first: bool = True  # shown until the reader chooses columns
    on_phone: bool = True  # kept where rows become cards


@dataclass(frozen=True)
class Filter[R]:
    """One way to narrow the rows, by any of its choices."""

    key: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    keep: Callable[[Any, Sequence[str]], Any]  # rows, chosen values → fewer rows


@dataclass(frozen=True)
class BulkAct:
    """What may be asked for the chosen rows; ``url`` shows a preview and writes nothing yet."""

    label: str
    url: str


@dataclass(frozen=True)
class Table[R]:
    """A list declared once: its columns, filters, search and first order. ``name`` is its id and its file's name."""

    name: str
    columns: tuple[Column[R], ...]
    filters: tuple[Filter[R], ...] = ()
    search: Callable[[Any, str], Any] | None = None
    order: str = ""  # a column's key, "-" before it for the other way
    code: Callable[[R], str] | None = None  # given, rows can be chosen
    unit: str | Promise = "ligne,lignes"

    def read(self, query: QueryDict, rows: QuerySet[Any] | Sequence[R]) -> Listing[R]:
        """Return what the address asks of these rows; what it does not understand is left aside."""
        return Listing(self, query, rows)


@dataclass
class Listing[R]:
    """A table as one address shows it."""

    table: Table[R]
    query: QueryDict
    given: QuerySet[Any] | Sequence[R]

    # --- what the address says ---

    @cached_property
    def words(self) -> str:
        """What is searched for."""
        return self.query.get("q", "").strip()[:100]

    @cached_property
    def columns(self) -> list[Column[R]]:
        """The columns shown: those chosen, else those shown at first; never none."""
        chosen = set(self.query.getlist("colonne"))
        wanted = [c for c in self.table.columns if c.key in chosen] if chosen else []
        return wanted or [c for c in self.table.columns if c.at_first]

    @cached_property
    def sorted_by(self) -> tuple[Column[R] | None, bool]:
        """The column the rows are sorted by, and whether downwards."""
        for asked in (self.query.get("tri", ""), self.table.order):
            key = asked.removeprefix("-")
            column = next((c for c in self.table.columns if c.key == key and self._sortable(c)), None)
            if column is not None:
                return column, asked.startswith("-")
        return None, False

    def chosen(self, one: Filter[R]) -> list[str]:
        """The values chosen for a filter, known ones only."""
        known = {value for value, _ in one.choices}
        return [value for value in self.query.getlist(one.key) if value in known]

    # --- the rows ---

    @cached_property
    def rows(self) -> Any:
        """Every row that the address keeps, in order."""
        rows: Any = self.given
        for one in self.table.filters:
            if values := self.chosen(one):
                rows = one.keep(rows, values)
        if self.words and self.table.search is not None:
            rows = self.table.search(rows, self.words)
        column, down = self.sorted_by
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            names = [
                f"-{n.removeprefix('-')}" if down != n.startswith("-") else n.removeprefix("-") for n in column.order
            ]
            return rows.order_by(*names, "pk")
        return sorted(rows, key=lambda row: _sort_key(column.value(row)), reverse=down)

    @cached_property
    def total(self) -> int:
        """How many rows the address keeps."""
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)

    @property
    def last_page(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // PAGE_ROWS))

    @cached_property
    def page(self) -> int:
        """The page shown, within bounds."""
        asked = self.query.get("page", "1")
        return min(max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1, self.last_page)

    def lines(self) -> list[dict[str, Any]]:
        """The rows of this page as cells ready to show."""
        return [
            {
                "code": self.table.code(row) if self.table.code else "",
                "cells": [self._cell(c, row) for c in self.columns],
            }
            for row in self._page_rows()
        ]

    def _page_rows(self) -> Iterable[R]:
        """Far from the start of a long list, keys alone are walked through: reading what is passed over would cost."""
        start = (self.page - 1) * PAGE_ROWS
        rows = self.rows[start : start + PAGE_ROWS]
        if start < DEEP_ROWS or not isinstance(rows, QuerySet):
            return list(rows)
        return list(self.rows.filter(pk__in=list(rows.values_list("pk", flat=True))))

    def _cell(self, column: Column[R], row: R) -> dict[str, Any]:
        shown = column.show(row) if column.show else written(column.value(row))
        return {
            "column": column,
            "shown": shown,
            "url": column.url(row) if column.url else "",
            "none": shown == "",
            "tight": _tight(column, row),
        }

    def sheet(self) -> HttpResponse | None:
        """The file asked for by ?export=csv or xlsx: every row and column shown, on all pages; else None."""
        make = {"csv": csv_sheet, "xlsx": xlsx_sheet}.get(self.query.get("export", ""))
        if make is None:
            return None
        rows: Iterable[Sequence[object]] = ([c.value(row) for c in self.columns] for row in self.rows)
        return make(self.table.name, [str(c.label) for c in self.columns], rows)

    # --- addresses ---

    def address(self, without: Sequence[str] = (), **changes: str) -> str:
        """The query of this page with some keys changed ("" drops one), always back to the first page."""
        query = self.query.copy()
        for key in (*without, "page", "export", *changes):
            query.pop(key, None)
        query.update({key: value for key, value in changes.items() if value})
        return query.urlencode()

    def heads(self) -> list[dict[str, Any]]:
        """The column titles: where a click sorts, and how it is sorted now."""
        by, down = self.sorted_by
        heads = []
        for column in self.columns:
            current = by is not None and column.key == by.key
            asked = f"-{column.key}" if current and not down else column.key
            heads.append(
                {
                    "column": column,
                    "url": f"?{self.address(tri=asked)}" if self._sortable(column) else "",
                    "sort": ("descending" if down else "ascending") if current else "",
                }
            )
        return heads

    def _sortable(self, column: Column[R]) -> bool:
        return bool(column.order) or not isinstance(self.given, QuerySet)

    def tokens(self) -> list[Filtered]:
        """The filters that are on, each with the address without it."""
        tokens = [Filtered("recherche", self.words, f"?{self.address(without=['q'])}")] if self.words else []
        for one in self.table.filters:
            if values := self.chosen(one):
                names = dict(one.choices)
                said = ", ".join(str(names[value]) for value in values)
                tokens.append(Filtered(str(one.label), said, f"?{self.address(without=[one.key])}"))
        return tokens

    def kept_inputs(self, *without: str) -> list[tuple[str, str]]:
        """What a form of this page must carry along, as hidden inputs."""
        dropped = {*without, "page", "export"}
        return [(key, value) for key, values in self.query.lists() if key not in dropped for value in values]

    def filter_choices(self) -> list[dict[str, Any]]:
        """The filters as lists of checkboxes."""
        return [
            {"filter": one, "choices": [(value, label, value in self.chosen(one)) for value, label in one.choices]}
            for one in self.table.filters
        ]

    def column_choices(self) -> list[tuple[Column[R], bool]]:
        """Every column, and whether it is shown."""
        shown = {column.key for column in self.columns}
        return [(column, column.key in shown) for column in self.table.columns]

    @property
    def pages(self) -> Pages:
        """Where one stands."""
        return Pages.of(self.page, self.last_page, self.address())


def _tight(column: Column[Any], row: Any) -> bool:
    """Whether the cell must stay on one line: dates, and short words such as references."""
    value = column.value(row)
    return isinstance(value, date) or (isinstance(value, str) and len(value) <= 18)


def _sort_key(value: object) -> tuple[bool, Any]:
    return (value is None or value == "", value.casefold() if isinstance(value, str) else value)


def written(value: object) -> str:
    """Write a value as tables show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return SafeString(f"{formats.day_short(value)}, {formats.hour(value)}")
    if isinstance(value, date):
        return formats.day_short(value)
    if isinstance(value, (int, float, Decimal)):
        return formats.number(value)
    return str(value)


@register.simple_tag(takes_context=True)
def listing(
    context: Context, shown: Listing[Any], acts: Sequence[BulkAct] = (), tools: bool = True, cards: bool = True
) -> SafeString:
    """A whole table: search, filters, columns, export, rows, pages, and the acts on chosen rows."""
    values = {
        "listing": shown,
        "name": shown.table.name,
        "search": shown.table.search is not None,
        "acts": acts,
        "tools": tools,
        "cards": cards,
        "token": context.get("csrf_token", "") if acts else "",
        "choose": bool(acts and shown.table.code),
        "lines": shown.lines(),
        "filters": shown.filter_choices(),
        "columns": shown.column_choices(),
        "hidden_search": shown.kept_inputs("q"),
        "hidden_filters": shown.kept_inputs(*(one.key for one in shown.table.filters)),
        "hidden_columns": shown.kept_inputs("colonne"),
        "narrowed": bool(shown.words or any(shown.chosen(one) for one in shown.table.filters)),
    }
    return SafeString(render_to_string("ui/listing.html", values))


@register.simple_block_tag
def preview(content: str, count: int, title: str, name: str = "preview") -> SafeString:
    """What a bulk act would do, before it is done; the body holds .preview-cols and a footer with the act."""
    return SafeString(
        render_to_string("ui/preview.html", {"count": count, "title": title, "name": name, "body": content})
    )
