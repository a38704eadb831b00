# SPDX-License-Identifier: Apache-2.0
"""The mentions that a parchment must make and the words that it may not use: what is looked for before it is used.

No text read by us lists the mentions of a parchment: each rule says what it rests on, and those that rest on usage may
be waived by a certifier, which answers for that. Reserved words that the law names may not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jurande.core.france.clauses import fields_in
from jurande.core.france.parchments.texts import (
    BLOC,
    CERTIFICATION,
    MERGE_FIELDS,
    MICRO,
    MOST_CHARS,
    TEXTS,
    Registration,
    text_of,
    usual_text,
)
from jurande.core.france.wording import RESERVED_WORDS, ReservedWord, findings

SEAL_LETTERS = "#FBE6DF"
_BRACES = re.compile(r"\{[^{}]*\}")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True)
class Signatory:
    """Who signs on the page."""

    name: str
    quality: str
    quality_en: str = ""


@dataclass(frozen=True)
class Page:
    """What the linter looks at. ``texts``: key → language → what was written; absent: what is usual."""

    subject: str
    languages: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    place: str
    signatories: tuple[Signatory, ...]
    accent: str
    registration: Registration


@dataclass(frozen=True)
class Mention:
    """Something that a page must say. ``source``: what asks for it; ``waivable``: a certifier may do without."""

    key: str
    label: str
    why: str
    source: str
    subjects: tuple[str, ...]
    waivable: bool = True


@dataclass(frozen=True)
class Gap:
    """What stops a design from being published. ``field``: the text to mend, or «place», «signatories», «accent»…"""

    key: str
    sentence: str
    why: str
    source: str
    field: str


USAGE = "Usage des certificateurs"
_REGISTERED = (CERTIFICATION, BLOC)
_ALL = (MICRO, CERTIFICATION, BLOC)
MENTIONS: tuple[Mention, ...] = (
    Mention(
        "title",
        "Intitulé exact de l’enregistrement",
        "Un autre intitulé désigne une autre certification, ou aucune.",
        "C. trav. L. 6113-5 et L. 6113-6",
        _REGISTERED,
        waivable=False,
    ),
    Mention("level", "Niveau de qualification", "Il situe la certification.", "C. trav. D. 6113-18", (CERTIFICATION,)),
    Mention("nsf", "Code NSF", "Il dit la spécialité de formation.", USAGE, (CERTIFICATION,)),
    Mention("number", "Numéro au répertoire", "Chacun peut retrouver la fiche.", USAGE, _REGISTERED),
    Mention("decision", "Date de la décision d’enregistrement", "Elle fonde la délivrance.", USAGE, _REGISTERED),
    Mention("duration", "Durée de l’enregistrement", "Elle dit s’il valait ce jour-là.", USAGE, _REGISTERED),
    Mention("jury", "Date de la décision du jury", "C’est le jury qui décide.", USAGE, _REGISTERED),
    Mention(
        "scope",
        "Mot «\u00a0bloc\u00a0»",
        "Des blocs ne sont pas toute la certification.",
        USAGE,
        (BLOC,),
        waivable=False,
    ),
    Mention(
        "certifier", "Nom du certificateur", "C’est lui qui répond de ce qui est délivré.", USAGE, _ALL, waivable=False
    ),
    Mention("place", "Lieu de délivrance", "Un acte dit où il a été fait.", USAGE, _ALL),
    Mention("date", "Date d’obtention", "Elle dit depuis quand.", USAGE, _ALL, waivable=False),
    Mention("signatory", "Signataire et sa qualité", "Quelqu’un engage l’organisme.", USAGE, _ALL),
    Mention(
        "assessment",
        "Évaluation décrite",
        "On doit savoir comment les compétences ont été vérifiées.",
        "Recommandation (UE) 2022/C 243/02, annexe I",
        (MICRO,),
        waivable=False,
    ),
    Mention(
        "disclaimer",
        "Rappel\u00a0: n’est pas enregistrée",
        "Rien ne doit laisser croire à un enregistrement\u00a0: écrivez {avertissement}.",
        "C. trav. L. 6352-13",
        (MICRO,),
    ),
)
MENTIONS_BY_KEY = {one.key: one for one in MENTIONS}
# The field without which a mention is not made, whatever the words around it.
_FIELDS = {
    "level": ("niveau",),
    "nsf": ("nsf",),
    "number": ("numero_fiche",),
    "decision": ("decision",),
    "duration": ("duree", "fin_enregistrement"),
    "jury": ("date_jury",),
    "place": ("lieu",),
    "date": ("date",),
    "disclaimer": ("avertissement",),
}
_HOME = {
    "level": "overline",
    "nsf": "registration",
    "number": "registration",
    "decision": "registration",
    "duration": "registration",
    "jury": "statement",
    "scope": "overline",
    "place": "made",
    "date": "made",
    "disclaimer": "note",
    "assessment": "assessment",
}

TITRE_PROFESSIONNEL = ReservedWord(
    "titre_professionnel",
    "titre professionnel",
    ("titre professionnel",),
    "C. éduc. R. 338-1",
    "Le titre professionnel est délivré par le ministre chargé de l’emploi.",
    tolerable=True,
)
_OF_KEY = {word.key: word for word in RESERVED_WORDS}
WORDS: Mapping[str, tuple[ReservedWord, ...]] = {
    "": RESERVED_WORDS,
    "rncp": (TITRE_PROFESSIONNEL, _OF_KEY["diplome"]),
    "rs": tuple(_OF_KEY[key] for key in ("certification_professionnelle", "titre", "cqp", "diplome")),
}
# What a certifier may decide to do without, or to write all the same, and answers for.
WAIVABLE: tuple[tuple[str, str], ...] = (
    *((one.key, one.label) for one in MENTIONS if one.waivable),
    ("titre_professionnel", "Mots «\u00a0titre professionnel\u00a0»"),
)


def lint(page: Page, *, waived: Collection[str] = (), tolerated: Collection[str] = ()) -> list[Gap]:
    """Give all that stops this page from being used, in the order of its form; nothing when it may be.

    ``waived``: keys of ``WAIVABLE``; what may not be waived is looked for anyway. ``tolerated``: keys of reserved words
    that the certifier already answers for elsewhere.
    """
    found = _faults_of_texts(page)
    said = {
        language: "\n".join(
            text_of(page.texts, line.key, page.subject, language, page.registration.register) for line in TEXTS
        )
        for language in page.languages
    }
    for mention in MENTIONS:
        if page.subject not in mention.subjects or (mention.waivable and mention.key in waived):
            continue
        missing = _missing(mention.key, page, said)
        if missing:
            field, sentence = missing
            found.append(Gap(mention.key, sentence, mention.why, mention.source, field))
    found += _forbidden(page, {*waived, *tolerated})
    if contrast(page.accent, SEAL_LETTERS) < 4.5:
        found.append(
            Gap(
                "accent",
                "La couleur du sceau est trop claire",
                "Le nom écrit sur le sceau ne se lirait pas\u00a0: choisissez une couleur plus foncée.",
                "WCAG 2.2, 1.4.3",
                "accent",
            )
        )
    return found


def _faults_of_texts(page: Page) -> list[Gap]:
    found = []
    for line in TEXTS:
        for language in page.languages:
            text = text_of(page.texts, line.key, page.subject, language, page.registration.register)
            unknown = [name for name in fields_in(text) if name not in MERGE_FIELDS]
            left = _BRACES.sub("", text)
            if unknown:
                found.append(
                    Gap(
                        "fields",
                        f"{line.label}\u00a0: le champ {{{unknown[0][:40]}}} n’existe pas",
                        "Choisissez un champ de la liste, tel qu’il y est écrit.",
                        "",
                        line.key,
                    )
                )
            elif any(sign in left for sign in "{}") or any(sign in _OPTIONAL.sub("", text) for sign in "[]"):
                found.append(
                    Gap(
                        "braces",
                        f"{line.label}\u00a0: une accolade ou un crochet n’est pas fermé",
                        "Chaque champ est entre deux accolades, chaque partie facultative entre deux crochets.",
                        "",
                        line.key,
                    )
                )
            elif len(text) > MOST_CHARS:
                found.append(
                    Gap(
                        "long",
                        f"{line.label}\u00a0: {len(text)}\u00a0caractères, {MOST_CHARS} au plus",
                        "Au-delà, la page ne se lit plus.",
                        "",
                        line.key,
                    )
                )
    return found


def _missing(key: str, page: Page, said: Mapping[str, str]) -> tuple[str, str] | None:
    """Say where a mention lacks and how: the field of the form, and a sentence; None when it is made."""
    label = MENTIONS_BY_KEY[key].label
    facts = page.registration
    if key == "title":
        if _folded(facts.title) == _folded(facts.exact_title):
            return None
        return "title", f"L’intitulé n’est pas celui de l’enregistrement\u00a0: «\u00a0{facts.exact_title}\u00a0»"
    if key == "certifier":
        return None if facts.certifier.strip() else ("certifier", "Le nom du certificateur manque")
    if key == "signatory":
        signed = [one for one in page.signatories if one.name.strip()]
        if not signed:
            return "signatories", "Le signataire manque"
        if any(not one.quality.strip() for one in signed):
            return "signatories", "La qualité d’un signataire manque"
        return None
    if key == "scope":
        if all(_says(said[one], "bloc" if one == "fr" else "unit") for one in page.languages):
            return None
        return "overline", "Rien ne dit qu’il s’agit de blocs"
    if key == "assessment":
        bare = [
            one
            for one in page.languages
            if not text_of(page.texts, "assessment", page.subject, one, page.registration.register).strip()
        ]
        return ("assessment", "L’évaluation n’est pas décrite") if bare else None
    if key == "place" and not page.place.strip():
        return "place", "Le lieu de délivrance manque"
    if not _known(key, facts):
        # What the register itself does not say cannot be printed.
        return None
    wanted = _FIELDS[key]
    for language in page.languages:
        if not any(name in fields_in(said[language]) for name in wanted):
            where = "" if len(page.languages) == 1 else (" en français" if language == "fr" else " en anglais")
            return _HOME[key], f"{label}\u00a0: le champ {{{wanted[0]}}} n’est dans aucun texte{where}"
    return None


def _known(key: str, facts: Registration) -> bool:
    if key == "level":
        return bool(facts.level)
    if key == "nsf":
        return bool(facts.nsf)
    if key == "decision":
        return facts.decision_on is not None
    if key == "duration":
        return bool(facts.duration) or facts.registered_until is not None
    return True


def _forbidden(page: Page, allowed: set[str]) -> list[Gap]:
    words = WORDS[page.registration.register]
    found = []
    for line in TEXTS:
        text = text_of(page.texts, line.key, page.subject, "fr", page.registration.register)
        if text == usual_text(line.key, page.subject, "fr", page.registration.register):
            # Read once and for all.
            continue
        for one in findings(text, tolerated=allowed, words=words):
            found.append(
                Gap(
                    "word",
                    f"{line.label}\u00a0: «\u00a0{one.quote}\u00a0» est réservé",
                    one.word.reason,
                    one.word.article,
                    line.key,
                )
            )
    return found


def _says(text: str, word: str) -> bool:
    return word in _folded(text)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).replace("’", "'").split())


def contrast(first: str, second: str) -> float:
    """Give the contrast of two colours «#RRGGBB», from 1 to 21. Source: WCAG 2.2."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
