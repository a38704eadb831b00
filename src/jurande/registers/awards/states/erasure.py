"""What is erased, at whose wish, how long the rest is kept, and what may not go yet."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class ErasureCause(models.TextChoices):
    """Why nothing of a person is left on something issued."""

    HOLDER = "holder", _("À la demande de son titulaire")
    RETENTION = "retention", _("Durée de conservation écoulée")


class KeptCategory(models.TextChoices):
    """What a certifier keeps of people; the defaults and their sources are in ``core.france.retention``."""

    AWARDS = "awards", _("Micro-certifications et certifications délivrées")
    CLAIMS = "claims", _("Demandes de micro-certification tranchées, avec leurs preuves")
    DECISIONS = "decisions", _("Motifs écrits des suspensions, révocations et remplacements")
    CORRECTIONS = "corrections", _("Demandes de correction tranchées, avec leurs pièces")
    TAKEOVERS = "takeovers", _("Lignes d’origine de ce qui a été repris d’un autre outil")


class HoldScope(models.TextChoices):
    """What a hold keeps from going."""

    AWARD = "award", _("Une attestation")
    PERSON = "person", _("Tout ce qui a été délivré à une personne")
    LOT = "lot", _("Un lot")
    CERTIFICATION = "certification", _("Une certification entière")


class ErasureAct(StrEnum):
    """What the journal says: dotted, past tense, never renamed."""

    AWARD_ERASED = "awards.award.erased"
    SPACE_CLOSED = "awards.space.closed"
    SPACE_EXPORTED = "awards.space.exported"
    RETENTION_SET = "awards.retention.set"
    PURGE_ASKED = "awards.retention.purge_asked"
    PURGED = "awards.retention.purged"
    HOLD_DECLARED = "awards.hold.declared"
    HOLD_LIFTED = "awards.hold.lifted"
