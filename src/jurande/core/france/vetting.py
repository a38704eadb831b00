# SPDX-License-Identifier: Apache-2.0
"""What the numbers and the lists of the State say of a place that applies, or that is a partner already.

Pure rules: what was read of the lists comes in, one finding for each subject goes out, with the facts its sentence is
made of. Not knowing is not a fault: when no list was read the answer is «inconnu», and says why. A finding is never a
decision: somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from jurande.core.france.identifiers import IdentifierRefused
from jurande.core.france.identifiers import nda as read_nda
from jurande.core.france.identifiers import siret as read_siret

# What a fact holds: text, or one line of text for each thing listed.
type Facts = Mapping[str, str]
MOST_LISTED = 6


class Subject(StrEnum):
    """What a finding is about."""

    SIRET = "siret"
    KNOWN = "known"
    NDA = "nda"
    QUALIOPI = "qualiopi"
    HABILITATED_HERE = "habilitated_here"
    HABILITATED_ELSEWHERE = "habilitated_elsewhere"
    WITHDRAWN = "withdrawn"
    OTHER_SITES = "other_sites"


class Outcome(StrEnum):
    """How a finding came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where an answer was read."""

    NUMBER = "number"
    TRAINING_BODIES = "training_bodies"
    REGISTERS = "registers"


@dataclass(frozen=True)
class Case:
    """One way a check can come out. ``raises``: of a partner in force, it is signalled."""

    subject: Subject
    outcome: Outcome
    source: Source
    sentence: str
    raises: bool = False


_NUMBER, _LIST, _REGISTERS = Source.NUMBER, Source.TRAINING_BODIES, Source.REGISTERS
_GOOD, _WARNING, _BAD, _UNKNOWN = Outcome.GOOD, Outcome.WARNING, Outcome.BAD, Outcome.UNKNOWN
_NO_LIST = "Aucune liste publique des organismes de formation n’a été lue ici\u00a0: on ne peut rien en dire."
_NO_REGISTER = "Aucun répertoire national n’a été lu ici\u00a0: on ne peut rien en dire."

# Every way a check can come out, by its key. «%(…)s»: the facts.
CASES: Mapping[str, Case] = {
    "siret.good": Case(Subject.SIRET, _GOOD, _NUMBER, "Le numéro est bien formé et sa clé est juste."),
    "siret.form": Case(
        Subject.SIRET, _BAD, _NUMBER, "Un SIRET a quatorze chiffres. Vérifiez-le sur l’avis de situation Sirene.", True
    ),
    "siret.check": Case(
        Subject.SIRET,
        _BAD,
        _NUMBER,
        "La clé de ce SIRET est fausse\u00a0: un chiffre au moins est erroné. Vérifiez-le sur l’avis de situation.",
        True,
    ),
    "known.unread": Case(Subject.KNOWN, _UNKNOWN, _LIST, _NO_LIST),
    "known.here": Case(Subject.KNOWN, _GOOD, _LIST, "La liste publique connaît cet établissement\u00a0: %(name)s."),
    "known.elsewhere": Case(
        Subject.KNOWN,
        _WARNING,
        _LIST,
        "La liste publique connaît cet organisme, mais à un autre établissement\u00a0: %(name)s, SIRET %(siret)s.",
    ),
    "known.unplaced": Case(
        Subject.KNOWN, _GOOD, _LIST, "La liste publique connaît cet organisme, sans dire où\u00a0: %(name)s."
    ),
    "known.absent": Case(
        Subject.KNOWN,
        _WARNING,
        _LIST,
        "La liste publique ne connaît pas cet organisme. Une déclaration récente ou suspendue n’y figure pas\u00a0: "
        "demandez le récépissé.",
        True,
    ),
    "nda.unread": Case(Subject.NDA, _UNKNOWN, _LIST, _NO_LIST),
    "nda.form": Case(Subject.NDA, _BAD, _NUMBER, "Un numéro de déclaration d’activité a onze chiffres.", True),
    "nda.same": Case(Subject.NDA, _GOOD, _LIST, "La liste publique donne le même numéro\u00a0: %(nda)s."),
    "nda.other": Case(
        Subject.NDA,
        _BAD,
        _LIST,
        "La liste publique donne un autre numéro à cet organisme\u00a0: %(listed)s, et non %(nda)s.",
        True,
    ),
    "nda.of_another": Case(
        Subject.NDA,
        _BAD,
        _LIST,
        "La liste publique attribue le numéro %(nda)s à un autre organisme\u00a0: %(name)s, SIREN %(siren)s.",
        True,
    ),
    "nda.undeclared": Case(
        Subject.NDA, _WARNING, _LIST, "Aucun numéro n’a été déclaré\u00a0; la liste publique donne %(listed)s."
    ),
    "nda.none": Case(
        Subject.NDA, _WARNING, _LIST, "Aucun numéro n’a été déclaré, et la liste publique n’en donne pas."
    ),
    "nda.absent": Case(
        Subject.NDA, _WARNING, _LIST, "La liste publique ne connaît pas le numéro %(nda)s. Demandez le récépissé."
    ),
    "qualiopi.unread": Case(Subject.QUALIOPI, _UNKNOWN, _LIST, _NO_LIST),
    "qualiopi.training": Case(Subject.QUALIOPI, _GOOD, _LIST, "Certifié Qualiopi\u00a0: %(categories)s."),
    "qualiopi.without_training": Case(
        Subject.QUALIOPI,
        _WARNING,
        _LIST,
        "Certifié Qualiopi, mais pas pour les actions de formation\u00a0: %(categories)s.",
    ),
    "qualiopi.none": Case(
        Subject.QUALIOPI,
        _BAD,
        _LIST,
        "La liste publique ne lui donne aucune certification Qualiopi. Demandez le certificat en cours.",
        True,
    ),
    "qualiopi.absent": Case(
        Subject.QUALIOPI,
        _UNKNOWN,
        _LIST,
        "La liste publique ne connaît pas cet organisme\u00a0: elle ne dit rien de Qualiopi. Demandez le certificat.",
    ),
    "here.unread": Case(Subject.HABILITATED_HERE, _UNKNOWN, _REGISTERS, _NO_REGISTER),
    "here.no_fiche": Case(
        Subject.HABILITATED_HERE,
        _UNKNOWN,
        _REGISTERS,
        "Aucune fiche des répertoires n’est rattachée au certificateur\u00a0: la question ne se pose pas.",
    ),
    "here.yes": Case(
        Subject.HABILITATED_HERE, _GOOD, _REGISTERS, "Déjà habilité sur les fiches du certificateur\u00a0: %(list)s."
    ),
    "here.no": Case(
        Subject.HABILITATED_HERE, _GOOD, _REGISTERS, "Pas encore habilité sur les fiches du certificateur."
    ),
    "elsewhere.unread": Case(Subject.HABILITATED_ELSEWHERE, _UNKNOWN, _REGISTERS, _NO_REGISTER),
    "elsewhere.yes": Case(
        Subject.HABILITATED_ELSEWHERE, _GOOD, _REGISTERS, "Habilité par d’autres certificateurs\u00a0: %(list)s."
    ),
    "elsewhere.no": Case(
        Subject.HABILITATED_ELSEWHERE, _GOOD, _REGISTERS, "Aucun autre certificateur n’a habilité cet établissement."
    ),
    "withdrawn.unread": Case(Subject.WITHDRAWN, _UNKNOWN, _REGISTERS, _NO_REGISTER),
    "withdrawn.yes": Case(
        Subject.WITHDRAWN,
        _WARNING,
        _REGISTERS,
        "Habilitations retirées, d’après les répertoires\u00a0: %(list)s. Demandez pourquoi.",
        True,
    ),
    "withdrawn.no": Case(Subject.WITHDRAWN, _GOOD, _REGISTERS, "Aucune habilitation retirée."),
    "sites.unread": Case(Subject.OTHER_SITES, _UNKNOWN, _LIST, _NO_LIST),
    "sites.yes": Case(
        Subject.OTHER_SITES, _GOOD, _LIST, "Le même organisme a d’autres établissements connus\u00a0: %(list)s."
    ),
    "sites.no": Case(Subject.OTHER_SITES, _GOOD, _LIST, "Aucun autre établissement n’est connu de cet organisme."),
}
QUALIOPI_LABELS: Mapping[str, str] = {
    "training": "actions de formation",
    "skills_review": "bilans de compétences",
    "vae": "VAE",
    "apprenticeship": "apprentissage",
}
_MONTHS = tuple(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)
KIND_LABELS: Mapping[str, str] = {"former": "former", "organiser": "évaluer", "both": "former et évaluer"}


@dataclass(frozen=True)
class ListedBody:
    """One line of the public list of training bodies. ``qualiopi``: the categories certified, keys of the labels."""

    siret: str
    siren: str
    nda: str
    name: str
    city: str = ""
    qualiopi: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredHabilitation:
    """One line of the national registers: ``number`` the fiche, ``by`` its certifiers, ``ours`` one of the house's."""

    number: str
    kind: str
    is_active: bool
    is_withdrawn: bool
    by: str
    ours: bool
    since_on: date | None = None
    changed_on: date | None = None


