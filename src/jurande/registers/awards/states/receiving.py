"""Receiving what was issued: its acts, and what a link may still do."""

from __future__ import annotations

from enum import StrEnum


class ReceivingAct(StrEnum):
    """What the journal remembers of what is received."""

    COLLECTED = "awards.award.collected"
    CONTESTED = "awards.award.contested"
    ADDRESS_MENDED = "awards.award.address_mended"


class Door(StrEnum):
    """What the link of a letter still does. ``OPEN``: receives; the others say why it no longer does."""

    OPEN = "open"
    COLLECTED = "collected"
    REFUSED = "refused"
    LATE = "late"
