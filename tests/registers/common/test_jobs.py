from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.tasks import TaskResultStatus
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from jurande.registers.common import jobs
from jurande.registers.common.jobs import Run
from jurande.registers.common.models import JobRequest, JobState, Worker
from tests.registers.common import chores
from tests.registers.common.declared import JOBS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _jobs_of_the_tests(settings: Any) -> None:
    settings.JURANDE_JOBS = {**JOBS, "chores.do": "tests.registers.common.test_jobs.do"}


acts: list[Callable[[Run], None]] = []


def do(run: Run) -> None:
    """Do what the test put in ``acts``."""
    acts.pop()(run)


def asked(name: str = "chores.do", act: Callable[[Run], None] | None = None, **values: Any) -> JobRequest:
    if act is not None:
        acts.append(act)
    return jobs.request(name, "7KQ2MZ0000", **{"now": NOW, **values})


def run(job: JobRequest, *, at: datetime = NOW, worker_code: str = "w1") -> JobRequest:
    jobs.execute(job.code, worker_code=worker_code, clock=lambda: at)
    job.refresh_from_db()
    return job


class TestRequest:
    def test_writes_a_row_and_a_dispatch(self) -> None:
        job = asked("chores.count", certifier_code="C1", requested_by="P1")
        assert (job.state, job.name, job.subject_code) == (JobState.WAITING, "chores.count", "7KQ2MZ0000")
        assert (job.certifier_code, job.requested_by, job.requested_at, job.run_after) == ("C1", "P1", NOW, NOW)
        dispatch = DBTaskResult.objects.get()
        assert (dispatch.id, dispatch.status, dispatch.run_after) == (job.dispatch_id, TaskResultStatus.READY, NOW)
        assert dispatch.args_kwargs == {"args": [job.code], "kwargs": {}}

    def test_leaves_nothing_when_the_transaction_is_undone(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            asked()
            _ = 1 / 0
        assert (JobRequest.objects.count(), DBTaskResult.objects.count()) == (0, 0)

    def test_refuses_a_job_that_nobody_declared(self) -> None:
        with pytest.raises(KeyError, match="no job named 'chores.sing'"):
            asked("chores.sing")


class TestExecute:
    def test_runs_once(self) -> None:
        job = asked("chores.count")
        assert run(job).state == JobState.DONE
        assert not jobs.execute(job.code, worker_code="w2", clock=lambda: NOW)
        assert (job.attempts, job.done_count, job.total_count, job.share) == (1, 3, 3, 1.0)
        assert (job.note_code, job.finished_at, job.worker_code) == ("chores.counting", NOW, "")

    def test_gives_the_task_its_subject_and_its_clock(self) -> None:
        seen: list[Any] = []
        run(asked(act=lambda run: seen.extend([run.code, run.now(), run.request.worker_code])))
        assert seen == ["7KQ2MZ0000", NOW, "w1"]

    def test_waits_until_it_is_due(self) -> None:
        job = asked("chores.count", run_after=NOW + timedelta(seconds=1))
        assert run(job).state == JobState.WAITING
        assert run(job, at=NOW + timedelta(seconds=1)).state == JobState.DONE

    def test_tries_again_later_and_later_then_gives_up(self, caplog: pytest.LogCaptureFixture) -> None:
        job, at, waits = asked("chores.fail"), NOW, []
        while run(job, at=at).state == JobState.WAITING:
            waits.append((job.run_after - at).total_seconds())
            assert DBTaskResult.objects.filter(id=job.dispatch_id, run_after=job.run_after).exists()
            at = job.run_after
        assert waits == [10, 30, 90, 270, 810, 2430, 7290]
        assert (job.state, job.attempts, job.finished_at) == (JobState.FAILED, 8, at)
        assert job.error_code == "builtins.ValueError"

    def test_keeps_no_word_of_an_error(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            job = run(asked("chores.fail"))
        assert len(job.error_digest) == 16
        kept = f"{JobRequest.objects.values().get()} {DBTaskResult.objects.values()} {caplog.text}"
        assert "Carvalho" not in kept
        assert "cannot write" not in kept
        assert "chores.py" in caplog.text

    def test_names_the_same_error_by_the_same_digest(self) -> None:
        digests = {run(asked("chores.fail")).error_digest for _ in range(3)}
        digests.add(run(asked(act=lambda run: chores.fail(run))).error_digest)
        assert len(digests) == 2

    def test_does_not_try_a_refusal_again(self) -> None:
        job = run(asked("chores.refuse"))
        assert (job.state, job.attempts) == (JobState.FAILED, 1)
        assert job.error_code == "jurande.registers.common.refusals.Refused"

    def test_succeeds_after_a_failure_and_forgets_it(self) -> None:
        job = asked("chores.fail")
        run(job)
        JobRequest.objects.update(name="chores.count")
        assert run(job, at=NOW + timedelta(seconds=10)).state == JobState.DONE
        assert (job.attempts, job.error_code, job.error_digest) == (2, "", "")

    def test_undoes_what_the_failed_task_left_open(self) -> None:
        def half_done(run: Run) -> None:
            with transaction.atomic():
                asked("chores.count")
                raise ValueError

        run(asked(act=half_done))
        assert not JobRequest.objects.filter(name="chores.count").exists()

    def test_hands_an_interrupted_job_back_without_counting_the_attempt(self) -> None:
        def interrupted(run: Run) -> None:
            with transaction.atomic():
                JobRequest.objects.update(note_code="never")
                raise jobs.Interrupted

        job = run(asked(act=interrupted))
        assert (job.state, job.attempts, job.run_after, job.note_code) == (JobState.WAITING, 0, NOW, "")
        assert DBTaskResult.objects.filter(id=job.dispatch_id).exists()

    def test_leaves_alone_a_job_that_was_given_to_another(self) -> None:
        def taken(run: Run) -> None:
            JobRequest.objects.update(worker_code="w2", attempts=2)

        job = run(asked(act=taken))
        assert (job.state, job.worker_code, job.attempts) == (JobState.RUNNING, "w2", 2)


class TestProgress:
    def test_is_written_once_a_second_at_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = [0.0]
        monkeypatch.setattr("jurande.registers.common.jobs.time.monotonic", lambda: clock[0])
        writes: list[int] = []

        def work(run: Run) -> None:
            for done in range(250):
                clock[0] += 1 / 64
                with CaptureQueriesContext(connection) as queries:
                    run.progress(done=done)
                writes.extend([done] * bool(len(queries)))

        assert run(asked(act=work)).done_count == 249
        assert writes == [63, 127, 191]

    def test_can_be_read_while_it_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.0)
        seen: list[tuple[int, int | None, int, float | None]] = []

        def work(run: Run) -> None:
            run.progress(total=4)
            run.progress(done=1, failed=1, note_code="chores.sending")
            row = JobRequest.objects.get(code=run.request.code)
            seen.append((row.done_count, row.total_count, row.failed_count, row.share))

        run(asked(act=work))
        assert seen == [(1, 4, 1, 0.5)]

    def test_stops_a_cancelled_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.0)

        def work(run: Run) -> None:
            assert jobs.cancel(run.request.code, now=NOW)
            run.progress(done=7)
            raise AssertionError("the job went on")

        job = run(asked(act=work))
        assert (job.state, job.done_count, job.finished_at) == (JobState.CANCELLED, 7, NOW)

    def test_stops_a_job_that_lost_its_lease(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.0)

        def work(run: Run) -> None:
            JobRequest.objects.update(worker_code="w2")
            run.progress(done=7)
            raise AssertionError("the job went on")

        assert run(asked(act=work)).done_count == 0


