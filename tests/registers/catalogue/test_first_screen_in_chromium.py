"""The first day of a certifier with the real registers, in Chromium: claimed, seen, on the map, found by the public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from jurande.registers.catalogue.models import NationalPartner
from jurande.registers.catalogue.operations import importing
from jurande.registers.parties import operations
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role, Rule
from tests import factories

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
CLASSE_DIGITALE = "81929100600032"
PATIENCE_MS = 20_000


def read(path: Path) -> None:
    now = timezone.now()
    delivery = importing.receive_in_place(path, published_on=None, now=now)
    (file,) = importing.read_delivery(delivery, path, report=lambda done, total: None, now=now)
    assert not file.refusal, file.refusal


def house_of(siret: str) -> Certifier:
    built = operations.register_certifier(
        siret=siret,
        legal_name="Classe digitale",
        postcode="75011",
        city="Paris",
        actor=factories.actor_of(factories.any_operator()),
        now=factories.NOW,
    )
    factories.relaxed(built, Rule.SECOND_FACTOR)
    return built


@pytest.fixture
def extracts(shared: Path) -> Path:
    for path in sorted((shared / "data/registers").glob("*.xml")):
        read(path)
    return shared


def open_page(chromium: Any, served: Any, width: int, cookie: str = "") -> tuple[Any, list[str]]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", base_url=served.url)
    if cookie:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": served.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def test_a_certifier_sees_its_network_and_the_public_finds_it(
    chromium: Any, served: Any, extracts: Path, tmp_path: Path
) -> None:
    house = house_of(CLASSE_DIGITALE)
    client = factories.enter(Client(), factories.member(Role.NETWORK_MANAGER, of=house))
    page, said = open_page(chromium, served, 1440, client.cookies[settings.SESSION_COOKIE_NAME].value)

    # Nothing to type: what bears its SIREN is offered.
    page.goto(f"/c/{house.code}/")
    page.get_by_role("navigation").get_by_role("link", name="Vu par l’État").click()
    page.get_by_text("Une certification nationale porte votre nom ou votre SIREN").wait_for()
    page.get_by_role("link", name="Rattacher mes certifications").click()
    assert page.get_by_label("RS7423", exact=False).is_checked()
    page.get_by_role("button", name="Rattacher").click()
    page.get_by_text("est rattachée").wait_for()
    expect(page.locator(".lead-in")).to_contain_text("6\u00a0partenaires pour 1\u00a0certification")
    expect(page.locator("#reseau-vu-par-l-etat tbody tr")).to_have_count(6)

    # Another's certification is refused, and the sentence says what to do.
    page.get_by_role("link", name="Rattacher une certification").click()
    page.get_by_label("Une autre, par son numéro").fill("RNCP37674")
    page.get_by_role("button", name="Rattacher").click()
    page.get_by_text("n’est pas à vous selon le répertoire").first.wait_for()

    # The public list puts those it knows on the map, the others in a box.
    known = sorted(NationalPartner.objects.filter(fiche__number="RS7423").values_list("siret", flat=True))[:2]
    (invented,) = (extracts / "data/training-bodies").glob("*.csv")
    lines = invented.read_text("utf-8").splitlines()
    named = lines[0].split(";")
    for rank, siret in enumerate(known):
        row = dict.fromkeys(named, "")
        row |= {
            "numeroDeclarationActivite": f"1175{rank:07d}",
            "denomination": "Connu",
            "siren": siret[:9],
            "siretEtablissementDeclarant": siret,
            "adressePhysiqueOrganismeFormation.codePostal": ("97400", "69003")[rank],
            "adressePhysiqueOrganismeFormation.ville": "Ville",
            "certifications.actionsDeFormation": "true",
        }
        lines.append(";".join(row[name] for name in named))
    path = tmp_path / "liste-2026-08-20.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    read(path)
    page.goto(f"/c/{house.code}/etat/?vue=carte")
    page.locator("svg a[aria-label*='La Réunion (974)\u00a0: 1 partenaire']").first.click()
    expect(page.locator("#reseau-vu-par-l-etat tbody tr")).to_have_count(1)
    page.goto(f"/c/{house.code}/etat/")
    page.locator("li", has_text="Lieu inconnu").get_by_role("link", name="Voir les lignes").click()
    expect(page.locator("#reseau-vu-par-l-etat tbody tr")).to_have_count(4)
    assert said == []

    # Anybody finds it, without a cookie.
    for width in (1440, 390):
        page, said = open_page(chromium, served, width)
        for typed in ("intelligence artificielle ressources humaines", "ia rh"):
            page.goto("/")
            page.get_by_role("searchbox").fill(typed)
            page.get_by_role("button", name="Chercher").click()
            page.locator(".finds a").first.click()
            expect(page.locator("h1")).to_contain_text("Intégrer l’intelligence artificielle")
        page.get_by_label("SIRET de l’organisme").fill(known[0])
        page.get_by_role("button", name="Vérifier").click()
        page.get_by_text("Oui, cet établissement était habilité ce jour-là").wait_for()
        assert page.context.cookies() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []
