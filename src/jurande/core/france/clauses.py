# SPDX-License-Identifier: Apache-2.0
"""Clauses as text with fields: which fields there are, what a set must hold, and how a free clause differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jurande.core.errors import CoreError
from jurande.core.france.comparison import Change, Piece, words_changed
from jurande.core.france.conventions import MENTIONS

# What stands between braces in a clause, and what takes its place.
MERGE_FIELDS: Mapping[str, str] = {
    "certificateur": "nom du certificateur",
    "certificateur_siren": "SIREN du certificateur",
    "certificateur_signataire": "qui signe pour le certificateur",
    "partenaire": "nom du partenaire",
    "partenaire_siret": "SIRET du partenaire",
    "partenaire_commune": "commune du partenaire",
    "partenaire_nda": "déclaration d’activité du partenaire",
    "partenaire_signataire": "qui signe pour le partenaire",
    "reference": "référence de la convention",
    "objet": "ce à quoi le partenaire est habilité (mention 1°)",
    "certifications": "intitulés des certifications visées (mention 2°)",
    "debut": "premier jour (mention 3°)",
    "fin": "dernier jour (mention 3°)",
    "contrepartie": "contrepartie et barème (mention 4°)",
    "sous_traitance": "sous-traitance et ses conditions (mention 5°)",
    "moyens_techniques": "moyens techniques (mention 6°)",
    "moyens_pedagogiques": "moyens pédagogiques (mention 6°)",
    "moyens_encadrement": "moyens d’encadrement (mention 6°)",
    "apprentissage": "gestion de l’apprentissage (mention 7°)",
    "jours_observations": "délai d’observations avant une résiliation",
    "jours_preavis": "préavis d’une visite",
}
# What the clause of a mention must let through, so that what was typed for it is read. The scopes are a table.
FIELDS_OF_MENTION: Mapping[int, tuple[str, ...]] = {
    1: ("objet",),
    2: (),
    3: ("debut", "fin"),
    4: ("contrepartie",),
    5: ("sous_traitance",),
    6: ("moyens_techniques", "moyens_pedagogiques", "moyens_encadrement"),
    7: ("apprentissage",),
}
MOST_CHARS = 20_000
_MONTHS = tuple(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)
_BRACES = re.compile(r"\{([^{}]*)\}")


class FieldsRefused(CoreError):
    """A clause names fields that do not exist, or its braces do not match. ``unknown``: the names, in order."""

    code = "clauses.fields_refused"

    def __init__(self, unknown: Iterable[str], *, loose: bool = False) -> None:
        """Keep what is wrong."""
        self.unknown = tuple(dict.fromkeys(unknown))
        self.loose = loose
        super().__init__(f"unknown fields: {', '.join(self.unknown)}" if self.unknown else "loose braces")


def fields_in(text: str) -> tuple[str, ...]:
    """Give the fields that a text names, each once, in order; spaces inside the braces do not count."""
    return tuple(dict.fromkeys(name.strip() for name in _BRACES.findall(text)))


def check_fields(text: str) -> None:
    """Go on only if every field that the text names exists.

    :raises FieldsRefused: unknown fields, or a brace without its other half.
    """
    unknown = [name for name in fields_in(text) if name not in MERGE_FIELDS]
    left = _BRACES.sub("", text)
    if unknown or "{" in left or "}" in left:
        raise FieldsRefused(unknown, loose="{" in left or "}" in left)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in their places, once: braces inside a value stay as they are.

    :raises KeyError: a field without a value.
    """
    return _BRACES.sub(lambda found: values[found[1].strip()], text)


def day_in_words(day: date) -> str:
    """Write a day as a contract does: «1er octobre 2025», its parts held together."""
    return f"{'1er' if day.day == 1 else day.day}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


@dataclass(frozen=True)
class ClauseFact:
    """What the rules look at in a clause."""

    title: str
    body: str
    mention: int = 0


@dataclass(frozen=True)
class Fault:
    """What stops a set from being published: the mention concerned (1 to 7) and a sentence."""

    mention: int
    sentence: str


def set_faults(clauses: Iterable[ClauseFact]) -> list[Fault]:
    """Give what a set of clauses lacks to carry the seven mentions. Source: C. trav. R. 6113-16-2."""
    held = list(clauses)
    found = []
    for mention in MENTIONS:
        bodies = [one.body for one in held if one.mention == mention.number]
        if not bodies:
            found.append(
                Fault(mention.number, f"Aucune clause ne porte la mention {mention.number}° ({mention.label}).")
            )
            continue
        there = {name for body in bodies for name in fields_in(body)}
        missing = [name for name in FIELDS_OF_MENTION[mention.number] if name not in there]
        if missing:
            named = ", ".join(f"{{{name}}}" for name in missing)
            found.append(
                Fault(
                    mention.number,
                    f"La clause de la mention {mention.number}° ({mention.label}) doit contenir {named}, "
                    "sans quoi ce qui est saisi ne s’y lirait pas.",
                )
            )
    return found


@dataclass(frozen=True)
class ClauseChange:
    """A clause in two sets, or in a set and in a convention. ``pieces``: what differs, word by word."""

    key: str
    title: str
    change: Change
    pieces: tuple[Piece, ...] = ()


def compare_clauses(
    before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]
) -> tuple[ClauseChange, ...]:
    """Compare two sets (key → title, body): those of the new one in its order, then those that are gone."""
    changes = []
    for key, (title, body) in after.items():
        if key not in before:
            changes.append(ClauseChange(key, title, Change.ADDED, (Piece(Change.ADDED, body),)))
        elif before[key] == (title, body):
            changes.append(ClauseChange(key, title, Change.SAME))
        else:
            changes.append(compare_clause(key, before[key], (title, body)))
    gone = [key for key in before if key not in after]
    changes += [
        ClauseChange(key, before[key][0], Change.REMOVED, (Piece(Change.REMOVED, before[key][1]),)) for key in gone
    ]
    return tuple(changes)


def compare_clause(key: str, before: tuple[str, str], after: tuple[str, str]) -> ClauseChange:
    """Compare one clause with another wording of it, word by word; a new title counts as words of the text."""
    (old_title, old), (title, new) = before, after
    if title != old_title:
        old, new = f"{old_title}\n\n{old}", f"{title}\n\n{new}"
    return ClauseChange(key, title, Change.REWORDED, words_changed(old, new))
