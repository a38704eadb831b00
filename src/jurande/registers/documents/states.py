from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.integrations.inspection import Accept, Kind


class Act(StrEnum):
    """What the journal remembers of documents."""

    DOCUMENT_KEPT = "documents.document.kept"
    DOCUMENT_DISCARDED = "documents.document.discarded"
    RETENTION_SET = "documents.retention.set"
    QUOTA_SET = "documents.quota.set"


class DiscardReason(StrEnum):
    """Why a document went: the journal's reason code."""

    ASKED = "asked"
    RETENTION_OVER = "retention_over"
    NEVER_HELD = "never_held"


class FileKind(models.TextChoices):
    PDF = Kind.PDF.value, _("PDF")
    PNG = Kind.PNG.value, _("image PNG")
    JPEG = Kind.JPEG.value, _("photo JPEG")
    WEBP = Kind.WEBP.value, _("image WebP")
    DOCX = Kind.DOCX.value, _("texte Word (.docx)")
    XLSX = Kind.XLSX.value, _("tableau Excel (.xlsx)")
    ODT = Kind.ODT.value, _("texte LibreOffice (.odt)")
    ODS = Kind.ODS.value, _("tableau LibreOffice (.ods)")
    CSV = Kind.CSV.value, _("tableau CSV")
    TEXT = Kind.TEXT.value, _("texte simple (.txt)")


# What each use takes. A new use picks one of these before it makes another.
DEFAULT = Accept(frozenset(Kind))
EVIDENCE = Accept.only(Kind.PDF, Kind.PNG, Kind.JPEG, Kind.WEBP)
TABLES = Accept.only(Kind.XLSX, Kind.ODS, Kind.CSV)
PICTURES = Accept.only(Kind.PNG, Kind.JPEG, Kind.WEBP, max_bytes=5_000_000)

# What a certifier may keep unless the operator set another limit.
QUOTA_BYTES = 20_000_000_000
# A file that was sent and that no record took, because its form was never finished.
NEVER_HELD_DAYS = 30
