# SPDX-License-Identifier: Apache-2.0
"""How a frozen dataclass becomes one object of a credential: each field says of which kind its JSON value is.

Every value is checked when the object is made, so that what exists can be signed: text is in NFC, bounded and without
control characters; identifiers are absolute IRIs; instants have a time zone. ``to_json`` writes fields in the order of
their declaration, and leaves out what is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date, datetime
from math import isfinite
from typing import Any, ClassVar

from jurande.core.proof.errors import ProofError
from jurande.core.proof.instants import instant_text
from jurande.core.proof.limits import clean_iri, clean_text

MOST_ITEMS = 200
_EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]+")
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")


class DocumentRefused(ProofError):
    """The document cannot be made of these values; the message names the field."""

    code = "document.refused"


type Check = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Of a field: its name in JSON, what makes its value clean, and whether there are several."""

    name: str
    check: Check
    several: bool = False


def _kind(check: Check, name: str, required: bool, *, several: bool = False) -> Any:
    metadata = {"kind": _Kind(name, check, several)}
    if required:
        return field(metadata=metadata)
    return field(default=() if several else None, metadata=metadata)


def text(name: str = "", *, required: bool = False) -> Any:
    """A text to be read."""
    return _kind(clean_text, name, required)


def texts(name: str = "") -> Any:
    """Several texts, in an order that matters."""
    return _kind(clean_text, name, required=False, several=True)


def iri(name: str = "", *, required: bool = False) -> Any:
    """An absolute IRI."""
    return _kind(clean_iri, name, required)


def instant(name: str = "", *, required: bool = False) -> Any:
    """An aware datetime, written in UTC to the second."""
    return _kind(_instant, name, required)


def day(name: str = "") -> Any:
    """A civil date."""
    return _kind(_day, name, required=False)


def number(name: str = "", *, required: bool = False) -> Any:
    """A finite number. It is written as a JSON number: it can never be a slot of a template."""
    return _kind(_number, name, required)


def truth(name: str = "") -> Any:
    """True or false."""
    return _kind(_truth, name, required=True)


def one_of(values: tuple[str, ...], name: str = "", *, required: bool = False) -> Any:
    """One of the values of the specification, or an extension of somebody's own (``ext:…``)."""

    def check(value: object) -> str:
        if isinstance(value, str) and (value in values or _EXTENSION.fullmatch(value)):
            return value
        raise DocumentRefused(f"{value!r} is not one of {', '.join(values)}")

    return _kind(check, name, required)


def node(name: str = "", *, required: bool = False) -> Any:
    """Another object of this module."""
    return _kind(_node, name, required)


def nodes(name: str = "") -> Any:
    """Several other objects."""
    return _kind(_node, name, required=False, several=True)


def signed_documents(name: str = "") -> Any:
    """Documents that others signed, as parsed JSON: they go in as they are."""
    return _kind(_signed_document, name, required=False, several=True)


def compact_tokens(name: str = "") -> Any:
    """Compact JSON Web Signatures."""
    return _kind(_compact_token, name, required=False, several=True)


@dataclass(frozen=True, kw_only=True)
class Node:
    """An object of a credential. ``TYPES`` is what it says it is; Open Badges wants some alone and some in an array."""

    TYPES: ClassVar[str | tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        """Put each value in the form it is signed in.

        :raises TextRefused: :raises DocumentRefused: a value that cannot be.
        """
        for declared in fields(self):
            value = getattr(self, declared.name)
            if value is None or value == ():
                if value is None and declared.default is not None:
                    raise DocumentRefused(f"{type(self).__name__}.{declared.name} is missing")
                continue
            object.__setattr__(self, declared.name, self._clean(declared, value))

    def _clean(self, declared: Field[Any], value: Any) -> object:
        kind: _Kind = declared.metadata["kind"]
        where = f"{type(self).__name__}.{declared.name}"
        try:
            if not kind.several:
                return kind.check(value)
            if not isinstance(value, tuple) or len(value) > MOST_ITEMS:
                raise DocumentRefused(f"not a tuple of at most {MOST_ITEMS}")
            return tuple(kind.check(item) for item in value)
        except ProofError as error:
            raise type(error)(f"{where}: {error}", code=error.code) from None
        except (TypeError, AttributeError):
            raise DocumentRefused(f"{where}: {type(value).__name__} is not what goes there") from None

    def to_json(self) -> dict[str, object]:
        """Return the object as it is signed: the same one gives the same keys, in the same order."""
        found: dict[str, object] = {}
        for declared in fields(self):
            value = getattr(self, declared.name)
            if value is None or value == ():
                continue
            kind: _Kind = declared.metadata["kind"]
            found[kind.name or _camel(declared.name)] = (
                [_json(item) for item in value] if kind.several else _json(value)
            )
        if not self.TYPES:
            return found
        types = self.TYPES if isinstance(self.TYPES, str) else list(self.TYPES)
        head = {"id": found.pop("id")} if "id" in found else {}
        return {**head, "type": types, **found}


def document_bytes(document: Mapping[str, object]) -> bytes:
    """Return the bytes that we publish for a document: JSON without spaces, its keys in their order, in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _json(value: object) -> object:
    if isinstance(value, Node):
        return value.to_json()
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _instant(value: datetime) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None or value.year < 1000:
        raise DocumentRefused("not an instant with a time zone", code="document.instant")
    return value


def _day(value: date) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or value.year < 1000:
        raise DocumentRefused("not a civil date", code="document.day")
    return value


def _number(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or abs(value) > 2**53 - 1:
        raise DocumentRefused("not a number that every reader reads alike", code="document.number")
    return value


def _truth(value: bool) -> bool:
    if not isinstance(value, bool):
        raise DocumentRefused("neither true nor false")
    return value


def _node(value: object) -> object:
    if not isinstance(value, Node):
        raise DocumentRefused(f"{type(value).__name__} is no object of a credential")
    return value


def _signed_document(value: object) -> object:
    if not isinstance(value, dict) or "proof" not in value:
        raise DocumentRefused("not a signed document")
    return value


def _compact_token(value: str) -> str:
    if not _JWS.fullmatch(value):
        raise DocumentRefused("not a compact signature")
    return value
