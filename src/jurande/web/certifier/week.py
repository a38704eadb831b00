"""The letter of the week: what is late and what comes, to whoever manages a network."""

from __future__ import annotations

from django.utils.timezone import localdate

from jurande.registers.common.jobs import Run
from jurande.registers.network.operations import keeping
from jurande.registers.network.queries.keeping import readers_of_the_week
from jurande.registers.parties.queries import actor_for
from jurande.web.certifier.radar import SOON_DAYS, every_due, summary_of
from jurande.web.ui.formats import day_plain
from jurande.web.ui.radar import SomeReader

LINES_MOST = 20


def send_weeks(run: Run) -> None:
    """Send each letter of this ISO week that has not left; run again on the same week, nothing leaves twice."""
    today = localdate(run.now())
    year, number, _day = today.isocalendar()
    week = f"{year}-W{number:02d}"
    sent = 0
    for certifier, person in readers_of_the_week(week):
        reader = SomeReader(actor_for(person, certifier=certifier), certifier)
        # Theirs, and what nobody follows.
        lines = [
            line
            for line in every_due(reader, today)
            if line.days_left <= SOON_DAYS and line.who in ("", person.full_name)
        ]
        sent += keeping.send_week(
            certifier=certifier,
            person=person,
            week=week,
            summary=summary_of(lines),
            lines=[
                f"• {day_plain(line.due_on)}\u00a0: {line.title}" + (f" ({line.law})" if line.law else "")
                for line in lines[:LINES_MOST]
            ],
            now=run.now(),
        )
        run.progress(done=sent)
