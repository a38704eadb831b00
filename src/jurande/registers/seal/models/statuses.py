"""Where the status of each credential is published, and every change of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.proof.status.bitstring import LEAST_ENTRIES
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.states import Move, Purpose, Reason


class StatusPlaces(models.Model):
    """The places that a pair of lists (revocation, suspension) of a certifier has to give, in a secret order."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="status_places")
    number = models.PositiveIntegerField()
    secret = EncryptedTextField()
    given = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certifier", "number"], name="status_places_once"),
            models.CheckConstraint(condition=Q(given__lte=LEAST_ENTRIES), name="status_places_within_the_list"),
        ]

    def __str__(self) -> str:
        return f"{self.certifier} {self.number}"


class StatusList(models.Model):
    """One published list: the signed bytes, when they are to be signed again, whether the file shows them."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="status_lists")
    purpose = models.CharField(max_length=10, choices=Purpose)
    number = models.PositiveIntegerField()
    octets = models.BinaryField(default=bytes)
    signed_at = models.DateTimeField(null=True)
    refresh_at = models.DateTimeField()
    is_projected = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("liste de statuts")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "purpose", "number"], name="status_list_once"),
        ]
        indexes = [models.Index(fields=["refresh_at"], name="status_list_refresh")]

    def __str__(self) -> str:
        return f"{self.certifier} {self.purpose} {self.number}"


class StatusChange(models.Model):
    """A credential revoked, suspended or restored, from ``effective_on`` on (Paris). Append-only."""

    code = CodeField()
    credential = models.ForeignKey("seal.SealedCredential", on_delete=models.PROTECT, related_name="changes")
    move = models.CharField(max_length=8, choices=Move)
    reason_code = models.CharField(max_length=20, choices=Reason)
    effective_on = models.DateField(_("à compter du"))
    decided_at = models.DateTimeField(_("décidé le"))
    actor_code = models.CharField(max_length=16, blank=True)
    salt = models.BinaryField(max_length=32)
    # Copied from the credential, so that a list is computed without reading credentials.
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="+")
    list_number = models.PositiveIntegerField()
    list_index = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["certifier", "list_number", "effective_on"], name="status_change_by_list"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.credential_id}"
