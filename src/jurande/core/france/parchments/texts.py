# SPDX-License-Identifier: Apache-2.0
"""The texts of a parchment: which there are, what they usually say, their fields, and how these are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from jurande.core.france.clauses import day_in_words, fields_in

MICRO, CERTIFICATION, BLOC = "micro", "certification", "bloc"
LANGUAGES = ("fr", "en")
MOST_CHARS = 600

DISCLAIMERS = {
    "fr": "Une micro-certification n’est enregistrée ni au RNCP ni au Répertoire spécifique.",
    "en": "A micro-certification is not registered in the French national registers (RNCP, Répertoire spécifique).",
}

# What stands between braces in a text, and what takes its place.
MERGE_FIELDS: Mapping[str, str] = {
    "prenom": "prénom du titulaire",
    "nom": "nom du titulaire",
    "naissance": "date de naissance",
    "lieu_naissance": "lieu de naissance",
    "intitule": "intitulé exact",
    "certificateur": "nom du certificateur",
    "niveau": "niveau de qualification",
    "numero_fiche": "numéro au RNCP ou au RS",
    "repertoire": "répertoire où elle est enregistrée",
    "nsf": "codes NSF",
    "decision": "date de la décision d’enregistrement",
    "duree": "durée de l’enregistrement",
    "fin_enregistrement": "fin de l’enregistrement",
    "date": "date d’obtention",
    "lieu": "lieu de délivrance",
    "date_jury": "date de la décision du jury",
    "blocs": "blocs obtenus",
    "etendue": "ce que le jury a validé, en mots",
    "evaluation": "protocole d’évaluation",
    "evaluateurs": "qui évalue",
    "heures": "charge de travail, en heures",
    "validite": "dernier jour de validité",
    "numero": "numéro de ce document",
    "partenaire": "organisme qui a évalué",
    "habilitation": "dates de son habilitation",
    "avertissement": "rappel\u00a0: n’est pas enregistrée",
}
_BRACES = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class TextLine:
    """One text of the page: its key, what it is, and what it says unless somebody writes it otherwise."""

    key: str
    label: str
    # Subject → language → text; «certification_rs», «bloc_rs» are those of the Répertoire spécifique where they differ.
    usual: Mapping[str, Mapping[str, str]]


def _same(fr: str, en: str, *subjects: str) -> dict[str, dict[str, str]]:
    return {subject: {"fr": fr, "en": en} for subject in subjects or (MICRO, CERTIFICATION, BLOC)}


# In the order of the page. Square brackets hold what goes when one of its fields has nothing to say.
TEXTS: tuple[TextLine, ...] = (
    TextLine(
        "overline",
        "Au-dessus de l’intitulé",
        {
            MICRO: {"fr": "Micro-certification\n{certificateur}", "en": "Micro-credential\n{certificateur}"},
            CERTIFICATION: {
                "fr": "Certification professionnelle[ de niveau\u00a0{niveau}]",
                "en": "Professional qualification[, level\u00a0{niveau}]",
            },
            BLOC: {
                "fr": "Blocs de compétences de la certification professionnelle[ de niveau\u00a0{niveau}]",
                "en": "Units of the professional qualification[, level\u00a0{niveau}]",
            },
            f"{CERTIFICATION}_rs": {
                "fr": "Certification du répertoire spécifique",
                "en": "Certificate of the specific register",
            },
            f"{BLOC}_rs": {
                "fr": "Blocs de compétences de la certification",
                "en": "Units of the certificate",
            },
        },
    ),
    TextLine(
        "registration",
        "Enregistrement",
        _same(
            "enregistrée au {repertoire} sous le numéro {numero_fiche}[, code NSF {nsf}],\n"
            "par décision du directeur général de France compétences du {decision}[, pour {duree}]",
            "registered in the {repertoire} under number {numero_fiche}[, NSF code {nsf}],\n"
            "by decision of the director general of France compétences of {decision}[, for {duree}]",
            CERTIFICATION,
            BLOC,
        ),
    ),
    TextLine(
        "given",
        "Avant le nom",
        {
            CERTIFICATION: {"fr": "est délivrée à", "en": "is awarded to"},
            BLOC: {"fr": "sont délivrés à", "en": "are awarded to"},
            MICRO: {"fr": "est délivrée à", "en": "is awarded to"},
        },
    ),
    TextLine(
        "birth",
        "Naissance",
        _same(
            "né(e) le {naissance}[ à {lieu_naissance}]",
            "born on {naissance}[ in {lieu_naissance}]",
            CERTIFICATION,
            BLOC,
        ),
    ),
    TextLine(
        "statement",
        "Sous le nom",
        {
            MICRO: {
                "fr": "a démontré ces compétences le {date}[, à {lieu}].",
                "en": "demonstrated these skills on {date}[, in {lieu}].",
            },
            CERTIFICATION: {
                "fr": "par décision du jury réuni le {date_jury}[,\n{etendue}].",
                "en": "by decision of the jury held on {date_jury}[,\n{etendue}].",
            },
            BLOC: {
                "fr": "par décision du jury réuni le {date_jury}, pour ce qui suit\u00a0:",
                "en": "by decision of the jury held on {date_jury}, as follows:",
            },
        },
    ),
    TextLine(
        "outcomes", "Titre des compétences", _same("Ce que cette personne sait faire", "What this person can do", MICRO)
    ),
    TextLine(
        "assessment_title", "Titre de l’évaluation", _same("Comment elle a été évaluée", "How it was assessed", MICRO)
    ),
    TextLine(
        "assessment",
        "Évaluation",
        _same(
            "{evaluation}[ {heures} heures de formation et de travail.][ Niveau européen\u00a0{niveau}.]",
            "{evaluation}[ {heures} hours of training and work.][ European level\u00a0{niveau}.]",
            MICRO,
        ),
    ),
    TextLine("organiser_title", "Titre de l’évaluateur", _same("Évaluation organisée par", "Assessment organised by")),
    TextLine(
        "organiser",
        "Organisme qui a évalué",
        _same("{partenaire}[\nhabilité {habilitation}]", "{partenaire}[\napproved {habilitation}]"),
    ),
    TextLine(
        "made",
        "Lieu et date",
        _same("Fait à {lieu}, le {date}", "Done in {lieu}, on {date}"),
    ),
    TextLine("validity", "Validité", _same("Valable jusqu’au {validite}", "Valid until {validite}")),
    TextLine("verify", "Au-dessus de l’adresse", _same("Vérifier ce document\u00a0:", "Verify this document:")),
    TextLine(
        "note",
        "Au bas de la page",
        _same(
            "Cette page porte la preuve elle-même, scellée par le certificateur. {avertissement}",
            "This page carries the proof itself, sealed by the awarding body. {avertissement}",
            MICRO,
        )
        | _same(
            "Cette page porte la preuve elle-même, scellée par le certificateur.",
            "This page carries the proof itself, sealed by the awarding body.",
            CERTIFICATION,
            BLOC,
        ),
    ),
)
TEXTS_BY_KEY = {line.key: line for line in TEXTS}


@dataclass(frozen=True)
class Registration:
    """What the catalogue and the parties say of what is awarded, on the day a design is published.

    ``register``: «rncp», «rs», or empty for a micro-certification. ``exact_title``: as registered. ``level``: 1 to 8 or
    empty. ``duration``: years, as a decimal number, or empty. ``protocol``, ``assessors``: how a micro-certification is
    assessed. ``hours``: its workload.
    """

    certifier: str
    title: str
    register: str = ""
    number: str = ""
    exact_title: str = ""
    level: str = ""
    nsf: tuple[str, ...] = ()
    decision_on: date | None = None
    registered_until: date | None = None
    duration: str = ""
    protocol: str = ""
    assessors: str = ""
    hours: int | None = None


def has_line(key: str, subject: str) -> bool:
    """Tell whether a page of this subject has this line."""
    return subject in TEXTS_BY_KEY[key].usual


def usual_text(key: str, subject: str, language: str, register: str = "") -> str:
    """Give what a line says unless somebody writes it otherwise; empty when the page has no such line."""
    usual = TEXTS_BY_KEY[key].usual
    return (usual.get(f"{subject}_{register}") or usual.get(subject, {})).get(language, "")


def text_of(texts: Mapping[str, Mapping[str, str]], key: str, subject: str, language: str, register: str = "") -> str:
    """Give a text as written, or as usual; empty when the page of this subject has no such line."""
    written = texts.get(key, {}).get(language)
    if written is None or not has_line(key, subject):
        return usual_text(key, subject, language, register)
    return written


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in their places. A bracketed part goes when one of its fields is empty, the whole line likewise.

    Braces and brackets inside a value stay as they are. A line is what lies between two line breaks: when a field
    outside brackets is empty, the text says nothing at all.
    """

    def part(found: re.Match[str]) -> str:
        return found[1] if all(values.get(name, "") for name in fields_in(found[1])) else ""

    kept = _OPTIONAL.sub(part, text)
    if not all(values.get(name, "") for name in fields_in(kept)):
        return ""
    return _BRACES.sub(lambda found: values[found[1].strip()], kept).strip()


