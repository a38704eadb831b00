"""What holders choose for what they were issued."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Exposure(models.TextChoices):
    """Who learns a holder's name from the number of what they hold. Private by default: the document, not the number.

    ``DOCUMENT``: whoever was given the document, by its square code or by telling the name written on it. ``PUBLIC``:
    whoever has the number. ``HIDDEN``: nobody; links shared by the holder stop too.
    """

    DOCUMENT = "document", _("Qui a le document")
    PUBLIC = "public", _("Qui a le numéro")
    HIDDEN = "hidden", _("Personne")