@dataclass(frozen=True)
class Known:
    """What the lists that were read say of a place.

    ``bodies_on``, ``registers_on``: the day of the latest publication, None when none was read. ``bodies``: the lines
    of the organisation; ``holders``: those that bear the number it declared. ``house_has_fiches``: the certifier has
    at least one fiche of the registers. ``other_sirets``: its other places that the registers name.
    """

    bodies_on: date | None = None
    registers_on: date | None = None
    bodies: Sequence[ListedBody] = ()
    holders: Sequence[ListedBody] = ()
    habilitations: Sequence[DeclaredHabilitation] = ()
    house_has_fiches: bool = False
    other_sirets: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """How one check came out: the key of a case, and what its sentence is made of."""

    key: str
    facts: Facts = field(default_factory=dict)
    source_on: date | None = None

    @property
    def case(self) -> Case:
        """The way it came out."""
        return CASES[self.key]

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return sentence(self.key, self.facts)


def sentence(key: str, facts: Facts) -> str:
    """Say a finding in words.

    :raises KeyError: no such case, or a fact is missing.
    """
    return CASES[key].sentence % facts


def vet(siret: str, nda: str, known: Known) -> list[Finding]:
    """Check one place: its number, what it declared, and what the lists say of it; one finding for each subject.

    A number that is not a SIRET answers for itself alone: nothing else can be asked about it.
    Sources: C. trav. L. 6351-1 (declaration), L. 6316-1 (Qualiopi), R. 6113-16-1 (capacity of the third party),
    R. 6113-16-5 (declared habilitations).
    """
    try:
        canonical = read_siret(siret)
    except IdentifierRefused as refusal:
        return [Finding(refusal.code, {"siret": siret[:20]})]
    return [Finding("siret.good", {"siret": canonical}), *_lists(canonical, nda, known), *_registers(known)]


