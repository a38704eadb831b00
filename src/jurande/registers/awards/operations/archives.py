"""The copy of a house's public record, packed to be taken away: asked for on screen, made by a job, kept a few days."""

from __future__ import annotations

import os
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.operations.record import RecordRefused
from jurande.registers.awards.policies.record import can_copy_record
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import require
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

JOB = "awards.copy_record"
KEPT = timedelta(days=7)
# What is packed already gains nothing from being packed again.
_PACKED = frozenset({".zip", ".woff2"})


@dataclass(frozen=True)
class Archive:
    """A copy that is ready: where, since when, how large."""

    path: Path
    made_at: datetime
    size_bytes: int

    @property
    def gone_at(self) -> datetime:
        """When it is thrown away."""
        return self.made_at + KEPT


def request_copy(*, certifier: Certifier, actor: Actor, now: datetime) -> JobRequest:
    """Ask for a copy of the public record of this house; the former one is replaced when it is ready.

    :raises NotAllowed: who may withdraw, in this house. :raises RecordRefused: one is being made.
    """
    require(can_copy_record(actor, certifier))
    if under_way(certifier) is not None:
        raise RecordRefused(_("Une copie est déjà en préparation. Attendez qu’elle soit prête."))
    return jobs.request(JOB, certifier.code, certifier_code=certifier.code, requested_by=actor.code, now=now)


def under_way(certifier: Certifier) -> JobRequest | None:
    """Return the job that is making a copy, None when none is."""
    return JobRequest.objects.of(JOB, certifier.code).unfinished().order_by("-pk").first()


def archive_of(certifier: Certifier) -> Archive | None:
    """Return the copy that is ready, None when there is none (any more)."""
    path = _folder() / f"{certifier.code}.zip"
    try:
        found = path.stat()
    except OSError:
        return None
    return Archive(path, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)


def place_of(certifier: Certifier) -> Path:
    """Return where a copy of this house grows, empty: what a job that was cut short left is thrown away."""
    place: Path = _folder() / certifier.code
    shutil.rmtree(place, ignore_errors=True)
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def pack(certifier: Certifier, place: Path) -> None:
    """Turn the folder of a copy into the archive of this house, in a memory that does not grow; the folder goes."""
    ready = _folder() / f"{certifier.code}.zip"
    growing = ready.with_suffix(".tmp")
    with zipfile.ZipFile(growing, "w", allowZip64=True) as archive:
        for parent, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                path = Path(parent) / name
                how = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
                archive.write(path, path.relative_to(place), compress_type=how)
    growing.chmod(0o600)
    growing.replace(ready)
    shutil.rmtree(place, ignore_errors=True)


def forget_archives(*, now: datetime) -> int:
    """Throw away the copies that were kept long enough; tell how many."""
    gone = 0
    for path in sorted(_folder().glob("*.zip")):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) + KEPT <= now:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _folder() -> Path:
    folder: Path = settings.HOME.copies
    return folder
