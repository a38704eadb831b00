"""What a holder asks to have mended in an award: what is wrong, what it should say, who answers, what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.states.corrections import (
    CorrectionKind,
    CorrectionState,
    Desk,
    PassedOn,
)
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, actor: Actor) -> CorrectionQuerySet:
        """Those of one's house; for a partner, those about what it prepared; for anybody else, one's own."""
        if actor.partnership_code:
            seen = self.filter(prepared_by__code=actor.partnership_code)
            return seen if actor.has(Right.SEE_AWARDS) else self.none()
        if actor.certifier_code:
            seen = self.filter(award__certifier__code=actor.certifier_code)
            return seen if actor.has(Right.SEE_AWARDS) else self.none()
        return self.filter(holder__code=actor.code) if actor.code else self.none()

    def waiting(self) -> CorrectionQuerySet:
        return self.filter(state=CorrectionState.ASKED)


class Correction(models.Model):
    """One thing that a holder asks to have mended in one award.

    ``wanted``: JSON, what the award should say: ``first_name``, ``last_name``, ``birth_on`` (ISO), ``birth_place``.
    ``words``: what they add. ``prepared_by``: the partner that made the award ready, which answers first; None when
    the certifier did. ``partner_due_on``: the last day it has; then the certifier answers. ``due_on``: the last day
    for the answer. ``opinion``: what the partner said before the certifier decides; ``appeal``: why its holder contests
    what the partner said; ``reason``: what the answer said. ``made``: the award that replaces, once accepted.
    """

    code = CodeField()
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="corrections")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(_("ce qui ne va pas"), max_length=11, choices=CorrectionKind)
    wanted = EncryptedTextField(_("ce qui est demandé"))
    words = EncryptedTextField(_("précisions"), blank=True)
    prepared_by = models.ForeignKey(
        "parties.Partnership", on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    addressed_to = models.CharField(_("qui répond"), max_length=9, choices=Desk)
    state = models.CharField(_("état"), max_length=9, choices=CorrectionState, default=CorrectionState.ASKED)
    asked_at = models.DateTimeField(_("demandée le"))
    due_on = models.DateField(_("réponse au plus tard le"))
    partner_due_on = models.DateField(_("réponse du partenaire au plus tard le"), null=True)
    reminded_at = models.DateTimeField(_("rappelée le"), null=True)
    passed_on_at = models.DateTimeField(_("transmise le"), null=True)
    passed_on_by_code = models.CharField(max_length=16, blank=True)
    passed_on_because = models.CharField(_("pourquoi"), max_length=7, choices=PassedOn, blank=True)
    opinion = EncryptedTextField(_("avis du partenaire"), blank=True)
    appeal = EncryptedTextField(_("contestation"), blank=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by_code = models.CharField(max_length=16, blank=True)
    reason = EncryptedTextField(_("réponse"), blank=True)
    made = models.OneToOneField(Award, on_delete=models.PROTECT, null=True, related_name="made_by_correction")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de correction")
        verbose_name_plural = _("demandes de correction")
        constraints = [
            models.UniqueConstraint(
                fields=["award"], condition=Q(state=CorrectionState.ASKED), name="correction_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.ASKED, decided_at=None, decided_by_code="", made=None)
                | Q(state=CorrectionState.ACCEPTED, decided_at__isnull=False, made__isnull=False)
                & ~Q(decided_by_code="")
                | Q(state__in=[CorrectionState.REFUSED, CorrectionState.WITHDRAWN], decided_at__isnull=False, made=None)
                & ~Q(decided_by_code=""),
                name="correction_state_agrees",
            ),
            models.CheckConstraint(
                condition=Q(addressed_to=Desk.PARTNER, prepared_by__isnull=False, passed_on_at=None)
                & Q(partner_due_on__isnull=False, passed_on_because="", partner_due_on__lte=F("due_on"))
                | Q(addressed_to=Desk.CERTIFIER, passed_on_at=None, passed_on_because="")
                | Q(addressed_to=Desk.CERTIFIER, passed_on_at__isnull=False, prepared_by__isnull=False)
                & ~Q(passed_on_because=""),
                name="correction_has_one_desk",
            ),
        ]
        indexes = [
            models.Index(
                fields=["addressed_to", "due_on"], condition=Q(state=CorrectionState.ASKED), name="correction_waiting"
            ),
            models.Index(fields=["award", "-asked_at"], name="correction_by_award"),
        ]

    def __str__(self) -> str:
        return str(self.code)


class CorrectionEvidence(models.Model):
    """A file that shows what the award should say; it goes some time after the answer."""

    code = CodeField()
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="evidence")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("pièce d’une demande de correction")
        verbose_name_plural = _("pièces des demandes de correction")

    def __str__(self) -> str:
        return str(self.code)


class CorrectionRule(models.Model):
    """How fast a house answers. ``days``: the whole delay, never beyond the law's; ``partner_days``: the partner's."""

    certifier = models.OneToOneField(Certifier, on_delete=models.PROTECT, related_name="correction_rule")
    days = models.PositiveSmallIntegerField(_("délai de réponse, en jours"))
    partner_days = models.PositiveSmallIntegerField(_("délai du partenaire, en jours"))

    class Meta:
        verbose_name = _("délai de réponse aux corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, partner_days__gte=1, partner_days__lte=F("days")),
                name="correction_rule_partner_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certifier} {self.days}"
