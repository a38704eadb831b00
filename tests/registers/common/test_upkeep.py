from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState, Slot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


def finished(state: JobState, days_ago: int) -> JobRequest:
    values: dict[str, Any] = {"state": state, "run_after": NOW, "requested_at": NOW, "error_code": "x"}
    return JobRequest.objects.create(name="chores.note", finished_at=NOW - timedelta(days=days_ago), **values)


def purge() -> JobRequest:
    job = jobs.request("common.purge", now=NOW)
    jobs.execute(job.code, worker_code="w1", clock=lambda: NOW)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 4, 4)
    return job


class TestPurge:
    def test_throws_finished_jobs_away_in_their_time(self) -> None:
        kept = [finished(JobState.DONE, 29), finished(JobState.CANCELLED, 29), finished(JobState.FAILED, 89)]
        for state, days_ago in ((JobState.DONE, 31), (JobState.CANCELLED, 31), (JobState.FAILED, 91)):
            finished(state, days_ago)
        old = jobs.request("common.purge", now=NOW - timedelta(days=400), run_after=NOW + timedelta(days=1))
        assert set(JobRequest.objects.exclude(pk=purge().pk)) == {*kept, old}

    def test_keeps_the_latest_slot_of_each_job(self) -> None:
        for name, days in (("a", 30), ("a", 20), ("a", 1), ("b", 30), ("b", 20)):
            Slot.objects.create(name=name, due_at=NOW - timedelta(days=days), job_code="x")
        purge()
        left = Slot.objects.order_by("name", "due_at").values_list("name", "due_at")
        assert [(name, (NOW - due_at).days) for name, due_at in left] == [("a", 1), ("b", 20)]

    def test_throws_past_dispatches_away_but_not_those_under_way(self) -> None:
        running = jobs.request("common.purge", now=NOW, run_after=NOW + timedelta(days=9))
        JobRequest.objects.filter(pk=running.pk).update(
            state=JobState.RUNNING, started_at=NOW, heartbeat_at=NOW, worker_code="w1"
        )
        waiting = jobs.request("common.purge", now=NOW, run_after=NOW + timedelta(days=9))
        settled = jobs.request("common.purge", now=NOW, run_after=NOW + timedelta(days=9))
        long_ago = NOW - timedelta(days=2)
        DBTaskResult.objects.exclude(id=waiting.dispatch_id).update(
            status=TaskResultStatus.RUNNING, started_at=long_ago
        )
        assert settled.state == JobState.WAITING
        mine = purge()
        kept = set(DBTaskResult.objects.values_list("id", flat=True))
        assert kept == {running.dispatch_id, waiting.dispatch_id, mine.dispatch_id}
