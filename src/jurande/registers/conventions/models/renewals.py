"""Renewing many conventions at once, and reminding that one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.conventions.models.clauses import ClauseSet
from jurande.registers.conventions.models.conventions import Convention
from jurande.registers.conventions.states import RowOutcome
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class RenewalRunQuerySet(models.QuerySet["RenewalRun"]):
    def visible_to(self, actor: Actor) -> RenewalRunQuerySet:
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_CONVENTIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class RenewalRun(models.Model):
    """Many conventions to renew with one set of clauses, for the same days. ``job_code``: the work that does it.

    ``sends``: whether those that lack nothing are sent to be signed at once.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="renewal_runs")
    clause_set = models.ForeignKey(ClauseSet, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("du"))
    valid_until = models.DateField(_("au"))
    sends = models.BooleanField(_("envoyées aussitôt"), default=False)
    asked_at = models.DateTimeField(_("demandé le"))
    asked_by_code = models.CharField(max_length=16)
    job_code = models.CharField(max_length=16)

    objects = RenewalRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("renouvellement groupé")
        verbose_name_plural = _("renouvellements groupés")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("valid_from")), name="renewalrun_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}"


class RenewalRow(models.Model):
    """One convention of such a run, and what became of it; no outcome: not done yet.

    ``reason``: why it was left out, or why what was prepared could not be sent.
    """

    run = models.ForeignKey(RenewalRun, on_delete=models.CASCADE, related_name="rows")
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("issue"), max_length=8, choices=RowOutcome, blank=True)
    made = models.OneToOneField(Convention, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("motif"), blank=True)

    class Meta:
        verbose_name = _("ligne de renouvellement")
        verbose_name_plural = _("lignes de renouvellement")
        constraints = [
            models.UniqueConstraint(fields=["run", "convention"], name="renewalrow_once"),
            models.CheckConstraint(
                condition=Q(outcome="", made=None, reason="")
                | Q(outcome=RowOutcome.SENT, made__isnull=False, reason="")
                | Q(outcome=RowOutcome.MADE, made__isnull=False)
                | Q(outcome=RowOutcome.REFUSED, made=None) & ~Q(reason=""),
                name="renewalrow_says_what_became_of_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.convention_id}"


class Reminder(models.Model):
    """A reminder already sent, ``months`` before the end: it is sent once."""

    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="reminders")
    months = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(_("envoyé le"))

    class Meta:
        verbose_name = _("rappel d’échéance")
        verbose_name_plural = _("rappels d’échéance")
        constraints = [models.UniqueConstraint(fields=["convention", "months"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.convention_id} -{self.months}"
