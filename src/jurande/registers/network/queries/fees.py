"""What screens and conventions read of prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from jurande.core.france.amounts import Charge, Total, total
from jurande.registers.journal.models import Entry, EntryQuerySet
from jurande.registers.network.models import FeeLine, FeeSchedule
from jurande.registers.network.models.fees import FeeScheduleQuerySet
from jurande.registers.network.states import CallAct, FeeKind, FeeScheduleState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class Estimate:
    """What a partner would pay for so many trainees and candidates: the first year, then each year."""

    trainees: int
    candidates: int
    first_year: Total
    next_years: Total


def schedules(actor: Actor) -> FeeScheduleQuerySet:
    """Every fee schedule of the house, the latest first, with how many lines it has and how many calls use it."""
    return (
        FeeSchedule.objects.visible_to(actor)
        .select_related("certifier", "replaces")
        .annotate(line_count=Count("lines", distinct=True), call_count=Count("calls", distinct=True))
        .order_by("-started_at", "-pk")
    )


def schedule(actor: Actor, code: str) -> FeeSchedule | None:
    """One fee schedule of the house."""
    return schedules(actor).filter(code=code).first()


def frozen_schedules(certifier: Certifier) -> FeeScheduleQuerySet:
    """Those that a new call or a new convention may refer to, by title."""
    return FeeSchedule.objects.filter(certifier=certifier).in_states(FeeScheduleState.FROZEN).order_by("title", "pk")


def schedule_lines(schedule: FeeSchedule) -> list[FeeLine]:
    """Its lines, in order."""
    return list(schedule.lines.order_by("position"))


def line(schedule: FeeSchedule, code: str) -> FeeLine | None:
    """One line of this schedule."""
    return schedule.lines.filter(code=code).select_related("schedule__certifier").first()


def successor_of(schedule: FeeSchedule) -> FeeSchedule | None:
    """What replaces it, or is being prepared to."""
    return schedule.successors.order_by("-pk").first()


def turns_of(schedule: FeeSchedule) -> EntryQuerySet:
    """What the journal says of its life, newest first, without each change of the draft."""
    life = Entry.objects.on_chain(schedule.certifier.code).about_any([("fee_schedule", schedule.code)])
    return life.exclude(action=CallAct.SCHEDULE_CHANGED).order_by("-seq")


def estimate(lines: Iterable[FeeLine], *, trainees: int, candidates: int) -> Estimate:
    """Reckon what these lines come to; numbers of people are brought within 0 and 100 000."""
    trainees, candidates = (min(max(number, 0), MOST_PEOPLE) for number in (trainees, candidates))
    times = {FeeKind.ENTRY: 1, FeeKind.ANNUAL: 1, FeeKind.PER_TRAINEE: trainees, FeeKind.PER_CANDIDATE: candidates}
    charges = [
        (
            line.kind,
            Charge(line.label, line.amount_cents, times[FeeKind(line.kind)], line.vat_basis_points, line.vat_reason),
        )
        for line in lines
    ]
    return Estimate(
        trainees=trainees,
        candidates=candidates,
        first_year=total(charge for _kind, charge in charges),
        next_years=total(charge for kind, charge in charges if kind != FeeKind.ENTRY),
    )
