"""What must be thrown away for the installation to stay small: a job of the schedule, run at night."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jurande.registers.common.jobs import Run
from jurande.registers.common.models import JobRequest, JobState, Slot

KEEP_DONE = timedelta(days=30)
KEEP_FAILED = timedelta(days=90)
KEEP_SLOTS = timedelta(days=8)
KEEP_DISPATCHES = timedelta(days=1)


def purge(run: Run) -> None:
    """Throw away finished jobs (30 days; 90 when they failed), past slots (8 days) and past dispatches (1 day)."""
    now = run.now()
    finished = JobRequest.objects.filter(state__in=(JobState.DONE, JobState.CANCELLED), finished_at__lt=now - KEEP_DONE)
    failed = JobRequest.objects.filter(state=JobState.FAILED, finished_at__lt=now - KEEP_FAILED)
    run.progress(total=4)
    for done, old in enumerate((finished, failed, _past_slots(now), _past_dispatches(now)), start=1):
        old.delete()
        run.progress(done=done)


def _past_slots(now: datetime) -> QuerySet[Slot]:
    # The latest slot of each job stays, however old: it is what says that it was served.
    latest = Slot.objects.values("name").annotate(latest=Max("pk")).values("latest")
    return Slot.objects.filter(due_at__lt=now - KEEP_SLOTS).exclude(pk__in=latest)


def _past_dispatches(now: datetime) -> QuerySet[DBTaskResult[..., None]]:
    # A dispatch whose worker was killed stays «running» for ever: the job itself was taken back long ago.
    under_way = JobRequest.objects.filter(state=JobState.RUNNING, dispatch_id=OuterRef("id"))
    past = DBTaskResult.objects.filter(started_at__lt=now - KEEP_DISPATCHES).exclude(status=TaskResultStatus.READY)
    return past.exclude(Exists(under_way))
