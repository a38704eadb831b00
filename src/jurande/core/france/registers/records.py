# SPDX-License-Identifier: Apache-2.0
"""What a fiche of the RNCP or of the RS says, as values. Texts have their line breaks back; lists are tuples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Habilitation(StrEnum):
    """What a partner may do. Source: C. trav. R. 6113-16."""

    FORMER = "former"
    ORGANISER = "organiser"
    BOTH = "both"


class HabilitationState(StrEnum):
    """Whether it may still."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    WITHDRAWN = "withdrawn"


class PartnerRecord(NamedTuple):
    """One habilitated place. A named tuple and not a dataclass: there are four hundred thousand in a file."""

    siret: str
    name: str
    habilitation: str
    state: str
    active_on: date | None
    state_changed_on: date | None


@dataclass(frozen=True, slots=True)
class CertifierRecord:
    """One certifier; the SIRET is empty for one in three."""

    siret: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class BlocRecord:
    """One bloc de compétences."""

    code: str
    title: str
    competencies: tuple[str, ...]
    assessment: str
    prerequisites: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or an optional value, that was left out. ``line`` counts from the first of the file; ``reason`` is a code:

    ``missing``, ``siret``, ``date``, ``number``, ``choice`` (not one of the values that the format allows),
    ``too_long``, ``duplicate``, ``malformed``.
    """

    line: int
    subject: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A word of a nomenclature: ROME, NSF, Formacode, convention collective."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way to the certification: ``FI``, ``CA``, ``FC``, ``CQ``, ``CL`` or ``VAE``, and its jury."""

    code: str
    is_open: bool
    jury: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """Holders of one year, and how many of them were in work: shares in per cent."""

    year: int
    certified: int | None
    certified_vae: int | None
    employed_6_months: int | None
    in_trade_6_months: int | None
    in_trade_2_years: int | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A text of the Journal officiel: ``general``, ``creation`` or ``other``."""

    kind: str
    title: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Blocs of this fiche that are worth blocs of another."""

    blocs: tuple[str, ...]
    number: str
    other_blocs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FicheRecord:
    """Everything else that a fiche says: what is too long to be asked for column by column."""

    abbreviation_label: str = ""
    objectives: str = ""
    activities: tuple[str, ...] = ()
    capacities: tuple[str, ...] = ()
    sectors: str = ""
    jobs: str = ""
    regulations: str = ""
    entry_prerequisites: str = ""
    validation_prerequisites: str = ""
    mastery_levels: str = ""
    validity: str = ""
    renewal: str = ""
    partial_validation: str = ""
    link: str = ""
    rome: tuple[Coded, ...] = ()
    nsf: tuple[Coded, ...] = ()
    formacodes: tuple[Coded, ...] = ()
    agreements: tuple[Coded, ...] = ()
    routes: tuple[Route, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    publications: tuple[Publication, ...] = ()
    last_published_on: date | None = None
    correspondences: tuple[Correspondence, ...] = ()
    replaced: tuple[str, ...] = ()
    replacing: tuple[str, ...] = ()
    new_caledonia: bool = False
    polynesia: bool = False

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> FicheRecord:
        """Type what ``FicheRead.content`` became in JSON: only what is not empty is there."""
        typed: dict[str, Any] = dict(content)
        for name in ("activities", "capacities", "replaced", "replacing"):
            typed[name] = tuple(content.get(name, ()))
        for name in ("rome", "nsf", "formacodes", "agreements"):
            typed[name] = tuple(Coded(*pair) for pair in content.get(name, ()))
        typed["routes"] = tuple(Route(*values) for values in content.get("routes", ()))
        typed["promotions"] = tuple(Promotion(*values) for values in content.get("promotions", ()))
        typed["publications"] = tuple(
            Publication(kind, title, _day(on)) for kind, title, on in content.get("publications", ())
        )
        typed["correspondences"] = tuple(
            Correspondence(tuple(blocs), number, tuple(others))
            for blocs, number, others in content.get("correspondences", ())
        )
        typed["last_published_on"] = _day(content.get("last_published_on"))
        return cls(**typed)


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
