"""What is asked of applicants and at what price: kinds, states and moves, reasons, the acts of the journal."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class HabilitationKind(TextChoices):
    """What a partner is habilitated to do: the values of the national register. Source: C. trav. R. 6113-16."""

    FORMER = "former", _("Former")
    ORGANISER = "organiser", _("Organiser les évaluations")
    BOTH = "both", _("Former et évaluer")


# --- fee schedules ------------------------------------------------------------------------------


class FeeScheduleState(TextChoices):
    """Where a fee schedule stands."""

    DRAFT = "draft", _("Brouillon")
    FROZEN = "frozen", _("Figé")
    REPLACED = "replaced", _("Remplacé")


FEE_SCHEDULE_LIFE = Lifecycle(
    initial=FeeScheduleState.DRAFT,
    moves={
        FeeScheduleState.DRAFT: {"freeze": FeeScheduleState.FROZEN},
        FeeScheduleState.FROZEN: {"replace": FeeScheduleState.REPLACED},
    },
)


class FeeKind(TextChoices):
    """What an amount is counted by."""

    ENTRY = "entry", _("Droit d’entrée")
    ANNUAL = "annual", _("Par an")
    PER_TRAINEE = "per_trainee", _("Par stagiaire")
    PER_CANDIDATE = "per_candidate", _("Par candidat")


# --- calls --------------------------------------------------------------------------------------


class CallState(TextChoices):
    """Where a call stands; whether its last day is past is read from ``closes_on``."""

    DRAFT = "draft", _("Brouillon")
    OPEN = "open", _("Ouvert")
    CLOSED = "closed", _("Clos")


CALL_LIFE = Lifecycle(
    initial=CallState.DRAFT,
    moves={CallState.DRAFT: {"publish": CallState.OPEN}, CallState.OPEN: {"close": CallState.CLOSED}},
)


class CloseReason(TextChoices):
    """Why a call takes no more applications."""

    FULL = "places_filled", _("Les places sont pourvues")
    ENDED = "date_passed", _("La date de clôture est passée")
    CHANGED = "new_call", _("Un nouvel appel le remplace")
    GIVEN_UP = "given_up", _("Le certificateur y renonce")
    MISTAKE = "call_mistake", _("Publié par erreur")


# --- automatic checks ---------------------------------------------------------------------------


class CheckKind(TextChoices):
    """What is checked of a place without asking anybody."""

    SIRET = "siret", _("Numéro SIRET")
    KNOWN = "known", _("Liste publique des organismes de formation")
    NDA = "nda", _("Déclaration d’activité")
    QUALIOPI = "qualiopi", _("Qualiopi")
    HABILITATED_HERE = "habilitated_here", _("Déjà habilité par nous")
    HABILITATED_ELSEWHERE = "habilitated_elsewhere", _("Habilité par d’autres")
    WITHDRAWN = "withdrawn", _("Habilitations retirées")
    OTHER_SITES = "other_sites", _("Autres établissements")


class CheckOutcome(TextChoices):
    """Not knowing is not a fault."""

    GOOD = "good", _("Conforme")
    WARNING = "warning", _("À regarder")
    BAD = "bad", _("Ne correspond pas")
    UNKNOWN = "unknown", _("Inconnu")


class CheckSource(TextChoices):
    """Where an answer was read."""

    NUMBER = "number", _("Calcul de la clé du numéro")
    TRAINING_BODIES = "training_bodies", _("Liste publique des organismes de formation")
    REGISTERS = "registers", _("Répertoires nationaux (RNCP et RS)")


# --- the journal --------------------------------------------------------------------------------


class CallAct(StrEnum):
    """What the journal says of fee schedules, calls and flags: dotted, past tense, never renamed."""

    SCHEDULE_STARTED = "network.fee_schedule.started"
    SCHEDULE_CHANGED = "network.fee_schedule.changed"
    SCHEDULE_FROZEN = "network.fee_schedule.frozen"
    SCHEDULE_DISCARDED = "network.fee_schedule.discarded"
    CALL_STARTED = "network.call.started"
    CALL_CHANGED = "network.call.changed"
    CALL_DISCARDED = "network.call.discarded"
    CALL_PUBLISHED = "network.call.published"
    CALL_EXTENDED = "network.call.extended"
    CALL_CLOSED = "network.call.closed"
    PARTNERS_RECHECKED = "network.partners.rechecked"
    FLAG_SETTLED = "network.flag.settled"
