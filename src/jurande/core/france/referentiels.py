# SPDX-License-Identifier: Apache-2.0
"""What a référentiel holds, and its fingerprint.

Source: C. trav. L. 6113-1 (activities, competencies, assessment), R. 6113-9 3° and R. 6113-11 2° (ecological and
digital transition, health and safety, disability), R. 6113-16-3 (what a certifier may fix for training).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.errors import CoreError

MOST_LINES = 2_000
MOST_CHARACTERS = 4_000


class ReferentielRefused(CoreError):
    """This référentiel cannot be so."""

    code = "referentiel.refused"


@dataclass(frozen=True)
class Tag:
    """What a competency also serves, and the text that asks for it."""

    key: str
    label: str
    article: str


TAGS: tuple[Tag, ...] = (
    Tag("transversal", "Transversale", "C. trav. L. 6113-1"),
    Tag("transition", "Transition écologique et numérique", "C. trav. R. 6113-9, 3° a"),
    Tag("safety", "Santé et sécurité au travail", "C. trav. R. 6113-9, 3° b"),
    Tag("disability", "Handicap et accessibilité", "C. trav. R. 6113-9, 3° c"),
)
# Those that the file of a registration must show somewhere in the référentiel.
EXPECTED_TAGS = ("transition", "safety", "disability")


@dataclass(frozen=True)
class TrainingLimit:
    """One thing that a certifier may fix for those who train in its name, and the article that lets it."""

    key: str
    label: str
    unit: str
    article: str


TRAINING_LIMITS: tuple[TrainingLimit, ...] = (
    TrainingLimit("minimum_hours", "Durée minimale de formation", "h", "C. trav. R. 6113-16-3, 3°"),
    TrainingLimit("internship_min_hours", "Durée minimale de stage", "h", "C. trav. R. 6113-16-3, 3°"),
    TrainingLimit("internship_max_hours", "Durée maximale de stage", "h", "C. trav. R. 6113-16-3, 3°"),
    TrainingLimit("in_person_percent", "Part minimale en présence", "%", "C. trav. R. 6113-16-3, 4°"),
    TrainingLimit("trainees_per_trainer", "Apprenants par formateur, au plus", "", "C. trav. R. 6113-16-3, 5°"),
)


@dataclass(frozen=True)
class AccessRoute:
    """One of the ways in that a fiche may open, with its code in the national export."""

    key: str
    label: str


ACCESS_ROUTES: tuple[AccessRoute, ...] = (
    AccessRoute("FI", "Formation initiale"),
    AccessRoute("CA", "Apprentissage"),
    AccessRoute("FC", "Formation continue"),
    AccessRoute("CQ", "Contrat de professionnalisation"),
    AccessRoute("CL", "Candidature individuelle"),
    AccessRoute("VAE", "Validation des acquis de l’expérience"),
)


@dataclass(frozen=True)
class Jury:
    """How a jury is made for one access route. ``external_percent``: least share of members from outside.

    ``excluded``: who may not sit, in the certifier's words. ``article``: where the numbers come from.
    """

    route: str
    min_members: int
    min_qualified: int
    external_percent: int
    excluded: str
    article: str


# What is proposed at first. The law fixes numbers for the VAE only; the half from outside is the doctrine of France
# compétences, published but no text: each certifier sets its own.
USUAL_JURIES: tuple[Jury, ...] = (
    Jury("FC", 2, 1, 50, "Le formateur et toute personne liée au candidat", "doctrine de France compétences"),
    Jury("VAE", 2, 1, 0, "Toute personne liée au candidat ou qui l’a accompagné", "C. trav. D. 6412-6"),
)


@dataclass(frozen=True)
class Criterion:
    """What an assessor looks at."""

    key: str
    text: str


@dataclass(frozen=True)
class Competency:
    """What a holder can do. ``key`` stays the same from one version to the next."""

    key: str
    text: str
    tags: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Bloc:
    """A homogeneous, autonomous set of competencies that can be assessed alone."""

    key: str
    text: str
    number: str = ""
    assessment: str = ""
    prerequisites: str = ""
    competencies: tuple[Competency, ...] = ()


@dataclass(frozen=True)
class Activity:
    """A situation of work that the certification is about."""

    key: str
    text: str


@dataclass(frozen=True)
class Combination:
    """Which blocs give the whole: those of ``mandatory``, and ``optional_min`` others among ``optional``."""

    mandatory: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    optional_min: int = 0

    def gives_the_whole(self, held: Sequence[str]) -> bool:
        """Tell whether these blocs are enough."""
        got = set(held)
        return set(self.mandatory) <= got and len(got & set(self.optional)) >= self.optional_min


@dataclass(frozen=True)
class Referentiel:
    """One version of a référentiel, whole."""

    title: str
    activities: tuple[Activity, ...] = ()
    blocs: tuple[Bloc, ...] = ()
    regulation: str = ""
    combination: Combination = field(default_factory=Combination)
    limits: Mapping[str, int] = field(default_factory=dict)
    juries: tuple[Jury, ...] = ()
    valid_from: date | None = None
    elements: Mapping[str, object] = field(default_factory=dict)

    @property
    def competencies(self) -> tuple[Competency, ...]:
        """Every competency, in order."""
        return tuple(one for bloc in self.blocs for one in bloc.competencies)

    def digest(self) -> str:
        """Give the SHA-256, in hexadecimal, of everything it holds, in the canonical form of RFC 8785."""
        whole = asdict(self) | {"valid_from": self.valid_from.isoformat() if self.valid_from else None}
        return hashlib.sha256(canonical_bytes(_plain(whole))).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value


@dataclass(frozen=True)
class Gap:
    """Something that stops a publication: ``field`` is where it is written, ``article`` the text that asks for it."""

    field: str
    what: str
    why: str
    article: str = ""


def gaps(whole: Referentiel) -> list[Gap]:
    """Give all that a référentiel of a registered certification lacks before it can be published."""
    found = []
    if not whole.title.strip():
        found.append(
            Gap(
                "title",
                "L’intitulé manque",
                "Les partenaires doivent reprendre l’intitulé exact.",
                "C. trav. R. 6113-16-3, 1°",
            )
        )
    if not whole.blocs:
        found.append(
            Gap("blocs", "Aucun bloc", "Une certification se compose de blocs évaluables.", "C. trav. L. 6113-1")
        )
    for rank, bloc in enumerate(whole.blocs, start=1):
        found += _gaps_of_bloc(bloc, rank)
    if whole.valid_from is None:
        found.append(
            Gap("valid_from", "La date d’effet manque", "Les sessions doivent savoir quelle version les régit.")
        )
    return found


def _gaps_of_bloc(bloc: Bloc, rank: int) -> list[Gap]:
    name = bloc.text.strip() or f"n° {rank}"
    found = []
    if not bloc.text.strip():
        found.append(
            Gap(bloc.key, f"Le bloc {name} n’a pas d’intitulé", "On ne peut pas le reconnaître.", "C. trav. L. 6113-1")
        )
    if not bloc.competencies:
        found.append(
            Gap(
                bloc.key,
                f"Le bloc «\u00a0{name}\u00a0» n’a pas de compétence",
                "Un bloc est un ensemble de compétences.",
                "C. trav. L. 6113-1",
            )
        )
    found += [
        Gap(one.key, f"Une compétence du bloc «\u00a0{name}\u00a0» est vide", "Écrivez-la ou retirez-la.")
        for one in bloc.competencies
        if not one.text.strip()
    ]
    if not bloc.assessment.strip():
        found.append(
            Gap(
                bloc.key,
                f"Le bloc «\u00a0{name}\u00a0» n’a pas de modalités d’évaluation",
                "Le référentiel d’évaluation dit comment chaque bloc s’évalue.",
                "C. trav. L. 6113-1",
            )
        )
    return found


def tags_without_competency(whole: Referentiel) -> list[Tag]:
    """Give the expected tags that no competency bears: a question that the registration file will be asked."""
    borne = {tag for one in whole.competencies for tag in one.tags}
    return [tag for tag in TAGS if tag.key in EXPECTED_TAGS and tag.key not in borne]
