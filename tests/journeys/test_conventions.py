"""A convention refused while a mention is missing, then signed by both in two browsers; a suspension, then griefs,
observations and termination, in Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_screens import faults_at_each_width

DRAFT = "Campus Artois Métiers"
BINDING = "Ateliers Mistral Formation"
SEALING_SECONDS = 60


def opened(page: Any, partner: str) -> None:
    """Open the convention of a partner from the list."""
    page.get_by_role("navigation").get_by_role("link", name="Conventions").first.click()
    page.locator("tr", has_text=partner).get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")


def letters(visitor: Any) -> Any:
    """Everybody's letters, in a browser of their own."""
    page = visitor().page
    page.goto("/demonstration/courriels/")
    return page


def code_in(visitor: Any, reference: str) -> str:
    """The last code that was sent for that convention."""
    said = letters(visitor).get_by_text(re.compile(r"\d{3}\s\d{3}\s?: votre code de signature")).first.inner_text()
    assert reference
    found = re.search(r"(\d{3})\s(\d{3})", said)
    assert found is not None
    return "".join(found.groups())


def signs(page: Any, visitor: Any, reference: str, where: list[str]) -> None:
    """Read to the end, ask for a code, find it in the mail, sign."""
    if page.get_by_role("button", name="Lire la convention").count():
        page.get_by_role("button", name="Lire la convention").click()
    read = page.get_by_role("button", name="J’ai lu le texte en entier")
    read.wait_for()
    where += faults_at_each_width(page, "the text to sign")
    read.click()
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_label("Code à six chiffres").fill(code_in(visitor, reference))
    where += faults_at_each_width(page, "the code")
    page.get_by_role("button", name="Signer la convention").click()
    page.get_by_text("Vous avez signé").first.wait_for()


@pytest.mark.slow
def test_refused_then_signed_by_both_and_sealed(visitor: Any, tmp_path: Path) -> None:
    wrong: list[str] = []
    claire = visitor()
    page = claire.become("claire")
    opened(page, DRAFT)
    one = page.url
    page.goto(f"{one}envoyer/")
    page.get_by_text("des mentions obligatoires ne sont pas remplies").first.wait_for()
    page.goto(f"{one}mentions/")
    page.locator("#id_supervision_means").fill("Une responsable pédagogique présente chaque jour.")
    page.locator("input[name=apprenticeship][value=none]").check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{one}envoyer/")
    page.get_by_role("button", name="Envoyer à signer").click()
    page.get_by_text("La convention est envoyée").wait_for()
    page.goto(f"{one}signature/")
    reference = re.search(r"CONV-\d{4}-\d{4}", page.locator("main").inner_text())
    assert reference is not None

    # The partner's signatory, on a telephone, by the link of the letter; then the house, in another browser.
    mail = letters(visitor)
    link = mail.locator("a", has_text="Lire la convention").first.get_attribute("href")
    assert link is not None
    guest = visitor(390)
    guest.page.goto(link[link.index("/signer/") :])
    signs(guest.page, visitor, reference.group(), wrong)
    helene = visitor()
    house = helene.become("helene")
    house.goto(f"{one}signer/")
    signs(house, visitor, reference.group(), wrong)

    deadline = time.monotonic() + SEALING_SECONDS
    while True:
        house.goto(f"{one}signature/")
        if house.get_by_text("Le fichier scellé").count() or time.monotonic() > deadline:
            break
        house.wait_for_timeout(500)
    wrong += faults_at_each_width(house, "who signed")
    with house.expect_download() as kept:
        house.get_by_role("link", name="Convention signée (PDF)").click()
    kept.value.save_as(tmp_path / "signee.pdf")
    if shutil.which("pdfsig"):
        said = subprocess.run(["pdfsig", "signee.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
    altered = bytearray((tmp_path / "signee.pdf").read_bytes())
    altered[len(altered) // 3] ^= 1
    (tmp_path / "alteree.pdf").write_bytes(altered)
    for name, sentence in (("signee.pdf", "à l’octet près"), ("alteree.pdf", "Non")):
        house.goto(f"{one}verifier/")
        house.locator("input[type=file]").set_input_files(tmp_path / name)
        house.get_by_role("button", name="Vérifier ce PDF").click()
        house.get_by_text(sentence).first.wait_for()
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_suspended_then_terminated_in_the_only_order(visitor: Any) -> None:
    wrong: list[str] = []
    page = visitor().become("claire")
    opened(page, BINDING)
    one = page.url
    page.goto(f"{one}suites/suspendre/")
    page.get_by_label("Motifs").fill("Deux candidats nous ont écrit le même jour.")
    wrong += faults_at_each_width(page, "suspending")
    page.get_by_role("button", name="Suspendre et envoyer la lettre").click()
    page.get_by_text("La convention est suspendue").wait_for()
    page.goto(f"{one}suites/griefs/")
    page.get_by_label("Griefs", exact=True).fill("Une session tenue sans second évaluateur.")
    page.get_by_role("button", name="Notifier les griefs").click()
    page.get_by_text("La preuve que la lettre est reçue manque encore").wait_for()
    wrong += faults_at_each_width(page, "what follows")

    # Nobody decides before the partner was heard.
    deciding = visitor().become("helene")
    deciding.goto(f"{one}suites/")
    expect(deciding.get_by_role("link", name="Décider la résiliation")).to_have_count(0)

    head = visitor().become("jocelyn")
    head.get_by_role("navigation").get_by_role("link", name="Conventions").first.click()
    head.locator("tr", has_text="Suspendue").get_by_role("link").first.click()
    wrong += faults_at_each_width(head, "the partner, suspended")
    head.get_by_role("link", name="Notification des griefs").click()
    head.get_by_role("button", name="Ouvrir la lettre").click()
    head.get_by_role("link", name="Lire la lettre").wait_for()
    head.go_back()
    head.get_by_role("link", name=re.compile("CONV-")).first.click()
    head.get_by_role("link", name="Présenter nos observations").click()
    head.get_by_label("Vos observations").fill("Ils étaient deux : voici la feuille d’émargement.")
    wrong += faults_at_each_width(head, "observations")
    head.get_by_role("button", name="Transmettre nos observations").click()
    head.get_by_text("Vos observations sont transmises").wait_for()

    deciding.goto(f"{one}suites/")
    deciding.get_by_role("link", name="Décider la résiliation").click()
    deciding.get_by_label("Motifs de la décision").fill("La feuille produite porte une seule signature.")
    deciding.get_by_label("Que deviennent les personnes en formation").fill("Elles passent à la session de juin.")
    wrong += faults_at_each_width(deciding, "deciding")
    deciding.get_by_role("button", name="Résilier et envoyer la lettre").click()
    deciding.get_by_text("Résiliation décidée").wait_for()
    assert not wrong, "\n".join(wrong)
