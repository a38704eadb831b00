"""The story of letters: two come back and one is mended; reminders leave; Inès proves a second address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from jurande.registers.awards.models import Award, Lot
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.operations import addresses
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.correspondence.operations import record_bounce
from jurande.registers.parties import operations as parties

if TYPE_CHECKING:
    from jurande.demo.world import World

SESSION = "Session d’automne, Marseille"
SECOND_ADDRESS = "ines.c@perso.exemple.fr"
NO_SUCH_MAILBOX = "5.1.1"


def plan(world: World) -> None:
    """Two boxes do not exist; Anne-Sophie finds the right address of one of them."""
    world.on(20, lambda at: _come_back(world, at), 6, 30)
    world.on(18, lambda at: _mend(world, at), 16, 40)
    world.on(9, _remind, 7, 55)
    world.on(4, lambda at: _second_address(world, at), 20, 15)


def _lost(world: World) -> AwardQuerySet:
    lot = Lot.objects.get(certifier=world.houses["imr"], title=SESSION)
    found: AwardQuerySet = Award.objects.filter(lot=lot).exclude(email_digest="").order_by("last_name", "pk")
    return found


def _come_back(world: World, at: datetime) -> None:
    for award in _lost(world)[:2]:
        letter = correspondence.deliveries(award.certifier.code).about("award", award.code).newest_first()[0]
        record_bounce(message_code=letter.code, reason_code=NO_SUCH_MAILBOX, hard=True, now=at)


def _mend(world: World, at: datetime) -> None:
    award = _lost(world)[0]
    actor = world.actor("anne-sophie", certifier=world.houses["imr"])
    right = award.email.replace("@", ".pro@")
    addresses.mend_address(award=award, email=right, actor=actor, now=at)


def _remind(at: datetime) -> None:
    addresses.remind_uncollected(now=at)


def _second_address(world: World, at: datetime) -> None:
    ines = world.people["ines"]
    actor = world.actor("ines")
    parties.ask_address(person=ines, email=SECOND_ADDRESS, actor=actor, now=at)
    letter = correspondence.deliveries("").addressed_to(SECOND_ADDRESS).newest_first()[0]
    token = letter.action_url.rstrip("/").rsplit("/", 1)[-1]
    parties.use_address_link(token=token, person=ines, joining=False, actor=actor, now=at)
