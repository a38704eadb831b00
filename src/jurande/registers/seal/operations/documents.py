"""Committing to a document: the log vouches for its bytes and its day, and shows nothing of it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.log.entries import SALT_BYTES, LogEntry, commit, entry_bytes
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.facts import DOCUMENT_COMMITTED
from jurande.registers.seal.models import Commitment, WaitingEntry
from jurande.registers.seal.operations.standing import mac_of_commitment
from jurande.registers.seal.states import Act


class CommitmentRefused(Refused):
    """This document cannot be committed to."""


@transaction.atomic
def commit_document(
    *,
    certifier: Certifier,
    kind: str,
    business_key: str,
    idempotency_key: str,
    content: bytes,
    document_code: str = "",
    actor: Actor,
    now: datetime,
) -> Commitment:
    """Commit to the bytes of a document, in the caller's transaction; settling then places the entry.

    The same ``idempotency_key`` with the same document gives the same row. ``document_code`` is that of the document
    kept here, if it is.
    :raises NotAllowed: another house. :raises CommitmentRefused: one of the keys was used for another document.
    """
    require(policies.can_seal(actor, certifier))
    asked = (kind, business_key, document_code)
    found = _asked_before(certifier, idempotency_key, asked, content)
    if found is not None:
        return found
    salt = secrets.token_bytes(SALT_BYTES)
    row = Commitment(
        code=new_code(),
        certifier=certifier,
        kind=kind,
        business_key=business_key,
        idempotency_key=idempotency_key,
        document_code=document_code,
        salt=salt,
        value=commit(content, salt),
        committed_at=now,
    )
    row.mac = mac_of_commitment(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        found = _asked_before(certifier, idempotency_key, asked, content)
        if found is None:
            raise
        return found
    WaitingEntry.objects.create(kind=DOCUMENT_COMMITTED, row_code=row.code, octets=entry_of(row))
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.DOCUMENT_COMMITTED,
        subject_kind="commitment",
        subject_code=row.code,
        now=now,
    )
    return row


def _asked_before(
    certifier: Certifier, idempotency_key: str, asked: tuple[str, str, str], content: bytes
) -> Commitment | None:
    mine = Commitment.objects.filter(certifier=certifier)
    found = mine.filter(idempotency_key=idempotency_key).first()
    if found is None and not mine.filter(business_key=asked[1]).exists():
        return None
    same = found is not None and (found.kind, found.business_key, found.document_code) == asked
    if found is None or not same or found.erased_at or bytes(found.value) != commit(content, bytes(found.salt)):
        raise CommitmentRefused(
            _("Un autre document a déjà été engagé sous ce numéro. Donnez un nouveau numéro à ce document.")
        )
    return found


def entry_of(row: Commitment) -> bytes:
    """Return the entry that the log has for a document."""
    return entry_bytes(LogEntry(DOCUMENT_COMMITTED, row.code, bytes(row.value)))
