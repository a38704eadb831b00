"""A holder on a phone: receives, has an accent put right, shares and stops, gathers three into a bloc, erases one."""

from __future__ import annotations

import os
import re
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.journeys.test_screens import faults_at_each_width

PHONE = 390
# What a page may ask of a phone that comes for the first time: words, styles, faces, pictures and scripts together.
MOST_BYTES = 150_000
MICRO = "Diagnostiquer une panne électrique sur un lave-linge"
# A family name that nobody else has: it is looked for everywhere once its holder erased it.
FIRST, RIGHT_FIRST, LAST, EMAIL = "Zoe", "Zoé", "Ostrowiecka", "zoe.ostrowiecka@exemple.fr"
JOB_SECONDS = 120_000


def link_of(page: Any, to: str, subject: str) -> str:
    """The link of the latest letter to somebody, as the demonstration shows everybody's mail."""
    page.goto("/demonstration/courriels/")
    letter = page.locator("li.letter-row", has_text=f"à {to}").filter(has_text=subject).first
    letter.locator("summary").click()
    href = letter.locator("a.btn").get_attribute("href")
    assert href is not None
    return str(href)


def issued_to_zoe(visitor: Any) -> None:
    """Anne-Sophie prepares, Hélène approves, Anne-Sophie issues."""
    clerk = visitor().become("anne-sophie")
    clerk.get_by_role("navigation").get_by_role("link", name="Délivrance").first.click()
    clerk.get_by_role("link", name="Une personne", exact=True).first.click()
    design = clerk.get_by_label("Ce qui est délivré").locator("option", has_text=MICRO).get_attribute("value")
    clerk.get_by_label("Ce qui est délivré").select_option(design)
    for label, value in (("Nom", LAST), ("Prénom", FIRST), ("Adresse électronique", EMAIL)):
        clerk.get_by_label(re.compile(rf"^{label}\b")).fill(value)
    clerk.get_by_label("Heures de présence").fill("35")
    clerk.get_by_label("Heures prévues").fill("35")
    clerk.get_by_role("button", name="Préparer").click()
    clerk.wait_for_url(re.compile("/lots/[0-9A-Z]+/"))
    lot = clerk.url
    signatory = visitor().become("helene")
    signatory.goto(lot)
    signatory.get_by_role("button", name="Approuver ce lot").click()
    signatory.get_by_text("Ce lot est approuvé").first.wait_for()
    clerk.reload()
    clerk.get_by_role("button", name="Délivrer maintenant").click()
    clerk.get_by_text("Une délivrance faite").first.wait_for(timeout=JOB_SECONDS)


