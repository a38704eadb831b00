"""`./jurande import-registers`: read what the State publishes, from files that lie on this machine."""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from jurande.config.checkpoints import Checkpointer
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit, Stopped
from jurande.config.home import current_home
from jurande.config.installation import open_home

if TYPE_CHECKING:
    from jurande.registers.catalogue.operations.importing import FileRead

DESCRIPTION = """Lit les répertoires nationaux : exports XML 4.1 du RNCP et du RS, liste publique des organismes (CSV).

Un chemin est un fichier, une archive ZIP ou un dossier. Relire le même fichier n’écrit rien ; un fichier abîmé est
refusé en entier et la lecture précédente reste en place ; une ligne fausse est écartée et le reste est lu.
Si la commande est coupée, la relancer la reprend où elle en était."""
PROGRESS_SECONDS = 0.5


def import_registers(arguments: Sequence[str]) -> int:
    """Read each path; return ``REFUSED`` when one of the files was refused, the others being read all the same."""
    options = parser("import-registers", DESCRIPTION)
    options.add_argument("paths", metavar="CHEMIN", type=Path, nargs="+", help="fichier XML ou CSV, ZIP, ou dossier")
    options.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="publication, si le nom du fichier ne la dit pas"
    )
    options.add_argument("--rejects", type=Path, metavar="FICHIER", help="écrit là les lignes écartées (CSV)")
    options.add_argument("--json", action="store_true", help="répond en JSON, pour un script")
    asked = options.parse_args(arguments)
    for path in asked.paths:
        if not os.path.lexists(path):
            raise Stopped(f"Il n’y a rien à cet endroit : {path}", Exit.USAGE)
    open_django()
    read: list[tuple[FileRead, float]] = []
    for path in asked.paths:
        read += read_path(path.absolute(), asked.date, shown=not asked.json)
    if asked.rejects is not None:
        write_rejects(asked.rejects, [file for file, _seconds in read])
    if asked.json:
        print(json.dumps([as_json(file, seconds) for file, seconds in read], ensure_ascii=False, indent=2))
    return Exit.REFUSED if any(file.refusal for file, _seconds in read) else Exit.OK


def day(text: str) -> date:
    """A civil day, as 2026-08-16."""
    return date.fromisoformat(text)


def open_django() -> None:
    """Make Django ready on this home, its database made or upgraded as `serve` would."""
    os.umask(0o077)
    open_home(current_home())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jurande.config.settings")
    django.setup()
    from jurande.config.preparation import prepare  # it reads settings

    # What it says is no part of an answer in JSON.
    with redirect_stdout(sys.stderr):
        prepare([])


def read_path(path: Path, published_on: date | None, *, shown: bool) -> list[tuple[FileRead, float]]:
    """Read one path, checkpointing the database meanwhile; say each file as soon as it is read."""
    from django.utils import timezone

    from jurande.registers.catalogue.operations import importing

    now = timezone.now()
    delivery = importing.receive_in_place(path, published_on=published_on, now=now)
    started = time.monotonic()
    checkpointer = None if "DATABASE_URL" in os.environ else Checkpointer(current_home().database)
    if checkpointer is not None:
        checkpointer.start()
    try:
        files = importing.read_delivery(delivery, path, report=progress(path.name, shown=shown), now=now)
    finally:
        if checkpointer is not None:
            checkpointer.stop()
    seconds = time.monotonic() - started
    if shown:
        erase_line()
        print("\n".join(in_words(file) for file in files))
    return [(file, seconds) for file in files]


def progress(name: str, *, shown: bool) -> Any:
    """Make what shows, on a terminal, how much of a file is done."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if shown and sys.stderr.isatty() and time.monotonic() - last > PROGRESS_SECONDS:
            last = time.monotonic()
            print(f"\r{name} : {100 * done // max(1, total)} %", end="", file=sys.stderr, flush=True)

    return report


def erase_line() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def in_words(file: FileRead) -> str:
    """What became of one file, for whoever typed the command."""
    snapshot = file.snapshot
    if file.refusal or snapshot is None:
        return f"{file.name} : refusé. {file.refusal}"
    what = f"{snapshot.get_source_display()}, publié le {snapshot.published_on:%d/%m/%Y}"
    if file.already:
        return f"{file.name} : déjà lu, rien n’a été écrit. {what}."
    if snapshot.source == "training_bodies":
        counts = f"{grouped(snapshot.read_count)} organismes"
    else:
        counts = f"{grouped(snapshot.read_count)} fiches et {grouped(snapshot.partner_count)} partenaires"
    sentence = f"{file.name} : lu en entier. {what} : {counts}, {grouped(snapshot.changed_count)} changés."
    if snapshot.rejected_count:
        sentence += f" Lignes écartées : {grouped(snapshot.rejected_count)} (--rejects FICHIER les donne)."
    return sentence


def grouped(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0")


def as_json(file: FileRead, seconds: float) -> dict[str, Any]:
    snapshot = file.snapshot
    said: dict[str, Any] = {"file": file.name, "refusal": file.refusal, "already": file.already}
    if snapshot is not None:
        said |= {
            "snapshot": snapshot.code,
            "source": snapshot.source,
            "published_on": snapshot.published_on.isoformat(),
            "state": snapshot.state,
            "read": snapshot.read_count,
            "partners": snapshot.partner_count,
            "changed": 0 if file.already else snapshot.changed_count,
            "rejected": snapshot.rejected_count,
            "seconds": round(seconds, 3),
        }
    return said


def write_rejects(path: Path, files: Sequence[FileRead]) -> None:
    """Write the rows left out, one a line: file, line, fiche, field, value, reason."""
    from jurande.registers.catalogue.queries import national

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(["fichier", "ligne", "fiche ou déclaration", "champ", "valeur", "motif"])
        for read in files:
            if read.snapshot is not None:
                for row in national.rejects(read.snapshot):
                    writer.writerow([read.name, row.line, row.subject, row.field, row.value, row.get_reason_display()])
