"""Signing, suspending and ending: states, moves, and the acts of the journal. Everything here is a table."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle

# What a certifier starts with; no text sets these numbers.
USUAL_LINK_DAYS = 15
LONGEST_LINK_DAYS = 90


class Side(TextChoices):
    """Who signs for whom."""

    PARTNER = "partner", _("Le partenaire")
    CERTIFIER = "certifier", _("Le certificateur")


class SigningOrder(TextChoices):
    """Who signs first."""

    FREE = "free", _("Dans n’importe quel ordre")
    PARTNER_FIRST = "partner_first", _("Le partenaire signe d’abord")


class SignatoryState(TextChoices):
    """Where one signatory stands."""

    INVITED = "invited", _("Invité")
    OPENED = "opened", _("A ouvert")
    READ = "read", _("A lu")
    SIGNED = "signed", _("A signé")
    DECLINED = "declined", _("A refusé")
    REPLACED = "replaced", _("Remplacé")


SIGNATORY_LIFE = Lifecycle(
    initial=SignatoryState.INVITED,
    moves={
        SignatoryState.INVITED: {
            "open": SignatoryState.OPENED,
            "replace": SignatoryState.REPLACED,
        },
        SignatoryState.OPENED: {
            "read": SignatoryState.READ,
            "decline": SignatoryState.DECLINED,
            "replace": SignatoryState.REPLACED,
        },
        SignatoryState.READ: {
            "sign": SignatoryState.SIGNED,
            "decline": SignatoryState.DECLINED,
            "replace": SignatoryState.REPLACED,
        },
        SignatoryState.DECLINED: {"replace": SignatoryState.REPLACED},
    },
)
# Whose turn may still come, or came: one such for each side of a convention.
STANDING = (SignatoryState.INVITED, SignatoryState.OPENED, SignatoryState.READ, SignatoryState.SIGNED)
AWAITED = (SignatoryState.INVITED, SignatoryState.OPENED, SignatoryState.READ)


class SigningMethod(TextChoices):
    """What showed that the hand was the signatory's."""

    EMAIL_CODE = "email_code", _("Code reçu par e-mail")
    TOTP = "totp", _("Code de l’application d’authentification")


class TerminationState(TextChoices):
    """Where a termination for fault stands. Source: C. trav. R. 6113-16-6."""

    GRIEFS_NOTIFIED = "griefs_notified", _("Griefs notifiés")
    RECEIVED = "received", _("Griefs reçus")
    OBSERVED = "observed", _("Observations reçues")
    DECIDED_TERMINATED = "decided_terminated", _("Résiliation décidée")
    CLOSED_WITHOUT_ACTION = "closed_without_action", _("Classée sans suite")


TERMINATION_LIFE = Lifecycle(
    initial=TerminationState.GRIEFS_NOTIFIED,
    moves={
        TerminationState.GRIEFS_NOTIFIED: {
            "receive": TerminationState.RECEIVED,
            "close": TerminationState.CLOSED_WITHOUT_ACTION,
        },
        TerminationState.RECEIVED: {
            "observe": TerminationState.OBSERVED,
            "terminate": TerminationState.DECIDED_TERMINATED,
            "close": TerminationState.CLOSED_WITHOUT_ACTION,
        },
        TerminationState.OBSERVED: {
            "terminate": TerminationState.DECIDED_TERMINATED,
            "close": TerminationState.CLOSED_WITHOUT_ACTION,
        },
    },
)
UNDER_WAY = (TerminationState.GRIEFS_NOTIFIED, TerminationState.RECEIVED, TerminationState.OBSERVED)


class Receipt(TextChoices):
    """How it is known, with a date, that the griefs were received."""

    PORTAL = "portal", _("Ouverts dans l’espace du partenaire")
    POST = "post", _("Lettre recommandée")


class EndingKind(TextChoices):
    """The ways out of a convention that are no sanction."""

    AGREED = "agreed", _("Fin d’un commun accord")
    NOT_RENEWED = "not_renewed", _("Non-renouvellement")


class EndingState(TextChoices):
    """Where such a way out stands."""

    PROPOSED = "proposed", _("Proposée")
    AGREED = "agreed", _("Acceptée")
    REFUSED = "refused", _("Refusée")
    NOTIFIED = "notified", _("Notifiée")


ENDING_LIFE = Lifecycle(
    initial=EndingState.PROPOSED,
    moves={EndingState.PROPOSED: {"agree": EndingState.AGREED, "refuse": EndingState.REFUSED}},
)
# They stand until they are refused: one for each convention.
ENDING_STANDS = (EndingState.PROPOSED, EndingState.AGREED, EndingState.NOTIFIED)


class LetterKind(TextChoices):
    """What a letter tells the partner."""

    SUSPENSION = "suspension", _("Suspension à titre conservatoire")
    SUSPENSION_LIFTED = "suspension_lifted", _("Levée de la suspension")
    GRIEFS = "griefs", _("Notification des griefs")
    TERMINATION = "termination", _("Résiliation")
    CLOSED = "closed", _("Classement sans suite")
    AGREED_END = "agreed_end", _("Proposition de fin d’un commun accord")
    NOT_RENEWED = "not_renewed", _("Non-renouvellement")


class SignatureAct(StrEnum):
    """What the journal says of signatures and of what follows: dotted, past tense, never renamed."""

    SIGNATORY_INVITED = "conventions.signatory.invited"
    SIGNATORY_REMINDED = "conventions.signatory.reminded"
    SIGNATORY_OPENED = "conventions.signatory.opened"
    SIGNATORY_READ = "conventions.signatory.read"
    SIGNATORY_SIGNED = "conventions.signatory.signed"
    SIGNATORY_DECLINED = "conventions.signatory.declined"
    SIGNATORY_REPLACED = "conventions.signatory.replaced"
    CONVENTION_SEALED = "conventions.convention.sealed"
    CACHET_CHANGED = "conventions.cachet.changed"
    OUTSIDE_SIGNATURE_READ = "conventions.outside_signature.read"
    CHOICES_SET = "conventions.signing_choices.set"
    SUSPENDED = "conventions.convention.suspended"
    SUSPENSION_LIFTED = "conventions.convention.suspension_lifted"
    GRIEFS_NOTIFIED = "conventions.termination.griefs_notified"
    GRIEFS_RECEIVED = "conventions.termination.griefs_received"
    OBSERVATIONS_GIVEN = "conventions.termination.observed"
    TERMINATION_DECIDED = "conventions.termination.decided"
    TERMINATION_CLOSED = "conventions.termination.closed"
    END_PROPOSED = "conventions.ending.proposed"
    END_AGREED = "conventions.ending.agreed"
    END_REFUSED = "conventions.ending.refused"
    RENEWAL_DECLINED = "conventions.ending.not_renewed"
    LETTER_OPENED = "conventions.letter.opened"
    LETTER_POSTED = "conventions.letter.posted"
