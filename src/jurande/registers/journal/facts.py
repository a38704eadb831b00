"""What the fingerprint of an entry is made of, and what a reading of a chain must find: no database here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from jurande.registers.journal.states import Fault

FORMAT = "jurande-journal-1"
GENESIS = "0" * 64
# Stands for the fingerprint of an entry that is missing or wrong: nothing can be held against it.
ANY = ""


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


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it was read: its place, what it says, and the two fingerprints kept with it."""

    seq: int
    content: Content
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Found:
    """Something wrong in a chain, at entry ``seq`` or from it to ``last_seq``; ``origin`` is where it comes from."""

    kind: Fault
    seq: int
    last_seq: int | None = None
    origin: str = ""


@dataclass(frozen=True)
class Known:
    """What other tables know of a chain: its head, and the entry that the last sound verification ended with."""

    head_seq: int
    head_hash: str
    verified_seq: int = 0
    verified_hash: str = ""


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


def faults(chain: str, links: Iterable[Link], known: Known, diagnose: Callable[[Link], Found]) -> Iterator[Found]:
    """Read a chain from its first entry to its head, and give what is wrong, in order, in flat memory.

    ``links`` come by ascending place, up to the head's. ``diagnose`` says what became of an entry that does not match
    its fingerprint. One wrong entry gives one fault: what follows it is not held against it.
    """
    expected, tail = 1, GENESIS
    for link in links:
        if link.seq > expected:
            yield Found(Fault.MISSING, expected, link.seq - 1)
            tail = ANY
        sound = _recomputed(chain, link.seq, link) == link.hash
        if not sound:
            yield diagnose(link)
        elif tail not in (ANY, link.previous_hash):
            yield Found(Fault.UNLINKED, link.seq)
        elif link.seq == known.verified_seq and link.hash != known.verified_hash:
            yield Found(Fault.REWRITTEN, link.seq)
        expected, tail = link.seq + 1, link.hash if sound else ANY
    if expected <= known.head_seq:
        yield Found(Fault.MISSING, expected, known.head_seq)
    elif tail not in (ANY, known.head_hash):
        yield Found(Fault.HEAD_ALTERED, known.head_seq)


def origin_of(chain: str, link: Link, *, chains: Iterable[str], top: int) -> Found:
    """Say where an entry that does not match its fingerprint comes from: another chain, another place, or neither.

    Tries every other chain, and every place from 1 to ``top``: a few microseconds each.
    """
    for other in chains:
        if other != chain and _recomputed(other, link.seq, link) == link.hash:
            return Found(Fault.FOREIGN, link.seq, origin=other)
    for seq in range(1, top + 1):
        if _recomputed(chain, seq, link) == link.hash:
            return Found(Fault.MOVED, link.seq, origin=str(seq))
    return Found(Fault.ALTERED, link.seq)


def _recomputed(chain: str, seq: int, link: Link) -> str:
    """The fingerprint that the entry should have; empty when it holds what no entry can (bytes, no instant)."""
    try:
        return chained_hash(chain, seq, link.content, link.previous_hash)
    except (AttributeError, OverflowError, TypeError):
        return ""