class TestCancel:
    def test_ends_a_job_that_waits(self) -> None:
        job = asked("chores.count")
        assert jobs.cancel(job.code, now=NOW)
        assert run(job).state == JobState.CANCELLED
        assert job.attempts == 0

    def test_ends_a_running_job_that_fails_instead_of_trying_again(self) -> None:
        def work(run: Run) -> None:
            jobs.cancel(run.request.code, now=NOW)
            raise ValueError

        job = run(asked(act=work))
        assert (job.state, job.finished_at, job.error_code) == (JobState.CANCELLED, NOW, "builtins.ValueError")

    def test_comes_too_late_for_a_finished_job(self) -> None:
        job = run(asked("chores.count"))
        assert not jobs.cancel(job.code, now=NOW)


class TestTakeBack:
    def running(self, **values: Any) -> JobRequest:
        job = asked("chores.count")
        lease = {"state": JobState.RUNNING, "worker_code": "w1", "heartbeat_at": NOW, "started_at": NOW, "attempts": 1}
        JobRequest.objects.filter(pk=job.pk).update(**{**lease, **values})
        job.refresh_from_db()
        return job

    def test_resumes_at_once_the_first_time(self) -> None:
        job = self.running()
        jobs.take_back(job, now=NOW)
        job.refresh_from_db()
        assert (job.state, job.run_after, job.attempts) == (JobState.WAITING, NOW, 1)
        assert run(job).state == JobState.DONE

    def test_waits_before_killing_a_third_worker(self) -> None:
        job = self.running(attempts=3)
        jobs.take_back(job, now=NOW)
        job.refresh_from_db()
        assert job.run_after == NOW + timedelta(seconds=30)

    def test_gives_up_on_a_job_that_killed_too_many(self) -> None:
        job = self.running(attempts=8)
        jobs.take_back(job, now=NOW)
        job.refresh_from_db()
        assert (job.state, job.error_code) == (JobState.FAILED, jobs.WORKER_LOST)

    def test_ends_a_cancelled_job(self) -> None:
        job = self.running(cancel_requested_at=NOW)
        jobs.take_back(job, now=NOW)
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED

    @pytest.mark.parametrize(
        "meanwhile",
        [{"heartbeat_at": NOW + timedelta(seconds=1)}, {"worker_code": "w2"}, {"attempts": 2}],
        ids=["gave a sign of life", "went to another worker", "began again"],
    )
    def test_leaves_a_job_alone_that(self, meanwhile: dict[str, Any]) -> None:
        job = self.running()
        JobRequest.objects.update(**meanwhile)
        jobs.take_back(job, now=NOW)
        job.refresh_from_db()
        assert job.state == JobState.RUNNING


