"""Short lists of many tables, read or counted in one question to the database.

Who gathers what waits in a whole house would ask one question for each thing that can wait. Here each register says
what it would read, without reading it (``Asking``); ``together`` reads everything at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.db.models import Count, Field, Func, Model, QuerySet, Value, Window
from django.db.models.functions import JSONArray, RowNumber


@dataclass(frozen=True)
class Short:
    """A list of few rows, in its order, and the columns that somebody will look at.

    ``columns`` are paths, as in ``values_list``: texts, numbers, days, instants, or yes and no; fifty at most. What
    a path goes through is there (None where nothing is), any other column costs a query when looked at.
    """

    rows: QuerySet[Any]
    columns: Sequence[str]

    @property
    def read(self) -> list[str]:
        """The columns, with the keys of all that their paths go through."""
        ways = {path.rpartition("__")[0] for path in self.columns}
        through = {"__".join(steps[: n + 1]) for steps in (way.split("__") for way in ways) for n in range(len(steps))}
        return [*self.columns, *(f"{way}__pk" if way else "pk" for way in sorted({"", *through}))]


class _Columns(JSONArray):
    """The columns of one row. Django tells whether SQLite knows of JSON by beginning to write, which no page may."""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return Func.as_sql(self, compiler, connection, **context)


# What somebody would read, given back to them as lists of rows; they read it once, then return what they make of it.
type Asking[T] = Generator[Sequence[Short], Sequence[list[Any]], T]


def together[T](*askings: Asking[T]) -> list[T]:
    """What each makes of what it reads, in their order. One query, or none where nobody has anything to read."""
    made: dict[int, T] = {}
    waiting: list[tuple[int, Asking[T], Sequence[Short]]] = []
    for place, asking in enumerate(askings):
        try:
            waiting.append((place, asking, next(asking)))
        except StopIteration as nothing_to_read:
            made[place] = nothing_to_read.value
    found = iter(_read([short for _place, _asking, shorts in waiting for short in shorts]))
    for place, asking, shorts in waiting:
        try:
            asking.send([next(found) for _short in shorts])
        except StopIteration as done:
            made[place] = done.value
        else:
            raise TypeError("an asking reads once")
    return [made[place] for place in range(len(askings))]


def alone[T](asking: Asking[T]) -> T:
    """What one makes of what it reads. One query at most."""
    return together(asking)[0]


def counts(lists: Iterable[QuerySet[Any]]) -> list[int]:
    """How many rows each holds, in their order. One query, or none for no list."""
    asked = [
        rows.order_by().values_list(Value(place)).annotate(Count("pk")).order_by() for place, rows in enumerate(lists)
    ]
    found = dict(asked[0].union(*asked[1:], all=True)) if asked else {}
    return [found.get(place, 0) for place in range(len(asked))]


def _read(shorts: Sequence[Short]) -> list[list[Any]]:
    asked = [_marked(place, short) for place, short in enumerate(shorts)]
    lists: list[list[Any]] = [[] for _short in shorts]
    found = sorted(asked[0].union(*asked[1:], all=True), key=lambda row: row[:2]) if asked else ()
    for place, _rank, values in found:
        short = shorts[place]
        lists[place].append(_made(short.rows.model, dict(zip(short.read, values, strict=True)), short.rows.db))
    return lists


def _marked(place: int, short: Short) -> QuerySet[Any, Any]:
    """The rows of one list as those of every other: which list, at what rank, what they say."""
    rows, order = short.rows, cast(Any, short.rows.query.order_by) or ("pk",)
    if rows.query.is_sliced:
        # A part of a union may be neither sorted nor cut on SQLite.
        rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
    rank = Window(RowNumber(), order_by=order)
    return rows.order_by().values_list(Value(place), rank, _Columns(*short.read))


def _made(model: type[Model], columns: Mapping[str, Any], alias: str) -> Any:
    """The row, with what its paths go through."""
    own: dict[str, Any] = {}
    beyond: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, value in columns.items():
        head, _, rest = path.partition("__")
        if rest:
            beyond[head][rest] = value
        else:
            field: Any = model._meta.pk if head == "pk" else model._meta.get_field(head)
            own[field.attname] = _value(field, value)
    names = [field.attname for field in model._meta.concrete_fields if field.attname in own]
    made = model.from_db(alias, names, [own[name] for name in names])
    for head, inner in beyond.items():
        towards: Any = model._meta.get_field(head)
        found = None if inner["pk"] is None else _made(towards.related_model, inner, alias)
        towards.set_cached_value(made, found)
    return made


def _value(field: Field[Any, Any], value: Any) -> Any:
    found = field.to_python(value)
    # SQLite keeps instants without saying that they are in UTC.
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found
