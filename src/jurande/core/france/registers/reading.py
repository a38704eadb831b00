# SPDX-License-Identifier: Apache-2.0
"""Reading one fiche: its values typed, its wrong rows left out and told.

The export writes a line break as a run of two spaces or more, a day as JJ/MM/AAAA, a yes as Oui.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from jurande.core.france.identifiers import IdentifierRefused, rncp_code, rs_code
from jurande.core.france.registers.partners import MAX_NAME, PARTNER, PartnerRow, cut_partners, read_partners
from jurande.core.france.registers.records import BlocRecord, CertifierRecord, PartnerRecord, Rejected
from jurande.core.france.registers.values import (
    Wrong,
    canonical_siret,
    child,
    day,
    lines_of,
    required,
    texts,
    unwrapped,
)

MAX_STATUS = 60
MAX_ABBREVIATION = 100
MAX_BLOC_CODE = 30
MAX_VALUE_TOLD = 200
ROUTES = ("FI", "CA", "FC", "CQ", "CL", "VAE")
PUBLICATIONS = {"GENERAL": "general", "CREATION": "creation", "AUTRE": "other"}
REGISTRATIONS = {"Enregistrement de droit": "droit", "Enregistrement sur demande": "demande"}
TEXTS = {
    "OBJECTIFS_CONTEXTE": "objectives",
    "SECTEURS_ACTIVITE": "sectors",
    "TYPE_EMPLOI_ACCESSIBLES": "jobs",
    "REGLEMENTATIONS_ACTIVITES": "regulations",
    "PREREQUIS_ENTREE_FORMATION": "entry_prerequisites",
    "PREREQUIS_VALIDATION_CERTIFICATION": "validation_prerequisites",
    "NIVEAU_MAITRISE_COMPETENCES": "mastery_levels",
    "DUREE_VALIDITE": "validity",
    "MODALITES_RENOUVELLEMENT": "renewal",
    "VALIDATION_PARTIELLE_PERIMETRE": "partial_validation",
    "LIEN_URL_DESCRIPTION": "link",
}
LISTS = {"ACTIVITES_VISEES": "activities", "CAPACITES_ATTESTEES": "capacities"}
NOMENCLATURES = {"CODES_ROME": "rome", "CODES_NSF": "nsf", "FORMACODES": "formacodes", "CODES_IDCC": "agreements"}
DAYS = {
    "DATE_DECISION": "decision_on",
    "DATE_EFFET": "effective_on",
    "DATE_FIN_ENREGISTREMENT": "registered_until",
    "DATE_LIMITE_DELIVRANCE": "last_issue_on",
    "DATE_DE_PUBLICATION": "published_on",
}
PROMOTION = (
    "NOMBRE_CERTIFIES",
    "NOMBRE_CERTIFIES_VAE",
    "TAUX_INSERTION_GLOBAL_6MOIS",
    "TAUX_INSERTION_METIER_6MOIS",
    "TAUX_INSERTION_METIER_2ANS",
)


_FIGURES = re.compile(r"\d{1,7}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,7}(\.\d+)?", re.ASCII)
_YEARS = re.compile(r"\d{1,2}(\.\d)?", re.ASCII)
_LEVEL = re.compile(r"NIV[0-8]", re.ASCII)


@dataclass(slots=True)
class FicheRead:
    """One fiche as read. ``columns`` are the values worth a column, ``content`` the rest, ready to be JSON.

    Without a ``number`` the fiche could not be read at all, and ``rejects`` says why.
    """

    number: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    blocs: list[BlocRecord] = field(default_factory=list)
    certifiers: list[CertifierRecord] = field(default_factory=list)
    partners: list[PartnerRecord] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)


def read_fiche(content: bytes, *, line: int, register: str) -> FicheRead:
    """Read the bytes of one fiche of the ``rncp`` or of the ``rs``, which begin at this line of the file.

    A wrong row (partner, bloc, certifier, promotion) is left out, a wrong optional value is left empty, and each is
    told in ``rejects``; a fiche without a number, a title or a state is left out whole.
    """
    return _Reader(content, line, register).read()


class _Reader:
    def __init__(self, content: bytes, line: int, register: str) -> None:
        self.bytes = content
        self.line = line
        self.register = register
        self.parts: dict[str, Element] = {}
        self.partner_rows: list[PartnerRow] | None = None
        self.read_so_far = FicheRead()
        self.subject = ""

    def read(self) -> FicheRead:
        fiche = self.read_so_far
        try:
            self._open()
            number = self._number()
            self.subject = number
            fiche.columns = self._columns()
        except Wrong as wrong:
            self._reject(wrong, "", 0)
            return fiche
        fiche.content = self._content()
        fiche.certifiers = self._rows("CERTIFICATEUR", _certifier, lambda row: (row.siret, row.name))
        fiche.partners = self._partners()
        if "BLOCS_COMPETENCES" in self.parts:
            fiche.blocs = self._rows("BLOC_COMPETENCES", _bloc, lambda row: row.code)
        fiche.number = number
        return fiche

    # --- values -------------------------------------------------------------------------------

    def _open(self) -> None:
        self.partner_rows, rest = cut_partners(self.bytes)
        try:
            fiche = ElementTree.fromstring(rest)  # noqa: S314  # no document type: the file was proven
        except ElementTree.ParseError:
            # A prefix bound outside the fiche: the format has none.
            raise Wrong("FICHE", "", "malformed") from None
        for part in fiche:
            self.parts.setdefault(part.tag, part)

    def _text(self, tag: str) -> str:
        part = self.parts.get(tag)
        text = part.text if part is not None else None
        return text.strip() if text else ""

    def _number(self) -> str:
        written = self._text("NUMERO_FICHE")
        try:
            return rncp_code(written) if self.register == "rncp" else rs_code(written)
        except IdentifierRefused:
            raise Wrong("NUMERO_FICHE", written, "choice" if written else "missing") from None

    def _columns(self) -> dict[str, Any]:
        title = unwrapped(self._text("INTITULE"))
        status = self._text("ETAT_FICHE")
        active = self._text("ACTIF")
        for tag, value in (("INTITULE", title), ("ETAT_FICHE", status), ("ACTIF", active)):
            if not value:
                raise Wrong(tag, "", "missing")
        if active not in ("Oui", "Non"):
            raise Wrong("ACTIF", active, "choice")
        abbreviation = self.parts.get("ABREGE")
        columns: dict[str, Any] = {
            "title": title,
            "abbreviation": child(abbreviation, "CODE")[:MAX_ABBREVIATION],
            "status": status[:MAX_STATUS],
            "is_active": active == "Oui",
            "level": self._optional("NOMENCLATURE_EUROPE", _level),
            "registration_kind": self._optional("TYPE_ENREGISTREMENT", _registration) or "",
            "duration_years": self._optional("DUREE_ENREGISTREMENT", _years),
        }
        for tag, name in DAYS.items():
            columns[name] = self._optional(tag, _day_of)
        return columns

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {name: unwrapped(self._text(tag)) for tag, name in TEXTS.items()}
        content["abbreviation_label"] = child(self.parts.get("ABREGE"), "LIBELLE")
        for tag, name in LISTS.items():
            content[name] = lines_of(self._text(tag))
        for tag, name in NOMENCLATURES.items():
            content[name] = [[child(part, "CODE"), child(part, "LIBELLE")] for part in self.parts.get(tag, ())]
        for rank in "123":
            if (part := self.parts.get(f"CCN_{rank}")) is not None:
                content["agreements"].append([child(part, "NUMERO"), child(part, "LIBELLE")])
        content["routes"] = list(self._routes())
        content["promotions"] = self._rows("STATISTIQUES_PROMOTION", _promotion, lambda row: row[0])
        content["publications"] = list(self._publications())
        if day := self._optional("DATE_DERNIER_JO", _day_of):
            content["last_published_on"] = day.isoformat()
        content["correspondences"] = list(self._correspondences())
        for tag, name in (("ANCIENNE", "replaced"), ("NOUVELLE", "replacing")):
            part = self.parts.get(f"{tag}S_CERTIFICATIONS")
            content[name] = [] if part is None else texts(part, f"ID_FICHE_{tag}_CERTIFICATION")
        content["new_caledonia"] = self._text("ACCESSIBLE_NOUVELLE_CALEDONIE") == "Oui"
        content["polynesia"] = self._text("ACCESSIBLE_POLYNESIE_FRANCAISE") == "Oui"
        return {name: value for name, value in content.items() if value}

    def _routes(self) -> Iterator[list[Any]]:
        for code in ROUTES:
            part = self.parts.get(f"SI_JURY_{code}")
            if part is not None:
                yield [code, child(part, "ACTIF") == "Oui", unwrapped(child(part, "COMPOSITION"))]

    def _publications(self) -> Iterator[list[Any]]:
        for tag, kind in PUBLICATIONS.items():
            for part in self.parts.get(f"PUBLICATION_DECRET_{tag}", ()):
                day = self._tolerated(part, "DATE_PUBLICATION_JO")
                yield [kind, unwrapped(child(part, "TITRE")), day.isoformat() if day else None]

    def _correspondences(self) -> Iterator[list[Any]]:
        for part in self.parts.get("CORRESPONDANCES", ()):
            source, destination = part.find("SOURCE"), part.find("DESTINATION")
            if destination is not None:
                blocs = [] if source is None else texts(source, "CODE")
                yield [blocs, child(destination, "NUMERO_FICHE"), texts(destination, "CODE")]

    def _optional[Value](self, tag: str, read: Callable[[Element], Value]) -> Value | None:
        """Read a part that may be missing; a wrong value is told, and counts as missing."""
        part = self.parts.get(tag)
        if part is None:
            return None
        try:
            return read(part)
        except Wrong as wrong:
            self._reject(wrong, tag, 0)
            return None

    def _tolerated(self, part: Element, tag: str) -> date | None:
        try:
            return day(tag, child(part, tag))
        except Wrong as wrong:
            self._reject(wrong, tag, 0)
            return None

    # --- rows ---------------------------------------------------------------------------------

    def _rows[Row](self, tag: str, read: Callable[[Element], Row], key: Callable[[Row], object]) -> list[Row]:
        """Read the rows of one list; the second of two with the same key is left out."""
        kept: dict[object, Row] = {}
        container = self.parts.get(CONTAINERS[tag])
        for rank, part in enumerate(container if container is not None else ()):
            try:
                row = read(part)
                known = key(row)
                if known in kept:
                    raise Wrong(KEYS[tag], str(known if isinstance(known, str) else part[0].text or ""), "duplicate")
                kept[known] = row
            except Wrong as wrong:
                self._reject(wrong, tag, rank)
        return list(kept.values())

    def _partners(self) -> list[PartnerRecord]:
        kept, faults = read_partners(self._partner_rows())
        for rank, wrong in faults:
            self._reject(wrong, "PARTENAIRE", rank)
        return kept

    def _partner_rows(self) -> Sequence[PartnerRow]:
        container = self.parts.get("PARTENAIRES")
        if container is None:
            return ()
        if self.partner_rows is not None:
            return self.partner_rows
        return [[part.findtext(tag) or "" for tag in PARTNER] for part in container]

    def _reject(self, wrong: Wrong, row_tag: str, rank: int) -> None:
        field_name = wrong.field if wrong.field == row_tag or not row_tag else f"{row_tag}/{wrong.field}"
        self.read_so_far.rejects.append(
            Rejected(
                line=self.line + self._lines_before(row_tag, wrong.field, rank),
                subject=self.subject,
                field=field_name,
                value=wrong.value[:MAX_VALUE_TOLD],
                reason=wrong.reason,
            )
        )

    def _lines_before(self, row_tag: str, tag: str, rank: int) -> int:
        """Count the lines from the start of the fiche to ``tag`` in the row of this rank."""
        at = 0
        if row_tag:
            # The correspondences name blocs too, with the same tag: the container says where ours are.
            at = max(0, self.bytes.find(f"<{CONTAINERS.get(row_tag, row_tag)}>".encode()))
            for _row in range(rank + 1):
                at = max(at, self.bytes.find(f"<{row_tag}>".encode(), at + 1))
        found = self.bytes.find(f"<{tag}>".encode(), at)
        end = self.bytes.find(f"</{row_tag}>".encode(), at) if row_tag else -1
        if found < 0 or 0 <= end < found:
            found = at
        return self.bytes.count(b"\n", 0, found)


CONTAINERS = {
    "CERTIFICATEUR": "CERTIFICATEURS",
    "PARTENAIRE": "PARTENAIRES",
    "BLOC_COMPETENCES": "BLOCS_COMPETENCES",
    "STATISTIQUES_PROMOTION": "STATISTIQUES_PROMOTIONS",
}
KEYS = {"CERTIFICATEUR": "NOM_CERTIFICATEUR", "BLOC_COMPETENCES": "CODE", "STATISTIQUES_PROMOTION": "ANNEE"}


def _certifier(part: Element) -> CertifierRecord:
    written = child(part, "SIRET_CERTIFICATEUR")
    return CertifierRecord(
        siret=canonical_siret("SIRET_CERTIFICATEUR", written) if written else "",
        name=required(part, "NOM_CERTIFICATEUR")[:MAX_NAME],
        state=child(part, "ETAT_CERTIFICATEUR")[:20],
    )


def _bloc(part: Element) -> BlocRecord:
    code = required(part, "CODE")
    if len(code) > MAX_BLOC_CODE:
        raise Wrong("CODE", code, "too_long")
    prerequisites = (child(part, f"PREREQUIS_{kind}_BLOC") for kind in ("ENTREE_FORMATION", "VALIDATION"))
    return BlocRecord(
        code=code,
        title=unwrapped(required(part, "LIBELLE")),
        competencies=tuple(lines_of(child(part, "LISTE_COMPETENCES"))),
        assessment=unwrapped(child(part, "MODALITES_EVALUATION")),
        prerequisites="\n".join(unwrapped(text) for text in prerequisites if text),
    )


def _promotion(part: Element) -> list[int | None]:
    year = _count(part, "ANNEE")
    if year is None:
        raise Wrong("ANNEE", "", "missing")
    return [year, *(_count(part, tag) for tag in PROMOTION)]


def _count(part: Element, tag: str) -> int | None:
    written = child(part, tag)
    if not written:
        return None
    if _FIGURES.fullmatch(written):
        return int(written)
    decimal = written.rstrip("%").strip().replace(",", ".")
    if not _DECIMAL.fullmatch(decimal):
        raise Wrong(tag, written, "number")
    return round(float(decimal))


def _level(part: Element) -> int | None:
    written = child(part, "NIVEAU")
    if written in ("", "AUCUN"):
        return None
    if not _LEVEL.fullmatch(written):
        raise Wrong("NIVEAU", written, "choice")
    return int(written[3])


def _registration(part: Element) -> str:
    written = (part.text or "").strip()
    if written and written not in REGISTRATIONS:
        raise Wrong(part.tag, written, "choice")
    return REGISTRATIONS.get(written, "")


def _years(part: Element) -> str | None:
    written = (part.text or "").strip().replace(",", ".")
    if not written:
        return None
    if not _YEARS.fullmatch(written):
        raise Wrong(part.tag, written, "number")
    return written


def _day_of(part: Element) -> date | None:
    return day(part.tag, part.text)
