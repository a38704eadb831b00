"""Mending the rows of a lot on screen, or leaving them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import COLUMNS, Fault, read_row
from jurande.registers.awards.models import Lot, LotRow
from jurande.registers.awards.models.people import person_digest
from jurande.registers.awards.operations.preparing import LotRefused, held_already, locked, recount, sign_for
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.awards.states import LotRowState
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor

LONGEST_NOTE = 200


@transaction.atomic
def mend_row(*, row: LotRow, values: Mapping[str, str], actor: Actor, now: datetime) -> LotRow:
    """Write a row again, by column, and diagnose it anew; what was received stays beside.

    ``values`` replaces what is said of its columns; an empty text takes it away. A row left out comes back.
    :raises NotAllowed: not theirs, or no longer in preparation.
    """
    lot = locked(row.lot)
    require(policies.can_prepare_lot(actor, lot))
    kept = LotRow.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk, lot=lot)
    said = queries.said_in(lot, kept) | {name: " ".join(text.split()) for name, text in values.items()}
    understood = read_row(
        {name: text for name, text in said.items() if text and name in COLUMNS}, queries.frame_of(lot, localdate(now))
    )
    was = kept.holder_digest
    kept.values = json.dumps(understood.values, ensure_ascii=False)
    kept.holder_digest = person_digest(lot.certifier, understood.values)
    faults = [*understood.faults, *_elsewhere(lot, kept)]
    kept.faults = [asdict(fault) for fault in faults]
    kept.state = LotRowState.FAULTY if faults else LotRowState.MENDED
    kept.note = ""
    kept.save(update_fields=["values", "holder_digest", "faults", "state", "note"])
    _set_free(lot, was)
    sign_for(lot, actor)
    lot.save(update_fields=["author_codes"])
    recount(lot)
    _told(Act.ROW_MENDED, kept, lot, actor, now)
    return kept


def _elsewhere(lot: Lot, row: LotRow) -> list[Fault]:
    """What other rows, and what was issued, say against this one."""
    if not row.holder_digest:
        return []
    others = lot.rows.filter(holder_digest=row.holder_digest).exclude(pk=row.pk).exclude(state=LotRowState.REJECTED)
    first = others.filter(state__in=(LotRowState.GOOD, LotRowState.MENDED)).order_by("number").first()
    found = [Fault("twice", "last_name", str(first.number))] if first is not None else []
    number = queries.issued_already(lot, [row.holder_digest]).get(row.holder_digest, "")
    if number:
        found.append(held_already(number))
    return found


@transaction.atomic
def reject_row(*, row: LotRow, note: str = "", actor: Actor, now: datetime) -> LotRow:
    """Leave a row out of the lot: nothing is issued for it.

    :raises NotAllowed: not theirs, or no longer in preparation.
    """
    lot = locked(row.lot)
    require(policies.can_prepare_lot(actor, lot))
    kept = LotRow.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk, lot=lot)
    if kept.state == LotRowState.REJECTED:
        return kept
    kept.state, kept.note = LotRowState.REJECTED, " ".join(note.split())[:LONGEST_NOTE]
    kept.save(update_fields=["state", "note"])
    _set_free(lot, kept.holder_digest)
    recount(lot)
    _told(Act.ROW_REJECTED, kept, lot, actor, now)
    return kept


@transaction.atomic
def reject_faulty(*, held: Lot, actor: Actor, now: datetime) -> int:
    """Leave out every row that still has something wrong; tell how many.

    :raises NotAllowed: not theirs, or no longer in preparation. :raises LotRefused: no row has anything wrong.
    """
    lot = locked(held)
    require(policies.can_prepare_lot(actor, lot))
    count = lot.rows.filter(state=LotRowState.FAULTY).update(state=LotRowState.REJECTED)
    if not count:
        raise LotRefused(_("Aucune ligne n’est à corriger."))
    recount(lot)
    record(
        chain=lot.certifier.code,
        actor_code=actor.code,
        action=Act.ROW_REJECTED,
        subject_kind="lot",
        subject_code=lot.code,
        now=now,
    )
    return count


def _set_free(lot: Lot, digest: str) -> None:
    """Take «twice» away from the first row that was told so, once the row before it is mended or left out."""
    if not digest:
        return
    rows = lot.rows.filter(holder_digest=digest).exclude(state=LotRowState.REJECTED).order_by("number")
    first = rows.first()
    if first is None or first.state != LotRowState.FAULTY:
        return
    first.faults = [one for one in first.faults if one["code"] != "twice"]
    if not first.faults:
        first.state = LotRowState.GOOD
    first.save(update_fields=["faults", "state"])


def _told(act: Act, row: LotRow, lot: Lot, actor: Actor, now: datetime) -> None:
    record(
        chain=lot.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="lot_row",
        subject_code=row.code,
        now=now,
    )
