from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from jurande.integrations.inspection import FORMATS, Kind
from jurande.integrations.stores import Damaged, FileStore, Missing
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.models import Blob, Document, Quota
from jurande.registers.documents.states import QUOTA_BYTES

logger = logging.getLogger("jurande.documents")


class DocumentUnreadable(Refused):
    """The file of a document is lost or damaged on the disk."""


def store() -> FileStore:
    """The files of this installation."""
    return FileStore(settings.HOME.documents)


def open_content(document: Document) -> BinaryIO:
    """Open the bytes as they were sent; they were read and verified whole before the first one is given.

    :raises DocumentUnreadable: the file is gone from the disk, or is no longer what was sent.
    """
    try:
        return store().open(document.blob.sha256)
    except (Missing, Damaged) as error:
        logger.error("document %s: its file is %s", document.code, type(error).__name__.lower())
        raise DocumentUnreadable(
            _(
                "Ce document ne peut pas être ouvert\u00a0: son fichier est perdu ou abîmé sur le disque. Prévenez la "
                "personne qui exploite cette installation\u00a0: elle peut le reprendre dans une sauvegarde."
            )
        ) from error


def media_type(document: Document) -> str:
    """The type to announce: by the kind, for the same bytes may be a text here and a table there."""
    return FORMATS[Kind(document.kind)].media_type


@dataclass(frozen=True)
class Usage:
    """What a certifier keeps, and how much it may."""

    used_bytes: int
    limit_bytes: int

    @property
    def share(self) -> float:
        """From 0 to 1; more when the limit was lowered since."""
        return self.used_bytes / self.limit_bytes if self.limit_bytes else 1.0


def usage(certifier_code: str) -> Usage:
    """Count the bytes a certifier keeps: the same content twice counts once."""
    kept = Blob.objects.filter(pk__in=Document.objects.of_certifier(certifier_code).values("blob"))
    used: int | None = kept.aggregate(total=Sum("size_bytes"))["total"]
    limit = Quota.objects.filter(certifier_code=certifier_code).values_list("limit_bytes", flat=True).first()
    return Usage(used or 0, QUOTA_BYTES if limit is None else limit)


@dataclass(frozen=True)
class Finding:
    """One thing wrong in the store. ``problem``: missing, damaged (held by documents) or orphan (held by nothing)."""

    problem: str
    sha256: str
    document_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoreReport:
    """How many files are sound, and what is wrong with the others."""

    sound: int
    findings: tuple[Finding, ...]


def check_store() -> StoreReport:
    """Read every file that a document needs. An orphan is no loss: a cut upload leaves one, the sweep removes it."""
    files, sound = store(), 0
    findings: list[Finding] = []
    on_disk = set(files.names())
    for blob in Blob.objects.order_by("sha256").iterator(chunk_size=500):
        on_disk.discard(blob.sha256)
        try:
            files.open(blob.sha256).close()
        except (Missing, Damaged) as error:
            codes = tuple(blob.documents.order_by("pk").values_list("code", flat=True))
            # Without a document, a sweep was cut between the file and its row: nothing is lost.
            if codes:
                findings.append(Finding(type(error).__name__.lower(), blob.sha256, codes))
        else:
            sound += 1
    # Asked again: an upload may have ended since the rows were read.
    orphans = on_disk.difference(Blob.objects.values_list("sha256", flat=True).order_by("pk")) if on_disk else set()
    findings += [Finding("orphan", name) for name in sorted(orphans)]
    return StoreReport(sound, tuple(findings))
