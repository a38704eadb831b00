# SPDX-License-Identifier: Apache-2.0
"""What a micro-certification must say of itself before it may be published.

Source: Council Recommendation of 16 June 2022 (2022/C 243/02), Annex I: eleven mandatory elements, five optional ones.
Of the optional ones the count is sure and the wording is not: which of them a certifier demands is its own choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from jurande.core.errors import CoreError
from jurande.core.france.referentiels import Gap, Referentiel

ANNEX = "Recommandation 2022/C 243/02, annexe I"


class AlignmentRefused(CoreError):
    """Not a code of this framework."""

    code = "alignment.refused"


@dataclass(frozen=True)
class Element:
    """One element of Annex I. ``field``: what holds it; empty when it is known only once issued, or of the house."""

    key: str
    label: str
    mandatory: bool
    field: str = ""
    note: str = ""


ELEMENTS: tuple[Element, ...] = (
    Element("learner", "Identité de l’apprenant", True, note="Écrite à la délivrance."),
    Element("title", "Intitulé", True, "title"),
    Element("country", "Pays ou région du certificateur", True, "country"),
    Element("awarding_body", "Organisme qui délivre", True, note="Votre organisme, par son nom légal."),
    Element("issued_on", "Date de délivrance", True, note="Écrite à la délivrance."),
    Element("outcomes", "Acquis d’apprentissage", True, "blocs"),
    Element("workload", "Charge de travail", True, "workload_hours"),
    Element("level", "Niveau", True, "level"),
    Element("assessment", "Type d’évaluation", True, "assessment_type"),
    Element("participation", "Forme de participation", True, "participation"),
    Element("quality", "Assurance qualité", True, "quality"),
    Element("prerequisites", "Prérequis", False, "prerequisites"),
    Element("supervision", "Surveillance et vérification d’identité", False, "supervision"),
    Element("grade", "Note ou mention", False, "grading"),
    Element("stackability", "Intégration et cumul", False, "stackability"),
    Element("further", "Autres informations", False, "further"),
)
OPTIONAL_KEYS = tuple(element.key for element in ELEMENTS if not element.mandatory)

# Source of the levels: Council Recommendation of 22 May 2017 (2017/C 189/03), annex II. «none»: level does not apply.
EQF_LEVELS: tuple[tuple[str, str], ...] = (
    *((str(level), f"Niveau {level} du cadre européen") for level in range(1, 9)),
    ("none", "Sans niveau\u00a0: ne s’applique pas"),
)
ASSESSMENT_TYPES: tuple[tuple[str, str], ...] = (
    ("practical", "Mise en situation professionnelle"),
    ("project", "Projet ou étude de cas"),
    ("portfolio", "Dossier de preuves"),
    ("oral", "Entretien ou soutenance"),
    ("written", "Épreuve écrite"),
    ("continuous", "Évaluation en cours de formation"),
    ("workplace", "Observation au travail"),
)
PARTICIPATIONS: tuple[tuple[str, str], ...] = (
    ("onsite", "En présence"),
    ("online", "À distance"),
    ("blended", "En partie à distance"),
    ("workplace", "En situation de travail"),
    ("none", "Sans formation\u00a0: évaluation seule"),
)
SUPERVISIONS: tuple[tuple[str, str], ...] = (
    ("unsupervised", "Sans surveillance ni vérification d’identité"),
    ("unidentified", "Surveillée, sans vérification d’identité"),
    ("identified", "Surveillée, identité vérifiée"),
)
STACKABILITIES: tuple[tuple[str, str], ...] = (
    ("alone", "Autonome"),
    ("integrated", "Fait partie d’un ensemble plus grand"),
    ("stackable", "Se cumule avec d’autres"),
)
# UNESCO, ISCED fields of education and training 2013 (ISCED-F): the narrow fields.
ISCED_FIELDS: tuple[tuple[str, str], ...] = (
    ("001", "Programmes et certifications de base"),
    ("002", "Alphabétisation et aptitude au calcul"),
    ("003", "Compétences et développement personnels"),
    ("011", "Éducation"),
    ("021", "Arts"),
    ("022", "Lettres (à l’exception des langues)"),
    ("023", "Langues"),
    ("031", "Sciences sociales et du comportement"),
    ("032", "Journalisme et information"),
    ("041", "Commerce et administration"),
    ("042", "Droit"),
    ("051", "Sciences biologiques et apparentées"),
    ("052", "Environnement"),
    ("053", "Sciences physiques"),
    ("054", "Mathématiques et statistiques"),
    ("061", "Technologies de l’information et de la communication"),
    ("071", "Ingénierie et techniques apparentées"),
    ("072", "Industries de transformation et de traitement"),
    ("073", "Architecture et bâtiment"),
    ("081", "Agriculture"),
    ("082", "Sylviculture et exploitation forestière"),
    ("083", "Halieutique"),
    ("084", "Sciences vétérinaires"),
    ("091", "Santé"),
    ("092", "Protection sociale"),
    ("101", "Services aux particuliers"),
    ("102", "Services d’hygiène et de santé au travail"),
    ("103", "Services de sécurité"),
    ("104", "Services de transport"),
)


@dataclass(frozen=True)
class Framework:
    """A list that a micro-certification may be tied to, and how its codes are written."""

    key: str
    label: str
    pattern: str
    example: str


FRAMEWORKS: tuple[Framework, ...] = (
    Framework(
        "esco",
        "ESCO",
        r"http://data\.europa\.eu/esco/(?:skill|occupation)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "http://data.europa.eu/esco/skill/…",
    ),
    Framework("rome", "ROME", r"[A-N]\d{4}", "I1402"),
    Framework("nsf", "NSF", r"\d{3}[a-z]?", "255"),
    Framework("rncp_bloc", "Bloc du RNCP", r"RNCP[1-9]\d{0,5}BC\d{2}", "RNCP37674BC01"),
)
_BY_KEY = {one.key: one for one in FRAMEWORKS}


@dataclass(frozen=True)
class Alignment:
    """A tie to an entry of a framework."""

    framework: str
    code: str
    label: str


def alignment(framework: str, code: str, label: str) -> Alignment:
    """Check a tie: spaces around are dropped, letters are put in the framework's case.

    :raises AlignmentRefused: an unknown framework, a code of the wrong shape, or no label.
    """
    known = _BY_KEY.get(framework)
    if known is None:
        raise AlignmentRefused(f"no framework {framework[:20]!r}", code="alignment.framework")
    trimmed = code.strip()
    cased = {"esco": trimmed.lower().replace("https://", "http://", 1), "nsf": trimmed.lower()}.get(
        framework, trimmed.upper()
    )
    if not re.fullmatch(known.pattern, cased, re.ASCII):
        raise AlignmentRefused(f"{trimmed[:80]!r} is no {framework} code", code="alignment.code")
    name = " ".join(label.split())
    if not name:
        raise AlignmentRefused("an entry without its name", code="alignment.label")
    return Alignment(framework, cased, name)


@dataclass(frozen=True)
class MicroElements:
    """What is written once for all those who earn it. Texts are empty and numbers None until they are known."""

    country: str = ""
    workload_hours: int | None = None
    ects: str = ""
    level: str = ""
    field: str = ""
    assessment_type: str = ""
    protocol: str = ""
    assessors: str = ""
    pass_rule: str = ""
    participation: str = ""
    quality: str = ""
    prerequisites: str = ""
    supervision: str = ""
    grading: str = ""
    stackability: str = ""
    further: str = ""
    description: str = ""
    validity_months: int | None = None
    alignments: tuple[Alignment, ...] = ()

    def texts(self) -> dict[str, str]:
        """Every text that people will read, by field."""
        named = ("quality", "protocol", "assessors", "pass_rule", "prerequisites", "grading", "further", "description")
        return {one.name: str(getattr(self, one.name)) for one in fields(self) if one.name in named}


def micro_gaps(whole: Referentiel, elements: MicroElements, *, demanded: Iterable[str] = ()) -> list[Gap]:
    """Give all that a micro-certification lacks before it can be published, in the order of its form.

    ``demanded``: keys of the optional elements of Annex I that this certifier makes mandatory.
    """
    wanted = set(demanded)
    found: list[Gap] = []
    for element in ELEMENTS:
        if element.field and (element.mandatory or element.key in wanted):
            missing = _lacks(element.field, whole, elements)
            if missing:
                found.append(Gap(element.field, f"{element.label}\u00a0: à compléter", missing, ANNEX))
    found += [
        Gap(name, what, why)
        for name, what, why in (
            (
                "description",
                "La présentation manque",
                "Un employeur doit comprendre en deux phrases ce que la personne sait faire.",
            ),
            (
                "protocol",
                "Le protocole d’évaluation manque",
                "Sans épreuve décrite, rien n’est prouvé : dites ce qui est demandé, où, avec quoi, combien de temps.",
            ),
            (
                "assessors",
                "Les évaluateurs ne sont pas décrits",
                "Dites qui évalue, et que ce n’est pas la personne qui a formé.",
            ),
            (
                "pass_rule",
                "La règle de réussite manque",
                "Dites à partir de quand c’est acquis : les critères doivent être connus et clairs.",
            ),
        )
        if not str(getattr(elements, name)).strip()
    ]
    for bloc in whole.blocs:
        for one in bloc.competencies:
            if one.text.strip() and not one.criteria:
                found.append(
                    Gap(
                        one.key,
                        f"Aucun critère pour «\u00a0{one.text[:60]}\u00a0»",
                        "Une compétence s’évalue sur des critères connus d’avance.",
                        ANNEX,
                    )
                )
    if whole.valid_from is None:
        found.append(Gap("valid_from", "La date d’effet manque", "Chaque délivrance dit quelle version la régit."))
    return found


def _lacks(name: str, whole: Referentiel, elements: MicroElements) -> str:
    if name == "title":
        return "" if whole.title.strip() else "C’est ce que la personne montrera."
    if name == "blocs":
        return (
            ""
            if any(one.text.strip() for one in whole.competencies)
            else "Écrivez au moins une compétence opérationnelle."
        )
    value = getattr(elements, name)
    if name == "workload_hours":
        return "" if value else "Un nombre d’heures, formation et travail personnel compris."
    return "" if str(value or "").strip() else _WHY.get(name, "Cet élément est demandé par votre organisme.")


_WHY: Mapping[str, str] = {
    "country": "Un employeur étranger doit savoir d’où vient la reconnaissance.",
    "level": "Choisissez un niveau, ou dites qu’il ne s’applique pas.",
    "assessment_type": "On doit savoir comment les compétences ont été vérifiées.",
    "participation": "On doit savoir comment la personne a appris.",
    "quality": "Dites qui contrôle la qualité : Qualiopi, un comité, un audit externe.",
}
