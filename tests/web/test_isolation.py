"""Two certifiers about the same place: nothing of one ever shows on a page of the other, of the partner, of anybody.

What the other house keeps for itself is marked in the database, wherever there is room for words; then every address
that the matrix knows is read, as each kind of person that may read it, and the mark must be nowhere.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat
from django.test import Client

from jurande.demo.papers import pdf
from jurande.registers.network.operations import exchanges
from jurande.registers.parties import operations
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import CERTIFIER_ROLES, PARTNER_ROLES, DocumentKind, Role
from jurande.registers.seal.operations import keys
from jurande.registers.seal.policies import MACHINE
from tests import factories
from tests.factories import NOW
from tests.registers.awards import claims, designs, lives, lots, proved
from tests.registers.conventions import conventions
from tests.registers.network import applications, calls, existing, habilitations, judgments
from tests.registers.seal.homes import own_home
from tests.web.matrix import MATRIX
from tests.web.roles import VISITOR
from tests.web.test_matrix import paths

MARK = "CANARI-DE-LA-MAISON-VOISINE"
REGISTERS = ("parties", "documents", "correspondence", "network", "conventions", "awards")
# What the neighbour says to everybody: its name, its calls, its fees, its certifications, who and where it is.
PUBLIC = {
    "parties.Certifier",
    "parties.Organisation",
    "parties.Site",
    "parties.Person",
    "network.Call",
    "network.CallCriterion",
    "network.FeeSchedule",
    "network.FeeLine",
    "network.Check",
}
READERS = ("administrator", "reviewer", "head", VISITOR)


def private_models() -> Iterator[type[models.Model]]:
    for label in REGISTERS:
        for model in apps.get_app_config(label).get_models():
            if model._meta.label not in PUBLIC:
                yield model


def last_rows() -> dict[type[models.Model], int]:
    return {model: model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model in private_models()}


def mark(since: dict[type[models.Model], int]) -> int:
    """Write the mark in every text of the rows made since; tell in how many columns. What is frozen stays as it is."""
    marked = 0
    for model, last in since.items():
        rows = model._default_manager.filter(pk__gt=last)
        for one in model._meta.concrete_fields:
            long = isinstance(one, models.TextField) or (
                isinstance(one, models.CharField) and (one.max_length or 0) >= 100
            )
            if not long or one.choices or one.unique or one.name.endswith(("digest", "code", "codes", "email", "json")):
                continue
            if type(one) not in (models.TextField, models.CharField):
                continue
            try:
                with transaction.atomic():
                    filled = rows.exclude(**{one.name: ""}).exclude(**{f"{one.name}__isnull": True})
                    marked += bool(filled.update(**{one.name: Concat(Value(f"{MARK} "), F(one.name))}))
            except DatabaseError:
                continue
    return marked


def neighbour(site_siret: str) -> tuple[Certifier, Partnership]:
    """Another certifier that works with the same place: a file, scores, notes, a convention, habilitations, an import."""
    house = factories.certifier(name="Maison voisine")
    manager = calls.manager(house)
    place = factories.partnership(house, at_siret=site_siret)
    head = factories.member(Role.HEAD, of=place)
    operations.attach_document(
        partnership=place,
        kind=DocumentKind.OTHER,
        content=io.BytesIO(pdf("Pièce", [MARK])),
        filename=f"{MARK}.pdf",
        expires_on=None,
        actor=factories.actor_of(head, place),
        now=NOW,
    )
    call = applications.open_call(house, number="RNCP60002", reference="APPEL-2026-0055")
    held = applications.submitted(call, by=applications.applicant(email="voisin@fabrique.fr"), at_siret=site_siret)
    team = judgments.team(house)
    for review in judgments.assigned(held, team):
        judgments.scored(review, team)
    exchanges.ask(application=held, text=f"{MARK} ?", answer_by=judgments.DUE, actor=team.manager, now=NOW)
    calls.flag(place, house)
    conventions.draft(place)
    row = habilitations.opened(place)
    habilitations.suspend(row)
    existing.read(house, manager, existing.row(name=f"{MARK} partenaire"))
    _awarding(house, place)
    return house, place


def _awarding(house: Certifier, place: Partnership) -> None:
    """What the other house designed, prepared, issued, decided and was asked for, with the same place."""
    keys.create_key(certifier=house, actor=MACHINE, now=NOW)
    proved.awarded(proved.designed(house), partnership=place, awarded_on=factories.TODAY, now=NOW)
    designs.addresses(house)
    lots.addresses(house)
    claims.addresses(house)
    lives.addresses(house, {"issuer": factories.member(Role.ISSUER, of=house)})


@pytest.fixture
def crawled(db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    own_home(settings, tmp_path / "home")
    mine = factories.certifier(name="Maison")
    people: dict[str, Any] = {"operator": factories.any_operator()}
    for role in CERTIFIER_ROLES:
        people[role.value] = factories.member(role, of=mine)
    theirs = factories.partnership(mine)
    for role in PARTNER_ROLES:
        people[role.value] = factories.member(role, of=theirs)
    people["holder"] = factories.holder(by=mine)
    for name in ("operator", "administrator"):
        Authenticator.objects.create(user=people[name], type=Authenticator.Type.TOTP, data={"secret": "x"})
    ours = paths(mine, theirs, people)
    before = last_rows()
    neighbour(theirs.site.siret)
    return {"people": people, "paths": ours, "marked": mark(before)}


@pytest.mark.slow
def test_no_page_shows_what_the_other_house_keeps(crawled: dict[str, Any]) -> None:
    assert crawled["marked"] > 20
    found, read = [], 0
    for who in READERS:
        client = Client(raise_request_exception=False)
        if who != VISITOR:
            factories.enter(client, crawled["people"][who])
        for name, path in crawled["paths"].items():
            look = MATRIX[name].look
            if look is None or who not in look:
                continue
            response = client.get(path)
            body = b"".join(response) if response.streaming else response.content  # type: ignore[arg-type]
            read += response.status_code == 200
            if MARK.encode() in body:
                found.append(f"{who} {name}")
    assert read > 120
    assert not found, found
    # The mark is where its own house reads it: what was looked for could have been found.
    assert MARK in page_of_the_neighbour()


def page_of_the_neighbour() -> str:
    house = Certifier.objects.get(organisation__legal_name="Maison voisine")
    administrator = factories.administrator(house)
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = factories.enter(Client(), administrator).get(f"/c/{house.code}/reseau/{house.partnerships.get().code}/")
    return page.content.decode()
