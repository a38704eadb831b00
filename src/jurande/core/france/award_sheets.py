# SPDX-License-Identifier: Apache-2.0
"""Reading who is awarded something from a spreadsheet whose columns have any name: one person by row.

A row is read whole: everything that is wrong with it is told at once. What was understood comes out written in one way
(ISO days, composed letters), and reads the same again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from jurande.core.france.attendance import Attendance, minutes_present
from jurande.core.france.ledger import later
from jurande.core.france.network_sheets import KnownCertification, cell_text, certification_named, day_in, is_formula
from jurande.core.france.spelling import fold

ROWS_MOST = 100_000
# Nobody is awarded anything before, nor until after: a year badly typed, or «31/12/9999» to say «without end».
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
MONTHS_MOST = 600
NAME_MOST = 100
# What a column may be, and the folded words that headers use for it, the surest first; each header is used once.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "first_name": ("prenom", "prenoms", "first name", "given name"),
    "last_name": ("nom de famille", "nom de naissance", "nom d usage", "nom", "last name", "family name", "surname"),
    "birth_on": ("date de naissance", "ne le", "nee le", "ne(e) le", "naissance", "birth date", "date naissance"),
    "birth_place": ("lieu de naissance", "commune de naissance", "ville de naissance", "lieu naissance"),
    "email": ("mail", "courriel", "adresse electronique", "adresse e mail"),
    "present": ("heures presentes", "heures de presence", "heures realisees", "presence", "present", "realise"),
    "planned": ("heures prevues", "heures planifiees", "prevu", "planifie", "duree prevue", "total heures"),
    "outcome": ("resultat", "decision", "admis", "acquis", "obtenu", "statut"),
    "grade": ("note", "mention", "score", "grade"),
    "awarded_on": ("date d obtention", "date de delivrance", "obtenu le", "date du jury", "date de decision"),
    "certification": ("certification", "fiche", "rncp", "titre", "code rs", "formation"),
}
REQUIRED = ("first_name", "last_name")
_FAULTS: Mapping[str, str] = {
    "first_name.missing": "Le prénom manque. Écrivez-le.",
    "last_name.missing": "Le nom manque. Écrivez-le.",
    "name.figure": "«\u00a0{said}\u00a0» contient un chiffre ou un signe qui n’entre pas dans un nom. Vérifiez que les "
    "colonnes ne sont pas décalées, puis récrivez-le.",
    "name.control": "«\u00a0{said}\u00a0» contient un caractère invisible. Récrivez-le au clavier.",
    "name.letter": "Nos documents ne savent pas écrire «\u00a0{more}\u00a0». Écrivez ce nom en lettres latines, comme "
    "sur la pièce d’identité.",
    "name.long": "«\u00a0{said}…\u00a0» dépasse cent caractères. Abrégez-le.",
    "text.control": "«\u00a0{said}\u00a0» contient un caractère invisible. Récrivez-le au clavier.",
    "birth_on.form": "«\u00a0{said}\u00a0» n’est pas une date. Écrivez la date de naissance comme 31/12/1990.",
    "birth_on.missing": "La date de naissance manque. Ce document doit la porter.",
    "birth_on.unlikely": "Une naissance le {said} n’est pas vraisemblable. Vérifiez l’année.",
    "birth_place.missing": "Le lieu de naissance manque. Ce document doit le porter.",
    "email.form": "«\u00a0{said}\u00a0» n’est pas une adresse électronique. Corrigez-la, ou videz la case\u00a0: "
    "rien ne sera envoyé.",
    "awarded_on.form": "«\u00a0{said}\u00a0» n’est pas une date. Écrivez la date d’obtention comme 31/12/2026.",
    "awarded_on.future": "L’obtention serait le {said}, dans l’avenir. Vérifiez la date.",
    "awarded_on.unlikely": "Une obtention le {said} n’est pas vraisemblable. Vérifiez l’année.",
    "awarded_on.over": "Obtenue le {said}, elle n’est déjà plus valable. Vérifiez la date, ou écartez la ligne.",
    "certification.unknown": "«\u00a0{said}\u00a0» n’est pas une de vos certifications. Écrivez {more}, ou ôtez cette "
    "ligne.",
    "certification.other": "Cette ligne nomme {said}, ce lot délivre {more}. Corrigez-la, ou mettez-la dans un autre "
    "lot.",
    "attendance.missing": "Les heures de présence ou les heures prévues manquent\u00a0: sans elles, l’assiduité ne se "
    "calcule pas.",
    "attendance.form": "«\u00a0{said}\u00a0» n’est pas une durée. Écrivez des heures, comme 27,5 ou 27 h 30.",
    "attendance.zero": "Les heures prévues sont à zéro\u00a0: l’assiduité ne se calcule pas. Écrivez combien d’heures "
    "étaient prévues.",
    "attendance.over": "Il y a plus d’heures de présence ({said}) que d’heures prévues ({more}). Vérifiez les deux.",
    "attendance.below": "Assiduité de {said}\u00a0%, pour {more}\u00a0% demandés\u00a0: le critère n’est pas rempli. "
    "Corrigez les heures si elles sont fausses, sinon écartez la ligne.",
    "outcome.failed": "Le tableau dit «\u00a0{said}\u00a0»\u00a0: rien n’est délivré à qui n’a pas réussi. Écartez la "
    "ligne.",
    "outcome.missing": "Le résultat manque, ou sa formule n’a pas de valeur dans ce fichier. Écrivez "
    "«\u00a0acquis\u00a0» ou «\u00a0non acquis\u00a0».",
    "outcome.unknown": "«\u00a0{said}\u00a0» ne dit pas si la personne a réussi. Écrivez «\u00a0acquis\u00a0» ou "
    "«\u00a0non acquis\u00a0».",
    "formula": "«\u00a0{said}\u00a0» est une formule ou une erreur de calcul. Remplacez-la par sa valeur.",
    "twice": "Cette ligne parle de la même personne que la ligne {more}. Écartez l’une des deux.",
    "already": "Cette personne a déjà {more}. Écartez la ligne.",
    "stopped": "La délivrance s’est arrêtée avant cette ligne. {more}",
    "over": "Sa validité est finie depuis que le lot est préparé\u00a0: elle n’est délivrée à personne.",
    "unsignable": "Cette ligne ne peut pas être signée ({more}). Récrivez le nom et la note au clavier.",
}
# Those that say that somebody was assessed and did not obtain it; all the others are about the sheet.
MISSED_FAULTS = ("attendance.below", "outcome.failed")
_PASSED = frozenset(
    "acquis acquise admis admise obtenu obtenue reussi reussie recu recue valide validee oui ok 1 x vrai true".split()  # noqa: SIM905
)
_FAILED = frozenset(
    {"non acquis", "non acquise", "refuse", "refusee", "ajourne", "ajournee", "echec", "echoue", "non", "0"}
    | {"non obtenu", "non obtenue", "non valide", "non validee", "non admis", "non admise", "absent", "absente"}
    | {"faux", "false"}
)
_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s.,;<>\"()]{2,}")
_NOT_A_NAME = re.compile(r"[0-9@#/\\<>{}\[\]=*_|~^$€%&+\"]")
# What cannot be signed: control characters, those that turn the direction of what follows, half characters.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_OLDEST_YEARS, _YOUNGEST_YEARS = 110, 10


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. ``column``: whose cell it is about; ``more``: what the sentence adds, never of a person."""

    code: str
    column: str = ""
    more: str = ""

    def sentence(self, said: str = "") -> str:
        """Say what is wrong and what to do; ``said``: what the cell holds."""
        return _FAULTS[self.code].format(said=said[:80], more=self.more)


