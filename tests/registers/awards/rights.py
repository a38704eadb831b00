"""Requests for erasure or a copy that came outside any space, for tests."""

from __future__ import annotations

from typing import Any

from jurande.registers.awards.models import Award, RightRequest
from jurande.registers.awards.operations import rights as operations
from jurande.registers.awards.states.rights import Channel, RightKind
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import claims
from tests.replay import replayed


@replayed
def signatory(house: Certifier) -> Actor:
    """Somebody who may note or decide; another one each time."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=house), house)


@replayed
def recorded(*awards: Award, **changed: Any) -> RightRequest:
    """A request by post about these awards, noted by a signatory who may not decide it."""
    house = awards[0].certifier
    asked: dict[str, Any] = {
        "certifier": house,
        "kind": RightKind.ERASURE,
        "channel": Channel.POST,
        "received_on": TODAY,
        "who": "Inès Carvalho",
        "reply_email": "",
        "reply_address": "3 rue du Pont\n67000 Strasbourg",
        "identity": "A rappelé au numéro que nous avions, a donné le lieu de l’épreuve.",
        "awards": awards,
        "file": (claims.evidence(), "identite.pdf"),
        "actor": signatory(house),
        "now": NOW,
    } | changed
    return operations.record_right(**asked)


def addresses(mine: Certifier) -> dict[str, list[str]]:
    """What the addresses of these requests have in their path; something is issued already."""
    award = Award.objects.filter(certifier=mine).order_by("pk").first()
    assert award is not None, "nothing was issued in this house"
    waiting = recorded(award)
    given = operations.accept_right(request=recorded(award, kind=RightKind.ACCESS), actor=signatory(mine), now=NOW)
    return {
        "certifier:right-new": [mine.code],
        **{f"certifier:right{page}": [mine.code, waiting.code] for page in ("", "-extend", "-evidence", "-close")},
        **{f"certifier:right-{page}": [mine.code, given.code] for page in ("letter", "copy")},
    }
