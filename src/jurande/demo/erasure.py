"""What one house keeps and for how long; what it freezes meanwhile; and Noé, who wanted nothing of him to be left."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from jurande.demo.award_lives import SESSION
from jurande.demo.certifications import MICRO
from jurande.demo.personas import Persona
from jurande.registers.awards.models import Award, Design, RightRequest
from jurande.registers.awards.operations import approving, closing, issuing, preparing, receiving, retention, rights
from jurande.registers.awards.states import AwardState, LotSource, Subject
from jurande.registers.awards.states.erasure import HoldScope, KeptCategory
from jurande.registers.awards.states.rights import Channel, RightKind
from jurande.registers.correspondence.states import Language
from jurande.registers.parties import operations as parties

if TYPE_CHECKING:
    from jurande.demo.world import World

NOE = Persona("noe", "Noé", "Quillivic", "noe.quillivic@exemple.fr", "", "", "")
DURATIONS = (
    (KeptCategory.CLAIMS, 36, "Trois ans suffisent à répondre à une contestation\u00a0: avis de notre déléguée, mars."),
    (KeptCategory.DECISIONS, 24, "Nos motifs écrits sont repris dans le dossier de contrôle, qui a sa propre durée."),
)


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(45, partial(_durations, world), 17, 5)
    world.on(22, partial(_award, world), 15, 20)
    world.on(21, partial(_receive, world), 19, 40)
    world.on(13, partial(_freeze, world), 11, 45)
    world.on(8, partial(_close, world), 20, 15)
    world.on(19, partial(_ask_in_english, world), 10, 15)
    world.on(6, partial(_ask_by_post, world), 9, 50)
    world.on(3, partial(_take_longer, world), 16, 30)


def _helene(world: World) -> Any:
    return world.actor("helene", certifier=world.houses["imr"])


def _durations(world: World, at: datetime) -> None:
    for category, months, reason in DURATIONS:
        retention.set_retention(
            certifier=world.houses["imr"],
            category=category,
            months=months,
            reason=reason,
            actor=_helene(world),
            now=at,
        )


def _freeze(world: World, at: datetime) -> None:
    """What is suspended while a sheet of attendance is looked for may not go meanwhile."""
    house = world.houses["imr"]
    suspended = Award.objects.get(certifier=house, lot__title=SESSION, state=AwardState.SUSPENDED)
    retention.declare_hold(
        certifier=house,
        scope=HoldScope.AWARD,
        about=suspended,
        reason="Feuille d’émargement manquante\u00a0: à garder jusqu’à la fin de la vérification.",
        until_on=timezone.localdate(at + timedelta(days=90)),
        actor=_helene(world),
        now=at,
    )


def _award(world: World, at: datetime) -> None:
    clerk = world.actor("anne-sophie", certifier=world.houses["imr"])
    row = {"last_name": NOE.last_name, "first_name": NOE.first_name, "email": NOE.email}
    held = preparing.prepare_rows(
        design=Design.objects.published().get(
            certifier=world.houses["imr"], certification__title=MICRO, subject=Subject.MICRO
        ),
        rows=[row | {"present": "35", "planned": "35"}],
        awarded_on=timezone.localdate(at - timedelta(days=1)),
        source=LotSource.ONE,
        # A lot of one is called by no name: it outlives the person.
        title="Une personne, à part",
        actor=clerk,
        now=at,
    )
    held = approving.approve_lot(held=held, actor=_helene(world), now=at)
    issuing.issue_lot(held=held, actor=clerk, now=at)


def _receive(world: World, at: datetime) -> None:
    world.people[NOE.key] = parties.register_holder(
        email=NOE.email,
        first_name=NOE.first_name,
        last_name=NOE.last_name,
        actor=world.actor("anne-sophie", certifier=world.houses["imr"]),
        now=at,
    )
    receiving.collect_waiting(person=world.people[NOE.key], actor=world.actor(NOE.key), now=at)


def _close(world: World, at: datetime) -> None:
    closing.close_space(person=world.people[NOE.key], actor=world.actor(NOE.key), now=at)


def _ask_by_post(world: World, at: datetime) -> None:
    """Somebody who never opened a space writes a letter; Anne-Sophie notes it, Hélène has it to decide."""
    house = world.houses["imr"]
    theirs = Award.objects.filter(certifier=house, lot__title=SESSION, state=AwardState.ISSUED, collected_at=None)
    award = theirs.order_by("-pk")[0]
    rights.record_right(
        certifier=house,
        kind=RightKind.ERASURE,
        channel=Channel.POST,
        received_on=timezone.localdate(at - timedelta(days=1)),
        who=award.full_name,
        reply_email="",
        reply_address="12 rue du Faubourg-de-Pierre\n67000 Strasbourg",
        identity="Rappel au numéro que nous avions\u00a0: a dit le jour, le lieu et le nom de qui l’évaluait.",
        awards=[award],
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )


def _ask_in_english(world: World, at: datetime) -> None:
    """Somebody who went back abroad asks what is known of them, and is answered in English."""
    house = world.houses["imr"]
    award = Award.objects.filter(certifier=house, lot__title=SESSION, state=AwardState.ISSUED).order_by("pk")[0]
    rights.record_right(
        certifier=house,
        kind=RightKind.ACCESS,
        channel=Channel.EMAIL,
        received_on=timezone.localdate(at - timedelta(days=1)),
        language=Language.EN,
        who=award.full_name,
        reply_email=award.email,
        reply_address="",
        identity="A écrit de l’adresse que porte l’attestation, et a donné le lieu de l’épreuve.",
        awards=[award],
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )


def _take_longer(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    rights.extend_right(
        request=RightRequest.objects.get(certifier=house, language=Language.EN),
        why="The workshop that assessed you has closed: we are asking for its attendance sheets, which may name you.",
        actor=_helene(world),
        now=at,
    )
