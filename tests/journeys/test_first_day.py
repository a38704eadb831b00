"""The first day of a certifier, in Chromium: created, joined with a second factor, a partner opened, a document filed."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from jurande.demo.fiction import with_check_digit
from jurande.demo.papers import pdf

PASSWORD = "trois ateliers sous la pluie"
SIRET_CERTIFIER = with_check_digit(with_check_digit("99977001") + "0001")
SIRET_PARTNER = with_check_digit(with_check_digit("99977002") + "0001")


def totp(secret: str) -> str:
    """The six digits that an authenticator shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.mark.slow
def test_from_an_empty_house_to_a_partner_with_its_time_line(visitor: Any, tmp_path: Path) -> None:
    # The operator creates the certifier and invites whoever will run it.
    samir = visitor()
    page = samir.become("samir")
    page.get_by_role("link", name="Créer un certificateur").click()
    page.get_by_label("SIRET du siège").fill("123 456 789 00012")
    for label, value in (("Dénomination", "Maison des gestes"), ("Code postal", "37000"), ("Commune", "Tours")):
        page.get_by_label(label, exact=False).first.fill(value)
    page.get_by_role("button", name="Créer le certificateur").click()
    # A wrong number is said beside its field; nothing typed is lost.
    page.get_by_role("heading", name="corriger").wait_for()
    assert page.get_by_label("Dénomination", exact=False).first.input_value() == "Maison des gestes"
    page.get_by_label("SIRET du siège").fill(SIRET_CERTIFIER)
    page.get_by_role("button", name="Créer le certificateur").click()
    page.get_by_label("Adresse électronique").fill("garance.tilleul@exemple.fr")
    page.get_by_label("Prénom").fill("Garance")
    page.get_by_label("Nom", exact=True).fill("Tilleul")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    page.get_by_text("L’invitation est partie").wait_for()

    # She opens her letter, in another browser, and chooses a password.
    garance = visitor()
    page = garance.page
    page.goto("/demonstration/courriels/")
    page.locator("summary", has_text="garance.tilleul@exemple.fr").first.click()
    page.locator("li", has_text="garance.tilleul@exemple.fr").first.get_by_role("link").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Accepter et ouvrir mon compte").click()
    page.wait_for_load_state("networkidle")

    # Her role holds keys: she is asked for a second factor before anything else.
    page.goto("/compte/maisons/")
    page.get_by_role("link", name="Maison des gestes").first.click()
    page.wait_for_url("**/acces/securite/**")
    page.goto("/acces/securite/application/activer/")
    secret = page.locator(".code-box code").first.inner_text().replace("\u00a0", "").replace(" ", "").strip()
    page.get_by_label("Code", exact=False).first.fill(totp(secret))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    page.goto("/compte/maisons/")
    page.get_by_role("link", name="Maison des gestes").first.click()
    page.get_by_role("heading", name="Qu’est-ce qui m’attend ?").wait_for()

    # She opens a partner.
    page.get_by_role("link", name="Réseau").first.click()
    page.get_by_role("link", name="Ouvrir le premier partenariat").click()
    page.get_by_label("SIRET de l’établissement").fill(SIRET_PARTNER)
    page.get_by_label("Dénomination", exact=False).first.fill("Atelier de l’Île")
    page.get_by_label("Code postal").fill("44000")
    page.get_by_label("Commune").fill("Nantes")
    page.get_by_role("button", name="Ouvrir le partenariat").click()
    page.get_by_text("est ouvert").wait_for()

    # She files a document; one that lies about itself is refused in words.
    forged = tmp_path / "assurance.pdf"
    forged.write_bytes(b"<html><script>alert(1)</script></html>")
    page.get_by_role("link", name="Déposer une pièce").first.click()
    page.get_by_label("Nature de la pièce").select_option("insurance")
    page.locator("input[type=file]").set_input_files(forged)
    page.get_by_role("button", name="Déposer").click()
    page.get_by_text("Ce fichier est une page web").first.wait_for()
    honest = tmp_path / "attestation.pdf"
    honest.write_bytes(pdf("Attestation d’assurance", ["Atelier de l’Île"]))
    page.get_by_label("Nature de la pièce").select_option("insurance")
    page.locator("input[type=file]").set_input_files(honest)
    page.get_by_role("button", name="Déposer").click()
    page.get_by_text("La pièce est déposée").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="attestation.pdf").click()
    assert Path(download.value.path()).read_bytes() == honest.read_bytes()

    # And she reads what she did.
    line = page.locator("ol.timeline").inner_text()
    assert "Garance Tilleul" in line
    assert "a ouvert le partenariat" in line
    assert "a déposé une pièce" in line

    # Another house knows nothing of it.
    page.goto("/compte/maisons/")
    mine = page.get_by_role("link", name="Maison des gestes").first.get_attribute("href")
    claire = visitor()
    claire.become("claire")
    assert claire.page.goto(mine + "reseau/").status == 404
    claire.said[:] = [said for said in claire.said if "status of 404" not in said]
