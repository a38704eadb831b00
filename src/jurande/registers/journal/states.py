from __future__ import annotations

from enum import StrEnum

# The chain of what concerns no certifier in particular: accounts, certifiers created, keys changed.
INSTALLATION = "installation"


class Fault(StrEnum):
    """What can be wrong with a chain; each names how it was noticed, since the intent cannot be."""

    ALTERED = "altered"
    MISSING = "missing"
    MOVED = "moved"
    FOREIGN = "foreign"
    UNLINKED = "unlinked"
    ADDED = "added"
    HEAD_ALTERED = "head_altered"
    REWRITTEN = "rewritten"
    UNLOCKED = "unlocked"
