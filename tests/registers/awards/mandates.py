"""Delegations of issuing for tests: made through the operations."""

from __future__ import annotations

from typing import Any

from jurande.registers.awards.models import IssuingMandate
from jurande.registers.awards.operations import delegation as operations
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.network import habilitations


def signatory(house: Certifier) -> Actor:
    """Who delegates."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=house), house)


def granted(row: Habilitation | None = None, **changed: Any) -> IssuingMandate:
    """One in force, under a habilitation that lets assess."""
    held = row or habilitations.opened()
    asked = {"habilitation": held, "actor": signatory(held.certifier), "now": NOW} | changed
    return operations.grant_mandate(**asked)


def head_of(mandate: IssuingMandate) -> Actor:
    """Who approves and issues at the partner."""
    person = factories.member(Role.HEAD, of=mandate.partnership)
    return factories.actor_of(person, mandate.partnership)


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[str]]:
    """What the addresses of delegations have in their path."""
    free = habilitations.opened(factories.partnership(mine))
    mandate = granted(habilitations.opened(factories.partnership(mine)))
    return {
        "certifier:awards-mandates-grant": [mine.code, free.code],
        "certifier:awards-mandates-end": [mine.code, mandate.code],
    }
