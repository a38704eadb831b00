"""`./jurande issue`: many credentials at once, from a template and a table; no database.

The folder appears when everything in it is written and on the disk, and not before: never half a batch, never half a
file, whatever stops the command.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from jurande.config.cli.arguments import parser
from jurande.config.cli.seal import passphrases
from jurande.config.exits import Exit, Stopped
from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.errors import ProofError
from jurande.core.proof.template import Batch, Template, with_fields
from jurande.integrations.key_files import KeyFileRefused, open_key_file

DESCRIPTION = """\
Délivre une attestation pour chaque ligne d’un tableau.

Le modèle est une attestation JSON où « {{nom}} » (ou « ((nom)) » dans une adresse) tient la place d’une colonne.
Le tableau est un CSV en UTF-8, séparé par des virgules ou des points-virgules, avec une ligne d’en-têtes.
Le dossier est créé complet ou pas du tout. Les lignes refusées, avec leur motif, sont dans rejets.csv.
Code de sortie : 0, tout est délivré ; 1, des lignes sont refusées."""

REJECTS = "rejets.csv"
LONGEST_CELL = 100_000
REASONS = {
    "text.length": "une valeur vide ou trop longue",
    "text.control": "une valeur contient un caractère invisible",
    "text.surrogate": "une valeur contient un caractère coupé en deux",
    "text.iri": "une adresse n’est pas complète ou contient un caractère interdit",
    "issue.cells": "le nombre de cellules n’est pas celui des en-têtes",
    "issue.duplicate": "une autre ligne donne déjà une attestation de même identifiant",
}


@dataclass
class Progress:
    """A bar on standard error, when a person is looking."""

    total: int
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _last: int = -1

    def show(self, done: int) -> None:
        share = done * 40 // max(self.total, 1)
        if share == self._last or not self.stream.isatty():
            return
        self._last = share
        print(f"\r[{'█' * share}{' ' * (40 - share)}] {done} / {self.total}", end="", file=self.stream, flush=True)

    def end(self) -> None:
        if self._last >= 0:
            print(file=self.stream)


@dataclass(frozen=True)
class Row:
    """One line of the table: its number in the file, and its values, or why there are none."""

    line: int
    values: Mapping[str, str]
    refusal: str = ""


def issue(arguments: Sequence[str], *, now: datetime | None = None) -> int:
    options = parser("issue", DESCRIPTION)
    options.add_argument("--template", required=True, type=Path, metavar="FICHIER", help="le modèle (JSON)")
    options.add_argument("--csv", required=True, type=Path, metavar="FICHIER", help="le tableau (CSV)")
    options.add_argument("--out", required=True, type=Path, metavar="DOSSIER", help="le dossier à créer")
    options.add_argument("--key", required=True, type=Path, metavar="FICHIER", help="le fichier de clé")
    chosen = options.parse_args(arguments)
    if chosen.out.exists():
        raise Stopped(f"{chosen.out} existe déjà. Donnez le nom d’un dossier à créer.")
    template = read_template(chosen.template)
    columns, total = read_columns(chosen.csv)
    missing = sorted(template.fields - set(columns))
    if missing:
        raise Stopped(f"Il manque au tableau les colonnes du modèle : {', '.join(missing)}.")
    try:
        signer = open_key_file(chosen.key, passphrase=passphrases.ask(chosen.key))
    except KeyFileRefused as refusal:
        raise passphrases.stopped(refusal) from refusal
    try:
        batch = template.batch(signer=signer, created=now or datetime.now(UTC))
    except ProofError as refusal:
        raise Stopped("Cette clé ne peut pas signer d’attestation : il faut une clé Ed25519.") from refusal
    draft = chosen.out.with_name(f".{chosen.out.name}.{os.getpid()}.draft")
    draft.mkdir(mode=0o700)
    try:
        issued, refused = fill(draft, batch, read_rows(chosen.csv, template.fields), Progress(total))
        settle(draft, chosen.out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    print(f"{counted(issued, 'attestation délivrée', 'attestations délivrées')} dans {chosen.out}.")
    if refused:
        print(f"{counted(refused, 'ligne refusée', 'lignes refusées')} : voyez {chosen.out / REJECTS}.")
    return Exit.REFUSED if refused else Exit.OK


def fill(folder: Path, batch: Batch, rows: Iterator[Row], progress: Progress) -> tuple[int, int]:
    """Write one file for each row that can be issued, and the list of the others; return how many of each."""
    seen: set[str] = set()
    issued = refused = 0
    with (folder / REJECTS).open("w", encoding="utf-8-sig", newline="") as rejects:
        writer = csv.writer(rejects, delimiter=";")
        writer.writerow(["ligne", "motif", "code"])
        for number, row in enumerate(rows, start=1):
            progress.show(number)
            try:
                (folder / f"{row.line:06d}.json").write_bytes(issued_bytes(batch, row, seen))
                issued += 1
            except ProofError as refusal:
                writer.writerow(
                    [row.line, REASONS.get(refusal.code, "cette ligne ne peut pas être signée"), refusal.code]
                )
                refused += 1
        progress.end()
    if not refused:
        (folder / REJECTS).unlink()
    return issued, refused


def issued_bytes(batch: Batch, row: Row, seen: set[str]) -> bytes:
    """:raises ProofError: the row cannot be issued; its code says why."""
    if row.refusal:
        raise ProofError(code=row.refusal)
    content = batch.issue(row.values)
    identifier = str(json.loads(content).get("id", ""))
    if identifier and identifier in seen:
        raise ProofError(code="issue.duplicate")
    seen.add(identifier)
    return content


def settle(draft: Path, folder: Path) -> None:
    """Put the finished folder under its name, once everything in it is on the disk."""
    os.sync()
    try:
        draft.rename(folder)
    except OSError as error:
        raise Stopped(f"{folder} est apparu entre-temps : rien n’y a été écrit.") from error
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def read_template(path: Path) -> Template:
    try:
        document: Any = jcs.parse(path.read_bytes())
        if not isinstance(document, dict):
            raise Stopped(f"{path} n’est pas une attestation JSON.")
        return Template(with_fields(document))
    except FileNotFoundError as error:
        raise Stopped(f"Il n’y a pas de fichier {path}.", Exit.ENVIRONMENT) from error
    except (EncodingError, ProofError) as refusal:
        raise Stopped(f"Le modèle {path} ne peut pas servir : {refusal} ({refusal.code}).") from refusal


def read_columns(path: Path) -> tuple[list[str], int]:
    """The headings of the table, and how many rows follow."""
    rows = read_cells(path)
    columns = [cell.strip() for cell in next(rows, (0, []))[1]]
    if not columns or len(set(columns)) != len(columns) or "" in columns:
        raise Stopped(f"La première ligne de {path} doit donner un nom différent à chaque colonne.")
    return columns, sum(1 for _ in rows)


def read_rows(path: Path, fields: frozenset[str]) -> Iterator[Row]:
    cells = read_cells(path)
    columns = [cell.strip() for cell in next(cells)[1]]
    for line, row in cells:
        if len(row) != len(columns):
            yield Row(line, {}, "issue.cells")
            continue
        yield Row(line, {name: cell.strip() for name, cell in zip(columns, row, strict=True) if name in fields})


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with the number of its last line in the file."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
            for row in reader:
                if row:
                    yield reader.line_num, row
    except FileNotFoundError as error:
        raise Stopped(f"Il n’y a pas de fichier {path}.", Exit.ENVIRONMENT) from error
    except UnicodeDecodeError as error:
        raise Stopped(f"{path} n’est pas en UTF-8. Enregistrez-le en « CSV UTF-8 », puis recommencez.") from error
    except csv.Error as error:
        raise Stopped(f"{path} n’est pas un tableau CSV correct, vers la ligne {reader.line_num} ({error}).") from error


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"
