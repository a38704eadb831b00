"""What people ask of a house without entering their space: what, how it came, where it stands, the acts."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class RightKind(TextChoices):
    ERASURE = "erasure", _("Effacer ce qui la concerne")
    ACCESS = "access", _("Recevoir une copie de ce qui la concerne")


class Channel(TextChoices):
    """How it came."""

    POST = "post", _("Courrier")
    TELEPHONE = "telephone", _("Téléphone")
    EMAIL = "email", _("Courriel")
    DESK = "desk", _("Au guichet")


class RightState(TextChoices):
    RECORDED = "recorded", _("À décider")
    ACCEPTED = "accepted", _("Acceptée, réponse à envoyer")
    REFUSED = "refused", _("Refusée, réponse à envoyer")
    CLOSED = "closed", _("Répondue")


RIGHT_LIFE = Lifecycle(
    initial=RightState.RECORDED,
    moves={
        RightState.RECORDED: {"accept": RightState.ACCEPTED, "refuse": RightState.REFUSED},
        RightState.ACCEPTED: {"close": RightState.CLOSED},
        RightState.REFUSED: {"close": RightState.CLOSED},
    },
)


class RightAct(StrEnum):
    """What the journal says: dotted, past tense, never renamed."""

    RECORDED = "awards.right.recorded"
    EXTENDED = "awards.right.extended"
    ACCEPTED = "awards.right.accepted"
    REFUSED = "awards.right.refused"
    COPIED = "awards.right.copied"
    ANSWERED = "awards.right.answered"
