"""One decision about many awards: fixed, shown, then done by a job, one by one, however often it is interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, BulkAct, BulkItem
from jurande.registers.awards.operations import life
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.operations.locking import lock_awards
from jurande.registers.awards.policies.life import can_withdraw_awards
from jurande.registers.awards.queries.life import stopped_among
from jurande.registers.awards.states.life import BULK_LIFE, BULK_MOVES, BulkState, ItemState, LifeAct, LifeMove
from jurande.registers.common import jobs
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import actor_for
from jurande.registers.seal.states import Reason

JOB = "awards.decide_many"
MOST = 50_000
# A kill loses the awards of one commit, which are decided again; the journal has one entry for each.
CHUNK = 50
Report = Callable[[int, int, int], None]


@transaction.atomic
def prepare_bulk(
    *,
    certifier: Certifier,
    move: LifeMove,
    reason: Reason,
    note: str,
    title: str,
    awards: Iterable[Award],
    actor: Actor,
    now: datetime,
) -> BulkAct:
    """Fix which awards an act is about; nothing is decided. ``title``: how they were chosen, in words.

    :raises NotAllowed: who may withdraw, in this house.
    :raises LifeRefused: no reason, no award, too many, or one of another house.
    """
    require(can_withdraw_awards(actor, certifier))
    given = life.checked_note(note)
    if move not in BULK_MOVES:
        raise LifeRefused(_("Choisissez un acte dans la liste."), field="move")
    life.check_reason(move, reason)
    chosen = {award.pk: award for award in awards}
    if any(award.certifier_id != certifier.pk for award in chosen.values()):
        raise LifeRefused(_("Une de ces attestations n’est pas de votre maison."), field="numbers")
    if not chosen:
        raise LifeRefused(_("Aucune attestation n’est choisie. Donnez au moins un numéro, ou un lot."), field="numbers")
    if len(chosen) > MOST:
        raise LifeRefused(_("Cinquante mille attestations au plus à la fois. Partagez votre liste."), field="numbers")
    bulk = BulkAct(
        certifier=certifier,
        move=move,
        reason_code=reason,
        note=given,
        title=title[:250],
        total=len(chosen),
        shown_at=now,
        shown_by_code=actor.code,
    )
    bulk.save(force_insert=True)
    BulkItem.objects.bulk_create([BulkItem(bulk=bulk, award_id=pk) for pk in sorted(chosen)], batch_size=500)
    return bulk


@transaction.atomic
def start_bulk(*, bulk: BulkAct, actor: Actor, now: datetime) -> BulkAct:
    """Ask for the job that decides what the preview showed.

    :raises NotAllowed: who may withdraw, in this house. :raises LifeRefused: launched or given up already.
    """
    require(can_withdraw_awards(actor, bulk.certifier))
    row = BulkAct.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=bulk.pk)
    if row.state != BulkState.SHOWN:
        raise LifeRefused(_("Cet acte est déjà lancé, ou abandonné. Rechargez la page."))
    row.state = BulkState(BULK_LIFE.after(row.state, "start"))
    row.started_at = now
    _set_going(row, LifeAct.BULK_STARTED, actor, now)
    return row


@transaction.atomic
def resume_bulk(*, bulk: BulkAct, actor: Actor, now: datetime) -> BulkAct:
    """Ask for another job, that decides what a stopped act left; from there on, who resumes it decides.

    :raises NotAllowed: who may withdraw, in this house. :raises LifeRefused: it is not stopped.
    """
    require(can_withdraw_awards(actor, bulk.certifier))
    row = BulkAct.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=bulk.pk)
    if not stopped_among([row]):
        raise LifeRefused(_("Cet acte ne s’est pas arrêté, ou il est déjà repris. Rechargez la page."))
    _set_going(row, LifeAct.BULK_RESUMED, actor, now)
    return row


def _set_going(row: BulkAct, act: LifeAct, actor: Actor, now: datetime) -> None:
    row.started_by_code = actor.code
    row.job_code = jobs.request(JOB, row.code, certifier_code=row.certifier.code, requested_by=actor.code, now=now).code
    row.save(update_fields=["state", "started_at", "started_by_code", "job_code"])
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="bulk_act",
        subject_code=row.code,
        now=now,
        reason_code=row.reason_code,
        digest=_digest(row.note),
    )


def run_bulk(*, bulk: BulkAct, report: Report, now: Callable[[], datetime]) -> None:
    """Decide what is left, some awards a transaction, as who launched or resumed it may today; run again, it goes on.

    ``report`` is told between transactions: decided, refused, in all. An award of which it cannot be decided is left
    as it is, with the reason, and takes no other with it.
    """
    if bulk.state != BulkState.RUNNING:
        return
    actor = actor_for(Person.objects.filter(code=bulk.started_by_code).first(), certifier=bulk.certifier)
    done = bulk.items.filter(state=ItemState.DONE).count()
    refused = bulk.items.filter(state=ItemState.REFUSED).count()
    waiting = list(bulk.items.filter(state=ItemState.WAITING).order_by("pk").values_list("pk", flat=True))
    for keys in batched(waiting, CHUNK):
        made = _chunk(bulk, keys, actor, now())
        done, refused = done + made, refused + len(keys) - made
        report(done, refused, bulk.total)
    _finish(bulk, now())


@transaction.atomic
def _chunk(bulk: BulkAct, keys: tuple[int, ...], actor: Actor, now: datetime) -> int:
    """Decide of some items; tell how many were."""
    items = list(
        BulkItem.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys, state=ItemState.WAITING)
        .order_by("pk")
    )
    decided = []
    # All of them at once: the first one told holds the journal, and a holder may be acting on the last.
    lock_awards([item.award_id for item in items])
    for item in items:
        try:
            with transaction.atomic():
                award = life.locked(Award(pk=item.award_id))
                life.decide(LifeMove(bulk.move), award, Reason(bulk.reason_code), bulk.note, actor, now, bulk)
                decided.append(award.code)
            item.state = ItemState.DONE
        except (Refused, NotAllowed) as refusal:
            said = refusal.sentence if isinstance(refusal, Refused) else refusal.reason
            item.state, item.refusal = ItemState.REFUSED, str(said)[:300]
    BulkItem.objects.bulk_update(items, ["state", "refusal"], batch_size=CHUNK)
    if decided:
        record(
            chain=bulk.certifier.code,
            actor_code=actor.code,
            action=LifeAct.BULK_CHUNK,
            subject_kind="bulk_act",
            subject_code=bulk.code,
            now=now,
            reason_code=bulk.reason_code,
            digest=_digest("\n".join(decided)),
        )
    return len(decided)


@transaction.atomic
def _finish(bulk: BulkAct, now: datetime) -> None:
    row = BulkAct.objects.select_for_update(no_key=True).get(pk=bulk.pk)
    if row.state == BulkState.RUNNING:
        row.state, row.finished_at = BulkState(BULK_LIFE.after(row.state, "finish")), now
        row.save(update_fields=["state", "finished_at"])
    life.settle_after_commit(now)


@transaction.atomic
def discard_bulk(*, bulk: BulkAct, actor: Actor, now: datetime) -> None:
    """Give up an act that was only shown.

    :raises NotAllowed: who may withdraw, in this house. :raises LifeRefused: it was launched.
    """
    require(can_withdraw_awards(actor, bulk.certifier))
    row = BulkAct.objects.select_for_update(no_key=True).get(pk=bulk.pk)
    if row.state != BulkState.SHOWN:
        raise LifeRefused(_("Cet acte est déjà lancé\u00a0: ce qu’il a décidé reste."))
    row.state, row.finished_at = BulkState(BULK_LIFE.after(row.state, "discard")), now
    row.save(update_fields=["state", "finished_at"])
    row.items.all().delete()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