@pytest.mark.slow
def test_a_holder_receives_corrects_shares_and_erases(visitor: Any, home: Path) -> None:
    issued_to_zoe(visitor)
    zoe = visitor(PHONE).page
    wrong: list[str] = []

    # Received: opening the link does nothing, its button does.
    zoe.goto(link_of(zoe, EMAIL, "Votre réussite"))
    expect(zoe.get_by_text(f"{FIRST} {LAST}")).to_be_visible()
    wrong += faults_at_each_width(zoe, "what waits to be received")
    zoe.get_by_role("button", name="La recevoir").click()
    zoe.goto("/titulaire/")
    wrong += faults_at_each_width(zoe, "the space of somebody who has just come")
    zoe.get_by_role("link", name=MICRO).first.click()
    wrong += faults_at_each_width(zoe, "one award")
    first_award = zoe.url

    # An accent is asked for, and comes back in one act.
    zoe.get_by_role("link", name="Demander une correction").click()
    zoe.get_by_role("link", name="Mon prénom ou mon nom est mal écrit").click()
    zoe.get_by_label("Prénom", exact=True).fill(RIGHT_FIRST)
    wrong += faults_at_each_width(zoe, "what should be written")
    zoe.get_by_role("button", name="Envoyer ma demande").click()
    wrong += faults_at_each_width(zoe, "a correction that waits")
    # Whoever issued does not correct alone.
    other = visitor().become("helene")
    other.get_by_role("navigation").get_by_role("link", name="Délivrance").first.click()
    other.get_by_role("link", name="Suivre").click()
    other.get_by_role("link", name=re.compile("Corrections")).first.click()
    other.get_by_role("link", name=re.compile(LAST)).first.click()
    wrong += faults_at_each_width(other, "a correction to answer")
    other.get_by_role("button", name="Accepter et remplacer").click()
    other.get_by_text("remplacé par").first.wait_for()
    zoe.goto("/titulaire/")
    zoe.get_by_role("link", name=MICRO).first.click()
    assert zoe.url != first_award
    expect(zoe.get_by_text(f"{RIGHT_FIRST} {LAST}").first).to_be_visible()

    # Shared until a day, seen by a stranger and announced to a program; stopped, the open tab says so.
    zoe.get_by_role("link", name="Créer un lien").first.click()
    zoe.get_by_label("Jusqu’au jour que je choisis").check()
    last_day = timezone.localdate() + timedelta(days=20)
    zoe.get_by_label("Dernier jour").fill(last_day.isoformat())
    wrong += faults_at_each_width(zoe, "what to show and until when")
    zoe.get_by_role("button", name="Créer le lien").click()
    wrong += faults_at_each_width(zoe, "a link and its uses")
    link = zoe.locator(".sh-link").inner_text()
    passing_by = visitor(PHONE)
    stranger = passing_by.page
    stranger.goto(link)
    expect(stranger.get_by_text(f"{RIGHT_FIRST} {LAST}").first).to_be_visible()
    wrong += faults_at_each_width(stranger, "what is shared")
    robot = {"User-Agent": "facebookexternalhit/1.1"}
    told = stranger.request.get(link, headers=robot).text()
    title = re.search(r'<meta property="og:title" content="([^"]+)"', told)
    picture = re.search(r'<meta property="og:image" content="([^"]+)"', told)
    assert title is not None
    assert picture is not None
    assert MICRO.split(" sur")[0] in title[1]
    drawn = stranger.request.get(picture[1], headers=robot)
    assert drawn.body().startswith(b"\x89PNG")
    zoe.get_by_role("button", name=re.compile("^Arrêter")).first.click()
    zoe.get_by_text("ne montre plus rien").first.wait_for()
    assert stranger.reload().status == 410
    # The browser says so in its console too.
    assert [one for one in passing_by.said if "410" not in one] == []
    passing_by.said.clear()
    expect(stranger.get_by_text(LAST)).to_have_count(0)
    wrong += faults_at_each_width(stranger, "a link that was stopped")

    # Erased: said exactly, done twice, and nothing of her is left anywhere.
    zoe.goto("/titulaire/")
    zoe.get_by_role("link", name=MICRO).first.click()
    number = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", zoe.locator("main").inner_text())
    assert number is not None
    zoe.get_by_role("link", name=re.compile("^Effacer")).first.click()
    wrong += faults_at_each_width(zoe, "what erasing does")
    zoe.get_by_role("link", name="Continuer").click()
    zoe.get_by_label("Oui, effacer pour toujours").check()
    zoe.get_by_role("button", name="Effacer").click()
    zoe.goto("/titulaire/moi/fermer/")
    zoe.get_by_role("link", name=re.compile("Continuer")).click()
    zoe.get_by_label(re.compile("^Oui, tout effacer")).check()
    wrong += faults_at_each_width(zoe, "closing the space")
    zoe.get_by_role("main").get_by_role("button").last.click()
    zoe.wait_for_url(re.compile("/ferme/"))
    stranger.goto(f"/p/{number[0]}")
    expect(stranger.get_by_text("retirée à la demande de son titulaire").first).to_be_visible()
    wrong += faults_at_each_width(stranger, "the page of what was erased")
    # What was freed in the database is written anew by a job.
    end = time.monotonic() + JOB_SECONDS / 1000
    while (left := left_of(LAST, home)) and time.monotonic() < end:
        time.sleep(1)
    assert left == []
    operator = visitor().become("samir")
    operator.get_by_role("navigation").get_by_role("link", name="Sceau").first.click()
    key = operator.locator("dt", has_text="Clé publique").locator("+ dd code").inner_text()
    checked = log_check(home, key)
    assert checked.returncode == 0, checked.stdout
    assert not wrong, "\n".join(wrong)


