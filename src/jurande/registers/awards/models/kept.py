"""What was counted of very many awards, kept with its instant so that a page need not count again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.registers.parties.models import Certifier


class KeptCount(models.Model):
    """What one count found in one house at one instant: numbers, nobody.

    ``name``: which count, as ``queries.kept`` calls it; ``found``: JSON, in the form of the query that counted.
    """

    certifier = models.ForeignKey(Certifier, on_delete=models.CASCADE, related_name="kept_counts", db_index=False)
    name = models.CharField(max_length=100)
    found = models.JSONField()
    counted_at = models.DateTimeField(_("compté le"))

    class Meta:
        verbose_name = _("compte gardé")
        verbose_name_plural = _("comptes gardés")
        constraints = [models.UniqueConstraint(fields=["certifier", "name"], name="kept_count_once")]

    def __str__(self) -> str:
        return self.name
