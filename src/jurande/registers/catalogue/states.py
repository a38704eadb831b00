from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(StrEnum):
    """What the journal remembers of the catalogue."""

    REGISTER_IMPORTED = "catalogue.register.imported"
    REGISTER_REFUSED = "catalogue.register.refused"


class Source(models.TextChoices):
    """What the State publishes and we keep."""

    RNCP = "rncp", _("Répertoire national des certifications professionnelles (RNCP)")
    RS = "rs", _("Répertoire spécifique (RS)")
    TRAINING_BODIES = "training_bodies", _("Liste publique des organismes de formation")


class Register(models.TextChoices):
    RNCP = "rncp", _("RNCP")
    RS = "rs", _("RS")


class SnapshotState(models.TextChoices):
    IMPORTING = "importing", _("en cours de lecture")
    COMPLETE = "complete", _("lu en entier")
    REFUSED = "refused", _("refusé")


class RegistrationKind(models.TextChoices):
    """How a certification came to be registered. Source: C. trav. L. 6113-5, L. 6113-6."""

    DROIT = "droit", _("de droit")
    DEMANDE = "demande", _("sur demande")


class Habilitation(models.TextChoices):
    """What a partner may do for a certification. Source: C. trav. R. 6113-16; export V4.1 of the registers."""

    FORMER = "former", _("former")
    ORGANISER = "organiser", _("évaluer")
    BOTH = "both", _("former et évaluer")


class HabilitationState(models.TextChoices):
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    WITHDRAWN = "withdrawn", _("retirée")
