"""The process that runs jobs: django-tasks-db's worker, with a caretaker thread for all that it lacks.

The caretaker beats (so that others know that this worker and its job are alive), takes back the jobs of dead workers,
and asks for what the schedule says. The main thread only runs jobs, one at a time.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, OperationalError, close_old_connections, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import is_locked_database_exception

from jurande.registers.common import jobs, scheduler
from jurande.registers.common.codes import new_code
from jurande.registers.common.models import JobRequest, JobState, Worker

logger = logging.getLogger("jurande.worker")

BEAT_SECONDS = 5.0
LEASE = timedelta(seconds=30)
CARETAKER_SECONDS = 1.0
POLL_SECONDS = 0.25
REAP_LIMIT = 500


class JobWorker(db_worker.Worker):
    """Run jobs until a signal asks to stop; a job under way is handed back to the queue at once."""

    def __init__(self, *, until_idle: bool = False) -> None:
        """Prepare a worker; ``until_idle`` makes it stop when nothing more is due."""
        super().__init__(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=until_idle,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=new_code(),
            excluded_queue_names=[],
        )
        self._woken = threading.Event()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Stop: between two bytecodes of the job under way if there is one, so that nothing has to be waited for."""
        if not self.running:
            return
        self.running = False
        self._woken.set()
        if self.running_task:
            raise jobs.Interrupted

    def run(self) -> None:
        """Run jobs until told to stop."""
        caretaker = Caretaker(self.worker_id)
        caretaker.start()
        try:
            self._run_jobs()
        except jobs.Interrupted:
            # The signal came after the job's last line: it is already settled.
            logger.debug("interrupted between two jobs")
        finally:
            caretaker.stop()

    def _run_jobs(self) -> None:
        while self.running:
            close_old_connections()
            claimed = self._claim()
            if claimed is not None:
                self.run_task(claimed)
            elif self.batch:
                return
            else:
                self._woken.wait(self.interval)

    def _claim(self) -> DBTaskResult[..., None] | None:
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        try:
            # Looking does not take the write lock; only a claim does.
            if not ready.exists():
                return None
            with transaction.atomic():
                found = ready.get_locked()
                if found is not None:
                    found.claim(self.worker_id)
                return found
        except OperationalError as error:
            if not is_locked_database_exception(error):
                raise
            return None


class Caretaker(threading.Thread):
    """Beat, reap and schedule, in the background of one worker, on a connection of its own."""

    def __init__(self, worker_code: str) -> None:
        """Serve the worker of this code."""
        super().__init__(name="caretaker", daemon=True)
        self.worker_code = worker_code
        self._stopping = threading.Event()
        self._served: dict[str, datetime] = {}
        self._beat_at: datetime | None = None

    def run(self) -> None:
        """Look around every second until told to stop; a database that does not answer is tried again."""
        try:
            while not self._stopping.is_set():
                try:
                    self.look_around(timezone.now())
                except DatabaseError as error:
                    logger.warning("caretaker: %s", type(error).__qualname__)
                    connection.close()
                self._stopping.wait(CARETAKER_SECONDS)
            with suppress(DatabaseError):
                Worker.objects.filter(code=self.worker_code).delete()
        finally:
            connection.close()

    def look_around(self, now: datetime) -> None:
        """Do what is due at ``now``."""
        if self._beat_at is None or abs((now - self._beat_at).total_seconds()) >= BEAT_SECONDS:
            self._beat_at = now
            beat(self.worker_code, now=now)
            reap(now=now)
        due = {planned.name: planned.latest_due(now) for planned in settings.JURANDE_SCHEDULE}
        if due != self._served:
            scheduler.tick(settings.JURANDE_SCHEDULE, now=now)
            self._served = due

    def stop(self) -> None:
        """End the thread; wait for it a moment, never long enough to delay the end of the process."""
        self._stopping.set()
        self.join(timeout=0.3)


def beat(worker_code: str, *, now: datetime) -> None:
    """Say that this worker is alive, and its job with it."""
    with transaction.atomic():
        if not Worker.objects.filter(code=worker_code).update(seen_at=now):
            # The first beat; or this process slept so long that the others buried it.
            Worker.objects.create(
                code=worker_code, host=socket.gethostname(), pid=os.getpid(), started_at=now, seen_at=now
            )
        JobRequest.objects.filter(state=JobState.RUNNING, worker_code=worker_code).update(heartbeat_at=now)


def reap(*, now: datetime) -> None:
    """Take back the jobs of dead workers, and enqueue again those whose dispatch died with one.

    Dead: silent for 30 seconds, or a process of this machine that is no more.
    """
    gone = [worker for worker in Worker.objects.order_by("pk") if worker.seen_at < now - LEASE or not _is_alive(worker)]
    lost = Q(heartbeat_at__lt=now - LEASE) | Q(worker_code__in=[worker.code for worker in gone])
    for job in JobRequest.objects.filter(lost, state=JobState.RUNNING).order_by("pk")[:REAP_LIMIT]:
        jobs.take_back(job, now=now)
    Worker.objects.filter(pk__in=[worker.pk for worker in gone]).delete()
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY, id=OuterRef("dispatch_id"))
    overdue = JobRequest.objects.due_at(now - LEASE).exclude(Exists(ready))
    for job in overdue.order_by("pk")[:REAP_LIMIT]:
        jobs.hasten(job, now=now)


def _is_alive(worker: Worker) -> bool:
    if worker.host != socket.gethostname():
        return True
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