class TestJobRequest:
    @pytest.mark.parametrize(
        "values",
        [
            {"state": JobState.DONE},
            {"state": JobState.FAILED, "finished_at": NOW},
            {"state": JobState.WAITING, "finished_at": NOW},
            {"state": JobState.RUNNING},
            {"state": JobState.WAITING, "worker_code": "w1"},
            {"heartbeat_at": NOW},
        ],
    )
    def test_cannot_be_in_a_state_that_its_dates_deny(self, values: dict[str, Any]) -> None:
        job = asked("chores.count")
        with pytest.raises(IntegrityError), transaction.atomic():
            JobRequest.objects.filter(pk=job.pk).update(**values)

    def test_does_not_know_its_share_before_its_total(self) -> None:
        assert JobRequest(done_count=3).share is None
        assert JobRequest(done_count=9, total_count=3).share == 1.0


class TestWorkerSeenAt:
    def test_is_the_last_sign_of_life_of_any_worker(self) -> None:
        assert jobs.worker_seen_at() is None
        for code, seen_at in (("w1", NOW), ("w2", NOW - timedelta(hours=1))):
            Worker.objects.create(code=code, host="h", pid=1, started_at=NOW, seen_at=seen_at)
        assert jobs.worker_seen_at() == NOW


class TestRetryDelay:
    def test_never_exceeds_six_hours(self) -> None:
        assert [jobs.retry_delay(attempts).total_seconds() for attempts in (0, 1, 2, 3)] == [0, 10, 30, 90]
        assert jobs.retry_delay(10_000) == timedelta(hours=6)
