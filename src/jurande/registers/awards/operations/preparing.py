"""Preparing a lot: a sheet or rows given, read and diagnosed one by one; nothing is issued."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import batched, islice
from typing import Any, BinaryIO

from django.db import transaction
from django.db.utils import IntegrityError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import (
    COLUMNS,
    FIRST_DAY,
    MONTHS_MOST,
    REQUIRED,
    ROWS_MOST,
    Fault,
    Frame,
    Understood,
    cells_by_column,
    is_over,
    read_row,
)
from jurande.core.france.programme_sheets import guessed_columns
from jurande.registers.awards.models import Design, Lot, LotRow
from jurande.registers.awards.models.people import person_digest
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.states import LOT_LIFE, LotRowState, LotSource, LotState, Subject
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.common import jobs
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.documents.operations import keep
from jurande.registers.documents.operations.tables import stream_table
from jurande.registers.documents.queries import open_content
from jurande.registers.documents.states import TABLES
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

DIAGNOSE = "awards.diagnose_lot"
SERIES = "LOT"
CHUNK = 500
# A request reads so many rows by itself; beyond, a job does, whose progress one follows.
AT_ONCE = 1_000

# Told between chunks: rows read, rows with a fault.
type Report = Callable[[int, int], None]


class LotRefused(Refused):
    """This lot cannot go further so."""


@transaction.atomic
def prepare_lot(
    *,
    design: Design,
    content: BinaryIO,
    filename: str,
    awarded_on: date,
    title: str = "",
    decided_on: date | None = None,
    place: str = "",
    validity_months: int | None = None,
    blocs: Sequence[str] = (),
    partnership: Partnership | None = None,
    habilitation: Habilitation | None = None,
    actor: Actor,
    now: datetime,
) -> Lot:
    """Keep a spreadsheet as a lot whose columns are to be told; its first rows were read, the others come later.

    ``validity_months``: None as the référentiel says, 0 without end.
    :raises NotAllowed: not theirs to prepare. :raises LotRefused: the design is not one that is issued today, or a day
        or a bloc does not fit. :raises DocumentRefused: :raises TableRefused: it is no spreadsheet, or holds no row.
    """
    require(policies.can_prepare_award(actor, design.certifier, partnership))
    received = content.read(TABLES.max_bytes + 1)
    headers, rows = stream_table(content=io.BytesIO(received), filename=filename, rows_most=ROWS_MOST)
    next(iter(rows), None)
    held = _new_lot(
        design=design,
        source=LotSource.SHEET,
        title=title or filename[:200],
        awarded_on=awarded_on,
        decided_on=decided_on,
        place=place,
        validity_months=validity_months,
        blocs=blocs,
        partnership=partnership,
        habilitation=habilitation,
        actor=actor,
        now=now,
    )
    document = keep(
        content=io.BytesIO(received),
        filename=filename,
        certifier_code=design.certifier.code,
        actor_code=actor.code,
        accept=TABLES,
        now=now,
    )
    held.document, held.headers = document, list(headers)
    held.save(force_insert=True)
    _told(Act.LOT_PREPARED, held, actor, now, digest=document.blob.sha256)
    return held


@transaction.atomic
def prepare_rows(
    *,
    design: Design,
    rows: Sequence[Mapping[str, str]],
    awarded_on: date,
    source: LotSource,
    title: str = "",
    decided_on: date | None = None,
    place: str = "",
    validity_months: int | None = None,
    blocs: Sequence[str] = (),
    partnership: Partnership | None = None,
    habilitation: Habilitation | None = None,
    idempotency_key: str = "",
    actor: Actor,
    now: datetime,
) -> Lot:
    """Make a lot of rows given by column (keys of ``award_sheets.COLUMNS``), diagnosed at once.

    The same ``idempotency_key`` with the same request gives the same lot.
    :raises NotAllowed: not theirs to prepare. :raises LotRefused: as ``prepare_lot``; no row; or the key is another
        request's.
    """
    require(policies.can_prepare_award(actor, design.certifier, partnership))
    asked = [
        design.code,
        awarded_on.isoformat(),
        decided_on.isoformat() if decided_on else "",
        title,
        place,
        validity_months,
        list(blocs),
        [sorted(r.items()) for r in rows],
    ]
    digest = lookup_digest(json.dumps(asked, ensure_ascii=False), "awards.request")
    if idempotency_key:
        found = Lot.objects.filter(certifier=design.certifier, idempotency_key=idempotency_key).first()
        if found is not None:
            return _same_request(found, digest)
    if not rows:
        raise LotRefused(_("Ce lot n’a aucune ligne. Donnez au moins une personne."), field="rows")
    held = _new_lot(
        design=design,
        source=source,
        title=title[:200],
        awarded_on=awarded_on,
        decided_on=decided_on,
        place=place,
        validity_months=validity_months,
        blocs=blocs,
        partnership=partnership,
        habilitation=habilitation,
        actor=actor,
        now=now,
    )
    held.idempotency_key, held.request_digest = idempotency_key, digest
    held.state = LOT_LIFE.after(held.state, "diagnose")
    try:
        with transaction.atomic():
            held.save(force_insert=True)
    except IntegrityError:
        # Asked for at the same instant: the other one is committed, or this would still be waiting.
        return _same_request(Lot.objects.get(certifier=design.certifier, idempotency_key=idempotency_key), digest)
    frame = queries.frame_of(held, localdate(now))
    for chunk in batched(enumerate(rows, start=1), CHUNK):
        _keep_rows(held, frame, [(number, [], said) for number, said in chunk])
    _mark_twice(held)
    recount(held)
    _told(Act.LOT_PREPARED, held, actor, now, digest=digest)
    return held


def _same_request(found: Lot, digest: str) -> Lot:
    if found.request_digest != digest:
        raise LotRefused(
            _("Cette demande porte le numéro d’une autre demande. Donnez-lui un nouveau numéro."),
            field="idempotency_key",
        )
    return found


def _new_lot(
    *,
    design: Design,
    source: LotSource,
    title: str,
    awarded_on: date,
    decided_on: date | None,
    place: str,
    validity_months: int | None,
    blocs: Sequence[str],
    partnership: Partnership | None,
    habilitation: Habilitation | None,
    actor: Actor,
    now: datetime,
) -> Lot:
    referentiel = queries.version_in_force(design.certification)
    if referentiel is None or not Design.objects.published().filter(pk=design.pk).exists():
        raise LotRefused(
            _("Ce modèle ou ce référentiel n’est plus publié. Choisissez celui qui l’a remplacé."), field="design"
        )
    if awarded_on > localdate(now):
        raise LotRefused(_("La date d’obtention est dans l’avenir. Vérifiez-la."), field="awarded_on")
    if awarded_on < FIRST_DAY:
        raise LotRefused(_("Cette date d’obtention n’est pas vraisemblable. Vérifiez l’année."), field="awarded_on")
    if decided_on is not None and decided_on > awarded_on:
        raise LotRefused(_("La décision ne peut pas suivre l’obtention. Vérifiez les deux dates."), field="decided_on")
    known = set(referentiel.blocs.values_list("lineage", flat=True))
    if (design.subject == Subject.BLOC and not blocs) or not set(blocs) <= known:
        raise LotRefused(_("Choisissez les blocs qui sont délivrés."), field="blocs")
    if habilitation is not None and (habilitation.certification_id, habilitation.partnership_id) != (
        design.certification_id,
        partnership.pk if partnership else None,
    ):
        raise LotRefused(
            _("Cette habilitation n’est pas pour cette certification. Choisissez le partenaire habilité pour elle."),
            field="habilitation",
        )
    months = referentiel.elements.validity_months if design.certification.is_micro else None
    if validity_months is not None:
        months = validity_months or None
    if months is not None and not 0 < months <= MONTHS_MOST:
        raise LotRefused(
            _("Une durée de validité va de 1 à %(most)d mois. Corrigez-la.") % {"most": MONTHS_MOST},
            field="validity_months",
        )
    if is_over(awarded_on, months or 0, localdate(now)):
        raise LotRefused(
            _("Obtenue ce jour-là, l’attestation n’est déjà plus valable. Vérifiez la date, ou la durée de validité."),
            field="awarded_on",
        )
    return Lot(
        certifier=design.certifier,
        reference=next_reference(certifier=design.certifier, series=SERIES, on=localdate(now)),
        certification=design.certification,
        referentiel=referentiel,
        design=design,
        blocs=sorted(blocs) if design.subject == Subject.BLOC else [],
        partnership=partnership,
        habilitation=habilitation,
        source=source,
        title=title,
        awarded_on=awarded_on,
        decided_on=decided_on,
        place=place[:100],
        validity_months=months,
        prepared_at=now,
        prepared_by_code=actor.code,
    )


# --- columns ------------------------------------------------------------------------------------


def guessed(held: Lot) -> dict[str, int]:
    """Which column is what: as somebody said of the last sheet with the same titles, else by its words."""
    titles = {title: at for at, title in reversed(list(enumerate(held.headers)))}
    told = queries.remembered_columns(held.certifier, held.headers)
    remembered = {name: titles[title] for name, title in told.items() if title in titles}
    fresh = guessed_columns(held.headers, COLUMNS)
    taken = set(remembered.values())
    return remembered | {name: at for name, at in fresh.items() if name not in remembered and at not in taken}


@transaction.atomic
def set_columns(*, held: Lot, columns: Mapping[str, int], actor: Actor, now: datetime) -> Lot:
    """Say which column is what, and have every row read: at once when they are few, else by a job.

    :raises NotAllowed: not theirs, or no longer in preparation. :raises LotRefused: no sheet, a needed column is
        missing, or one is given twice. :raises TableRefused: a row further down cannot be read.
    """
    lot = locked(held)
    require(policies.can_prepare_lot(actor, lot))
    if lot.document is None:
        raise LotRefused(_("Ce lot n’a pas de tableur\u00a0: corrigez ses lignes une à une."))
    used = {name: at for name, at in columns.items() if name in COLUMNS and 0 <= at < len(lot.headers)}
    missing = next((name for name in REQUIRED if name not in used), None)
    if missing is not None:
        raise LotRefused(
            _("Dites quelle colonne le donne\u00a0: sans elle, aucune ligne n’est lisible."), field=missing
        )
    twice = next((name for name, at in used.items() if list(used.values()).count(at) > 1), None)
    if twice is not None:
        raise LotRefused(_("Cette colonne est choisie deux fois. Gardez-la à un seul endroit."), field=twice)
    if lot.state == LotState.PREPARED:
        lot.state = LOT_LIFE.after(lot.state, "receive")
    lot.rows.all().delete()
    sign_for(lot, actor)
    lot.columns = {name: lot.headers[at] for name, at in used.items()}
    lot.total = lot.faulty = lot.rejected = 0
    if _is_long(lot):
        lot.job_code = jobs.request(
            DIAGNOSE, lot.code, certifier_code=lot.certifier.code, requested_by=actor.code, now=now
        ).code
        lot.save()
        return lot
    lot.save()
    diagnose(held=lot, report=_to_nobody, now=now)
    return lot


def _is_long(lot: Lot) -> bool:
    _headers, rows = _sheet(lot)
    return sum(1 for _row in zip(rows, range(AT_ONCE + 1), strict=False)) > AT_ONCE


def first_rows(lot: Lot, count: int = 5) -> list[tuple[str, ...]]:
    """The first rows of the sheet of a lot, as received; none once the sheet went."""
    if lot.document is None:
        return []
    _headers, rows = _sheet(lot)
    return [row.cells for row in islice(rows, count)]


def _sheet(lot: Lot) -> tuple[tuple[str, ...], Iterable[Any]]:
    assert lot.document is not None  # noqa: S101  the caller knows
    with open_content(lot.document) as content:
        return stream_table(content=io.BytesIO(content.read()), filename=lot.document.filename, rows_most=ROWS_MOST)


def _to_nobody(done: int, faulty: int) -> None:
    """Nobody waits for the progress of what lasts an instant."""


# --- diagnosing ---------------------------------------------------------------------------------


def diagnose(*, held: Lot, report: Report, now: datetime) -> Lot:
    """Read every row of the sheet and say what is wrong with each; interrupted, it goes on from the last one read.

    What is there already and what stands twice is told too. A lot that is not to be read any more is left alone.
    :raises TableRefused: a row further down cannot be read.
    """
    lot = Lot.objects.select_related("certifier", "certification", "design", "document__blob").get(pk=held.pk)
    if lot.state != LotState.RECEIVED or lot.document is None:
        return lot
    titles = {title: at for at, title in reversed(list(enumerate(lot.headers)))}
    columns = {name: titles[title] for name, title in lot.columns.items()}
    frame = queries.frame_of(lot, localdate(now))
    last = lot.rows.order_by("-number").values_list("number", flat=True).first() or 0
    done = lot.rows.count()
    faulty = lot.rows.filter(state=LotRowState.FAULTY).count()
    _headers, rows = _sheet(lot)
    waiting = ((row.number, list(row.cells), cells_by_column(row.cells, columns)) for row in rows if row.number > last)
    for chunk in batched(waiting, CHUNK):
        with transaction.atomic():
            faulty += _keep_rows(lot, frame, chunk)
        done += len(chunk)
        report(done, faulty)
    with transaction.atomic():
        lot = locked(lot)
        if lot.state != LotState.RECEIVED:
            return lot
        _mark_twice(lot)
        lot.state = LOT_LIFE.after(lot.state, "diagnose")
        lot.save(update_fields=["state"])
        recount(lot)
        _told(Act.LOT_DIAGNOSED, lot, Actor(code=lot.prepared_by_code), now)
    return lot


def _keep_rows(lot: Lot, frame: Frame, chunk: Sequence[tuple[int, list[str], Mapping[str, str]]]) -> int:
    """Diagnose and keep some rows; tell how many have something wrong. Two queries whatever their number."""
    read = [(number, cells, read_row(said, frame)) for number, cells, said in chunk]
    digests = [person_digest(lot.certifier, one.values) for _number, _cells, one in read]
    already = queries.issued_already(lot, digests)
    made = []
    for (number, cells, understood), digest in zip(read, digests, strict=True):
        faults = _with_already(understood, already.get(digest, ""))
        made.append(
            LotRow(
                lot=lot,
                number=number,
                cells=json.dumps(cells, ensure_ascii=False) if cells else "",
                values=json.dumps(understood.values, ensure_ascii=False),
                faults=[asdict(fault) for fault in faults],
                state=LotRowState.FAULTY if faults else LotRowState.GOOD,
                holder_digest=digest,
            )
        )
    LotRow.objects.bulk_create(made, batch_size=CHUNK)
    return sum(row.state == LotRowState.FAULTY for row in made)


def _with_already(understood: Understood, number: str) -> tuple[Fault, ...]:
    if not number:
        return understood.faults
    return (*understood.faults, held_already(number))


def held_already(number: str) -> Fault:
    """What is wrong with a row whose person holds the same thing, in force."""
    return Fault("already", "last_name", f"le n°\u00a0{number[:4]}-{number[4:]}")


def _mark_twice(lot: Lot) -> None:
    """Tell rows about the same person as an earlier row; few rows are written, as few are concerned."""
    for digest, first in queries.twice_in(lot).items():
        for row in lot.rows.filter(holder_digest=digest, number__gt=first).exclude(state=LotRowState.REJECTED):
            faults = [one for one in row.faults if one["code"] != "twice"]
            row.faults = [*faults, asdict(Fault("twice", "last_name", str(first)))]
            row.state = LotRowState.FAULTY
            row.save(update_fields=["faults", "state"])


def locked(held: Lot) -> Lot:
    """Read a lot again for the rest of the transaction."""
    rows = Lot.objects.select_for_update(of=("self",), no_key=True).select_related(
        "certifier__organisation", "certification", "design", "document__blob", "partnership"
    )
    return rows.get(pk=held.pk)


def sign_for(lot: Lot, actor: Actor) -> None:
    """Remember who decided what a lot holds, in memory."""
    lot.author_codes = sorted({*lot.author_codes, actor.code})


def recount(lot: Lot) -> None:
    """Bring the counts of a lot to what its rows say."""
    counts = queries.counts_of(lot)
    lot.total, lot.faulty, lot.rejected, lot.issued = counts.total, counts.faulty, counts.rejected, counts.issued
    lot.save(update_fields=["total", "faulty", "rejected", "issued"])


def _told(act: Act, lot: Lot, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=lot.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="lot",
        subject_code=lot.code,
        digest=digest,
        now=now,
    )
