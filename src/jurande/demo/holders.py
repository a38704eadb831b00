"""The story of two holders: Inès, who gathers micro-certifications one after the other; Tiago, whose only one is over.

Others tell what follows from here: they find what Inès holds by the titles below.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from jurande.demo.certifications import MICRO, MICRO_ELEMENTS
from jurande.demo.personas import BY_KEY, Persona
from jurande.registers.awards.models import Design
from jurande.registers.awards.operations import (
    approving,
    designs,
    issuing,
    keeping,
    preparing,
    receiving,
)
from jurande.registers.awards.operations.designs import Appearance, Signing
from jurande.registers.awards.queries import holders
from jurande.registers.awards.states import Language, LotSource, Subject
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.catalogue import facts
from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.operations import certifications, elements, lines, versions
from jurande.registers.catalogue.queries import certifications as catalogue
from jurande.registers.catalogue.states import LineKind
from jurande.registers.parties import operations as parties

if TYPE_CHECKING:
    from jurande.demo.world import World

SYMPTOMS = "Accueillir un client et recueillir les symptômes d’une panne"
MEASURES = "Mesurer au multimètre sans se mettre en danger"
MECHANICAL = "Diagnostiquer une panne mécanique sur un lave-linge"
REFRIGERANT = "Trouver une fuite de fluide frigorigène"
# What a holder can do, in two lines each, and how long it is valid.
TITLES: dict[str, tuple[tuple[str, str], ...]] = {
    SYMPTOMS: (
        ("Écouter le client et reformuler la panne avec ses mots", "La panne est reformulée et le client l’approuve"),
        ("Poser les questions qui orientent le diagnostic", "Cinq questions utiles sont posées en dix minutes"),
    ),
    MEASURES: (
        ("Consigner l’appareil avant toute mesure", "La consignation est complète avant le premier geste"),
        ("Choisir le calibre et lire la mesure", "La valeur lue est juste à cinq pour cent près"),
    ),
    MECHANICAL: (
        ("Reconnaître à l’oreille un roulement usé", "Deux bruits sur trois sont reconnus"),
        ("Démonter un tambour sans l’abîmer", "Le tambour remonté tourne sans frotter"),
    ),
    REFRIGERANT: (
        ("Chercher une fuite au détecteur", "La fuite est trouvée à deux centimètres près"),
        ("Dire au client ce que la loi impose", "L’obligation de récupérer le fluide est dite"),
    ),
}
TIAGO = Persona("tiago", "Tiago", "Oliveira", "tiago.o@exemple.fr", "", "", "")


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    for rank, title in enumerate(TITLES):
        world.on(109, partial(_write, world, title), 9, 10 + rank)
        world.on(108, partial(_publish, world, title), 10, 10 + rank)
        world.on(107, partial(_draw, world, title), 11, 10 + rank)
        world.on(106, partial(_publish_design, world, title), 14, 10 + rank)
    # In the order in which she took them: the first ends soon, the last waits to be received.
    world.on(98, partial(_award, world, MEASURES, 4), 16, 20)
    world.on(70, partial(_award, world, SYMPTOMS, None), 11, 40)
    world.on(36, partial(_award, world, MICRO, None), 15, 35)
    world.on(15, partial(_receive, world), 18, 30)
    world.on(12, partial(_tiago, world), 20, 5)
    world.on(2, partial(_award, world, MECHANICAL, None), 17, 15)


# --- the house ----------------------------------------------------------------------------------


def _actor(world: World, key: str) -> Any:
    return world.actor(key, certifier=world.houses["imr"])


def _held(world: World, title: str) -> Certification:
    return Certification.objects.get(certifier=world.houses["imr"], title=title)


def _write(world: World, title: str, at: datetime) -> None:
    """Claire writes a small micro-certification: two gestures, each with its criterion."""
    claire = _actor(world, "claire")
    held = certifications.start_micro(certifier=world.houses["imr"], title=title, actor=claire, now=at)
    draft = catalogue.versions_of(held)[0]
    bloc = catalogue.blocs_of(draft)[0]
    for text, criterion in TITLES[title]:
        one = lines.add_line(referentiel=draft, kind=LineKind.COMPETENCY, parent=bloc, text=text, actor=claire, now=at)
        lines.add_line(referentiel=draft, kind=LineKind.CRITERION, parent=one, text=criterion, actor=claire, now=at)
    given = MICRO_ELEMENTS | {
        "description": f"{title}\u00a0: la personne sait le faire seule, devant un client ou à l’atelier.",
        "protocol": "Mise en situation de trois quarts d’heure sur un appareil en panne.",
        "pass_rule": "Les deux critères sont observés par les deux évaluateurs.",
        "workload_hours": 7,
        "ects": "",
    }
    elements.set_elements(referentiel=draft, given=given, revision=1, actor=claire, now=at)
    elements.align(
        referentiel=draft,
        framework="rome",
        entry="I1402",
        label="Réparation de biens électrodomestiques et multimédia",
        actor=claire,
        now=at,
    )
    frame = versions.Frame(title=title, valid_from=timezone.localdate(at) + timedelta(days=2))
    versions.set_frame(referentiel=draft, frame=frame, revision=1, actor=claire, now=at)


def _publish(world: World, title: str, at: datetime) -> None:
    draft = next(row for row in catalogue.versions_of(_held(world, title)) if row.is_draft)
    digest = facts.referentiel_of(draft).digest()
    versions.publish(referentiel=draft, seen_digest=digest, actor=_actor(world, "helene"), now=at)


def _draw(world: World, title: str, at: datetime) -> None:
    clerk = _actor(world, "anne-sophie")
    draft = designs.start_design(certification=_held(world, title), subject=Subject.MICRO, actor=clerk, now=at)
    designs.write_design(
        design=draft,
        appearance=Appearance(
            layout=draft.layout,
            language=Language.FR,
            texts={},
            place="Lyon",
            colour=draft.colour,
            accent=draft.accent,
            emblem=draft.emblem,
        ),
        signings=[Signing("Hélène Rouvière", "directrice générale de l’Institut", "managing director")],
        revision=draft.revision,
        actor=clerk,
        now=at,
    )


def _publish_design(world: World, title: str, at: datetime) -> None:
    draft = _held(world, title).designs.get(state="draft")
    designs.publish_design(design=draft, revision=draft.revision, actor=_actor(world, "helene"), now=at)


def _award(world: World, title: str, months: int | None, at: datetime) -> None:
    """Anne-Sophie types Inès’s name, Hélène approves, Anne-Sophie issues."""
    clerk, ines = _actor(world, "anne-sophie"), BY_KEY["ines"]
    held = preparing.prepare_rows(
        design=Design.objects.published().get(certification=_held(world, title), subject=Subject.MICRO),
        rows=[
            {
                "last_name": ines.last_name,
                "first_name": ines.first_name,
                "email": ines.email,
                "birth_on": "1994-03-02",
                **({"present": "35", "planned": "35"} if title == MICRO else {}),
            }
        ],
        awarded_on=timezone.localdate(at - timedelta(days=1)),
        validity_months=months,
        source=LotSource.ONE,
        title=f"{ines.first_name} {ines.last_name}",
        actor=clerk,
        now=at,
    )
    held = approving.approve_lot(held=held, actor=_actor(world, "helene"), now=at)
    issuing.issue_lot(held=held, actor=clerk, now=at)


# --- the holders --------------------------------------------------------------------------------


def _receive(world: World, at: datetime) -> None:
    """Inès finds in her space what waited for her, and keeps it."""
    receiving.collect_waiting(person=world.people["ines"], actor=world.actor("ines"), now=at)


def _tiago(world: World, at: datetime) -> None:
    """Tiago’s only one is over; its number is on his CV, so that it may be read by whoever has it."""
    world.people["tiago"] = parties.register_holder(
        email=TIAGO.email,
        first_name=TIAGO.first_name,
        last_name=TIAGO.last_name,
        actor=_actor(world, "anne-sophie"),
        now=at,
    )
    tiago = world.actor("tiago")
    receiving.collect_waiting(person=world.people["tiago"], actor=tiago, now=at)
    for award in holders.held_by(world.people["tiago"]):
        keeping.choose_exposure(award=award, exposure=Exposure.PUBLIC, actor=tiago, now=at)
