# SPDX-License-Identifier: Apache-2.0
"""Reading what another platform issued: a line of its spreadsheet, or an Open Badges 1 or 2 assertion in JSON.

Whatever the export, a line becomes the same thing (``FormerAward``), or a refusal that says what to mend. Nothing is
verified: it is what the former house said, and it is kept as such.
Source: Open Badges 2.0 (1EdTech), Assertion, IdentityObject, BadgeClass, Profile; the JSON of Badgr's API (version 2)
and of Open Badge Factory's events; the titles of columns that these platforms and Accredible give their exports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jurande.core.errors import CoreError
from jurande.core.france.network_sheets import cell_text, day_in, is_formula
from jurande.core.france.spelling import fold

LINES_MOST = 20_000
# What a column may be, and the folded words that headers use for it, the surest first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("recipient email", "recipient.email", "email", "e mail", "mail", "courriel", "adresse electronique"),
    "first_name": ("recipient first name", "first name", "given name", "prenom"),
    "last_name": ("recipient last name", "last name", "family name", "surname", "nom de famille"),
    "full_name": ("recipient name", "recipient.name", "recipient full name", "earner name", "full name", "name", "nom"),
    "address": (
        "credential url",
        "credential link",
        "assertion url",
        "badge url",
        "public url",
        "url",
        "lien",
        "adresse publique",
    ),
    "external_id": (
        "credential id",
        "credential.id",
        "assertion id",
        "event id",
        "license id",
        "numero",
        "identifiant",
        "id",
    ),
    "issuer_name": ("issuer name", "issuer", "organization", "organisation", "emetteur", "delivre par"),
    "title": (
        "credential name",
        "badge name",
        "badge class",
        "badge title",
        "group name",
        "course name",
        "badge",
        "intitule",
        "certification",
        "title",
        "titre",
    ),
    "valid_until": ("expired on", "expires on", "expiry date", "expires", "expiration", "expire", "valable jusqu"),
    "awarded_on": ("issued on", "issue date", "issued date", "issued", "date d obtention", "delivre le", "date"),
    "revoked": ("revoked", "status", "statut", "etat", "revoque"),
}
REQUIRED = ("title", "awarded_on")
_REVOKED = re.compile(r"(?<!\bnot )(?<!\bnon )\b(revok|revoq|annul|withdrawn|retire)", re.IGNORECASE)
_YES = frozenset({"true", "yes", "oui", "1", "x", "vrai"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TOP_LISTS = ("result", "credentials", "assertions", "events", "data", "badges")
# What platforms add to the address of a badge so that it greets its holder: the badge is the same without it.
_PERSONAL = ("identity__", "utm_", "fbclid")
_FAULTS: Mapping[str, str] = {
    "title.missing": "L’intitulé de ce qui a été délivré manque. Ajoutez-le à la ligne.",
    "name.missing": "Le nom du titulaire manque. Ajoutez-le\u00a0: sans lui, personne ne saura de qui il s’agit.",
    "hashed": "Le titulaire n’est donné que par une empreinte, sans nom. Exportez avec les adresses et les noms "
    "lisibles, ou ajoutez le nom.",
    "email.form": "«\u00a0{said}\u00a0» n’est pas une adresse électronique. Corrigez-la, ou laissez la case vide.",
    "date.missing": "La date de délivrance manque. Écrivez-la comme 31/12/2024.",
    "date": "«\u00a0{said}\u00a0» n’est pas une date, ou son jour et son mois sont inversés. Écrivez-la comme "
    "31/12/2024 ou 2024-12-31.",
    "date.future": "La délivrance serait du {said}, dans l’avenir. Vérifiez la date.",
    "until.order": "La fin de validité ({said}) est avant la délivrance ({more}). Vérifiez les deux dates.",
    "id.missing": "Ni numéro ni adresse d’origine\u00a0: on ne pourrait plus la retrouver. Ajoutez l’un des deux.",
    "address.form": "«\u00a0{said}\u00a0» n’est pas une adresse de page. Écrivez-la entière, avec https://, ou laissez "
    "la case vide.",
    "formula": "«\u00a0{said}\u00a0» est une formule ou une erreur de calcul. Remplacez-la par sa valeur.",
    "shape": "Ce n’est pas une attestation Open Badges\u00a0: il y manque «\u00a0{said}\u00a0».",
    "newer": "C’est un badge Open Badges 3.0, signé\u00a0: il se vérifie de lui-même, à la page «\u00a0Vérifier un "
    "document\u00a0». Rien n’est à reprendre.",
    "twice": "Cette ligne dit la même chose que la ligne {said}. Gardez-en une.",
}


@dataclass(frozen=True)
class FormerAward:
    """What was issued elsewhere. ``external_id``: its number or address there, never empty.

    ``addresses``: where it could be seen. ``awarded_on`` and ``valid_until`` (the last day): civil days.
    """

    external_id: str
    title: str
    first_name: str
    last_name: str
    awarded_on: date
    email: str = ""
    issuer_name: str = ""
    valid_until: date | None = None
    is_revoked: bool = False
    addresses: tuple[str, ...] = ()


class LineRefused(CoreError):
    """This line is left out. ``sentence``: why, in French, and what to do."""

    code = "former.refused"

    def __init__(self, code: str, said: str = "", more: str = "") -> None:
        """Put the fault into words."""
        self.sentence = _FAULTS[code].format(said=said[:80], more=more[:80])
        super().__init__(self.sentence, code=code)


class ExportRefused(CoreError):
    """This file holds no export that can be read: not JSON, nothing in it, or too much."""

    code = "former.unreadable"


# --- spreadsheets -------------------------------------------------------------------------------


def read_cells(cells: Sequence[str], columns: Mapping[str, int], today: date) -> FormerAward:
    """Read one row of a spreadsheet. ``columns``: the index of each column of ``COLUMNS`` that it has.

    :raises LineRefused: with the first thing to mend.
    """
    said = {name: cell_text(cells, at) for name, at in columns.items()}
    for text in said.values():
        if is_formula(text):
            raise LineRefused("formula", text)
    address = said.get("address", "")
    if address and not _is_page(address):
        raise LineRefused("address.form", address)
    first, last = said.get("first_name", ""), said.get("last_name", "")
    if not (first or last):
        first, last = split_name(said.get("full_name", ""))
    revoked = said.get("revoked", "")
    return _checked(
        FormerAward(
            external_id=said.get("external_id", "") or address,
            title=said.get("title", ""),
            first_name=first,
            last_name=last,
            email=said.get("email", ""),
            issuer_name=said.get("issuer_name", ""),
            awarded_on=_day(said.get("awarded_on", "")) or _missing_day(),
            valid_until=_day(said.get("valid_until", "")),
            is_revoked=fold(revoked) in _YES or bool(_REVOKED.search(fold(revoked))),
            addresses=(address,) if address else (),
        ),
        today,
    )


def split_name(full_name: str) -> tuple[str, str]:
    """First and last name of a name written in one: capitals are the last name, else the last word is.

    «CURIE Marie» and «Marie CURIE» → («Marie», «CURIE»); «Ada King Lovelace» → («Ada King», «Lovelace»).
    """
    words = full_name.split()
    loud = [word for word in words if len(word) > 1 and word.isupper()]
    if loud and len(loud) < len(words):
        return " ".join(word for word in words if word not in loud), " ".join(loud)
    return " ".join(words[:-1]), "".join(words[-1:])


# --- JSON ---------------------------------------------------------------------------------------


def read_documents(text: str) -> list[Mapping[str, Any]]:
    """The objects of a JSON export: one, a list, a list under a usual name, or one by line.

    :raises ExportRefused: it is not JSON, holds no object, or more than ``LINES_MOST``.
    """
    found = [one for one in _values(text.removeprefix("\ufeff").strip()) if isinstance(one, Mapping)]
    lines = [line for one in found for line in _flattened(one)]
    if not lines:
        raise ExportRefused("Ce fichier ne contient aucune attestation.")
    if len(lines) > LINES_MOST:
        raise ExportRefused(f"Ce fichier contient plus de {LINES_MOST} attestations. Partagez-le.")
    return lines


def _values(text: str) -> list[Any]:
    try:
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError) as error:
        raise ExportRefused("Ce fichier n’est pas du JSON lisible.") from error
    if isinstance(value, Mapping):
        value = next((value[name] for name in _TOP_LISTS if isinstance(value.get(name), list)), value)
    return value if isinstance(value, list) else [value]


def _flattened(one: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """An event of Open Badge Factory has several recipients: one line for each."""
    recipients = one.get("recipient")
    if not isinstance(recipients, list):
        yield one
        return
    revoked = one.get("revoked")
    for recipient in recipients:
        address = recipient.get("email", "") if isinstance(recipient, Mapping) else recipient
        key = f"{one.get('id') or one.get('event_id') or ''}:{address}"
        gone = isinstance(revoked, Mapping) and address in revoked
        yield {**one, "id": key, "recipient": recipient, "revoked": gone or revoked is True}


def read_assertion(document: Mapping[str, Any], today: date) -> FormerAward:
    """Read one assertion: Open Badges 1 or 2, as Badgr's API gives it, or one recipient of an event of OBF.

    :raises LineRefused: with the first thing to mend.
    """
    kinds = document.get("type")
    if "VerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds]):
        raise LineRefused("newer")
    recipient = document.get("recipient")
    if not recipient:
        raise LineRefused("shape", "recipient")
    badge, issuer = _badge_of(document)
    identity, name, is_hashed = _recipient(recipient, document)
    address = next((text for text in map(str, _ids_of(document)) if _is_page(text)), "")
    first, last = split_name(name)
    if is_hashed and not name:
        raise LineRefused("hashed")
    issued = _first(document, "issuedOn", "issued_on", "issueDate", "createdAt")
    if issued in (None, ""):
        raise LineRefused("date.missing")
    return _checked(
        FormerAward(
            external_id=str(next(iter(_ids_of(document)), "")),
            title=badge,
            first_name=first,
            last_name=last,
            email="" if is_hashed else identity,
            issuer_name=issuer,
            awarded_on=_instant_day(issued),
            valid_until=_until(_first(document, "expires", "expires_at", "expirationDate")),
            is_revoked=document.get("revoked") is True,
            addresses=(address,) if address else (),
        ),
        today,
    )


def _ids_of(document: Mapping[str, Any]) -> list[Any]:
    verify = document.get("verify")
    hosted = verify.get("url") if isinstance(verify, Mapping) else None
    said = [document.get(name) for name in ("openBadgeId", "id", "entityId", "uid")]
    return [one for one in [*said[:1], hosted, *said[1:]] if isinstance(one, str | int) and str(one).strip()]


def _badge_of(document: Mapping[str, Any]) -> tuple[str, str]:
    badge = _first(document, "badge", "badgeclassName", "name", "badgeclass", "badgeclassOpenBadgeId", "badge_id")
    issuer: Any = document.get("issuer") or document.get("issuerName")
    if isinstance(badge, Mapping):
        issuer = badge.get("issuer") or issuer
        badge = badge.get("name") or badge.get("id")
    if isinstance(issuer, Mapping):
        issuer = issuer.get("name") or issuer.get("id")
    if not badge:
        raise LineRefused("shape", "badge")
    return str(badge), str(issuer or "")


def _recipient(recipient: Any, document: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Address, name, and whether the address is only a digest."""
    profile = document.get("extensions:recipientProfile") or document.get("recipientProfile")
    name = profile.get("name") if isinstance(profile, Mapping) else document.get("recipient_name")
    if isinstance(recipient, str):
        return recipient, str(name or ""), recipient.startswith(("sha256$", "md5$"))
    if not isinstance(recipient, Mapping):
        raise LineRefused("shape", "recipient")
    plain = recipient.get("plaintextIdentity") or recipient.get("email")
    identity = str(plain or recipient.get("identity") or "")
    is_hashed = not plain and (recipient.get("hashed") is True or identity.startswith(("sha256$", "md5$")))
    return identity, str(recipient.get("name") or name or ""), is_hashed


