from __future__ import annotations

import os
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jurande.registers.common import jobs, worker
from jurande.registers.common.models import JobRequest, JobState, Worker
from jurande.registers.common.schedule import Every
from jurande.registers.common.worker import LEASE, Caretaker, JobWorker, beat, reap
from tests.registers.common.conftest import Installation, wait_for
from tests.registers.common.declared import JOBS

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ASK = "from django.utils import timezone; from jurande.registers.common import jobs\n"


def ask(installation: Installation, name: str, *codes: str) -> None:
    installation.python(f"{ASK}for code in {codes!r}: jobs.request({name!r}, code, now=timezone.now())")


def states(installation: Installation) -> list[str]:
    code = (
        "from jurande.registers.common.models import JobRequest\n"
        "for job in JobRequest.objects.order_by('pk'): print(job.state, job.attempts, job.worker_code)"
    )
    return [line.strip() for line in installation.python(code).splitlines()]


class TestRunWorker:
    """Real processes on a real database."""

    def test_shares_the_work_with_another_and_runs_each_job_once(self, installation: Installation) -> None:
        codes = [f"J{number}" for number in range(50)]
        ask(installation, "chores.note", *codes)
        workers = [installation.start("run-worker") for _ in range(2)]
        wait_for(lambda: len(installation.lines()) >= 50)
        time.sleep(0.6)
        for process in workers:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=5) for process in workers] == [0, 0]
        assert sorted(installation.lines()) == sorted(codes)
        assert states(installation) == ["done 1"] * 50

    def test_stops_at_once_when_idle(self, installation: Installation) -> None:
        process = installation.start("run-worker")
        wait_for(
            lambda: (
                installation.python("from jurande.registers.common import jobs; print(jobs.worker_seen_at())")
                != "None\n"
            )
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0

    def test_stops_at_once_during_a_job_and_hands_it_back(self, installation: Installation) -> None:
        ask(installation, "chores.linger", "LONG")
        process = installation.start("run-worker")
        wait_for(lambda: installation.lines())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert states(installation) == ["waiting 0"]

    def test_resumes_the_job_of_a_killed_worker(self, installation: Installation) -> None:
        ask(installation, "chores.linger", "LONG")
        killed = installation.start("run-worker")
        wait_for(lambda: installation.lines())
        killed.send_signal(signal.SIGKILL)
        killed.wait(timeout=5)
        assert states(installation)[0].startswith("running 1")
        installation.start("run-worker")
        wait_for(lambda: len(installation.lines()) == 2)
        assert [line.split()[:2] for line in installation.lines()] == [["begin", "LONG"]] * 2
        assert states(installation)[0].startswith("running 2")


@pytest.fixture
def chores_declared(settings: Any) -> None:
    settings.JURANDE_JOBS = JOBS


@pytest.mark.django_db
@pytest.mark.usefixtures("chores_declared")
class TestJobWorker:
    @pytest.fixture(autouse=True)
    def _without_caretaker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It lives in another thread, which does not see the test's transaction."""
        monkeypatch.setattr(Caretaker, "start", lambda self: None)
        monkeypatch.setattr(Caretaker, "stop", lambda self: None)
        # The test's transaction lives on the connection that this would close.
        monkeypatch.setattr(worker, "close_old_connections", lambda: None)

    def test_runs_what_is_due_in_order(self) -> None:
        later = jobs.request("chores.count", now=NOW, run_after=NOW + timedelta(days=36500))
        done = [jobs.request("chores.count", now=NOW) for _ in range(3)]
        JobWorker(until_idle=True).run()
        assert set(JobRequest.objects.filter(state=JobState.DONE)) == set(done)
        later.refresh_from_db()
        assert later.state == JobState.WAITING
        assert DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL).count() == 3

    def test_leaves_no_trace_of_an_error_with_django_tasks(self) -> None:
        jobs.request("chores.fail", now=NOW)
        JobWorker(until_idle=True).run()
        dispatch = DBTaskResult.objects.get(status=TaskResultStatus.SUCCESSFUL)
        assert dispatch.traceback == ""

    def test_looks_again_when_the_database_is_locked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def locked(*args: Any) -> None:
            raise OperationalError("database is locked")

        jobs.request("chores.count", now=NOW)
        monkeypatch.setattr(DBTaskResult, "claim", locked)
        assert JobWorker()._claim() is None

    def test_ends_when_the_database_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(*args: Any) -> None:
            raise OperationalError("server closed the connection unexpectedly")

        jobs.request("chores.count", now=NOW)
        monkeypatch.setattr(DBTaskResult, "claim", gone)
        with pytest.raises(OperationalError):
            JobWorker()._claim()


