"""Prices: fee schedules, version by version, and their lines. Once frozen, the database refuses any change of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.network.states import FeeKind, FeeScheduleState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

MOST_CENTS = 100_000_000


class FeeScheduleQuerySet(models.QuerySet["FeeSchedule"]):
    def visible_to(self, actor: Actor) -> FeeScheduleQuerySet:
        """Those of one's own house; partners read theirs in a call or in their convention."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_APPLICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def in_states(self, *states: str) -> FeeScheduleQuerySet:
        return self.filter(state__in=states)


class FeeSchedule(models.Model):
    """One version of what partners pay. ``replaces``: the frozen one that it takes the place of once frozen."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="fee_schedules")
    reference = models.CharField(_("référence"), max_length=40)
    title = models.CharField(_("intitulé"), max_length=200)
    state = models.CharField(_("état"), max_length=10, choices=FeeScheduleState.choices, default=FeeScheduleState.DRAFT)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    revision = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(_("commencé le"))
    started_by_code = models.CharField(max_length=16)
    frozen_at = models.DateTimeField(_("figé le"), null=True)
    frozen_by_code = models.CharField(max_length=16, blank=True)
    replaced_at = models.DateTimeField(_("remplacé le"), null=True)

    objects = FeeScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("barème")
        verbose_name_plural = _("barèmes")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="fee_schedule_reference_once"),
            models.CheckConstraint(condition=~Q(title=""), name="fee_schedule_has_a_title"),
            models.CheckConstraint(
                condition=Q(state=FeeScheduleState.DRAFT, frozen_at=None, frozen_by_code="", replaced_at=None)
                | Q(state=FeeScheduleState.FROZEN, frozen_at__isnull=False, replaced_at=None) & ~Q(frozen_by_code="")
                | Q(state=FeeScheduleState.REPLACED, frozen_at__isnull=False, replaced_at__isnull=False)
                & ~Q(frozen_by_code=""),
                name="fee_schedule_state_agrees_with_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_draft(self) -> bool:
        return self.state == FeeScheduleState.DRAFT

    @property
    def is_frozen(self) -> bool:
        return self.state == FeeScheduleState.FROZEN


class FeeLineQuerySet(models.QuerySet["FeeLine"]):
    def visible_to(self, actor: Actor) -> FeeLineQuerySet:
        return self.filter(schedule__in=FeeSchedule.objects.visible_to(actor))


class FeeLine(models.Model):
    """One price, without VAT, in cents. ``vat_basis_points``: 2000 is 20 %; at 0, ``vat_reason`` says why."""

    code = CodeField()
    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("compté"), max_length=15, choices=FeeKind.choices)
    label = models.CharField(_("libellé"), max_length=200)
    amount_cents = models.PositiveIntegerField(_("montant hors taxes"))
    vat_basis_points = models.PositiveSmallIntegerField(_("TVA"))
    vat_reason = models.CharField(_("motif d’exonération"), max_length=200, blank=True)
    note = models.CharField(_("précision"), max_length=300, blank=True)

    objects = FeeLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de barème")
        verbose_name_plural = _("lignes de barème")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "position"], name="fee_line_one_by_position"),
            models.CheckConstraint(condition=~Q(label=""), name="fee_line_has_a_label"),
            models.CheckConstraint(condition=Q(kind__in=FeeKind.values), name="fee_line_kind_is_known"),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0, amount_cents__lte=MOST_CENTS), name="fee_line_amount_is_possible"
            ),
            models.CheckConstraint(
                condition=Q(vat_basis_points=0) & ~Q(vat_reason="")
                | Q(vat_basis_points__gt=0, vat_basis_points__lte=10_000, vat_reason=""),
                name="fee_line_without_vat_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.label
