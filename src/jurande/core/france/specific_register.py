# SPDX-License-Identifier: Apache-2.0
"""What a request to enter the répertoire spécifique must show, and what the facts of a certifier already show of it.

Source: C. trav. R. 6113-11, LEGIARTI000051705136, in force on 9 June 2025, for requests sent to France compétences from
1 October 2025 on (décret 2025-500, art. 2, I). Read there; the sentences are ours. Nothing here says that something is
registered: France compétences alone decides, on a request made through its own online procedure (R. 6113-8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
        "Montrer par une étude que les compétences visées répondent à un besoin\u00a0; pour un renouvellement, y "
        "joindre le bilan de la mise en œuvre.",
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
        "Dire auquel des quatre objectifs de l’article L. 6313-3 elle répond\u00a0: accéder à l’emploi, s’adapter à "
        "son poste, changer d’activité, favoriser la mobilité.",
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
        "Des procédures qui contrôlent les formations et toutes les modalités d’organisation des épreuves, chez vous "
        "et chez les organismes que vous habilitez.",
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
        "Joignez ce qui établit les moyens de vos formations\u00a0: qualifications des formateurs, plateaux "
        "techniques, supports.",
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
        "Écrivez qui contrôle quoi, quand, sur quelle grille, et ce qui suit un écart\u00a0; joignez-la avec un "
        "exemple rempli.",
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
    ``places``: bodies habilitated that day; ``conventions``: those that bind that day, ``without_mentions`` those of
    them concluded before the seven mentions, ``with_means`` those that say the three means; ``checks``: bodies that
    were checked. ``pieces``: how many files of each kind are joined.
    """

    is_first: bool
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
    endorsements: int = 0
    places: int = 0
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


def examine(facts: Facts) -> tuple[Examined, ...]:
    """Put every criterion beside the facts, in the order of the article.

    A criterion is shown when each thing that it rests on is; missing when none is; moot when the certifier says so of
    one that may be.
    """
    found = []
    for criterion in CRITERIA:
        said = facts.said.get(criterion.key, Said())
        if said.is_moot and criterion.may_be_moot:
            found.append(Examined(criterion, Standing.MOOT, ()))
            continue
        evidence = (*_seen(criterion, facts), *_pieces(criterion, facts), _answer(criterion, said))
        found.append(Examined(criterion, _whole(evidence), evidence))
    return tuple(found)


def _whole(evidence: Iterable[Evidence]) -> Standing:
    standings = {one.standing for one in evidence}
    return standings.pop() if len(standings) == 1 else Standing.PARTIAL


def _evidence(label: str, holds: bool, seen: str, how: str, *, partly: bool = False) -> Evidence:
    standing = Standing.SHOWN if holds else Standing.PARTIAL if partly else Standing.MISSING
    return Evidence(label, standing, seen, "" if holds else how)


def _answer(criterion: Criterion, said: Said) -> Evidence:
    how = "Écrivez-la en quelques phrases."
    if criterion.may_be_moot:
        how = "Écrivez-la, ou dites que ce critère est sans objet, et pourquoi."
    return _evidence("Votre réponse", said.has_text, "Écrite." if said.has_text else "Elle n’est pas écrite.", how)


def _pieces(criterion: Criterion, facts: Facts) -> Iterable[Evidence]:
    for piece in PIECES:
        if piece.criterion == criterion.key and not (piece.only_again and facts.is_first):
            count = facts.pieces.get(piece.key, 0)
            seen = _many(count, "fichier joint.", "fichiers joints.") if count else "Aucun fichier joint."
            yield _evidence(piece.label, bool(count), seen, piece.how)


# --- what the registers show of each criterion ----------------------------------------------------


