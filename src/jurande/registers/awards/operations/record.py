"""The public record of a house as files: what proves each award, under the paths that its public addresses have.

A copy is made beside its place, and put there whole: a copy cut short is never taken for the record. Memory does not
grow with the record. Pages are the screens' business: here are the credentials, keys, lists, proofs and the log.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.integrations.offline_verifier import LICENCES, blank, verifier
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations.kits import Evidence
from jurande.registers.awards.states.record import RecordAct
from jurande.registers.common.refusals import Refused
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.facts import document_path, trust_path
from jurande.registers.seal.operations.standing import alone
from jurande.registers.seal.queries import public_file
from jurande.registers.seal.states import LOG, STATUSES

SUMS = "SHA256SUMS"
WAIT_SECONDS = 60


class RecordRefused(Refused):
    """The public record cannot be copied there."""


@dataclass(frozen=True)
class Copied:
    """What a copy holds."""

    awards: int
    files: int
    size_bytes: int


class RecordCopy:
    """A copy under way, in ``folder``; ``finish`` puts it in its place."""

    def __init__(self, certifier: Certifier, place: Path) -> None:
        """Make the folder in which the copy grows.

        :raises RecordRefused: the place is taken, or the disk refuses.
        """
        self.certifier, self.place = certifier, place
        self.folder = place.with_name(f".{place.name}.en-cours")
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise RecordRefused(_("Ce dossier existe déjà et n’est pas vide. Donnez le nom d’un dossier neuf."))
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            # It names everybody to whom something was issued: nobody else on the machine reads it.
            self.folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise RecordRefused(_("Ce dossier ne peut pas être écrit. Vérifiez son chemin et vos droits.")) from error

    def write(self, path: str, content: bytes) -> None:
        """Write one file, by its path below the copy."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def write_evidence(self, award: Award, evidence: Evidence, *, folder: str) -> None:
        """Write what proves one award: its credential in ``folder``, its proof and habilitations at their addresses."""
        assert award.credential is not None  # noqa: S101 - there is evidence; for the type checker
        self.write(f"{folder}/attestation.json", evidence.credential)
        if evidence.proof is not None:
            self.write(f"preuves/{award.credential.code}.tlog-proof", evidence.proof)
        for address, content in evidence.habilitations.items():
            self.write(address.removeprefix(f"{settings.PUBLIC_URL}/"), content)

    def write_common(self) -> None:
        """Write what all awards share: keys, status lists, the whole log, the page that checks offline."""
        code, public = self.certifier.code, Path(settings.HOME.public)
        for path in (trust_path(code), document_path(code)):
            content = public_file(path)
            if content is not None:
                self.write(path, content)
        with alone(wait_seconds=WAIT_SECONDS):  # nothing is published meanwhile: the log is copied whole
            for name in (f"{STATUSES}/{code}", LOG):
                if (public / name).is_dir():
                    shutil.copytree(public / name, self.folder / name, dirs_exist_ok=True)
        self.write("verifier/index.html", verifier(trust=public_file(trust_path(code))))
        self.write("verifier/hors-connexion.html", blank())
        self.write("verifier/LICENCES.txt", LICENCES.read_bytes())

    def finish(self, *, awards: int, actor: Actor, now: datetime) -> Copied:
        """Sum every file, put the copy in its place, and note that it was made.

        :raises RecordRefused: the place was taken meanwhile.
        """
        files, size_bytes = 0, 0
        with (self.folder / SUMS).open("w", encoding="utf-8") as sums:
            for path in _files(self.folder):
                if path.name == SUMS and path.parent == self.folder:
                    continue
                with path.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
                sums.write(f"{digest}  {path.relative_to(self.folder)}\n")
                files, size_bytes = files + 1, size_bytes + path.stat().st_size
        try:
            # An empty folder gives way to the copy; a full one does not.
            self.folder.replace(self.place)
        except OSError as error:
            raise RecordRefused(_("Ce dossier a été pris entre-temps. Donnez le nom d’un dossier neuf.")) from error
        with transaction.atomic():
            self._note(actor, now)
        return Copied(awards, files, size_bytes)

    def _note(self, actor: Actor, now: datetime) -> None:
        record(
            chain=self.certifier.code,
            actor_code=actor.code,
            action=RecordAct.RECORD_EXPORTED,
            subject_kind="certifier",
            subject_code=self.certifier.code,
            now=now,
        )

    def abandon(self) -> None:
        """Take away what was written: nothing is left of a copy that could not be finished."""
        shutil.rmtree(self.folder, ignore_errors=True)


def numbers_of(certifier: Certifier) -> Iterator[str]:
    """Yield the number of everything this house issued, oldest first, in a memory that does not grow."""
    rows = Award.objects.filter(certifier=certifier).order_by("pk").values_list("number", flat=True)
    yield from rows.iterator(2_000)


def count_of(certifier: Certifier) -> int:
    """Return how many awards this house issued."""
    return Award.objects.filter(certifier=certifier).count()


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(parent) / name
