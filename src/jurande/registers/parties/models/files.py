"""What is filed under a partnership."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.parties.models.partnerships import Partnership
from jurande.registers.parties.states import DocumentKind, Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class PartnershipDocumentQuerySet(models.QuerySet["PartnershipDocument"]):
    def visible_to(self, actor: Actor) -> PartnershipDocumentQuerySet:
        """Those of the partnerships one may see, for the roles that may open documents."""
        if not actor.has(Right.SEE_DOCUMENTS):
            return self.none()
        return self.filter(partnership__in=Partnership.objects.visible_to(actor))

    def in_force(self) -> PartnershipDocumentQuerySet:
        return self.filter(detached_at=None)

    def expiring_by(self, day: date) -> PartnershipDocumentQuerySet:
        return self.filter(expires_on__lte=day)


class PartnershipDocument(models.Model):
    """A document filed under a partnership: what it proves, until when. Withdrawn, the row and its reason stay.

    ``expires_on`` is the last valid day. The file itself is kept as long as the row holds it.
    """

    code = CodeField()
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature"), max_length=20, choices=DocumentKind.choices)
    expires_on = models.DateField(_("valable jusqu’au"), null=True)
    attached_at = models.DateTimeField(_("déposée le"))
    attached_by_code = models.CharField(max_length=16)
    detached_at = models.DateTimeField(_("retirée le"), null=True)
    detached_by_code = models.CharField(max_length=16, blank=True)
    detach_reason = models.TextField(_("motif du retrait"), blank=True)

    objects = PartnershipDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("pièce")
        verbose_name_plural = _("pièces")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="partnership_document_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(detached_at=None, detached_by_code="", detach_reason="")
                | (Q(detached_at__gte=F("attached_at")) & ~Q(detached_by_code="") & ~Q(detach_reason="")),
                name="partnership_document_detached_says_why",
            ),
        ]
        indexes = [models.Index(fields=["partnership", "expires_on"], name="partnership_document_expiry")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
