from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitKind(models.TextChoices):
    """Which link of a proof's page was followed."""

    TRAINING = "training", _("Suivre cette formation")
