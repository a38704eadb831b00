"""What may happen to a convention afterwards: suspension, termination in its only order, agreed end, letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.conventions.states.signatures import (
    ENDING_STANDS,
    UNDER_WAY,
    EndingKind,
    EndingState,
    LetterKind,
    Receipt,
    TerminationState,
)
from jurande.registers.documents.models import Document
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import Commitment

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class Suspension(models.Model):
    """The convention stops having effect at once, as a precaution, until lifted. Source: C. trav. R. 6113-16-6."""

    code = CodeField()
    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="suspensions")
    reasons = models.TextField(_("motifs"))
    effective_on = models.DateField(_("prend effet le"))
    decided_at = models.DateTimeField(_("décidée le"))
    decided_by_code = models.CharField(max_length=16)
    lifted_at = models.DateTimeField(_("levée le"), null=True)
    lifted_by_code = models.CharField(max_length=16, blank=True)
    lift_reasons = models.TextField(_("motifs de la levée"), blank=True)

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        constraints = [
            models.UniqueConstraint(fields=["convention"], condition=Q(lifted_at=None), name="suspension_one_standing"),
            models.CheckConstraint(condition=~Q(reasons="") & ~Q(decided_by_code=""), name="suspension_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by_code="", lift_reasons="")
                | Q(lifted_at__isnull=False, lifted_at__gte=F("decided_at"))
                & ~Q(lifted_by_code="")
                & ~Q(lift_reasons=""),
                name="suspension_lifted_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class Termination(models.Model):
    """A termination for fault: griefs, proof that they were received, delay, observations, decision, in that order.

    ``delay_days`` civil days begin the day after ``received_on``; ``observations_until`` is the last one. A decision
    to terminate needs observations, or ``decided_on`` after that day. Source: C. trav. R. 6113-16-6.
    """

    code = CodeField()
    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="terminations")
    state = models.CharField(
        _("état"), max_length=25, choices=TerminationState.choices, default=TerminationState.GRIEFS_NOTIFIED
    )
    griefs = models.TextField(_("griefs"))
    delay_days = models.PositiveSmallIntegerField(_("délai d’observations"))
    notified_at = models.DateTimeField(_("notifiés le"))
    notified_on = models.DateField()
    notified_by_code = models.CharField(max_length=16)
    received_at = models.DateTimeField(null=True)
    received_on = models.DateField(_("reçus le"), null=True)
    receipt = models.CharField(_("preuve de réception"), max_length=10, choices=Receipt.choices, blank=True)
    received_by_code = models.CharField(max_length=16, blank=True)
    observations_until = models.DateField(_("observations jusqu’au"), null=True)
    observations = models.TextField(_("observations"), blank=True)
    observed_at = models.DateTimeField(_("observations reçues le"), null=True)
    observed_by_code = models.CharField(max_length=16, blank=True)
    observations_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.TextField(_("motifs de la décision"), blank=True)
    learners = models.TextField(_("ce que deviennent les apprenants"), blank=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_on = models.DateField(null=True)
    decided_by_code = models.CharField(max_length=16, blank=True)
    separation_relaxed = models.BooleanField(default=False)
    effective_on = models.DateField(_("prend effet le"), null=True)

    class Meta:
        verbose_name = _("résiliation")
        verbose_name_plural = _("résiliations")
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(state__in=(*UNDER_WAY, TerminationState.DECIDED_TERMINATED)),
                name="termination_one_standing",
            ),
            models.CheckConstraint(condition=Q(state__in=TerminationState.values), name="termination_state_is_known"),
            models.CheckConstraint(
                condition=~Q(griefs="") & ~Q(notified_by_code="") & Q(delay_days__gte=1),
                name="termination_begins_with_griefs",
            ),
            models.CheckConstraint(
                condition=Q(
                    received_at=None, received_on=None, receipt="", received_by_code="", observations_until=None
                )
                & Q(state__in=(TerminationState.GRIEFS_NOTIFIED, TerminationState.CLOSED_WITHOUT_ACTION))
                | Q(
                    received_at__isnull=False,
                    received_at__gte=F("notified_at"),
                    received_on__isnull=False,
                    received_on__gte=F("notified_on"),
                    receipt__in=Receipt.values,
                    observations_until__isnull=False,
                    observations_until__gt=F("received_on"),
                )
                & ~Q(received_by_code="")
                & ~Q(state=TerminationState.GRIEFS_NOTIFIED),
                name="termination_griefs_are_received",
            ),
            models.CheckConstraint(
                condition=Q(observed_at=None, observations="", observed_by_code="", observations_document=None)
                & ~Q(state=TerminationState.OBSERVED)
                | Q(observed_at__isnull=False, received_at__isnull=False, observed_at__gte=F("received_at"))
                & ~Q(observations="")
                & ~Q(observed_by_code="")
                & ~Q(state__in=(TerminationState.GRIEFS_NOTIFIED, TerminationState.RECEIVED)),
                name="termination_observations_follow_receipt",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_on=None, decided_by_code="", decision="") & Q(state__in=UNDER_WAY)
                | Q(decided_at__isnull=False, decided_at__gte=F("notified_at"), decided_on__isnull=False)
                & ~Q(decided_by_code="")
                & ~Q(decision="")
                & ~Q(state__in=UNDER_WAY),
                name="termination_decision_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=TerminationState.DECIDED_TERMINATED) & Q(effective_on=None, learners="")
                | Q(state=TerminationState.DECIDED_TERMINATED, received_on__isnull=False)
                & ~Q(learners="")
                & Q(effective_on__isnull=False, effective_on__gte=F("decided_on"))
                & (
                    Q(observed_at__isnull=False, observed_at__lte=F("decided_at"))
                    | Q(observations_until__isnull=False, decided_on__gt=F("observations_until"))
                )
                & (~Q(decided_by_code=F("notified_by_code")) | Q(separation_relaxed=True)),
                name="termination_follows_r6113_16_6",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class Ending(models.Model):
    """A way out that is no sanction: an end both agree to, or the notice that a convention will not be renewed.

    ``effective_on`` is the last day. Nothing is agreed until the head of the partner says so.
    """

    code = CodeField()
    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="endings")
    kind = models.CharField(_("nature"), max_length=15, choices=EndingKind.choices)
    state = models.CharField(_("état"), max_length=10, choices=EndingState.choices)
    reasons = models.TextField(_("motifs"))
    learners = models.TextField(_("ce que deviennent les apprenants"))
    effective_on = models.DateField(_("dernier jour"))
    decided_at = models.DateTimeField(_("décidée le"))
    decided_by_code = models.CharField(max_length=16)
    answered_at = models.DateTimeField(_("réponse du partenaire le"), null=True)
    answered_by_code = models.CharField(max_length=16, blank=True)
    answer = models.TextField(_("réponse du partenaire"), blank=True)

    class Meta:
        verbose_name = _("fin sans faute")
        verbose_name_plural = _("fins sans faute")
        constraints = [
            models.UniqueConstraint(
                fields=["convention"], condition=Q(state__in=ENDING_STANDS), name="ending_one_standing"
            ),
            models.CheckConstraint(
                condition=~Q(reasons="") & ~Q(learners="") & ~Q(decided_by_code=""), name="ending_says_why"
            ),
            models.CheckConstraint(
                condition=Q(kind=EndingKind.NOT_RENEWED, state=EndingState.NOTIFIED, answered_at=None)
                | Q(kind=EndingKind.AGREED, state=EndingState.PROPOSED, answered_at=None)
                | Q(
                    kind=EndingKind.AGREED,
                    state__in=(EndingState.AGREED, EndingState.REFUSED),
                    answered_at__isnull=False,
                    answered_at__gte=F("decided_at"),
                )
                & ~Q(answered_by_code=""),
                name="ending_agreed_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class ActLetterQuerySet(models.QuerySet["ActLetter"]):
    def visible_to(self, actor: Actor) -> ActLetterQuerySet:
        """Those of the conventions of one's own house, or of one's own partnership."""
        if not actor.has(Right.SEE_CONVENTIONS):
            return self.none()
        if actor.partnership_code:
            return self.filter(convention__partnership__code=actor.partnership_code)
        return self.filter(convention__certifier__code=actor.certifier_code)


class ActLetter(models.Model):
    """A letter of the certifier about a convention: the PDF, when it left, and the dated proof that it was received.

    Opened in the portal (``opened_at``), or by registered post: the number, the day and the scan of the slip.
    """

    code = CodeField()
    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(_("objet"), max_length=20, choices=LetterKind.choices)
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, null=True, related_name="letters")
    termination = models.ForeignKey(Termination, on_delete=models.PROTECT, null=True, related_name="letters")
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, null=True, related_name="letters")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("envoyée le"))
    sent_by_code = models.CharField(max_length=16)
    opened_at = models.DateTimeField(_("ouverte le"), null=True)
    opened_by_code = models.CharField(max_length=16, blank=True)
    postal_reference = models.CharField(_("numéro du recommandé"), max_length=30, blank=True)
    postal_received_on = models.DateField(_("distribuée le"), null=True)
    postal_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    postal_by_code = models.CharField(max_length=16, blank=True)

    objects = ActLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("lettre")
        verbose_name_plural = _("lettres")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LetterKind.values), name="act_letter_kind_is_known"),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by_code="")
                | Q(opened_at__isnull=False, opened_at__gte=F("sent_at")) & ~Q(opened_by_code=""),
                name="act_letter_opened_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(postal_reference="", postal_received_on=None, postal_document=None, postal_by_code="")
                | Q(postal_received_on__isnull=False, postal_document__isnull=False)
                & ~Q(postal_reference="")
                & ~Q(postal_by_code=""),
                name="act_letter_post_has_its_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
