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


class Language(models.TextChoices):
    """What a letter is written in; in both, French comes first."""

    FR = "fr", _("Français")
    EN = "en", _("Anglais")
    FR_EN = "fr_en", _("Français et anglais")

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages one after the other, as gettext calls them."""
        return tuple(self.value.split("_"))


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
