# SPDX-License-Identifier: Apache-2.0
"""How long a certification stays registered, and when its next dossier must be begun.

There is no renewal in law: a new request each time, for five years at most (C. trav. L. 6113-5, L. 6113-6). A fiche
stops being active the day after the end of its registration; candidates already on their way may still receive it
until the last date to issue (DATE_LIMITE_DELIVRANCE).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

USUAL_MONTHS = 18


class Phase(StrEnum):
    """Where a registration stands on a day."""

    UNKNOWN = "unknown"  # the register gives no end
    RUNNING = "running"
    PREPARE = "prepare"  # the dossier should be under way
    ENDED = "ended"  # nobody may enter any more; those on their way may still receive it
    CLOSED = "closed"  # nothing may be issued any more


@dataclass(frozen=True)
class RegistrationClock:
    """The three days that count, each the last (or, for the dossier, the first) of its time, included."""

    ends_on: date | None
    last_issue_on: date | None
    start_on: date | None

    def phase(self, today: date) -> Phase:
        """Tell where the registration stands."""
        last = self.last_issue_on or self.ends_on
        if self.ends_on is None:
            return Phase.CLOSED if last is not None and today > last else Phase.UNKNOWN
        if today > self.ends_on:
            return Phase.ENDED if last is not None and today <= last else Phase.CLOSED
        return Phase.PREPARE if self.start_on is not None and today >= self.start_on else Phase.RUNNING


def clock(*, ends_on: date | None, last_issue_on: date | None, months_before: int = USUAL_MONTHS) -> RegistrationClock:
    """Give the days of a registration. ``months_before``: how long before its end the next dossier is begun.

    :raises ValueError: a number of months below 0.
    """
    start_on = None if ends_on is None else earlier(ends_on, months_before)
    return RegistrationClock(ends_on, last_issue_on, start_on)


def earlier(day: date, months: int) -> date:
    """Give the same day ``months`` months before, or the last of that month when it has no such day.

    :raises ValueError: a number of months below 0, or a day before the year 1.
    """
    if months < 0:
        raise ValueError("a number of months below 0")
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
