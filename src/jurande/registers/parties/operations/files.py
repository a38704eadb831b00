"""Filing documents under a partnership, and withdrawing them."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.documents import operations as documents
from jurande.registers.journal.operations import record
from jurande.registers.parties import policies
from jurande.registers.parties.models import Partnership, PartnershipDocument
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, DocumentKind

REASON_CHARS = 300
# A document filed years after its end, or valid for a century, is a slip of the keyboard.
LONGEST_PAST = timedelta(days=10 * 366)
LONGEST_VALIDITY = timedelta(days=20 * 366)


class FilingRefused(Refused):
    """This document cannot be filed, or withdrawn, so."""


@transaction.atomic
def attach_document(
    *,
    partnership: Partnership,
    kind: DocumentKind | str,
    content: BinaryIO,
    filename: str,
    expires_on: date | None,
    actor: Actor,
    now: datetime,
) -> PartnershipDocument:
    """File a document: both sides see it from now on. ``expires_on`` is its last valid day, None when it has none.

    :raises NotAllowed: the role does not file. :raises FilingRefused: the partnership has ended, or the day is
    impossible. :raises DocumentRefused: what the file is.
    """
    require(policies.can_attach_document(actor, partnership))
    locked = Partnership.objects.select_for_update(of=("self",), no_key=True).get(pk=partnership.pk)
    if locked.is_ended:
        raise FilingRefused(_("Ce partenariat a pris fin\u00a0: son dossier se lit encore, mais ne change plus."))
    today = localdate(now)
    if expires_on is not None and not today - LONGEST_PAST <= expires_on <= today + LONGEST_VALIDITY:
        raise FilingRefused(_("Cette date de fin n’est pas vraisemblable. Vérifiez l’année."), field="expires_on")
    kept = documents.keep(
        content=content,
        filename=filename,
        certifier_code=partnership.certifier.code,
        actor_code=actor.code,
        now=now,
    )
    piece = PartnershipDocument(
        partnership=locked,
        document=kept,
        kind=DocumentKind(kind),
        expires_on=expires_on,
        attached_at=now,
        attached_by_code=actor.code,
    )
    piece.save(force_insert=True)
    _told(Act.DOCUMENT_ATTACHED, piece, actor, now)
    return piece


@transaction.atomic
def detach_document(*, document: PartnershipDocument, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw a document from the file; the reason is kept beside it, and its fingerprint in the journal.

    :raises NotAllowed: the role does not file. :raises FilingRefused: withdrawn already, no reason, or the end came.
    """
    require(policies.can_detach_document(actor, document.partnership))
    piece = PartnershipDocument.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
    why = reason.strip()[:REASON_CHARS]
    if not why:
        raise FilingRefused(_("Dites pourquoi la pièce est retirée."), field="reason")
    if piece.detached_at is not None:
        raise FilingRefused(_("Cette pièce a déjà été retirée du dossier."))
    if document.partnership.is_ended:
        raise FilingRefused(_("Ce partenariat a pris fin\u00a0: son dossier ne change plus."))
    piece.detached_at = now
    piece.detached_by_code = actor.code
    piece.detach_reason = why
    piece.save(update_fields=["detached_at", "detached_by_code", "detach_reason"])
    _told(Act.DOCUMENT_DETACHED, piece, actor, now, digest=hashlib.sha256(why.encode()).hexdigest())


def _told(act: Act, piece: PartnershipDocument, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=piece.partnership.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="partnership",
        subject_code=piece.partnership.code,
        reason_code=piece.kind,
        digest=digest,
        now=now,
    )
