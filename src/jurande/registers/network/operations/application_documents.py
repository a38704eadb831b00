"""Documents of a file: what is put there, for what, and what is withdrawn."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import require
from jurande.registers.documents import operations as documents
from jurande.registers.documents.states import DEFAULT, EVIDENCE
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Application, ApplicationDocument, CallCriterion
from jurande.registers.network.operations.drafts import ApplicationRefused, touched
from jurande.registers.network.policies import applications as policies
from jurande.registers.network.states import ApplicationAct
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import DocumentKind

MOST_DOCUMENTS = 300
REASON_CHARS = 300
LONGEST_VALIDITY = timedelta(days=20 * 366)


@transaction.atomic
def add_document(
    *,
    application: Application,
    kind: DocumentKind | str,
    content: BinaryIO,
    filename: str,
    actor: Actor,
    now: datetime,
    expires_on: date | None = None,
    criterion: CallCriterion | None = None,
    staff_code: str = "",
    premises_code: str = "",
    answers_code: str = "",
) -> ApplicationDocument:
    """Put a document in the file: in a draft, or later because the certifier asked for it.

    ``criterion``, ``staff_code``, ``premises_code``: what it shows, at most one; ``answers_code``: the question or
    condition that it answers. ``expires_on``: its last valid day.

    :raises NotAllowed: not theirs, or withdrawn. :raises ApplicationRefused: an impossible day, a row that is gone.
    :raises DocumentRefused: what the file is.
    """
    held: Application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("applicant", "certifier", "partnership")
        .get(pk=application.pk)
    )
    require(policies.can_add_document(actor, held))
    today = localdate(now)
    if expires_on is not None and expires_on < today:
        raise ApplicationRefused(
            _("Cette pièce a déjà expiré. Joignez-en une qui est encore valable."), field="expires_on"
        )
    if expires_on is not None and expires_on > today + LONGEST_VALIDITY:
        raise ApplicationRefused(_("Cette date de fin n’est pas vraisemblable. Vérifiez l’année."), field="expires_on")
    if held.documents.count() >= MOST_DOCUMENTS:
        raise ApplicationRefused(
            _("Trois cents pièces au plus. Réunissez-en quelques-unes en un seul PDF."), field="file"
        )
    if criterion is not None and not held.targets.filter(call=criterion.call_id).exists():
        raise ApplicationRefused(_("Cette condition n’est pas de l’appel auquel vous répondez."))
    staff = held.staff.filter(code=staff_code).first() if staff_code else None
    premises = held.premises.filter(code=premises_code).first() if premises_code else None
    if (staff_code and staff is None) or (premises_code and premises is None):
        raise ApplicationRefused(_("Cette ligne n’est plus là\u00a0: elle a été retirée. Rechargez la page."))
    kept = documents.keep(
        content=content,
        filename=filename,
        certifier_code=held.certifier.code,
        actor_code=actor.code,
        now=now,
        accept=EVIDENCE if premises is not None else DEFAULT,
    )
    piece = ApplicationDocument(
        application=held,
        document=kept,
        kind=DocumentKind(kind),
        criterion=criterion,
        staff=staff,
        premises=premises,
        answers_code=answers_code,
        expires_on=expires_on,
        attached_at=now,
        attached_by_code=actor.code,
    )
    piece.save(force_insert=True)
    if held.is_draft:
        touched(held, actor=actor, now=now)
    _told(ApplicationAct.DOCUMENT_ADDED, piece, actor, now)
    return piece


@transaction.atomic
def withdraw_document(*, document: ApplicationDocument, reason: str, actor: Actor, now: datetime) -> None:
    """Take a document back: out of a draft it goes; from a submitted file the row stays, with the reason.

    :raises NotAllowed: not theirs. :raises ApplicationRefused: withdrawn already, or submitted and without a reason.
    """
    held: Application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("applicant", "certifier", "partnership")
        .get(pk=document.application_id)
    )
    require(policies.can_add_document(actor, held))
    piece = ApplicationDocument.objects.get(pk=document.pk)
    if held.is_draft:
        _told(ApplicationAct.DOCUMENT_WITHDRAWN, piece, actor, now)
        piece.delete()
        touched(held, actor=actor, now=now)
        return
    if piece.withdrawn_at is not None:
        raise ApplicationRefused(_("Cette pièce a déjà été retirée."))
    if held.submitted_at is not None and piece.attached_at <= held.submitted_at:
        raise ApplicationRefused(
            _("Cette pièce fait partie de ce que vous avez déposé\u00a0: elle reste. Ajoutez celle qui la remplace.")
        )
    why = reason.strip()[:REASON_CHARS]
    if not why:
        raise ApplicationRefused(_("Dites pourquoi la pièce est retirée."), field="reason")
    piece.withdrawn_at, piece.withdrawn_by_code, piece.withdraw_reason = now, actor.code, why
    piece.save(update_fields=["withdrawn_at", "withdrawn_by_code", "withdraw_reason"])
    _told(ApplicationAct.DOCUMENT_WITHDRAWN, piece, actor, now, digest=hashlib.sha256(why.encode()).hexdigest())


def _told(act: ApplicationAct, piece: ApplicationDocument, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=piece.application.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="application",
        subject_code=piece.application.code,
        reason_code=piece.kind,
        digest=digest,
        now=now,
    )
