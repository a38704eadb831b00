"""The copy of a house's public record."""

from __future__ import annotations

from enum import StrEnum


class RecordAct(StrEnum):
    """What the journal remembers of copies of the public record."""

    RECORD_EXPORTED = "awards.record.exported"
