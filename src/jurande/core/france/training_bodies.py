# SPDX-License-Identifier: Apache-2.0
"""The public list of training bodies, as the ministry publishes it: CSV, «;», in one of two spellings of its columns.

Source: C. trav. L. 6351-7-1. The original file writes ``certifications.VAE`` and days as JJ/MM/AAAA; the open-data
portal writes ``certifications_vae`` and days as AAAA-MM-JJ. The SIRET is whole in three rows of four, the NIC alone
(its last five digits) in the others.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from jurande.core.errors import CoreError
from jurande.core.france import identifiers
from jurande.core.france.departements import departement_of_postcode
from jurande.core.france.registers.records import Rejected
from jurande.core.france.registers.values import Wrong, canonical_siret, day

CHUNK_BYTES = 1 << 18
MAX_NAME = 250
MAX_CITY = 100
MAX_VALUE_TOLD = 200
ADDRESS = "adressephysiqueorganismeformation_"
QUALIOPI = "certifications_"
DECLARED = "informationsdeclarees_"
COLUMNS = (
    "numerodeclarationactivite",
    "denomination",
    "siren",
    "siretetablissementdeclarant",
    f"{ADDRESS}voie",
    f"{ADDRESS}codepostal",
    f"{ADDRESS}ville",
    f"{QUALIOPI}actionsdeformation",
    f"{QUALIOPI}bilansdecompetences",
    f"{QUALIOPI}vae",
    f"{QUALIOPI}actionsdeformationparapprentissage",
    f"{DECLARED}datedernieredeclaration",
    f"{DECLARED}nbstagiaires",
)
_FALLBACKS = ("cp1252", "mac_roman", "cp850")
_FRENCH = re.compile("[éèêàâçîïôûùëœÉÈÀÇÊ’]")
_STRANGE = re.compile("[^\\w\\s\\d.,;:!?'’\"«»()/&@%+*°€–—-]|[ØÞßðþ\x80-\x9f]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?", re.ASCII)


class ListRefused(CoreError):
    """The whole file is refused. ``code`` says why, ``line`` where, ``columns`` which ones are missing.

    ``training_bodies.``: ``columns``, ``malformed``, ``truncated``, ``empty``.
    """

    def __init__(self, message: str, *, code: str, line: int = 0, columns: tuple[str, ...] = ()) -> None:
        """Keep the reason."""
        super().__init__(message, code=f"training_bodies.{code}")
        self.line, self.columns = line, columns


@dataclass(frozen=True, slots=True)
class TrainingBodyRecord:
    """One declared body. ``siret`` is empty when what the list gives does not make one."""

    nda: str
    siren: str
    siret: str
    name: str
    qualiopi_training: bool
    qualiopi_skills_review: bool
    qualiopi_vae: bool
    qualiopi_apprenticeship: bool
    street: str
    postcode: str
    city: str
    departement: str
    declared_trainees: int | None
    declared_on: date | None


def training_bodies(stream: BinaryIO) -> Iterator[TrainingBodyRecord | Rejected]:
    """Give each row of the list, or why it is left out. Only when the iterator ends is the whole file right.

    ``stream`` is read from its start, twice: for its encoding, then for its rows.

    :raises ListRefused: the first thing that is wrong with the file, at any step.
    """
    encoding = encoding_of(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield from _rows(text)
    except csv.Error as error:
        raise ListRefused(str(error), code="malformed") from error
    finally:
        # The stream belongs to the caller.
        text.detach()


def encoding_of(stream: BinaryIO) -> str:
    """Find how a French file is written: UTF-8 (with its mark or without), else the likeliest of three old codes."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        stream.seek(0)
        return _likeliest(stream.read(4 * CHUNK_BYTES))
    return "utf-8-sig"


def _likeliest(sample: bytes) -> str:
    def score(encoding: str) -> int:
        text = sample.decode(encoding, errors="replace")
        return len(_FRENCH.findall(text)) - 3 * len(_STRANGE.findall(text)) - 10 * text.count("\ufffd")

    return max(_FALLBACKS, key=score)


