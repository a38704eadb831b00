"""What was erased, how long the rest is kept, what a purge did, and what may not go meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.models.lots import Lot
from jurande.registers.awards.states.erasure import ErasureCause, HoldScope, KeptCategory
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from datetime import date

    from jurande.registers.parties.policies import Actor


class Erasure(models.Model):
    """An award of which nothing of its holder is left: when, why, and when its last copies went from the files.

    The list of these codes is replayed on a backup that was made before (docs/howto/retention.md).
    """

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="erasure")
    cause = models.CharField(_("motif"), max_length=10, choices=ErasureCause)
    erased_at = models.DateTimeField(_("effacée le"))
    erased_by_code = models.CharField(max_length=16, blank=True)
    swept_at = models.DateTimeField(_("copies jetées le"), null=True)

    class Meta:
        verbose_name = _("effacement")
        verbose_name_plural = _("effacements")
        indexes = [models.Index(fields=["id"], condition=Q(swept_at=None), name="erasure_to_sweep")]

    def __str__(self) -> str:
        return f"{self.award_id} {self.cause}"


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def visible_to(self, actor: Actor) -> RetentionRuleQuerySet:
        """Those of one's own house, for who sees what was issued."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class RetentionRule(models.Model):
    """How long one certifier keeps one category; without a row, the default. ``months`` None: without end.

    ``reason``: why it differs from what is proposed, which the register of processing repeats (RGPD, art. 30-1-f).
    """

    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="retention_rules")
    category = models.CharField(_("catégorie"), max_length=12, choices=KeptCategory)
    months = models.PositiveSmallIntegerField(_("durée en mois"), null=True)
    reason = models.CharField(_("motif"), max_length=300)
    set_at = models.DateTimeField(_("choisie le"))
    set_by_code = models.CharField(max_length=16)

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("durée de conservation")
        verbose_name_plural = _("durées de conservation")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "category"], name="retentionrule_once"),
            models.CheckConstraint(condition=Q(months=None) | Q(months__gt=0), name="retentionrule_keeps_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.months}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, actor: Actor) -> LegalHoldQuerySet:
        """Those of one's own house, for who sees what was issued."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def in_force_on(self, day: date) -> LegalHoldQuerySet:
        """Neither lifted nor past its last day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), lifted_at=None)


class LegalHold(models.Model):
    """What a procedure demands to keep: nothing of it is purged nor erased meanwhile (RGPD, art. 17-3-e).

    ``reason``: for the house only. ``until_on``: the last day, None until it is lifted. ``award``: also names the
    person when the scope is a person.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="legal_holds")
    scope = models.CharField(_("portée"), max_length=13, choices=HoldScope)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, null=True, related_name="legal_holds")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="legal_holds")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, null=True, related_name="legal_holds")
    reason = EncryptedTextField()
    since_at = models.DateTimeField(_("depuis le"))
    declared_by_code = models.CharField(max_length=16)
    until_on = models.DateField(_("jusqu’au"), null=True)
    lifted_at = models.DateTimeField(_("levé le"), null=True)
    lifted_by_code = models.CharField(max_length=16, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("gel pour procédure")
        verbose_name_plural = _("gels pour procédure")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    scope__in=[HoldScope.AWARD, HoldScope.PERSON], award__isnull=False, lot=None, certification=None
                )
                | Q(scope=HoldScope.LOT, award=None, lot__isnull=False, certification=None)
                | Q(scope=HoldScope.CERTIFICATION, award=None, lot=None, certification__isnull=False),
                name="legalhold_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by_code="")
                | Q(lifted_at__gte=F("since_at")) & ~Q(lifted_by_code=""),
                name="legalhold_lifted_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-since_at"], name="legalhold_latest")]

    def __str__(self) -> str:
        return f"{self.scope} {self.code}"


class PurgeReportQuerySet(models.QuerySet["PurgeReport"]):
    def visible_to(self, actor: Actor) -> PurgeReportQuerySet:
        """Those of one's own house, for who sees what was issued."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class PurgeReport(models.Model):
    """What one purge did in one house. ``counts``: category → {"gone", "held"}, numbers and nobody's name.

    ``months``: category → the duration that was applied.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="purge_reports")
    started_at = models.DateTimeField(_("lancée le"))
    finished_at = models.DateTimeField(_("terminée le"), null=True)
    months = models.JSONField(_("durées appliquées"), default=dict)
    counts = models.JSONField(_("résultat"), default=dict)
    job_code = models.CharField(max_length=16, blank=True)

    objects = PurgeReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("compte rendu de purge")
        verbose_name_plural = _("comptes rendus de purge")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier"], condition=Q(finished_at=None), name="purgereport_one_under_way"
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-started_at"], name="purgereport_latest")]

    def __str__(self) -> str:
        return str(self.code)
