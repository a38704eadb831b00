"""The demonstration world: a certifier and its network, lived day after day through the registers' own operations.

Nothing is written in a table from here: people are invited, open their mail, accept, file documents. Names, numbers and
dates (in days from today) are in ``fiction.py``; the codes alone are drawn anew at each construction.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any

from django.utils import timezone

from jurande.demo import (
    award_lives,
    awards,
    certifications,
    combinations,
    conventions,
    corrections,
    delegation,
    designs,
    dossiers,
    erasure,
    habilitations,
    holders,
    ledger,
    national,
    receiving,
    recruitment,
    seal,
    shares,
    showcase,
)
from jurande.demo.fiction import ANSWERS_LATE, BODIES, OTHER_PAPERS, Body, with_check_digit
from jurande.demo.papers import pdf
from jurande.demo.personas import BY_KEY, IMR, Persona
from jurande.registers.catalogue.operations.claims import claim_fiches
from jurande.registers.common import jobs
from jurande.registers.common import queries as common
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.journal import operations as journal
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries
from jurande.registers.parties.states import DocumentKind, EndReason, QualiopiAction, Role

PASSWORD = "demonstration-jurande"  # noqa: S105 - invented world: everybody enters by a button
OPENED_DAYS = 1320
WORKER = "demonstration"


@dataclass
class World:
    """What the story needs to remember while it is told, and what is still to happen."""

    now: datetime
    agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)
    people: dict[str, Any] = field(default_factory=dict)
    houses: dict[str, Any] = field(default_factory=dict)
    sealed: dict[int, Any] = field(default_factory=dict)

    def on(self, days: float, act: Callable[[datetime], None], hour: int = 9, minute: int = 0) -> None:
        """Plan an act: ``days`` ago, at that hour in Paris, never after now."""
        day = timezone.localtime(self.now - timedelta(days=days))
        at = min(day.replace(hour=hour, minute=minute, second=0, microsecond=0), self.now)
        heapq.heappush(self.agenda, (at, next(self.turns), act))

    def live(self) -> None:
        """Let everything happen in its order, with the letters and jobs that follow."""
        while self.agenda:
            at, _turn, act = heapq.heappop(self.agenda)
            act(at)
            for job in common.waiting_jobs(at):
                jobs.execute(job.code, worker_code=WORKER, clock=lambda: at)  # noqa: B023 - called before the next turn

    def actor(self, key: str, **place: Any) -> Any:
        """Somebody standing in a house."""
        return queries.actor_for(self.people[key], **place)


def build(*, now: datetime) -> None:
    """Build the whole world as it stands at ``now``, in an empty database."""
    world = World(now)
    _found(world)
    world.live()
    for index, body in enumerate(BODIES):
        _partner(world, body, index)
    certifications.plan(world)
    designs.plan(world)
    awards.plan(world)
    award_lives.plan(world)
    holders.plan(world)
    shares.plan(world)
    showcase.plan(world)
    receiving.plan(world)
    combinations.plan(world)
    delegation.plan(world)
    dossiers.plan(world)
    corrections.plan(world)
    erasure.plan(world)
    recruitment.plan(world)
    conventions.plan(world)
    habilitations.plan(world)
    ledger.plan(world)
    _last_days(world)
    _published(world)
    seal.plan(world)
    world.live()
    journal.verify(now=min(now, timezone.localtime(now).replace(hour=6, minute=0, second=0, microsecond=0)))


# --- the houses and their people ----------------------------------------------------------------


def _found(world: World) -> None:
    world.on(OPENED_DAYS + 2, lambda at: _first_operator(world, at), hour=8)
    world.on(OPENED_DAYS, lambda at: _certifiers(world, at), hour=10)
    team = (
        ("claire", Role.NETWORK_MANAGER, 1200),
        ("mehdi", Role.AUDITOR, 1190),
        ("anne-sophie", Role.ISSUER, 900),
        ("thomas", Role.NETWORK_MANAGER, 610),
        ("agathe", Role.ACCOUNTANT, 420),
    )
    for key, role, days in team:
        world.on(days, partial(_colleague, world, key, role), hour=11)
    world.on(16, lambda at: _holder(world, at), hour=15)


def _first_operator(world: World, at: datetime) -> None:
    token = parties.first_operator_link(now=at).rstrip("/").rsplit("/", 1)[-1]
    samir = BY_KEY["samir"]
    membership = parties.accept_invitation(
        token=token,
        person=None,
        now=at,
        password=PASSWORD,
        first_name=samir.first_name,
        last_name=samir.last_name,
        email=samir.email,
    )
    world.people["samir"] = membership.person


def _certifiers(world: World, at: datetime) -> None:
    operator = world.actor("samir")
    world.houses["imr"] = parties.register_certifier(
        siret=with_check_digit(with_check_digit("99900417") + "0001"),
        legal_name=IMR,
        address="14 rue du Bon-Pasteur",
        postcode="69001",
        city="Lyon",
        nda="84691234569",
        actor=operator,
        now=at,
    )
    _join(world, "helene", Role.ADMINISTRATOR, at, actor=operator, certifier=world.houses["imr"])
    # A second house on the same installation: neither sees anything of the other.
    world.houses["cg"] = parties.register_certifier(
        siret=with_check_digit(with_check_digit("99900856") + "0001"),
        legal_name="Conservatoire du geste",
        address="3 place du Marché",
        postcode="37000",
        city="Tours",
        reference_prefix="CG",
        actor=operator,
        now=at + timedelta(minutes=20),
    )
    _join(
        world, "blanche", Role.ADMINISTRATOR, at + timedelta(minutes=30), actor=operator, certifier=world.houses["cg"]
    )


EXTRAS = {
    "thomas": Persona("thomas", "Thomas", "Bricard", "thomas.bricard@imr.exemple.fr", "", IMR, ""),
    "agathe": Persona("agathe", "Agathe", "Nivelle", "agathe.nivelle@imr.exemple.fr", "", IMR, ""),
    "blanche": Persona("blanche", "Blanche", "Aubin", "blanche.aubin@geste.exemple.fr", "", "", ""),
}


def _colleague(world: World, key: str, role: Role, at: datetime) -> None:
    house = world.houses["imr"]
    _join(world, key, role, at, actor=world.actor("helene", certifier=house), certifier=house)
    if key == "mehdi":
        other = world.houses["cg"]
        later = at + timedelta(hours=2)
        _join(world, key, Role.AUDITOR, later, actor=world.actor("blanche", certifier=other), certifier=other)


def _join(world: World, key: str, role: Role, at: datetime, *, actor: Any, **place: Any) -> None:
    """Invite a persona of the fiction, who accepts the next hour."""
    who = BY_KEY.get(key) or EXTRAS[key]
    invitation = parties.invite_member(
        role=role, email=who.email, first_name=who.first_name, last_name=who.last_name, actor=actor, now=at, **place
    )
    _accept(world, key, invitation, at + timedelta(minutes=50))


def _accept(world: World, key: str, invitation: Any, at: datetime) -> None:
    """Open the letter, follow its link, accept."""
    house = invitation.house
    letters = correspondence.deliveries(house.code if house else "").addressed_to(invitation.email)
    letter = letters.newest_first()[0]
    token = letter.action_url.rstrip("/").rsplit("/", 1)[-1]
    person = world.people.get(key)
    password = "" if person is not None else PASSWORD
    membership = parties.accept_invitation(token=token, person=person, now=min(at, world.now), password=password)
    world.people[key] = membership.person


def _holder(world: World, at: datetime) -> None:
    ines = BY_KEY["ines"]
    issuer = world.actor("anne-sophie", certifier=world.houses["imr"])
    world.people["ines"] = parties.register_holder(
        email=ines.email, first_name=ines.first_name, last_name=ines.last_name, actor=issuer, now=at
    )


# --- the partners -------------------------------------------------------------------------------


def _partner(world: World, body: Body, index: int) -> None:
    """Tell the story of one partner: opened, answered, documents filed and renewed."""
    hour, minute = 9 + index % 7, (index * 17) % 59
    story: dict[str, Any] = {}
    world.on(body.since_days, lambda at: _open(world, body, story, at), hour, minute)
    if body.name not in ANSWERS_LATE:
        world.on(body.since_days - 2, lambda at: _head_comes(world, body, story, at), hour, minute + 1)
        world.on(body.since_days - 6, lambda at: _files(world, body, story, at), hour, minute)
        if body.qualiopi_days is not None:
            world.on(max(body.since_days - 5, 1), lambda at: _qualiopi(world, body, story, at), hour, minute)


def _open(world: World, body: Body, story: dict[str, Any], at: datetime) -> None:
    house = world.houses["imr"]
    # Thomas came later: until then, Claire opened his partners.
    follower = world.people.get(body.follower) or world.people["claire"]
    opener = "thomas" if body.follower == "thomas" and "thomas" in world.people else "claire"
    first_name, last_name = body.head
    story["partnership"] = parties.open_partnership(
        certifier=house,
        siret=body.siret,
        legal_name=body.name,
        address=body.address,
        postcode=body.postcode,
        city=body.city,
        nda=body.nda_number,
        since_on=timezone.localdate(at),
        followed_by=follower,
        head_email=body.head_email,
        head_first_name=first_name,
        head_last_name=last_name,
        actor=world.actor(opener, certifier=house),
        now=at,
    )


def _head_comes(world: World, body: Body, story: dict[str, Any], at: datetime) -> None:
    key = "jocelyn" if body.head == ("Jocelyn", "Paoli") else body.siret
    invitation = queries.invitations(world.actor("claire", certifier=world.houses["imr"]), story["partnership"]).first()
    _accept(world, key, invitation, at)
    story["head"] = key
    story["partnership"].refresh_from_db()
    if key == "jocelyn":
        head = world.actor(key, partnership=story["partnership"])
        _join(world, "nadege", Role.TRAINING_MANAGER, at, actor=head, partnership=story["partnership"])


def _qualiopi(world: World, body: Body, story: dict[str, Any], at: datetime) -> None:
    until_on = timezone.localdate(world.now) + timedelta(days=body.qualiopi_days or 0)
    actions = [QualiopiAction.TRAINING]
    if body.stem % 3 == 0:
        actions.append(QualiopiAction.VAE)
    parties.record_qualiopi(
        house=story["partnership"],
        actions=actions,
        since_on=_three_years_before(until_on),
        until_on=until_on,
        certificate=f"QLP-{body.stem}",
        certified_by="Certif Métiers",
        actor=world.actor(story["head"], partnership=story["partnership"]),
        now=at,
    )


def _three_years_before(day: date) -> date:
    return day - timedelta(days=3 * 365)


def _files(world: World, body: Body, story: dict[str, Any], at: datetime) -> None:
    today = timezone.localdate(world.now)
    papers: list[tuple[DocumentKind, str, int | None]] = [
        (DocumentKind.REGISTRATION, "extrait-immatriculation", None),
        (DocumentKind.INSURANCE, "assurance-responsabilite", 40 + body.stem % 320),
    ]
    if body.qualiopi_days is not None:
        papers.append((DocumentKind.QUALIOPI, "certificat-qualiopi", body.qualiopi_days))
    papers += OTHER_PAPERS.get(body.name, ())
    actor = world.actor(story["head"], partnership=story["partnership"])
    for rank, (kind, stem, days) in enumerate(papers):
        expires_on = None if days is None else today + timedelta(days=days)
        parties.attach_document(
            partnership=story["partnership"],
            kind=kind,
            content=BytesIO(_paper(body, kind, expires_on)),
            filename=f"{stem}-{body.slug}.pdf",
            expires_on=expires_on,
            actor=actor,
            now=at + timedelta(minutes=rank),
        )


def _paper(body: Body, kind: DocumentKind, expires_on: date | None) -> bytes:
    lines = [body.name, f"SIRET {body.siret}", f"{body.address}, {body.postcode} {body.city}", ""]
    if expires_on is not None:
        lines.append(f"Valable jusqu’au {expires_on:%d/%m/%Y}.")
    return pdf(str(kind.label), [*lines, "Document inventé pour la démonstration de Jurande."])


# --- the last days ------------------------------------------------------------------------------


def _last_days(world: World) -> None:
    def imr() -> Any:
        return world.houses["imr"]

    def follow(at: datetime) -> None:
        actor = world.actor("claire", certifier=imr())
        partnership = queries.partners(actor).matching("Berry Technique").get()
        parties.follow_partnership(partnership=partnership, followed_by=world.people["thomas"], actor=actor, now=at)

    def end(at: datetime) -> None:
        actor = world.actor("claire", certifier=imr())
        partnership = queries.partners(actor).matching("Formélec Reims").get()
        parties.end_partnership(
            partnership=partnership,
            reason=EndReason.PARTNER_LEFT,
            note="L’organisme cesse la filière électroménager au 31 août.",
            ended_on=timezone.localdate(at),
            actor=actor,
            now=at,
        )

    def insurance(at: datetime) -> None:
        partnership = queries.partners(world.actor("claire", certifier=imr())).matching("Mistral").get()
        parties.attach_document(
            partnership=partnership,
            kind=DocumentKind.STAFF,
            content=BytesIO(pdf("Qualification des formateurs", ["Ateliers Mistral Formation", "Sylvie Arnaud"])),
            filename="qualification-sylvie-arnaud.pdf",
            expires_on=None,
            actor=world.actor("jocelyn", partnership=partnership),
            now=at,
        )

    world.on(2, end, 16, 20)
    world.on(1, follow, 9, 15)
    world.on(0, insurance, 8, 57)


# --- what the State publishes -------------------------------------------------------------------


def _published(world: World) -> None:
    """Two days of the national registers, and the certifications that the house finds there and claims."""
    first, last = national.DAYS_AGO
    today = timezone.localdate(world.now)
    world.on(first, lambda at: national.publish(now=at, today=today, first=True), 6, 10)
    world.on(first, lambda at: _claim(world, at), 9, 40)
    world.on(last, lambda at: national.publish(now=at, today=today, first=False), 6, 10)


def _claim(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    claim_fiches(certifier=house, numbers=national.OURS, actor=world.actor("claire", certifier=house), now=at)
