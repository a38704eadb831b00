"""The story of Mistral, which issues in the Institut's name, and of those who ask for a micro-certification."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.demo.awards import HEADERS, SPOILT, person
from jurande.demo.certifications import MICRO
from jurande.demo.fiction import BODIES
from jurande.demo.papers import pdf
from jurande.registers.awards.models import Design, IssuingMandate, Lot
from jurande.registers.awards.operations import approving, claims, delegated, delegation, issuing, preparing
from jurande.registers.awards.states import Subject
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.network.operations import habilitations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.states import Basis, HabilitationKind
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection

if TYPE_CHECKING:
    from jurande.demo.world import World

PARTNER = "Ateliers Mistral Formation"
GUIDANCE = (
    "Deux comptes rendus de diagnostic sur lave-linge, signés de votre responsable d’atelier, avec les mesures "
    "relevées et une photo du montage."
)
CLAIMANTS = (
    (
        "Sélim",
        "Aubry",
        "Six ans en atelier : j’ai établi une quarantaine de diagnostics, dont voici deux comptes rendus.",
    ),
    ("Maud", "Ferrand", "Je dépanne à domicile depuis 2021. Les deux fiches jointes montrent mes mesures."),
    ("Tariq", "Benslimane", "Bénévole dans un atelier de réparation, j’ai suivi ces deux appareils de bout en bout."),
)


def plan(world: World) -> None:
    """Habilitated, then delegated to; a first lot issued, a second to mend; three claims, one of them accepted."""
    world.on(20, lambda at: _habilitate(world, at), 9, 40)
    world.on(19, lambda at: _delegate(world, at), 10, 5)
    world.on(18, lambda at: _exam_manager(world, at), 14, 10)
    world.on(12, lambda at: _issue(world, at), 16, 30)
    world.on(3, lambda at: _to_mend(world, at), 17, 10)
    world.on(14, lambda at: _open(world, at), 11, 25)
    for number, claimant in enumerate(CLAIMANTS):
        world.on(9 - 3 * number, partial(_ask, world, *claimant), 19, 12)
    world.on(7, lambda at: _accept(world, at), 10, 15)


def _claire(world: World) -> Any:
    return world.actor("claire", certifier=world.houses["imr"])


def _helene(world: World) -> Any:
    return world.actor("helene", certifier=world.houses["imr"])


def _partnership(world: World) -> Any:
    siret = next(body.siret for body in BODIES if body.name == PARTNER)
    return queries.partners(_claire(world)).get(site__siret=siret)


def _design(world: World) -> Design:
    return Design.objects.published().get(
        certifier=world.houses["imr"], certification__title=MICRO, subject=Subject.MICRO
    )


def _habilitate(world: World, at: datetime) -> None:
    micro = _design(world).certification
    today = timezone.localdate(at)
    row = habilitations.prepare(
        partnership=_partnership(world),
        scope=Scope(micro, micro.versions.get(state=ReferentielState.PUBLISHED), HabilitationKind.BOTH, (), ()),
        basis=Basis.EARLIER_CONVENTION,
        basis_reference=f"Avenant IMR {today.year}/4",
        basis_on=today - timedelta(days=30),
        valid_from=today,
        valid_until=date(today.year + 3, today.month, 1) - timedelta(days=1),
        actor=_claire(world),
        now=at,
    )
    habilitations.activate(habilitation=row, actor=_claire(world), now=at)
    projection.settle(now=at)  # what is issued rests on its signature


def _delegate(world: World, at: datetime) -> None:
    row = _partnership(world).habilitations.get(certification=_design(world).certification)
    delegation.grant_mandate(habilitation=row, actor=_helene(world), now=at)


def _exam_manager(world: World, at: datetime) -> None:
    """Nadège prepares, so that Jocelyn approves what somebody else did."""
    place, who = _partnership(world), world.people["nadege"]
    invitation = parties.invite_member(
        role=Role.EXAM_MANAGER,
        email=who.email,
        first_name=who.first_name,
        last_name=who.last_name,
        actor=world.actor("jocelyn", partnership=place),
        partnership=place,
        now=at,
    )
    letter = correspondence.deliveries(world.houses["imr"].code).addressed_to(invitation.email).newest_first()[0]
    token = letter.action_url.rstrip("/").rsplit("/", 1)[-1]
    parties.accept_invitation(token=token, person=who, now=at + timedelta(minutes=20), password="")


def _prepared(world: World, title: str, first: int, count: int, at: datetime, *, spoilt: int = 0) -> Lot:
    rows = [person(n) for n in range(first, first + count)] + [row for row, _why in SPOILT[:spoilt]]
    nadege = world.actor("nadege", partnership=_partnership(world))
    held = delegated.prepare_delegated_lot(
        mandate=IssuingMandate.objects.in_force().get(partnership=_partnership(world)),
        design=_design(world),
        content=io.BytesIO("\r\n".join([HEADERS, *rows]).encode()),
        filename=f"{title}.csv",
        title=title,
        awarded_on=timezone.localdate(at - timedelta(days=1)),
        place="Marseille",
        actor=nadege,
        now=at,
    )
    return preparing.set_columns(held=held, columns=preparing.guessed(held), actor=nadege, now=at)


def _to_mend(world: World, at: datetime) -> None:
    _prepared(world, "Session de Noël, Marseille", 107, 5, at, spoilt=2)


def _issue(world: World, at: datetime) -> None:
    held = _prepared(world, "Session de Marseille, Minoterie", 100, 7, at)
    approving.approve_lot(held=held, actor=world.actor("jocelyn", partnership=_partnership(world)), now=at)
    issuing.issue_lot(held=held, actor=world.actor("nadege", partnership=_partnership(world)), now=at)


def _open(world: World, at: datetime) -> None:
    claims.open_claims(
        certification=_design(world).certification,
        guidance=GUIDANCE,
        actor=world.actor("anne-sophie", certifier=world.houses["imr"]),
        now=at,
    )


def _ask(world: World, first_name: str, last_name: str, statement: str, at: datetime) -> None:
    house = world.houses["imr"]
    email = f"{last_name.lower()}@exemple.fr"
    who = parties.welcome_guest(email=email, first_name=first_name, last_name=last_name, chain=house.code, now=at)
    reports = [
        (
            io.BytesIO(
                pdf(f"Compte rendu de diagnostic n° {n}", [f"{first_name} {last_name}", "Mesures : 22,4 Ω ; 4,7 A."])
            ),
            f"diagnostic-{n}.pdf",
        )
        for n in (1, 2)
    ]
    claims.submit_claim(opening=house.claim_openings.get(), person=who, statement=statement, files=reports, now=at)


def _accept(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    claims.accept_claim(
        claim=house.claim_openings.get().claims.get(person__last_name=CLAIMANTS[0][1]),
        reasons="Les deux comptes rendus montrent chaque mesure demandée, et la conclusion est juste.",
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )
