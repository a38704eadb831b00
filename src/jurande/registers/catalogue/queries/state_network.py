"""A certifier's network as the State sees it: what it declared to France compétences, read back from the registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from jurande.registers.catalogue.models import Claim, FicheVersion
from jurande.registers.catalogue.queries.changes import Changes, between
from jurande.registers.catalogue.queries.claims import claims
from jurande.registers.catalogue.queries.directory import DeclaredPartner, declared_partners
from jurande.registers.catalogue.queries.national import latest_snapshot, previous_of
from jurande.registers.catalogue.queries.sources import REGISTERS
from jurande.registers.catalogue.states import ClaimBasis
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

# Bounds, in whole years, of the ages that are drawn: under one, one, two, three or four, five and more.
AGES = (1, 2, 3, 5)


class Point(StrEnum):
    """Something about a declared partner that its certifier should look at."""

    OTHER_SIRET = "autre-siret"
    DUPLICATE = "double"
    ENDED = "termine"
    NOWHERE = "lieu-inconnu"


def has_point(partner: DeclaredPartner, point: str) -> bool:
    """Whether this partner is one of those in the box ``point``."""
    match point:
        case Point.OTHER_SIRET:
            return partner.is_active and bool(partner.other_siret)
        case Point.DUPLICATE:
            return partner.is_duplicate
        case Point.ENDED:
            return not partner.is_active
        case Point.NOWHERE:
            return partner.is_active and not partner.departement
    return False


@dataclass(frozen=True)
class StateNetwork:
    """``versions``: what the registers say now of the claimed fiches, by number; one that left them is missing."""

    certifier_siren: str
    claims: Sequence[Claim]
    versions: Mapping[str, FicheVersion]
    partners: Sequence[DeclaredPartner]

    @cached_property
    def active(self) -> list[DeclaredPartner]:
        """Those that may train or assess now."""
        return [partner for partner in self.partners if partner.is_active]

    @cached_property
    def places(self) -> int:
        """How many places (SIRET) they are."""
        return len({partner.siret for partner in self.active})

    @cached_property
    def departements(self) -> int:
        """In how many départements, those without a known place aside."""
        return len({partner.departement for partner in self.active if partner.departement})

    def count(self, point: str) -> int:
        """How many rows a box holds."""
        return sum(has_point(partner, point) for partner in self.partners)

    @cached_property
    def without_oneself(self) -> list[str]:
        """The fiches in force on which the certifier itself is no active partner: it cannot sell their training."""
        listed = {partner.number for partner in self.active if partner.siren == self.certifier_siren}
        return [number for number, version in self.versions.items() if version.is_active and number not in listed]

    @cached_property
    def to_confirm(self) -> list[str]:
        """The fiches that were claimed by name alone."""
        return [claim.fiche.number for claim in self.claims if claim.basis == ClaimBasis.NAME]

    def ages(self, today: date) -> tuple[list[int], int]:
        """Return how many active habilitations are of each age of ``AGES``, then how many of unknown age."""
        counted, unknown = [0] * (len(AGES) + 1), 0
        for partner in self.active:
            years = partner.age_years(today)
            if years is None:
                unknown += 1
            else:
                counted[sum(years >= bound for bound in AGES)] += 1
        return counted, unknown


@dataclass(frozen=True)
class Since:
    """What changed on the claimed fiches of one register between its last two publications read whole."""

    source: str
    from_on: date
    until_on: date
    changes: Changes


def changes_since_previous(network: StateNetwork) -> list[Since]:
    """Compare the last publication of each register with the one before it; a register read once only is left out."""
    found = []
    for source in REGISTERS:
        numbers = [claim.fiche.number for claim in network.claims if claim.fiche.register == source]
        latest = latest_snapshot(source) if numbers else None
        previous = previous_of(latest) if latest else None
        if latest and previous:
            changes = between(source, previous.published_on, latest.published_on, numbers=numbers)
            found.append(Since(source, previous.published_on, latest.published_on, changes))
    return found


def state_network(actor: Actor, certifier: Certifier) -> StateNetwork:
    """Return what the registers hold of the certifications that the actor's house claims. Five queries."""
    held = list(claims(actor))
    versions = FicheVersion.objects.current().filter(fiche__in=[claim.fiche_id for claim in held])
    by_number = {
        version.fiche.number: version
        for version in versions.defer("content").select_related("fiche").order_by("fiche__number")
    }
    return StateNetwork(
        certifier_siren=certifier.organisation.siren,
        claims=held,
        versions=by_number,
        partners=declared_partners([claim.fiche_id for claim in held]) if held else [],
    )
