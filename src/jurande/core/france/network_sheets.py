# SPDX-License-Identifier: Apache-2.0
"""Reading an existing network from a spreadsheet whose columns have any name: a partner and a habilitation by row.

Nothing is guessed about a number that is wrong: the row says what it holds and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from jurande.core.france import identifiers
from jurande.core.france.departements import DEPARTEMENTS
from jurande.core.france.identifiers import IdentifierRefused
from jurande.core.france.ledger import BOTH, FORMER, ORGANISER
from jurande.core.france.spelling import fold

ROWS_MOST = 5_000
# What a column may be, and the folded words that headers use for it, the surest first. The order matters: each header
# is used once, and «date de fin de la convention» must not become the reference of the convention.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "siret": ("siret",),
    "nda": ("nda", "declaration d activite", "numero de declaration"),
    "head_email": ("mail", "courriel", "adresse electronique"),
    "head_first_name": ("prenom",),
    "head_last_name": ("nom du dirigeant", "nom dirigeant", "nom du contact", "nom contact", "dirigeant", "contact"),
    "legal_name": ("raison sociale", "denomination", "nom de l organisme", "organisme", "partenaire", "nom"),
    "usual_name": ("enseigne", "nom d usage", "nom commercial", "sigle"),
    "postcode": ("code postal", "cp", "postal"),
    "city": ("commune", "ville", "localite"),
    "address": ("adresse", "rue", "voie"),
    "since_on": ("partenaire depuis", "entree", "depuis"),
    "signed_on": ("date de signature", "signe le", "signee le", "signature", "date de la convention"),
    "valid_from": ("date de debut", "debut", "a partir du", "du"),
    "valid_until": ("date de fin", "date fin", "fin d", "fin", "echeance", "jusqu au", "au"),
    "convention": ("convention", "contrat", "reference"),
    "certification": ("certification", "fiche", "rncp", "titre", "code rs"),
    "kind": ("habilitation", "role", "type"),
    "blocs": ("bloc",),
    "territory": ("territoire", "departement", "zone"),
}
REQUIRED = ("siret", "legal_name", "postcode", "city")
_FAULTS: Mapping[str, str] = {
    "siret.missing": "Le SIRET manque. Écrivez les quatorze chiffres de l’établissement.",
    "siret.siren": "«\u00a0{said}\u00a0» est un SIREN, qui désigne l’organisme entier. Écrivez le SIRET de "
    "l’établissement\u00a0: quatorze chiffres.",
    "siret.zero": "«\u00a0{said}\u00a0» a treize chiffres\u00a0: le tableur a sans doute ôté le zéro du début. Mettez "
    "la colonne en texte et récrivez «\u00a0{more}\u00a0» si c’est bien lui.",
    "siret.rounded": "«\u00a0{said}\u00a0» a été arrondi par le tableur\u00a0: les derniers chiffres sont perdus. "
    "Mettez la colonne en texte et récrivez le SIRET.",
    "siret.form": "«\u00a0{said}\u00a0» n’est pas un SIRET. Écrivez ses quatorze chiffres.",
    "siret.check": "La clé du SIRET «\u00a0{said}\u00a0» est fausse\u00a0: un chiffre a été mal copié. Vérifiez-le au "
    "répertoire Sirene.",
    "legal_name.missing": "La dénomination manque. Écrivez celle du répertoire Sirene.",
    "postcode.form": "«\u00a0{said}\u00a0» n’est pas un code postal français. Écrivez ses cinq chiffres.",
    "city.missing": "La commune manque. Écrivez celle de l’établissement.",
    "nda.form": "«\u00a0{said}\u00a0» n’est pas une déclaration d’activité. Écrivez ses onze chiffres, ou laissez "
    "la case vide.",
    "email.form": "«\u00a0{said}\u00a0» n’est pas une adresse électronique. Corrigez-la, ou laissez la case vide.",
    "head.missing": "L’adresse du dirigeant est là sans son prénom ou son nom. Écrivez les deux, ou ôtez l’adresse.",
    "date": "«\u00a0{said}\u00a0» n’est pas une date. Écrivez-la comme 31/12/2026.",
    "since_on.future": "Le partenariat commencerait le {said}, dans l’avenir. Écrivez le jour où il a commencé.",
    "certification.unknown": "«\u00a0{said}\u00a0» n’est pas une de vos certifications. Écrivez son numéro, par "
    "exemple {more}.",
    "kind.unknown": "«\u00a0{said}\u00a0» ne dit pas ce que le partenaire peut faire. Écrivez «\u00a0former\u00a0», "
    "«\u00a0organiser\u00a0» ou «\u00a0former et organiser\u00a0».",
    "kind.missing": "La certification est là sans le rôle du partenaire. Écrivez «\u00a0former\u00a0», "
    "«\u00a0organiser\u00a0» ou «\u00a0former et organiser\u00a0».",
    "blocs.unknown": "Le bloc «\u00a0{said}\u00a0» n’est pas dans le référentiel publié. Écrivez les codes des blocs, "
    "ou laissez la case vide pour la certification entière.",
    "territory.unknown": "«\u00a0{said}\u00a0» n’est pas un département. Écrivez les codes, par exemple 13, 84, 2A.",
    "valid.missing": "Le début ou la fin de l’habilitation manque. Écrivez les deux dates.",
    "valid.order": "La fin ({said}) est avant le début ({more}). Vérifiez les deux dates.",
    "valid.over": "L’habilitation a fini le {said}\u00a0: rien n’est à reprendre. Ôtez la ligne, ou corrigez la fin.",
    "convention.missing": "La référence ou la date de la convention manque. Une habilitation repose sur une convention "
    "datée (C. trav. R. 6113-16-1)\u00a0: écrivez les deux.",
    "convention.future": "La convention serait signée le {said}, dans l’avenir. Vérifiez la date.",
    "formula": "«\u00a0{said}\u00a0» est une formule ou une erreur de calcul. Remplacez-la par sa valeur.",
    "twice": "Cette ligne dit la même chose que la ligne {said}. Gardez-en une.",
}
_KINDS: Mapping[str, str] = {
    "former": FORMER,
    "formation": FORMER,
    "forme": FORMER,
    "habilitation former": FORMER,
    "preparer": FORMER,
    "organiser": ORGANISER,
    "evaluer": ORGANISER,
    "evaluation": ORGANISER,
    "examen": ORGANISER,
    "habilitation organiser": ORGANISER,
    "organiser l evaluation": ORGANISER,
    "les deux": BOTH,
    "habilitation orga form": BOTH,
}
_MONTHS = tuple(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905
)
# «#N/A», «#VALEUR!», «#NOM ?», «#ZAHL!», «#####» (too narrow to be shown), «Err:502»; never «#12», a number.
_ERROR = re.compile(
    r"#(?:n/[ad]|nv|ref|nom|name|valeur|value|div|nul|num|getting_data)\b.*|#[^\W\d_]+(?:/0)? ?[!?]|#{3,}"
    r"|err(?:eur)? ?: ?\d{3}"
)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?: .*)?")
_ISO = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?:[t ].*)?")
_WORDED = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
# What is copied with a text from a web page or a word processor, and says nothing at either end of it.
_UNSEEN = "\u200b\ufeff\u2060\u00ad"
# Spreadsheets count days from there, leap year of 1900 included as they believe it was.
_SERIAL = (20_000, 80_000)
_SERIAL_ZERO = date(1899, 12, 30).toordinal()


@dataclass(frozen=True)
class KnownCertification:
    """One of ours, as rows may name it. ``blocs``: the folded number of each bloc → its lineage."""

    key: str
    reference: str
    title: str
    blocs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """What a row asks for. ``certification``: empty when it opens a partnership alone."""

    siret: str
    legal_name: str
    usual_name: str
    address: str
    postcode: str
    city: str
    nda: str
    since_on: date | None
    head_email: str
    head_first_name: str
    head_last_name: str
    certification: str = ""
    kind: str = ""
    blocs: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    convention: str = ""
    signed_on: date | None = None


class RowRefused(Exception):
    """This row is left out. ``sentence``: why, in French, and what to do."""

    def __init__(self, code: str, said: str = "", more: str = "") -> None:
        """Put the fault into words."""
        self.code = code
        self.sentence = _FAULTS[code].format(said=said[:80], more=more[:80])
        super().__init__(self.sentence)


def read_row(
    cells: Sequence[str],
    columns: Mapping[str, int],
    certifications: Sequence[KnownCertification],
    today: date,
) -> Planned:
    """Read one row. ``columns``: the index of each column of ``COLUMNS`` that the sheet has.

    :raises RowRefused: with the first thing to mend.
    """
    said = {name: cell_text(cells, at) for name, at in columns.items()}
    for text in said.values():
        if is_formula(text):
            raise RowRefused("formula", text)
    siret = _siret(said.get("siret", ""))
    legal_name, city = said.get("legal_name", ""), said.get("city", "")
    if not legal_name:
        raise RowRefused("legal_name.missing")
    if not city:
        raise RowRefused("city.missing")
    email, first, last = said.get("head_email", ""), said.get("head_first_name", ""), said.get("head_last_name", "")
    if email and not _EMAIL.fullmatch(email):
        raise RowRefused("email.form", email)
    if email and not (first and last):
        raise RowRefused("head.missing")
    since_on = _day(said.get("since_on", ""))
    if since_on is not None and since_on > today:
        raise RowRefused("since_on.future", _shown(since_on))
    partner = Planned(
        siret=siret,
        legal_name=legal_name[:250],
        usual_name=said.get("usual_name", "")[:250],
        address=said.get("address", "")[:250],
        postcode=_postcode(said.get("postcode", "")),
        city=city[:100],
        nda=_nda(said.get("nda", "")),
        since_on=since_on,
        head_email=email,
        head_first_name=first[:100],
        head_last_name=last[:100],
    )
    return _habilitation(said, partner, certifications, today) if said.get("certification") else partner


def _habilitation(
    said: Mapping[str, str], partner: Planned, certifications: Sequence[KnownCertification], today: date
) -> Planned:
    held = certification_named(said["certification"], certifications)
    if held is None:
        example = certifications[0].reference if certifications else "RNCP12345"
        raise RowRefused("certification.unknown", said["certification"], example)
    starts, ends = _day(said.get("valid_from", "")), _day(said.get("valid_until", ""))
    if starts is None or ends is None:
        raise RowRefused("valid.missing")
    if ends < starts:
        raise RowRefused("valid.order", _shown(ends), _shown(starts))
    if ends < today:
        raise RowRefused("valid.over", _shown(ends))
    signed_on = _day(said.get("signed_on", ""))
    if not said.get("convention") or signed_on is None:
        raise RowRefused("convention.missing")
    if signed_on > today:
        raise RowRefused("convention.future", _shown(signed_on))
    return Planned(
        **{
            **partner.__dict__,
            "certification": held.key,
            "kind": kind_in(said.get("kind", "")),
            "blocs": _blocs(said.get("blocs", ""), held),
            "territory": _territory(said.get("territory", "")),
            "valid_from": starts,
            "valid_until": ends,
            "convention": said["convention"][:120],
            "signed_on": signed_on,
        }
    )


def certification_named(text: str, certifications: Iterable[KnownCertification]) -> KnownCertification | None:
    """Find which of ours a cell names: «RNCP49021», «rncp 49021 - Technicien…», «49021», or its very title."""
    said = re.sub(r"\b(rncp|rs)\s+(?=\d)", r"\1", fold(text))
    held = list(certifications)
    for one in held:
        if said == fold(one.title) or re.search(rf"\b{re.escape(fold(one.reference))}\b", said):
            return one
    bare = [one for one in held if said.isdecimal() and re.sub(r"\D", "", one.reference) == said]
    return bare[0] if len(bare) == 1 else None


def kind_in(text: str) -> str:
    """Read a role: «former», «organiser», «former et organiser», the register's own words.

    :raises RowRefused: it is empty, or says none of them.
    """
    folded = re.sub(r"[^a-z ]+", " ", fold(text.replace("_", " ")))
    folded = " ".join(folded.split())
    if not folded:
        raise RowRefused("kind.missing")
    if folded in _KINDS:
        return _KINDS[folded]
    trains = bool(re.search(r"\bform", folded))
    assesses = bool(re.search(r"\b(organis|evalu|exam|certif)", folded))
    if trains and assesses:
        return BOTH
    if trains or assesses:
        return FORMER if trains else ORGANISER
    raise RowRefused("kind.unknown", text)


def day_in(text: str) -> date | None:
    """Read a day: «31/12/2026», «31-12-26», «2026-12-31», «31 décembre 2026», a spreadsheet's serial; None: not one."""
    folded = fold(text.replace("-", "/")) if _SLASHED.fullmatch(text.strip()) else text.strip().lower()
    try:
        if match := _ISO.fullmatch(folded):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _SLASHED.fullmatch(folded):
            year = int(match[3])
            return date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
        if match := _WORDED.fullmatch(fold(text)):
            return date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
        if folded.isdecimal() and _SERIAL[0] <= int(folded) <= _SERIAL[1]:
            return date.fromordinal(_SERIAL_ZERO + int(folded))
    except ValueError:
        return None
    return None


