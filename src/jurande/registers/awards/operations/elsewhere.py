"""Taking over what was issued elsewhere: an export is read and diagnosed, then each line becomes a record here.

Nothing is signed and nobody is written to: an award taken over says that it comes from elsewhere, and answers for the
address that it had.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jurande.core.france.former_awards import (
    COLUMNS,
    LINES_MOST,
    REQUIRED,
    ExportRefused,
    FormerAward,
    LineRefused,
    read_assertion,
    read_cells,
    read_documents,
)
from jurande.core.france.programme_sheets import guessed_columns
from jurande.registers.awards.facts.credentials import start_of
from jurande.registers.awards.models import Award, FormerAddress, FormerRecord, Takeover, TakeoverRow
from jurande.registers.awards.models.people import email_digest, person_digest
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.policies.life import can_take_over
from jurande.registers.awards.queries import elsewhere as queries
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.designs import Subject
from jurande.registers.awards.states.life import (
    TAKEOVER_LIFE,
    LifeAct,
    Platform,
    TakeoverRowState,
    TakeoverState,
)
from jurande.registers.catalogue.models import Certification
from jurande.registers.common import jobs
from jurande.registers.common.codes import new_code
from jurande.registers.common.verdicts import require
from jurande.registers.documents.operations.tables import read_table
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import actor_for

JOB = "awards.take_over"
CHUNK = 100
JSON_BYTES = 20 * 1024 * 1024
# What was read holds names and addresses: it goes some weeks after it served.
KEEP = timedelta(days=30)
Report = Callable[[int, int, int], None]


class TakeoverRefused(LifeRefused):
    """This cannot be taken over so."""


# --- reading --------------------------------------------------------------------------------------


@transaction.atomic
def read_export(
    *, certifier: Certifier, platform: Platform, content: BinaryIO, filename: str, actor: Actor, now: datetime
) -> Takeover:
    """Keep the lines of an export, a spreadsheet or JSON; nothing is taken over. JSON is diagnosed at once.

    :raises NotAllowed: who issues. :raises TakeoverRefused: it is JSON that holds no assertion, or too much.
    :raises DocumentRefused: :raises TableRefused: it is no spreadsheet either.
    """
    require(can_take_over(actor, certifier))
    octets = content.read(JSON_BYTES + 1)
    if filename.lower().endswith((".json", ".jsonl", ".ndjson")) or octets.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in b"{[":
        documents = _documents(octets)
        lines = [(number, json.dumps(one, ensure_ascii=False)) for number, one in enumerate(documents, start=1)]
        held = _kept(certifier, platform, filename, [], lines, actor, now)
        _diagnose(held, {}, localdate(now))
        return held
    table = read_table(content=io.BytesIO(octets), filename=filename, rows_most=LINES_MOST)
    lines = [(row.number, json.dumps(row.cells, ensure_ascii=False)) for row in table.rows]
    held = _kept(certifier, platform, filename, list(table.headers), lines, actor, now)
    columns = guessed_columns(held.headers, COLUMNS)
    if all(name in columns for name in REQUIRED):
        _set_columns(held, columns, localdate(now))
    return held


def _documents(octets: bytes) -> list[Mapping[str, Any]]:
    if len(octets) > JSON_BYTES:
        raise TakeoverRefused(_("Ce fichier dépasse vingt mégaoctets. Partagez-le."), field="file")
    try:
        return read_documents(octets.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise TakeoverRefused(
            _("Ce fichier n’est pas du JSON en UTF-8. Exportez-le de nouveau."), field="file"
        ) from None
    except ExportRefused as refused:
        raise TakeoverRefused(str(refused), field="file") from refused


def _kept(
    certifier: Certifier,
    platform: Platform,
    name: str,
    headers: list[str],
    lines: Sequence[tuple[int, str]],
    actor: Actor,
    now: datetime,
) -> Takeover:
    held = Takeover(
        certifier=certifier,
        platform=Platform(platform),
        name=name[:255],
        headers=headers,
        read_at=now,
        read_by_code=actor.code,
    )
    held.save(force_insert=True)
    TakeoverRow.objects.bulk_create(
        [TakeoverRow(takeover=held, number=n, cells=text, state=TakeoverRowState.READY) for n, text in lines],
        batch_size=500,
    )
    return held


@transaction.atomic
def set_columns(*, held: Takeover, columns: Mapping[str, int], actor: Actor, now: datetime) -> Takeover:
    """Say which column is what, and diagnose every line.

    :raises NotAllowed: who issues. :raises TakeoverRefused: launched already, a JSON export, a needed column is
        missing, or one is given twice.
    """
    row = _open(held, actor)
    used = {name: at for name, at in columns.items() if name in COLUMNS and 0 <= at < len(row.headers)}
    missing = next((name for name in REQUIRED if name not in used), None)
    if missing is not None:
        raise TakeoverRefused(
            _("Dites quelle colonne la donne\u00a0: sans elle, aucune ligne n’est lisible."), field=missing
        )
    twice = next((name for name, at in used.items() if list(used.values()).count(at) > 1), None)
    if twice is not None:
        raise TakeoverRefused(_("Cette colonne est choisie deux fois. Gardez-la à un seul endroit."), field=twice)
    _set_columns(row, used, localdate(now))
    return row


def _set_columns(held: Takeover, used: Mapping[str, int], today: date) -> None:
    held.columns = {name: held.headers[at] for name, at in used.items()}
    held.save(update_fields=["columns"])
    _diagnose(held, used, today)


def _diagnose(held: Takeover, columns: Mapping[str, int], today: date) -> None:
    seen: dict[str, int] = {}
    for rows in batched(held.rows.order_by("number"), 500):
        read: dict[int, FormerAward] = {}
        for row in rows:
            row.plan, row.title, row.reason, row.state = "", "", "", TakeoverRowState.READY
            try:
                cells = json.loads(row.cells)
                found = read_cells(cells, columns, today) if held.headers else read_assertion(cells, today)
                digest = queries.record_digest(held.platform, found.external_id)
                if digest in seen:
                    raise LineRefused("twice", str(seen[digest]))
                seen[digest] = row.number
            except LineRefused as refused:
                row.state, row.reason = TakeoverRowState.REJECTED, refused.sentence[:400]
                continue
            read[row.number] = found
            row.title, row.plan = found.title, json.dumps(asdict(found), default=date.isoformat, ensure_ascii=False)
        digests = {n: queries.record_digest(held.platform, one.external_id) for n, one in read.items()}
        known = queries.known_digests(held.certifier, digests.values())
        for row in rows:
            if digests.get(row.number) in known:
                row.state = TakeoverRowState.KNOWN
        _written_again(rows)


def _written_again(rows: Sequence[TakeoverRow]) -> None:
    # What is encrypted is bound to its row, and cannot be updated many at once: it is made anew.
    TakeoverRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        row.pk, row.code = None, new_code()
    TakeoverRow.objects.bulk_create(rows, batch_size=500)


def _open(held: Takeover, actor: Actor) -> Takeover:
    require(can_take_over(actor, held.certifier))
    rows = Takeover.objects.select_for_update(of=("self",), no_key=True).select_related("certifier__organisation")
    row = rows.get(pk=held.pk)
    if row.state != TakeoverState.READ:
        raise TakeoverRefused(_("Cette reprise est déjà lancée, ou abandonnée. Rechargez la page."))
    return row


# --- taking over ----------------------------------------------------------------------------------


@transaction.atomic
def start_takeover(*, held: Takeover, titles: Mapping[str, str], actor: Actor, now: datetime) -> Takeover:
    """Ask for the job that takes over what the preview showed.

    ``titles``: the name of what was issued there → the code of our certification, empty when it is to be left out.
    :raises NotAllowed: who issues. :raises TakeoverRefused: launched already, columns not told, or nothing to take.
    """
    row = _open(held, actor)
    if row.headers and not row.columns:
        raise TakeoverRefused(_("Dites d’abord quelle colonne est quoi."))
    ours = set(queries.certifications_of(row.certifier).values_list("code", flat=True))
    kept = {title: code for title, code in titles.items() if code in ours}
    ready = row.rows.filter(state=TakeoverRowState.READY)
    left_out = ready.exclude(title__in=list(kept))
    left_out.update(
        state=TakeoverRowState.REJECTED,
        reason=_now("Vous n’avez choisi aucune de vos certifications pour cet intitulé\u00a0: la ligne est laissée."),
    )
    if not ready.exists():
        raise TakeoverRefused(_("Aucune ligne n’est à reprendre. Choisissez au moins une certification."))
    row.titles, row.state = kept, TakeoverState(TAKEOVER_LIFE.after(row.state, "start"))
    row.started_at, row.started_by_code = now, actor.code
    row.job_code = jobs.request(JOB, row.code, certifier_code=row.certifier.code, requested_by=actor.code, now=now).code
    row.save(update_fields=["titles", "state", "started_at", "started_by_code", "job_code"])
    _told(LifeAct.TAKEOVER_STARTED, row, actor, now)
    return row


def run_takeover(*, held: Takeover, report: Report, now: Callable[[], datetime]) -> None:
    """Take over what is left, some lines a transaction; run again, it goes on from there.

    ``report`` is told between transactions: taken, left out, in all. A line that cannot be taken is left out, with its
    reason, and takes no other with it.
    """
    if held.state != TakeoverState.RUNNING:
        return
    actor = actor_for(Person.objects.filter(code=held.started_by_code).first(), certifier=held.certifier)
    total = held.rows.exclude(state=TakeoverRowState.KNOWN).count()
    counts = queries.outcome_of(held)
    done, left_out = counts[TakeoverRowState.MADE], counts[TakeoverRowState.REJECTED]
    certifications = {one.code: one for one in queries.certifications_of(held.certifier)}
    waiting = list(held.rows.filter(state=TakeoverRowState.READY).order_by("number").values_list("pk", flat=True))
    for keys in batched(waiting, CHUNK):
        made = _chunk(held, keys, certifications, actor, now())
        done, left_out = done + made, left_out + len(keys) - made
        report(done, left_out, total)
    _finish(held, now())


@transaction.atomic
def _chunk(
    held: Takeover, keys: Sequence[int], certifications: Mapping[str, Certification], actor: Actor, now: datetime
) -> int:
    rows = list(
        TakeoverRow.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys, state=TakeoverRowState.READY)
        .order_by("number")
    )
    numbers = []
    for row in rows:
        try:
            with transaction.atomic():
                row.award = _take(held, row, certifications[held.titles[row.title]], actor, now)
            row.state = TakeoverRowState.MADE
            numbers.append(row.award.number)
        except (KeyError, IntegrityError):
            row.award, row.state = None, TakeoverRowState.REJECTED
            row.reason = _now("Quelque chose a changé depuis l’aperçu. Envoyez de nouveau cette ligne.")
    TakeoverRow.objects.bulk_update(rows, ["award", "state", "reason"], batch_size=CHUNK)
    if numbers:
        digest = hashlib.sha256("\n".join(numbers).encode()).hexdigest()
        _told(LifeAct.TAKEOVER_CHUNK, held, actor, now, digest=digest)
    return len(numbers)


def _take(held: Takeover, row: TakeoverRow, certification: Certification, actor: Actor, now: datetime) -> Award:
    read = former_of(row.plan)
    values = {"first_name": read.first_name, "last_name": read.last_name, "email": read.email}
    award = Award(
        certifier=held.certifier,
        certification=certification,
        subject=Subject.MICRO if certification.is_micro else Subject.CERTIFICATION,
        first_name=read.first_name,
        last_name=read.last_name,
        email=read.email,
        email_digest=email_digest(read.email),
        holder_digest=person_digest(held.certifier, values),
        awarded_on=read.awarded_on,
        valid_until=read.valid_until,
        origin=Origin.ELSEWHERE,
        # Revoked there, on a day that exports do not tell: it is known here from today on.
        state=AwardState.REVOKED if read.is_revoked else AwardState.ISSUED,
        revoked_on=localdate(now) if read.is_revoked else None,
        issued_at=start_of(read.awarded_on),
        issued_by_code=actor.code,
    )
    award.save(force_insert=True)
    former = FormerRecord(
        award=award,
        certifier=held.certifier,
        platform=held.platform,
        external_id=read.external_id,
        digest=queries.record_digest(held.platform, read.external_id),
        issuer_name=read.issuer_name,
        title=read.title,
        record=row.cells,
        taken_at=now,
        taken_by_code=actor.code,
    )
    former.save(force_insert=True)
    keys = {queries.address_digest(text): text for text in (read.external_id, *read.addresses)}
    FormerAddress.objects.bulk_create(
        [FormerAddress(former=former, address=text, digest=digest) for digest, text in keys.items()]
    )
    return award


def former_of(plan: str) -> FormerAward:
    """Read back what was understood of a line."""
    said = json.loads(plan)
    until = date.fromisoformat(said["valid_until"]) if said["valid_until"] else None
    return FormerAward(
        **{
            **said,
            "awarded_on": date.fromisoformat(said["awarded_on"]),
            "valid_until": until,
            "addresses": tuple(said["addresses"]),
        }
    )


@transaction.atomic
def _finish(held: Takeover, now: datetime) -> None:
    row = Takeover.objects.select_for_update(no_key=True).get(pk=held.pk)
    if row.state == TakeoverState.RUNNING:
        row.state, row.finished_at = TakeoverState(TAKEOVER_LIFE.after(row.state, "finish")), now
        row.save(update_fields=["state", "finished_at"])


@transaction.atomic
def discard_takeover(*, held: Takeover, actor: Actor, now: datetime) -> None:
    """Drop an export that was read and not launched: its lines go at once.

    :raises NotAllowed: who issues. :raises TakeoverRefused: it was launched.
    """
    row = _open(held, actor)
    row.state, row.finished_at = TakeoverState(TAKEOVER_LIFE.after(row.state, "discard")), now
    row.save(update_fields=["state", "finished_at"])
    row.rows.all().delete()


def forget_exports(*, now: datetime) -> int:
    """Drop the lines of exports taken over for some weeks, or read and never launched; tell how many went."""
    old = Takeover.objects.filter(read_at__lt=now - KEEP).exclude(state=TakeoverState.RUNNING)
    dropped, _each = TakeoverRow.objects.filter(takeover__in=old).delete()
    old.filter(state=TakeoverState.READ).update(state=TakeoverState.DISCARDED, finished_at=now)
    return dropped


def _told(act: LifeAct, held: Takeover, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=held.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="takeover",
        subject_code=held.code,
        now=now,
        digest=digest,
    )