def _need(facts: Facts) -> Iterable[Evidence]:
    count = facts.endorsements
    yield _evidence(
        "Avis d’employeurs et d’organismes",
        bool(count),
        _many(count, "avis donné et scellé.", "avis donnés et scellés.") if count else "Personne n’a donné d’avis.",
        "Demandez leur avis aux employeurs qui recrutent sur ces compétences (Délivrance, Avis).",
    )
    trades = facts.aligned.get("rome", 0) + facts.aligned.get("esco", 0)
    yield _evidence(
        "Métiers et compétences nommés",
        bool(trades),
        _many(trades, "rattachement au ROME ou à ESCO.", "rattachements au ROME ou à ESCO.")
        if trades
        else "Aucun rattachement au ROME ni à ESCO.",
        "Rattachez la version aux fiches ROME ou aux compétences ESCO visées.",
    )


def _effect(facts: Facts) -> Iterable[Evidence]:
    counted, holders = facts.counted(), facts.holders()
    years = ", ".join(str(one.year) for one in counted)
    seen = "Aucun titulaire pour l’instant."
    if counted:
        seen = (
            f"{_many(holders, 'titulaire', 'titulaires')}, {_many(len(counted), 'promotion', 'promotions')} ({years})."
        )
    how = "Délivrez à une première promotion\u00a0: une promotion réunit les titulaires d’une année civile."
    if counted:
        how = (
            f"L’usage est d’en présenter {USUAL_PROMOTIONS}. Avec une seule année, l’enregistrement dure trois ans au "
            f"plus ({ARTICLE}, II a)."
            if facts.is_first
            else f"L’usage est d’en présenter {USUAL_PROMOTIONS}."
        )
    yield _evidence("Promotions de titulaires", len(counted) >= USUAL_PROMOTIONS, seen, how, partly=bool(counted))
    trained = sum(one.partners for one in facts.promotions)
    if facts.is_first and trained:
        yield Evidence(
            "Titulaires formés par des partenaires",
            Standing.SHOWN,
            f"{_many(trained, 'titulaire', 'titulaires')}, non comptés\u00a0: une première demande s’appuie sur ceux "
            f"que vous avez formés vous-même ({ARTICLE}, II a).",
        )


def _means(facts: Facts) -> Iterable[Evidence]:
    yield _evidence(
        "Durée",
        bool(facts.workload_hours),
        f"{_many(facts.workload_hours, 'heure', 'heures')} de travail par personne."
        if facts.workload_hours
        else "La charge de travail n’est pas dite.",
        "Écrivez-la dans la fiche de la version.",
    )
    if facts.places:
        said, all_of_them = facts.with_means, facts.with_means >= facts.conventions > 0
        yield _evidence(
            "Moyens des organismes habilités",
            all_of_them,
            f"{said} sur {_many(facts.conventions, 'convention en vigueur', 'conventions en vigueur')} "
            f"{'dit' if said < 2 else 'disent'} les moyens techniques, pédagogiques et d’encadrement."
            if facts.conventions
            else "Aucune convention en vigueur n’est au registre.",
            "Complétez les conventions\u00a0: les trois moyens en sont une mention obligatoire (R. 6113-16-2, 6°).",
            partly=bool(said),
        )


def _frame(facts: Facts) -> Iterable[Evidence]:
    yield _evidence(
        "Référentiel de compétences",
        facts.version is not None and facts.competencies > 0,
        f"Version {facts.version} publiée, {_many(facts.competencies, 'compétence', 'compétences')}."
        if facts.version is not None
        else "Aucune version n’est publiée.",
        "Publiez une version du référentiel.",
    )
    graded = facts.competencies - facts.bare
    yield _evidence(
        "Critères d’évaluation",
        facts.competencies > 0 and not facts.bare,
        f"{_many(facts.criteria, 'critère', 'critères')} pour {graded} sur "
        f"{_many(facts.competencies, 'compétence', 'compétences')}.",
        "Écrivez au moins un critère pour chaque compétence.",
        partly=graded > 0,
    )
    parts = {
        "le protocole": facts.protocol,
        "la règle de réussite": facts.pass_rule,
        "les évaluateurs": facts.assessors,
    }
    told, untold = [name for name, held in parts.items() if held], [name for name, held in parts.items() if not held]
    yield _evidence(
        "Référentiel d’évaluation",
        not untold,
        f"Écrits\u00a0: {', '.join(told)}." if told else "Rien n’est écrit.",
        f"Décrivez {', '.join(untold)}.",
        partly=bool(told),
    )
    for tag in TAGS:
        if tag.key in EXPECTED_TAGS:
            borne = tag.key in facts.tags
            yield _evidence(
                tag.label,
                borne,
                "Une compétence au moins en tient compte." if borne else "Aucune compétence n’en tient compte.",
                "Étiquetez la compétence qui en tient compte, ou dites dans votre réponse pourquoi aucune ne le doit.",
            )


