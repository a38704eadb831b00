"""From a prepared lot to one that may be issued, and back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Lot
from jurande.registers.awards.operations.delegation import demand_delegation
from jurande.registers.awards.operations.preparing import LotRefused, locked
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries.delegation import mandate_of_lot
from jurande.registers.awards.states import LOT_LIFE, LotState
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


@transaction.atomic
def approve_lot(*, held: Lot, actor: Actor, now: datetime) -> Lot:
    """Say that every row of a lot may be issued.

    :raises NotAllowed: not theirs, or their own work. :raises LotRefused: not in preparation, a row still has something
        wrong, or nothing is left.
    """
    lot = locked(held)
    require(policies.can_approve_lot(actor, lot))
    demand_partner(lot, Right.APPROVE_AWARDS, actor, now)
    if lot.state != LotState.PREPARED:
        raise LotRefused(_("Ce lot n’est pas à approuver. Rechargez la page."))
    if lot.faulty:
        raise LotRefused(_("Des lignes sont encore à corriger. Corrigez-les ou écartez-les, puis approuvez."))
    if lot.total == lot.rejected:
        raise LotRefused(_("Toutes les lignes sont écartées\u00a0: il n’y a rien à délivrer."))
    lot.state = LOT_LIFE.after(lot.state, "approve")
    lot.approved_at, lot.approved_by_code = now, actor.code
    lot.save(update_fields=["state", "approved_at", "approved_by_code"])
    told(Act.LOT_APPROVED, lot, actor, now)
    return lot


@transaction.atomic
def return_lot(*, held: Lot, actor: Actor, now: datetime) -> Lot:
    """Take an approval back: the lot can be mended again.

    :raises NotAllowed: not theirs. :raises LotRefused: not approved, or issued already.
    """
    lot = locked(held)
    require(policies.can_return_lot(actor, lot))
    if lot.state != LotState.APPROVED:
        raise LotRefused(_("Ce lot n’est pas approuvé, ou sa délivrance a commencé. Rechargez la page."))
    lot.state = LOT_LIFE.after(lot.state, "return")
    lot.approved_at, lot.approved_by_code = None, ""
    lot.save(update_fields=["state", "approved_at", "approved_by_code"])
    told(Act.LOT_RETURNED, lot, actor, now)
    return lot


@transaction.atomic
def abandon_lot(*, held: Lot, actor: Actor, now: datetime) -> Lot:
    """Drop a lot of which nothing was issued; its rows and its sheet go at once.

    :raises NotAllowed: not theirs. :raises LotRefused: its issuing began.
    """
    lot = locked(held)
    require(policies.can_prepare_award(actor, lot.certifier, lot.partnership))
    if not LOT_LIFE.allows(lot.state, "abandon"):
        raise LotRefused(_("La délivrance de ce lot a commencé\u00a0: il ne peut plus être abandonné."))
    lot.state = LOT_LIFE.after(lot.state, "abandon")
    lot.finished_at, lot.finished_by_code = now, actor.code
    lot.approved_at, lot.approved_by_code = None, ""
    let_go(lot, now)
    lot.rows.all().delete()
    lot.save()
    told(Act.LOT_ABANDONED, lot, actor, now)
    return lot


def let_go(lot: Lot, now: datetime) -> None:
    """Hold the sheet no longer: what is kept of it is in rows and awards."""
    document, lot.document = lot.document, None
    if document is not None:
        document.retention_until = localdate(now)
        document.save(update_fields=["retention_until"])


def demand_partner(lot: Lot, right: Right, actor: Actor, now: datetime) -> None:
    """Return when the actor is of the certifier, or a partner that may do this under its mandate at this instant.

    :raises NotAllowed: otherwise.
    """
    if not actor.partnership_code:
        return
    mandate = mandate_of_lot(lot)
    if mandate is None:
        raise NotAllowed(_("Ce lot est délivré par le certificateur lui-même."))
    demand_delegation(mandate, right=right, actor=actor, now=now)


def told(act: Act, lot: Lot, actor: Actor, now: datetime, *, digest: str = "") -> None:
    """Write an act of a lot in the journal."""
    record(
        chain=lot.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="lot",
        subject_code=lot.code,
        digest=digest,
        now=now,
    )
