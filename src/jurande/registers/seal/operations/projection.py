"""Settling: from what was intended to what anybody can verify, in one order, resumed wherever it was cut.

1. Sign what is intended, keep the signatures with their entries (from here on a credential is issued).
2. Write the files of the log, sign its checkpoint, keep it, then show it.
3. Sign the status lists that are due, show them; show the documents of keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState
from jurande.registers.seal.models import SealLog, SigningKey
from jurande.registers.seal.operations.listing import publish_keys, publish_lists
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.publication import publish
from jurande.registers.seal.operations.sealing import seal_intended
from jurande.registers.seal.operations.standing import (
    SealingBusy,
    SealingStopped,
    alone,
    clear_stop,
    current_head,
    demand,
    disk_answers,
    note_stop,
    refuse_foreign_guard,
)
from jurande.registers.seal.states import Stop

JOB = "seal.settle"
# A request waits this long for another one's sealing; a job, this long.
REQUEST_WAIT_SECONDS = 5.0
JOB_WAIT_SECONDS = 60.0
# A request publishes by itself when nobody has for this long; else the job it asks for does it, for all.
PUBLISHED_EVERY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Settled:
    """Credentials signed, entries placed, the size of the last checkpoint, lists signed; and what stopped."""

    credentials: int = 0
    entries: int = 0
    size: int = 0
    lists: int = 0
    stop: Stop | None = None
    about: str = ""


def settle(*, now: datetime, wait_seconds: float = JOB_WAIT_SECONDS) -> Settled:
    """Do all that is due; whatever the caller intended and committed before is sealed and published on return.

    What stops the signing is kept in the head and told in ``stop``: nothing is lost, it resumes once mended.
    :raises SealingBusy: somebody else was at it all the while.
    """
    if current_head() is None:
        return _before_the_first_key()
    with alone(wait_seconds=wait_seconds):
        try:
            with disk_answers():
                _demand_published(now=now)
                sealed = seal_intended(now=now)
                publish(now=now)
                lists = publish_lists(now=now)
                publish_keys()
            if sealed.unusable is not None:
                raise sealed.unusable
        except SealingStopped as stopped:
            note_stop(stopped, now=now)
            return Settled(stop=stopped.code, about=stopped.about)
        head = SealLog.objects.get()
        clear_stop(head)
    crash_point("K5")
    return Settled(sealed.credentials, sealed.entries, head.signed_size, lists)


def _before_the_first_key() -> Settled:
    try:
        refuse_foreign_guard()
    except SealingStopped as stopped:
        return Settled(stop=stopped.code, about=stopped.about)
    return Settled()


def settle_soon(*, now: datetime) -> Settled:
    """Do what a request must before it answers: sign what is intended. Publish too, if nobody has for two seconds.

    Else a job publishes for everybody, seconds later. To be called after the commit of what was intended; when the
    credential is then «sealed», its entry is durable and it may be called issued.
    """
    head = current_head()
    if head is None:
        return _before_the_first_key()
    if _is_stale(head, now) or SigningKey.objects.filter(is_projected=False).exists():
        try:
            return settle(now=now, wait_seconds=REQUEST_WAIT_SECONDS)
        except SealingBusy:
            return Settled()
    try:
        with alone(wait_seconds=REQUEST_WAIT_SECONDS), disk_answers():
            _demand_published(now=now)
            sealed = seal_intended(now=now)
    except SealingBusy:
        return Settled()
    except SealingStopped as stopped:
        note_stop(stopped, now=now)
        return Settled(stop=stopped.code, about=stopped.about)
    ask_for_publication(now=now)
    crash_point("K5")
    return Settled(sealed.credentials, sealed.entries, head.signed_size)


def _demand_published(*, now: datetime) -> None:
    """Return if signing is allowed; after a stop, only once what was already sealed could be published.

    :raises SealingStopped: it is not, or what stopped it still does.
    """
    if demand(now=now).stop_code:
        publish(now=now)


def _is_stale(head: SealLog, now: datetime) -> bool:
    return head.signed_at is None or not timedelta(0) <= now - head.signed_at < PUBLISHED_EVERY


def ask_for_publication(*, now: datetime) -> None:
    """Ask for the job that publishes, unless it is about to run already."""
    waiting = JobRequest.objects.of(JOB, "").filter(state=JobState.WAITING, run_after__lte=now + PUBLISHED_EVERY)
    if not waiting.exists():
        jobs.request(JOB, now=now, run_after=now + PUBLISHED_EVERY)