def _first(document: Mapping[str, Any], *names: str) -> Any:
    return next((document[name] for name in names if document.get(name) not in (None, "")), None)


# --- both ---------------------------------------------------------------------------------------


def _checked(said: FormerAward, today: date) -> FormerAward:
    read = replace(
        said,
        external_id=_line(said.external_id, 600),
        title=_line(said.title, 400),
        first_name=_line(said.first_name, 100),
        last_name=_line(said.last_name, 100),
        email=_line(said.email, 254),
        issuer_name=_line(said.issuer_name, 250),
        addresses=tuple(_line(address, 1000) for address in said.addresses),
    )
    if not read.title:
        raise LineRefused("title.missing")
    if not (read.first_name or read.last_name):
        raise LineRefused("name.missing")
    if read.email and not _EMAIL.fullmatch(read.email):
        raise LineRefused("email.form", read.email)
    if not read.external_id:
        raise LineRefused("id.missing")
    if read.awarded_on > today:
        raise LineRefused("date.future", f"{read.awarded_on:%d/%m/%Y}")
    if read.valid_until is not None and read.valid_until < read.awarded_on:
        raise LineRefused("until.order", f"{read.valid_until:%d/%m/%Y}", f"{read.awarded_on:%d/%m/%Y}")
    return read


def _line(text: str, longest: int) -> str:
    """One line, without the characters that nobody can see and that databases and signatures refuse."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:longest]


def _day(text: str) -> date | None:
    if not text or fold(text) in ("never", "jamais", "none", "n/a", "null"):
        return None
    day = day_in(text)
    if day is None:
        raise LineRefused("date", text)
    return day


def _missing_day() -> date:
    raise LineRefused("date.missing")


def _until(value: Any) -> date | None:
    return None if value in (None, "") else _instant_day(value)


def _instant_day(value: Any) -> date:
    """An ISO instant or day, or seconds since 1970: its civil day (that of the instant's own zone, else of UTC)."""
    try:
        if (isinstance(value, int | float) and not isinstance(value, bool)) or str(value).isdecimal():
            return datetime.fromtimestamp(int(value), tz=UTC).date()
        return datetime.fromisoformat(str(value)).date()
    except (ValueError, OverflowError, OSError):
        raise LineRefused("date", str(value)) from None


def _is_page(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and not re.search(r"\s", text.strip())


def address_key(text: str) -> str:
    """The usual form of an old address or number: what was copied, typed or shared a little differently is the same.

    «https://www.badges.fr/b/12/?utm_source=x#top» and «badges.fr/b/12» → «badges.fr/b/12»; «ab 12-c» → «AB12C».
    """
    said = text.strip()
    if "/" not in said:
        return re.sub(r"[\s\-]+", "", said).upper()
    try:
        parts = urlsplit(said if "://" in said else f"https://{said}")
    except ValueError:
        return re.sub(r"\s+", "", said)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith(_PERSONAL)]
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.").removesuffix(":443").removesuffix(":80")
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
