from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from jurande.registers.documents import operations, queries
from jurande.registers.documents.models import Document

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def keep(content: bytes, filename: str, **given: Any) -> Document:
    """Keep these bytes; what does not matter to the test is filled in."""
    known = {"certifier_code": "IMR0000001", "actor_code": "CLAIRE0001", "now": NOW}
    return operations.keep(content=io.BytesIO(content), filename=filename, **{**known, **given})


def content_of(document: Document) -> bytes:
    with queries.open_content(document) as file:
        return file.read()
