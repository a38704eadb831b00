"""Holds for tests: an award that a procedure keeps."""

from __future__ import annotations

from typing import Any

from jurande.registers.awards.models import Award, LegalHold
from jurande.registers.awards.operations.retention import declare_hold
from jurande.registers.awards.states.erasure import HoldScope
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.replay import replayed


@replayed
def held(award: Award, **changed: Any) -> LegalHold:
    """This award, kept until somebody lifts it."""
    house = award.certifier
    asked: dict[str, Any] = {
        "certifier": house,
        "scope": HoldScope.AWARD,
        "about": award,
        "reason": "Contrôle du 12 mars.",
        "until_on": None,
        "actor": factories.actor_of(factories.member(Role.SIGNATORY, of=house), house),
        "now": NOW,
    } | changed
    return declare_hold(**asked)


def addresses(mine: Certifier) -> dict[str, list[str]]:
    """What the addresses of retention have in their path; something is issued already."""
    award = Award.objects.filter(certifier=mine).order_by("pk").first()
    assert award is not None, "nothing was issued in this house"
    return {
        "certifier:retention-rule": [mine.code, "claims"],
        "certifier:hold": [mine.code, held(award).code],
        **{f"certifier:{page}": [mine.code] for page in ("retention", "retention-purge", "hold-new")},
    }
