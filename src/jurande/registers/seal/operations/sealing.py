"""Signing what was intended, and giving each entry its place in the log; nothing here is public yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from jurande.core.errors import CoreError
from jurande.core.log.hashing import leaf_hash
from jurande.core.proof import Batch
from jurande.core.proof.commitment import ISSUED, Opening, committed_bytes, issuance_entry
from jurande.registers.common.crypto.fields import Unreadable, encrypt
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.facts import KEY_EVENTS, compiled, sealed_values
from jurande.registers.seal.models import (
    SealedCredential,
    SealLog,
    SigningKey,
    Skeleton,
    StatusChange,
    WaitingEntry,
)
from jurande.registers.seal.operations.keys import signer_of
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.standing import SealingStopped, demand_intact, mac_of, public_url
from jurande.registers.seal.states import SealState, Stop

CHUNK = 500
_LABEL = SealedCredential._meta.label_lower


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry about to take its place."""

    kind: str
    row_code: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A credential with its signature, not stored yet."""

    row: SealedCredential
    octets: bytes
    entry: NewEntry


@dataclass(slots=True)
class Sealing:
    """What a pass did: how many credentials were signed, how many entries were added, which keys did not open."""

    credentials: int = 0
    entries: int = 0
    unusable: SealingStopped | None = None


def seal_intended(*, now: datetime, done: Sealing | None = None) -> Sealing:
    """Sign every credential that is intended and store it with its entry; then place the other waiting entries.

    To be called while holding ``standing.alone``. A key that does not open leaves its certifier's credentials
    intended, and all others are signed.
    :raises SealingStopped: a row was altered; it is named.
    """
    done = done or Sealing()
    # Read before the credentials are signed: whatever tells of a credential comes after the entry of its issuance.
    waiting = list(WaitingEntry.objects.order_by("pk").values_list("pk", "kind"))
    done.entries += _place_waiting([pk for pk, kind in waiting if kind in KEY_EVENTS], now=now)
    refused: set[int] = set()
    while True:
        rows = list(SealedCredential.objects.intended().exclude(key_id__in=refused).order_by("pk")[:CHUNK])
        if not rows:
            break
        for broken in share(rows):
            raise SealingStopped(Stop.ROW_ALTERED, f"SealedCredential {broken.code}")
        crash_point("K1")
        for key in {row.key_id: row.key for row in rows}.values():
            try:
                signer_of(key)
            except SealingStopped as stopped:
                refused.add(key.pk)
                done.unusable = stopped
        signable = [row for row in rows if row.key_id not in refused]
        signed = sign_rows(signable)
        crash_point("K2")
        store(signed, now=now)
        done.credentials += len(signed)
        done.entries += len(signed)
        if len(rows) < CHUNK:
            break
    done.entries += _place_waiting([pk for pk, kind in waiting if kind not in KEY_EVENTS], now=now)
    return done


def share(rows: Sequence[SealedCredential]) -> list[SealedCredential]:
    """Give rows what they point to, each read and built once: a join would build it for every row.

    The rows that point to nothing are returned: somebody altered the database.
    """
    certifiers = Certifier.objects.in_bulk({row.certifier_id for row in rows})
    keys = SigningKey.objects.in_bulk({row.key_id for row in rows})
    skeletons = Skeleton.objects.in_bulk({row.skeleton_id for row in rows})
    broken = []
    for row in rows:
        try:
            row.certifier, row.key = certifiers[row.certifier_id], keys[row.key_id]
            row.skeleton = skeletons[row.skeleton_id]
        except KeyError:
            broken.append(row)
    return broken


def sign_rows(rows: Sequence[SealedCredential]) -> list[Signed]:
    """Sign intentions; done twice, it gives the same bytes: all that could vary is in the rows.

    :raises SealingStopped: a row is not what was intended.
    """
    address = public_url()
    batches: dict[tuple[object, ...], Batch] = {}
    signed = []
    for row in rows:
        shared = (
            row.certifier_id,
            row.skeleton_id,
            row.key_id,
            row.list_number,
            row.issued_at,
            row.valid_until is None,
        )
        batch = batches.get(shared)
        if batch is None:
            batch = batches[shared] = _batch_of(row, address)
        signed.append(_sign(row, batch))
    return signed


def _batch_of(row: SealedCredential, address: str) -> Batch:
    demand_intact(row.skeleton)
    try:
        template = compiled(
            address, row.skeleton.content, row.certifier.code, row.list_number, row.valid_until is not None
        )
    except CoreError as error:
        raise SealingStopped(Stop.ROW_ALTERED, f"Skeleton {row.skeleton.digest[:12]}") from error
    return template.batch(signer=signer_of(row.key), created=row.issued_at)


def _sign(row: SealedCredential, batch: Batch) -> Signed:
    if mac_of(row) != row.mac:
        raise SealingStopped(Stop.ROW_ALTERED, f"SealedCredential {row.code}")
    try:
        values = sealed_values(
            json.loads(row.values),
            code=row.code,
            index=row.list_index,
            issued_at=row.issued_at,
            valid_until=row.valid_until,
        )
        octets = batch.issue(values)
        committed = committed_bytes(json.loads(octets))
        entry = issuance_entry(committed, Opening(row.code, bytes(row.salt)))
    except (CoreError, Unreadable, ValueError) as error:
        raise SealingStopped(Stop.ROW_ALTERED, f"SealedCredential {row.code}") from error
    return Signed(row, octets, NewEntry(ISSUED, row.code, entry))


def store(signed: Sequence[Signed], *, now: datetime) -> None:
    """Keep signatures and entries, all of them or none.

    :raises SealingStopped: a row changed meanwhile.
    """
    with transaction.atomic():
        append([one.entry for one in signed], now=now)
        parameters = [
            (
                SealState.SEALED.value,
                encrypt(one.octets.decode(), label=_LABEL, column="signed", code=one.row.code).text,
                one.row.pk,
            )
            for one in signed
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE seal_sealedcredential SET state = %s, signed = %s, \"values\" = '' "
                "WHERE id = %s AND state = 'intended'",
                parameters,
            )
            if cursor.rowcount != len(parameters):
                raise SealingStopped(Stop.ROW_ALTERED, f"SealedCredential {signed[0].row.code}…")


def append(entries: Sequence[NewEntry], *, now: datetime) -> None:
    """Give entries their places, after all those there are, in the caller's transaction."""
    head = SealLog.objects.select_for_update(no_key=True).get()
    places = [
        (head.size + position, entry.kind, entry.row_code, entry.octets, leaf_hash(entry.octets))
        for position, entry in enumerate(entries)
    ]
    if not places:
        return
    # Without building a row object for each: a third of the time that the database takes.
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO seal_logentry (seq, kind, row_code, octets, leaf) VALUES (%s, %s, %s, %s, %s)", places
        )
    latest = max(now, head.latest_at or now)
    SealLog.objects.filter(pk=head.pk).update(size=head.size + len(entries), latest_at=latest)


def _place_waiting(keys: Sequence[int], *, now: datetime) -> int:
    placed = 0
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        with transaction.atomic():
            rows = list(WaitingEntry.objects.filter(pk__in=some).order_by("pk"))
            early = set(_changes_of_unsigned([row.row_code for row in rows]))
            rows = [row for row in rows if row.row_code not in early]
            append([NewEntry(row.kind, row.row_code, bytes(row.octets)) for row in rows], now=now)
            WaitingEntry.objects.filter(pk__in=[row.pk for row in rows]).delete()
        placed += len(rows)
    return placed


def _changes_of_unsigned(codes: Sequence[str]) -> Iterable[str]:
    """Among changes, those of credentials whose key does not open: their entries wait for that of the issuance."""
    changes = StatusChange.objects.filter(code__in=codes, credential__state=SealState.INTENDED)
    return changes.values_list("code", flat=True)
