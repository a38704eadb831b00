"""Conditions: demanded, met, lapsed. One that is required and lapses suspends the habilitation; met again, it resumes.

The registers that know call these: they say what happened and on what evidence, nothing else.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import require
from jurande.registers.network.models import Habilitation, HabilitationCondition
from jurande.registers.network.operations.habilitations.moves import (
    HabilitationRefused,
    hold,
    locked,
    release,
    told,
)
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.states import (
    LIVE_STATES,
    ConditionKey,
    HabilitationAct,
    HabilitationState,
    HabilitationSuspendReason,
    HoldCause,
)
from jurande.registers.parties.policies import Actor


@transaction.atomic
def demand_condition(
    *, habilitation: Habilitation, key: ConditionKey, label: str, is_required: bool, actor: Actor, now: datetime
) -> HabilitationCondition:
    """Add a condition. A required one must be met before the habilitation opens; once open, its lapse suspends it.

    :raises NotAllowed: the role. :raises HabilitationRefused: ended, no words, or demanded already.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    row = locked(habilitation)
    if row.state == HabilitationState.ENDED:
        raise HabilitationRefused(_("Cette habilitation est terminée\u00a0: elle ne demande plus rien."))
    words = label.strip()[:200]
    if not words:
        raise HabilitationRefused(_("Dites ce qui est demandé."), field="label")
    if row.conditions.filter(key=key, label=words).exists():
        raise HabilitationRefused(_("Cette condition est déjà demandée."), field="label")
    condition = HabilitationCondition(habilitation=row, key=key, label=words, is_required=is_required)
    condition.save(force_insert=True)
    return condition


@transaction.atomic
def meet_condition(
    *, condition: HabilitationCondition, met_on: date, evidence: str, actor: Actor, now: datetime
) -> HabilitationCondition:
    """Say that a condition is met since a day, on what evidence. A suspension for want of it is lifted today.

    :raises NotAllowed: the role. :raises HabilitationRefused: a day in the future, or no evidence.
    """
    require(policies.can_open_habilitations(actor, condition.habilitation.certifier))
    row = locked(condition.habilitation)
    today = localdate(now)
    if met_on > today:
        raise HabilitationRefused(_("Cette date n’est pas encore venue."), field="met_on")
    if not evidence.strip():
        raise HabilitationRefused(_("Dites ce qui le montre."), field="evidence")
    condition.met_on, condition.lapsed_on, condition.evidence = met_on, None, evidence.strip()[:250]
    _save(condition, actor, now)
    told(HabilitationAct.CONDITION_MET, row, actor.code, now)
    waiting = row.holds.filter(cause=HoldCause.CONDITION, lifted_at=None).exists()
    if waiting and not any(_is_lapsed(one) for one in row.conditions.all()):
        release(row, cause=HoldCause.CONDITION, note=condition.evidence, actor_code=actor.code, now=now)
    return condition


@transaction.atomic
def lapse_condition(
    *, condition: HabilitationCondition, lapsed_on: date, evidence: str, actor: Actor, now: datetime
) -> HabilitationCondition:
    """Say that a condition is no longer met since a day; a required one suspends the habilitation from today.

    :raises NotAllowed: the role. :raises HabilitationRefused: it was not met, or a day before it was or to come.
    """
    require(policies.can_open_habilitations(actor, condition.habilitation.certifier))
    row = locked(condition.habilitation)
    if condition.met_on is None or condition.lapsed_on is not None:
        raise HabilitationRefused(_("Cette condition n’était pas remplie."))
    if not condition.met_on <= lapsed_on <= localdate(now):
        raise HabilitationRefused(
            _("Donnez un jour entre celui où elle a été remplie et aujourd’hui."), field="lapsed_on"
        )
    condition.lapsed_on, condition.evidence = lapsed_on, evidence.strip()[:250] or condition.evidence
    _save(condition, actor, now)
    told(HabilitationAct.CONDITION_LAPSED, row, actor.code, now)
    held = row.holds.filter(cause=HoldCause.CONDITION, lifted_at=None).exists()
    if condition.is_required and row.state in LIVE_STATES and not held:
        hold(
            row,
            cause=HoldCause.CONDITION,
            reason=HabilitationSuspendReason.CONDITION,
            note=condition.label,
            effective_on=localdate(now),
            actor_code=actor.code,
            now=now,
        )
    return condition


def _is_lapsed(condition: HabilitationCondition) -> bool:
    return condition.is_required and condition.lapsed_on is not None


def _save(condition: HabilitationCondition, actor: Actor, now: datetime) -> None:
    condition.changed_at, condition.changed_by_code = now, actor.code
    condition.save(update_fields=["met_on", "lapsed_on", "evidence", "changed_at", "changed_by_code"])
