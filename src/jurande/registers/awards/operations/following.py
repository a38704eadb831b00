"""What goes on with the award that replaces another: its suspension, its renewals, its place in the showcase.

Links need nothing: they show what replaces what they were made for (``queries.shares``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate

from jurande.registers.awards.models import Appearance, Award, Renewal, Withdrawal
from jurande.registers.awards.operations.showcase import end_appearances
from jurande.registers.awards.queries.shares import open_shares
from jurande.registers.awards.queries.showcase import name_shown
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.corrections import CorrectionKind
from jurande.registers.awards.states.life import LifeMove
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import statuses
from jurande.registers.seal.states import Reason

# What holders who ask for it write themselves, of the person whom they agreed to show.
_OWN_WORDS = frozenset(CorrectionKind) - {CorrectionKind.NAME_CHANGE, CorrectionKind.OTHER}


@dataclass(frozen=True)
class Followed:
    """What its holder reads of it. ``shown_as``: their name in the showcase; ``left_as``: the one that left it."""

    is_suspended: bool
    ended_on: date | None
    has_links: bool
    shown_as: str
    left_as: str


def carry_over(
    *,
    former: Award,
    made: Award,
    suspended_on: date | None,
    asked: CorrectionKind | None,
    actor: Actor,
    now: datetime,
) -> Followed:
    """Let ``made`` stand where ``former``, just replaced, stood; in the caller's transaction, who tells the journal.

    ``suspended_on``: since when the former one was suspended, None when it was not. ``asked``: what its holder asked
    for, None when its house decided alone.
    """
    if suspended_on is not None:
        _stay_suspended(former, made, suspended_on, actor, now)
    Renewal.objects.filter(former=former).update(former=made)
    Renewal.objects.filter(award=former).update(award=made)
    shown_as, left_as = _stay_shown(former, made, asked, now)
    is_over = made.valid_until is not None and made.valid_until < localdate(now)
    return Followed(
        is_suspended=suspended_on is not None,
        ended_on=made.valid_until if is_over else None,
        has_links=bool(open_shares([former], today=localdate(now))),
        shown_as=shown_as,
        left_as=left_as,
    )


def _stay_suspended(former: Award, made: Award, since: date, actor: Actor, now: datetime) -> None:
    """Suspend the new one as the former was, for the same reason: correcting a name clears nobody."""
    last = former.withdrawals.filter(move=LifeMove.SUSPEND).order_by("-decided_at", "-pk").first()
    reason, note = (Reason(last.reason_code), last.note) if last is not None else (Reason.INQUIRY, "")
    assert made.credential is not None  # noqa: S101  just issued
    statuses.suspend(credential=made.credential, reason=reason, actor=actor, now=now)
    made.state, made.suspended_on = AwardState.SUSPENDED, since
    made.save(update_fields=["state", "suspended_on"])
    Withdrawal(
        award=made,
        move=LifeMove.SUSPEND,
        reason_code=reason,
        note=note,
        effective_on=localdate(now),
        was_collected=made.collected_at is not None,
        decided_at=now,
        decided_by_code=actor.code,
    ).save(force_insert=True)


def _stay_shown(former: Award, made: Award, asked: CorrectionKind | None, now: datetime) -> tuple[str, str]:
    """Leave the holder in the showcase when what they agreed to covers it; give the name shown, or that which left.

    They agreed to a name: it covers the same one, and their own spelling of it. Another name that their house chose,
    or a new name after a change, needs a new agreement. The former agreement ends, and stays word for word.
    """
    agreed = Appearance.objects.current().filter(award=former).first()
    if agreed is None:
        return "", ""
    since = former.shown_since_at
    before, after = (name_shown(one.first_name, one.last_name, agreed.name_shown) for one in (former, made))
    end_appearances(award=former, now=now)
    if asked == CorrectionKind.NAME_CHANGE or (asked not in _OWN_WORDS and before != after):
        return "", before
    Appearance(
        award=made,
        certification_id=agreed.certification_id,
        holder_id=agreed.holder_id,
        name_shown=agreed.name_shown,
        wording=agreed.wording,
        agreed_at=agreed.agreed_at,
    ).save(force_insert=True)
    made.shown_since_at = since
    made.save(update_fields=["shown_since_at"])
    return after, ""
