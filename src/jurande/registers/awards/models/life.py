"""What is decided of an award after it was issued, one at a time or many at once; its end, foreseen and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.states.life import BulkState, ItemState, LifeMove
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right
from jurande.registers.seal.states import Reason

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

REMINDER_DAYS = [90, 30, 7]


def default_reminder_days() -> list[int]:
    """When nobody chose."""
    return list(REMINDER_DAYS)


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def visible_to(self, actor: Actor) -> BulkActQuerySet:
        """Those of one's own house, for who sees what was issued."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class BulkAct(models.Model):
    """One decision about many awards: which they are is fixed when it is shown, then a job takes them one by one.

    ``title``: how they were chosen, in words; ``note``: why, which their holders read.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="bulk_acts")
    move = models.CharField(_("acte"), max_length=8, choices=LifeMove)
    reason_code = models.CharField(_("motif"), max_length=20, choices=Reason)
    note = EncryptedTextField()
    title = models.CharField(_("sélection"), max_length=250)
    state = models.CharField(_("état"), max_length=10, choices=BulkState, default=BulkState.SHOWN)
    total = models.PositiveIntegerField(_("attestations"))
    shown_at = models.DateTimeField(_("préparé le"))
    shown_by_code = models.CharField(max_length=16)
    started_at = models.DateTimeField(_("lancé le"), null=True)
    started_by_code = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True)
    job_code = models.CharField(max_length=16, blank=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        verbose_name = _("acte en nombre")
        verbose_name_plural = _("actes en nombre")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=BulkState.SHOWN, started_at=None, finished_at=None)
                | Q(state=BulkState.RUNNING, started_at__isnull=False, finished_at=None)
                | Q(state=BulkState.DONE, started_at__isnull=False, finished_at__isnull=False)
                | Q(state=BulkState.DISCARDED, started_at=None, finished_at__isnull=False),
                name="bulkact_state_agrees_with_its_dates",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-shown_at"], name="bulkact_latest")]

    def __str__(self) -> str:
        return f"{self.move} {self.title}"


class BulkItem(models.Model):
    """One award of an act on many, and what became of it; ``refusal``: why it could not be done, in words."""

    bulk = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="items")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("état"), max_length=8, choices=ItemState, default=ItemState.WAITING)
    refusal = models.CharField(_("raison"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("attestation d’un acte en nombre")
        constraints = [
            models.UniqueConstraint(fields=["bulk", "award"], name="bulkitem_once"),
            models.CheckConstraint(
                condition=Q(state=ItemState.REFUSED) & ~Q(refusal="") | ~Q(state=ItemState.REFUSED) & Q(refusal=""),
                name="bulkitem_refused_says_why",
            ),
        ]
        indexes = [models.Index(fields=["bulk", "state", "id"], name="bulkitem_by_state")]

    def __str__(self) -> str:
        return f"{self.award_id} {self.state}"


class Withdrawal(models.Model):
    """An award suspended, restored, revoked or replaced: who, when, why. Never rewritten.

    ``note``: why in clear words, which the holder reads and the public never does; erasing the award empties it.
    """

    code = CodeField()
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="withdrawals")
    move = models.CharField(_("acte"), max_length=8, choices=LifeMove)
    reason_code = models.CharField(_("motif"), max_length=20, choices=Reason)
    note = EncryptedTextField(blank=True)
    effective_on = models.DateField(_("à compter du"))
    was_collected = models.BooleanField(_("déjà retirée par son titulaire"))
    decided_at = models.DateTimeField(_("décidé le"))
    decided_by_code = models.CharField(max_length=16)
    bulk = models.ForeignKey(BulkAct, on_delete=models.PROTECT, null=True, related_name="withdrawals")

    class Meta:
        verbose_name = _("décision sur une attestation")
        verbose_name_plural = _("décisions sur les attestations")
        constraints = [
            models.UniqueConstraint(
                fields=["bulk", "award"], condition=Q(bulk__isnull=False), name="withdrawal_once_in_bulk"
            ),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(move__in=[LifeMove.REVOKE, LifeMove.REPLACE]),
                name="withdrawal_last_once",
            ),
        ]
        indexes = [models.Index(fields=["award", "decided_at"], name="withdrawal_by_award")]

    def __str__(self) -> str:
        return f"{self.move} {self.award_id}"


class Renewal(models.Model):
    """An award given again because the former one ends: the former keeps its own dates and stays true."""

    former = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="renewed_by")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="renewal_of")
    decided_at = models.DateTimeField(_("renouvelée le"))
    decided_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("renouvellement")
        constraints = [models.CheckConstraint(condition=~Q(former=F("award")), name="renewal_is_of_another")]

    def __str__(self) -> str:
        return f"{self.former_id} → {self.award_id}"


class ReminderRule(models.Model):
    """How many days before the end of an award its holder is written to; an empty list: nobody is."""

    certifier = models.OneToOneField(Certifier, on_delete=models.PROTECT, related_name="reminder_rule")
    days = models.JSONField(_("jours avant l’échéance"), default=default_reminder_days)

    class Meta:
        verbose_name = _("règle de rappel")

    def __str__(self) -> str:
        return f"{self.certifier} {self.days}"


class ExpiryReminder(models.Model):
    """A reminder that was written to a holder, once for each delay."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField(_("jours avant l’échéance"))
    written_at = models.DateTimeField(_("écrit le"))

    class Meta:
        verbose_name = _("rappel d’échéance")
        constraints = [models.UniqueConstraint(fields=["award", "days"], name="expiryreminder_once")]

    def __str__(self) -> str:
        return f"{self.award_id} {self.days}"
