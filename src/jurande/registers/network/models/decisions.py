"""What is decided of an application, under which conditions, and how it is contested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.network.models.applications import Application
from jurande.registers.network.models.judgments import judged_by
from jurande.registers.network.states.judgments import AppealState, DecisionVerdict

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, actor: Actor) -> DecisionQuerySet:
        seen = judged_by(actor, "application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def standing(self) -> DecisionQuerySet:
        return self.filter(set_aside_at=None)


class Decision(models.Model):
    """What was decided of an application, why and by whom. One stands; an appeal or a new date sets it aside.

    ``appeal_until`` is the last day of the appeal; ``review_again_on`` when a deferred one comes back.
    ``decider_scored``: the certifier had set the separation of the two aside that day, and it is shown.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(_("décision"), max_length=24, choices=DecisionVerdict)
    reasons = models.TextField(_("motifs"))
    decided_at = models.DateTimeField(_("prise le"))
    decided_by_code = models.CharField(max_length=16)
    decider_scored = models.BooleanField(_("prise par une personne qui a noté"), default=False)
    appeal_until = models.DateField(_("recours jusqu’au"), null=True)
    review_again_on = models.DateField(_("réexamen le"), null=True)
    set_aside_at = models.DateTimeField(_("écartée le"), null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("décision")
        verbose_name_plural = _("décisions")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(set_aside_at=None), name="decision_one_standing"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_says_why"),
            models.CheckConstraint(
                condition=Q(verdict=DecisionVerdict.DEFERRED, review_again_on__isnull=False)
                | ~Q(verdict=DecisionVerdict.DEFERRED) & Q(review_again_on=None),
                name="decision_deferred_has_its_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_again_on"],
                condition=Q(set_aside_at=None, review_again_on__isnull=False),
                name="decision_to_bring_back",
            )
        ]

    def __str__(self) -> str:
        return str(self.code)

    @property
    def appeal_is_pending(self) -> bool:
        """Whether somebody contests it and has no answer yet."""
        return Appeal.objects.filter(decision=self).awaited().exists()


class ConditionQuerySet(models.QuerySet["Condition"]):
    def visible_to(self, actor: Actor) -> ConditionQuerySet:
        seen = judged_by(actor, "decision__application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def unmet(self) -> ConditionQuerySet:
        return self.filter(met_at=None, decision__set_aside_at=None)


class Condition(models.Model):
    """What an approval asks for, by which day, and the evidence that it was met."""

    code = CodeField()
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="conditions")
    position = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(_("condition"))
    due_on = models.DateField(_("à remplir avant le"))
    met_at = models.DateTimeField(_("remplie le"), null=True)
    met_by_code = models.CharField(max_length=16, blank=True)
    evidence = models.TextField(_("preuve"), blank=True)
    evidence_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    reminded_on = models.DateField(_("rappelée le"), null=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        constraints = [
            models.CheckConstraint(
                condition=Q(met_at=None, met_by_code="", evidence="")
                | Q(met_at__isnull=False) & ~Q(met_by_code="") & ~Q(evidence=""),
                name="condition_met_with_evidence",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(met_at=None), name="condition_unmet")]

    def __str__(self) -> str:
        return self.text[:60]


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, actor: Actor) -> AppealQuerySet:
        seen = judged_by(actor, "decision__application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def awaited(self) -> AppealQuerySet:
        return self.filter(state=AppealState.LODGED)


class Appeal(models.Model):
    """What the applicant holds against a decision, and what people who neither scored nor decided made of it."""

    code = CodeField()
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField(_("recours"))
    lodged_at = models.DateTimeField(_("déposé le"))
    lodged_by_code = models.CharField(max_length=16)
    state = models.CharField(_("état"), max_length=10, choices=AppealState, default=AppealState.LODGED)
    reasons = models.TextField(_("motifs"), blank=True)
    judged_at = models.DateTimeField(_("jugé le"), null=True)
    judged_by_code = models.CharField(max_length=16, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("recours")
        verbose_name_plural = _("recours")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=AppealState.LODGED, judged_at=None, judged_by_code="", reasons="")
                | ~Q(state=AppealState.LODGED) & Q(judged_at__isnull=False) & ~Q(judged_by_code="") & ~Q(reasons=""),
                name="appeal_judged_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)