def vet_partner(siret: str, nda: str, known: Known) -> list[Finding]:
    """Check a partner in force: the subjects whose change is signalled."""
    watched = {case.subject for case in CASES.values() if case.raises}
    return [finding for finding in vet(siret, nda, known) if finding.case.subject in watched]


def _lists(siret: str, nda: str, known: Known) -> list[Finding]:
    if known.bodies_on is None:
        return [Finding(f"{name}.unread") for name in ("known", "nda", "qualiopi", "sites")]
    found = [_known(siret, known), _nda(nda, known), _qualiopi(known), _sites(siret, known)]
    return [Finding(key, facts, known.bodies_on if CASES[key].source == _LIST else None) for key, facts in found]


def _known(siret: str, known: Known) -> tuple[str, Facts]:
    here = next((body for body in known.bodies if body.siret == siret), None)
    if here is not None:
        return "known.here", {"name": _named(here)}
    other = next((body for body in known.bodies if body.siret), None)
    if other is not None:
        return "known.elsewhere", {"name": _named(other), "siret": other.siret}
    return ("known.unplaced", {"name": _named(known.bodies[0])}) if known.bodies else ("known.absent", {})


def _nda(declared: str, known: Known) -> tuple[str, Facts]:
    listed = sorted({body.nda for body in known.bodies})
    if not declared.strip():
        return ("nda.undeclared", {"listed": ", ".join(listed)}) if listed else ("nda.none", {})
    try:
        nda = read_nda(declared)
    except IdentifierRefused as refusal:
        return refusal.code, {"nda": declared[:20]}
    if nda in listed:
        return "nda.same", {"nda": nda}
    if known.holders:
        holder = known.holders[0]
        return "nda.of_another", {"nda": nda, "name": holder.name, "siren": holder.siren}
    return ("nda.other", {"nda": nda, "listed": ", ".join(listed)}) if listed else ("nda.absent", {"nda": nda})


