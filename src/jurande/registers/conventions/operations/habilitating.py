"""What a convention makes of habilitations: opened when it comes into force, then suspended, lifted and ended with it.

Called where the state of a convention changes, in the same transaction: who may was asked there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from jurande.registers.conventions.models import Convention, ConventionScope
from jurande.registers.conventions.states import EndReason
from jurande.registers.network.models import Approval, Habilitation
from jurande.registers.network.operations.habilitations import Ground, HabilitationRefused, Scope, moves
from jurande.registers.network.queries.habilitations import resting_on
from jurande.registers.network.states import (
    LIVE_STATES,
    Basis,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationState,
    HabilitationSuspendReason,
    HoldCause,
)

# Another text took the place of this one: the habilitations of the former stop where the new ones begin.
REPLACED = (EndReason.AMENDED, EndReason.RENEWED)


def open_all(convention: Convention, *, actor_code: str, now: datetime) -> list[Habilitation]:
    """Open one habilitation for each scope, from the first day in force to the last day of the convention.

    One that cannot be opened because the same scope is held by another act stays prepared, for a manager to look at:
    what both sides signed is in force all the same.
    """
    today = localdate(now)
    opened = []
    scopes = convention.scopes.select_related("certification__certifier", "referentiel").order_by("position", "pk")
    for scope in scopes:
        follows = _replaced(convention, scope, actor_code, now)
        first = today if follows is not None else convention.in_force_on or today
        row = moves.make(
            partnership=convention.partnership,
            scope=_scope(scope),
            ground=Ground(Basis.CONVENTION, convention.reference, convention.concluded_on or first, convention.code),
            valid_from=first,
            valid_until=convention.valid_until or first,
            is_probation=_is_probation(scope),
            actor_code=actor_code or convention.prepared_by_code,
            now=now,
            follows=follows,
        )
        try:
            with transaction.atomic():
                row = moves.open_row(row, actor_code=actor_code, now=now)
        except HabilitationRefused:
            row.refresh_from_db()
        opened.append(row)
    return opened


def suspend_all(convention: Convention, *, reasons: str, effective_on: date, actor_code: str, now: datetime) -> None:
    """Keep suspended, from that day on, all that this convention opened."""
    for row in resting_on([convention.code]).filter(state__in=LIVE_STATES, valid_until__gte=effective_on):
        moves.hold(
            row,
            cause=HoldCause.CONVENTION,
            reason=HabilitationSuspendReason.CONVENTION,
            note=reasons,
            effective_on=effective_on,
            actor_code=actor_code,
            now=now,
        )


def resume_all(convention: Convention, *, reasons: str, actor_code: str, now: datetime) -> None:
    """Lift what the suspension of this convention did; a habilitation suspended for another cause stays so."""
    held = resting_on([convention.code]).filter(holds__cause=HoldCause.CONVENTION, holds__lifted_at=None)
    for row in held.distinct():
        moves.release(row, cause=HoldCause.CONVENTION, note=reasons, actor_code=actor_code, now=now)


def end_all(convention: Convention, *, reason: EndReason, on: date, actor_code: str, now: datetime) -> None:
    """End all that this convention opened, after its last day ``on``; today when another text replaces it."""
    today = localdate(now)
    first = today if reason in REPLACED else max(on + timedelta(days=1), today)
    for row in resting_on([convention.code]).filter(state__in=LIVE_STATES):
        if row.valid_until < today:
            # Its own last day is past: the day's job ends it as it ended.
            continue
        moves.close(
            row,
            reason=HabilitationEndReason.CONVENTION,
            note=str(reason.label),
            effective_on=first,
            actor_code=actor_code,
            now=now,
        )
    for row in resting_on([convention.code]).filter(state=HabilitationState.PREPARED):
        row.delete()


def _scope(scope: ConventionScope) -> Scope:
    return Scope(
        certification=scope.certification,
        referentiel=scope.referentiel,
        kind=HabilitationKind(scope.kind),
        blocs=tuple(scope.blocs),
        territory=tuple(scope.territory),
    )


def _replaced(convention: Convention, scope: ConventionScope, actor_code: str, now: datetime) -> Habilitation | None:
    """What this scope takes the place of: that of the former convention, or of an earlier one that was to attach."""
    mine = Habilitation.objects.filter(
        partnership=convention.partnership, certification=scope.certification, followed_by=None
    )
    earlier = mine.filter(basis=Basis.EARLIER_CONVENTION, state__in=LIVE_STATES).order_by("pk")
    found: Habilitation | None = None
    for row in earlier:
        found = moves.close(
            row,
            reason=HabilitationEndReason.SCOPE,
            note=convention.reference,
            effective_on=localdate(now),
            actor_code=actor_code,
            now=now,
        )
    if convention.follows is not None:
        former = mine.filter(basis_code=convention.follows.code, state=HabilitationState.ENDED, ended_on=localdate(now))
        found = former.order_by("pk").first() or found
    return found


def _is_probation(scope: ConventionScope) -> bool:
    """Whether the call that it was approved in observes the first sittings."""
    approval = Approval.objects.filter(code=scope.approval_code).exclude(code="").select_related("application").first()
    if approval is None or approval.application is None:
        return False
    asked = approval.application.targets.filter(call__certification=scope.certification)
    return asked.filter(call__probation_sittings__gt=0).exists()
