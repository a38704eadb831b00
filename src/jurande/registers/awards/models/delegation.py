"""Issuing in the certifier's name: which partner may, for what, since when, and the lots that it prepared so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states.delegation import MandateEndReason
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class IssuingMandateQuerySet(models.QuerySet["IssuingMandate"]):
    def visible_to(self, actor: Actor) -> IssuingMandateQuerySet:
        """Those of one's house; for a partner, its own."""
        if not actor.has(Right.SEE_AWARDS):
            return self.none()
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code)
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def in_force(self) -> IssuingMandateQuerySet:
        return self.filter(ended_at=None)


class IssuingMandate(models.Model):
    """A partner may issue in the certifier's name, within one habilitation and as long as that one is active.

    ``partnership`` and ``certification`` are those of the habilitation. ``ended_on``: the first day without it.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="issuing_mandates")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="issuing_mandates")
    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="issuing_mandates")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="issuing_mandates")
    granted_on = models.DateField(_("à partir du"))
    granted_at = models.DateTimeField(_("accordée le"))
    granted_by_code = models.CharField(max_length=16)
    ended_on = models.DateField(_("jusqu’au"), null=True)
    ended_at = models.DateTimeField(_("fin décidée le"), null=True)
    ended_by_code = models.CharField(max_length=16, blank=True)
    end_reason = models.CharField(_("motif"), max_length=20, choices=MandateEndReason, blank=True)

    objects = IssuingMandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("délégation de délivrance")
        verbose_name_plural = _("délégations de délivrance")
        constraints = [
            models.UniqueConstraint(
                fields=["habilitation"], condition=Q(ended_at=None), name="issuing_mandate_one_by_habilitation"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_at=None, ended_by_code="", end_reason="")
                | Q(ended_at__isnull=False, ended_on__gte=F("granted_on")) & ~Q(ended_by_code="") & ~Q(end_reason=""),
                name="issuing_mandate_ended_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class DelegatedLot(models.Model):
    """A lot that a partner prepares in the certifier's name: under which mandate."""

    lot = models.OneToOneField("awards.Lot", on_delete=models.CASCADE, related_name="delegation")
    mandate = models.ForeignKey(IssuingMandate, on_delete=models.PROTECT, related_name="lots")

    class Meta:
        verbose_name = _("lot délégué")
        verbose_name_plural = _("lots délégués")

    def __str__(self) -> str:
        return f"{self.lot_id} / {self.mandate_id}"
