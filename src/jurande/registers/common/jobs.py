"""Background work: asked for in the caller's transaction, run by a worker, retried, resumed after a crash.

A task is a plain function ``def deliver(run: Run) -> None`` named in ``config/jobs.py``. It must be idempotent: it may
run again after it did its work, when the worker died before saying so. docs/adr/0004-jobs.md has the whole story.
"""

from __future__ import annotations

import hashlib
import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.module_loading import import_string

from jurande.registers.common.models import JobRequest, JobRequestQuerySet, JobState, Worker
from jurande.registers.common.refusals import Refused

logger = logging.getLogger("jurande.jobs")

MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=10)
DELAY_FACTOR = 3
LONGEST_DELAY = timedelta(hours=6)
PROGRESS_SECONDS = 1.0
WORKER_LOST = "jurande.registers.common.jobs.WorkerLost"


class Interrupted(BaseException):
    """The worker was asked to stop: the job goes back to the queue, this attempt does not count."""


class LeaseLost(BaseException):
    """The job was given to another worker, or deleted: this one must leave it at once."""


class Cancelled(BaseException):
    """Somebody cancelled the job while it ran."""


# --- asking -------------------------------------------------------------------------------------


def request(
    name: str,
    code: str = "",
    *,
    certifier_code: str = "",
    requested_by: str = "",
    now: datetime,
    run_after: datetime | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> JobRequest:
    """Ask for the job ``name`` about the row ``code``: it will run once the caller's transaction is committed.

    ``run_after`` puts it off until then. ``certifier_code`` and ``requested_by`` say whose page shows its progress.
    :raises KeyError: no such job in ``config/jobs.py``.
    """
    if name not in settings.JURANDE_JOBS:
        raise KeyError(f"no job named {name!r} in config/jobs.py")
    with transaction.atomic():
        job = JobRequest(
            name=name,
            subject_code=code,
            certifier_code=certifier_code,
            requested_by=requested_by,
            requested_at=now,
            run_after=run_after or now,
            max_attempts=max_attempts,
        )
        job.dispatch_id = _enqueue(job.code, job.run_after)
        job.save(force_insert=True)
    return job


def cancel(code: str, *, now: datetime) -> bool:
    """Cancel the job: at once if it waits, at its next step if it runs; tell whether it was still possible."""
    with transaction.atomic():
        if JobRequest.objects.filter(code=code, state=JobState.WAITING).update(
            state=JobState.CANCELLED, cancel_requested_at=now, finished_at=now
        ):
            return True
        return bool(JobRequest.objects.filter(code=code, state=JobState.RUNNING).update(cancel_requested_at=now))


def worker_seen_at() -> datetime | None:
    """Tell when a worker last gave a sign of life: a few seconds ago when all is well."""
    seen_at: datetime | None = Worker.objects.aggregate(at=Max("seen_at"))["at"]
    return seen_at


def retry_delay(attempts: int) -> timedelta:
    """Give the wait after this many failed attempts: 10 s, 30 s, 90 s… up to 6 h; none after 0 attempts."""
    if attempts < 1:
        return timedelta(0)
    return min(LONGEST_DELAY, FIRST_DELAY * int(DELAY_FACTOR ** min(attempts - 1, 20)))


# --- running ------------------------------------------------------------------------------------


class Run:
    """One attempt at a job, as the task sees it."""

    def __init__(self, job: JobRequest, clock: Callable[[], datetime] = timezone.now) -> None:
        """Take the row as claimed."""
        self.request = job
        self.code = job.subject_code
        self._clock = clock
        self._written = time.monotonic()

    def now(self) -> datetime:
        """Read the clock; the task passes it on to operations."""
        return self._clock()

    def progress(
        self, *, done: int | None = None, total: int | None = None, failed: int | None = None, note_code: str = ""
    ) -> None:
        """Say how far the work is; call it between transactions, as often as one likes: a write a second at most.

        :raises Cancelled: somebody asked for it. Do not catch it.
        :raises LeaseLost: another worker has the job. Do not catch it.
        """
        job = self.request
        job.done_count = job.done_count if done is None else done
        job.total_count = job.total_count if total is None else total
        job.failed_count = job.failed_count if failed is None else failed
        job.note_code = note_code or job.note_code
        if time.monotonic() - self._written >= PROGRESS_SECONDS:
            self.save_progress()

    def save_progress(self) -> None:
        """Write the progress now.

        :raises Cancelled: somebody asked for it.
        :raises LeaseLost: another worker has the job.
        """
        self._written = time.monotonic()
        _write_if_leased(self.request, heartbeat_at=self.now(), **_progress(self.request))
        asked_at = JobRequest.objects.filter(pk=self.request.pk).values_list("cancel_requested_at", flat=True).first()
        if asked_at is not None:
            raise Cancelled


@task(takes_context=True)
def perform(context: TaskContext[..., None], code: str) -> None:
    """Run the job of this code: what django.tasks knows of all our work."""
    execute(code, worker_code=context.task_result.worker_ids[-1])


def execute(code: str, *, worker_code: str, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Claim the job and run it, if it is due and nobody else has it; tell whether it ran.

    Whatever the task raises is kept in the row, without its message, and decides what follows: a retry later, or
    failure after the last attempt or a ``Refused`` (which another try would not change).
    """
    try:
        job = _claim(code, worker_code=worker_code, now=clock())
        if job is None:
            return False
        _call(job, clock)
    except LeaseLost:
        logger.warning("job %s: lost to another worker", code)
    except Interrupted:
        if not connection.in_atomic_block:
            # The signal may have cut a query in two: only a new connection is sure to be sound.
            connection.close()
        _hand_back(code, worker_code=worker_code, now=clock())
    return True


def _call(job: JobRequest, clock: Callable[[], datetime]) -> None:
    try:
        if job.cancel_requested_at is not None:
            raise Cancelled
        import_string(settings.JURANDE_JOBS[job.name])(Run(job, clock))
    except Cancelled:
        _finish(job, JobState.CANCELLED, now=clock())
    except Exception as error:
        _fail(job, error, now=clock())
    else:
        _finish(job, JobState.DONE, now=clock())


def _claim(code: str, *, worker_code: str, now: datetime) -> JobRequest | None:
    claimed = (
        JobRequest.objects.due_at(now)
        .filter(code=code)
        .update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            started_at=now,
            heartbeat_at=now,
            worker_code=worker_code,
        )
    )
    return JobRequest.objects.get(code=code) if claimed else None


def _finish(job: JobRequest, state: JobState, *, now: datetime) -> None:
    _write_if_leased(
        job,
        state=state,
        finished_at=now,
        heartbeat_at=None,
        worker_code="",
        error_code="",
        error_digest="",
        **_progress(job),
    )


def _fail(job: JobRequest, error: Exception, *, now: datetime) -> None:
    error_code, frames = f"{type(error).__module__}.{type(error).__qualname__}"[:200], where(error)
    digest = hashlib.sha256(f"{error_code}\n{frames}".encode()).hexdigest()[:16]
    logger.error("job %s %s: attempt %d: %s %s\n%s", job.name, job.code, job.attempts, error_code, digest, frames)
    kept = {"error_code": error_code, "error_digest": digest, "heartbeat_at": None, "worker_code": "", **_progress(job)}
    if JobRequest.objects.filter(pk=job.pk, cancel_requested_at__isnull=False).exists():
        _write_if_leased(job, state=JobState.CANCELLED, finished_at=now, **kept)
    elif isinstance(error, Refused) or job.attempts >= job.max_attempts:
        _write_if_leased(job, state=JobState.FAILED, finished_at=now, **kept)
    else:
        _put_back(job, run_after=now + retry_delay(job.attempts), **kept)


def _hand_back(code: str, *, worker_code: str, now: datetime) -> None:
    job = JobRequest.objects.filter(code=code, state=JobState.RUNNING, worker_code=worker_code).first()
    if job is not None:
        logger.info("job %s %s: handed back", job.name, job.code)
        _put_back(job, run_after=now, attempts=job.attempts - 1, heartbeat_at=None, worker_code="")


def take_back(job: JobRequest, *, now: datetime) -> None:
    """Put a job whose worker is dead back in the queue, or end it if it was cancelled or has killed too many workers.

    The first time it resumes at once; then it waits, as it may be what kills them.
    """
    lost: dict[str, object] = {"heartbeat_at": None, "worker_code": ""}
    with transaction.atomic():
        # Locks the row; a job that gave a sign of life since we looked is left alone.
        if not _held(job).filter(heartbeat_at=job.heartbeat_at).update(heartbeat_at=now):
            return
        logger.warning("job %s %s: its worker is gone, attempt %d", job.name, job.code, job.attempts)
        if job.cancel_requested_at is not None:
            _write_if_leased(job, state=JobState.CANCELLED, finished_at=now, **lost)
        elif job.attempts >= job.max_attempts:
            _write_if_leased(job, state=JobState.FAILED, finished_at=now, error_code=WORKER_LOST, **lost)
        else:
            _put_back(job, run_after=now + retry_delay(job.attempts - 1), error_code=WORKER_LOST, **lost)


def hasten(job: JobRequest, *, now: datetime) -> None:
    """Enqueue a waiting job to run now: its time has come, or its dispatch was lost with the worker that had it."""
    with transaction.atomic():
        dispatch_id = _enqueue(job.code, now)
        JobRequest.objects.filter(pk=job.pk, state=JobState.WAITING).update(run_after=now, dispatch_id=dispatch_id)


def _put_back(job: JobRequest, *, run_after: datetime, **values: object) -> None:
    with transaction.atomic():
        dispatch_id = _enqueue(job.code, run_after)
        _write_if_leased(job, state=JobState.WAITING, run_after=run_after, dispatch_id=dispatch_id, **values)


def _write_if_leased(job: JobRequest, **values: object) -> None:
    """Write only while the row is held by the worker, and for the attempt, that ``job`` was read with."""
    if not _held(job).update(**values):
        raise LeaseLost


def _held(job: JobRequest) -> JobRequestQuerySet:
    return JobRequest.objects.filter(
        pk=job.pk, state=JobState.RUNNING, worker_code=job.worker_code, attempts=job.attempts
    )


def _progress(job: JobRequest) -> dict[str, object]:
    return {
        "done_count": job.done_count,
        "total_count": job.total_count,
        "failed_count": job.failed_count,
        "note_code": job.note_code,
    }


def _enqueue(code: str, run_after: datetime) -> UUID:
    return UUID(perform.using(run_after=run_after).enqueue(code).id)


def where(error: BaseException) -> str:
    """Say where an error was raised, and what raised it in turn: files, lines and classes; no message, no value."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(type(current).__qualname__)
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)
