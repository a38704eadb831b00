"""All that somebody holds in one ZIP, theirs to keep: a folder for each award, with all that proves it without us.

A few are gathered at once; more, by a job that one can leave, and the file stays one day.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurande.core.france.spelling import fold
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.operations.kits import CREDENTIAL, NoKit, evidence_of, kit_of
from jurande.registers.awards.operations.rendering import NotDrawn, badge_png, badge_svg, parchment_pdf
from jurande.registers.awards.queries.holders import held_by, title_of
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.common.jobs import request
from jurande.registers.common.models import JobRequest
from jurande.registers.common.refusals import Refused
from jurande.registers.parties.models import Person

JOB = "awards.take_away"
KEPT = timedelta(days=1)
# What is gathered while one waits: under a second.
FEW = 3
# What still holds is drawn; of the rest, the proof alone is kept.
DRAWN = (AwardState.ISSUED, AwardState.SUSPENDED)
CHUNK = 50
README = "LISEZ-MOI.txt"

type Report = Callable[[int, int, int], None]


class NothingHeld(Refused):
    """There is nothing in this space to take away."""


def is_quick(person: Person) -> bool:
    """Whether all that this person holds is gathered while they wait.

    :raises NothingHeld: they hold nothing.
    """
    count = held_by(person)[: FEW + 1].count()
    if not count:
        raise NothingHeld(gettext_lazy("Il n’y a encore rien à emporter\u00a0: vous n’avez reçu aucune réussite."))
    return count <= FEW


def bundle_of(person: Person, *, now: datetime) -> bytes:
    """Return the ZIP of all that this person holds; for a few."""
    made = io.BytesIO()
    _write(made, _read(held_by(person)), total=FEW, report=lambda _done, _failed, _total: None, now=now)
    return made.getvalue()


@transaction.atomic
def request_bundle(*, person: Person, now: datetime) -> JobRequest:
    """Ask for the ZIP of all that this person holds; while one is being made, that one is given back.

    :raises NothingHeld: they hold nothing.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    is_quick(person)
    running = JobRequest.objects.of(JOB, person.code).unfinished().first()
    return running or request(JOB, person.code, requested_by=person.code, now=now)


def gather(*, person: Person, job_code: str, report: Report, now: datetime) -> Path:
    """Write the ZIP of all that this person holds into the file of this job; memory does not grow with what they hold.

    ``report``: done, failed, total; it may raise to stop, which leaves nothing behind. What cannot be drawn yet counts
    as failed, and the file says so. Run again, it begins anew.
    """
    target = bundle_file(job_code)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    held = held_by(person)
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as kept:
            _write(kept, _read(held), total=held.count(), report=report, now=now)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def bundle_file(job_code: str) -> Path:
    """Where the ZIP of this job is, or will be."""
    return settings.HOME.path / "bundles" / f"{job_code}.zip"


def job_for(person: Person, code: str) -> JobRequest | None:
    """The job of this code, when it gathers what this person holds."""
    return JobRequest.objects.of(JOB, person.code).filter(code=code).first()


def forget_bundles(*, now: datetime) -> int:
    """Throw away the files that are older than a day, finished or not; tell how many."""
    folder = bundle_file("any").parent
    old = [path for path in folder.glob("*") if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def forget_bundles_of(person_code: str) -> None:
    """Throw away at once every file that was gathered for this person."""
    for code in JobRequest.objects.of(JOB, person_code).values_list("code", flat=True):
        bundle_file(code).unlink(missing_ok=True)
        bundle_file(code).with_suffix(".part").unlink(missing_ok=True)


# --- parts ----------------------------------------------------------------------------------------


def _read(held: AwardQuerySet) -> Iterator[Award]:
    whole = held.select_related(
        "certifier__organisation",
        "certification__fiche",
        "referentiel",
        "design__logo__blob",
        "credential__certifier",
        "habilitation",
        "partnership__site__organisation",
        "former",
    )
    return whole.iterator(chunk_size=CHUNK)


def _write(file: IO[bytes], awards: Iterable[Award], *, total: int, report: Report, now: datetime) -> None:
    done, failed, lines = 0, 0, []
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for award in awards:
            folder, files = _folder(award), dict(_files(award, now))
            for name, content in files.items():
                entry = ZipInfo(f"{folder}/{name}", date_time=now.timetuple()[:6])
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, content, ZIP_STORED if name.endswith((".png", ".zip")) else ZIP_DEFLATED)
            done, failed = (done + 1, failed) if files else (done, failed + 1)
            lines.append(folder if files else f"{folder}  {_('signature en cours, revenez dans quelques minutes')}")
            report(done, failed, total)
        archive.writestr(ZipInfo(README, date_time=now.timetuple()[:6]), _readme(lines, now).encode())


def _files(award: Award, now: datetime) -> Iterator[tuple[str, bytes]]:
    if award.origin == Origin.ELSEWHERE:
        former = getattr(award, "former", None)
        if former is not None:
            yield "origine.json", former.record.encode()
        return
    try:
        evidence = evidence_of(award)
        yield CREDENTIAL, evidence.credential
        yield f"preuve-{award.shown_number}.zip", kit_of(award, evidence, now=now)
        if award.state in DRAWN:
            yield "document.pdf", parchment_pdf(award)
            yield "badge.png", badge_png(award)
            yield "badge.svg", badge_svg(award)
    except (NoKit, NotDrawn):
        return


def _folder(award: Award) -> str:
    """Name a folder by title and number, in letters that every system takes."""
    plain = "-".join("".join(sign if sign.isalnum() else " " for sign in fold(title_of(award))).split())[:60]
    return f"{plain or 'reussite'}-{award.shown_number}"


def _readme(lines: Iterable[str], now: datetime) -> str:
    told = {"day": now.strftime("%d/%m/%Y"), "folders": "\n".join(f"  {line}" for line in lines)}
    return (
        _(
            "TOUTES MES PREUVES\n"
            "réunies le %(day)s\n"
            "\n"
            "Un dossier par réussite\u00a0:\n"
            "%(folders)s\n"
            "\n"
            "Dans chaque dossier\n"
            "  document.pdf      à imprimer ou à joindre\u00a0; la preuve signée est dedans\n"
            "  badge.png, .svg   l’image, avec la preuve signée dedans\n"
            "  attestation.json  ce qui a été signé\u00a0: c’est la preuve, gardez-la\n"
            "  preuve-….zip      de quoi tout vérifier sans réseau et sans nous\n"
            "  origine.json      pour ce qui a été délivré ailleurs\u00a0: ce qu’en disait l’autre service\n"
            "\n"
            "Une réussite retirée ou remplacée ne garde que sa preuve.\n"
            "Ces fichiers portent votre nom\u00a0: gardez-les comme un diplôme.\n"
        )
        % told
    ).replace("\n", "\r\n")