def _none(text: str) -> str:
    """What any letter may be in."""
    return ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What rows are judged by. ``threshold``: of assiduity in percent, 0 when there is none.

    ``validity_months``: how long it is valid, 0 without end.
    ``certifications``: those of the house, ``certification`` the key of the one that the lot is about.
    ``undrawable``: gives the letters of a name that documents cannot show.
    ``needs_outcome``: somebody said which column tells who passed, so a row without it is not taken for a success.
    """

    today: date
    awarded_on: date
    certification: str = ""
    certifications: tuple[KnownCertification, ...] = ()
    threshold: int = 0
    validity_months: int = 0
    needs_birth: bool = False
    needs_outcome: bool = False
    undrawable: Callable[[str], str] = field(default=_none, compare=False, repr=False)
    _named: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)

    def named(self, text: str) -> str | None:
        """Give the key of the certification that a cell names; the same words are looked for once."""
        if text not in self._named:
            if len(self._named) > 1_000:
                self._named.clear()
            held = certification_named(text, self.certifications)
            self._named[text] = held.key if held else None
        return self._named[text]

    def reference(self, key: str) -> str:
        """Give the reference of one of the certifications, empty when it is none of them."""
        return next((one.reference for one in self.certifications if one.key == key), "")


@dataclass(frozen=True, slots=True)
class Understood:
    """A row as it was read: a text for each column that says something, and what is wrong with it."""

    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()

    @property
    def attendance(self) -> Attendance | None:
        """The assiduity that it tells of, if it does."""
        return attendance_of(self.values)


def cells_by_column(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Name the cells of a row; those that say nothing are left out."""
    said = ((name, cell_text(cells, at)) for name, at in columns.items())
    return {name: text for name, text in said if text}


def read_row(said: Mapping[str, str], frame: Frame) -> Understood:
    """Read one row. ``said``: the text of each column of ``COLUMNS`` that says something."""
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for name, text in said.items():
        if is_formula(text):
            values[name] = text
            faults.append(Fault("formula", name))
            continue
        values[name] = text if text.isascii() else unicodedata.normalize("NFC", text)
        if _CONTROL.search(text):
            faults.append(Fault("name.control" if name.endswith("_name") else "text.control", name))
    blamed = {fault.column for fault in faults}
    for check in _CHECKS:
        faults += [fault for fault in check(values, frame) if fault.column not in blamed]
    return Understood(values, tuple(faults))


