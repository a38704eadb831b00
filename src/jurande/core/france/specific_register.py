# SPDX-License-Identifier: Apache-2.0
"""What a request to enter the répertoire spécifique must show, and what the facts of a certifier already show of it.

Source: C. trav. R. 6113-11, LEGIARTI000051705136, in force on 9 June 2025, for requests sent to France compétences from
1 October 2025 on (décret 2025-500, art. 2, I). Read there; the sentences are ours. Nothing here says that something is
registered: France compétences alone decides, on a request made through its own online procedure (R. 6113-8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from jurande.core.france.referentiels import EXPECTED_TAGS, TAGS

ARTICLE = "C. trav. R. 6113-11"
LEGIARTI = "LEGIARTI000051705136"
IN_FORCE_ON = date(2025, 6, 9)
REQUESTS_FROM = date(2025, 10, 1)
# R. 6113-11, II a: a first request whose results are of one year only is registered for three years at most.
ONE_YEAR_MONTHS = 36
# Practice of France compétences, published by advisers and no text: each certifier may judge otherwise.
USUAL_PROMOTIONS = 2


@dataclass(frozen=True)
class Criterion:
    """One criterion of the article. ``may_be_moot``: the text itself says that it may have no object."""

    key: str
    rank: str
    title: str
    asked: str
    may_be_moot: bool = False

    @property
    def article(self) -> str:
        """Where it is written."""
        return f"{ARTICLE}, I, {self.rank}"


@dataclass(frozen=True)
class Piece:
    """A file that shows something of a criterion and that only people can write."""

    key: str
    criterion: str
    label: str
    how: str
    only_again: bool = False


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "1",
        "1°",
        "Le besoin du marché du travail",
        "Montrer par une étude que les compétences visées répondent à un besoin\u00a0; pour un renouvellement, y joindre "
        "le bilan de la mise en œuvre.",
    ),
    Criterion(
        "1bis",
        "1°\u00a0bis",
        "L’effet sur les parcours",
        "Montrer, par les promotions de titulaires, ce que la certification a sécurisé ou développé dans leur parcours "
        "professionnel.",
    ),
    Criterion(
        "1ter",
        "1°\u00a0ter",
        "Les objectifs de la formation professionnelle",
        "Dire auquel des quatre objectifs de l’article L. 6313-3 elle répond\u00a0: accéder à l’emploi, s’adapter à son "
        "poste, changer d’activité, favoriser la mobilité.",
    ),
    Criterion(
        "1quater",
        "1°\u00a0quater",
        "La réalité des moyens",
        "Établir les moyens techniques, pédagogiques et d’encadrement des formations suivies par ces promotions.",
    ),
    Criterion(
        "1quinquies",
        "1°\u00a0quinquies",
        "Les formations suivent le référentiel",
        "Montrer que ces formations préparent bien aux compétences du référentiel.",
    ),
    Criterion(
        "2",
        "2°",
        "La qualité des référentiels",
        "Des référentiels de compétences et d’évaluation cohérents, qui tiennent compte des transitions écologique et "
        "numérique, de la santé et de la sécurité, du handicap et de l’accessibilité.",
    ),
    Criterion(
        "3",
        "3°",
        "Les procédures de contrôle",
        "Des procédures qui contrôlent les formations et toutes les modalités d’organisation des épreuves, chez vous et "
        "chez les organismes que vous habilitez.",
    ),
    Criterion(
        "4",
        "4°",
        "Les contraintes légales",
        "Dire quelles règles encadrent l’exercice de ces compétences, et comment elles sont prises en compte.",
        may_be_moot=True,
    ),
    Criterion(
        "5",
        "5°",
        "Les correspondances avec des blocs du RNCP",
        "S’il y en a, montrer qu’elles sont cohérentes.",
        may_be_moot=True,
    ),
    Criterion(
        "6",
        "6°",
        "Les commissions paritaires nationales de l’emploi",
        "S’il y en a, dire comment elles ont été associées à l’élaboration ou à la validation des référentiels.",
        may_be_moot=True,
    ),
)
PIECES: tuple[Piece, ...] = (
    Piece(
        "needs_study",
        "1",
        "Étude du besoin",
        "Réunissez offres d’emploi, enquêtes de branche et entretiens d’employeurs qui nomment ces compétences.",
    ),
    Piece(
        "record",
        "1",
        "Bilan de la mise en œuvre",
        "Décrivez ce qui a été délivré depuis l’enregistrement, à qui, avec quels effets et quelles corrections.",
        only_again=True,
    ),
    Piece(
        "survey",
        "1bis",
        "Enquête auprès des titulaires",
        "Jurande ne mène pas d’enquête d’insertion aujourd’hui\u00a0: interrogez vos titulaires, par exemple six mois "
        "après, et joignez les réponses et leur taux.",
    ),
    Piece(
        "means",
        "1quater",
        "Moyens des formations",
        "Joignez ce qui établit les moyens de vos formations\u00a0: qualifications des formateurs, plateaux techniques, "
        "supports.",
    ),
    Piece(
        "programme",
        "1quinquies",
        "Programme croisé avec le référentiel",
        "Joignez le programme, avec pour chaque séquence les compétences qu’elle prépare.",
    ),
    Piece(
        "control",
        "3",
        "Procédure de contrôle",
        "Écrivez qui contrôle quoi, quand, sur quelle grille, et ce qui suit un écart\u00a0; joignez-la avec un exemple "
        "rempli.",
    ),
    Piece("other", "", "Autre pièce", ""),
)
BY_KEY: Mapping[str, Criterion] = {one.key: one for one in CRITERIA}


class Standing(StrEnum):
    """How far something is shown."""

    SHOWN = "shown"
    PARTIAL = "partial"
    MISSING = "missing"
    MOOT = "moot"  # the certifier says that it has no object


@dataclass(frozen=True)
class Promotion:
    """Those who obtained it in one civil year: after the certifier's own training, and after a partner's."""

    year: int
    own: int
    partners: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.own + self.partners


@dataclass(frozen=True)
class Said:
    """What the certifier wrote of a criterion."""

    has_text: bool = False
    is_moot: bool = False


@dataclass(frozen=True)
class Facts:
    """What a certifier's registers hold on a day; each is counted, none is declared.

    ``bare``: competencies without a criterion. ``aligned``: entries by framework. ``promotions``: the latest first.
    ``missed``: assessed and not awarded. ``places``: those habilitated that day, ``assessing`` those of them that
    assess; ``conventions``: those that bind that day, ``without_mentions`` those of them concluded before the seven
    mentions, ``with_means`` those that say the three means. ``pieces``: how many files of each kind are joined.
    """

    is_first: bool
    year: int
    version: int | None = None
    competencies: int = 0
    criteria: int = 0
    bare: int = 0
    tags: frozenset[str] = frozenset()
    protocol: bool = False
    pass_rule: bool = False
    assessors: bool = False
    is_identified: bool = False
    workload_hours: int | None = None
    aligned: Mapping[str, int] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()
    missed: int = 0
    endorsements: int = 0
    places: int = 0
    assessing: int = 0
    conventions: int = 0
    without_mentions: int = 0
    with_means: int = 0
    checks: int = 0
    suspensions: int = 0
    is_separated: bool = True
    said: Mapping[str, Said] = field(default_factory=dict)
    pieces: Mapping[str, int] = field(default_factory=dict)

    def counted(self) -> tuple[Promotion, ...]:
        """Give the promotions that this request may rest on: R. 6113-11, II a and b."""
        return tuple(one for one in self.promotions if (one.own if self.is_first else one.whole))

    def holders(self) -> int:
        """Give how many holders these promotions count."""
        return sum(one.own if self.is_first else one.whole for one in self.promotions)


@dataclass(frozen=True)
class Evidence:
    """One thing that a criterion rests on: what is seen of it, and what to do when it is not all there."""

    label: str
    standing: Standing
    seen: str
    how: str = ""


@dataclass(frozen=True)
class Examined:
    """A criterion beside the facts."""

    criterion: Criterion
    standing: Standing
    evidence: tuple[Evidence, ...]

    @property
    def lacking(self) -> tuple[Evidence, ...]:
        """What is not all there."""
        return tuple(one for one in self.evidence if one.standing in (Standing.MISSING, Standing.PARTIAL))
