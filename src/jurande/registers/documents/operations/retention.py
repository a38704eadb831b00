"""Throwing files away: asked for, past their day, or held by nothing; never what a record holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.integrations.stores import NAME
from jurande.registers.documents.models import Blob, Document, DocumentQuerySet
from jurande.registers.documents.operations.keeping import lock_blob
from jurande.registers.documents.operations.refusals import DocumentHeld
from jurande.registers.documents.queries import store
from jurande.registers.documents.states import NEVER_HELD_DAYS, Act, DiscardReason
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION

# What was being received longer ago than this was cut.
ARRIVING = timedelta(days=1)


def set_retention(*, document_code: str, until: date | None, actor_code: str, now: datetime) -> Document:
    """Say until which day, that one included, this document is kept; None: as long as a record holds it.

    :raises Document.DoesNotExist: no such document.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",), no_key=True).get(code=document_code)
        document.retention_until = until
        document.save(update_fields=["retention_until"])
        _record(document, Act.RETENTION_SET, actor_code=actor_code, now=now)
    return document


def discard(*, document_code: str, actor_code: str, now: datetime, reason: DiscardReason = DiscardReason.ASKED) -> None:
    """Throw this document away for good; its bytes go with the last document that needs them, after the commit.

    :raises DocumentHeld: a record holds it.
    :raises Document.DoesNotExist: no such document.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",), no_key=True).get(code=document_code)
        sha256 = document.blob.sha256
        try:
            document.delete()
        except ProtectedError as error:
            raise DocumentHeld(
                _("Ce document ne peut pas être supprimé\u00a0: une fiche le tient. Retirez-le d’abord de cette fiche.")
            ) from error
        _record(document, Act.DOCUMENT_DISCARDED, actor_code=actor_code, now=now, reason_code=reason, digest=sha256)
        transaction.on_commit(lambda: remove_content(sha256=sha256, now=now))


def _record(
    document: Document, act: Act, *, actor_code: str, now: datetime, reason_code: str = "", digest: str = ""
) -> None:
    record(
        chain=document.certifier_code or INSTALLATION,
        actor_code=actor_code,
        action=act,
        subject_kind="document",
        subject_code=document.code,
        reason_code=reason_code,
        digest=digest,
        now=now,
    )


def remove_content(*, sha256: str, now: datetime) -> bool:
    """Remove these bytes if no document needs them; tell whether they went.

    The row is held meanwhile, made for the occasion when there is none: an upload of the same content waits, and then
    writes its file anew. Call it in no transaction of your own: undone, it would have lost the file.
    """
    with transaction.atomic():
        blob = lock_blob(sha256, size_bytes=1, media_type="", now=now)
        if blob.documents.exists():
            return False
        store().discard(sha256)
        blob.delete()
    return True


@dataclass(frozen=True)
class Swept:
    """What a sweep found: documents past their day, documents never held, contents and cut uploads removed."""

    past_their_day: int
    never_held: int
    contents: int
    cut_uploads: int

    @property
    def total(self) -> int:
        """Everything that went."""
        return self.past_their_day + self.never_held + self.contents + self.cut_uploads


def sweep(*, now: datetime) -> Swept:
    """Throw away what is due and held by no record, and the bytes that no document needs. Safe to run at any time."""
    today = localdate(now)
    past = Document.objects.retained_until_before(today).held_by_nothing()
    never = (
        Document.objects.without_retention().uploaded_before(now - timedelta(days=NEVER_HELD_DAYS)).held_by_nothing()
    )
    return Swept(
        past_their_day=_discard_each(past, DiscardReason.RETENTION_OVER, now=now),
        never_held=_discard_each(never, DiscardReason.NEVER_HELD, now=now),
        contents=_remove_unneeded(now=now),
        cut_uploads=store().clear_arriving(before=(now - ARRIVING).timestamp()),
    )


def _discard_each(documents: DocumentQuerySet, reason: DiscardReason, *, now: datetime) -> int:
    discarded = 0
    for code in list(documents.order_by("pk").values_list("code", flat=True)):
        try:
            discard(document_code=code, actor_code="", reason=reason, now=now)
        except (DocumentHeld, Document.DoesNotExist):
            # A record took it, or somebody threw it away, since the list was read.
            continue
        discarded += 1
    return discarded


def _remove_unneeded(*, now: datetime) -> int:
    unneeded = set(Blob.objects.without_document().order_by("pk").values_list("sha256", flat=True))
    known = set(Blob.objects.order_by("pk").values_list("sha256", flat=True))
    # What is on the disk under another kind of name was not put there by us: it is left alone.
    unneeded |= {name for name in store().names() if NAME.fullmatch(name) and name not in known}
    return sum(remove_content(sha256=sha256, now=now) for sha256 in sorted(unneeded))