def _qualiopi(known: Known) -> tuple[str, Facts]:
    if not known.bodies:
        return "qualiopi.absent", {}
    held = {category for body in known.bodies for category in body.qualiopi}
    said = ", ".join(label for key, label in QUALIOPI_LABELS.items() if key in held)
    if not held:
        return "qualiopi.none", {}
    return ("qualiopi.training" if "training" in held else "qualiopi.without_training"), {"categories": said}


def _sites(siret: str, known: Known) -> tuple[str, Facts]:
    listed = {body.siret: f"{body.siret} ({body.city})" if body.city else body.siret for body in known.bodies}
    every = {other: other for other in known.other_sirets} | listed
    others = [said for other, said in sorted(every.items()) if other and other != siret]
    return ("sites.yes", {"list": _some(others)}) if others else ("sites.no", {})


def _registers(known: Known) -> list[Finding]:
    if known.registers_on is None:
        return [Finding(f"{name}.unread") for name in ("here", "elsewhere", "withdrawn")]
    active = [one for one in known.habilitations if one.is_active]
    here = [_told(one) for one in active if one.ours]
    elsewhere = [_told(one, by=True) for one in active if not one.ours]
    withdrawn = [_told(one, by=True) for one in known.habilitations if one.is_withdrawn]
    found: list[tuple[str, Facts]] = [
        ("here.yes", {"list": _some(here)}) if here else ("here.no" if known.house_has_fiches else "here.no_fiche", {}),
        ("elsewhere.yes", {"list": _some(elsewhere)}) if elsewhere else ("elsewhere.no", {}),
        ("withdrawn.yes", {"list": _some(withdrawn)}) if withdrawn else ("withdrawn.no", {}),
    ]
    return [Finding(key, facts, known.registers_on) for key, facts in found]


def _told(one: DeclaredHabilitation, *, by: bool = False) -> str:
    parts = [one.number, KIND_LABELS.get(one.kind, one.kind)]
    if by and one.by:
        parts.append(f"par {one.by}")
    if one.is_withdrawn and one.changed_on:
        parts.append(f"le {_day(one.changed_on)}")
    elif one.since_on:
        parts.append(f"depuis le {_day(one.since_on)}")
    return " ".join(parts)


def _named(body: ListedBody) -> str:
    return f"{body.name}, {body.city}" if body.city else body.name


def _day(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day}\u00a0{_MONTHS[day.month - 1]} {day.year}"


def _some(lines: Iterable[str]) -> str:
    every = sorted(lines)
    if len(every) <= MOST_LISTED:
        return "\u00a0; ".join(every)
    return "\u00a0; ".join(every[:MOST_LISTED]) + f"\u00a0; et {len(every) - MOST_LISTED} de plus"
