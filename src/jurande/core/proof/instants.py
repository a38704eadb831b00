# SPDX-License-Identifier: Apache-2.0
"""Instants as signed documents write them: a date, a time and a time zone, in one of few spellings.

Source: VC Data Model 2.0 §4.9 and Controlled Identifiers 1.0 (``xsd:dateTimeStamp``: the time zone is required).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from jurande.core.proof.errors import ProofError

# Four digits of year and no leap second: Python, and most readers, have neither year 10000 nor a 61st second.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_BEYOND_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


class InstantRefused(ProofError):
    """Not an instant: no such date, no time zone, or a spelling that programs read differently."""

    code = "date.malformed"


def parse_instant(value: object) -> datetime:
    """Return the instant that ``value`` spells, in UTC.

    :raises InstantRefused: anything but ``YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`` that names a real instant.
    """
    if not isinstance(value, str) or len(value) > 40 or not _INSTANT.fullmatch(value):
        raise InstantRefused("not a date, a time and a time zone")
    try:
        return datetime.fromisoformat(_BEYOND_MICROSECONDS.sub(r"\1", value)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InstantRefused(f"no such instant: {value}", code="date.impossible") from None


def instant_text(instant: datetime) -> str:
    """Return the spelling we sign: UTC, whole seconds, ``Z``.

    :raises ValueError: an instant without time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_from_seconds(value: object) -> datetime:
    """Return the instant of a JWT's ``NumericDate``.

    :raises InstantRefused: not a whole number of seconds between 1970 and 9999.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 253402300800:
        raise InstantRefused("not a number of seconds since 1970")
    return datetime.fromtimestamp(value, UTC)
