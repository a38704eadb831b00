"""Two people score and differ, they say why, a third approves with conditions and refuses one person, in Chromium."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_screens import faults_at_each_width

WHO = "La Lys Technique"
NOTE = "Le second poste arrive en janvier : nous ne jugeons pas le même atelier."


def dossier(page: Any, view: str) -> None:
    """Open one view of the file, from the table."""
    page.get_by_role("navigation").get_by_role("link", name="Recrutement").first.click()
    page.get_by_role("link", name="Dossiers").click()
    page.locator("tr", has_text=WHO).get_by_role("link", name=WHO).click()
    page.get_by_role("link", name=view, exact=True).click()
    page.wait_for_load_state("networkidle")


def score(who: Any, points: int) -> None:
    """Score everything alike, saved as one goes, and hand it in."""
    page = who.page
    dossier(page, "Évaluations et décision")
    page.get_by_role("link", name="Évaluer").click()
    page.get_by_role("button", name="Je n’ai aucun lien").click()
    rows = page.locator(".score-row")
    rows.first.wait_for()
    count = rows.count()
    # A first save may leave between two clicks: the one that counts holds every score.
    with page.expect_response(lambda answer: (answer.request.post_data or "").count("points-") == count):
        for rank in range(count):
            rows.nth(rank).locator(".points label").nth(points).click()
    page.locator("#enregistre", has_text="Enregistré à").wait_for()
    page.reload()
    expect(rows.first.locator("input:checked")).to_have_value(str(points))
    without_a_network(page, rows.first)
    who.said.remove("Failed to load resource: net::ERR_INTERNET_DISCONNECTED")  # the browser itself reports the cut
    page.locator("#opinion").fill("Vu le dossier et les photos de l’atelier.")
    assert not faults_at_each_width(page, "review")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Rendre mon évaluation").click()
    page.get_by_text("Votre évaluation est rendue").wait_for()


def without_a_network(page: Any, row: Any) -> None:
    """In a tunnel, what is written stays in the browser, and says so."""
    page.context.set_offline(True)
    row.locator("textarea").fill("Vu dans le train.")
    page.locator("#opinion").click()
    page.get_by_text("Pas de réseau").wait_for()
    page.context.set_offline(False)
    page.reload()
    page.get_by_text("Votre saisie précédente est revenue.").wait_for()
    expect(row.locator("textarea")).to_have_value("Vu dans le train.")


@pytest.mark.slow
def test_two_score_and_differ_a_third_decides(visitor: Any) -> None:
    claire, mehdi, helene = visitor(), visitor(), visitor()
    page = claire.become("claire")
    page.get_by_role("navigation").get_by_role("link", name="Recrutement").first.click()
    assert not faults_at_each_width(page, "board")
    page.set_viewport_size({"width": 1440, "height": 900})
    dossier(page, "Évaluations et décision")
    page.get_by_role("link", name="Confier", exact=True).click()
    page.get_by_label("Mehdi Larbi").check()
    page.get_by_label("Claire Vasseur").check()
    page.get_by_role("button", name="Confier").click()
    page.get_by_text("La candidature est confiée").wait_for()

    score(claire, 4)
    expect(page.get_by_text("Les notes sont cachées")).to_be_visible()
    other = mehdi.become("mehdi")
    # Mehdi works in two houses: he goes to the one that Claire is in.
    other.goto("/".join(page.url.split("/")[:5]) + "/")
    dossier(other, "Évaluations et décision")
    expect(other.get_by_text("Critère par critère")).to_have_count(0)
    score(mehdi, 2)
    expect(other.get_by_text("écart de 2 points").first).to_be_visible()
    assert not faults_at_each_width(other, "reviews")
    other.set_viewport_size({"width": 1440, "height": 900})

    dossier(page, "Évaluations et décision")
    page.get_by_role("link", name="Écrire la note").click()
    page.get_by_label("Comment lire ces notes").fill(NOTE)
    page.get_by_role("button", name="Enregistrer la note").click()
    dossier(other, "Évaluations et décision")
    other.get_by_role("link", name="La lire").click()
    other.get_by_role("button", name="Accepter cette note").click()

    third = helene.become("helene")
    dossier(third, "Évaluations et décision")
    third.get_by_role("link", name="Décider", exact=True).click()
    third.get_by_label("Agréée sous conditions").check()
    third.get_by_label("Motifs", exact=True).fill("Un bon dossier ; le second poste doit être installé.")
    third.get_by_label("Condition 1").fill("Installer le second poste")
    third.get_by_label("À remplir avant le").first.fill((date.today() + timedelta(days=40)).isoformat())
    person = third.locator(".rule-on", has_text="évaluateur").last
    person.get_by_role("combobox").select_option("non")
    person.get_by_label("Motif d’un refus").fill("Aucune expérience d’évaluation attestée.")
    assert not faults_at_each_width(third, "decide")
    third.set_viewport_size({"width": 1440, "height": 900})
    third.get_by_role("button", name="Voir ce qui va se passer").click()
    expect(third.get_by_text("Le partenariat s’ouvre")).to_be_visible()
    expect(third.get_by_text("agrément refusé")).to_be_visible()
    third.get_by_role("button", name="Décider et envoyer la lettre").click()
    third.get_by_text("La décision est prise").wait_for()
    expect(third.get_by_text("Refusé", exact=True)).to_be_visible()
    expect(third.get_by_text("Attendue", exact=True)).to_be_visible()
