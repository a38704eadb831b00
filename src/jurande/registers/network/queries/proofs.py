"""What the credential of a habilitation proves, checked now: its signature, its place in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from jurande.core.errors import CoreError
from jurande.core.proof.commitment import ISSUED
from jurande.core.proof.data_integrity import DataIntegrityRefused, Expected, Proof, verify_proofs
from jurande.core.proof.keys import PublicKey
from jurande.registers.network.models import Habilitation
from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.queries.credentials import log_proof_of


@dataclass(frozen=True)
class Proven:
    """``is_intact``: None while nothing is signed; ``entry``: its number in the log; ``is_shown``: the log says so."""

    is_intact: bool | None = None
    issued_at: datetime | None = None
    entry: int | None = None
    is_shown: bool = False


def proven(row: Habilitation, *, now: datetime) -> Proven:
    """Check the signed bytes against the key that signed them, and look for their entry. Three queries."""
    if row.credential_id is None:
        return Proven()
    credential = SealedCredential.objects.select_related("key").get(pk=row.credential_id)
    if credential.signed is None:
        return Proven()
    entry = LogEntry.objects.filter(kind=ISSUED, row_code=credential.code).values_list("seq", flat=True).first()
    # An instant of the same day: a proof is checked once a day in each process, not at each visit.
    day = now.replace(hour=23, minute=59, second=59, microsecond=0)
    return Proven(
        is_intact=_holds(credential.signed, credential.key.method, credential.key.multikey, day),
        issued_at=credential.issued_at,
        entry=entry,
        is_shown=log_proof_of(credential) is not None,
    )


@lru_cache(maxsize=512)
def _holds(signed: str, method: str, multikey: str, now: datetime) -> bool:
    key = PublicKey.from_multikey(multikey)

    def resolve(proof: Proof) -> PublicKey:
        if proof.verification_method != method:
            raise DataIntegrityRefused("not the key that signed it", code="proof.key")
        return key

    try:
        verify_proofs(json.loads(signed), resolve=resolve, expected=Expected(now))
    except (CoreError, ValueError):
        return False
    return True