_NUMBERS = {
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
}
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(on: date | None, language: str) -> str:
    """Write a day: «1er octobre 2025», «1 October 2025»; empty without one."""
    if on is None:
        return ""
    return day_in_words(on) if language == "fr" else f"{on.day}\u00a0{_MONTHS_EN[on.month - 1]}\u00a0{on.year}"


def in_words(count: int, language: str) -> str:
    """Write a number in letters up to twelve, in figures beyond."""
    return _NUMBERS[language][count] if 0 <= count <= 12 else str(count)


def years(duration: str, language: str) -> str:
    """Write a duration in years: «3.0» → «trois ans», «2.5» → «2,5 ans»; empty without one."""
    if not duration:
        return ""
    number = float(duration)
    if number.is_integer():
        count = int(number)
        unit = ("an" if count == 1 else "ans") if language == "fr" else ("year" if count == 1 else "years")
        return f"{in_words(count, language)}\u00a0{unit}"
    figure = f"{number:g}".replace(".", "," if language == "fr" else ".")
    return f"{figure}\u00a0{'ans' if language == 'fr' else 'years'}"


def scope_in_words(count: int, language: str) -> str:
    """Say that the blocs were validated: «les quatre blocs de compétences étant validés»; empty for none."""
    if count == 0:
        return ""
    if language == "en":
        return "its one unit being awarded" if count == 1 else f"all {in_words(count, 'en')} units being awarded"
    if count == 1:
        return "le bloc de compétences étant validé"
    return f"les {in_words(count, 'fr')} blocs de compétences étant validés"


REGISTERS = {
    "fr": {"rncp": "répertoire national des certifications professionnelles", "rs": "répertoire spécifique"},
    "en": {"rncp": "French national register of professional qualifications", "rs": "French specific register"},
}


def facts_in_words(facts: Registration, language: str) -> dict[str, str]:
    """Give the fields that do not depend on the holder."""
    return {
        "intitule": facts.title,
        "certificateur": facts.certifier,
        "niveau": facts.level,
        "numero_fiche": facts.number,
        "repertoire": REGISTERS[language].get(facts.register, ""),
        "nsf": ", ".join(facts.nsf),
        "decision": day(facts.decision_on, language),
        "duree": years(facts.duration, language),
        "fin_enregistrement": day(facts.registered_until, language),
        "evaluation": facts.protocol,
        "evaluateurs": facts.assessors,
        "heures": str(facts.hours or ""),
        "avertissement": DISCLAIMERS[language],
    }
