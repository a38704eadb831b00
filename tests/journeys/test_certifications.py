"""From a fiche to a published référentiel, and a micro-certification refused until it is whole, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_screens import faults_at_each_width

FICHE = "RS9104"


def opened(page: Any, words: str) -> None:
    """Open the file of one certification from the list."""
    page.get_by_role("navigation").get_by_role("link", name="Certifications").first.click()
    page.locator("tr", has_text=words).get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")


def saved(page: Any) -> None:
    page.locator("[data-editor-said]", has_text="Enregistré à").wait_for()
    expect(page.locator(".line.unsaved")).to_have_count(0)


@pytest.mark.slow
def test_from_a_fiche_to_a_published_version(visitor: Any) -> None:
    claire = visitor()
    page = claire.become("claire")
    page.get_by_role("navigation").get_by_role("link", name="Certifications").first.click()
    page.get_by_role("link", name="Depuis une fiche").click()
    page.locator("li", has_text=FICHE).get_by_role("button", name="Partir de cette fiche").click()
    page.get_by_text("Le brouillon est prêt").wait_for()
    page.get_by_role("link", name="Écrire", exact=True).click()

    # The keyboard is enough: Enter goes on, Alt and the arrows move, Backspace joins.
    lines = page.locator("[data-line] [data-line-text][aria-label^='Compétence']")
    lines.first.wait_for()
    page.wait_for_load_state()
    count = lines.count()
    lines.first.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Peser la batterie et noter son état")
    saved(page)
    expect(lines).to_have_count(count + 1)
    expect(lines.nth(1)).to_have_value("Peser la batterie et noter son état")
    lines.nth(1).click()
    page.keyboard.press("Alt+ArrowDown")
    expect(lines.nth(2)).to_have_value("Peser la batterie et noter son état")
    lines.nth(2).click()
    page.keyboard.press("Home")
    for _ in range(len("Peser la batterie ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(lines.nth(3)).to_have_value("et noter son état")
    expect(page.locator("[data-line^=new]")).to_have_count(0)
    lines.nth(3).click()
    page.keyboard.press("Home")
    page.keyboard.press("Backspace")
    expect(lines.nth(2)).to_have_value("Peser la batterie et noter son état")
    expect(lines).to_have_count(count + 1)

    # What was typed survives a session that ended: it comes back after signing in again.
    claire.context.clear_cookies(name="jurande")
    lines.nth(0).click()
    page.keyboard.press("End")
    page.keyboard.type(" sans délai")
    page.get_by_text("Vous n’êtes plus connecté").wait_for()
    where = page.url
    claire.become("claire")
    page.goto(where)
    page.get_by_text("Enregistré à").wait_for()
    assert lines.nth(0).input_value().endswith(" sans délai")
    page.reload()
    assert lines.nth(0).input_value().endswith(" sans délai")

    # How it is assessed, and from when.
    page.get_by_role("link", name="Dire comment il s’évalue").click()
    page.get_by_label("Modalités d’évaluation").fill("Une heure à l’établi, sur une batterie de vélo.")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="La date d’effet manque").click()
    page.get_by_label("Date d’effet").fill("2026-12-01")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Le brouillon est complet").wait_for()
    page.get_by_role("link", name="Publier…").click()
    page.get_by_text("Une autre personne doit publier").wait_for()

    helene = visitor()
    page = helene.become("helene")
    opened(page, FICHE)
    page.get_by_role("link", name="Publier…").click()
    page.get_by_text("ne changera plus jamais").wait_for()
    page.get_by_role("button", name="Publier pour toujours").click()
    page.get_by_text("Version 1, en vigueur").wait_for()
    helene.leave()
    claire.said.clear()  # the browser itself reports the answer that sent back to the sign-in page
    claire.leave()


@pytest.mark.slow
def test_two_people_on_one_line_lose_nothing(visitor: Any) -> None:
    claire, helene = visitor(), visitor()
    pages = [claire.become("claire"), helene.become("helene")]
    for page in pages:
        opened(page, "RNCP49022")
        page.get_by_role("link", name="Écrire", exact=True).click()
        page.locator("[data-line-text]").first.wait_for()
        page.wait_for_load_state()
    hers, mine = (page.locator("[data-line-text][aria-label='Compétence 1.1']") for page in pages)
    hers.fill("Régler une transmission et la nettoyer")
    hers.blur()
    saved(pages[0])
    mine.fill("Régler et contrôler une transmission")
    mine.blur()
    pages[1].get_by_text("Claire Vasseur a modifié cette ligne").wait_for()
    pages[1].get_by_role("button", name="Garder le mien").click()
    saved(pages[1])
    pages[0].reload()
    assert hers.input_value() == "Régler et contrôler une transmission"
    helene.said.clear()  # the browser itself reports the 409
    helene.leave()
    claire.leave()


@pytest.mark.slow
def test_what_is_typed_before_the_editor_arrives_is_kept(visitor: Any) -> None:
    claire = visitor()
    page = claire.become("claire")
    opened(page, "RNCP49022")
    on_its_way: list[Any] = []
    page.route("**/editor*.js", lambda route: on_its_way.append(route))
    page.get_by_role("link", name="Écrire", exact=True).click()
    line = page.locator("[data-line-text][aria-label='Compétence 1.2']")
    line.fill("Monter une roue et la centrer")
    while not on_its_way:
        page.wait_for_timeout(50)
    on_its_way.pop().continue_()
    saved(page)
    page.unroute_all()
    page.reload()
    assert line.input_value() == "Monter une roue et la centrer"
    claire.leave()


@pytest.mark.slow
def test_a_micro_certification_is_refused_until_it_is_whole(visitor: Any) -> None:
    claire = visitor()
    page = claire.become("claire")
    opened(page, "Accueillir un client et établir")
    page.get_by_role("link", name="Compléter", exact=True).click()
    page.get_by_text("est réservé").first.wait_for()
    page.get_by_label("Présentation").fill("La personne accueille, chiffre et explique un devis.")
    page.get_by_label("Date d’effet").fill("2026-12-01")
    page.get_by_label("Type d’évaluation").select_option("oral")
    page.get_by_label("Protocole d’évaluation").fill("Jeu de rôle de trente minutes.")
    page.get_by_label("Évaluateurs").fill("Deux professionnels.")
    page.get_by_label("Règle de réussite").fill("Tous les critères.")
    page.get_by_label("Niveau européen").select_option("none")
    page.get_by_label("Assurance qualité").fill("Comité annuel.")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("3 points à compléter").wait_for()
    page.get_by_role("link", name="Écrire les compétences").click()
    page.wait_for_load_state()  # before its script is there, a line is sent like any form
    for number, criterion in enumerate(("La demande est redite", "Le total est juste", "Le client sait quoi choisir")):
        more = page.locator(".line-more").nth(number)
        more.locator("summary").click()
        more.get_by_role("button", name="Ajouter un critère").click()
        expect(more.get_by_role("textbox", name="Critère 1")).to_be_focused()
        page.keyboard.type(criterion)
        saved(page)
    page.get_by_role("link", name="Compléter la fiche").click()
    page.get_by_text("Elle est complète").wait_for()
    claire.leave()


@pytest.mark.slow
def test_every_screen_of_certifications_holds(visitor: Any) -> None:
    claire = visitor()
    page = claire.become("claire")
    home = f"{page.url}certifications/"
    addresses = [home, f"{home}nouvelle/", f"{home}micro/nouvelle/", f"{home}choix/"]
    for words in ("RNCP49021", "RNCP49022", "Accueillir un client et établir"):
        opened(page, words)
        file = page.url
        version = page.locator("th[scope=row] a").first.get_attribute("href")
        addresses += [file, version]
        if words == "RNCP49021":
            addresses += [f"{file}retirer/", f"{file}comparer/"]
        if words == "RNCP49022":
            addresses += [f"{version}{name}/" for name in ("ecrire", "cadre", "publier")]
            page.goto(f"{version}ecrire/")
            addresses += [
                page.get_by_role("link", name=name).first.get_attribute("href")
                for name in ("Coller une liste", "Modalités d’évaluation")
            ]
        if words == "Accueillir un client et établir":
            addresses += [f"{version}{name}/" for name in ("ecrire", "fiche", "publier")]
    wrong = []
    for where in addresses:
        page.goto(where)
        wrong += faults_at_each_width(page, where)
    assert not wrong, "\n".join(wrong)
    claire.leave()
