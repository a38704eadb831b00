"""Keeping files and throwing them away (docs/adr/0007-documents.md)."""

from __future__ import annotations

from jurande.registers.documents.operations.keeping import keep, keep_each, keep_made, set_quota
from jurande.registers.documents.operations.refusals import DocumentHeld, DocumentRefused, accepted, megabytes
from jurande.registers.documents.operations.retention import Swept, discard, remove_content, set_retention, sweep

__all__ = [
    "DocumentHeld",
    "DocumentRefused",
    "Swept",
    "accepted",
    "discard",
    "keep",
    "keep_each",
    "keep_made",
    "megabytes",
    "remove_content",
    "set_quota",
    "set_retention",
    "sweep",
]
