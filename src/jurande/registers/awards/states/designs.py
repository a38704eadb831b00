"""What may be designed, how it looks, and the life of a design."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class DesignAct(StrEnum):
    """What the journal remembers of designs."""

    BRAND_CHANGED = "awards.brand.changed"
    DESIGN_STARTED = "awards.design.started"
    DESIGN_CHANGED = "awards.design.changed"
    DESIGN_DISCARDED = "awards.design.discarded"
    DESIGN_PUBLISHED = "awards.design.published"
    PARCHMENTS_ASKED = "awards.parchments.asked"


class Subject(models.TextChoices):
    """What is awarded: a micro-certification, a registered certification, or some of its blocs."""

    MICRO = "micro", _("Micro-certification")
    CERTIFICATION = "certification", _("Certification entière")
    BLOC = "bloc", _("Blocs de compétences")


class Layout(models.TextChoices):
    """How the page is laid out; each is a sheet of ``integrations.typesetting``."""

    WORKSHOP = "workshop", _("Paysage, compétences au centre")
    CEREMONY = "ceremony", _("Paysage, solennel")
    PORTRAIT = "portrait", _("Portrait, solennel")
    SOBER = "sober", _("Portrait, sobre")


class Language(models.TextChoices):
    FR = "fr", _("Français")
    EN = "en", _("Anglais")
    FR_EN = "fr_en", _("Français et anglais")


class Emblem(models.TextChoices):
    """What is pressed in the middle of the seal."""

    INITIAL = "initial", _("Initiale de l’organisme")
    BOWL = "bowl", _("Bol réparé")
    BOOK = "book", _("Livre ouvert")
    KEY = "key", _("Clé")
    SPROUT = "sprout", _("Pousse")
    GEAR = "gear", _("Engrenage")


class DesignState(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publié")
    REPLACED = "replaced", _("Remplacé")


DESIGN_LIFE = Lifecycle(
    initial=DesignState.DRAFT,
    moves={
        DesignState.DRAFT: {"publish": DesignState.PUBLISHED},
        DesignState.PUBLISHED: {"replace": DesignState.REPLACED},
    },
)
