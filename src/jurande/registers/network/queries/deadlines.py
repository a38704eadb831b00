"""The clocks of the network: changes to declare, differences to look at, habilitations and approvals that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.timezone import localdate

from jurande.core.france.ledger import ARTICLE
from jurande.registers.common.together import Asking, Short
from jurande.registers.network.models import Approval, DeclaredChange, Habilitation, RegisterDifference
from jurande.registers.network.queries.approvals import ending_by
from jurande.registers.network.states import Basis, ChangeState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import PARTNER_SHOWN
from jurande.registers.parties.states import Right

END_NOTICE = timedelta(days=90)
# What somebody has to look at a difference, and to attach an earlier convention: good order, no text sets it.
DIFFERENCE_DAYS = timedelta(days=15)
DOCUMENT_DAYS = timedelta(days=60)


class DeadlineKind(StrEnum):
    """What the network waits for."""

    DECLARE = "declare"
    DIFFERENCE = "difference"
    ENDING = "ending"
    DOCUMENT = "document"
    APPROVAL = "approval"


@dataclass(frozen=True)
class Deadline:
    """Things of one kind due on one civil day: one line, however many they are.

    ``names``: the partners concerned; ``partnership_code``: the one partner, when there is one only.
    """

    kind: DeadlineKind
    due_on: date
    opened_on: date
    count: int
    names: Sequence[str]
    law: str = ""
    partnership_code: str = ""
    owner: str = ""


def deadlines(actor: Actor, today: date) -> Asking[list[Deadline]]:
    """Every clock of the network that this actor may do something about."""
    if actor.partnership_code or not actor.has(Right.OPEN_PARTNERSHIPS):
        return []
    live = Habilitation.objects.visible_to(actor).live().order_by("valid_until", "pk")
    ending = live.filter(valid_until__gte=today, valid_until__lte=today + END_NOTICE)
    approved = ending_by(today + END_NOTICE, certifier_code=actor.certifier_code).filter(valid_until__gte=today)
    of_habilitation = tuple(f"habilitation__{column}" for column in PARTNER_SHOWN)
    changes, unfollowed, lacking, raised, approvals = yield [
        Short(
            DeclaredChange.objects.visible_to(actor).in_states([ChangeState.TO_DECLARE]).order_by("pk"),
            ("due_on", "happened_on", *of_habilitation),
        ),
        Short(ending.exclude(followed_by__isnull=False), ("valid_until", *PARTNER_SHOWN)),
        Short(live.to_document(), ("activated_at", "basis", *PARTNER_SHOWN)),
        Short(RegisterDifference.objects.visible_to(actor).raised().order_by("raised_at", "pk"), ("raised_at", "name")),
        Short(approved, ("valid_until", "partnership_id", *PARTNER_SHOWN)),
    ]
    lines: dict[tuple[DeadlineKind, date], list[tuple[date, Habilitation | Approval]]] = defaultdict(list)
    for change in changes:
        lines[DeadlineKind.DECLARE, change.due_on].append((change.happened_on, change.habilitation))
    for row in unfollowed:
        if row.valid_until is not None:
            lines[DeadlineKind.ENDING, row.valid_until].append((row.valid_until - END_NOTICE, row))
    for row in lacking:
        if row.activated_at is not None and row.basis == Basis.EARLIER_CONVENTION:
            opened = localdate(row.activated_at)
            lines[DeadlineKind.DOCUMENT, opened + DOCUMENT_DAYS].append((opened, row))
    laws = {DeadlineKind.DECLARE: ARTICLE, DeadlineKind.DOCUMENT: "C. trav. R. 6113-16-1"}
    found = [_deadline(kind, due_on, held, laws.get(kind, "")) for (kind, due_on), held in lines.items()]
    if raised:
        first = localdate(raised[0].raised_at)
        names = [difference.name for difference in raised]
        found.append(Deadline(DeadlineKind.DIFFERENCE, first + DIFFERENCE_DAYS, first, len(names), names, law=ARTICLE))
    return sorted([*found, *_approvals(approvals)], key=lambda line: (line.due_on, line.kind))


def _approvals(approvals: Iterable[Approval]) -> list[Deadline]:
    """Those that end soon and that nothing renews: one line for a partner and a day."""
    ending: dict[tuple[date, int], list[tuple[date, Habilitation | Approval]]] = defaultdict(list)
    for row in approvals:
        if row.partnership_id is not None and row.valid_until is not None:
            ending[row.valid_until, row.partnership_id].append((row.valid_until - END_NOTICE, row))
    return [_deadline(DeadlineKind.APPROVAL, due_on, held, "") for (due_on, _partner), held in ending.items()]


def _deadline(
    kind: DeadlineKind, due_on: date, held: Sequence[tuple[date, Habilitation | Approval]], law: str
) -> Deadline:
    partners = {row.partnership.code: row.partnership for _opened, row in held if row.partnership is not None}
    alone = next(iter(partners.values())) if len(partners) == 1 else None
    owners = {one.followed_by.full_name for one in partners.values() if one.followed_by}
    return Deadline(
        kind=kind,
        due_on=due_on,
        opened_on=min(opened for opened, _row in held),
        count=len(held),
        names=sorted({one.name for one in partners.values()}),
        law=law,
        partnership_code=alone.code if alone else "",
        owner=owners.pop() if len(owners) == 1 else "",
    )
