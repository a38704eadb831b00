"""The story of habilitations older than the register: on probation, suspended, ended, lifted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.demo.fiction import BODIES
from jurande.registers.catalogue.queries import certifications as catalogue
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.network.models import Habilitation
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.states import (
    Basis,
    ConditionKey,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationSuspendReason,
)
from jurande.registers.parties import queries as parties

if TYPE_CHECKING:
    from jurande.demo.world import World

CERTIFICATION = "RNCP49021"
# (partner, kind, départements, on probation)
OPENED = (
    ("Atelier des Deux-Rives", HabilitationKind.BOTH, ("67", "68"), False),
    ("Second Souffle Formation", HabilitationKind.FORMER, ("57",), True),
    ("Compagnie des réparateurs normands", HabilitationKind.BOTH, ("14", "50", "61"), False),
    ("Recycl’Atelier du Gard", HabilitationKind.FORMER, (), False),
    ("Institut Vauban des métiers", HabilitationKind.BOTH, ("59",), False),
)


def plan(world: World) -> None:
    """Put the story in the world's agenda: opened twenty-one days ago, the last act two days ago."""
    for number, (name, kind, places, on_probation) in enumerate(OPENED):
        world.on(21, partial(_open, world, name, kind, places, on_probation), 9, 10 + number)
    world.on(15, partial(_suspend, world, "Institut Vauban des métiers", "Deux évaluateurs sans agrément."), 11)
    world.on(8, partial(_resume, world, "Institut Vauban des métiers"), 16, 20)
    world.on(5, partial(_end, world, "Recycl’Atelier du Gard"), 10, 45)
    world.on(2, partial(_suspend, world, "Compagnie des réparateurs normands", "Une session sans émargement."), 17, 5)


def _partnership(world: World, name: str) -> Any:
    siret = next(body.siret for body in BODIES if body.name == name)
    return parties.partners(_claire(world)).get(site__siret=siret)


def _claire(world: World) -> Any:
    return world.actor("claire", certifier=world.houses["imr"])


def _held(world: World, name: str) -> Habilitation:
    return Habilitation.objects.visible_to(_claire(world)).get(
        partnership=_partnership(world, name), certification__reference=CERTIFICATION
    )


def _open(
    world: World, name: str, kind: HabilitationKind, places: tuple[str, ...], on_probation: bool, at: datetime
) -> None:
    """What a convention of last year gives, taken up as it is; its scan is still awaited."""
    actor, today = _claire(world), timezone.localdate(at)
    certified = catalogue.certifications(actor).get(reference=CERTIFICATION)
    first = date(today.year, 3, 1) if today.month > 3 else date(today.year - 1, 3, 1)
    row = operations.prepare(
        partnership=_partnership(world, name),
        scope=Scope(certified, certified.versions.get(state=ReferentielState.PUBLISHED), kind, (), places),
        basis=Basis.EARLIER_CONVENTION,
        basis_reference=f"Convention IMR {first.year}/{len(name)}",
        basis_on=first - timedelta(days=9),
        valid_from=first,
        valid_until=first.replace(year=first.year + 3) - timedelta(days=1),
        is_probation=on_probation,
        conditions=[(ConditionKey.OBSERVED, "Une première session observée", False)] if on_probation else [],
        actor=actor,
        now=at,
    )
    operations.activate(habilitation=row, actor=actor, now=at)


def _suspend(world: World, name: str, note: str, at: datetime) -> None:
    operations.suspend(
        habilitation=_held(world, name),
        reason=HabilitationSuspendReason.PRECAUTION,
        note=note,
        effective_on=timezone.localdate(at),
        actor=_claire(world),
        now=at,
    )


def _resume(world: World, name: str, at: datetime) -> None:
    note = "Les évaluateurs sont agréés."
    operations.resume(habilitation=_held(world, name), note=note, actor=_claire(world), now=at)


def _end(world: World, name: str, at: datetime) -> None:
    operations.end(
        habilitation=_held(world, name),
        reason=HabilitationEndReason.REQUEST,
        note="Le partenaire cesse cette activité.",
        effective_on=timezone.localdate(at),
        actor=_claire(world),
        now=at,
    )
