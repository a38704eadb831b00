"""Delegations of issuing for tests: made through the operations."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from jurande.registers.awards.models import Design, IssuingMandate, Lot
from jurande.registers.awards.operations import approving, delegated, preparing
from jurande.registers.awards.operations import delegation as operations
from jurande.registers.catalogue.models import Certification
from jurande.registers.network.models import Habilitation
from jurande.registers.network.operations import habilitations as operations_of_habilitations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.states import Basis, HabilitationKind
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import lots, proved
from tests.registers.network import habilitations
from tests.replay import replayed


@replayed
def house() -> Certifier:
    """A certifier that can seal since yesterday; the test has a home of its own (``own_home``)."""
    made = factories.certifier()
    habilitations.key(made)
    return made


@replayed
def signatory(house: Certifier) -> Actor:
    """Who delegates."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=house), house)


@replayed
def granted(row: Habilitation | None = None, **changed: Any) -> IssuingMandate:
    """One in force, under a habilitation that lets assess."""
    held = row or habilitations.opened()
    asked: dict[str, Any] = {"habilitation": held, "actor": signatory(held.certifier), "now": NOW} | changed
    return operations.grant_mandate(**asked)


@replayed
def head_of(mandate: IssuingMandate) -> Actor:
    """Who approves and issues at the partner."""
    person = factories.member(Role.HEAD, of=mandate.partnership)
    return factories.actor_of(person, mandate.partnership)


def addresses(mine: Certifier, theirs: Partnership, people: dict[str, Any]) -> dict[str, list[str]]:
    """What the addresses of delegations have in their path: the partner has a lot in preparation and one approved."""
    free = habilitations.opened(factories.partnership(mine))
    mandate = granted(habilitations.opened(factories.partnership(mine)))
    design = proved.designed(mine)
    own = granted(habilitated(theirs, design.certification))
    projection.settle(now=NOW)
    clerk, head = (factories.actor_of(people[role], theirs) for role in ("exam_manager", "head"))
    bad = ("", "Malo", "14/07/1992", "", "28", "35", "")
    open_one = prepared(own, design, (lots.person(1), bad), clerk)
    approved = approving.approve_lot(held=prepared(own, design, (lots.person(2),), clerk), actor=head, now=NOW)
    row = open_one.rows.get(state="faulty")
    return {
        "certifier:awards-mandates-grant": [mine.code, free.code],
        "certifier:awards-mandates-end": [mine.code, mandate.code],
        **{
            f"partner:awards-lot{act}": [theirs.code, open_one.code] for act in ("", "-columns", "-approve", "-abandon")
        },
        "partner:awards-lot-row": [theirs.code, open_one.code, str(row.number)],
        "partner:awards-lot-issue": [theirs.code, approved.code],
    }


@replayed
def habilitated(place: Partnership, certification: Certification) -> Habilitation:
    by = habilitations.manager(place.certifier)
    row = operations_of_habilitations.prepare(
        partnership=place,
        scope=Scope(certification, certification.versions.first(), HabilitationKind.BOTH),
        valid_from=habilitations.FIRST,
        valid_until=habilitations.LAST,
        basis=Basis.EARLIER_CONVENTION,
        basis_reference="Convention du 2 janvier 2024",
        basis_on=date(2024, 1, 2),
        actor=by,
        now=NOW,
    )
    return operations_of_habilitations.activate(habilitation=row, actor=by, now=NOW)


@replayed
def prepared(mandate: IssuingMandate, design: Design, rows: tuple[tuple[str, ...], ...], actor: Actor) -> Lot:
    held = delegated.prepare_delegated_lot(
        mandate=mandate,
        design=design,
        content=io.BytesIO(lots.sheet(*rows)),
        filename="session.csv",
        awarded_on=TODAY,
        actor=actor,
        now=NOW,
    )
    preparing.set_columns(held=held, columns=preparing.guessed(held), actor=actor, now=NOW)
    held.refresh_from_db()
    return held
