"""Requests for a correction, made through the operations."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from jurande.core.france.corrections import Identity
from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.operations import approving, issuing
from jurande.registers.awards.operations import corrections as operations
from jurande.registers.awards.queries.corrections import identity_of
from jurande.registers.awards.states.corrections import CorrectionKind
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import projection
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import claims, held, lots, mandates, proved
from tests.replay import replayed


@replayed
def paper() -> tuple[io.BytesIO, str]:
    """A piece of evidence and its name."""
    return claims.evidence(), "acte.pdf"


@replayed
def asked(award: Award | None = None, *, now: datetime = NOW, **changed: Any) -> Correction:
    """One that waits; an accent on the first name unless told otherwise."""
    row = award or received()
    assert row.holder is not None, "somebody holds it"
    said = identity_of(row)
    wanted = {name: changed.pop(name) for name in vars(said) if name in changed} or {
        "first_name": f"{said.first_name}-Zoë"
    }
    given: dict[str, Any] = {
        "award": row,
        "kind": CorrectionKind.SPELLING,
        "wanted": Identity(**(vars(said) | wanted)),
        "person": row.holder,
        "actor": held.acting(row.holder),
        "now": now,
    } | changed
    return operations.ask_correction(**given)


@replayed
def received(house: Certifier | None = None, person: Person | None = None, **changed: Any) -> Award:
    """An award of the certifier's own, in somebody's space."""
    design = proved.designed(house or mandates.house())
    return held.held(person or factories.holder(by=design.certifier), design, now=NOW, awarded_on=TODAY, **changed)


@replayed
def delegated(place: Partnership, clerk: Actor, head: Actor, *, person: Person | None = None) -> Award:
    """One that a partner issued under its mandate, in the space of whom it was issued to."""
    design = proved.designed(place.certifier)
    mandate = mandates.granted(mandates.habilitated(place, design.certification))
    projection.settle(now=NOW)
    held_by = person or factories.holder(by=place.certifier)
    row = (held_by.last_name, held_by.first_name, "14/07/1992", held_by.email, "28", "35", "")
    lot = mandates.prepared(mandate, design, (row,), clerk)
    approving.approve_lot(held=lot, actor=head, now=NOW)
    issuing.issue_lot(held=lot, actor=clerk, now=NOW)
    lots.run(lot)
    award = Award.objects.get(lot=lot)
    award.holder, award.collected_at = held_by, NOW
    award.save()
    return award


def addresses(mine: Certifier, theirs: Partnership, people: dict[str, Any]) -> dict[str, list[str]]:
    """What the addresses of corrections have in their path: one asked of the certifier, one of its partner."""
    clerk, head = (factories.actor_of(people[role], theirs) for role in ("exam_manager", "head"))
    own = asked(received(mine, people["holder"]), files=[paper()])
    other = asked(delegated(theirs, clerk, head), files=[paper()])
    free = received(mine, people["holder"])
    piece, theirs_piece = own.evidence.get(), other.evidence.get()
    return {
        "holder:correct": [free.code],
        "holder:corrections-one": [own.code],
        "holder:corrections-evidence": [own.code, piece.code],
        "certifier:awards-corrections-one": [mine.code, own.code],
        "certifier:awards-corrections-evidence": [mine.code, own.code, piece.code],
        "partner:corrections-one": [theirs.code, other.code],
        "partner:corrections-evidence": [theirs.code, other.code, theirs_piece.code],
    }
