# SPDX-License-Identifier: Apache-2.0
"""What a convention of habilitation must say, and what the law asks of those who sign it.

Sources: C. trav. R. 6113-16-1 to R. 6113-16-6 (décret 2025-500), L. 6323-9-2, R. 6333-6-2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

# R. 6113-16-1 and -16-2 apply to what is delivered from that day. Source: décret 2025-500, art. 2 II.
MENTIONS_FROM = date(2025, 10, 1)
MENTIONS_ARTICLE = "C. trav. R. 6113-16-2"
# What is usual; each certifier may choose otherwise. The share is known to us by a secondary source only.
USUAL_SUBCONTRACT_PERCENT = 80
USUAL_OBSERVATION_DAYS = 30
USUAL_NOTICE_DAYS = 10

TRAIN = ("former", "both")
ASSESS = ("organiser", "both")


@dataclass(frozen=True)
class Mention:
    """One of the seven. ``demand``: what must be there, said to who writes; ``may_be_void``: «le cas échéant»."""

    number: int
    key: str
    label: str
    demand: str
    may_be_void: bool = False

    @property
    def article(self) -> str:
        """The article and its number, as they are quoted."""
        return f"{MENTIONS_ARTICLE}, {self.number}°"


MENTIONS: tuple[Mention, ...] = (
    Mention(
        1,
        "purpose",
        "Objet de l’habilitation",
        "Dites si le partenaire prépare à la certification, évalue les candidats, ou les deux.",
    ),
    Mention(
        2,
        "scopes",
        "Certifications et blocs visés",
        "Nommez chaque certification, la version de son référentiel, et les blocs si tous ne sont pas visés.",
    ),
    Mention(3, "validity", "Période de validité", "Donnez le premier et le dernier jour."),
    Mention(
        4,
        "counterpart",
        "Contrepartie, notamment financière",
        "Dites comment elle est fixée et versée, ou qu’il n’y en a aucune.",
        may_be_void=True,
    ),
    Mention(
        5,
        "subcontracting",
        "Sous-traitance",
        "Dites si elle est interdite\u00a0; si elle est permise, à quelles conditions et sous quelle responsabilité.",
        may_be_void=True,
    ),
    Mention(
        6,
        "means",
        "Moyens techniques, pédagogiques et d’encadrement",
        "Décrivez les trois sortes de moyens que le partenaire met en œuvre.",
    ),
    Mention(
        7,
        "apprenticeship",
        "Gestion administrative de l’apprentissage",
        "Dites si le partenaire forme des apprentis, et qui s’occupe alors de quoi.",
        may_be_void=True,
    ),
)


@dataclass(frozen=True)
class Duty:
    """What the law asks of a habilitated body. ``who``: the kinds of habilitation that it concerns."""

    article: str
    number: int
    label: str
    who: tuple[str, ...]

    @property
    def source(self) -> str:
        """The article and its number, as they are quoted."""
        return f"{self.article}, {self.number}°"


_TRAINERS, _ASSESSORS = "C. trav. R. 6113-16-3", "C. trav. R. 6113-16-4"
DUTIES: tuple[Duty, ...] = (
    Duty(_TRAINERS, 1, "Reprendre partout l’intitulé exact de la certification et des blocs", TRAIN),
    Duty(_TRAINERS, 2, "Former à toutes les connaissances et compétences du référentiel", TRAIN),
    Duty(_TRAINERS, 3, "Respecter les durées de formation et de stage", TRAIN),
    Duty(_TRAINERS, 4, "Respecter la part de formation en présence", TRAIN),
    Duty(_TRAINERS, 5, "Respecter le nombre d’apprenants par formateur", TRAIN),
    Duty(_ASSESSORS, 1, "Organiser les sessions selon le référentiel d’évaluation", ASSESS),
    # Only for who trains as well.
    Duty(_ASSESSORS, 2, "Inscrire à une session les personnes formées", ("both",)),
)


def duties_of(purpose: str) -> tuple[Duty, ...]:
    """Give the duties of a body habilitated so («former», «organiser», «both»)."""
    return tuple(duty for duty in DUTIES if purpose in duty.who)


@dataclass(frozen=True)
class Scope:
    """A certification that is covered: how many blocs (0: all), by whom it may be done, whether its version is said."""

    title: str
    kind: str
    has_version: bool = True
    blocs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What is said in the seven mentions, as they were typed. Empty: not said.

    ``counterpart``: «schedule», «terms», «none»; ``subcontracting``: «forbidden», «allowed»; ``apprenticeship``:
    «none», «concerned». ``subcontract_percent``: the share that the terms allow, None when they do not say.
    """

    purpose: str = ""
    scopes: tuple[Scope, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    counterpart: str = ""
    counterpart_terms: str = ""
    has_schedule: bool = False
    subcontracting: str = ""
    subcontracting_terms: str = ""
    technical_means: str = ""
    teaching_means: str = ""
    supervision_means: str = ""
    apprenticeship: str = ""
    apprenticeship_terms: str = ""


@dataclass(frozen=True)
class Missing:
    """What a mention lacks. ``field``: where it is written; ``sentence``: what is missing, in words."""

    mention: Mention
    field: str
    sentence: str


def missing_mentions(terms: Terms) -> list[Missing]:
    """Give what stops a convention from being sent, in the order of the seven mentions."""
    return [Missing(mention, where, sentence) for mention in MENTIONS for where, sentence in _LACKS[mention.key](terms)]


type _Lacks = Iterable[tuple[str, str]]


def _purpose(terms: Terms) -> _Lacks:
    if not terms.purpose:
        yield "purpose", "L’objet n’est pas choisi\u00a0: former, évaluer, ou les deux."


def _scopes(terms: Terms) -> _Lacks:
    if not terms.scopes:
        yield "scopes", "Aucune certification n’est visée."
    for scope in terms.scopes:
        if not scope.has_version:
            yield "scopes", f"La version du référentiel de «\u00a0{scope.title}\u00a0» n’est pas dite."
        if terms.purpose and scope.kind not in _within(terms.purpose):
            yield "scopes", f"«\u00a0{scope.title}\u00a0»\u00a0: cette habilitation n’est pas dans l’objet choisi."


def _within(purpose: str) -> tuple[str, ...]:
    return ("former", "organiser", "both") if purpose == "both" else (purpose,)


def _validity(terms: Terms) -> _Lacks:
    if terms.valid_from is None:
        yield "valid_from", "Le premier jour n’est pas dit."
    if terms.valid_until is None:
        yield "valid_until", "Le dernier jour n’est pas dit."
    elif terms.valid_from is not None and terms.valid_until < terms.valid_from:
        yield "valid_until", "Le dernier jour vient avant le premier."


def _counterpart(terms: Terms) -> _Lacks:
    if not terms.counterpart:
        yield "counterpart", "Dites comment la contrepartie est fixée et versée, ou qu’il n’y en a pas."
    elif terms.counterpart == "schedule" and not terms.has_schedule:
        yield "fee_schedule", "Le barème n’est pas choisi."
    elif terms.counterpart == "terms" and not terms.counterpart_terms.strip():
        yield "counterpart_terms", "Les modalités de la contrepartie ne sont pas écrites."


def _subcontracting(terms: Terms) -> _Lacks:
    if not terms.subcontracting:
        yield "subcontracting", "Dites si la sous-traitance est interdite ou permise."
    elif terms.subcontracting == "allowed" and not terms.subcontracting_terms.strip():
        yield "subcontracting_terms", "Les conditions et la responsabilité des sous-traitants ne sont pas écrites."


def _means(terms: Terms) -> _Lacks:
    if not terms.technical_means.strip():
        yield "technical_means", "Les moyens techniques ne sont pas décrits."
    if not terms.teaching_means.strip():
        yield "teaching_means", "Les moyens pédagogiques ne sont pas décrits."
    if not terms.supervision_means.strip():
        yield "supervision_means", "Les moyens d’encadrement ne sont pas décrits."


def _apprenticeship(terms: Terms) -> _Lacks:
    if not terms.apprenticeship:
        yield "apprenticeship", "Dites si le partenaire forme des apprentis."
    elif terms.apprenticeship == "concerned" and not terms.apprenticeship_terms.strip():
        yield "apprenticeship_terms", "La gestion administrative de l’apprentissage n’est pas écrite."


_LACKS: dict[str, Callable[[Terms], _Lacks]] = {
    "purpose": _purpose,
    "scopes": _scopes,
    "validity": _validity,
    "counterpart": _counterpart,
    "subcontracting": _subcontracting,
    "means": _means,
    "apprenticeship": _apprenticeship,
}


# --- subcontracting -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Subcontract:
    """One subcontract of a partner, for a course paid by the compte personnel de formation.

    ``depth``: 1 for the partner's own, 2 for a subcontractor's subcontractor… ``share_percent``: of the partner's
    yearly turnover there. ``micro_exempt``: under the micro-social threshold; ``partial_bloc``: less than a whole bloc.
    """

    name: str
    depth: int = 1
    share_percent: int = 0
    has_nda: bool = True
    has_qualiopi: bool = True
    is_habilitated: bool = True
    micro_exempt: bool = False
    partial_bloc: bool = False


def subcontract_faults(all_of_them: Iterable[Subcontract], *, most_percent: int) -> list[str]:
    """Give what the rules refuse in these subcontracts, one sentence each.

    Source: C. trav. L. 6323-9-2, R. 6333-6-2 (no cascade; declaration, quality, habilitation and their exemptions).
    ``most_percent``: the share that the house allows, because the text that fixes it was not read by us.
    """
    found, share = [], 0
    for one in all_of_them:
        share += one.share_percent
        if one.depth > 1:
            found.append(f"{one.name}\u00a0: un sous-traitant ne sous-traite pas à son tour (C. trav. L. 6323-9-2).")
        if one.micro_exempt:
            continue
        if not one.has_nda:
            found.append(f"{one.name}\u00a0: sans déclaration d’activité (C. trav. R. 6333-6-2).")
        if not one.has_qualiopi:
            found.append(f"{one.name}\u00a0: sans certification Qualiopi (C. trav. R. 6333-6-2).")
        if not one.is_habilitated and not one.partial_bloc:
            found.append(f"{one.name}\u00a0: sans habilitation pour un bloc entier (C. trav. R. 6333-6-2).")
    if share > most_percent:
        found.append(f"La part sous-traitée ({share}\u00a0%) dépasse {most_percent}\u00a0%.")
    return found
