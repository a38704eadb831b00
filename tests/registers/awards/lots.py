"""Lots for tests: a sheet as people write them, prepared, approved and issued by three persons."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from jurande.registers.awards.models import Award, Design, Lot
from jurande.registers.awards.operations import approving, issuing, preparing
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import keys
from jurande.registers.seal.policies import MACHINE
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import proved
from tests.replay import replayed

HEADERS = ("Nom", "Prénom", "Né(e) le", "E-mail", "Heures présentes", "Heures prévues", "Note")


@replayed
def sheet(*rows: tuple[str, ...], headers: tuple[str, ...] = HEADERS) -> bytes:
    """A CSV as Windows writes it."""
    return "\r\n".join(";".join(row) for row in (headers, *rows)).encode("cp1252")


@replayed
def person(n: int) -> tuple[str, ...]:
    """A good row, each with another name."""
    letters = "".join("abcdefghij"[int(figure)] for figure in f"{n:05}")
    return (f"Haddad {letters}", "Inès", "14/07/1992", f"ines{n}@exemple.fr", "28", "35", "")


@replayed
def house() -> Certifier:
    """A certifier that can seal from ``NOW`` on."""
    made = factories.certifier()
    keys.create_key(certifier=made, actor=MACHINE, now=NOW)
    return made


@replayed
def issuer(house: Certifier) -> Actor:
    """Who prepares and issues, and may not approve."""
    return factories.actor_of(factories.member(Role.ISSUER, of=house), house)


@replayed
def signatory(house: Certifier) -> Actor:
    """Who approves."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=house), house)


@replayed
def received(
    design: Design, *rows: tuple[str, ...], actor: Actor, headers: tuple[str, ...] = HEADERS, **changed: Any
) -> Lot:
    """A sheet whose columns are to be told."""
    asked: dict[str, Any] = {"awarded_on": TODAY, "filename": "session de mars.csv", "actor": actor, "now": NOW}
    asked["content"] = io.BytesIO(sheet(*rows, headers=headers))
    return preparing.prepare_lot(design=design, **(asked | changed))


@replayed
def prepared(design: Design, *rows: tuple[str, ...], actor: Actor | None = None, **changed: Any) -> Lot:
    """A sheet whose rows were read."""
    actor = actor or issuer(design.certifier)
    held = received(design, *rows, actor=actor, **changed)
    preparing.set_columns(held=held, columns=preparing.guessed(held), actor=actor, now=NOW)
    held.refresh_from_db()
    return held


@replayed
def approved(design: Design, count: int = 3, *, actor: Actor | None = None) -> Lot:
    """Good rows, approved by somebody else."""
    held = prepared(design, *(person(n) for n in range(count)), actor=actor)
    return approving.approve_lot(held=held, actor=signatory(design.certifier), now=NOW)


@replayed
def issued(design: Design, count: int = 3, *, awarded_on: date = TODAY, now: datetime = NOW) -> Lot:
    """A lot of which everything was issued."""
    actor = issuer(design.certifier)
    held = approved(design, count, actor=actor)
    issuing.issue_lot(held=held, actor=actor, now=now)
    return run(held, now=now)


@replayed
def run(held: Lot, *, now: datetime = NOW) -> Lot:
    """Do what the job does."""
    return issuing.run_lot(held=held, report=lambda done, failed, total: None, clock=lambda: now)


def addresses(mine: Certifier) -> dict[str, list[str]]:
    """What the addresses of lots and of what they issue have in their path."""
    design = proved.designed(mine)
    held = prepared(design, ("", "Malo", "", "malo@", "", "", ""), person(1))
    award = Award.objects.filter(certifier=mine).order_by("pk").first()
    assert award is not None, "nothing was issued in this house"
    row = held.rows.get(state="faulty")
    pages = ("one", "columns", "rejected", "reject-faulty", "approve", "return", "issue", "abandon")
    return {
        **{f"certifier:awards-lots-{page}": [mine.code, held.code] for page in pages},
        **{f"certifier:awards-lots-{page}": [mine.code, held.code, row.code] for page in ("row", "reject")},
        **{f"certifier:awards-{page}": [mine.code, award.code] for page in ("one", "document", "send-again")},
        **{
            f"certifier:awards-{page}": [mine.code, design.certification.code] for page in ("rules-one", "rules-remove")
        },
    }
