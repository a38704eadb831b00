"""The keys of certifiers and of the log: made, replaced, condemned; opened when something is to be signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.proof import Algorithm, KeySigner, PublicKey
from jurande.core.proof.did import web_method
from jurande.core.proof.signer import public_key_of
from jurande.integrations.key_files import KeyFileRefused, open_key_file, write_key_file
from jurande.registers.common.codes import new_code
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.facts import KEY_COMPROMISED, KEY_CREATED, KEY_RETIRED, did_of, key_entry, origin_of
from jurande.registers.seal.models import SealedCredential, SealLog, SigningKey, WaitingEntry
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    current_head,
    mac_of,
    public_url,
    refuse_foreign_guard,
    renew_guard,
)
from jurande.registers.seal.states import Act, KeyState, Stop

# The passphrase of a key file is 256 bits drawn from the keyring: making it dear to guess would protect nothing.
FILE_COST = 2**10


class KeyRefused(Refused):
    """This key cannot be made, replaced or condemned."""


@transaction.atomic
def create_key(*, certifier: Certifier, actor: Actor, now: datetime) -> SigningKey:
    """Make the first key of a certifier, and open the log if it is the first key of all.

    :raises NotAllowed: only operators. :raises KeyRefused: it has one. :raises SealingStopped: nothing may be signed.
    """
    require(policies.can_keep_seal(actor))
    if SigningKey.objects.active().filter(certifier=certifier).exists():
        raise KeyRefused(_("Ce certificateur a déjà une clé de signature. Pour en changer, remplacez-la."))
    _open_log(actor=actor, now=now)
    key = _add(certifier, now=now)
    _tell(Act.KEY_CREATED, key, actor, now)
    return key


@transaction.atomic
def rotate_key(*, certifier: Certifier, actor: Actor, now: datetime) -> SigningKey:
    """Replace the key of a certifier; the former signs what was intended with it, then nothing, and keeps verifying.

    :raises NotAllowed: only operators, and administrators of the house. :raises KeyRefused: there is none to replace.
    """
    require(policies.can_rotate_key(actor, certifier))
    former = _active(certifier)
    _retire(former, now=now)
    key = _add(certifier, now=now)
    _tell(Act.KEY_ROTATED, key, actor, now)
    return key


@transaction.atomic
def condemn_key(*, key: SigningKey, stolen_at: datetime, log_size: int, actor: Actor, now: datetime) -> SigningKey:
    """Say that a key was stolen: of what it signed, only what the log has below ``log_size`` entries still counts.

    ``log_size`` is that of a checkpoint known to be older than the theft. What was intended with this key and not yet
    signed goes to the new key, which is made at once when the stolen one was in use; it is returned, else ``key``.
    :raises NotAllowed: only operators. :raises KeyRefused: condemned already, or dates and sizes that cannot be.
    """
    require(policies.can_keep_seal(actor))
    locked = SigningKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    head = current_head()
    if locked.state == KeyState.COMPROMISED:
        raise KeyRefused(_("Cette clé est déjà déclarée compromise."))
    if stolen_at > now or head is None or not 0 <= log_size <= head.signed_size:
        raise KeyRefused(
            _("Donnez l’instant du vol, passé, et la taille d’un point de contrôle signé avant lui."), field="log_size"
        )
    was_active = locked.state == KeyState.ACTIVE
    if was_active:
        _retire(locked, now=now)
    successor = _add(locked.certifier, now=now) if was_active else _active(locked.certifier)
    locked.state, locked.compromised_at, locked.compromised_size = KeyState.COMPROMISED, stolen_at, log_size
    locked.is_projected = False
    locked.save(update_fields=["state", "compromised_at", "compromised_size", "is_projected"])
    _await(KEY_COMPROMISED, locked, at=stolen_at, size=log_size)
    for row in SealedCredential.objects.intended().filter(key=locked).order_by("pk").iterator(500):
        row.key, row.issued_at = successor, now.replace(microsecond=0)
        row.mac = mac_of(row)
        row.save(update_fields=["key", "issued_at", "mac"])
    _tell(Act.KEY_COMPROMISED, locked, actor, now)
    return successor if was_active else locked


def active_key(certifier: Certifier) -> SigningKey:
    """Return the key that a certifier signs with.

    :raises KeyRefused: it has none.
    """
    key = SigningKey.objects.active().filter(certifier=certifier).first()
    if key is None:
        raise KeyRefused(
            _("Ce certificateur n’a pas encore de clé de signature : demandez à l’exploitant d’en créer une.")
        )
    return key


def signer_of(key: SigningKey) -> KeySigner:
    """Return what signs with a certifier's key.

    :raises SealingStopped: the file is missing, does not open, or holds another key.
    """
    return _signer(_certifier_file(key.code), key.multikey, key.method)


def log_signer(head: SealLog) -> KeySigner:
    """Return what signs the checkpoints.

    :raises SealingStopped: the file is missing, does not open, or holds another key.
    """
    return _signer(_log_file(head.installation), _multikey(bytes(head.public_key)), head.origin)


def _signer(path: Path, multikey: str, method: str) -> KeySigner:
    try:
        state = path.stat()
        signer = _opened(path, state.st_ino, state.st_mtime_ns, state.st_mode)
    except (OSError, KeyFileRefused) as error:
        raise SealingStopped(Stop.KEY_UNUSABLE, path.name) from error
    if signer.public_key.multikey != multikey or signer.verification_method != method:
        raise SealingStopped(Stop.KEY_UNUSABLE, path.name)
    return signer


@lru_cache(maxsize=256)
def _opened(path: Path, inode: int, changed_ns: int, mode: int) -> KeySigner:
    return open_key_file(path, passphrase=_passphrase(path))


def _folder() -> Path:
    folder: Path = settings.HOME.keys / "seal"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _certifier_file(key_code: str) -> Path:
    return _folder() / f"certifier-{key_code}.json"


def _log_file(installation: str) -> Path:
    return _folder() / f"log-{installation}.json"


def _passphrase(path: Path) -> str:
    # From the keyring, which the passphrase of the installation protects: a key file without its keyring opens nowhere.
    return lookup_digest(path.name, "seal.key-file")


def _new_file(path: Path, private: Ed25519PrivateKey, method: str) -> PublicKey:
    try:
        write_key_file(path, private, verification_method=method, passphrase=_passphrase(path), cost=FILE_COST)
    except (OSError, KeyFileRefused) as error:
        raise SealingStopped(Stop.DISK, path.name) from error
    return public_key_of(private)


def _multikey(octets: bytes) -> str:
    return PublicKey(Algorithm.ED25519, octets).multikey


def _open_log(*, actor: Actor, now: datetime) -> None:
    origin = origin_of(public_url())
    head = current_head()
    if head is not None:
        if head.origin != origin:
            raise SealingStopped(Stop.ADDRESS_CHANGED, f"{head.origin} → {origin}")
        return
    refuse_foreign_guard()
    installation = new_code()
    # The file first: cut here, it is a key that nobody knows and that signed nothing.
    public = _new_file(_log_file(installation), Ed25519PrivateKey.generate(), origin)
    try:
        with transaction.atomic():
            head = SealLog.objects.create(
                origin=origin, installation=installation, public_key=public.octets, opened_at=now
            )
    except IntegrityError:
        return  # somebody else opened it meanwhile
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=Act.LOG_OPENED,
        subject_kind="seal_log",
        subject_code=installation,
        now=now,
    )
    transaction.on_commit(lambda: renew_guard(head))


def _add(certifier: Certifier, *, now: datetime) -> SigningKey:
    at = now.replace(microsecond=0)
    private = Ed25519PrivateKey.generate()
    public = public_key_of(private)
    method = web_method(did_of(public_url(), certifier.code), public)
    code = new_code()
    _new_file(_certifier_file(code), private, method)
    key = SigningKey.objects.create(
        code=code, certifier=certifier, method=method, multikey=public.multikey, created_at=at
    )
    _await(KEY_CREATED, key, at=at)
    return key


def _active(certifier: Certifier) -> SigningKey:
    key = SigningKey.objects.active().select_for_update(no_key=True).filter(certifier=certifier).first()
    if key is None:
        raise KeyRefused(_("Ce certificateur n’a pas de clé en service : créez-en une."))
    return key


def _retire(key: SigningKey, *, now: datetime) -> None:
    # Signed documents tell whole seconds: what was issued in this very second is still within the key's life.
    key.state, key.retired_at = KeyState.RETIRED, now.replace(microsecond=0) + timedelta(seconds=1)
    key.is_projected = False
    key.save(update_fields=["state", "retired_at", "is_projected"])
    _await(KEY_RETIRED, key, at=key.retired_at)


def _await(kind: str, key: SigningKey, *, at: datetime, size: int = 0) -> None:
    octets = key_entry(kind, key_code=key.code, method=key.method, at=at, size=size)
    WaitingEntry.objects.create(kind=kind, row_code=key.code, octets=octets)


def _tell(act: Act, key: SigningKey, actor: Actor, now: datetime) -> None:
    record(
        chain=key.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="signing_key",
        subject_code=key.code,
        now=now,
    )
