"""Many credentials at once: the lines are kept, then a job turns them into credentials, chunk by chunk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jurande.registers.common import jobs
from jurande.registers.common.codes import new_code
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.models import Batch, BatchChunk, BatchRefusal, SealedCredential
from jurande.registers.seal.operations.credentials import (
    IssueRefused,
    Line,
    Terms,
    demand_signable,
    intend,
    request_digest,
    take_places,
    terms_of,
)
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.projection import Settled, settle
from jurande.registers.seal.operations.standing import SealingStopped
from jurande.registers.seal.states import Act, BatchState

JOB = "seal.issue_batch"
CHUNK = 500

# Told after each chunk: lines with a credential, lines refused, lines in all.
type Progress = Callable[[int, int, int], None]


@transaction.atomic
def issue_batch(
    *,
    certifier: Certifier,
    kind: str,
    idempotency_key: str,
    skeleton: Mapping[str, Any],
    lines: Iterable[Line],
    valid_until: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Batch:
    """Keep the lines of a batch and ask for the job that issues them; the same key with the same lines: the same batch.

    A line that cannot be signed, or whose business key exists, is refused alone; the others are issued.
    :raises NotAllowed: another house. :raises IssueRefused: no line, or a batch of other lines has this key.
    """
    require(policies.can_seal(actor, certifier))
    terms = terms_of(certifier=certifier, kind=kind, skeleton=skeleton, valid_until=valid_until, now=now)
    batch = Batch(
        code=new_code(),
        certifier=certifier,
        kind=kind,
        idempotency_key=idempotency_key,
        skeleton=terms.skeleton,
        valid_until=terms.valid_until,
        requested_by=actor.code,
        requested_at=now,
        total=0,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            total, digest = _keep(batch, lines, terms)
    except IntegrityError:
        total, digest = _digest_of(lines, terms)
        found = Batch.objects.get(certifier=certifier, idempotency_key=idempotency_key)
        if found.request_digest != digest:
            raise IssueRefused(
                _("Un autre lot porte déjà ce numéro. Donnez un nouveau numéro à ce lot."), code="idempotency"
            ) from None
        return found
    if not total:
        raise IssueRefused(_("Ce lot ne contient aucune ligne."), code="empty")
    batch.total, batch.request_digest = total, digest
    batch.save(update_fields=["total", "request_digest"])
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.BATCH_ISSUED,
        subject_kind="batch",
        subject_code=batch.code,
        now=now,
    )
    jobs.request(JOB, batch.code, certifier_code=certifier.code, requested_by=actor.code, now=now)
    return batch


def _chunks(lines: Iterable[Line]) -> Iterable[list[list[Any]]]:
    source = iter(lines)
    while chunk := [
        [line.business_key, line.idempotency_key, dict(line.values), line.subject] for line in islice(source, CHUNK)
    ]:
        yield chunk


def _keep(batch: Batch, lines: Iterable[Line], terms: Terms) -> tuple[int, str]:
    total, told = 0, sha256(_shared(terms))
    for number, chunk in enumerate(_chunks(lines)):
        text = json.dumps(chunk, ensure_ascii=False)
        told.update(text.encode())
        BatchChunk.objects.create(batch=batch, number=number, lines=text)
        total += len(chunk)
    return total, lookup_digest(told.hexdigest(), "seal.batch")


def _digest_of(lines: Iterable[Line], terms: Terms) -> tuple[int, str]:
    total, told = 0, sha256(_shared(terms))
    for chunk in _chunks(lines):
        told.update(json.dumps(chunk, ensure_ascii=False).encode())
        total += len(chunk)
    return total, lookup_digest(told.hexdigest(), "seal.batch")


def _shared(terms: Terms) -> bytes:
    until = terms.valid_until.isoformat() if terms.valid_until else ""
    return json.dumps([terms.kind, terms.skeleton.digest, until]).encode()


def run_batch(*, code: str, clock: Callable[[], datetime], progress: Progress) -> Batch:
    """Issue what is left of a batch, chunk by chunk: interrupted, it goes on where it was. Nothing is done twice.

    :raises SealingStopped: nothing may be signed; the lines stay.
    """
    batch = Batch.objects.select_related("certifier", "skeleton").get(code=code)
    while True:
        chunk = batch.chunks.order_by("number").first()
        if chunk is None:
            break
        now = clock()
        done, refused = _take(batch, chunk, now=now)
        batch.done, batch.refused = batch.done + done, batch.refused + refused
        progress(batch.done, batch.refused, batch.total)
        if (batch.done + batch.refused) % (10 * CHUNK) < CHUNK:
            _demand_sealed(batch, settle(now=now))
    _demand_sealed(batch, settle(now=clock()))
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.DONE)
    batch.refresh_from_db()
    return batch


def _demand_sealed(batch: Batch, settled: Settled) -> None:
    """Return if everything of the batch that is intended is signed: only then may it be called done.

    :raises SealingStopped: it is not.
    """
    if settled.stop is not None and batch.credentials.intended().exists():
        raise SealingStopped(settled.stop, settled.about)


def ask_again(*, now: datetime) -> int:
    """Ask again for the jobs of the batches that a stop interrupted; tell how many."""
    asked = 0
    for batch in Batch.objects.filter(state=BatchState.WAITING).select_related("certifier").order_by("pk"):
        if not JobRequest.objects.of(JOB, batch.code).unfinished().exists():
            jobs.request(JOB, batch.code, certifier_code=batch.certifier.code, requested_by=batch.requested_by, now=now)
            asked += 1
    return asked


@transaction.atomic
def _take(batch: Batch, chunk: BatchChunk, *, now: datetime) -> tuple[int, int]:
    """Turn the lines of a chunk into intentions and refusals, and delete it: all of it or nothing."""
    terms = terms_of(
        certifier=batch.certifier,
        kind=batch.kind,
        skeleton=json.loads(batch.skeleton.content),
        valid_until=batch.valid_until,
        now=now,
    )
    lines = [Line(key, request, values, subject) for key, request, values, subject in json.loads(chunk.lines)]
    first = chunk.number * CHUNK
    refusals = _refusals(terms, lines)
    accepted = [(first + n, line) for n, line in enumerate(lines) if n not in refusals]
    places = take_places(batch.certifier, len(accepted), now=now)
    rows = [
        intend(terms, line, request_digest(terms, line), places=place, batch=(batch.pk, number))
        for (number, line), place in zip(accepted, places, strict=True)
    ]
    SealedCredential.objects.bulk_create(rows, batch_size=CHUNK)
    BatchRefusal.objects.bulk_create(
        [BatchRefusal(batch=batch, line=first + n, reason_code=code) for n, code in refusals.items()]
    )
    Batch.objects.filter(pk=batch.pk).update(done=F("done") + len(rows), refused=F("refused") + len(refusals))
    chunk.delete()
    crash_point("K0")
    return len(rows), len(refusals)


def _refusals(terms: Terms, lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines that give no credential, each with the code of its reason."""
    refused: dict[int, str] = {}
    mine = SealedCredential.objects.filter(certifier=terms.certifier)
    business = set(mine.filter(business_key__in=[a.business_key for a in lines]).values_list("business_key", flat=True))
    requests = set(
        mine.filter(idempotency_key__in=[a.idempotency_key for a in lines]).values_list("idempotency_key", flat=True)
    )
    for number, line in enumerate(lines):
        try:
            demand_signable(terms, line)
        except IssueRefused as refusal:
            refused[number] = refusal.code
            continue
        if line.business_key in business:
            refused[number] = "business_key"
        elif line.idempotency_key in requests:
            refused[number] = "idempotency"
        business.add(line.business_key)
        requests.add(line.idempotency_key)
    return refused
