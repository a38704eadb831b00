"""Documents that the log vouches for without showing them: conventions, minutes, reports."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier


class Commitment(models.Model):
    """The commitment of one document; without its salt, once erased, nobody can tell which document it was."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="commitments")
    kind = models.CharField(max_length=60)
    business_key = models.CharField(max_length=200)
    idempotency_key = models.CharField(max_length=200)
    document_code = models.CharField(max_length=16, blank=True)
    salt = models.BinaryField(max_length=32)
    value = models.BinaryField(max_length=32)
    committed_at = models.DateTimeField(_("engagé le"))
    erased_at = models.DateTimeField(null=True)
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("engagement")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "business_key"], name="committed_once_by_business_key"),
            models.UniqueConstraint(fields=["certifier", "idempotency_key"], name="committed_once_by_request"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(document_code="", salt=b""), name="commitment_erased_leaves_no_salt"
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)
