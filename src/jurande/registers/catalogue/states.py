from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class Act(StrEnum):
    """What the journal remembers of the catalogue."""

    REGISTER_IMPORTED = "catalogue.register.imported"


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


class RejectReason(models.TextChoices):
    """Why a row of a file of the State was left out; the codes are those of ``core.france``."""

    MISSING = "missing", _("valeur absente")
    SIRET = "siret", _("SIRET faux")
    SIREN = "siren", _("SIREN faux")
    NDA = "nda", _("numéro de déclaration faux")
    DATE = "date", _("date impossible")
    NUMBER = "number", _("nombre illisible")
    CHOICE = "choice", _("valeur inconnue")
    TOO_LONG = "too_long", _("valeur trop longue")
    DUPLICATE = "duplicate", _("ligne en double")
    MALFORMED = "malformed", _("fiche illisible")
    COLUMNS = "columns", _("ligne incomplète")


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


# --- certifications -----------------------------------------------------------------------------


class CertificationKind(models.TextChoices):
    """What is recognised: a registered certification, or a micro-certification, which is not."""

    REGISTERED = "registered", _("Certification enregistrée")
    MICRO = "micro", _("Micro-certification")


class CertificationState(models.TextChoices):
    PREPARED = "prepared", _("En préparation")
    OPEN = "open", _("Ouverte")
    RETIRED = "retired", _("Retirée")


CERTIFICATION_LIFE = Lifecycle(
    initial=CertificationState.PREPARED,
    moves={
        CertificationState.PREPARED: {"publish": CertificationState.OPEN, "retire": CertificationState.RETIRED},
        CertificationState.OPEN: {"publish": CertificationState.OPEN, "retire": CertificationState.RETIRED},
    },
)


class ReferentielState(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publiée")
    REPLACED = "replaced", _("Remplacée")


REFERENTIEL_LIFE = Lifecycle(
    initial=ReferentielState.DRAFT,
    moves={
        ReferentielState.DRAFT: {"publish": ReferentielState.PUBLISHED},
        ReferentielState.PUBLISHED: {"replace": ReferentielState.REPLACED},
    },
)


class RetireReason(models.TextChoices):
    """Why a certification is no longer issued."""

    ENDED = "registration_ended", _("Fin d’enregistrement")
    REPLACED = "superseded", _("Remplacée par une autre")
    UNUSED = "unused", _("Plus demandée")
    MISTAKE = "started_by_mistake", _("Créée par erreur")


class CertificationAct(StrEnum):
    """What the journal says of certifications and of their référentiels."""

    CERTIFICATION_STARTED = "catalogue.certification.started"
    CERTIFICATION_RETIRED = "catalogue.certification.retired"
    REFERENTIEL_STARTED = "catalogue.referentiel.started"
    REFERENTIEL_DISCARDED = "catalogue.referentiel.discarded"
    REFERENTIEL_PUBLISHED = "catalogue.referentiel.published"
    FRAME_CHANGED = "catalogue.referentiel.frame_changed"
    ELEMENTS_CHANGED = "catalogue.referentiel.elements_changed"
    ALIGNED = "catalogue.referentiel.aligned"
    UNALIGNED = "catalogue.referentiel.unaligned"
    LINE_ADDED = "catalogue.line.added"
    LINE_REWORDED = "catalogue.line.reworded"
    LINE_DESCRIBED = "catalogue.line.described"
    LINE_MOVED = "catalogue.line.moved"
    LINE_SPLIT = "catalogue.line.split"
    LINES_MERGED = "catalogue.line.merged"
    LINE_REMOVED = "catalogue.line.removed"
    LINES_PASTED = "catalogue.line.pasted"
    CHOICES_CHANGED = "catalogue.choices.changed"


# --- claims -------------------------------------------------------------------------------------


class ClaimBasis(models.TextChoices):
    """What on the fiche shows that a certifier answers for it."""

    SIREN = "siren", _("notre SIREN est sur la fiche")
    NAME = "name", _("notre nom est sur la fiche, sans SIRET")


class ClaimAct(StrEnum):
    CERTIFICATION_CLAIMED = "catalogue.claim.made"
    CERTIFICATION_RELEASED = "catalogue.claim.released"


class LineKind(models.TextChoices):
    """What a line of a référentiel is."""

    ACTIVITY = "activity", _("Activité")
    BLOC = "bloc", _("Bloc")
    COMPETENCY = "competency", _("Compétence")
    CRITERION = "criterion", _("Critère")
