"""The life of a habilitation: states and moves, what it rests on, why it is suspended or ended, its conditions."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle
from jurande.registers.network.states.calls import HabilitationKind


class Action(TextChoices):
    """What a habilitation lets do: the two services of C. trav. R. 6113-16."""

    TRAIN = "former", _("Former")
    ASSESS = "organiser", _("Organiser l’évaluation")


ACTIONS_OF = {
    HabilitationKind.FORMER: frozenset({Action.TRAIN}),
    HabilitationKind.ORGANISER: frozenset({Action.ASSESS}),
    HabilitationKind.BOTH: frozenset({Action.TRAIN, Action.ASSESS}),
}


class HabilitationState(TextChoices):
    """What was decided last; what is true on a day is read from the spells."""

    PREPARED = "prepared", _("Préparée")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspendue")
    ENDED = "ended", _("Terminée")


HABILITATION_LIFE = Lifecycle(
    initial=HabilitationState.PREPARED,
    moves={
        HabilitationState.PREPARED: {"activate": HabilitationState.ACTIVE},
        HabilitationState.ACTIVE: {"suspend": HabilitationState.SUSPENDED, "end": HabilitationState.ENDED},
        HabilitationState.SUSPENDED: {"resume": HabilitationState.ACTIVE, "end": HabilitationState.ENDED},
    },
)
# They took effect: they have dates, a basis and spells, and nobody else may hold the same scope on the same days.
DECIDED_STATES = (HabilitationState.ACTIVE, HabilitationState.SUSPENDED, HabilitationState.ENDED)
LIVE_STATES = (HabilitationState.ACTIVE, HabilitationState.SUSPENDED)


class Basis(TextChoices):
    """The act that a habilitation rests on. Source: C. trav. R. 6113-16 (own site), R. 6113-16-1 (convention)."""

    CONVENTION = "convention", _("Convention")
    EARLIER_CONVENTION = "earlier_convention", _("Convention antérieure, à joindre")
    OWN_SITE = "own_site", _("Établissement du certificateur")


class HoldCause(TextChoices):
    """Who keeps a habilitation suspended: it is active again once every cause is lifted."""

    DECISION = "decision", _("Décision du certificateur")
    CONVENTION = "convention", _("Convention suspendue")
    CONDITION = "condition", _("Condition qui n’est plus remplie")


class HabilitationSuspendReason(TextChoices):
    """Why it was suspended."""

    PRECAUTION = "hab_precaution", _("À titre conservatoire, le temps d’une vérification")
    BREACH = "hab_breach", _("Manquement constaté")
    CONVENTION = "hab_convention_suspended", _("La convention est suspendue")
    CONDITION = "hab_condition_lapsed", _("Une condition n’est plus remplie")
    REQUEST = "hab_partner_pause", _("À la demande du partenaire")


class HabilitationEndReason(TextChoices):
    """Why it ended."""

    EXPIRED = "hab_expired", _("Arrivée à son terme")
    CONVENTION = "hab_convention_ended", _("La convention a pris fin")
    SCOPE = "hab_scope_changed", _("Remplacée par une autre, de portée différente")
    WITHDRAWN = "hab_withdrawn", _("Retirée par le certificateur")
    REQUEST = "hab_partner_leaves", _("À la demande du partenaire")
    MISTAKE = "hab_mistake", _("Ouverte par erreur")


class SpellState(TextChoices):
    """What is true during a spell."""

    ACTIVE = "active", _("Habilité")
    SUSPENDED = "suspended", _("Suspendu")
    ENDED = "ended", _("Terminé")


class ConditionKey(TextChoices):
    """What a certifier may demand before, and during, a habilitation; other registers say whether it is met."""

    TRAINED = "trained", _("Personnes formées au référentiel")
    FILE_COMPLETE = "file_complete", _("Dossier complet")
    QUALIOPI = "qualiopi", _("Certification Qualiopi valable")
    INSURED = "insured", _("Assurance en cours de validité")
    FEES = "fees", _("Redevances à jour")
    OBSERVED = "observed", _("Première session observée")
    OTHER = "other", _("Autre condition")


class HabilitationAct(StrEnum):
    """What the journal says of habilitations: dotted, past tense, never renamed."""

    PREPARED = "network.habilitation.prepared"
    DISCARDED = "network.habilitation.discarded"
    ACTIVATED = "network.habilitation.activated"
    CONFIRMED = "network.habilitation.confirmed"
    SUSPENDED = "network.habilitation.suspended"
    RESUMED = "network.habilitation.resumed"
    ENDED = "network.habilitation.ended"
    DOCUMENT_ATTACHED = "network.habilitation.document_attached"
    CONDITION_MET = "network.habilitation.condition_met"
    CONDITION_LAPSED = "network.habilitation.condition_lapsed"
