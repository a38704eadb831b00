"""A session that not everybody passed, an employer's opinion, and a request for registration that is being prepared."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from jurande.demo.awards import HEADERS, person
from jurande.demo.certifications import MICRO
from jurande.demo.papers import pdf
from jurande.registers.awards.models import Design
from jurande.registers.awards.operations import approving, endorsements, issuing, mending, preparing
from jurande.registers.awards.states import Subject
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.declarations import operations as dossiers

if TYPE_CHECKING:
    from jurande.demo.world import World

SESSION = "Session d’été, Lille"
MISSED = (
    "Delattre;Romane;11/03/1996;romane.d@exemple.fr;20;35;",
    "Huchet;Ewen;27/09/1989;ewen.huchet@exemple.fr;24,5;35;",
)
EMPLOYER, ADDRESS = "Atelier Fénelon Électroménager", "atelier@fenelon.exemple.fr"
OPINION = (
    "Nous avons embauché deux personnes qui l’avaient obtenue. Dès la première semaine, elles consignaient l’appareil "
    "et rendaient un diagnostic que nos techniciens n’avaient pas à refaire."
)
ANSWERS = (
    (
        "1ter",
        False,
        "Elle permet à des salariés du commerce et à des personnes en recherche d’emploi d’accéder à un premier poste "
        "de réparation (1° et 3°), et à des techniciens d’élargir ce qu’ils savent faire (2°).",
    ),
    (
        "4",
        False,
        "Deux règles encadrent ces gestes :\n"
        "- les opérations sur installations électriques demandent une habilitation (C. trav. R. 4544-9) ;\n"
        "- les fluides et déchets d’équipements suivent la filière de collecte.\n\n"
        "Le référentiel place la consignation de l’appareil avant toute mesure.",
    ),
    ("6", True, "Aucune commission paritaire nationale n’a été associée à ce stade."),
)


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(66, partial(_session, world), 11, 30)
    world.on(27, partial(_ask, world), 9, 20)
    world.on(24, partial(_give, world), 18, 5)
    world.on(11, partial(_prepare, world), 14, 40)


def _certification(world: World) -> Any:
    return _design(world).certification


def _design(world: World) -> Design:
    return Design.objects.published().get(
        certifier=world.houses["imr"], certification__title=MICRO, subject=Subject.MICRO
    )


def _clerk(world: World) -> Any:
    return world.actor("anne-sophie", certifier=world.houses["imr"])


def _session(world: World, at: datetime) -> None:
    """Seven come often enough, two do not: their rows are left out, and the rate of success says so."""
    rows = [HEADERS, *(person(n) for n in range(200, 207)), *MISSED]
    held = preparing.prepare_lot(
        design=_design(world),
        content=io.BytesIO("\r\n".join(rows).encode()),
        filename=f"{SESSION}.csv",
        title=SESSION,
        awarded_on=timezone.localdate(at - timedelta(days=2)),
        actor=_clerk(world),
        now=at,
    )
    held = preparing.set_columns(held=held, columns=preparing.guessed(held), actor=_clerk(world), now=at)
    mending.reject_faulty(held=held, actor=_clerk(world), now=at)
    helene = world.actor("helene", certifier=world.houses["imr"])
    held = approving.approve_lot(held=held, actor=helene, now=at)
    issuing.issue_lot(held=held, actor=_clerk(world), now=at)


def _ask(world: World, at: datetime) -> None:
    endorsements.ask_endorsement(
        certification=_certification(world), body_name=EMPLOYER, email=ADDRESS, actor=_clerk(world), now=at
    )


def _give(world: World, at: datetime) -> None:
    letter = correspondence.deliveries(world.houses["imr"].code).addressed_to(ADDRESS).newest_first()[0]
    endorsements.give_endorsement(
        token=letter.action_url.rstrip("/").rsplit("/", 1)[-1],
        signer_name="Mireille Fénelon",
        signer_quality="gérante",
        text=OPINION,
        now=at,
    )


def _prepare(world: World, at: datetime) -> None:
    """Three answers and a study: what is left to do is what the page shows."""
    claire = world.actor("claire", certifier=world.houses["imr"])
    held = dossiers.start_dossier(certification=_certification(world), actor=claire, now=at)
    for key, is_moot, text in ANSWERS:
        dossiers.write_answer(dossier=held, criterion=key, text=text, is_moot=is_moot, revision=0, actor=claire, now=at)
    study = pdf(
        "Étude du besoin en réparation", ["Cent douze offres relevées en région.", "Enquête auprès d’ateliers."]
    )
    dossiers.add_annex(
        dossier=held,
        criterion="1",
        piece="needs_study",
        title="Étude du besoin en réparation, Alsace",
        content=io.BytesIO(study),
        filename="etude-du-besoin.pdf",
        actor=claire,
        now=at,
    )
