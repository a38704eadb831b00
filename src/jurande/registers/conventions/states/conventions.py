"""The life of a set of clauses and of a convention, and what may be said in each of its seven mentions."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class ClauseSetState(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publiée")
    REPLACED = "replaced", _("Remplacée")


CLAUSE_SET_LIFE = Lifecycle(
    initial=ClauseSetState.DRAFT,
    moves={
        ClauseSetState.DRAFT: {"publish": ClauseSetState.PUBLISHED},
        ClauseSetState.PUBLISHED: {"replace": ClauseSetState.REPLACED},
    },
)


class ConventionKind(models.TextChoices):
    """An amendment and a renewal follow a convention; both say again the whole text that they put in its place."""

    INITIAL = "initial", _("Convention")
    AMENDMENT = "amendment", _("Avenant")
    RENEWAL = "renewal", _("Renouvellement")


class Origin(models.TextChoices):
    JURANDE = "jurande", _("Rédigée ici")
    ELSEWHERE = "elsewhere", _("Signée ailleurs")


class ConventionState(models.TextChoices):
    DRAFT = "draft", _("En rédaction")
    SENT = "sent", _("À signer")
    SIGNED = "signed", _("Signée, pas encore en vigueur")
    IN_FORCE = "in_force", _("En vigueur")
    SUSPENDED = "suspended", _("Suspendue")
    ENDED = "ended", _("Terminée")
    ABANDONED = "abandoned", _("Abandonnée")


# A convention that was signed elsewhere is recorded: it was never sent from here.
CONVENTION_LIFE = Lifecycle(
    initial=ConventionState.DRAFT,
    moves={
        ConventionState.DRAFT: {
            "send": ConventionState.SENT,
            "record": ConventionState.SIGNED,
            "abandon": ConventionState.ABANDONED,
        },
        ConventionState.SENT: {"take_back": ConventionState.DRAFT, "sign": ConventionState.SIGNED},
        ConventionState.SIGNED: {"take_effect": ConventionState.IN_FORCE, "end": ConventionState.ENDED},
        ConventionState.IN_FORCE: {"suspend": ConventionState.SUSPENDED, "end": ConventionState.ENDED},
        ConventionState.SUSPENDED: {"resume": ConventionState.IN_FORCE, "end": ConventionState.ENDED},
    },
)
# Its text is kept as it was sent, and nothing of it changes any more.
FROZEN_STATES = (
    ConventionState.SENT,
    ConventionState.SIGNED,
    ConventionState.IN_FORCE,
    ConventionState.SUSPENDED,
    ConventionState.ENDED,
)
ENDED_STATES = (ConventionState.ENDED, ConventionState.ABANDONED)


class EndReason(models.TextChoices):
    EXPIRED = "expired", _("Arrivée à son terme")
    RENEWED = "renewed", _("Renouvelée")
    AMENDED = "amended", _("Remplacée par un avenant")
    TERMINATED = "terminated", _("Résiliée")
    AGREED = "agreed", _("D’un commun accord")


class Counterpart(models.TextChoices):
    """Mention 4°: a fee schedule, other terms, or none."""

    SCHEDULE = "schedule", _("Selon un barème figé")
    TERMS = "terms", _("Selon des modalités écrites")
    NONE = "none", _("Sans objet : aucune contrepartie")


class Subcontracting(models.TextChoices):
    """Mention 5°."""

    FORBIDDEN = "forbidden", _("Sans objet : la sous-traitance est interdite")
    ALLOWED = "allowed", _("Permise, à des conditions")


class Apprenticeship(models.TextChoices):
    """Mention 7°."""

    NONE = "none", _("Sans objet : le partenaire ne forme pas d’apprentis à cette certification")
    CONCERNED = "concerned", _("Le partenaire forme des apprentis")


class AnnexKind(models.TextChoices):
    REFERENTIEL = "referentiel", _("Référentiel")
    FEES = "fees", _("Barème")
    BRAND_KIT = "brand_kit", _("Charte d’usage du nom et du logo")
    DATA_PROTECTION = "data_protection", _("Protection des données")
    OTHER = "other", _("Autre annexe")


# Made when a convention is sent, from what it covers: nobody gives their file.
MADE_ANNEXES = (AnnexKind.REFERENTIEL, AnnexKind.FEES)


class RowOutcome(models.TextChoices):
    """What became of one convention in a renewal of many."""

    SENT = "sent", _("Préparée et envoyée")
    MADE = "made", _("Préparée")
    REFUSED = "refused", _("Écartée")


class ConventionAct(StrEnum):
    """What the journal says of clauses and of the text of conventions."""

    CLAUSES_STARTED = "conventions.clauses.started"
    CLAUSE_WRITTEN = "conventions.clause.written"
    CLAUSE_REMOVED = "conventions.clause.removed"
    CLAUSES_DISCARDED = "conventions.clauses.discarded"
    CLAUSES_PUBLISHED = "conventions.clauses.published"
    CHOICES_CHANGED = "conventions.choices.changed"
    PREPARED = "conventions.convention.prepared"
    MENTIONS_SET = "conventions.convention.mentions_set"
    SCOPES_SET = "conventions.convention.scopes_set"
    FREE_CLAUSE_WRITTEN = "conventions.convention.free_clause_written"
    FREE_CLAUSE_REMOVED = "conventions.convention.free_clause_removed"
    ANNEX_ADDED = "conventions.convention.annex_added"
    ANNEX_REMOVED = "conventions.convention.annex_removed"
    SENT = "conventions.convention.sent"
    TAKEN_BACK = "conventions.convention.taken_back"
    ABANDONED = "conventions.convention.abandoned"
    RECORDED = "conventions.convention.recorded"
    TOOK_EFFECT = "conventions.convention.took_effect"
    ENDED = "conventions.convention.ended"
    RENEWAL_ASKED = "conventions.renewal.asked"
