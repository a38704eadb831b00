"""Fee schedules: written as drafts, frozen for ever, replaced by the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.operations.lines import clean
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.network.models import FeeLine, FeeSchedule
from jurande.registers.network.models.fees import MOST_CENTS
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.states import FEE_SCHEDULE_LIFE, FeeKind, FeeScheduleState
from jurande.registers.network.states import CallAct as Act
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

SERIES = "BAR"
MOST_LINES = 40


class ScheduleRefused(Refused):
    """This fee schedule cannot be written or frozen so."""


class ScheduleChanged(ScheduleRefused):
    """Somebody else wrote in it since it was read."""


@dataclass(frozen=True)
class Price:
    """One line, as it is given: cents without VAT, VAT in basis points, and why there is none when there is none."""

    kind: FeeKind
    label: str
    amount_cents: int
    vat_basis_points: int
    vat_reason: str = ""
    note: str = ""


@transaction.atomic
def start_schedule(
    *,
    certifier: Certifier,
    title: str,
    actor: Actor,
    now: datetime,
    prices: Iterable[Price] = (),
    replaces: FeeSchedule | None = None,
) -> FeeSchedule:
    """Begin a fee schedule, empty, with these prices, or with those of the frozen one that it is to replace.

    :raises NotAllowed: who may not manage calls. :raises ScheduleRefused: no title, an impossible price, or what it
    is to replace is not frozen or has its successor.
    """
    require(policies.can_manage_calls(actor, certifier))
    if replaces is not None:
        if replaces.certifier_id != certifier.pk or not replaces.is_frozen:
            raise ScheduleRefused(_("Seul un barème figé et en vigueur se remplace. Rechargez la page."))
        if replaces.successors.in_states(FeeScheduleState.DRAFT).exists():
            raise ScheduleRefused(_("Un brouillon doit déjà remplacer ce barème. Reprenez-le."))
        prices = [price_of(line) for line in replaces.lines.order_by("position")]
    schedule = FeeSchedule(
        certifier=certifier,
        reference=next_reference(certifier=certifier, series=SERIES, on=localdate(now)),
        title=_titled(title),
        replaces=replaces,
        started_at=now,
        started_by_code=actor.code,
    )
    schedule.save(force_insert=True)
    for position, price in enumerate(prices, start=1):
        _line(schedule, position, price).save(force_insert=True)
    _told(Act.SCHEDULE_STARTED, schedule, actor, now)
    return schedule


@transaction.atomic
def rename_schedule(*, schedule: FeeSchedule, title: str, revision: int, actor: Actor, now: datetime) -> FeeSchedule:
    """Give a draft another title.

    :raises NotAllowed: who may not manage calls, or a frozen one. :raises ScheduleRefused: no title.
    :raises ScheduleChanged: written by somebody else since ``revision``.
    """
    draft = _opened(schedule, actor, revision)
    draft.title = _titled(title)
    return _written(draft, actor, now)


@transaction.atomic
def add_price(*, schedule: FeeSchedule, price: Price, revision: int, actor: Actor, now: datetime) -> FeeLine:
    """Add a line at the end.

    :raises NotAllowed: as ``rename_schedule``. :raises ScheduleRefused: an impossible price, no label, no VAT without
    a reason, or too many lines. :raises ScheduleChanged: as ``rename_schedule``.
    """
    draft = _opened(schedule, actor, revision)
    if draft.lines.count() >= MOST_LINES:
        raise ScheduleRefused(_("Un barème a %(most)d lignes au plus.") % {"most": MOST_LINES})
    last: int = draft.lines.aggregate(last=Max("position"))["last"] or 0
    line = _line(draft, last + 1, price)
    line.save(force_insert=True)
    _written(draft, actor, now)
    return line


@transaction.atomic
def change_price(*, line: FeeLine, price: Price, revision: int, actor: Actor, now: datetime) -> FeeLine:
    """Replace a line.

    :raises NotAllowed, ScheduleRefused, ScheduleChanged: as ``add_price``.
    """
    draft = _opened(line.schedule, actor, revision)
    held = draft.lines.filter(pk=line.pk).first()
    if held is None:
        raise ScheduleRefused(_("Cette ligne a été retirée. Rechargez la page."))
    changed = _line(draft, held.position, price)
    changed.pk, changed.code = held.pk, held.code
    changed.save(force_update=True)
    _written(draft, actor, now)
    return changed


@transaction.atomic
def remove_price(*, line: FeeLine, actor: Actor, now: datetime) -> None:
    """Take a line out of a draft; a line that is gone already is gone.

    :raises NotAllowed: as ``rename_schedule``.
    """
    draft = _opened(line.schedule, actor)
    draft.lines.filter(pk=line.pk).delete()
    _written(draft, actor, now)


@transaction.atomic
def freeze_schedule(*, schedule: FeeSchedule, revision: int, actor: Actor, now: datetime) -> FeeSchedule:
    """Freeze a draft for ever: calls and conventions may refer to it; the one it replaces serves no new ones.

    :raises NotAllowed: who may not manage calls, or frozen already. :raises ScheduleRefused: it has no line, or what
    it replaces was replaced meanwhile. :raises ScheduleChanged: written by somebody else since ``revision``.
    """
    draft = _opened(schedule, actor, revision)
    if not draft.lines.exists():
        raise ScheduleRefused(_("Ce barème n’a aucune ligne. Ajoutez au moins un prix, même nul, puis figez-le."))
    if draft.replaces_id is not None:
        former = FeeSchedule.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.replaces_id)
        if not former.is_frozen:
            raise ScheduleRefused(
                _("Le barème %(reference)s a déjà été remplacé. Abandonnez ce brouillon et partez du nouveau.")
                % {"reference": former.reference}
            )
        former.state = FEE_SCHEDULE_LIFE.after(former.state, "replace")
        former.replaced_at = now
        former.save(update_fields=["state", "replaced_at"])
    draft.state = FEE_SCHEDULE_LIFE.after(draft.state, "freeze")
    draft.frozen_at, draft.frozen_by_code = now, actor.code
    draft.save(update_fields=["state", "frozen_at", "frozen_by_code"])
    _told(Act.SCHEDULE_FROZEN, draft, actor, now, digest=digest_of(draft))
    return draft


@transaction.atomic
def discard_schedule(*, schedule: FeeSchedule, actor: Actor, now: datetime) -> None:
    """Throw a draft away; calls being prepared that had chosen it have none any more.

    :raises NotAllowed: as ``rename_schedule``.
    """
    draft = _opened(schedule, actor)
    _told(Act.SCHEDULE_DISCARDED, draft, actor, now)
    draft.calls.update(fee_schedule=None)
    draft.delete()


def price_of(line: FeeLine) -> Price:
    """A line as it would be given."""
    return Price(FeeKind(line.kind), line.label, line.amount_cents, line.vat_basis_points, line.vat_reason, line.note)


def digest_of(schedule: FeeSchedule) -> str:
    """The SHA-256 of the lines of a schedule, for the journal."""
    lines = [asdict(price_of(line)) for line in schedule.lines.order_by("position")]
    return hashlib.sha256(json.dumps([schedule.title, lines], sort_keys=True).encode()).hexdigest()


def _titled(title: str) -> str:
    named = clean(title)
    if not named or len(named) > 200:
        raise ScheduleRefused(_("Donnez un intitulé, de 200 caractères au plus."), field="title")
    return named


def _line(schedule: FeeSchedule, position: int, price: Price) -> FeeLine:
    label, reason, note = clean(price.label), clean(price.vat_reason), clean(price.note)
    if not label or len(label) > 200:
        raise ScheduleRefused(_("Donnez un libellé, de 200 caractères au plus."), field="label")
    if not 0 <= price.amount_cents <= MOST_CENTS:
        raise ScheduleRefused(_("Un prix va de 0 à 1 000 000 €, hors taxes. Vérifiez le montant."), field="amount")
    if not 0 <= price.vat_basis_points <= 10_000:
        raise ScheduleRefused(_("Ce taux de TVA n’est pas possible. Vérifiez-le."), field="vat")
    if price.vat_basis_points == 0 and not reason:
        raise ScheduleRefused(
            _("Sans TVA, la facture doit dire pourquoi\u00a0: indiquez le motif d’exonération."), field="vat_reason"
        )
    if len(reason) > 200 or len(note) > 300:
        raise ScheduleRefused(_("Ce texte est trop long. Gardez l’essentiel."), field="note")
    return FeeLine(
        schedule=schedule,
        position=position,
        kind=FeeKind(price.kind),
        label=label,
        amount_cents=price.amount_cents,
        vat_basis_points=price.vat_basis_points,
        vat_reason=reason if price.vat_basis_points == 0 else "",
        note=note,
    )


def _opened(schedule: FeeSchedule, actor: Actor, revision: int | None = None) -> FeeSchedule:
    """The draft, locked for who may write in it; gone when somebody discarded it."""
    draft = (
        FeeSchedule.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .filter(pk=schedule.pk)
        .first()
    )
    if draft is None:
        raise ScheduleRefused(_("Ce barème a été abandonné par quelqu’un d’autre."))
    require(policies.can_edit_schedule(actor, draft))
    if revision is not None and draft.revision != revision:
        raise ScheduleChanged(
            _("Quelqu’un a changé ce barème pendant que vous écriviez. Relisez, puis enregistrez de nouveau.")
        )
    return draft


def _written(draft: FeeSchedule, actor: Actor, now: datetime) -> FeeSchedule:
    draft.revision += 1
    draft.save(update_fields=["title", "revision"])
    _told(Act.SCHEDULE_CHANGED, draft, actor, now)
    return draft


def _told(act: Act, schedule: FeeSchedule, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=schedule.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="fee_schedule",
        subject_code=schedule.code,
        digest=digest,
        now=now,
    )
