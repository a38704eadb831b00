"""Whether anything may be signed here and now; when not, which row or file is at fault, and what the operator does."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.core.log.checkpoints import Checkpoint, open_checkpoint
from jurande.core.log.errors import LogError, Unavailable
from jurande.core.log.notes import VerifierKey, verifier_key
from jurande.core.log.tiles import CHECKPOINT
from jurande.integrations.guard_files import Guard, GuardDamaged, machine_fingerprint, read_guard, write_guard
from jurande.integrations.log_files import DirectoryLog, NotDurable
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.seal.facts import origin_of
from jurande.registers.seal.models import (
    Commitment,
    LogEntry,
    SealCheck,
    SealedCredential,
    SealLog,
    SignedCheckpoint,
    Skeleton,
)
from jurande.registers.seal.states import LOG, Stop

# A machine's clock is set back by a few seconds now and then; by minutes, somebody did it.
CLOCK_TOLERANCE = timedelta(minutes=5)
LOCK_POLL_SECONDS = 0.01

SENTENCES: dict[Stop, str | Promise] = {
    Stop.ADDRESS_UNSET: _(
        "L’adresse publique n’est pas fixée, et elle est inscrite dans tout ce qui est signé. Donnez-la une fois "
        "(JURANDE_PUBLIC_URL=https://… ./jurande serve), puis recommencez."
    ),
    Stop.ADDRESS_CHANGED: _(
        "L’adresse publique a changé (%(about)s) : ce qui a été signé porte l’ancienne. Remettez l’ancienne adresse "
        "dans settings.json."
    ),
    Stop.GUARD_MISSING: _(
        "La garde du sceau manque dans ce dossier : une sauvegarde a sans doute été remise en place. Vérifiez que "
        "c’est la plus récente et que l’ancienne machine est arrêtée, puis lancez ./jurande manage resume-seal."
    ),
    Stop.GUARD_FOREIGN: _(
        "La garde de ce dossier est celle d’une autre installation (%(about)s) : la base et le dossier ne vont pas "
        "ensemble. Remettez la base de ce dossier, ou le dossier de cette base."
    ),
    Stop.MOVED: _(
        "Ce dossier est une copie, ou a changé de machine : deux machines qui scellent le même registre le "
        "détruiraient. Arrêtez l’autre pour de bon, puis lancez ici ./jurande manage resume-seal."
    ),
    Stop.ROLLED_BACK: _(
        "La base est plus ancienne que ce qui a été publié (%(about)s) : une sauvegarde périmée a été remise. Rien "
        "ne sera signé. Remettez une sauvegarde plus récente, qui contienne tout ce qui a été publié."
    ),
    Stop.FORKED: _(
        "La base et ce qui a été publié racontent deux histoires différentes (%(about)s). Rien ne sera signé. "
        "Remettez la sauvegarde qui correspond au registre publié, et gardez cette base pour l’enquête."
    ),
    Stop.CLOCK_BACK: _(
        "L’horloge de la machine retarde : quelque chose a déjà été scellé le %(about)s. Remettez-la à l’heure. Si "
        "c’est cette date qui était fausse, lancez ./jurande manage resume-seal."
    ),
    Stop.KEY_UNUSABLE: _(
        "La clé de signature %(about)s ne peut pas servir : son fichier manque, a été remplacé ou ne s’ouvre pas. "
        "Remettez le dossier des clés de votre sauvegarde ; si elle est perdue, remplacez la clé."
    ),
    Stop.ROW_ALTERED: _(
        "La ligne %(about)s a été modifiée hors de l’application. Rien ne sera signé. Lancez ./jurande manage "
        "check-seal, et reprenez cette ligne dans une sauvegarde."
    ),
    Stop.FILE_ALTERED: _(
        "Un fichier public du registre n’est plus celui qui a été signé (%(about)s). Rien ne sera signé. Lancez "
        "./jurande manage check-seal, puis ./jurande manage repair-seal, qui refait les fichiers d’après la base."
    ),
    Stop.CHECK_FAILED: _(
        "La dernière vérification du sceau a trouvé une anomalie : %(about)s. Rien ne sera signé. Lancez ./jurande "
        "manage check-seal, corrigez ce qu’elle nomme, et vérifiez de nouveau."
    ),
    Stop.DISK: _(
        "Le disque a refusé une écriture (%(about)s). Rien n’est perdu : libérez de la place ou remettez le disque en "
        "état, le scellement reprendra seul."
    ),
    Stop.WITNESS_ALARM: _(
        "Le témoin %(about)s a vu une autre histoire de ce registre. Rien ne sera signé. Cherchez quelle autre machine "
        "a signé ; quand vous avez compris, lancez ./jurande manage resume-seal."
    ),
}


class SealingStopped(Refused):
    """Nothing is signed: ``code`` says why, ``about`` names the row, the file, the date or the address."""

    def __init__(self, code: Stop, about: str = "") -> None:
        """Keep what stops the sealing."""
        super().__init__(sentence_of(code, about))
        self.code = code
        self.about = about[:200]


class SealingBusy(Refused):
    """Somebody else has been sealing for longer than the caller may wait; what was intended will be sealed."""


def sentence_of(code: str, about: str) -> str:
    """Return the French sentence of what stops the sealing."""
    return str(SENTENCES[Stop(code)]) % {"about": about}


# --- where things are ---------------------------------------------------------------------------


def public_folder() -> Path:
    """Where everything public is projected."""
    folder: Path = settings.HOME.public
    return folder


def log_folder() -> Path:
    """Where the files of the log are."""
    return public_folder() / LOG


def guard_folder() -> Path:
    """Where the guard is: beside the database, never in a backup."""
    folder: Path = settings.HOME.path / "guard"
    return folder


def public_url() -> str:
    """Return the public address of this installation.

    :raises SealingStopped: it is not set yet.
    """
    if not settings.PUBLIC_URL_IS_SET:
        raise SealingStopped(Stop.ADDRESS_UNSET)
    address: str = settings.PUBLIC_URL
    return address


# --- one at a time ------------------------------------------------------------------------------


@contextmanager
def alone(*, wait_seconds: float) -> Iterator[None]:
    """Hold the right to seal, which the system takes back when the process ends, however it ends.

    :raises SealingBusy: somebody else held it all the while.
    """
    path = settings.HOME.path / "seal.lock"
    deadline = time.monotonic() + wait_seconds
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                raise SealingBusy(_("Un autre scellement est en cours : le vôtre suivra dans la minute."))
            time.sleep(LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def disk_answers() -> Iterator[None]:
    """Turn what the disk refuses into a stop.

    :raises SealingStopped: an error of the system, in reading or in writing.
    """
    try:
        yield
    except (OSError, Unavailable, NotDurable) as error:
        raise SealingStopped(Stop.DISK, str(error)) from error


# --- the head -----------------------------------------------------------------------------------


def log_key(head: SealLog) -> VerifierKey:
    """Return the public key of the log."""
    return verifier_key(head.origin, bytes(head.public_key))


def current_head() -> SealLog | None:
    """Return the head of the log, None before the first key was created."""
    return SealLog.objects.first()


def demand(*, now: datetime) -> SealLog:
    """Return the head if signing is allowed: address, guard, published files, clock and rows agree with it.

    :raises SealingStopped: they do not.
    """
    head = current_head()
    origin = origin_of(public_url())
    guard = _guard()
    if head is None:
        if guard is not None:
            raise SealingStopped(Stop.GUARD_FOREIGN, guard.installation)
        raise SealingStopped(Stop.KEY_UNUSABLE, origin)
    if head.origin != origin:
        raise SealingStopped(Stop.ADDRESS_CHANGED, f"{head.origin} → {origin}")
    if head.stop_code == Stop.WITNESS_ALARM:
        raise SealingStopped(Stop.WITNESS_ALARM, head.stop_about)
    _demand_guard(head, guard)
    _demand_rows(head)
    _demand_last_check()
    for folder in (guard_folder(), log_folder()):
        _demand_extended(head, folder)
    demand_clock(head, now=now)
    return head


def demand_clock(head: SealLog, *, now: datetime) -> None:
    """Return if ``now`` is not behind what was already sealed.

    :raises SealingStopped: it is, by more than the tolerance.
    """
    if head.latest_at is not None and now < head.latest_at - CLOCK_TOLERANCE:
        raise SealingStopped(Stop.CLOCK_BACK, head.latest_at.strftime("%d/%m/%Y %H:%M UTC"))


def _guard() -> Guard | None:
    try:
        return read_guard(guard_folder())
    except GuardDamaged as damaged:
        raise SealingStopped(Stop.GUARD_MISSING) from damaged


def _demand_guard(head: SealLog, guard: Guard | None) -> None:
    if guard is None and head.signed_size == 0:
        # Cut between the head and its guard: nothing was signed yet.
        write_guard(guard_folder(), _own_guard(head))
        return
    if guard is None:
        raise SealingStopped(Stop.GUARD_MISSING)
    if guard.installation != head.installation:
        raise SealingStopped(Stop.GUARD_FOREIGN, guard.installation)
    if guard.machine != machine_fingerprint(settings.HOME.path):
        raise SealingStopped(Stop.MOVED)


def _demand_rows(head: SealLog) -> None:
    last = LogEntry.objects.aggregate(seq=Max("seq"))["seq"]
    if head.size != (0 if last is None else last + 1):
        raise SealingStopped(Stop.ROW_ALTERED, f"SealLog (size {head.size}, LogEntry {last})")
    latest = SignedCheckpoint.objects.filter(origin=head.origin).order_by("-size").first()
    if (latest.size if latest else 0) != head.signed_size or (latest and bytes(latest.note) != bytes(head.note)):
        raise SealingStopped(Stop.ROW_ALTERED, "SealLog (note)")


def _demand_last_check() -> None:
    latest = SealCheck.objects.order_by("-at", "-pk").first()
    if latest is not None and latest.bad:
        raise SealingStopped(Stop.CHECK_FAILED, f"{latest.first_about} ({latest.first_code})")


def demand_not_rolled_back(head: SealLog) -> None:
    """Return if neither the guard nor the published checkpoint is ahead of the rows; what is unreadable says nothing.

    :raises SealingStopped: the rows are older than what was published.
    """
    for folder in (guard_folder(), log_folder()):
        try:
            shown = shown_checkpoint(head, folder)
        except SealingStopped:
            continue
        if shown is not None and shown.size > head.signed_size:
            raise SealingStopped(Stop.ROLLED_BACK, f"{head.signed_size} < {shown.size}")


def _demand_extended(head: SealLog, folder: Path) -> None:
    shown = shown_checkpoint(head, folder)
    if shown is None:
        return
    if shown.size > head.signed_size:
        raise SealingStopped(Stop.ROLLED_BACK, f"{head.signed_size} < {shown.size}")
    if shown.size == head.signed_size:
        root: bytes | None = bytes(head.root)
    else:
        older = SignedCheckpoint.objects.filter(origin=head.origin, size=shown.size).first()
        root = bytes(older.root) if older is not None else None
    if root != shown.root:
        raise SealingStopped(Stop.FORKED, f"{folder.name}/{CHECKPOINT}, {shown.size}")


def shown_checkpoint(head: SealLog, folder: Path) -> Checkpoint | None:
    """Return the checkpoint that a folder shows, None when it shows none.

    :raises SealingStopped: what is there is not signed by this log.
    """
    octets = DirectoryLog(folder).read(CHECKPOINT)
    if octets is None:
        return None
    try:
        return open_checkpoint(octets, [log_key(head)])
    except LogError as error:
        raise SealingStopped(Stop.FILE_ALTERED, f"{folder.name}/{CHECKPOINT}") from error


def _own_guard(head: SealLog) -> Guard:
    return Guard(head.installation, head.origin, machine_fingerprint(settings.HOME.path))


def refuse_foreign_guard() -> None:
    """Return if no guard is here: a new log may be opened.

    :raises SealingStopped: this folder sealed for another database.
    """
    guard = _guard()
    if guard is not None:
        raise SealingStopped(Stop.GUARD_FOREIGN, guard.installation)


def renew_guard(head: SealLog) -> None:
    """Write that this installation signs here, on this machine."""
    write_guard(guard_folder(), _own_guard(head))


# --- what stops it ------------------------------------------------------------------------------


def note_stop(stopped: SealingStopped, *, now: datetime) -> None:
    """Keep in the head why nothing is signed, for the operator's page; the first instant stays."""
    with transaction.atomic():
        head = SealLog.objects.select_for_update(no_key=True).first()
        if head is None or head.stop_code == Stop.WITNESS_ALARM:
            return
        if (head.stop_code, head.stop_about) != (stopped.code, stopped.about):
            head.stop_code, head.stop_about, head.stopped_at = stopped.code, stopped.about, now
            head.save(update_fields=["stop_code", "stop_about", "stopped_at"])


