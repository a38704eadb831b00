from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.documents.states import FileKind


class BlobQuerySet(models.QuerySet["Blob"]):
    def without_document(self) -> BlobQuerySet:
        return self.filter(documents__isnull=True)


class Blob(models.Model):
    """The bytes of one or several documents, kept once, in the file named by their SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    objects = BlobQuerySet.as_manager()

    class Meta:
        verbose_name = _("contenu")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_named_by_sha256"),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="blob_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class DocumentQuerySet(models.QuerySet["Document"]):
    def of_certifier(self, certifier_code: str) -> DocumentQuerySet:
        return self.filter(certifier_code=certifier_code)

    def retained_until_before(self, day: date) -> DocumentQuerySet:
        return self.filter(retention_until__lt=day)

    def without_retention(self) -> DocumentQuerySet:
        return self.filter(retention_until__isnull=True)

    def uploaded_before(self, instant: datetime) -> DocumentQuerySet:
        return self.filter(uploaded_at__lt=instant)

    def held_by_nothing(self) -> DocumentQuerySet:
        """Those that no row of any register refers to."""
        free = self
        # Hidden relations too: a record need not give its documents a way back to it.
        for relation in self.model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel):
                holders = relation.related_model._base_manager.filter(**{relation.field.name: models.OuterRef("pk")})
                free = free.filter(~models.Exists(holders))
        return free


class Document(models.Model):
    """A file as somebody sent it. It has no address: the record that holds it serves it, under its own permission.

    Hold it by a foreign key with ``on_delete=PROTECT``: what a record holds is never thrown away.
    """

    code = CodeField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="documents")
    filename = models.CharField(_("nom du fichier"), max_length=255)
    kind = models.CharField(_("format"), max_length=8, choices=FileKind)
    certifier_code = models.CharField(max_length=16, blank=True)
    uploaded_by = models.CharField(max_length=16, blank=True)
    uploaded_at = models.DateTimeField(_("déposé le"))
    # The last day on which it is kept; without one, as long as a record holds it.
    retention_until = models.DateField(_("conservé jusqu’au"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        indexes = [
            models.Index(fields=["certifier_code", "-uploaded_at"], name="document_certifier_uploaded"),
            models.Index(fields=["retention_until"], name="document_retention"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(filename=""), name="document_has_a_name")]

    def __str__(self) -> str:
        return f"document {self.code}"


class Quota(models.Model):
    """How much one certifier may keep; its row is also the lock that keeps two uploads from passing together."""

    certifier_code = models.CharField(max_length=16, unique=True, blank=True)
    # Without a number, what everybody has.
    limit_bytes = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("espace de stockage")

    def __str__(self) -> str:
        return f"quota {self.certifier_code}"
