"""What happens to an award once it is issued: the moves, why, many at once, what was issued elsewhere; the acts."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle
from jurande.registers.seal.states import Reason


class LifeMove(TextChoices):
    """What may be decided of an award; the words are those of the seal, and one that it does not know."""

    SUSPEND = "suspend", _("Suspension")
    RESTORE = "restore", _("Rétablissement")
    REVOKE = "revoke", _("Révocation")
    REPLACE = "replace", _("Remplacement")


# Why each may be decided: a suspension ends with a doubt lifted, a replacement begins with something inexact.
REASONS: dict[LifeMove, tuple[Reason, ...]] = {
    LifeMove.SUSPEND: (Reason.INQUIRY, Reason.FRAUD, Reason.HOLDER_REQUEST, Reason.KEY_COMPROMISED),
    LifeMove.RESTORE: (Reason.CLEARED, Reason.MISTAKE),
    LifeMove.REVOKE: (
        Reason.MISTAKE,
        Reason.WRONG_CONTENT,
        Reason.FRAUD,
        Reason.RIGHT_LOST,
        Reason.HOLDER_REQUEST,
        Reason.KEY_COMPROMISED,
    ),
    LifeMove.REPLACE: (Reason.WRONG_CONTENT, Reason.HOLDER_REQUEST, Reason.KEY_COMPROMISED),
}
BULK_MOVES = (LifeMove.SUSPEND, LifeMove.RESTORE, LifeMove.REVOKE)


class BulkState(TextChoices):
    """An act on many: shown, then running, then done; or given up."""

    SHOWN = "shown", _("À relire")
    RUNNING = "running", _("En cours")
    DONE = "done", _("Terminé")
    DISCARDED = "discarded", _("Abandonné")


BULK_LIFE = Lifecycle(
    initial=BulkState.SHOWN,
    moves={
        BulkState.SHOWN: {"start": BulkState.RUNNING, "discard": BulkState.DISCARDED},
        BulkState.RUNNING: {"finish": BulkState.DONE},
    },
)


class ItemState(TextChoices):
    """What became of one award of an act on many."""

    WAITING = "waiting", _("En attente")
    DONE = "done", _("Fait")
    REFUSED = "refused", _("Refusé")


class Platform(TextChoices):
    """Where something was issued before it was taken over here."""

    OPEN_BADGE_FACTORY = "obf", "Open Badge Factory"
    BADGR = "badgr", _("Badgr, ou tout badge Open Badges 2.0")
    ACCREDIBLE = "accredible", "Accredible"
    SHEET = "sheet", _("Un autre outil, ou un tableur")


class TakeoverState(TextChoices):
    """An export: read, being taken over, taken over; or given up."""

    READ = "read", _("À vérifier")
    RUNNING = "running", _("En cours")
    DONE = "done", _("Terminée")
    DISCARDED = "discarded", _("Abandonnée")


TAKEOVER_LIFE = Lifecycle(
    initial=TakeoverState.READ,
    moves={
        TakeoverState.READ: {"start": TakeoverState.RUNNING, "discard": TakeoverState.DISCARDED},
        TakeoverState.RUNNING: {"finish": TakeoverState.DONE},
    },
)


class TakeoverRowState(TextChoices):
    """What will become, or became, of one line of an export."""

    READY = "ready", _("À reprendre")
    KNOWN = "known", _("Déjà reprise")
    REJECTED = "rejected", _("À corriger")
    MADE = "made", _("Reprise")


class LifeAct(StrEnum):
    """What the journal says: dotted, past tense, never renamed."""

    SUSPENDED = "awards.award.suspended"
    RESTORED = "awards.award.restored"
    REVOKED = "awards.award.revoked"
    REPLACED = "awards.award.replaced"
    RENEWED = "awards.award.renewed"
    BULK_STARTED = "awards.bulk.started"
    BULK_CHUNK = "awards.bulk.chunk_decided"
    BULK_RESUMED = "awards.bulk.resumed"
    REMINDERS_SET = "awards.reminders.set"
    TAKEOVER_STARTED = "awards.takeover.started"
    TAKEOVER_CHUNK = "awards.takeover.chunk_made"
