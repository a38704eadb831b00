"""What a certifier shows of itself, and what a holder lets it show of them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShownName(models.TextChoices):
    """How a holder is named in the showcase: theirs to choose."""

    INITIAL = "initial", _("Mon prénom et l’initiale de mon nom")
    FULL = "full", _("Mon prénom et mon nom")


class ShowcaseAct(StrEnum):
    CHANGED = "awards.showcase.changed"
    OPENED = "awards.showcase.opened"
    CLOSED = "awards.showcase.closed"
    APPEARANCE_AGREED = "awards.appearance.agreed"
    APPEARANCE_ENDED = "awards.appearance.ended"
