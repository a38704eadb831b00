"""Asking for the jobs of the schedule when they fall due, each slot once, whatever the number of workers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState, Slot
from jurande.registers.common.schedule import Planned


def tick(schedule: Iterable[Planned], *, now: datetime) -> list[JobRequest]:
    """Ask for every job whose latest slot nobody has taken yet; give the requests made here.

    When nothing ran for a while, only the latest slot of each job is caught up with. A slot falling due while the job
    asked for by the one before still waits (its turn, or another try) is served by that job, at once: late work does
    not pile up.
    """
    requested = []
    due = {planned.name: planned.latest_due(now) for planned in schedule}
    taken = set(Slot.objects.filter(name__in=due, due_at__in=set(due.values())).values_list("name", "due_at"))
    for name, due_at in due.items():
        if (name, due_at) not in taken:
            job = _take(name, due_at, now=now)
            if job is not None:
                requested.append(job)
    return requested


def _take(name: str, due_at: datetime, *, now: datetime) -> JobRequest | None:
    with transaction.atomic():
        slot = Slot(name=name, due_at=due_at)
        # Inserting decides who takes the slot: when another worker is at it, this waits for them, then does nothing.
        Slot.objects.bulk_create([slot], ignore_conflicts=True)
        mine = (
            Slot.objects.select_for_update(of=("self",), no_key=True)
            .filter(name=name, due_at=due_at, job_code="")
            .first()
        )
        if mine is None:
            return None
        former = Slot.objects.filter(name=name, due_at__lt=due_at).order_by("-due_at").first()
        waiting = former and JobRequest.objects.filter(code=former.job_code, state=JobState.WAITING).first()
        if waiting:
            jobs.hasten(waiting, now=now)
        job = waiting or jobs.request(name, now=now)
        Slot.objects.filter(pk=mine.pk).update(job_code=job.code)
        return None if waiting else job
