"""The documents of a whole lot in one ZIP: drawn by a job, one after the other, kept two days in a file of the home."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france.spelling import fold
from jurande.integrations.typesetting import MissingLetters
from jurande.registers.awards.facts.parchments import Frame, bearer_of, content_of, frame_of
from jurande.registers.awards.models import Award, Design, Lot
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.operations.rendering import draw_pdf
from jurande.registers.awards.policies import designs as policies
from jurande.registers.awards.states import AwardState, DesignAct
from jurande.registers.catalogue.models import Referentiel
from jurande.registers.common.jobs import request
from jurande.registers.common.models import JobRequest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.queries.credentials import signed_bytes

JOB = "awards.pack_parchments"
KEPT = timedelta(days=2)
# What holds today, or may hold again: what was revoked or replaced is not handed out anew.
PACKED = (AwardState.ISSUED, AwardState.SUSPENDED)
CHUNK = 200


class NothingToPack(Refused):
    """Nothing of this lot is issued yet."""


@transaction.atomic
def request_pack(*, lot: Lot, actor: Actor, now: datetime) -> JobRequest:
    """Ask for the documents of a lot; while a job about it is not over, that one is given back.

    :raises NotAllowed: who may not prepare or issue. :raises NothingToPack: no award of this lot holds.
    """
    held = Lot.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=lot.pk)
    require(policies.can_pack_parchments(actor, held))
    if not held.awards.in_states(*PACKED).exists():
        raise NothingToPack(_("Rien de ce lot n’est délivré\u00a0: il n’y a aucun document à réunir."))
    running = JobRequest.objects.of(JOB, held.code).unfinished().first()
    if running is not None:
        return running
    job = request(JOB, held.code, certifier_code=held.certifier.code, requested_by=actor.code, now=now)
    record(
        chain=held.certifier.code,
        actor_code=actor.code,
        action=DesignAct.PARCHMENTS_ASKED,
        subject_kind="lot",
        subject_code=held.code,
        now=now,
    )
    return job


def pack(*, lot: Lot, job_code: str, report: Callable[[int, int, int], None]) -> Path:
    """Draw every document of the lot into the file of this job, one at a time: memory does not grow with the lot.

    ``report``: done, failed, total; it may raise to stop, which leaves nothing behind. An award whose signature is
    still to come, or whose name no face of ours can write, counts as failed. Run again, it begins anew.
    """
    target = pack_file(job_code)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    awards = lot.awards.in_states(*PACKED)
    total, done, failed = awards.count(), 0, 0
    unfinished = target.with_suffix(".part")
    frames = lru_cache(maxsize=64)(_frame)
    try:
        with (
            os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as kept,
            ZipFile(kept, "w", ZIP_STORED) as archive,
        ):
            for award in _read(awards):
                drawn = _drawn(award, frames)
                if drawn is None:
                    failed += 1
                else:
                    entry = ZipInfo(_name(award), date_time=award.issued_at.timetuple()[:6])
                    entry.external_attr = 0o600 << 16
                    archive.writestr(entry, drawn)
                    done += 1
                report(done, failed, total)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _drawn(award: Award, frames: Callable[[int, int], Frame]) -> bytes | None:
    signed = signed_bytes(award.credential) if award.credential else None
    if signed is None:
        return None
    content = content_of(frames(award.design_id or 0, award.referentiel_id or 0), bearer_of(award))
    try:
        return draw_pdf(content, signed.decode())
    except MissingLetters:
        return None


def pack_file(job_code: str) -> Path:
    """Where the ZIP of this job is, or will be."""
    return settings.HOME.path / "parchments" / f"{job_code}.zip"


def forget_packs(*, now: datetime) -> int:
    """Throw away the files that are older than two days, finished or not; tell how many."""
    gone = 0
    folder = pack_file("any").parent
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _read(awards: AwardQuerySet) -> Iterator[Award]:
    whole = awards.select_related("credential", "partnership__site__organisation", "habilitation")
    return whole.order_by("pk").iterator(chunk_size=CHUNK)


def _frame(design_pk: int, referentiel_pk: int) -> Frame:
    return frame_of(
        Design.objects.select_related("logo__blob").get(pk=design_pk), Referentiel.objects.get(pk=referentiel_pk)
    )


def _name(award: Award) -> str:
    """Name a file by its holder and its number: letters that every system takes, sorted by name."""
    plain = "-".join("".join(sign if sign.isalnum() else " " for sign in fold(award.full_name)).split())[:80]
    return f"{plain or 'document'}-{award.number}.pdf"
