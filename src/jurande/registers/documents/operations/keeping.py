"""Keeping files: received aside, examined, put in their place, and only then written in the database."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.integrations.inspection import FORMATS, Accept, Examined, Kind, Rejected, examine
from jurande.integrations.inspection.kinds import Reason
from jurande.integrations.stores import FileStore, Received, TooLarge
from jurande.registers.documents.models import Blob, Document, Quota
from jurande.registers.documents.operations.refusals import DocumentRefused, megabytes, refusal
from jurande.registers.documents.queries import store, usage
from jurande.registers.documents.states import DEFAULT, Act
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION

# How much of the name of a refused file is said again.
NAME_SHOWN = 80
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def keep(
    *,
    content: BinaryIO,
    filename: str,
    certifier_code: str,
    actor_code: str,
    now: datetime,
    retention_until: date | None = None,
    accept: Accept = DEFAULT,
) -> Document:
    """Keep this file, if it is one that this use takes; call it in the transaction of the record that will hold it.

    ``content`` is read from its start. ``retention_until``: the last day on which it is kept once no record holds it;
    without a day, it goes when no record holds it. The same content sent twice gives two documents and one file. A
    refused or interrupted upload leaves nothing.

    :raises DocumentRefused: what the file is, its name, its size, the certifier's quota, a full disk.
    """
    files = store()
    if content.seekable():
        content.seek(0)
    try:
        with files.receive(content, limit_bytes=accept.max_bytes) as received:
            examined = examine(received.path.read_bytes(), filename, accept)
            with transaction.atomic():
                _demand_room(certifier_code, received)
                blob = _keep_content(files, received, examined, now=now)
                document = Document(
                    blob=blob,
                    filename=examined.filename,
                    kind=examined.kind.value,
                    certifier_code=certifier_code,
                    uploaded_by=actor_code,
                    uploaded_at=now,
                    retention_until=retention_until,
                )
                document.save(force_insert=True)
                record(
                    chain=certifier_code or INSTALLATION,
                    actor_code=actor_code,
                    action=Act.DOCUMENT_KEPT,
                    subject_kind="document",
                    subject_code=document.code,
                    digest=blob.sha256,
                    now=now,
                )
            return document
    except TooLarge as error:
        raise refusal(Rejected(Reason.TOO_LARGE, limit=""), accept) from error
    except Rejected as rejected:
        raise refusal(rejected, accept) from rejected
    except OSError as error:
        raise _no_room_or(error) from error


def keep_each(
    *, files: Iterable[tuple[BinaryIO, str]], certifier_code: str, actor_code: str, now: datetime, accept: Accept
) -> list[Document]:
    """Keep several files sent together, content and name of each, as ``keep`` does, in the caller's transaction.

    :raises DocumentRefused: one of them is not accepted; the sentence begins with its name.
    """
    kept = []
    for content, filename in files:
        try:
            kept.append(
                keep(
                    content=content,
                    filename=filename,
                    certifier_code=certifier_code,
                    actor_code=actor_code,
                    accept=accept,
                    now=now,
                )
            )
        except DocumentRefused as refused:
            name = "".join(filter(str.isprintable, filename))[:NAME_SHOWN]
            sentence = format_lazy(_("«\u00a0{name}\u00a0»\u00a0: {said}"), name=name, said=refused.sentence)
            raise DocumentRefused(sentence, code=refused.code) from refused
    return kept


def keep_made(*, content: bytes, filename: str, kind: Kind, certifier_code: str, now: datetime) -> Document:
    """Keep a file that this installation made, in the transaction of the record that will hold it.

    What is refused from outside is not judged here: our PDFs carry their data as an attached file. No quota
    stops it, for what the law demands is kept even by who has no room left; it is counted with the rest afterwards.

    :raises DocumentRefused: a full disk.
    """
    files = store()
    try:
        with files.receive(BytesIO(content), limit_bytes=len(content)) as received, transaction.atomic():
            blob = _keep_content(files, received, Examined(kind, filename, FORMATS[kind].media_type), now=now)
            document = Document(
                blob=blob,
                filename=filename,
                kind=kind.value,
                certifier_code=certifier_code,
                uploaded_by="",
                uploaded_at=now,
            )
            document.save(force_insert=True)
            record(
                chain=certifier_code or INSTALLATION,
                actor_code="",
                action=Act.DOCUMENT_KEPT,
                subject_kind="document",
                subject_code=document.code,
                digest=blob.sha256,
                now=now,
            )
        return document
    except OSError as error:
        raise _no_room_or(error) from error


def _no_room_or(error: OSError) -> Exception:
    if error.errno not in DISK_FULL:
        return error
    return DocumentRefused(
        _(
            "Le fichier n’a pas pu être conservé\u00a0: il n’y a plus de place sur le disque. Rien n’a été "
            "enregistré. Prévenez la personne qui exploite cette installation, puis envoyez-le de nouveau."
        ),
        code="disk_full",
    )


def _keep_content(files: FileStore, received: Received, examined: Examined, *, now: datetime) -> Blob:
    """Put the bytes in place under the lock of their row, which whoever sweeps takes too: see docs/adr/0007."""
    # A table and a text may be the same bytes: the row says what they are, the document what they were sent as.
    media_type = FORMATS[Kind.TEXT].media_type if examined.kind is Kind.CSV else examined.media_type
    blob = lock_blob(received.sha256, size_bytes=received.size_bytes, media_type=media_type, now=now)
    files.keep(received)
    return blob


def lock_blob(sha256: str, *, size_bytes: int, media_type: str, now: datetime) -> Blob:
    """Make the row of this content if there is none, and hold it until the transaction ends."""
    new = Blob(sha256=sha256, size_bytes=size_bytes, media_type=media_type, stored_at=now)
    blob = None
    while blob is None:
        # The row that was in the way of ours may be gone once whoever was removing it lets go: then we insert again.
        Blob.objects.bulk_create([new], ignore_conflicts=True)
        blob = Blob.objects.select_for_update(of=("self",), no_key=True).filter(sha256=sha256).first()
    return blob


def _demand_room(certifier_code: str, received: Received) -> None:
    Quota.objects.bulk_create([Quota(certifier_code=certifier_code)], ignore_conflicts=True)
    Quota.objects.select_for_update(of=("self",), no_key=True).get(certifier_code=certifier_code)
    if Document.objects.of_certifier(certifier_code).filter(blob__sha256=received.sha256).exists():
        return
    current = usage(certifier_code)
    if current.used_bytes + received.size_bytes > current.limit_bytes:
        sentence = _(
            "Ce fichier dépasse l’espace de stockage prévu ({used} occupés sur {limit}). Supprimez des documents "
            "devenus inutiles, ou demandez plus d’espace à la personne qui exploite cette installation."
        )
        words = {"used": megabytes(current.used_bytes), "limit": megabytes(current.limit_bytes)}
        raise DocumentRefused(format_lazy(sentence, **words), code="quota")


def set_quota(*, certifier_code: str, limit_bytes: int | None, actor_code: str, now: datetime) -> None:
    """Say how much this certifier may keep; None goes back to what everybody has. What is kept already stays.

    :raises ValueError: a negative limit.
    """
    if limit_bytes is not None and limit_bytes < 0:
        raise ValueError("a quota is not negative")
    with transaction.atomic():
        Quota.objects.update_or_create(certifier_code=certifier_code, defaults={"limit_bytes": limit_bytes})
        record(
            chain=INSTALLATION,
            actor_code=actor_code,
            action=Act.QUOTA_SET,
            subject_kind="certifier",
            subject_code=certifier_code,
            now=now,
        )
