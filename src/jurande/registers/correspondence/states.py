from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class Act(StrEnum):
    """What the journal remembers of correspondence: decisions, not each letter."""

    MESSAGE_RESENT = "correspondence.message.resent"
    WORDING_CHANGED = "correspondence.wording.changed"
    WORDING_RESTORED = "correspondence.wording.restored"
    ADDRESS_SUPPRESSED = "correspondence.address.suppressed"
    ADDRESS_ALLOWED_AGAIN = "correspondence.address.allowed_again"
    LETTERS_ERASED = "correspondence.letters.erased"


class MessageState(models.TextChoices):
    QUEUED = "queued", _("En attente d’envoi")
    SENDING = "sending", _("Envoi en cours")
    SENT = "sent", _("Envoyé")
    FAILED = "failed", _("Échec de l’envoi")
    BOUNCED = "bounced", _("Refusé par le destinataire")
    WITHHELD = "withheld", _("Non envoyé : adresse en erreur")


# `sending` may go on to `sending`: the worker was killed in the middle of an attempt, and the next one tries again.
MESSAGE_LIFE = Lifecycle(
    initial=MessageState.QUEUED,
    moves={
        MessageState.QUEUED: {
            "attempt": MessageState.SENDING,
            "withhold": MessageState.WITHHELD,
            "give_up": MessageState.FAILED,
        },
        MessageState.SENDING: {
            "attempt": MessageState.SENDING,
            "deliver": MessageState.SENT,
            "postpone": MessageState.QUEUED,
            "give_up": MessageState.FAILED,
            "bounce": MessageState.BOUNCED,
        },
        MessageState.SENT: {"bounce": MessageState.BOUNCED, "resend": MessageState.QUEUED},
        MessageState.FAILED: {"resend": MessageState.QUEUED},
        MessageState.BOUNCED: {"resend": MessageState.QUEUED},
        MessageState.WITHHELD: {"resend": MessageState.QUEUED},
    },
)