def cell_text(cells: Sequence[str], at: int) -> str:
    """Return what a cell says, on one line, without what spreadsheets put around it to keep its zeros."""
    text = " ".join(cells[at].strip(_UNSEEN).split()) if 0 <= at < len(cells) else ""
    # What programs write so that spreadsheets keep the zeros: ="01234".
    quoted = re.fullmatch(r'="([^"]*)"', text)
    return quoted[1] if quoted else text.removeprefix("'")


def is_formula(text: str) -> bool:
    """Tell whether a cell holds a formula or the error of one, where a value was expected."""
    return text.startswith("=") or is_error(text)


def is_error(text: str) -> bool:
    """Tell whether a cell holds what a spreadsheet shows when it could not compute, in whatever language."""
    return text[:1] in ("#", "E", "e") and _ERROR.fullmatch(fold(text)) is not None


def _siret(text: str) -> str:
    if not text:
        raise RowRefused("siret.missing")
    if _ROUNDED.fullmatch(text.replace(" ", "")):
        raise RowRefused("siret.rounded", text)
    try:
        return identifiers.siret(text)
    except IdentifierRefused as refused:
        code = refused.code
    digits = re.sub(r"\D", "", text)
    if len(digits) == 9:
        raise RowRefused("siret.siren", text)
    if len(digits) == 13 and _is_siret("0" + digits):
        raise RowRefused("siret.zero", text, "0" + digits)
    raise RowRefused(code, text)


