# SPDX-License-Identifier: Apache-2.0
"""Words that the law keeps for registered certifications, found in a text however they are spelt.

Spaces of any kind, hyphens, points and invisible characters inside a word, accents, capitals, plurals and look-alike
letters of other alphabets do not hide a word. Only whole words count: «titulaire» and «titrage» hold no «titre».
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

DISCLAIMER = (
    "Cette micro-certification n’est enregistrée ni au RNCP ni au Répertoire spécifique "
    "et n’ouvre pas droit au compte personnel de formation."
)


@dataclass(frozen=True)
class ReservedWord:
    """A word or phrase and the text it rests on.

    ``forms``: how it is written, in lower case without accents; a space stands for any separation, «(a|au)?» for words
    that may come between, and every word may take an «s». ``unless``: phrases in which it means something else.
    ``tolerable``: no text read by us reserves it outright; a certifier may allow it and answers for that.
    """

    key: str
    shown: str
    forms: tuple[str, ...]
    article: str
    reason: str
    unless: tuple[str, ...] = ()
    tolerable: bool = False


@dataclass(frozen=True)
class Finding:
    """A reserved word in a text: the words as written, and where they begin and end in it."""

    word: ReservedWord
    quote: str
    start: int
    end: int


_REGISTERED = "Ces mots désignent ce qui est enregistré au RNCP\u00a0; une micro-certification ne l’est pas."
_FUNDED = (
    "Une micro-certification n’est pas payée par le compte personnel de formation\u00a0: le dire trompe le public."
)
_CLAIMED = "Ce qui n’est pas enregistré ne peut pas se présenter comme enregistré ou reconnu par l’État."
_FOR = "(a|au|aux|a la|par|par le|par la|avec le|via le|sur|du)"
_GIVEN = "(reconnu|reconnue|certifie|certifiee|delivre|delivree|homologue|homologuee|agree|agreee)"
_PAID = "(eligible|financable|finance|financee|payable|pris en charge|prise en charge)"
_ACCOUNT = "(cpf|compte personnel de formation|mon compte formation|compte formation)"
_ENTERED = "(enregistre|enregistree|inscrit|inscrite|reconnu|reconnue|referencee|reference)"

# In force for texts written from the day each article took effect; L. 6113-1: 1 January 2019 (law 2018-771, art. 31).
RESERVED_WORDS: tuple[ReservedWord, ...] = (
    ReservedWord(
        "certification_professionnelle",
        "certification professionnelle",
        ("certification (a visee|a finalite)? professionnelle", "certifications professionnelles"),
        "C. trav. L. 6113-1",
        _REGISTERED,
    ),
    ReservedWord(
        "titre",
        "titre",
        ("titre",),
        "C. trav. L. 6113-1",
        _REGISTERED,
        unless=(
            "a titre",
            "a ce titre",
            "a quel titre",
            "a juste titre",
            "au meme titre",
            "sous titre",
            "titre restaurant",
        ),
    ),
    ReservedWord(
        "cqp",
        "certificat de qualification professionnelle",
        ("certificat de qualification professionnelle", "cqp"),
        "C. trav. L. 6113-4",
        _REGISTERED,
    ),
    ReservedWord(
        "rncp",
        "enregistré au RNCP",
        (
            f"{_ENTERED} (au|aux|a la|dans le|sur le)? (rncp|rs|repertoire)",
            "(certification|formation|parcours) (du|au)? (rncp|rs)",
        ),
        "C. trav. L. 6352-13",
        _CLAIMED,
    ),
    ReservedWord(
        "state",
        "reconnu par l’État",
        (f"{_GIVEN} par (l )?(etat|france competences|ministere|le ministere)",),
        "C. trav. L. 6352-13",
        _CLAIMED,
    ),
    ReservedWord(
        "cpf",
        "éligible au CPF",
        (
            f"{_PAID} {_FOR}? (votre|son|mon|leur)? {_ACCOUNT}",
            _ACCOUNT,
        ),
        "C. trav. L. 6323-6 et L. 6352-13",
        _FUNDED,
    ),
    ReservedWord(
        "diplome",
        "diplôme",
        ("diplome",),
        "C. trav. L. 6352-13",
        "Un diplôme est délivré au nom de l’État ou par un établissement autorisé\u00a0: le mot peut tromper.",
        tolerable=True,
    ),
)

_INVISIBLE = {0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063, 0xFEFF}
_LIGATURES = {"œ": "oe", "æ": "ae"}
# Letters of Greek and Cyrillic that are drawn like ours.
_LOOKALIKES = str.maketrans("аеорсухітіјѕкмнвгαορτικνυχεß", "aeopcyxitijskmhbraoptiknuxes")
_GAP = r"[\W_]{0,3}"
_BREAK = r"[\W_]{0,4}"


def findings(
    text: str, *, tolerated: Iterable[str] = (), words: Iterable[ReservedWord] = RESERVED_WORDS
) -> list[Finding]:
    """Give every reserved word of ``text``, in order, each quoted as it stands there.

    ``tolerated``: keys of words that the certifier allows; those that the law does not leave it are looked for anyway.
    ``words``: those that are looked for; by default, those that no micro-certification may use.
    """
    allowed = set(tolerated)
    letters, places = _folded(text)
    found = []
    for word in words:
        if word.tolerable and word.key in allowed:
            continue
        spared = [match.span() for phrase in word.unless for match in _pattern(phrase).finditer(letters)]
        for form in word.forms:
            for match in _pattern(form).finditer(letters):
                inside = any(start <= match.start() and match.end() <= end for start, end in spared)
                if not inside:
                    start, end = places[match.start()], places[match.end() - 1] + 1
                    found.append(Finding(word, text[start:end], start, end))
    found.sort(key=lambda one: (one.start, -one.end))
    return [one for rank, one in enumerate(found) if not any(one.end <= before.end for before in found[:rank])]


def findings_in(texts: Mapping[str, str], *, tolerated: Iterable[str] = ()) -> list[tuple[str, Finding]]:
    """Give the reserved words of several texts, each with the name of the text it was found in."""
    allowed = tuple(tolerated)
    return [(name, one) for name, text in texts.items() for one in findings(text, tolerated=allowed)]


def _folded(text: str) -> tuple[str, list[int]]:
    """Lower the text and strip it of accents and invisible signs; the list gives where each letter came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if ord(sign) in _INVISIBLE:
            continue
        lowered = sign.lower()
        for part in unicodedata.normalize("NFKD", _LIGATURES.get(lowered, lowered)).lower():
            if not unicodedata.combining(part) and ord(part) not in _INVISIBLE:
                letters.append(part)
                places.append(place)
    return "".join(letters).translate(_LOOKALIKES), places


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Turn a form into an expression: letters may be spaced out, words may be glued or parted, plurals count."""
    parts = []
    for option, optional, word in re.findall(r"\(([^)]*)\)(\??)|([^\s()?]+)", form):
        if word:
            parts.append(_spaced(word))
            continue
        choices = "|".join(_phrase(choice) for choice in sorted(option.split("|"), key=len, reverse=True))
        parts.append(f"(?:{choices}){'?' if optional else ''}")
    return re.compile(r"(?<![^\W_])" + _BREAK.join(parts) + r"(?![^\W_])")


def _phrase(words: str) -> str:
    return _BREAK.join(_spaced(word) for word in words.split())


def _spaced(word: str) -> str:
    letters = _GAP.join(re.escape(letter) for letter in word)
    return letters if word.endswith("s") else f"{letters}(?:{_GAP}s)?"
