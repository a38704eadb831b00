from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from jurande.registers.common.codes import CodeField
from jurande.registers.common.states import FINAL_STATES, JobState

__all__ = ["FINAL_STATES", "JobRequest", "JobRequestQuerySet", "JobState", "Slot", "Worker"]


class JobRequestQuerySet(models.QuerySet["JobRequest"]):
    def unfinished(self) -> JobRequestQuerySet:
        return self.exclude(state__in=FINAL_STATES)

    def due_at(self, instant: datetime) -> JobRequestQuerySet:
        return self.filter(state=JobState.WAITING, run_after__lte=instant)

    def of(self, name: str, subject_code: str) -> JobRequestQuerySet:
        return self.filter(name=name, subject_code=subject_code)


class JobRequest(models.Model):
    """Something asked for that runs in the background: codes and counts, never a name or a text."""

    code = CodeField()
    name = models.CharField(max_length=80)
    subject_code = models.CharField(max_length=40, blank=True)
    certifier_code = models.CharField(max_length=16, blank=True)
    requested_by = models.CharField(max_length=16, blank=True)
    requested_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    worker_code = models.CharField(max_length=64, blank=True)
    dispatch_id = models.UUIDField(null=True, blank=True)

    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True, blank=True)
    failed_count = models.PositiveIntegerField(default=0)
    note_code = models.CharField(max_length=80, blank=True)
    error_code = models.CharField(max_length=200, blank=True)
    error_digest = models.CharField(max_length=64, blank=True)

    objects = JobRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "run_after"], name="job_state_run_after"),
            models.Index(fields=["certifier_code", "-requested_at"], name="job_certifier_requested"),
            models.Index(fields=["name", "subject_code"], name="job_name_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FINAL_STATES, finished_at__isnull=False)
                | Q(state__in=(JobState.WAITING, JobState.RUNNING), finished_at__isnull=True),
                name="job_finished_iff_final",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, heartbeat_at__isnull=False, started_at__isnull=False)
                & ~Q(worker_code="")
                | ~Q(state=JobState.RUNNING) & Q(heartbeat_at__isnull=True, worker_code=""),
                name="job_leased_iff_running",
            ),
            models.CheckConstraint(condition=~Q(state=JobState.FAILED) | ~Q(error_code=""), name="job_failed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def share(self) -> float | None:
        """How much is done, from 0 to 1; None while the total is unknown."""
        if self.state == JobState.DONE:
            return 1.0
        if not self.total_count:
            return None
        return min(1.0, (self.done_count + self.failed_count) / self.total_count)


class Worker(models.Model):
    """A process that runs jobs; a fresh ``seen_at`` says that it is alive."""

    code = models.CharField(max_length=64, unique=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Slot(models.Model):
    """One instant at which the schedule asked for a job: there can be only one row, hence one run, for each."""

    name = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    job_code = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at.isoformat()}"