def _is_siret(digits: str) -> bool:
    try:
        return bool(identifiers.siret(digits))
    except IdentifierRefused:
        return False


def _postcode(text: str) -> str:
    digits = f"0{text}" if re.fullmatch(r"\d{4}", text) else text
    try:
        return identifiers.postcode(digits)
    except IdentifierRefused:
        raise RowRefused("postcode.form", text) from None


def _nda(text: str) -> str:
    if not text:
        return ""
    try:
        return identifiers.nda(f"0{text}" if re.fullmatch(r"\d{10}", text) else text)
    except IdentifierRefused:
        raise RowRefused("nda.form", text) from None


def _day(text: str) -> date | None:
    if not text:
        return None
    day = day_in(text)
    if day is None:
        raise RowRefused("date", text)
    return day


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _blocs(text: str, held: KnownCertification) -> tuple[str, ...]:
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[;,\n|/]|\bet\b", text))):
        if fold(part) in ("tous", "toutes", "tous les blocs", "certification entiere"):
            return ()
        # «RNCP49021BC02», or «BC02» as everybody says.
        lineage = next((kept for number, kept in held.blocs.items() if number.endswith(fold(part))), None)
        if lineage is None:
            raise RowRefused("blocs.unknown", part)
        found.append(lineage)
    return tuple(dict.fromkeys(found))


def _territory(text: str) -> tuple[str, ...]:
    found = []
    for part in filter(None, (one.strip().upper() for one in re.split(r"[;,\n|/ ]", text))):
        if fold(part) in ("france", "national", "entiere", "tout", "toute", "partout"):
            return ()
        code = part if part in DEPARTEMENTS else part.zfill(2)
        if code not in DEPARTEMENTS:
            raise RowRefused("territory.unknown", part)
        found.append(code)
    return tuple(dict.fromkeys(found))