def left_of(name: str, home: Path) -> list[str]:
    """The files of an installation in which a name is written, in any case."""
    sought = name.casefold().encode()
    files = (path for path in home.rglob("*") if path.is_file())
    return [str(path.relative_to(home)) for path in files if sought in path.read_bytes().lower()]


def log_check(home: Path, key: str) -> Any:
    """`./jurande log check` on what the installation publishes."""
    command = [str(ROOT / "jurande"), "log", "check", str(home / "public/registre"), "--key", key]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JURANDE_", "DATABASE_"))}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_three_micro_certifications_lead_to_a_bloc(visitor: Any) -> None:
    wrong: list[str] = []
    malo = visitor(PHONE).page
    # He lost his letter, and asks for a way in.
    malo.goto("/lien/")
    malo.get_by_label("Votre adresse électronique").fill("malo.kervella@exemple.fr")
    malo.get_by_role("button", name="Recevoir le lien").click()
    malo.get_by_role("heading", name="Regardez votre courrier.").wait_for()
    malo.goto(link_of(malo, "malo.kervella@exemple.fr", "lien"))
    malo.get_by_role("main").get_by_role("button").first.click()
    malo.goto("/titulaire/")
    wrong += faults_at_each_width(malo, "somebody who has all three")
    malo.get_by_role("button", name="Demander mon attestation").first.click()
    malo.wait_for_load_state("networkidle")
    wrong += faults_at_each_width(malo, "an attestation asked for")

    clerk = visitor().become("anne-sophie")
    clerk.get_by_role("navigation").get_by_role("link", name="Délivrance").first.click()
    clerk.get_by_role("link", name="Concevoir").click()
    clerk.get_by_role("link", name="Combinaisons").first.click()
    wrong += faults_at_each_width(clerk, "the combinations")
    clerk.get_by_role("link", name="Vers le bloc 2").click()
    expect(clerk.get_by_role("row", name=re.compile("Malo Kervella"))).to_be_visible()
    wrong += faults_at_each_width(clerk, "who may be given the bloc")
    clerk.get_by_role("button", name="Proposer la délivrance").click()
    clerk.wait_for_url(re.compile("/lots/[0-9A-Z]+/"))
    expect(clerk.get_by_text("Malo Kervella").first).to_be_visible()
    wrong += faults_at_each_width(clerk, "the lot that is proposed")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_a_dossier_says_what_is_missing_to_be_registered(visitor: Any) -> None:
    wrong: list[str] = []
    page = visitor().become("helene")
    page.get_by_role("navigation").get_by_role("link", name="Certifications").first.click()
    page.get_by_role("link", name=MICRO).first.click()
    page.get_by_role("link", name="Dossier d’enregistrement").or_(
        page.get_by_role("button", name="Préparer une demande d’enregistrement")
    ).first.click()
    page.wait_for_url(re.compile("/dossiers/"))
    wrong += faults_at_each_width(page, "a dossier, criterion by criterion")
    expect(page.get_by_role("heading", name="Que manque-t-il à notre demande")).to_be_visible()
    expect(page.get_by_text(re.compile(r"critères? montrés? sur 10")).first).to_be_visible()
    page.get_by_text("L’effet sur les parcours").first.click()
    expect(page.get_by_text(re.compile("enquête|insertion|promotion")).first).to_be_visible()
    assert not wrong, "\n".join(wrong)


def weight(browser: Any, address: str, path: str, state: Any) -> int:
    """How many bytes a first visit of a page takes over the network."""
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, base_url=address, storage_state=state)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    taken: list[int] = []
    network.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    context.close()
    return sum(taken)


@pytest.mark.slow
def test_pages_of_a_holder_weigh_little(visitor: Any, chromium: Any, address: str) -> None:
    ines = visitor(PHONE)
    page = ines.become("ines")
    state = ines.context.storage_state()
    paths = ["/titulaire/", "/titulaire/partages/", "/titulaire/moi/", "/lien/"]
    paths.append(page.locator("a[href*='/reussites/']").first.get_attribute("href"))
    page.goto(paths[-1])
    paths.append(page.locator("a[href*='/p/']").first.get_attribute("href"))
    paths.append(link_of(page, "", "Votre réussite"))
    heavy = {path: taken for path in paths if (taken := weight(chromium, address, path, state)) > MOST_BYTES}
    assert not heavy
