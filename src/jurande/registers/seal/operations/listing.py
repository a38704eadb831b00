"""Status lists and documents of keys: signed when they must be, then written where anybody may read them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models, transaction

from jurande.core.encoding.bits import BitString
from jurande.core.errors import CoreError
from jurande.core.log.notes import VerifierKey
from jurande.core.proof import ProofOptions, PublicKey, add_proof, document_bytes
from jurande.core.proof.did import did_document
from jurande.core.proof.history import Compromise, DatedKey, KeyHistory
from jurande.core.proof.status.bitstring import LEAST_ENTRIES, list_credential
from jurande.core.proof.trust import Interruption, Trust, TrustedIssuer, trust_json
from jurande.integrations.guard_files import write_durably
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.facts import credential_url, did_of, document_path, list_path, trust_path
from jurande.registers.seal.models import SealLog, SigningKey, StatusChange, StatusList
from jurande.registers.seal.operations.keys import signer_of
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.standing import SealingStopped, log_key, public_folder, public_url
from jurande.registers.seal.states import AUTHORITIES, LOG, STATUSES, KeyState, Move, Purpose, Stop

PARIS = ZoneInfo("Europe/Paris")
# A list that nobody may rely on after two days: the replay of an older one fails by then.
LIFE = timedelta(days=2)
RENEWED_AFTER = timedelta(days=1)


def publish_lists(*, now: datetime) -> int:
    """Sign the lists that are due and write those that are signed and not shown; tell how many were signed.

    To be called while holding ``standing.alone``, once the changes are in the log.
    :raises SealingStopped: a key does not open, or the disk refuses.
    """
    due = StatusList.objects.filter(refresh_at__lte=now).select_related("certifier").order_by("pk")
    signed = 0
    for row in due:
        _sign(row, now=now)
        signed += 1
    for row in (
        StatusList.objects.filter(is_projected=False).exclude(octets=b"").select_related("certifier").order_by("pk")
    ):
        crash_point("K7")
        _write(list_path(row.certifier.code, row.purpose, row.number), bytes(row.octets))
        StatusList.objects.filter(pk=row.pk, signed_at=row.signed_at).update(is_projected=True)
    return signed


def _sign(row: StatusList, *, now: datetime) -> None:
    address, path = public_url(), list_path(row.certifier.code, row.purpose, row.number)
    key = SigningKey.objects.active().filter(certifier=row.certifier).first()
    if key is None:
        raise SealingStopped(Stop.KEY_UNUSABLE, row.certifier.code)
    at = now.replace(microsecond=0)
    with transaction.atomic():
        # Locked before the changes are read: one decided meanwhile asks for the list again, and is not forgotten.
        StatusList.objects.select_for_update(no_key=True).get(pk=row.pk)
        document = list_credential(
            list_url=f"{address}/{path}",
            issuer=did_of(address, row.certifier.code),
            purpose=row.purpose,
            bits=bits_of(row, now=now),
            valid_from=at,
            valid_until=at + LIFE,
        )
        signed = add_proof(document, signer=signer_of(key), options=ProofOptions(created=at))
        StatusList.objects.filter(pk=row.pk).update(
            octets=document_bytes(signed), signed_at=now, refresh_at=_next_refresh(row, now=now), is_projected=False
        )


def bits_of(row: StatusList, *, now: datetime) -> BitString:
    """Return the bits of a list as the changes in force at ``now`` make them."""
    changes = _changes(row).filter(effective_on__lte=now.astimezone(PARIS).date())
    last: dict[int, str] = {}
    revoked: set[int] = set()
    for index, move in changes.order_by("effective_on", "pk").values_list("list_index", "move"):
        last[index] = move
        if move == Move.REVOKE:
            revoked.add(index)
    if row.purpose == Purpose.REVOCATION:
        ones: Iterable[int] = revoked
    else:
        ones = (index for index, move in last.items() if move == Move.SUSPEND and index not in revoked)
    return BitString.zeros(LEAST_ENTRIES).replaced(ones, True)


def _changes(row: StatusList) -> models.QuerySet[StatusChange]:
    return StatusChange.objects.filter(certifier=row.certifier, list_number=row.number)


def _next_refresh(row: StatusList, *, now: datetime) -> datetime:
    """When the list must be signed again: before it ends, or when a decided change takes effect."""
    renewal = now + RENEWED_AFTER
    coming = _changes(row).filter(effective_on__gt=now.astimezone(PARIS).date()).order_by("effective_on").first()
    if coming is None:
        return renewal
    return min(renewal, datetime.combine(coming.effective_on, time(), tzinfo=PARIS).astimezone(UTC))


def is_asked_again(row: StatusList) -> bool:
    """Tell whether a decision asked for the list before the day on which it would be signed again anyway."""
    return row.signed_at is not None and row.refresh_at < _next_refresh(row, now=row.signed_at)


# --- keys ---------------------------------------------------------------------------------------


def publish_keys() -> int:
    """Write the documents of the certifiers whose keys changed; tell how many."""
    if not SigningKey.objects.filter(is_projected=False).exists():
        return 0
    with transaction.atomic():
        # Locked, so that what changes meanwhile is written next time instead of being taken for written.
        waiting = (
            SigningKey.objects.select_for_update(of=("self",), no_key=True).filter(is_projected=False).order_by("pk")
        )
        changed = list(waiting.values_list("pk", flat=True))
        certifiers = list(Certifier.objects.filter(signing_keys__in=changed).distinct().order_by("pk"))
        head = SealLog.objects.get()
        for certifier in certifiers:
            for path, content in key_files(certifier, head):
                _write(path, content)
        SigningKey.objects.filter(pk__in=changed).update(is_projected=True)
    return len(certifiers)


def key_files(certifier: Certifier, head: SealLog) -> list[tuple[str, bytes]]:
    """Return the public files about the keys of a certifier: the did:web document, and the history as a trust file."""
    history = history_of(certifier, head)
    issuer = TrustedIssuer(
        history.controller,
        history,
        name=certifier.name,
        status_lists=(f"{public_url()}/{STATUSES}/{certifier.code}/",),
        requires_status=True,
        interruptions=interruptions_of(certifier),
    )
    trust = {**trust_json(Trust.of(issuer)), "log_policy": policy_text(log_key(head))}
    return [
        (document_path(certifier.code), _json(did_document(history))),
        (trust_path(certifier.code), _json(trust)),
    ]


def history_of(certifier: Certifier, head: SealLog) -> KeyHistory:
    """Return every key that ever signed for a certifier.

    :raises SealingStopped: a key was altered; its row is named.
    """
    return KeyHistory(
        did_of(public_url(), certifier.code),
        tuple(
            DatedKey(
                key.method,
                _public_key(key),
                since=key.created_at,
                until=_end(key),
                compromise=Compromise(key.compromised_at, head.origin, key.compromised_size or 0)
                if key.compromised_at
                else None,
            )
            for key in SigningKey.objects.of(certifier)
        ),
    )


def _public_key(key: SigningKey) -> PublicKey:
    try:
        return PublicKey.from_multikey(key.multikey)
    except CoreError as error:
        raise SealingStopped(Stop.ROW_ALTERED, f"SigningKey {key.code}") from error


def interruptions_of(certifier: Certifier) -> tuple[Interruption, ...]:
    """Return since when, and until when, each credential that others rest on was suspended or revoked."""
    changes = StatusChange.objects.filter(certifier=certifier, credential__kind__in=AUTHORITIES)
    told: list[Interruption] = []
    since: dict[str, datetime] = {}
    for code, move, day, decided_at in changes.order_by("pk").values_list(
        "credential__code", "move", "effective_on", "decided_at"
    ):
        at = max(decided_at, datetime.combine(day, time(), tzinfo=PARIS).astimezone(UTC))
        if move != Move.RESTORE:
            since.setdefault(code, at)
        elif code in since:
            told.append(Interruption(credential_url(public_url(), code), since.pop(code), at))
    told += [Interruption(credential_url(public_url(), code), at) for code, at in since.items()]
    return tuple(told)


def _end(key: SigningKey) -> datetime | None:
    if key.state == KeyState.COMPROMISED and key.compromised_at and key.retired_at:
        return min(key.retired_at, key.compromised_at)
    return key.retired_at


def policy_text(key: VerifierKey) -> str:
    """Return the trust in our log as a policy file: no witness is demanded of those who verify."""
    return f"log {key.text} {public_url()}/{LOG}\nquorum none\n"


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _write(path: str, content: bytes) -> None:
    write_durably(public_folder() / path, content)
