"""Writing in the journal, and checking that nobody rewrote it (docs/algorithms/journal.md)."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import connection

from jurande.registers.journal.facts import GENESIS, Content, chained_hash
from jurande.registers.journal.models import Entry, Head

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
LIMITS = {field.name: field.max_length or 0 for field in Entry._meta.fields}


def record(
    *,
    chain: str,
    actor_code: str,
    action: str,
    subject_kind: str,
    subject_code: str,
    now: datetime,
    reason_code: str = "",
    digest: str = "",
) -> Entry:
    """Write one act at the end of ``chain`` (a certifier's code, or ``INSTALLATION``), in the caller's transaction.

    ``actor_code`` is empty for the system. ``digest`` is the SHA-256, in hexadecimal, of free text kept elsewhere. The
    chain stays locked until the transaction ends: call this last, and one's own chain before the installation's.
    :raises ValueError: a text where a code belongs; free text never enters the journal.
    :raises RuntimeError: outside a transaction, where the act and its entry could part.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs in the transaction of the act that it tells")
    content = Content(
        at=now,
        actor_code=str(actor_code),
        action=str(action),
        subject_kind=str(subject_kind),
        subject_code=str(subject_code),
        reason_code=str(reason_code),
        digest=digest,
    )
    _demand_codes(chain, content)
    head = _lock_head(chain)
    entry = Entry(
        chain=chain,
        seq=head.seq + 1,
        at=content.at,
        actor_code=content.actor_code,
        action=content.action,
        subject_kind=content.subject_kind,
        subject_code=content.subject_code,
        reason_code=content.reason_code,
        digest=content.digest,
        previous_hash=head.hash,
        hash=chained_hash(chain, head.seq + 1, content, head.hash),
    )
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(seq=entry.seq, hash=entry.hash)
    return entry


def _lock_head(chain: str) -> Head:
    heads = Head.objects.select_for_update(of=("self",)).filter(chain=chain)
    head = heads.first()
    if head is None:
        # Two first entries at once: one makes the row, the other waits for it.
        Head.objects.bulk_create([Head(chain=chain, hash=GENESIS)], ignore_conflicts=True)
        head = heads.get()
    return head


def _demand_codes(chain: str, content: Content) -> None:
    wanted = {
        "chain": (chain, CODE, False),
        "actor_code": (content.actor_code, CODE, True),
        "action": (content.action, ACTION, False),
        "subject_kind": (content.subject_kind, CODE, False),
        "subject_code": (content.subject_code, CODE, False),
        "reason_code": (content.reason_code, CODE, True),
        "digest": (content.digest, DIGEST, True),
    }
    for name, (value, pattern, may_be_empty) in wanted.items():
        if not (may_be_empty and not value) and (not pattern.fullmatch(value) or len(value) > LIMITS[name]):
            raise ValueError(f"{name} is not a code of at most {LIMITS[name]} characters")
    if content.at.tzinfo is None:
        raise ValueError("now has no time zone")
