"""What the holder of a credential, and whoever verifies it, need."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from jurande.core.log.checkpoints import parse_checkpoint
from jurande.core.log.errors import LogError
from jurande.core.log.notes import parse_note
from jurande.core.log.offline import OfflineProof
from jurande.core.log.proofs import inclusion_proof
from jurande.core.log.tiles import CHECKPOINT
from jurande.core.proof.commitment import ISSUED, Opening, extra_bytes
from jurande.integrations.log_files import DirectoryLog
from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.states import AUTHORITIES, LOG, SealState


def signed_bytes(credential: SealedCredential) -> bytes | None:
    """Return the published bytes of a credential: JSON, as signed. None while it is not sealed, and once erased."""
    return credential.signed.encode() if credential.signed is not None else None


def authority_bytes(code: str) -> bytes | None:
    """Return the published bytes of a credential that others rest on, which is public; None for any other."""
    row = SealedCredential.objects.filter(code=code, kind__in=AUTHORITIES).first()
    return signed_bytes(row) if row is not None else None


def log_proof(code: str) -> bytes | None:
    """Return the ``.tlog-proof`` of the credential with this code; None when there is none (yet, or any more)."""
    row = SealedCredential.objects.filter(code=code, state=SealState.SEALED).defer("signed", "values").first()
    return log_proof_of(row) if row is not None else None


def log_proof_of(credential: SealedCredential) -> bytes | None:
    """Return what shows, offline, that a credential is in the log; None until a checkpoint covers its entry."""
    seq = LogEntry.objects.filter(kind=ISSUED, row_code=credential.code).values_list("seq", flat=True).first()
    store = DirectoryLog(_log_folder())
    note = store.read(CHECKPOINT)
    if seq is None or note is None or credential.state != SealState.SEALED:
        return None
    try:
        size = parse_checkpoint(parse_note(note).text).size
        path = inclusion_proof(store.read, seq, size) if seq < size else None
    except LogError:
        return None
    if path is None:
        return None
    extra = extra_bytes(Opening(credential.code, bytes(credential.salt)))
    return OfflineProof(seq, path, note, extra).octets


def _log_folder() -> Path:
    folder: Path = settings.HOME.public / LOG
    return folder
