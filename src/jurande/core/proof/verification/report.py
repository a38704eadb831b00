# SPDX-License-Identifier: Apache-2.0
"""What a verification established, step by step, for display: facts and codes, no sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Number(IntEnum):
    """The steps of a verification, in their order; the numbers are those of the code and of the documentation."""

    PARSE = 1
    SAFE_MODE = 2
    KEY = 3
    SIGNATURE = 4
    STATUS = 5
    DATES = 6
    AUTHORITY = 7
    LOG = 8


class State(StrEnum):
    """How a step ended. There is no «failed»: a step that fails raises."""

    OK = "ok"
    WARNING = "warning"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was passed: its number, how it ended, a stable code, and what it found.

    ``facts`` are short strings taken from the verified bytes or from the trust that was given, for display.
    """

    number: Number
    state: State
    code: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
