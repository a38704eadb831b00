"""Bringing an existing network in: read, diagnose every row, show what will be made, make it by a job, row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any, BinaryIO

from django.db import transaction
from django.db.utils import IntegrityError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jurande.core.france.network_sheets import COLUMNS, REQUIRED, ROWS_MOST, Planned, RowRefused, day_in, read_row
from jurande.core.france.programme_sheets import guessed_columns
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common import jobs
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.documents.operations.tables import read_table
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Habilitation, ImportRow, NetworkImport
from jurande.registers.network.operations import habilitations
from jurande.registers.network.operations.habilitations import Earlier, Scope
from jurande.registers.network.policies.ledger import can_import_network
from jurande.registers.network.queries import imports as queries
from jurande.registers.network.queries.habilitations import pairs_held
from jurande.registers.network.states import HabilitationKind
from jurande.registers.network.states.habilitations import Basis
from jurande.registers.network.states.ledger import IMPORT_LIFE, ImportSource, ImportState, RowState
from jurande.registers.network.states.ledger import LedgerAct as Act
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.operations import Opening, PlaceWords, open_partnership, open_partnerships
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import actor_for

JOB = "network.import"
# What was read holds names and addresses: it goes some weeks after it served.
KEEP = timedelta(days=30)
# What is there is read once for so many rows; a kill loses the rows of one commit, which are made again.
BATCH = 100
HEAD = ("head_email", "head_first_name", "head_last_name")
PLACE = ("siret", "legal_name", "usual_name", "nda", "address", "postcode", "city")
Report = Callable[[int, int, int], None]
Version = tuple[Certification, Referentiel | None]


class ImportRefused(Refused):
    """This network cannot be brought in so."""


# --- reading ------------------------------------------------------------------------------------


@transaction.atomic
def read_sheet(*, certifier: Certifier, content: BinaryIO, filename: str, actor: Actor, now: datetime) -> NetworkImport:
    """Keep the rows of a spreadsheet; nothing of the network is made. Columns are guessed, or those of the last file.

    :raises NotAllowed: only who may open partnerships. :raises DocumentRefused: it is no spreadsheet.
    :raises TableRefused: it holds no table, or too large a one.
    """
    require(can_import_network(actor, certifier))
    table = read_table(content=content, filename=filename, rows_most=ROWS_MOST)
    rows = [(row.number, list(row.cells)) for row in table.rows]
    return _kept(certifier, ImportSource.SHEET, filename[:255], list(table.headers), rows, actor, now)


@transaction.atomic
def read_national(*, certifier: Certifier, actor: Actor, now: datetime) -> NetworkImport:
    """Keep what the national registers list for the certifier's certifications, as rows of a sheet to check.

    The registers know neither the convention nor the end of a habilitation: the row says that the convention is to be
    attached, and ends with the registration of the fiche.

    :raises NotAllowed: only who may open partnerships.
    :raises ImportRefused: no register was read, or nobody is listed for our certifications.
    """
    require(can_import_network(actor, certifier))
    listed = queries.listed_network(certifier, localdate(now))
    if not listed.rows:
        raise ImportRefused(
            _(
                "Le registre national ne cite aucun partenaire actif pour vos certifications. Créez d’abord la "
                "certification à partir de sa fiche, ou attendez la prochaine lecture du registre."
            )
        )
    rows = list(enumerate(listed.rows[:ROWS_MOST], start=2))
    held = _kept(certifier, ImportSource.NATIONAL, listed.name, list(queries.SHEET_HEADERS), rows, actor, now)
    set_columns(held=held, columns=dict(queries.SHEET_COLUMNS), actor=actor, now=now)
    return held


def _kept(
    certifier: Certifier,
    source: ImportSource,
    name: str,
    headers: list[str],
    rows: Sequence[tuple[int, list[str]]],
    actor: Actor,
    now: datetime,
) -> NetworkImport:
    content = json.dumps([headers, [cells for _number, cells in rows]], ensure_ascii=False)
    held = NetworkImport(
        certifier=certifier,
        source=source,
        name=name,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        headers=headers,
        columns={},
        read_at=now,
        read_by_code=actor.code,
    )
    held.save(force_insert=True)
    ImportRow.objects.bulk_create(
        [ImportRow(source=held, number=number, cells=cells, state=RowState.READY) for number, cells in rows],
        batch_size=500,
    )
    return held


def guessed(held: NetworkImport) -> dict[str, int]:
    """Which column is what: as somebody said of the last file with the same title, else by its words."""
    titles = {title: at for at, title in reversed(list(enumerate(held.headers)))}
    remembered = {name: titles[title] for name, title in queries.remembered_columns(held).items() if title in titles}
    fresh = guessed_columns(held.headers, COLUMNS)
    taken = set(remembered.values())
    return remembered | {name: at for name, at in fresh.items() if name not in remembered and at not in taken}


# --- diagnosing ---------------------------------------------------------------------------------


@transaction.atomic
def set_columns(*, held: NetworkImport, columns: Mapping[str, int], actor: Actor, now: datetime) -> NetworkImport:
    """Say which column is what, and diagnose every row: what will be made, what is there already, what to mend.

    :raises NotAllowed: only who may open partnerships. :raises ImportRefused: launched already, a needed column is
        missing, or one column is given twice.
    """
    require(can_import_network(actor, held.certifier))
    row = NetworkImport.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=held.pk)
    if row.state != ImportState.READ:
        raise ImportRefused(_("Cette reprise est déjà lancée. Rechargez la page."))
    used = {name: at for name, at in columns.items() if name in COLUMNS and 0 <= at < len(row.headers)}
    missing = next((name for name in REQUIRED if name not in used), None)
    if missing is not None:
        raise ImportRefused(
            _("Dites quelle colonne la donne\u00a0: sans elle, aucune ligne n’est lisible."), field=missing
        )
    twice = next((name for name, at in used.items() if list(used.values()).count(at) > 1), None)
    if twice is not None:
        raise ImportRefused(_("Cette colonne est choisie deux fois. Gardez-la à un seul endroit."), field=twice)
    row.columns = {name: row.headers[at] for name, at in used.items()}
    row.save(update_fields=["columns"])
    _diagnose(row, used, localdate(now))
    held.columns = row.columns
    return held


def _diagnose(held: NetworkImport, columns: Mapping[str, int], today: date) -> None:
    certifications = queries.known_certifications(held.certifier)
    known = queries.known_places(held.certifier)
    lines: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
    rows = list(held.rows.order_by("number"))
    for row in rows:
        row.plan, row.reason, row.state = {}, "", RowState.READY
        try:
            planned = read_row(row.cells, columns, certifications, today)
            key = (planned.siret, planned.certification, planned.kind, planned.blocs)
            if key in lines:
                raise RowRefused("twice", str(lines[key]))
            lines[key] = row.number
        except RowRefused as refused:
            row.state, row.reason = RowState.REJECTED, refused.sentence
            continue
        row.plan = json.loads(json.dumps(asdict(planned), default=date.isoformat))
        row.state = RowState.KNOWN if known.has(planned) else RowState.READY
    ImportRow.objects.bulk_update(rows, ["plan", "reason", "state"], batch_size=200)


# --- making -------------------------------------------------------------------------------------


@transaction.atomic
def start_import(*, held: NetworkImport, invites: bool, actor: Actor, now: datetime) -> NetworkImport:
    """Ask for the job that makes what the preview showed. ``invites``: heads who have an address are written to.

    :raises NotAllowed: only who may open partnerships.
    :raises ImportRefused: launched already, columns not chosen, or nothing to make.
    """
    require(can_import_network(actor, held.certifier))
    row = NetworkImport.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=held.pk)
    if row.state != ImportState.READ or not row.columns:
        raise ImportRefused(
            _("Cette reprise est déjà lancée, ou ses colonnes ne sont pas choisies. Rechargez la page.")
        )
    if not row.rows.filter(state=RowState.READY).exists():
        raise ImportRefused(_("Aucune ligne n’est à créer\u00a0: tout est déjà là, ou à corriger dans le fichier."))
    row.state = IMPORT_LIFE.after(row.state, "start")
    row.invites, row.started_at, row.started_by_code = invites, now, actor.code
    row.job_code = jobs.request(JOB, row.code, certifier_code=row.certifier.code, requested_by=actor.code, now=now).code
    row.save(update_fields=["state", "invites", "started_at", "started_by_code", "job_code"])
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=Act.IMPORT_STARTED,
        subject_kind="network_import",
        subject_code=row.code,
        now=now,
    )
    return row


def run_import(*, held: NetworkImport, report: Report, now: Callable[[], datetime]) -> None:
    """Make what is left, a hundred rows a transaction, as who launched it may today; run again, it goes on from there.

    ``report`` is told between transactions: made, left out, in all. A row that cannot be made is left out whole, with
    its reason, and takes no other with it.
    """
    if held.state != ImportState.RUNNING:
        return
    actor = actor_for(Person.objects.filter(code=held.started_by_code).first(), certifier=held.certifier)
    total = held.rows.exclude(state=RowState.KNOWN).count()
    left_out = held.rows.filter(state=RowState.REJECTED).count()
    done = held.rows.filter(state=RowState.MADE).count()
    certifications = _certifications(held.certifier)
    waiting = list(held.rows.filter(state=RowState.READY).order_by("number").values_list("pk", flat=True))
    for rows in batched(waiting, BATCH):
        with transaction.atomic():
            made = _make_together(rows, held, certifications, actor, now())
            alone = held.rows.filter(pk__in=rows, state=RowState.READY).order_by("number").values_list("pk", flat=True)
            made += sum(_make(pk, held, certifications, actor, now()) for pk in alone)
        done, left_out = done + made, left_out + len(rows) - made
        report(done, left_out, total)
    _finish(held, now())


def _certifications(certifier: Certifier) -> dict[str, Version]:
    """Each certification of the house by its code, with the version of its référentiel in force."""
    held = Certification.objects.filter(certifier=certifier).select_related("certifier", "fiche").order_by("pk")
    return {one.code: (one, queries.published_version(one)) for one in held}


def _make_together(
    pks: Sequence[int], held: NetworkImport, certifications: Mapping[str, Version], actor: Actor, now: datetime
) -> int:
    """Make at once the rows of these that nothing stands against; tell how many. The others are left as they are.

    Alone come: a second row of a place for one certification, and one for which the place ever held something. One
    that is refused sends all back: alone, each then says its own reason.
    """
    rows = list(
        held.rows.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=pks, state=RowState.READY)
        .order_by("number")
    )
    plans = {row.pk: planned_of(row.plan) for row in rows}
    there = queries.partnerships_at(held.certifier, {plan.siret for plan in plans.values()})
    seen: dict[tuple[str, int], int] = {}
    try:
        chosen = []
        for row in rows:
            plan = plans[row.pk]
            pair = (plan.siret, certifications[plan.certification][0].pk if plan.certification else 0)
            if seen.setdefault(pair, row.pk) == row.pk:
                chosen.append((row, plan, pair))
        taken = pairs_held(held.certifier, [pair for _row, _plan, pair in chosen])
        chosen = [one for one in chosen if one[2] not in taken]
        with transaction.atomic():
            _open_together([(row, plan) for row, plan, _pair in chosen], there, held, certifications, actor, now)
    except (Refused, NotAllowed, KeyError, IntegrityError):
        return 0
    return len(chosen)


def _open_together(
    rows: Sequence[tuple[ImportRow, Planned]],
    there: Mapping[str, Partnership],
    held: NetworkImport,
    certifications: Mapping[str, Version],
    actor: Actor,
    now: datetime,
) -> None:
    new = {plan.siret: plan for _row, plan in reversed(rows) if plan.siret not in there}
    opened = open_partnerships(
        certifier=held.certifier,
        openings=[
            Opening(
                PlaceWords(**{name: getattr(plan, name) for name in PLACE}),
                _begun_on(plan, localdate(now)),
                (plan.head_email, plan.head_first_name, plan.head_last_name)
                if held.invites and plan.head_email
                else None,
            )
            for plan in new.values()
        ],
        actor=actor,
        now=now,
    )
    places = {**there, **opened}
    for row, plan in rows:
        row.partnership, row.state = places[plan.siret], RowState.MADE
    asked = {
        row.pk: Earlier(
            partnership=places[plan.siret],
            scope=_scope(plan, certifications),
            convention=plan.convention,
            valid_from=_given(plan.valid_from),
            valid_until=_given(plan.valid_until),
            signed_on=_given(plan.signed_on),
        )
        for row, plan in rows
        if plan.certification
    }
    made = habilitations.open_earlier(certifier=held.certifier, asked=list(asked.values()), actor=actor, now=now)
    by_row = dict(zip(asked, made, strict=True))
    for row, _plan in rows:
        row.habilitation = by_row.get(row.pk)
    ImportRow.objects.bulk_update([row for row, _plan in rows], ["state", "partnership", "habilitation"])


def _scope(planned: Planned, certifications: Mapping[str, Version]) -> Scope:
    certification, version = certifications[planned.certification]
    return Scope(certification, version, HabilitationKind(planned.kind), planned.blocs, planned.territory)


def _given(day: date | None) -> date:
    if day is None:
        raise ImportRefused(_("Il manque une date à cette ligne. Corrigez-la, puis renvoyez-la."))
    return day


def _make(pk: int, held: NetworkImport, certifications: Mapping[str, Version], actor: Actor, now: datetime) -> bool:
    """One row: tell whether something was made."""
    with transaction.atomic():
        row = ImportRow.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        if row.state != RowState.READY:
            return row.state == RowState.MADE
        try:
            with transaction.atomic():
                planned = planned_of(row.plan)
                row.partnership = _partnership(held, planned, actor, now)
                if planned.certification:
                    row.habilitation = _habilitation(row.partnership, certifications, planned, actor, now)
            row.state = RowState.MADE
        except (Refused, NotAllowed) as refusal:
            row.reason = str(refusal.sentence if isinstance(refusal, Refused) else refusal.reason)
        except (KeyError, IntegrityError):
            row.reason = _now("Quelque chose a changé depuis l’aperçu. Envoyez de nouveau cette ligne.")
        if row.reason:
            row.state, row.partnership, row.habilitation = RowState.REJECTED, None, None
        row.save(update_fields=["state", "reason", "partnership", "habilitation"])
    return row.state == RowState.MADE


def planned_of(plan: Mapping[str, Any]) -> Planned:
    """Read back what was understood of a row."""
    days = {name: day_in(plan[name] or "") for name in ("since_on", "valid_from", "valid_until", "signed_on")}
    return Planned(**{**plan, **days, "blocs": tuple(plan["blocs"]), "territory": tuple(plan["territory"])})


def _partnership(held: NetworkImport, planned: Planned, actor: Actor, now: datetime) -> Partnership:
    there = queries.partnership_at(held.certifier, planned.siret)
    if there is not None:
        return there
    return open_partnership(
        certifier=held.certifier,
        siret=planned.siret,
        legal_name=planned.legal_name,
        usual_name=planned.usual_name,
        address=planned.address,
        postcode=planned.postcode,
        city=planned.city,
        nda=planned.nda,
        since_on=_begun_on(planned, localdate(now)),
        actor=actor,
        now=now,
        **({name: getattr(planned, name) for name in HEAD} if held.invites else {}),
    )


def _begun_on(planned: Planned, today: date) -> date:
    starts = [day for day in (planned.since_on, planned.signed_on, planned.valid_from) if day and day <= today]
    return planned.since_on or min(starts, default=today)


def _habilitation(
    partnership: Partnership,
    certifications: Mapping[str, Version],
    planned: Planned,
    actor: Actor,
    now: datetime,
) -> Habilitation:
    prepared = habilitations.prepare(
        partnership=partnership,
        scope=_scope(planned, certifications),
        basis=Basis.EARLIER_CONVENTION,
        basis_reference=planned.convention,
        basis_on=_given(planned.signed_on),
        valid_from=_given(planned.valid_from),
        valid_until=_given(planned.valid_until),
        actor=actor,
        now=now,
    )
    return habilitations.activate(habilitation=prepared, actor=actor, now=now)


@transaction.atomic
def _finish(held: NetworkImport, now: datetime) -> None:
    row = NetworkImport.objects.select_for_update(no_key=True).get(pk=held.pk)
    if row.state == ImportState.RUNNING:
        row.state, row.finished_at = IMPORT_LIFE.after(row.state, "finish"), now
        row.save(update_fields=["state", "finished_at"])


@transaction.atomic
def discard_import(*, held: NetworkImport, actor: Actor, now: datetime) -> None:
    """Drop a file that was read and not launched: its rows go at once.

    :raises NotAllowed: only who may open partnerships. :raises ImportRefused: it was launched.
    """
    require(can_import_network(actor, held.certifier))
    row = NetworkImport.objects.select_for_update(no_key=True).get(pk=held.pk)
    if row.state != ImportState.READ:
        raise ImportRefused(_("Cette reprise est déjà lancée\u00a0: ce qu’elle a créé reste."))
    row.state, row.finished_at = IMPORT_LIFE.after(row.state, "discard"), now
    row.save(update_fields=["state", "finished_at"])
    row.rows.all().delete()


def forget_rows(*, now: datetime) -> int:
    """Drop the rows of imports done for some weeks, or read and never launched; tell how many went."""
    old = NetworkImport.objects.filter(read_at__lt=now - KEEP).exclude(state=ImportState.RUNNING)
    dropped, _each = ImportRow.objects.filter(source__in=old).delete()
    old.filter(state=ImportState.READ).update(state=ImportState.DISCARDED, finished_at=now)
    return dropped
