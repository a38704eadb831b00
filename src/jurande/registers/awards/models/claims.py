"""Applications for a micro-certification: what is open to them, who asks, on which evidence, who judged it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states.delegation import ClaimState
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class ClaimOpeningQuerySet(models.QuerySet["ClaimOpening"]):
    def visible_to(self, actor: Actor) -> ClaimOpeningQuerySet:
        if actor.partnership_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def open(self) -> ClaimOpeningQuerySet:
        """Those that everybody may see, and answer."""
        return self.filter(closed_at=None)


class ClaimOpening(models.Model):
    """A micro-certification may be asked for, by a public form. ``guidance``: what to bring as evidence."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="claim_openings")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="claim_openings")
    guidance = models.TextField(_("ce qu’il faut fournir"))
    opened_at = models.DateTimeField(_("ouverte le"))
    opened_by_code = models.CharField(max_length=16)
    closed_at = models.DateTimeField(_("close le"), null=True)
    closed_by_code = models.CharField(max_length=16, blank=True)

    objects = ClaimOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("ouverture aux demandes")
        verbose_name_plural = _("ouvertures aux demandes")
        constraints = [
            models.UniqueConstraint(
                fields=["certification"], condition=Q(closed_at=None), name="claim_opening_one_by_certification"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_code="") | Q(closed_at__isnull=False) & ~Q(closed_by_code=""),
                name="claim_opening_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class AwardClaimQuerySet(models.QuerySet["AwardClaim"]):
    def visible_to(self, actor: Actor) -> AwardClaimQuerySet:
        """Those of one's house; for anybody else, one's own."""
        if actor.certifier_code and not actor.partnership_code:
            seen = actor.has(Right.SEE_AWARDS)
            return self.filter(opening__certifier__code=actor.certifier_code) if seen else self.none()
        return self.filter(person__code=actor.code) if actor.code else self.none()

    def waiting(self) -> AwardClaimQuerySet:
        return self.filter(state=ClaimState.SUBMITTED)


class AwardClaim(models.Model):
    """Somebody asks for a micro-certification. Accepted, it becomes a row of a lot of source «application»."""

    code = CodeField()
    opening = models.ForeignKey(ClaimOpening, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="award_claims")
    statement = EncryptedTextField()
    birth = EncryptedTextField(blank=True)
    state = models.CharField(_("état"), max_length=10, choices=ClaimState, default=ClaimState.SUBMITTED)
    submitted_at = models.DateTimeField(_("déposée le"))
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by_code = models.CharField(max_length=16, blank=True)
    reasons = EncryptedTextField(blank=True)
    lot = models.ForeignKey("awards.Lot", on_delete=models.PROTECT, null=True, related_name="claims")

    objects = AwardClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de micro-certification")
        verbose_name_plural = _("demandes de micro-certification")
        constraints = [
            models.UniqueConstraint(
                fields=["opening", "person"], condition=Q(state=ClaimState.SUBMITTED), name="award_claim_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.SUBMITTED, decided_at=None, decided_by_code="", lot=None)
                | Q(state=ClaimState.ACCEPTED, decided_at__isnull=False, lot__isnull=False) & ~Q(decided_by_code="")
                | Q(state__in=[ClaimState.REFUSED, ClaimState.WITHDRAWN], decided_at__isnull=False, lot=None)
                & ~Q(decided_by_code=""),
                name="award_claim_state_agrees",
            ),
        ]
        indexes = [models.Index(fields=["opening", "state", "submitted_at"], name="award_claim_by_state")]

    def __str__(self) -> str:
        return str(self.code)


class ClaimEvidence(models.Model):
    """A file that shows what is claimed."""

    code = CodeField()
    claim = models.ForeignKey(AwardClaim, on_delete=models.CASCADE, related_name="evidence")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("preuve fournie")
        verbose_name_plural = _("preuves fournies")

    def __str__(self) -> str:
        return str(self.code)
