"""Kinds, states, moves and acts of what is issued, and of the lots it is issued by."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class AwardAct(StrEnum):
    """What the journal remembers of lots and of what they issue."""

    LOT_PREPARED = "awards.lot.prepared"
    LOT_DIAGNOSED = "awards.lot.diagnosed"
    ROW_MENDED = "awards.row.mended"
    ROW_REJECTED = "awards.row.rejected"
    LOT_APPROVED = "awards.lot.approved"
    LOT_RETURNED = "awards.lot.returned"
    LOT_STARTED = "awards.lot.started"
    ROWS_ISSUED = "awards.rows.issued"
    LOT_ISSUED = "awards.lot.issued"
    LOT_ABANDONED = "awards.lot.abandoned"
    AWARD_SENT_AGAIN = "awards.award.sent_again"
    RULE_SET = "awards.rule.set"
    RULE_REMOVED = "awards.rule.removed"


class Origin(models.TextChoices):
    """Where it was issued first."""

    JURANDE = "jurande", _("Délivré ici")
    ELSEWHERE = "elsewhere", _("Repris")


class AwardState(models.TextChoices):
    """What was decided last about something issued. An end of validity is a date, not a state."""

    ISSUED = "issued", _("Délivré")
    SUSPENDED = "suspended", _("Suspendu")
    REVOKED = "revoked", _("Révoqué")
    REPLACED = "replaced", _("Remplacé")
    ERASED = "erased", _("Effacé")


AWARD_LIFE = Lifecycle(
    initial=AwardState.ISSUED,
    moves={
        AwardState.ISSUED: {
            "suspend": AwardState.SUSPENDED,
            "revoke": AwardState.REVOKED,
            "replace": AwardState.REPLACED,
            "erase": AwardState.ERASED,
        },
        AwardState.SUSPENDED: {
            "restore": AwardState.ISSUED,
            "revoke": AwardState.REVOKED,
            "replace": AwardState.REPLACED,
            "erase": AwardState.ERASED,
        },
        AwardState.REVOKED: {"erase": AwardState.ERASED},
        AwardState.REPLACED: {"erase": AwardState.ERASED},
    },
)


class LotSource(models.TextChoices):
    """Where the rows of a lot come from."""

    SHEET = "sheet", _("Tableur")
    ONE = "one", _("Saisie")
    API = "api", _("Interface de programmation")
    APPLICATION = "application", _("Candidature")
    COMBINATION = "combination", _("Combinaison")


class LotState(models.TextChoices):
    RECEIVED = "received", _("À lire")
    PREPARED = "prepared", _("Préparé")
    APPROVED = "approved", _("Approuvé")
    ISSUING = "issuing", _("En cours de délivrance")
    ISSUED = "issued", _("Délivré")
    ABANDONED = "abandoned", _("Abandonné")


LOT_LIFE = Lifecycle(
    initial=LotState.RECEIVED,
    moves={
        LotState.RECEIVED: {"diagnose": LotState.PREPARED, "abandon": LotState.ABANDONED},
        LotState.PREPARED: {
            "receive": LotState.RECEIVED,
            "approve": LotState.APPROVED,
            "abandon": LotState.ABANDONED,
        },
        LotState.APPROVED: {
            "return": LotState.PREPARED,
            "issue": LotState.ISSUING,
            "abandon": LotState.ABANDONED,
        },
        LotState.ISSUING: {"finish": LotState.ISSUED},
    },
)


class LotRowState(models.TextChoices):
    """Where a row stands: what is wrong with it, what was done about it, whether it was issued."""

    GOOD = "good", _("Prête")
    FAULTY = "faulty", _("À corriger")
    MENDED = "mended", _("Corrigée")
    REJECTED = "rejected", _("Écartée")
    ISSUED = "issued", _("Délivrée")


READY_ROWS = (LotRowState.GOOD, LotRowState.MENDED)


class RuleKind(models.TextChoices):
    """How a column of a sheet decides a criterion."""

    ATTENDANCE = "attendance", _("Assiduité")
