"""Letting go of what was kept long enough: some rows a transaction; what is frozen stays; each house has a report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import FormerRecord, PurgeReport, Withdrawal
from jurande.registers.awards.operations.erasing import forget_awards, forget_claims, forget_corrections
from jurande.registers.awards.policies.erasure import can_set_retention
from jurande.registers.awards.queries.retention import Kept, frozen, kept_by, over
from jurande.registers.awards.states.erasure import ErasureAct, ErasureCause, KeptCategory
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

JOB = "awards.purge"
CHUNK = 500
Report = Callable[[int, int, int], None]


class PurgeRefused(Refused):
    """No purge can be launched now."""


@transaction.atomic
def request_purge(*, certifier: Certifier, actor: Actor, now: datetime) -> JobRequest:
    """Ask for the purge of this house at once, rather than tonight.

    :raises NotAllowed: administrators only. :raises PurgeRefused: one is under way.
    """
    require(can_set_retention(actor, certifier))
    if under_way(certifier) is not None:
        raise PurgeRefused(_("Une purge est déjà en cours. Attendez qu’elle soit finie."))
    job = jobs.request(JOB, certifier.code, certifier_code=certifier.code, requested_by=actor.code, now=now)
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=ErasureAct.PURGE_ASKED,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return job


def under_way(certifier: Certifier) -> JobRequest | None:
    """Return the job that purges this house, None when none does."""
    return JobRequest.objects.of(JOB, certifier.code).unfinished().order_by("-pk").first()


def purge(*, certifier_code: str, job_code: str, report: Report, clock: Callable[[], datetime]) -> int:
    """Purge this house, or all of them when the code is empty; run again, it goes on from there. Tell how many went.

    ``report``: gone, frozen, in all. A house of which nothing is over gets no report.
    """
    houses = Certifier.objects.order_by("pk")
    if certifier_code:
        houses = houses.filter(code=certifier_code)
    today = localdate(clock())
    due = [
        (house, kept, over(house, kept.category, before=limit).count())
        for house in houses
        for kept in kept_by(house)
        if (limit := kept.over_before(today)) is not None
    ]
    total, gone, held = sum(count for _house, _kept, count in due), 0, 0
    for house, kept, count in due:
        if count:
            for went, stayed in _purge_category(house, kept, job_code, clock):
                gone, held = gone + went, held + stayed
                report(gone, held, total)
    for house in houses:
        _finish(house, now=clock())
    return gone


def _purge_category(
    house: Certifier, kept: Kept, job_code: str, clock: Callable[[], datetime]
) -> Iterator[tuple[int, int]]:
    """Purge one category, some rows a transaction; yield how many went and how many stay, after each."""
    today = localdate(clock())
    limit = kept.over_before(today)
    assert limit is not None  # noqa: S101 - what is kept without end is never due; for the type checker
    rows = over(house, kept.category, before=limit)
    last = 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = keys[-1]
        yield _purge_chunk(house, kept, keys, limit, job_code, clock())


@transaction.atomic
def _purge_chunk(
    house: Certifier, kept: Kept, keys: Sequence[int], limit: date, job_code: str, now: datetime
) -> tuple[int, int]:
    found = _open_report(house, job_code, now=now)
    rows = over(house, kept.category, before=limit).filter(pk__in=keys)
    stays = set(rows.filter(frozen(kept.category, house, localdate(now))).values_list("pk", flat=True))
    goes = [key for key in keys if key not in stays]
    _FORGET[kept.category](goes, now)
    counts = found.counts.setdefault(kept.category.value, {"gone": 0, "held": 0})
    counts["gone"] += len(goes)
    counts["held"] += len(stays)
    found.months[kept.category.value] = kept.months
    found.save(update_fields=["counts", "months"])
    return len(goes), len(stays)


def _open_report(house: Certifier, job_code: str, *, now: datetime) -> PurgeReport:
    """The report under way in this house, made when there is none; locked, so that two purges count together."""
    rows = PurgeReport.objects.select_for_update(of=("self",), no_key=True).filter(certifier=house, finished_at=None)
    found = rows.first()
    if found is None:
        found = PurgeReport(certifier=house, started_at=now, job_code=job_code)
        found.save(force_insert=True)
    return found


@transaction.atomic
def _finish(house: Certifier, *, now: datetime) -> None:
    rows = PurgeReport.objects.select_for_update(of=("self",), no_key=True).filter(certifier=house, finished_at=None)
    for found in rows:
        found.finished_at = now
        found.save(update_fields=["finished_at"])
        said = json.dumps(found.counts, sort_keys=True).encode()
        record(
            chain=house.code,
            actor_code="",
            action=ErasureAct.PURGED,
            subject_kind="purge_report",
            subject_code=found.code,
            digest=hashlib.sha256(said).hexdigest(),
            now=now,
        )


# --- what goes ------------------------------------------------------------------------------------


def _awards(keys: Sequence[int], now: datetime) -> None:
    forget_awards(keys, cause=ErasureCause.RETENTION, by_code="", now=now)


def _claims(keys: Sequence[int], now: datetime) -> None:
    forget_claims(keys, now=now)


def _decisions(keys: Sequence[int], now: datetime) -> None:
    del now
    Withdrawal.objects.filter(pk__in=keys).update(note="")


def _corrections(keys: Sequence[int], now: datetime) -> None:
    forget_corrections(keys, now=now)


def _takeovers(keys: Sequence[int], now: datetime) -> None:
    del now
    FormerRecord.objects.filter(pk__in=keys).update(record="")


_FORGET: dict[KeptCategory, Callable[[Sequence[int], datetime], None]] = {
    KeptCategory.AWARDS: _awards,
    KeptCategory.CLAIMS: _claims,
    KeptCategory.DECISIONS: _decisions,
    KeptCategory.CORRECTIONS: _corrections,
    KeptCategory.TAKEOVERS: _takeovers,
}
