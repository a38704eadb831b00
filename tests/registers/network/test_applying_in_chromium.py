"""A training body applies in Chromium over two sittings; its log-in ends on page 7, and nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from jurande.demo.papers import pdf
from jurande.registers.network.models import Application
from jurande.registers.network.states import ApplicationState
from tests import factories
from tests.registers.network import applications

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ADDRESS = "yann.legoff@fabrique.exemple.fr"
PATIENCE_MS = 20_000


def sat_down(chromium: Any, served: Any, width: int = 1440) -> tuple[Any, list[str]]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", base_url=served.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def enter_by_link(page: Any) -> None:
    page.goto(f"/lien/{factories.token_sent_to(ADDRESS)}/")
    page.get_by_role("button", name="Entrer").click()


def saved(page: Any) -> None:
    """A change reached the server: the note in the masthead was put in place again."""
    expect(page.locator("#enregistre[data-fresh]")).to_have_count(0)
    expect(page.locator("#enregistre")).to_contain_text("rien ne sera perdu")


def go_on(page: Any) -> None:
    page.locator(".apply-foot .btn-primary").click()


def stale(page: Any) -> None:
    """Mark the note, so that its replacement is seen."""
    page.locator("#enregistre").evaluate("note => note.setAttribute('data-fresh', '')")


def test_over_two_sittings(chromium: Any, served: Any, tmp_path: Path) -> None:
    call = applications.open_call(minimum_hours=70)
    cv = tmp_path / "cv.pdf"
    cv.write_bytes(pdf("CV", ["Maëlle Kerbrat"]))

    # First sitting, on a phone: from the public page to the second step, then away.
    page, said = sat_down(chromium, served, 390)
    page.goto(reverse("guest:applications-start", args=[call.code]))
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_label("Prénom").fill("Yann")
    page.get_by_label("Nom", exact=True).fill("Le Goff")
    page.get_by_role("button", name="Recevoir mon lien").click()
    page.get_by_text("pendant sept jours").wait_for()
    enter_by_link(page)
    page.get_by_role("heading", name="Qui êtes-vous").wait_for()
    page.get_by_label("SIRET de l’établissement").fill("123")
    page.get_by_label("Dénomination").fill("La Bonne Fabrique")
    expect(page.locator("#refus")).to_contain_text("quatorze chiffres")
    page.get_by_label("SIRET de l’établissement").fill(factories.siret())
    stale(page)
    page.get_by_label("Commune").fill("Nantes")
    saved(page)
    page.get_by_label("Code postal").fill("44000")
    go_on(page)
    page.get_by_role("heading", name="Que demandez-vous").wait_for()
    stale(page)
    page.get_by_label("Former et évaluer").check()
    saved(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
    # A browser says in its console that the server refused a number; it is what was asked for.
    assert [one for one in said if "422" not in one] == []

    # Second sitting, elsewhere: everything is there.
    page, said = sat_down(chromium, served)
    page.goto("/candidatures/")
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_role("button", name="Recevoir le lien").click()
    enter_by_link(page)
    held = Application.objects.get()
    page.goto(reverse("guest:applications-one", args=[held.code]))
    page.get_by_role("heading", name="Qui répond de quoi").wait_for()
    for first_name, last_name, functions in (
        ("Yann", "Le Goff", ("Responsable légal", "Responsable de la formation", "Responsable des évaluations")),
        ("Maëlle", "Kerbrat", ("Référent qualité", "Formateur", "Évaluateur")),
    ):
        new = page.locator(".row-new")
        if new.get_attribute("open") is None:
            new.locator("summary").click()
        new.get_by_label("Prénom").fill(first_name)
        new.get_by_label("Nom", exact=True).fill(last_name)
        for function in functions:
            new.get_by_label(function, exact=True).check()
        new.get_by_role("button", name="Ajouter une personne").click()
        page.locator(".row-card summary").get_by_text(f"{first_name} {last_name}").wait_for()
    teacher = page.locator(".row-card").filter(has_text="Maëlle Kerbrat")
    teacher.locator("summary").first.click()
    teacher.get_by_text("Joindre une pièce").click()
    teacher.get_by_label("Fichier").set_input_files(cv)
    teacher.get_by_role("button", name="Joindre", exact=True).click()
    page.get_by_text("La pièce est jointe").wait_for()
    go_on(page)

    page.get_by_label("Nom du lieu").fill("Atelier de Nantes")
    page.get_by_role("button", name="Ajouter un lieu").click()
    page.get_by_text("Enregistré.").wait_for()
    go_on(page)

    page.get_by_label("Titre du module").fill("Électricité")
    page.locator("#modules").get_by_label("Contenu").fill("Contrôle de la sécurité électrique de l’appareil.")
    page.get_by_label("Durée", exact=True).fill("70")
    page.get_by_role("button", name="Ajouter le module").click()
    page.get_by_text("0 compétences sur 5").or_(page.get_by_text("Pas encore.")).first.wait_for()
    page.get_by_role("button", name="Oui, cocher M1").first.click()
    expect(page.locator(".pip.hole")).to_have_count(4)
    for number in range(4):
        page.locator("tr.hole-row .tick input").first.check()
        expect(page.locator(".pip.hole")).to_have_count(3 - number)
    expect(page.locator("#grille .lead-in")).to_contain_text("Oui.")
    go_on(page)

    page.get_by_text("Joindre une pièce").click()
    page.get_by_label("Fichier").set_input_files(cv)
    page.get_by_role("button", name="Joindre", exact=True).click()
    page.locator(".criterion").get_by_text("Pièce jointe").wait_for()
    go_on(page)

    # Page 7: the log-in ends while one types.
    page.get_by_label("Prénom et nom du responsable légal").fill("Yann Le Goff")
    page.get_by_label("En qualité de").fill("Gérant")
    for commitment in applications.CHARTER:
        page.get_by_label(commitment).check()
    page.get_by_text("Enregistré dans ce navigateur").wait_for()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Signer les engagements").click()
    page.get_by_text("Rien n’est perdu").wait_for()
    page.get_by_label("Adresse électronique").fill(ADDRESS)
    page.get_by_role("button", name="Recevoir le lien").click()
    page.get_by_text("Regardez votre courrier").wait_for()
    enter_by_link(page)
    expect(page.get_by_label("En qualité de")).to_have_value("Gérant")
    page.get_by_role("button", name="Signer les engagements").click()
    page.get_by_text("Engagements signés").wait_for()
    go_on(page)

    page.get_by_role("heading", name="Tout est prêt").wait_for()
    page.get_by_role("button", name="Déposer ma candidature").click()
    page.get_by_role("heading", name="Où en est mon dossier").wait_for()
    held.refresh_from_db()
    assert held.state == ApplicationState.SUBMITTED
    assert re.match(r"CAND-\d{4}-0001$", held.reference)
    page.get_by_text(held.reference).first.wait_for()
    page.context.close()
    assert said == []
