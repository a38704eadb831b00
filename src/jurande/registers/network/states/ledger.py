"""Kinds, states and acts of the declared list, of imports of networks and of what each person keeps for herself."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class LedgerAct(StrEnum):
    """What the journal remembers of the declared list, of imports and of calendars."""

    CHANGES_DECLARED = "network.changes.declared"
    CHANGES_CONFIRMED = "network.changes.confirmed"
    DIFFERENCE_SETTLED = "network.difference.settled"
    IMPORT_STARTED = "network.import.started"
    CALENDAR_OPENED = "network.calendar.opened"
    CALENDAR_REVOKED = "network.calendar.revoked"


class ChangeKind(models.TextChoices):
    """What a change asks France compétences to do with its list."""

    ADD = "add", _("Ajouter")
    REMOVE = "remove", _("Retirer")
    CHANGE_TYPE = "change_type", _("Changer le rôle")


class ChangeState(models.TextChoices):
    TO_DECLARE = "to_declare", _("À déclarer")
    DECLARED = "declared", _("Déclaré")
    CONFIRMED = "confirmed", _("Lu au registre")


CHANGE_LIFE = Lifecycle(
    initial=ChangeState.TO_DECLARE,
    moves={
        ChangeState.TO_DECLARE: {"declare": ChangeState.DECLARED, "confirm": ChangeState.CONFIRMED},
        ChangeState.DECLARED: {"confirm": ChangeState.CONFIRMED},
    },
)


class DifferenceKind(models.TextChoices):
    """How the national register and ours disagree, when no line of the ledger says why."""

    NOT_LISTED = "not_listed", _("Habilité ici, absent du registre national")
    NOT_HERE = "not_here", _("Au registre national, pas habilité ici")
    OTHER_ROLE = "other_role", _("Rôle différent au registre national")


class ImportState(models.TextChoices):
    READ = "read", _("À vérifier")
    RUNNING = "running", _("En cours")
    DONE = "done", _("Terminé")
    DISCARDED = "discarded", _("Abandonné")


IMPORT_LIFE = Lifecycle(
    initial=ImportState.READ,
    moves={
        ImportState.READ: {"start": ImportState.RUNNING, "discard": ImportState.DISCARDED},
        ImportState.RUNNING: {"finish": ImportState.DONE},
    },
)


class ImportSource(models.TextChoices):
    SHEET = "sheet", _("Tableur")
    NATIONAL = "national", _("Registre national")


class RowState(models.TextChoices):
    """Where a row of an import stands: what will be made of it, then what was."""

    READY = "ready", _("Sera créée")
    KNOWN = "known", _("Déjà là")
    REJECTED = "rejected", _("Écartée")
    MADE = "made", _("Créée")
