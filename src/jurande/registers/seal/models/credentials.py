"""What is sealed: credentials, the skeletons that they share, and batches of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.models.keys import SigningKey
from jurande.registers.seal.states import BatchState, SealState, Standing

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class Skeleton(models.Model):
    """A document with markers where values go, kept once whatever the number of credentials made from it."""

    digest = models.CharField(max_length=64, unique=True)
    content = models.TextField()

    def __str__(self) -> str:
        return self.digest[:12]


class Batch(models.Model):
    """Credentials asked for together; ``done`` and ``refused`` count the lines that have an outcome."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="credential_batches")
    kind = models.CharField(max_length=60)
    idempotency_key = models.CharField(max_length=200)
    skeleton = models.ForeignKey(Skeleton, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateTimeField(null=True)
    requested_by = models.CharField(max_length=16, blank=True)
    requested_at = models.DateTimeField()
    request_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [models.UniqueConstraint(fields=["certifier", "idempotency_key"], name="batch_once")]

    def __str__(self) -> str:
        return str(self.code)


class BatchChunk(models.Model):
    """Lines of a batch that wait for their outcome; deleted with it."""

    code = CodeField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    lines = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_chunk_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class BatchRefusal(models.Model):
    """A line of a batch from which no credential was made, and the code of the reason."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="refusals")
    line = models.PositiveIntegerField()
    reason_code = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="batch_refusal_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.line}"


class SealedCredentialQuerySet(models.QuerySet["SealedCredential"]):
    def visible_to(self, actor: Actor) -> SealedCredentialQuerySet:
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def intended(self) -> SealedCredentialQuerySet:
        return self.filter(state=SealState.INTENDED)


class SealedCredential(models.Model):
    """A credential: intended, with all that its signature will need, then sealed, at last erased perhaps.

    ``values`` (JSON) fill the skeleton; they go once ``signed``, the published bytes, is there. ``mac`` binds the
    columns that the signature does not cover. The places of its status are those of the pair of lists ``list_number``.
    """

    code = CodeField()
    # The unique constraints below already serve the look-ups by certifier and by batch: fewer indexes to write.
    certifier = models.ForeignKey(
        Certifier, on_delete=models.PROTECT, related_name="sealed_credentials", db_index=False
    )
    kind = models.CharField(max_length=60)
    business_key = models.CharField(max_length=200)
    idempotency_key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    subject_code = models.CharField(max_length=16, blank=True)
    skeleton = models.ForeignKey(Skeleton, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField(_("délivrée le"))
    valid_until = models.DateTimeField(_("valable jusqu’au"), null=True)
    list_number = models.PositiveIntegerField()
    list_index = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=SealState, default=SealState.INTENDED)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.VALID)
    erased_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="credentials", db_index=False)
    batch_line = models.PositiveIntegerField(null=True)
    mac = models.CharField(max_length=64)
    salt = models.BinaryField(max_length=32)
    values = EncryptedTextField(blank=True)
    signed = EncryptedTextField(null=True)

    objects = SealedCredentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation scellée")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "business_key"], name="sealed_once_by_business_key"),
            models.UniqueConstraint(fields=["certifier", "idempotency_key"], name="sealed_once_by_request"),
            models.UniqueConstraint(fields=["certifier", "list_number", "list_index"], name="sealed_one_place"),
            models.UniqueConstraint(
                fields=["batch", "batch_line"], condition=Q(batch__isnull=False), name="sealed_one_by_line"
            ),
            models.CheckConstraint(
                condition=Q(state=SealState.INTENDED, signed=None, erased_at=None)
                | Q(state=SealState.SEALED, signed__isnull=False, values="", erased_at=None)
                | Q(state=SealState.ERASED, signed=None, values="", erased_at__isnull=False),
                name="sealed_iff_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=SealState.INTENDED), name="sealed_intended"),
            models.Index(fields=["certifier", "subject_code"], name="sealed_by_subject"),
        ]

    def __str__(self) -> str:
        return str(self.code)
