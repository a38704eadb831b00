"""What a day does to conventions: one begins, another ends. Each once, whatever the number of times it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from jurande.registers.conventions.models import Convention, Ending, Termination
from jurande.registers.conventions.operations import habilitating
from jurande.registers.conventions.states import (
    CONVENTION_LIFE,
    ConventionKind,
    ConventionState,
    EndingState,
    EndReason,
    TerminationState,
)
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Partnership
from jurande.registers.seal.operations.credentials import hold_places

BINDING = (ConventionState.SIGNED, ConventionState.IN_FORCE, ConventionState.SUSPENDED)


@transaction.atomic
def take_effect(*, convention: Convention, actor_code: str, now: datetime) -> bool:
    """Put a signed convention in force if its first day has come; what it follows ends the day before.

    Tells whether it took effect now: before that day, or a second time, nothing happens.
    """
    held = _held(convention)
    today = localdate(now)
    if held.state != ConventionState.SIGNED or held.valid_from is None or held.valid_from > today:
        return False
    if held.valid_until is not None and held.valid_until < today:
        # Signed too late to be of any use; the day ends it at once.
        return False
    # Before the journal: whoever issues meanwhile has places, of which these habilitations take some, and waits for it;
    # and after the partner, as whoever opens a habilitation alone.
    Partnership.objects.select_for_update(of=("self",), no_key=True).get(pk=held.partnership_id)
    hold_places(held.certifier)
    held.state = CONVENTION_LIFE.after(held.state, "take_effect")
    held.in_force_on = max(held.valid_from, held.concluded_on or held.valid_from)
    held.save(update_fields=["state", "in_force_on"])
    _told(Act.TOOK_EFFECT, held, actor_code, now)
    former = held.follows
    if former is not None and former.state in BINDING:
        reason = EndReason.AMENDED if held.kind == ConventionKind.AMENDMENT else EndReason.RENEWED
        last_day = held.in_force_on - timedelta(days=1)
        on = max(last_day, former.in_force_on or last_day)
        end(convention=former, reason=reason, on=on, actor_code=actor_code, now=now)
    habilitating.open_all(held, actor_code=actor_code, now=now)
    return True


@transaction.atomic
def end(*, convention: Convention, reason: EndReason, on: date, actor_code: str, now: datetime) -> bool:
    """End a convention that binds; ``on`` is its last day. Tells whether it ended now; the caller is allowed."""
    held = _held(convention)
    if held.state not in BINDING:
        return False
    held.state = CONVENTION_LIFE.after(held.state, "end")
    held.ended_on, held.end_reason = on, reason
    held.save(update_fields=["state", "ended_on", "end_reason"])
    _told(Act.ENDED, held, actor_code, now, reason_code=reason)
    habilitating.end_all(held, reason=reason, on=on, actor_code=actor_code, now=now)
    return True


def keep_dates(*, now: datetime) -> int:
    """End, then begin, what is due today, each in its own transaction; tell how many. A second call finds nothing."""
    today = localdate(now)
    ended = sum(end(convention=c, reason=reason, on=day, actor_code="", now=now) for c, reason, day in _over(today))
    waiting = Convention.objects.in_states(ConventionState.SIGNED).filter(valid_from__lte=today).order_by("pk")
    return ended + sum(take_effect(convention=each, actor_code="", now=now) for each in waiting)


def _over(today: date) -> Iterator[tuple[Convention, EndReason, date]]:
    """What must end: (convention, why, its last day). A decision comes before the term."""
    bound = Convention.objects.in_states(*BINDING)
    terminations = Termination.objects.filter(
        state=TerminationState.DECIDED_TERMINATED, effective_on__lte=today, convention__in=bound
    )
    for row in terminations.select_related("convention").order_by("pk"):
        yield row.convention, EndReason.TERMINATED, row.effective_on or today
    endings = Ending.objects.filter(state=EndingState.AGREED, effective_on__lt=today, convention__in=bound)
    for one in endings.select_related("convention").order_by("pk"):
        yield one.convention, EndReason.AGREED, one.effective_on
    for convention in bound.filter(valid_until__lt=today).order_by("pk"):
        yield convention, EndReason.EXPIRED, convention.valid_until or today


def _held(convention: Convention) -> Convention:
    return (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier", "follows__certifier")
        .get(pk=convention.pk)
    )


def _told(act: Act, convention: Convention, actor_code: str, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=convention.certifier.code,
        actor_code=actor_code,
        action=act,
        subject_kind="convention",
        subject_code=convention.code,
        reason_code=reason_code,
        now=now,
    )
