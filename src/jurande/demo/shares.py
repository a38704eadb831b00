"""What holders of the demonstration show by a link: one for an application, one without end, one stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.registers.awards.operations import shares as operations
from jurande.registers.awards.operations.shares import Shown
from jurande.registers.awards.policies.shares import is_fit_to_share
from jurande.registers.awards.queries import holders

if TYPE_CHECKING:
    from jurande.demo.world import World

# Days ago: when the links were made, and when one was stopped. What is held is received before.
MADE, STOPPED = 3, 1
APPLICATION_OPENINGS, PROFILE_OPENINGS = 12, 4
APPLICATION_DAYS = 60


def plan(world: World) -> None:
    """Inès shows one to an employer until a day, all of them on her profile, and no longer the third way."""
    made: dict[str, Any] = {}
    world.on(MADE, partial(_make, world, made), hour=18)
    world.on(STOPPED, partial(_stop, world, made), hour=19)


def _make(world: World, made: dict[str, Any], at: datetime) -> None:
    ines, actor = world.people["ines"], world.actor("ines")
    held = [award for award in holders.held_by(ines) if is_fit_to_share(award)]
    if not held:
        return
    until = timezone.localdate(at) + timedelta(days=APPLICATION_DAYS)
    links = (
        ("application", held[:1], Shown(ends_on=until, shows_grade=True), "Candidature, Atelier du Canal"),
        ("profile", held, Shown(), "Mon profil"),
        ("former", held[-1:], Shown(), ""),
    )
    for key, awards, shown, title in links:
        made[key] = operations.create_share(awards=awards, shown=shown, title=title, actor=actor, now=at)
    for key, openings in (("application", APPLICATION_OPENINGS), ("profile", PROFILE_OPENINGS)):
        for _turn in range(openings):
            operations.note_opening(made[key], now=at)
    operations.fold_openings(now=at + timedelta(hours=1))


def _stop(world: World, made: dict[str, Any], at: datetime) -> None:
    if "former" in made:
        operations.withdraw_share(share=made["former"], actor=world.actor("ines"), now=at)
