"""Applications for a micro-certification, made through the operations."""

from __future__ import annotations

import io
from typing import Any

from jurande.demo.papers import pdf
from jurande.registers.awards.models import AwardClaim, ClaimOpening
from jurande.registers.awards.operations import claims as operations
from jurande.registers.awards.operations import endorsements
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.awards import mandates, proved
from tests.replay import replayed


@replayed
def issuer(house: Certifier) -> Actor:
    """Who opens and judges."""
    return factories.actor_of(factories.member(Role.ISSUER, of=house), house)


@replayed
def opened(house: Certifier | None = None) -> ClaimOpening:
    """A micro-certification that anybody may ask for."""
    held = house or mandates.house()
    design = proved.designed(held)
    return operations.open_claims(
        certification=design.certification,
        guidance="Deux comptes rendus de réparation, avec photos.",
        actor=issuer(held),
        now=NOW,
    )


@replayed
def evidence() -> io.BytesIO:
    """A file that is accepted."""
    return io.BytesIO(pdf("Compte rendu", ["Batterie remplacée."]))


@replayed
def submitted(opening: ClaimOpening | None = None, person: Person | None = None, **changed: Any) -> AwardClaim:
    """One that waits."""
    held = opening or opened()
    asked: dict[str, Any] = {
        "opening": held,
        "person": person or factories.holder(by=held.certifier),
        "statement": "J’ai réparé douze vélos cette année.",
        "files": [(evidence(), "compte-rendu.pdf")],
        "now": NOW,
    } | changed
    return operations.submit_claim(**asked)


def addresses(mine: Certifier) -> dict[str, list[str]]:
    """What the addresses of claims have in their path."""
    claim = submitted(opened(mine))
    piece = claim.evidence.get()
    asked = endorsements.ask_endorsement(
        certification=claim.opening.certification,
        body_name="Ressourcerie du Ried",
        email=factories.email(),
        actor=issuer(mine),
        now=NOW,
    )
    return {
        "guest:endorse": ["inconnu"],
        "certifier:awards-endorsements-withdraw": [mine.code, asked.code],
        "guest:claim": [claim.opening.code],
        "certifier:awards-claims-one": [mine.code, claim.code],
        "certifier:awards-claims-close": [mine.code, claim.opening.code],
        "certifier:awards-claims-evidence": [mine.code, claim.code, piece.code],
    }
