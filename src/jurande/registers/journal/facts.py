"""What the fingerprint of an entry is made of: the same bytes for whoever writes, checks or audits."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

FORMAT = "jurande-journal-1"
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, wherever it stands."""

    at: datetime
    actor_code: str
    action: str
    subject_kind: str
    subject_code: str
    reason_code: str
    digest: str


def chained_hash(chain: str, seq: int, content: Content, previous_hash: str) -> str:
    """Give the SHA-256 of the entry's JSON array: every field, its place, and the fingerprint before it.

    The array holds only ASCII codes, one integer and one instant written as UTC with six decimals, so that every JSON
    writer without spaces gives the same bytes: docs/algorithms/journal.md works an example through.
    """
    fields = [
        FORMAT,
        chain,
        seq,
        content.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        content.actor_code,
        content.action,
        content.subject_kind,
        content.subject_code,
        content.reason_code,
        content.digest,
        previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
