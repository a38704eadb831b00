"""What pages read of background work."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from jurande.registers.common.models import JobRequest, JobRequestQuerySet, JobState


def job_of(certifier_code: str, code: str) -> JobRequest | None:
    """One job of this certifier (empty: of the installation); None when there is none, or it is another's."""
    return JobRequest.objects.filter(certifier_code=certifier_code, code=code).first()


def waiting_jobs(now: datetime) -> list[JobRequest]:
    """The jobs that may run now, in the order they were asked for."""
    return list(JobRequest.objects.due_at(now).order_by("run_after", "pk"))


def every_job() -> JobRequestQuerySet:
    """Every job of the installation, the latest asked first: for operators, who see codes and counts only."""
    return JobRequest.objects.order_by("-requested_at", "-pk")


def job_counts() -> dict[JobState, int]:
    """How many jobs are in each state."""
    rows = JobRequest.objects.order_by().values_list("state").annotate(count=Count("pk"))
    counts = dict(rows)
    return {state: counts.get(state, 0) for state in JobState}
