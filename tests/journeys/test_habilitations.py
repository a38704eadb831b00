"""A manager suspends a habilitation: everything says so at once, and last month still says yes. In Chromium."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_screens import faults_at_each_width

PARTNER = "Atelier des Deux-Rives"


def said(page: Any, address: str) -> str:
    """What anybody reads at an address, without a cookie."""
    answer = page.request.get(address)
    assert answer.ok
    return str(answer.text())


@pytest.mark.slow
def test_a_suspension_shows_everywhere_and_last_month_still_says_yes(visitor: Any) -> None:
    page = visitor().become("claire")
    page.get_by_role("navigation").get_by_role("link", name="Réseau").first.click()
    page.wait_for_url("**/reseau/")
    page.goto(f"{page.url}?q={PARTNER}")  # another journey makes the network longer than a page
    page.get_by_role("link", name=PARTNER, exact=True).first.click()
    page.locator("section", has_text="Habilitations").get_by_role("link", name="RNCP49021").first.click()
    own = page.url
    code = own.rstrip("/").rsplit("/", 1)[1]
    before = (date.today() - timedelta(days=30)).isoformat()
    public, api = f"/habilitations/{code}/", f"/api/v1/habilitations/{code}"
    assert "est habilité aujourd’hui" in said(page, public)

    page.get_by_role("link", name="Suspendre…").click()
    expect(page.get_by_text("dans les cinq secondes")).to_be_visible()
    page.get_by_label("Pourquoi, en clair").fill("Vérification de deux sessions.")
    page.get_by_role("button", name="Suspendre").click()
    expect(page.get_by_text("elle est suspendue depuis")).to_be_visible()
    # No page of ours is kept longer than this.
    page.wait_for_timeout(2_500)
    assert "est pas habilité aujourd’hui" in said(page, public)
    assert "Habilitation suspendue" in said(page, f"{public}badge.svg")
    assert json.loads(said(page, api))["state"] == "suspended"
    assert json.loads(said(page, f"{api}?jour={before}"))["is_habilitated"] is True
    assert "était habilité le" in said(page, f"{public}?jour={before}")
    assert faults_at_each_width(page, "habilitation, certifier") == []
    page.goto(public)
    assert faults_at_each_width(page, "habilitation, public") == []

    page.goto(own)
    page.get_by_role("link", name="Lever la suspension…").click()
    page.get_by_label("Pourquoi, en clair").fill("Tout est en ordre.")
    page.get_by_role("button", name="Lever la suspension").click()
    expect(page.get_by_text("Oui, aujourd’hui")).to_be_visible()
