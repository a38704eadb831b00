"""The story of a network brought in from a spreadsheet, and of what is declared of it to France compétences."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from django.utils import timezone

from jurande.demo.fiction import BODIES, Body
from jurande.registers.network.operations import imports, keeping, ledger
from jurande.registers.network.queries import ledger as queries
from jurande.registers.network.states import ChangeState

if TYPE_CHECKING:
    from jurande.demo.world import World

CERTIFICATION = "RNCP49021"
# Partners of long standing, whose conventions are older than the register; the others have a story of their own.
KEPT_IN_A_SHEET = BODIES[8:24]
HEADERS = "Établissement (SIRET);Organisme;CP;Ville;Fiche;Rôle;Début;Fin;N° convention;Signée le;Observations"
# When their habilitations end, in days from today: some soon, most in some years.
ENDS = (38, 69, 97, 128, 400, 765, 500, 620)
ROLES = ("former et organiser", "former", "former et organiser", "organiser")
DECLARED = 4


def plan(world: World) -> None:
    """Put the story in the world's agenda, from the spreadsheet, eleven days ago, to this morning's comparison."""
    world.on(11, partial(_import, world), 10, 25)
    world.on(5, partial(_declare, world), 16, 10)
    world.on(4, partial(_keep_a_view, world), 9, 35)
    world.on(0.4, _compare, 7, 5)


def _compare(at: datetime) -> None:
    ledger.reconcile_all(now=at)


def _row(body: Body, index: int, today: datetime) -> str:
    day = timezone.localtime(today)
    starts = day - timedelta(days=min(body.since_days, 200) - 20)
    signed, ends = starts - timedelta(days=12), day + timedelta(days=ENDS[index % len(ENDS)])
    days = ";".join(f"{one:%d/%m/%Y}" for one in (starts, ends))
    number = f"IMR {signed:%Y}/{index + 11}"
    role = ROLES[index % len(ROLES)]
    place = f"{body.siret};{body.name};{body.postcode};{body.city}"
    return f"{place};{CERTIFICATION};{role};{days};{number};{signed:%d/%m/%Y};vu au salon"


def _import(world: World, at: datetime) -> None:
    """Claire sends the sheet she kept until now; one line has a SIREN where its SIRET should be."""
    house = world.houses["imr"]
    claire = world.actor("claire", certifier=house)
    rows = [_row(body, index, at) for index, body in enumerate(KEPT_IN_A_SHEET)]
    rows.append(rows[0].replace(KEPT_IN_A_SHEET[0].siret, KEPT_IN_A_SHEET[0].siret[:9], 1))
    content = "\r\n".join(["Réseau IMR, suivi des conventions", HEADERS, *rows]).encode("cp1252")
    held = imports.read_sheet(
        certifier=house, content=BytesIO(content), filename="Réseau IMR, suivi.csv", actor=claire, now=at
    )
    imports.set_columns(held=held, columns=imports.guessed(held), actor=claire, now=at)
    imports.start_import(held=held, invites=False, actor=claire, now=at)


def _declare(world: World, at: datetime) -> None:
    """Claire types the first changes in at France compétences."""
    claire = world.actor("claire", certifier=world.houses["imr"])
    changes = list(queries.changes(claire).in_states([ChangeState.TO_DECLARE])[:DECLARED])
    if changes:
        ledger.declare_changes(changes=changes, declared_on=timezone.localdate(at), actor=claire, now=at)


def _keep_a_view(world: World, at: datetime) -> None:
    """She keeps the list of those to renew, for her colleagues too."""
    house = world.houses["imr"]
    keeping.save_view(
        certifier=house,
        name="À renouveler avant le printemps",
        query="vue=habilitations&etat=active&etat=probatoire&etat=suspendue&fin=180",
        is_shared=True,
        actor=world.actor("claire", certifier=house),
        now=at,
    )
