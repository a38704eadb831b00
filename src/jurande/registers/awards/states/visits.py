from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitKind(models.TextChoices):
    """What was looked at or followed: a proof's page, a shared page, or a link of one of them."""

    SEEN = "seen", _("Page de la preuve vue")
    SHARE_SEEN = "share_seen", _("Page partagée vue")
    LINKEDIN = "linkedin", _("Bouton LinkedIn")
    TRAINING = "training", _("Suivre cette formation")
