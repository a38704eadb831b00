"""Four requests for a correction: one that the partner has to answer, one it refused, one accepted, one that waits."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from jurande.demo.papers import pdf
from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.models.links import token_of
from jurande.registers.awards.operations import answering, corrections, receiving
from jurande.registers.awards.queries.corrections import identity_of
from jurande.registers.awards.states.corrections import CorrectionKind
from jurande.registers.parties import queries
from jurande.registers.parties.models import Person

if TYPE_CHECKING:
    from jurande.demo.world import World

DELEGATED, OWN = "Session de Marseille, Minoterie", "Session d’automne, Marseille"


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(8, partial(_ask, world, OWN, "Malo", CorrectionKind.SPELLING, {"first_name": "Mâlo"}), 19, 30)
    world.on(5, lambda at: _accept(world, at), 11, 50)
    world.on(6, partial(_ask, world, DELEGATED, "Joaquim", CorrectionKind.SPELLING, {"first_name": "João"}), 8, 40)
    world.on(4, lambda at: _refuse(world, at), 14, 5)
    world.on(3, partial(_ask, world, DELEGATED, "Zoé", CorrectionKind.SPELLING, {"first_name": "Zoë"}), 21, 15)
    world.on(2, partial(_ask, world, OWN, "Noor", CorrectionKind.NAME_CHANGE, {"last_name": "Ñandú-Ruiz"}), 18, 20)


def _ask(
    world: World, session: str, first_name: str, kind: CorrectionKind, wanted: dict[str, str], at: datetime
) -> None:
    """Somebody receives what they were given, then asks."""
    rows = Award.objects.filter(certifier=world.houses["imr"], lot__title=session, first_name=first_name)
    award = rows.order_by("pk")[0]
    if award.holder is None:
        receiving.receive(award=award, token=token_of(award), now=at)
        award.refresh_from_db()
    person = Person.objects.get(awards=award)
    paper = io.BytesIO(pdf("Acte de mariage", [person.full_name, "Document inventé pour la démonstration de Jurande."]))
    corrections.ask_correction(
        award=award,
        kind=kind,
        wanted=replace(identity_of(award), **wanted),
        files=[(paper, "acte.pdf")] if kind == CorrectionKind.NAME_CHANGE else [],
        person=person,
        actor=queries.actor_for(person),
        now=at,
    )


def _asked(session: str) -> Correction:
    return Correction.objects.waiting().filter(award__lot__title=session).order_by("pk")[0]


def _accept(world: World, at: datetime) -> None:
    helene = world.actor("helene", certifier=world.houses["imr"])
    answering.accept_correction(
        correction=_asked(OWN), note="L’accent de votre prénom est rétabli.", actor=helene, now=at
    )


def _refuse(world: World, at: datetime) -> None:
    asked = _asked(DELEGATED)
    assert asked.prepared_by is not None  # noqa: S101  the lot is delegated
    nadege = world.actor("nadege", partnership=asked.prepared_by)
    why = "Le prénom est celui de votre inscription. Joignez une pièce d’identité qui dit autrement."
    answering.refuse_correction(correction=asked, reason=why, actor=nadege, now=at)
