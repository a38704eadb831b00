# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF009 (the calls return dataclass fields)
"""What was achieved: the definition that many credentials share. Source: Open Badges 3.0 §B (1EdTech, 2024)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from jurande.core.proof.documents.nodes import (
    DocumentRefused,
    Node,
    compact_tokens,
    iri,
    node,
    nodes,
    number,
    one_of,
    signed_documents,
    text,
    texts,
)
from jurande.core.proof.documents.profiles import IdentifierEntry, Image, Profile

ACHIEVEMENT_TYPES = (
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "Badge",
    "BachelorDegree",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CommunityService",
    "Competency",
    "Course",
    "CoCurricular",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "Membership",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "MasterCertificate",
    "MasterDegree",
    "MicroCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
)
RESULT_TYPES = (
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricCriterion",
    "RubricCriterionLevel",
    "RubricScore",
    "ScaledScore",
    "Status",
)
TARGET_TYPES = (
    "ceasn:Competency",
    "ceterms:Credential",
    "CFItem",
    "CFRubric",
    "CFRubricCriterion",
    "CFRubricCriterionLevel",
    "CTDL",
)


@dataclass(frozen=True, kw_only=True)
class Alignment(Node):
    """A link to an entry of somebody's framework; the functions below make those of French registers and of ESCO."""

    TYPES: ClassVar[tuple[str, ...]] = ("Alignment",)
    id: str = iri(required=True)
    target_name: str = text(required=True)
    target_url: str = iri(required=True)
    target_code: str | None = text()
    target_description: str | None = text()
    target_framework: str | None = text()
    target_type: str | None = one_of(TARGET_TYPES)


@dataclass(frozen=True, kw_only=True)
class Criteria(Node):
    """What must be done to earn it. Open Badges gives this object no type of its own."""

    id: str = iri(required=True)
    narrative: str | None = text()


@dataclass(frozen=True, kw_only=True)
class RubricCriterionLevel(Node):
    """One level of a rubric."""

    TYPES: ClassVar[tuple[str, ...]] = ("RubricCriterionLevel",)
    id: str = iri(required=True)
    name: str = text(required=True)
    description: str | None = text()
    level: str | None = text()
    points: str | None = text()
    alignment: tuple[Alignment, ...] = nodes()


@dataclass(frozen=True, kw_only=True)
class ResultDescription(Node):
    """A result that earners may get. Bounds are texts: «0», «100», «A+»."""

    TYPES: ClassVar[tuple[str, ...]] = ("ResultDescription",)
    id: str = iri(required=True)
    name: str = text(required=True)
    result_type: str = one_of(RESULT_TYPES, required=True)
    allowed_value: tuple[str, ...] = texts()
    required_level: str | None = iri()
    required_value: str | None = text()
    rubric_criterion_level: tuple[RubricCriterionLevel, ...] = nodes()
    value_min: str | None = text()
    value_max: str | None = text()
    alignment: tuple[Alignment, ...] = nodes()


@dataclass(frozen=True, kw_only=True)
class Related(Node):
    """Another achievement that this one goes with: another version, another language."""

    TYPES: ClassVar[tuple[str, ...]] = ("Related",)
    id: str = iri(required=True)
    in_language: str | None = text()
    version: str | None = text()


@dataclass(frozen=True, kw_only=True)
class Achievement(Node):
    """What all who earn it have achieved."""

    TYPES: ClassVar[tuple[str, ...]] = ("Achievement",)
    id: str = iri(required=True)
    achievement_type: str | None = one_of(ACHIEVEMENT_TYPES)
    name: str = text(required=True)
    description: str = text(required=True)
    in_language: str | None = text()
    criteria: Criteria = node(required=True)
    image: Image | None = node()
    alignment: tuple[Alignment, ...] = nodes()
    creator: Profile | None = node()
    credits_available: float | None = number()
    endorsement: tuple[dict[str, object], ...] = signed_documents()
    endorsement_jwt: tuple[str, ...] = compact_tokens()
    field_of_study: str | None = text()
    human_code: str | None = text()
    other_identifier: tuple[IdentifierEntry, ...] = nodes()
    related: tuple[Related, ...] = nodes()
    result_description: tuple[ResultDescription, ...] = nodes()
    specialization: str | None = text()
    tag: tuple[str, ...] = texts()
    version: str | None = text()


_RNCP = re.compile(r"RNCP([1-9]\d{0,5})(?:BC\d{2})?")
_RS = re.compile(r"RS([1-9]\d{0,5})")
_ROME = re.compile(r"[A-N]\d{4}")
_ESCO = re.compile(r"http://data\.europa\.eu/esco/(?:skill|occupation)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rncp_alignment(node_id: str, code: str, name: str) -> Alignment:
    """Return the link to a certification of the RNCP, or to one of its blocks (``RNCP37429``, ``RNCP37429BC01``).

    :raises DocumentRefused: not a code of the RNCP.
    """
    found = _RNCP.fullmatch(code)
    if found is None:
        raise DocumentRefused(f"{code[:30]!r} is no RNCP code", code="document.code")
    url = f"https://www.francecompetences.fr/recherche/rncp/{found[1]}/"
    return Alignment(id=node_id, target_name=name, target_url=url, target_code=code, target_framework="RNCP")


def rs_alignment(node_id: str, code: str, name: str) -> Alignment:
    """Return the link to a certification of the répertoire spécifique (``RS5454``).

    :raises DocumentRefused: not a code of the RS.
    """
    found = _RS.fullmatch(code)
    if found is None:
        raise DocumentRefused(f"{code[:30]!r} is no RS code", code="document.code")
    url = f"https://www.francecompetences.fr/recherche/rs/{found[1]}/"
    return Alignment(id=node_id, target_name=name, target_url=url, target_code=code, target_framework="RS")


def rome_alignment(node_id: str, code: str, name: str) -> Alignment:
    """Return the link to an occupation of France Travail's ROME (``I1607``).

    :raises DocumentRefused: not a code of the ROME.
    """
    if not _ROME.fullmatch(code):
        raise DocumentRefused(f"{code[:30]!r} is no ROME code", code="document.code")
    url = f"https://candidat.francetravail.fr/metierscope/fiche-metier/{code}"
    return Alignment(id=node_id, target_name=name, target_url=url, target_code=code, target_framework="ROME")


def esco_alignment(node_id: str, url: str, name: str) -> Alignment:
    """Return the link to a skill or an occupation of ESCO, by its permanent address.

    :raises DocumentRefused: not an address of ESCO.
    """
    if not _ESCO.fullmatch(url):
        raise DocumentRefused("not the address of an ESCO skill or occupation", code="document.code")
    return Alignment(id=node_id, target_name=name, target_url=url, target_framework="ESCO", target_type="CTDL")