def _rows(text: io.TextIOWrapper) -> Iterator[TrainingBodyRecord | Rejected]:
    reader = csv.reader(text, delimiter=";")
    header = [_spelling(name) for name in next(reader, [])]
    missing = tuple(name for name in COLUMNS if name not in header)
    if missing:
        raise ListRefused("missing columns", code="columns", line=1, columns=missing)
    # The original ends each line with one more separator.
    width = len(header) - (header[-1] == "")
    seen: set[tuple[str, str, str]] = set()
    short = 0
    read = 0
    for cells in reader:
        if not cells:
            continue
        read += 1
        if short:
            yield _short_row(short)
        short = reader.line_num if len(cells) < width else 0
        if not short:
            yield _row(dict(zip(header, cells, strict=False)), reader.line_num, seen)
    if short:
        raise ListRefused("the last line is cut", code="truncated", line=short)
    if not read:
        raise ListRefused("no row", code="empty", line=1)


def _short_row(line: int) -> Rejected:
    return Rejected(line=line, subject="", field="", value="", reason="columns")


def _spelling(name: str) -> str:
    return name.strip().lower().replace(".", "_")


def _row(values: Mapping[str, str], line: int, seen: set[tuple[str, str, str]]) -> TrainingBodyRecord | Rejected:
    subject = values["numerodeclarationactivite"].strip()
    try:
        body = _body(values)
        key = (body.nda, body.siren, body.siret)
        if key in seen:
            raise Wrong("numerodeclarationactivite", body.nda, "duplicate")
        seen.add(key)
    except Wrong as wrong:
        value = wrong.value[:MAX_VALUE_TOLD]
        return Rejected(line=line, subject=subject[:20], field=wrong.field, value=value, reason=wrong.reason)
    return body


def _body(values: Mapping[str, str]) -> TrainingBodyRecord:
    siren = _number(values, "siren", identifiers.siren, "siren")
    postcode = values[f"{ADDRESS}codepostal"].strip()
    # A spreadsheet on the way may have taken the first zero.
    postcode = postcode.zfill(5) if postcode.isdecimal() and len(postcode) == 4 else postcode
    departement = departement_of_postcode(postcode) if len(postcode) == 5 else None
    name = " ".join(values["denomination"].split())
    if not name:
        raise Wrong("denomination", "", "missing")
    return TrainingBodyRecord(
        nda=_number(values, "numerodeclarationactivite", identifiers.nda, "nda"),
        siren=siren,
        siret=_siret(siren, values["siretetablissementdeclarant"].strip()),
        name=name[:MAX_NAME],
        qualiopi_training=_yes(values, f"{QUALIOPI}actionsdeformation"),
        qualiopi_skills_review=_yes(values, f"{QUALIOPI}bilansdecompetences"),
        qualiopi_vae=_yes(values, f"{QUALIOPI}vae"),
        qualiopi_apprenticeship=_yes(values, f"{QUALIOPI}actionsdeformationparapprentissage"),
        street=" ".join(values[f"{ADDRESS}voie"].split())[:MAX_NAME],
        postcode=postcode if departement else "",
        city=" ".join(values[f"{ADDRESS}ville"].split())[:MAX_CITY],
        departement=departement or "",
        declared_trainees=_count(values, f"{DECLARED}nbstagiaires"),
        declared_on=_day(values, f"{DECLARED}datedernieredeclaration"),
    )


def _number(values: Mapping[str, str], field: str, read: identifiers.Reader, reason: str) -> str:
    written = values[field].strip()
    try:
        return read(written)
    except identifiers.IdentifierRefused:
        raise Wrong(field, written, reason if written else "missing") from None


def _siret(siren: str, written: str) -> str:
    """Complete a NIC by its SIREN; empty when there is none, or when the two make no SIRET: the row is right otherwise.

    :raises Wrong: a whole SIRET that is none, or another organisation's.
    """
    field = "siretetablissementdeclarant"
    if written.isdecimal() and len(written) <= 5:
        try:
            return canonical_siret(field, siren + written.zfill(5))
        except Wrong:
            return ""
    if not written:
        return ""
    siret = canonical_siret(field, written)
    if not siret.startswith(siren):
        raise Wrong(field, written, "siret")
    return siret


def _yes(values: Mapping[str, str], field: str) -> bool:
    written = values[field].strip().lower()
    if written not in ("true", "false", "", "oui", "non", "1", "0"):
        raise Wrong(field, written, "choice")
    return written in ("true", "oui", "1")


def _count(values: Mapping[str, str], field: str) -> int | None:
    written = values[field].strip()
    if not written:
        return None
    if not re.fullmatch(r"\d{1,9}(\.0)?", written, re.ASCII):
        raise Wrong(field, written, "number")
    return int(float(written))


def _day(values: Mapping[str, str], field: str) -> date | None:
    written = values[field].strip()
    if match := _ISO_DAY.fullmatch(written):
        written = f"{match[3]}/{match[2]}/{match[1]}"
    return day(field, written)