def clear_stop(head: SealLog) -> None:
    """Forget what stopped the sealing: it no longer does."""
    if head.stop_code:
        SealLog.objects.filter(pk=head.pk).update(stop_code="", stop_about="", stopped_at=None)


# --- rows ---------------------------------------------------------------------------------------


def demand_intact(skeleton: Skeleton) -> None:
    """Return if a skeleton is the text that its digest says.

    :raises SealingStopped: it was altered.
    """
    if sha256(skeleton.content.encode()).hexdigest() != skeleton.digest:
        raise SealingStopped(Stop.ROW_ALTERED, f"Skeleton {skeleton.digest[:12]}")


def mac_of(row: SealedCredential) -> str:
    """Return the HMAC that binds the columns of a credential that its signature does not cover."""
    bound = [
        row.code,
        row.certifier_id,
        row.kind,
        row.business_key,
        row.idempotency_key,
        row.request_digest,
        row.subject_code,
        row.skeleton.digest,
        row.key_id,
        _utc(row.issued_at),
        _utc(row.valid_until) if row.valid_until else "",
        row.list_number,
        row.list_index,
        row.batch_id or 0,
        row.batch_line or 0,
    ]
    return lookup_digest(json.dumps(bound), "seal.credential")


def mac_of_commitment(row: Commitment) -> str:
    """Return the HMAC that binds the columns of a commitment."""
    bound = [
        row.code,
        row.certifier_id,
        row.kind,
        row.business_key,
        row.idempotency_key,
        row.document_code,
        _utc(row.committed_at),
        bytes(row.value).hex(),
    ]
    return lookup_digest(json.dumps(bound), "seal.commitment")


def mac_of_checkpoint(checkpoint: Checkpoint, *, previous_size: int) -> str:
    """Return the HMAC that binds a checkpoint to the one signed before it (0 for the first)."""
    bound = [checkpoint.origin, checkpoint.size, checkpoint.root.hex(), previous_size]
    return lookup_digest(json.dumps(bound), "seal.checkpoint")


def _utc(instant: datetime) -> str:
    """Spell an instant as it will be read back, whatever the zone in which it was given."""
    return instant.astimezone(UTC).isoformat()