def _control(facts: Facts) -> Iterable[Evidence]:
    yield _evidence(
        "Identité vérifiée à l’épreuve",
        facts.is_identified,
        "La surveillance et la vérification d’identité sont prévues." if facts.is_identified else "Ce n’est pas prévu.",
        "Dites dans la fiche de la version que l’épreuve est surveillée et l’identité vérifiée.",
    )
    yield _evidence(
        "Préparer, approuver, délivrer\u00a0: trois personnes",
        facts.is_separated,
        "La règle est appliquée." if facts.is_separated else "La règle est assouplie dans votre organisme.",
        "Rétablissez-la (Réglages), ou expliquez ce qui la remplace.",
    )
    if facts.places:
        bound = facts.conventions - facts.without_mentions
        yield _evidence(
            "Conventions d’habilitation",
            facts.conventions >= facts.places and not facts.without_mentions,
            f"{_many(facts.places, 'organisme habilité', 'organismes habilités')}, "
            f"{_many(bound, 'convention en vigueur', 'conventions en vigueur')} avec les sept mentions.",
            "Concluez ou complétez les conventions qui manquent (R. 6113-16-2).",
            partly=bool(bound),
        )
        yield _evidence(
            "Vérification des organismes habilités",
            facts.checks > 0,
            f"{_many(facts.checks, 'organisme vérifié', 'organismes vérifiés')} d’après les listes de l’État (SIRET, "
            "déclaration d’activité, Qualiopi)."
            if facts.checks
            else "Aucune vérification n’est enregistrée.",
            "Chargez la liste publique des organismes de formation\u00a0: Jurande vérifie ensuite de lui-même.",
        )
        if facts.suspensions:
            yield Evidence(
                "Suites données",
                Standing.SHOWN,
                f"{_many(facts.suspensions, 'suspension ou retrait décidé', 'suspensions ou retraits décidés')}.",
            )
        yield Evidence(
            "Audits des organismes habilités",
            Standing.MISSING,
            "Jurande ne tient pas encore d’audits\u00a0: rien ne peut être montré d’ici.",
            "Joignez vos grilles et vos comptes rendus d’audit avec la procédure de contrôle.",
        )


def _matches(facts: Facts) -> Iterable[Evidence]:
    count = facts.aligned.get("rncp_bloc", 0)
    yield _evidence(
        "Blocs du RNCP",
        bool(count),
        _many(count, "rattachement à un bloc.", "rattachements à des blocs.") if count else "Aucun rattachement.",
        "Rattachez la version aux blocs qui correspondent, s’il y en a.",
    )


# Of the other criteria the registers hold nothing: what is written and joined is all there is.
_SEEN: Mapping[str, Callable[[Facts], Iterable[Evidence]]] = {
    "1": _need,
    "1bis": _effect,
    "1quater": _means,
    "2": _frame,
    "3": _control,
    "5": _matches,
}


def _seen(criterion: Criterion, facts: Facts) -> Iterable[Evidence]:
    look = _SEEN.get(criterion.key)
    return look(facts) if look else ()


def _many(count: int, one: str, several: str) -> str:
    figure = f"{count:,}".replace(",", "\u00a0")
    return f"{figure}\u00a0{one if count < 2 else several}"
