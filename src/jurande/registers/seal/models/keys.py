"""The keys that certifiers sign with: public halves and dates here, private halves in files of the home."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.states import KeyState


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def active(self) -> SigningKeyQuerySet:
        return self.filter(state=KeyState.ACTIVE)

    def of(self, certifier: Certifier) -> SigningKeyQuerySet:
        return self.filter(certifier=certifier).order_by("created_at", "pk")


class SigningKey(models.Model):
    """One key of a certifier, from ``created_at`` to ``retired_at``; what it signed in between stays valid.

    ``method`` is its address in signed documents. ``compromised_at`` is the instant of the theft: what it signed counts
    only where the log has it below ``compromised_size`` entries.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="signing_keys")
    method = models.CharField(_("adresse"), max_length=400, unique=True)
    multikey = models.CharField(_("clé publique"), max_length=100, unique=True)
    state = models.CharField(_("état"), max_length=12, choices=KeyState, default=KeyState.ACTIVE)
    created_at = models.DateTimeField(_("créée le"))
    retired_at = models.DateTimeField(_("retirée le"), null=True)
    compromised_at = models.DateTimeField(_("compromise le"), null=True)
    compromised_size = models.PositiveBigIntegerField(null=True)
    is_projected = models.BooleanField(default=False)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("clé de signature")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier"], condition=Q(state=KeyState.ACTIVE), name="signing_key_one_active"
            ),
            models.CheckConstraint(
                condition=Q(state=KeyState.ACTIVE, retired_at=None)
                | ~Q(state=KeyState.ACTIVE) & Q(retired_at__isnull=False),
                name="signing_key_retired_iff_not_active",
            ),
            models.CheckConstraint(
                condition=Q(state=KeyState.COMPROMISED, compromised_at__isnull=False, compromised_size__isnull=False)
                | ~Q(state=KeyState.COMPROMISED) & Q(compromised_at=None, compromised_size=None),
                name="signing_key_compromised_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["is_projected"], condition=Q(is_projected=False), name="signing_key_unprojected")
        ]

    def __str__(self) -> str:
        return self.multikey

    def age_days(self, now: datetime) -> int:
        return (now - self.created_at).days