def is_over(awarded_on: date, validity_months: int, today: date) -> bool:
    """Tell whether what is valid so many months, 0 without end, is no longer valid the day it is issued."""
    return bool(validity_months) and later(awarded_on, validity_months) < today


def attendance_of(values: Mapping[str, str]) -> Attendance | None:
    """The assiduity that a row tells of; None without it, or when it makes no sense."""
    present, planned = minutes_present(values.get("present", "")), minutes_present(values.get("planned", ""))
    return Attendance(present, planned) if present is not None and planned and present <= planned else None


def same_person(values: Mapping[str, str]) -> str:
    """What two rows about the same person have in common: folded names, and birth or else address."""
    rest = values.get("birth_on") or values.get("email", "").lower()
    return "\n".join((fold(values.get("last_name", "")), fold(values.get("first_name", "")), rest))


# --- one check by thing; each may rewrite its values in the one way ------------------------------


def _names(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    for name in ("first_name", "last_name"):
        text = values.get(name, "")
        if not text:
            yield Fault(f"{name}.missing", name)
        elif len(text) > NAME_MOST:
            yield Fault("name.long", name)
        elif _NOT_A_NAME.search(text) or not any(map(str.isalpha, text)):
            yield Fault("name.figure", name)
        elif not text.isascii() and any(unicodedata.category(letter) in ("Cf", "Co", "Cn") for letter in text):
            yield Fault("name.control", name)
        elif not text.isascii() and (letters := frame.undrawable(text)):
            yield Fault("name.letter", name, letters)


def _birth(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    text = values.get("birth_on", "")
    if not text:
        if frame.needs_birth:
            yield Fault("birth_on.missing", "birth_on")
    else:
        day = day_in(text)
        # Two figures of a year mean the last century when the next one has not come.
        if day is not None and day > frame.today and day.year < 2100 and not re.search(r"\d{4}", text):
            day = day.replace(year=day.year - 100)
        if day is None:
            yield Fault("birth_on.form", "birth_on")
        else:
            values["birth_on"] = day.isoformat()
            if not _YOUNGEST_YEARS <= frame.awarded_on.year - day.year <= _OLDEST_YEARS:
                yield Fault("birth_on.unlikely", "birth_on")
    if frame.needs_birth and not values.get("birth_place"):
        yield Fault("birth_place.missing", "birth_place")


def _email(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    text = values.get("email", "")
    if not text.isascii() and any(unicodedata.category(letter) == "Cf" for letter in text):
        yield Fault("text.control", "email")
    elif text and (len(text) > 254 or not _EMAIL.fullmatch(text) or ".." in text):
        yield Fault("email.form", "email")


def _awarded(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    text = values.get("awarded_on", "")
    if not text:
        return
    day = day_in(text)
    if day is None:
        yield Fault("awarded_on.form", "awarded_on")
        return
    values["awarded_on"] = day.isoformat()
    if day > frame.today:
        yield Fault("awarded_on.future", "awarded_on")
    elif day < FIRST_DAY:
        yield Fault("awarded_on.unlikely", "awarded_on")
    elif is_over(day, frame.validity_months, frame.today):
        yield Fault("awarded_on.over", "awarded_on")


def _certification(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    text = values.get("certification", "")
    if not text:
        return
    key = frame.named(text)
    if key is None:
        yield Fault("certification.unknown", "certification", frame.reference(frame.certification))
    elif key != frame.certification:
        yield Fault("certification.other", "certification", frame.reference(frame.certification))


def _attendance(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    if not frame.threshold:
        return
    said = {name: values.get(name, "") for name in ("present", "planned")}
    if not all(said.values()):
        yield Fault("attendance.missing", next(name for name, text in said.items() if not text))
        return
    minutes = {name: minutes_present(text) for name, text in said.items()}
    for name, count in minutes.items():
        if count is None:
            yield Fault("attendance.form", name)
            return
    if not minutes["planned"]:
        yield Fault("attendance.zero", "planned")
        return
    found = attendance_of(values)
    if found is None:
        yield Fault("attendance.over", "present", said["planned"])
    elif not found.reaches(frame.threshold):
        yield Fault("attendance.below", "present", str(frame.threshold))


def _outcome(values: dict[str, str], frame: Frame) -> Iterable[Fault]:
    text = fold(values.get("outcome", ""))
    if text in _FAILED or text.startswith("non "):
        yield Fault("outcome.failed", "outcome")
    elif not text and frame.needs_outcome:
        yield Fault("outcome.missing", "outcome")
    elif text and text not in _PASSED:
        yield Fault("outcome.unknown", "outcome")


_CHECKS = (_names, _birth, _email, _awarded, _certification, _attendance, _outcome)
