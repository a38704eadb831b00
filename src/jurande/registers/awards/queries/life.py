"""What was decided of awards, what an act on many would do, what ends soon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from jurande.registers.awards.models import Award, BulkAct, BulkItem, ReminderRule, Withdrawal
from jurande.registers.awards.models.awards import NUMBER_LENGTH
from jurande.registers.awards.models.life import REMINDER_DAYS
from jurande.registers.awards.states.awards import AWARD_LIFE, AwardState
from jurande.registers.awards.states.life import BulkState, ItemState
from jurande.registers.common.models import JobRequest
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

HORIZON = timedelta(days=180)
_NUMBER = re.compile(r"[0-9A-Za-z]{4}[-‐–  ]?[0-9A-Za-z]{4}")


def decisions_of(award: Award) -> QuerySet[Withdrawal]:
    """What was decided of one award, in order."""
    return award.withdrawals.order_by("decided_at", "pk")


def renewed_by(award: Award) -> Award | None:
    """The award that was given after this one."""
    return Award.objects.filter(renewal_of__former=award).first()


def renewal_of(award: Award) -> Award | None:
    """The award that this one follows."""
    return Award.objects.filter(renewed_by__award=award).first()


def awards_numbered(actor: Actor, text: str) -> tuple[list[Award], list[str]]:
    """The awards whose numbers stand in a text, and the numbers that are none of ours."""
    said = dict.fromkeys(re.sub(r"[^0-9A-Z]", "", found.upper()) for found in _NUMBER.findall(text))
    wanted = [number for number in said if len(number) == NUMBER_LENGTH]
    found = list(Award.objects.visible_to(actor).filter(number__in=wanted).order_by("pk"))
    known = {award.number for award in found}
    return found, [f"{number[:4]}-{number[4:]}" for number in wanted if number not in known]


def awards_of_lot(actor: Actor, reference: str) -> list[Award]:
    """Everything that one lot issued."""
    return list(Award.objects.visible_to(actor).filter(lot__reference=reference).order_by("pk"))


# --- acts on many ---------------------------------------------------------------------------------


def bulk_acts(actor: Actor) -> QuerySet[BulkAct]:
    """Those of the house, the latest first."""
    return BulkAct.objects.visible_to(actor).select_related("certifier").order_by("-shown_at", "-pk")


def bulk_act(actor: Actor, code: str) -> BulkAct | None:
    """One of them; None: not of this house."""
    return bulk_acts(actor).filter(code=code).first()


def stopped_among(bulks: Iterable[BulkAct]) -> set[str]:
    """The codes of those that are not over, and of which no job decides any more: cancelled, failed or lost."""
    running = {one.code: one.job_code for one in bulks if one.state == BulkState.RUNNING}
    live = set(JobRequest.objects.filter(code__in=running.values()).unfinished().values_list("code", flat=True))
    return {code for code, job in running.items() if job not in live}


def items_of(bulk: BulkAct) -> QuerySet[BulkItem]:
    """The awards of an act, each with what became of it."""
    return bulk.items.select_related("award__certification").order_by("pk")


@dataclass(frozen=True)
class Foreseen:
    """What an act on many would do. ``refused``: state in words → how many it cannot touch."""

    able: int
    collected: int
    written_to: int
    refused: Sequence[tuple[str, int]]


def foreseen(bulk: BulkAct) -> Foreseen:
    """Look at the awards as they are now."""
    counts = (
        Award.objects.filter(pk__in=bulk.items.values("award"))
        .order_by()
        .values("state")
        .annotate(n=Count("pk"), collected=Count("pk", filter=Q(collected_at__isnull=False)), with_mail=_WITH_MAIL)
    )
    able = [one for one in counts if AWARD_LIFE.allows(one["state"], bulk.move)]
    return Foreseen(
        able=sum(one["n"] for one in able),
        collected=sum(one["collected"] for one in able),
        written_to=sum(one["with_mail"] for one in able),
        refused=[(str(AwardState(one["state"]).label), one["n"]) for one in counts if one not in able],
    )


_WITH_MAIL = Count("pk", filter=~Q(email_digest=""))


def outcome_of(bulk: BulkAct) -> dict[str, int]:
    """How many awards of an act are in each state."""
    counts = dict(bulk.items.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counts.get(state.value, 0) for state in ItemState}


# --- what ends ------------------------------------------------------------------------------------


def reminder_days(certifier: Certifier) -> list[int]:
    """How many days before the end holders of this house are written to, the longest first."""
    rule = ReminderRule.objects.filter(certifier=certifier).first()
    return sorted(rule.days if rule is not None else REMINDER_DAYS, reverse=True)


def expiring(actor: Actor, today: date) -> QuerySet[Award]:
    """What ends within six months, or ended less than six months ago, and was not given again since."""
    return (
        Award.objects.visible_to(actor)
        .filter(valid_until__gte=today - HORIZON, valid_until__lte=today + HORIZON, renewed_by=None)
        .in_states(AwardState.ISSUED)
        .select_related("certification", "certifier", "partnership__site__organisation")
    )
