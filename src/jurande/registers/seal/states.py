from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle
from jurande.core.proof.status.bitstring import REVOCATION, SUSPENSION

# The folders under the public one; the addresses have the same words.
LOG, STATUSES, CERTIFIERS = "registre", "statuts", "c"
# Kinds of credentials that others rest on: public, and what interrupted them is told with the keys.
AUTHORITIES = frozenset({"habilitation"})


class Act(StrEnum):
    """What the journal says of the seal: dotted, past tense, never renamed."""

    LOG_OPENED = "seal.log.opened"
    SEALING_RESUMED = "seal.log.resumed"
    FILES_REBUILT = "seal.log.rebuilt"
    WITNESS_ADDED = "seal.witness.added"
    KEY_CREATED = "seal.key.created"
    KEY_ROTATED = "seal.key.rotated"
    KEY_COMPROMISED = "seal.key.compromised"
    CREDENTIAL_ISSUED = "seal.credential.issued"
    CREDENTIAL_REVOKED = "seal.credential.revoked"
    CREDENTIAL_SUSPENDED = "seal.credential.suspended"
    CREDENTIAL_RESTORED = "seal.credential.restored"
    CREDENTIAL_ERASED = "seal.credential.erased"
    BATCH_ISSUED = "seal.batch.issued"
    DOCUMENT_COMMITTED = "seal.document.committed"
    DOCUMENT_ERASED = "seal.document.erased"


class KeyState(models.TextChoices):
    ACTIVE = "active", _("En service")
    RETIRED = "retired", _("Retirée")
    COMPROMISED = "compromised", _("Compromise")


class SealState(models.TextChoices):
    INTENDED = "intended", _("En cours de scellement")
    SEALED = "sealed", _("Scellée")
    ERASED = "erased", _("Effacée")


class BatchState(models.TextChoices):
    WAITING = "waiting", _("En cours")
    DONE = "done", _("Terminé")


class Purpose(models.TextChoices):
    """What a status list is for; the words are those of the specification."""

    REVOCATION = REVOCATION, _("Révocation")
    SUSPENSION = SUSPENSION, _("Suspension")


class Standing(models.TextChoices):
    """Whether a credential still counts."""

    VALID = "valid", _("Valable")
    SUSPENDED = "suspended", _("Suspendue")
    REVOKED = "revoked", _("Révoquée")


class Move(models.TextChoices):
    REVOKE = "revoke", _("Révocation")
    SUSPEND = "suspend", _("Suspension")
    RESTORE = "restore", _("Rétablissement")


class Reason(models.TextChoices):
    """Why a credential was revoked, suspended or restored: what a status change keeps, never a free text."""

    MISTAKE = "mistake", _("Délivrée par erreur")
    WRONG_CONTENT = "wrong_content", _("Contenu inexact")
    FRAUD = "fraud", _("Fraude établie")
    INQUIRY = "inquiry", _("Vérification en cours")
    RIGHT_LOST = "right_lost", _("Droit retiré au titulaire")
    SUPERSEDED = "superseded", _("Remplacée par une autre")
    HOLDER_REQUEST = "holder_request", _("À la demande du titulaire")
    KEY_COMPROMISED = "key_compromised", _("Clé de signature compromise")
    CLEARED = "cleared", _("Doute levé")


STANDINGS = Lifecycle(
    initial=Standing.VALID,
    moves={
        Standing.VALID: {Move.SUSPEND: Standing.SUSPENDED, Move.REVOKE: Standing.REVOKED},
        Standing.SUSPENDED: {Move.RESTORE: Standing.VALID, Move.REVOKE: Standing.REVOKED},
    },
)


class Stop(StrEnum):
    """Why nothing may be signed: each has its sentence in ``operations.standing``, and its section in the howto."""

    ADDRESS_UNSET = "address_unset"
    ADDRESS_CHANGED = "address_changed"
    GUARD_MISSING = "guard_missing"
    GUARD_FOREIGN = "guard_foreign"
    MOVED = "moved"
    ROLLED_BACK = "rolled_back"
    FORKED = "forked"
    CLOCK_BACK = "clock_back"
    KEY_UNUSABLE = "key_unusable"
    ROW_ALTERED = "row_altered"
    FILE_ALTERED = "file_altered"
    CHECK_FAILED = "check_failed"
    DISK = "disk"
    WITNESS_ALARM = "witness_alarm"
