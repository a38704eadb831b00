"""What the demonstration’s certifier sealed: attestations of an invented course, one revoked, and a convention."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from jurande.demo.papers import pdf
from jurande.registers.parties import queries
from jurande.registers.seal.operations import credentials, documents, keys, projection, statuses
from jurande.registers.seal.states import Reason

if TYPE_CHECKING:
    from jurande.demo.world import World

SKELETON: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Diagnostiquer un vélo",
    "issuer": {"type": ["Profile"], "name": "Institut des métiers de la réparation"},
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "id": "urn:uuid:((holder))",
        "name": "{{name}}",
        "achievement": {
            "id": "urn:uuid:5d1f2f60-6c1b-4d0e-9a57-6a4f3c1f2b11",
            "type": ["Achievement"],
            "name": "Diagnostiquer un vélo",
            "description": "Trouve ce qui ne va pas sur un vélo de ville et dit ce qu’il faut réparer.",
            "criteria": {
                "id": "urn:uuid:5d1f2f60-6c1b-4d0e-9a57-6a4f3c1f2b12",
                "narrative": "Mise en situation d’une heure, devant deux évaluateurs.",
            },
        },
    },
}
# (days ago, who received it, was it revoked since)
GIVEN = (
    (33, "Inès Carvalho", False),
    (33, "Malo Guivarc’h", False),
    (19, "Maëlle Le Goff", True),
    (12, "Noé Bertin", False),
    (2, "Aminata Sow", False),
)


def plan(world: World) -> None:
    """Plan what is sealed, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(105, partial(_key, world), 10)
    world.on(36, partial(_convention, world), 14)
    for number, (days, name, revoked) in enumerate(GIVEN, start=1):
        world.on(days, partial(_give, world, number, name), 15, number)
        if revoked:
            world.on(days - 6, partial(_revoke, world, number), 11)
    world.on(0, partial(_settle, world), 6)


def _key(world: World, at: datetime) -> None:
    operator = queries.actor_for(world.people["samir"])
    keys.create_key(certifier=world.houses["imr"], actor=operator, now=at)
    _settle(world, at)


def _convention(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    documents.commit_document(
        certifier=house,
        kind="convention",
        business_key="convention-1",
        idempotency_key="convention-1",
        content=pdf("Convention de partenariat", ["Document de démonstration."]),
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )
    _settle(world, at)


def _give(world: World, number: int, name: str, at: datetime) -> None:
    house = world.houses["imr"]
    world.sealed[number] = credentials.issue(
        certifier=house,
        kind="demonstration",
        business_key=f"demonstration:{number}",
        idempotency_key=f"demonstration-{number}",
        skeleton=SKELETON,
        values={"holder": f"5d1f2f60-6c1b-4d0e-9a57-{number:012}", "name": name},
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )
    _settle(world, at)


def _revoke(world: World, number: int, at: datetime) -> None:
    actor = world.actor("anne-sophie", certifier=world.houses["imr"])
    statuses.revoke(credential=world.sealed[number], reason=Reason.MISTAKE, actor=actor, now=at)
    _settle(world, at)


def _settle(world: World, at: datetime) -> None:
    projection.settle(now=at)
