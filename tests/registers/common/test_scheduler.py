from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState, Slot
from jurande.registers.common.schedule import PARIS, Daily, Every
from jurande.registers.common.scheduler import tick
from tests.registers.common.conftest import Installation
from tests.registers.common.declared import JOBS

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
HOURLY = [Every("chores.count", minutes=60)]

RACE = """
from datetime import UTC, datetime, timedelta
from jurande.registers.common.scheduler import tick
from jurande.registers.common.schedule import Every
from jurande.registers.common import jobs
now = datetime(2026, 3, 12, 9, tzinfo=UTC)
taken = 0
for minute in range(20):
    for job in tick([Every("chores.note", minutes=1)], now=now + timedelta(minutes=minute)):
        # The other worker, ahead in these invented minutes, may have put the job off to its own.
        jobs.execute(job.code, worker_code="w", clock=lambda: now + timedelta(days=1))
        taken += 1
print(taken)
"""


def finish() -> None:
    JobRequest.objects.update(
        state=JobState.DONE, finished_at=NOW, heartbeat_at=None, worker_code="", cancel_requested_at=None
    )


@pytest.fixture(autouse=True)
def _chores_are_declared(settings: Any) -> None:
    settings.JURANDE_JOBS = JOBS


class TestTick:
    pytestmark = pytest.mark.django_db

    def test_asks_once_for_each_slot(self) -> None:
        for minute in range(0, 150, 7):
            tick(HOURLY, now=NOW + timedelta(minutes=minute))
            finish()
        assert [slot.due_at.hour for slot in Slot.objects.order_by("due_at")] == [9, 10, 11]
        assert JobRequest.objects.count() == 3

    def test_catches_up_with_the_latest_slot_only(self) -> None:
        tick(HOURLY, now=NOW)
        finish()
        tick(HOURLY, now=NOW + timedelta(hours=9, minutes=30))
        assert [slot.due_at for slot in Slot.objects.order_by("due_at")] == [NOW, NOW + timedelta(hours=9)]

    def test_does_not_pile_up_behind_a_job_that_waits(self) -> None:
        (waiting,) = tick(HOURLY, now=NOW)
        assert tick(HOURLY, now=NOW + timedelta(hours=1)) == []
        assert [slot.job_code for slot in Slot.objects.all()] == [waiting.code] * 2

    def test_asks_again_while_the_former_job_runs(self) -> None:
        tick(HOURLY, now=NOW)
        JobRequest.objects.update(state=JobState.RUNNING, started_at=NOW, heartbeat_at=NOW, worker_code="w1")
        assert len(tick(HOURLY, now=NOW + timedelta(hours=1))) == 1

    def test_tries_a_failed_job_again_when_its_next_slot_comes(self) -> None:
        failing = [Every("chores.fail", minutes=60)]
        (job,) = tick(failing, now=NOW)
        JobRequest.objects.update(attempts=6)
        jobs.execute(job.code, worker_code="w1", clock=lambda: NOW)
        job.refresh_from_db()
        assert job.run_after > NOW + timedelta(hours=1)
        tick(failing, now=NOW + timedelta(hours=1))
        job.refresh_from_db()
        assert job.run_after == NOW + timedelta(hours=1)
        assert jobs.execute(job.code, worker_code="w1", clock=lambda: NOW + timedelta(hours=1))

    @pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)], ids=["23 h", "25 h"])
    def test_runs_a_daily_job_once_on_the_day_the_clocks_change(self, day: datetime) -> None:
        now = day.replace(tzinfo=PARIS).astimezone(UTC)
        while now.astimezone(PARIS).date() == day.date():
            tick([Daily("chores.count", "02:30")], now=now)
            finish()
            now += timedelta(minutes=10)
        slots = [slot.due_at.astimezone(PARIS).date() for slot in Slot.objects.order_by("due_at")]
        assert slots == [day.date() - timedelta(days=1), day.date()]

    def test_reads_once_when_nothing_is_due(self, django_assert_num_queries: Any) -> None:
        several = [*HOURLY, Daily("chores.note", "06:00")]
        tick(several, now=NOW)
        with django_assert_num_queries(1):
            tick(several, now=NOW + timedelta(minutes=1))


def test_two_workers_take_each_slot_once(installation: Installation) -> None:
    racers = [installation.popen("-c", f"import django; django.setup()\n{RACE}") for _ in range(2)]
    ended = [(*racer.communicate(timeout=60), racer.returncode) for racer in racers]
    assert [code for _, _, code in ended] == [0, 0], b"\n".join(errors for _, errors, _ in ended).decode()
    slots, empty, jobs_of_slots, asked, done = installation.python(
        "from jurande.registers.common.models import JobRequest, Slot\n"
        "codes = set(Slot.objects.values_list('job_code', flat=True))\n"
        "print(Slot.objects.count(), Slot.objects.filter(job_code='').count(), len(codes),\n"
        "      JobRequest.objects.count(), JobRequest.objects.filter(state='done').count())"
    ).split()
    assert (slots, empty) == ("20", "0")
    # A slot shares the job of the one before while that waits: how many jobs there are depends on who was quicker, but
    # each is asked for once and done once, by the one who asked.
    taken = sum(int(printed) for printed, _, _ in ended)
    assert jobs_of_slots == asked == done == str(taken) == str(len(installation.lines()))
