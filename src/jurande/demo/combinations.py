"""The story of what adds up: five micro-certifications lead to a bloc, three to another; Malo has these three."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from jurande.demo.certifications import MICRO
from jurande.demo.delegation import PARTNER
from jurande.demo.fiction import BODIES
from jurande.demo.holders import MEASURES, MECHANICAL, REFRIGERANT, SYMPTOMS
from jurande.demo.personas import Persona
from jurande.registers.awards.models import Combination, Design
from jurande.registers.awards.operations import approving, combinations, completing, issuing, preparing, receiving
from jurande.registers.awards.operations.combinations import Asked, Terms
from jurande.registers.awards.states import LotSource, Subject
from jurande.registers.catalogue.models import Bloc, Certification
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.network.operations import habilitations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.states import Basis, HabilitationKind
from jurande.registers.parties import operations as parties
from jurande.registers.parties.queries import partners

if TYPE_CHECKING:
    from jurande.demo.world import World

MALO = Persona("malo", "Malo", "Kervella", "malo.kervella@exemple.fr", "", "", "")
TARGET = "RNCP49021"
# By the rank of the bloc: its name, why, and what is asked of each part.
WAYS: dict[int, tuple[str, str, dict[str, dict[str, Any]]]] = {
    1: (
        "Vers le bloc 1, par cinq micro-certifications",
        "Ensemble, elles couvrent les compétences du bloc, évaluées dans les mêmes conditions.",
        {SYMPTOMS: {}, MEASURES: {}, MICRO: {"identity_checked": True}, MECHANICAL: {}, REFRIGERANT: {}},
    ),
    2: (
        "Vers le bloc 2, par trois micro-certifications",
        "Trois gestes de réparation, de moins de trois ans, l’identité vérifiée à chaque épreuve.",
        {
            title: {"identity_checked": True, "max_age_months": 36, "minimum_level": "4"}
            for title in (SYMPTOMS, MECHANICAL, REFRIGERANT)
        },
    ),
}


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    for rank in WAYS:
        world.on(24, partial(_write, world, rank), 10, 10 + rank)
        world.on(23, partial(_publish, world, rank), 15, 10 + rank)
    world.on(19, partial(_habilitate, world), 11, 20)
    world.on(20, partial(_award, world), 16, 30)
    world.on(14, partial(_receive, world), 19, 15)
    world.on(13, _look, 4, 50)


def _actor(world: World, key: str) -> Any:
    return world.actor(key, certifier=world.houses["imr"])


def _held(world: World, title: str) -> Certification:
    return Certification.objects.get(certifier=world.houses["imr"], title=title)


def _write(world: World, rank: int, at: datetime) -> None:
    """Anne-Sophie says what has to be gathered."""
    clerk = _actor(world, "anne-sophie")
    target = Certification.objects.get(certifier=world.houses["imr"], reference=TARGET)
    bloc = Bloc.objects.filter(
        referentiel__certification=target, referentiel__state=ReferentielState.PUBLISHED
    ).order_by("position", "pk")[rank - 1]
    draft = combinations.start_combination(certification=target, bloc=bloc.lineage, actor=clerk, now=at)
    title, words, parts = WAYS[rank]
    asked = [Asked(_held(world, name).code, **conditions) for name, conditions in parts.items()]
    combinations.write_combination(
        combination=draft, terms=Terms(title, words, [], asked), revision=draft.revision, actor=clerk, now=at
    )


def _publish(world: World, rank: int, at: datetime) -> None:
    """Hélène reads it, and publishes."""
    draft = Combination.objects.get(certifier=world.houses["imr"], title=WAYS[rank][0])
    combinations.publish_combination(combination=draft, revision=draft.revision, actor=_actor(world, "helene"), now=at)


def _habilitate(world: World, at: datetime) -> None:
    """A partner is declared able to assess the one that is missing most."""
    claire, today = _actor(world, "claire"), timezone.localdate(at)
    rare = _held(world, REFRIGERANT)
    row = habilitations.prepare(
        partnership=partners(claire).get(site__siret=next(body.siret for body in BODIES if body.name == PARTNER)),
        scope=Scope(rare, rare.versions.get(state=ReferentielState.PUBLISHED), HabilitationKind.BOTH, (), ()),
        basis=Basis.EARLIER_CONVENTION,
        basis_reference=f"Avenant IMR {today.year}/5",
        basis_on=today - timedelta(days=20),
        valid_from=today,
        valid_until=date(today.year + 3, today.month, 1) - timedelta(days=1),
        actor=claire,
        now=at,
    )
    habilitations.activate(habilitation=row, actor=claire, now=at)


def _award(world: World, at: datetime) -> None:
    clerk = _actor(world, "anne-sophie")
    for title in WAYS[2][2]:
        lot = preparing.prepare_rows(
            design=Design.objects.published().get(certification=_held(world, title), subject=Subject.MICRO),
            rows=[
                {
                    "last_name": MALO.last_name,
                    "first_name": MALO.first_name,
                    "email": MALO.email,
                    "birth_on": "1999-09-17",
                }
            ],
            awarded_on=timezone.localdate(at),
            source=LotSource.ONE,
            title=f"{MALO.first_name} {MALO.last_name}",
            actor=clerk,
            now=at,
        )
        issuing.issue_lot(
            held=approving.approve_lot(held=lot, actor=_actor(world, "helene"), now=at), actor=clerk, now=at
        )


def _receive(world: World, at: datetime) -> None:
    """Malo receives the three."""
    world.people["malo"] = parties.register_holder(
        email=MALO.email,
        first_name=MALO.first_name,
        last_name=MALO.last_name,
        actor=_actor(world, "anne-sophie"),
        now=at,
    )
    receiving.collect_waiting(person=world.people["malo"], actor=world.actor("malo"), now=at)


def _look(at: datetime) -> None:
    """The night finds that he has them all, and writes to him."""
    completing.look_for_complete(report=lambda seen: None, now=at)
