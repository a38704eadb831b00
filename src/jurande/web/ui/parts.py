"""What screens hand to the components: small frozen facts, already in French, with nothing left to look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Link:
    """Somewhere to go."""

    label: str
    url: str


@dataclass(frozen=True)
class Tab:
    """One view of a record or a list; ``count`` is what it holds, None when that says nothing.

    ``waiting`` is what the reader has to do there: a badge, none at 0.
    """

    label: str
    url: str
    current: bool = False
    count: int | None = None
    waiting: int = 0


@dataclass(frozen=True)
class Due:
    """Something waiting for someone until the end of ``due_on`` (a civil day in Paris, included)."""

    title: str
    due_on: date
    today: date
    url: str = ""
    opened_on: date | None = None  # when the clock started; without it the clock shows nothing but lateness
    note: str = ""  # replaces the plain date under the title
    law: str = ""
    law_url: str = ""
    who: str = ""

    @property
    def days_left(self) -> int:
        """Days left; negative once overdue."""
        return (self.due_on - self.today).days

    @property
    def over(self) -> bool:
        """Whether the day has passed."""
        return self.days_left < 0

    @property
    def days_shown(self) -> int:
        """The figure on the left: days left or days late."""
        return abs(self.days_left)

    @property
    def elapsed_pct(self) -> int:
        """How much of the time has run, 0 to 100."""
        if self.over:
            return 100
        if self.opened_on is None or self.opened_on >= self.due_on:
            return 0
        run = (self.today - self.opened_on).days / (self.due_on - self.opened_on).days
        return round(max(0.0, min(1.0, run)) * 100)


@dataclass(frozen=True)
class Event:
    """One line of a record's life. ``sentence`` may be safe HTML made by the kit; anything else is escaped."""

    at: date | datetime
    sentence: str
    status: str = "dot"
    aside: str = ""
    who: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a partner is ranked where it is: a sentence with its status and its source."""

    status: str
    sentence: str
    law: str = ""
    law_url: str = ""


@dataclass(frozen=True)
class Stat:
    """One large figure under its name."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    status: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of a definition list."""

    term: str
    value: str


@dataclass(frozen=True)
class Step:
    """One step of a long form; ``state`` is done, current or todo."""

    label: str
    state: str = "todo"
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class File:
    """A kept document as a card: what it is, and where it is served under its holder's permission."""

    name: str
    url: str
    note: str = ""
    kind: str = ""
    replace_url: str = ""
    remove_url: str = ""
    status: str = ""
    word: str = ""


@dataclass(frozen=True)
class Rejected:
    """A row that a job could not take, and why."""

    row: str
    who: str
    why: str


@dataclass(frozen=True)
class Progress:
    """A job one can watch or leave. ``state`` is waiting, running, done, failed or cancelled; counts are in units."""

    title: str
    state: str
    url: str  # answers with this component alone
    done: int = 0
    failed: int = 0
    total: int = 0
    remaining: str = ""
    unit: str = "ligne,lignes"
    done_word: str = "faites"
    failed_word: str = "à corriger"
    reason: str = ""  # why it failed, what to do
    rejected: Sequence[Rejected] = ()
    rejected_url: str = ""
    next_url: str = ""  # where the result is, once done
    next_label: str = ""

    @property
    def left(self) -> int:
        """Rows still to do."""
        return max(0, self.total - self.done - self.failed)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed", "cancelled"}


@dataclass(frozen=True)
class Effect:
    """One consequence of an irreversible act: an icon and a sentence."""

    icon: str
    sentence: str


@dataclass(frozen=True)
class Spot:
    """A département on the map: how many, where a click goes, the rank badge when it stands out."""

    value: int
    url: str = ""
    badge: int | None = None


@dataclass(frozen=True)
class Stage:
    """One stage of the funnel; ``lost`` says who left before it, ``norm`` is the network's share (0–1) of the first."""

    label: str
    value: int
    lost: str = ""
    lost_url: str = ""
    norm: float | None = None


@dataclass(frozen=True)
class Bar:
    """One small bar among a few; ``norm`` (same unit) is drawn dotted behind it, ``weak`` in wax."""

    label: str
    value: int
    norm: float | None = None
    weak: bool = False


@dataclass(frozen=True)
class Segment:
    """A part of a bar: how many, and its status colour (ok, warn, late, run, ink)."""

    value: int
    status: str


@dataclass(frozen=True)
class Filtered:
    """A filter that is on, with the address that takes it off."""

    name: str
    value: str
    without_url: str


@dataclass(frozen=True)
class Pages:
    """Where one stands in a long list. ``address`` is the query with every filter, without the page."""

    number: int
    last: int
    address: str
    shown: list[int | None] = field(default_factory=list)  # None is a gap

    @classmethod
    def of(cls, number: int, last: int, address: str) -> Pages:
        """Choose which page numbers are worth showing: the ends, and those around."""
        wanted = sorted({1, last, *(p for p in range(number - 1, number + 2) if 1 <= p <= last)})
        shown: list[int | None] = []
        for page in wanted:
            if shown and shown[-1] is not None and page - shown[-1] == 2:
                shown.append(page - 1)
            elif shown and shown[-1] is not None and page - shown[-1] > 2:
                shown.append(None)
            shown.append(page)
        return cls(number, last, address, shown)
