"""When jobs run by themselves, as data: what ``config/schedule.py`` is written with. No model is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Every:
    """Run the job ``name`` every so many minutes, counted from 1970 so that all workers agree on the instants."""

    name: str
    minutes: int

    def __post_init__(self) -> None:
        """Refuse what could never be due.

        :raises ValueError: ``minutes`` is not positive.
        """
        if self.minutes < 1:
            raise ValueError(f"{self.name}: every {self.minutes} minutes")

    def latest_due(self, now: datetime) -> datetime:
        """Give the last instant, ``now`` included, at which the job was due."""
        return now - (now - EPOCH) % timedelta(minutes=self.minutes)

    def next_due(self, now: datetime) -> datetime:
        """Give the first instant after ``now`` at which the job will be due."""
        return self.latest_due(now) + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Daily:
    """Run the job ``name`` once each civil day of Paris, at ``at`` (``"06:00"``).

    On the day when that hour does not exist (last Sunday of March), it runs one hour later on the clock; on the day
    when it exists twice (last Sunday of October), it runs the first time.
    """

    name: str
    at: str

    def __post_init__(self) -> None:
        """Refuse what is not a time of day.

        :raises ValueError: ``at`` is not ``HH:MM``.
        """
        if time.fromisoformat(self.at).strftime("%H:%M") != self.at:
            raise ValueError(f"{self.name}: «{self.at}» is not HH:MM")

    def due_on(self, day: date) -> datetime:
        """Give the instant, in UTC, at which the job is due on this day."""
        return datetime.combine(day, time.fromisoformat(self.at), tzinfo=PARIS).astimezone(UTC)

    def latest_due(self, now: datetime) -> datetime:
        """Give the last instant, ``now`` included, at which the job was due."""
        today = now.astimezone(PARIS).date()
        due_at = self.due_on(today)
        return due_at if due_at <= now else self.due_on(today - timedelta(days=1))

    def next_due(self, now: datetime) -> datetime:
        """Give the first instant after ``now`` at which the job will be due."""
        today = now.astimezone(PARIS).date()
        due_at = self.due_on(today)
        return due_at if due_at > now else self.due_on(today + timedelta(days=1))


type Planned = Every | Daily
