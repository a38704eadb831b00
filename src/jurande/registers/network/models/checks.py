"""What the imported lists say of a place, with source and date, and what they no longer say of a partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france import vetting
from jurande.registers.common.codes import CodeField
from jurande.registers.network.states import CheckKind, CheckOutcome, CheckSource
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class CheckQuerySet(models.QuerySet["Check"]):
    def visible_to(self, actor: Actor) -> CheckQuerySet:
        """Those of one's own house; an applicant reads those of their own application there."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_APPLICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def of_place(self, siret: str) -> CheckQuerySet:
        return self.filter(siret=siret)


class Check(models.Model):
    """One automatic check of one place, as it came out at that moment. Rows only grow; the last of a kind holds.

    ``facts``: the case of ``core.france.vetting`` and what its sentence is made of. ``source_on``: the day of the
    publication that answered, None for a calculation or when none was imported.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="checks")
    siret = models.CharField("SIRET", max_length=14)
    siren = models.CharField("SIREN", max_length=9)
    kind = models.CharField(_("vérification"), max_length=25, choices=CheckKind.choices)
    outcome = models.CharField(_("résultat"), max_length=10, choices=CheckOutcome.choices)
    source = models.CharField(_("source"), max_length=20, choices=CheckSource.choices)
    source_on = models.DateField(_("publiée le"), null=True)
    facts = models.JSONField(default=dict)
    checked_at = models.DateTimeField(_("vérifié le"))

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("vérification automatique")
        verbose_name_plural = _("vérifications automatiques")
        indexes = [models.Index(fields=["certifier", "siret", "kind", "-checked_at"], name="check_last_of_a_kind")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CheckKind.values), name="check_kind_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=CheckOutcome.values), name="check_outcome_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.siret}"

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return vetting.sentence(self.facts["case"], self.facts)


class FlagQuerySet(models.QuerySet["Flag"]):
    def visible_to(self, actor: Actor) -> FlagQuerySet:
        """Those of one's own house: a flag is a question for the certifier, not a reproach to the partner."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_APPLICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def raised(self) -> FlagQuerySet:
        return self.filter(settled_at=None)


class Flag(models.Model):
    """Something about a partner in force that the lists no longer confirm: to be looked at, never a sanction.

    ``cause``: the check that raised it. ``settled_by_code``: empty when it came right by itself; somebody who settles
    it writes a note, and it comes back only if what the lists say changes again.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="flags")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="flags")
    cause = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(_("sujet"), max_length=25, choices=CheckKind.choices)
    raised_at = models.DateTimeField(_("signalé le"))
    settled_at = models.DateTimeField(_("réglé le"), null=True)
    settled_by_code = models.CharField(max_length=16, blank=True)
    note = models.TextField(_("ce qui a été vu"), blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("signalement")
        verbose_name_plural = _("signalements")
        indexes = [models.Index(fields=["certifier", "settled_at", "raised_at"], name="flag_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "kind"], condition=Q(settled_at=None), name="flag_one_raised_by_kind"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(settled_by_code="", note=""),
                name="flag_settled_has_its_day",
            ),
            models.CheckConstraint(condition=Q(settled_by_code="") | ~Q(note=""), name="flag_settled_by_hand_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.partnership_id}"