@pytest.mark.django_db
class TestBeat:
    def test_shows_the_worker_and_its_job_alive(self, chores_declared: None) -> None:
        job = jobs.request("chores.count", now=NOW)
        JobRequest.objects.update(state=JobState.RUNNING, worker_code="w1", heartbeat_at=NOW, started_at=NOW)
        beat("w1", now=NOW)
        beat("w1", now=NOW + timedelta(seconds=5))
        job.refresh_from_db()
        alive = Worker.objects.get()
        assert job.heartbeat_at == alive.seen_at == NOW + timedelta(seconds=5)
        assert (alive.started_at, alive.pid, alive.host) == (NOW, os.getpid(), socket.gethostname())

    def test_brings_a_buried_worker_back(self) -> None:
        beat("w1", now=NOW)
        Worker.objects.all().delete()
        beat("w1", now=NOW)
        assert Worker.objects.get().code == "w1"


@pytest.mark.django_db
@pytest.mark.usefixtures("chores_declared")
class TestReap:
    def running(self, **worker_values: Any) -> JobRequest:
        alive = {"code": "w1", "host": socket.gethostname(), "pid": os.getpid(), "started_at": NOW, "seen_at": NOW}
        Worker.objects.create(**{**alive, **worker_values})
        job = jobs.request("chores.count", now=NOW)
        DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
        JobRequest.objects.update(
            state=JobState.RUNNING, worker_code="w1", heartbeat_at=NOW, started_at=NOW, attempts=1
        )
        return job

    def test_leaves_a_live_worker_alone(self) -> None:
        self.running()
        reap(now=NOW + LEASE)
        assert JobRequest.objects.get().state == JobState.RUNNING
        assert Worker.objects.exists()

    def test_takes_back_the_job_of_a_silent_worker(self) -> None:
        self.running(host="ailleurs")
        reap(now=NOW + LEASE + timedelta(seconds=1))
        assert JobRequest.objects.get().state == JobState.WAITING
        assert not Worker.objects.exists()

    def test_takes_back_at_once_the_job_of_a_dead_process_of_this_machine(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dead(pid: int, number: int) -> None:
            raise ProcessLookupError

        self.running()
        monkeypatch.setattr(worker.os, "kill", dead)
        reap(now=NOW)
        assert JobRequest.objects.get().state == JobState.WAITING

    def test_does_not_judge_by_their_number_the_processes_of_other_machines(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker.os, "kill", lambda pid, number: pytest.fail("another machine"))
        self.running(host="ailleurs")
        reap(now=NOW)
        assert JobRequest.objects.get().state == JobState.RUNNING

    def test_sees_that_another_users_process_lives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def forbidden(pid: int, number: int) -> None:
            raise PermissionError

        self.running()
        monkeypatch.setattr(worker.os, "kill", forbidden)
        reap(now=NOW)
        assert JobRequest.objects.get().state == JobState.RUNNING

    def test_takes_back_a_job_whose_worker_left_no_row(self) -> None:
        self.running()
        Worker.objects.all().delete()
        reap(now=NOW + LEASE + timedelta(seconds=1))
        assert JobRequest.objects.get().state == JobState.WAITING

    def test_enqueues_again_a_job_whose_dispatch_died_with_its_worker(self) -> None:
        job = jobs.request("chores.count", now=NOW)
        DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
        reap(now=NOW + timedelta(seconds=10))
        assert JobRequest.objects.get().dispatch_id == job.dispatch_id
        reap(now=NOW + timedelta(seconds=40))
        dispatch_id = JobRequest.objects.get().dispatch_id
        assert DBTaskResult.objects.get(status=TaskResultStatus.READY).id == dispatch_id
        reap(now=NOW + timedelta(seconds=80))
        assert JobRequest.objects.get().dispatch_id == dispatch_id


@pytest.mark.django_db
class TestCaretaker:
    def test_beats_every_five_seconds_and_asks_for_what_is_due(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch, chores_declared: None
    ) -> None:
        settings.JURANDE_SCHEDULE = [Every("chores.count", minutes=1)]
        caretaker = Caretaker("w1")
        beats: list[datetime] = []
        monkeypatch.setattr(worker, "beat", lambda code, now: beats.append(now))
        for second in range(61):
            caretaker.look_around(NOW + timedelta(seconds=second))
        assert len(beats) == 13
        assert JobRequest.objects.count() == 1
        JobRequest.objects.update(state=JobState.DONE, finished_at=NOW)
        caretaker.look_around(NOW + timedelta(seconds=61))
        assert JobRequest.objects.count() == 1

    def test_reads_nothing_between_two_beats(self, settings: Any, django_assert_num_queries: Any) -> None:
        settings.JURANDE_SCHEDULE = [Every("chores.count", minutes=1)]
        settings.JURANDE_JOBS = JOBS
        caretaker = Caretaker("w1")
        caretaker.look_around(NOW)
        with django_assert_num_queries(0):
            caretaker.look_around(NOW + timedelta(seconds=1))
