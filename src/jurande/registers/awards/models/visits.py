"""How often the proofs' pages are seen and their links followed: numbers by day, from which nobody is recognised."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.catalogue.models import Certification


class VisitCount(models.Model):
    """How many times, on one day (Paris), the pages of a certification were seen, or a link of them followed.

    ``partnership_code``: the body that trained or assessed, empty when it is the certifier. ``lot_code``: the lot it
    was issued with, empty when fewer than five were. No address, no hour, no number of an award: two visits of the same
    person cannot be told from those of two.
    """

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="visit_counts")
    partnership_code = models.CharField(max_length=16, blank=True)
    lot_code = models.CharField(max_length=16, blank=True)
    kind = models.CharField(_("nature"), max_length=10, choices=VisitKind)
    on = models.DateField(_("jour"))
    count = models.PositiveIntegerField(_("nombre"), default=0)

    class Meta:
        verbose_name = _("visites d’un jour")
        verbose_name_plural = _("visites d’un jour")
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "partnership_code", "lot_code", "kind", "on"], name="visits_by_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} {self.kind} {self.on}"


class FoldedSpool(models.Model):
    """A file of visits that was counted, so that a machine stopped at the worst moment never counts it twice."""

    name = models.CharField(max_length=60, unique=True)
    lines = models.PositiveIntegerField()
    folded_at = models.DateTimeField(_("compté le"))

    class Meta:
        indexes = [models.Index(fields=["folded_at"], name="folded_spool_at")]

    def __str__(self) -> str:
        return self.name
