"""Criteria that a column of the sheet decides: assiduity, so far."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states.awards import RuleKind
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField


class AwardRule(models.Model):
    """A criterion met from a threshold on: hours present out of hours planned, in percent.

    ``lineage``: the criterion of the référentiel that it decides, whatever the version; empty when it is one more
    condition of the certifier's own. ``label``: the criterion as holders read it.
    """

    code = CodeField()
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="award_rules")
    kind = models.CharField(_("nature"), max_length=12, choices=RuleKind, default=RuleKind.ATTENDANCE)
    threshold_percent = models.PositiveSmallIntegerField(_("seuil"))
    label = models.CharField(_("critère"), max_length=200)
    lineage = models.CharField(max_length=16, blank=True)
    set_at = models.DateTimeField(_("fixée le"))
    set_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("règle de délivrance")
        verbose_name_plural = _("règles de délivrance")
        constraints = [
            models.UniqueConstraint(fields=["certification", "kind"], name="awardrule_one_by_kind"),
            models.CheckConstraint(
                condition=Q(threshold_percent__gte=1, threshold_percent__lte=100), name="awardrule_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.threshold_percent}"
