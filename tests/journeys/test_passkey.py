"""A passkey, held by an authenticator that Chromium plays: added to an account, then enough to come in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.test_first_day import PASSWORD


@pytest.mark.slow
def test_a_passkey_is_added_and_opens_the_door(visitor: Any) -> None:
    samir = visitor()
    page = samir.become("samir")
    page.goto("/exploitation/exploitants/inviter/")
    page.get_by_label("Adresse électronique").fill("odile.sablier@exemple.fr")
    page.get_by_label("Prénom").fill("Odile")
    page.get_by_label("Nom", exact=True).fill("Sablier")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    page.get_by_text("L’invitation est partie").wait_for()

    odile = visitor()
    page = odile.page
    device = odile.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    page.goto("/demonstration/courriels/")
    page.locator("summary", has_text="odile.sablier@exemple.fr").first.click()
    page.locator("li", has_text="odile.sablier@exemple.fr").first.get_by_role("link").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Accepter et ouvrir mon compte").click()

    page.goto("/acces/securite/")
    page.get_by_role("link", name="clé").first.click()
    page.get_by_label("Nom de la clé").fill("Téléphone d’Odile")
    page.get_by_label("Cette clé suffit").check()
    page.get_by_role("button", name="Ajouter la clé").click()
    page.wait_for_url(lambda url: "ajouter" not in url)
    odile.context.clear_cookies()

    page.goto("/acces/entrer/")
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    page.wait_for_url(lambda url: "/acces/" not in url)
    assert page.goto("/exploitation/exploitants/").status == 200
    assert "Odile Sablier" in page.locator("main").inner_text()
    assert page.url.endswith("/exploitation/exploitants/")
