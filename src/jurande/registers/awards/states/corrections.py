"""What holders ask to have mended: what is wrong, where the request stands, who answers, the acts of the journal."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class CorrectionAct(StrEnum):
    """What the journal remembers of requests for a correction."""

    ASKED = "awards.correction.asked"
    WITHDRAWN = "awards.correction.withdrawn"
    PASSED_ON = "awards.correction.passed_on"
    ACCEPTED = "awards.correction.accepted"
    REFUSED = "awards.correction.refused"
    RULE_SET = "awards.correction.rule_set"


class CorrectionKind(TextChoices):
    """What is wrong, in the holder’s words."""

    SPELLING = "spelling", _("Mon prénom ou mon nom est mal écrit")
    NAME_ORDER = "name_order", _("Mon prénom et mon nom sont inversés")
    BIRTH_PLACE = "birth_place", _("Mon lieu de naissance n’est pas le bon")
    BIRTH_DATE = "birth_date", _("Ma date de naissance n’est pas la bonne")
    NAME_CHANGE = "name_change", _("J’ai changé de nom ou de prénom")
    OTHER = "other", _("Autre chose")


class Desk(TextChoices):
    """Who answers."""

    PARTNER = "partner", _("L’organisme qui l’a préparée")
    CERTIFIER = "certifier", _("Le certificateur")


class PassedOn(TextChoices):
    """Why a request left the partner for the certifier."""

    OPINION = "opinion", _("Transmise par le partenaire, avec son avis")
    LATE = "late", _("Le partenaire n’a pas répondu à temps")
    APPEAL = "appeal", _("Le titulaire conteste le refus du partenaire")


class CorrectionState(TextChoices):
    ASKED = "asked", _("Demandée")
    ACCEPTED = "accepted", _("Acceptée")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")


CORRECTION_LIFE = Lifecycle(
    initial=CorrectionState.ASKED,
    moves={
        CorrectionState.ASKED: {
            "accept": CorrectionState.ACCEPTED,
            "refuse": CorrectionState.REFUSED,
            "withdraw": CorrectionState.WITHDRAWN,
        },
        # What a partner refused, its holder may put before the certifier; what the certifier refused is refused.
        CorrectionState.REFUSED: {"appeal": CorrectionState.ASKED},
    },
)
