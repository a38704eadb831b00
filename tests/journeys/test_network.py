"""A messy spreadsheet of two hundred partners becomes a network, and the calendar of its deadlines opens, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.journeys.test_screens import faults_at_each_width
from tests.registers.network import existing

PARTNERS = 200


def spreadsheet(folder: Path) -> Path:
    """Two hundred good lines under a banner, in cp1252, and three that somebody must mend."""
    good = [existing.row(fiche="RNCP49021", name=f"Atelier repris {number}") for number in range(PARTNERS)]
    bad = [existing.row("732829320"), existing.row(fiche="RNCP49021", role="?"), good[0]]
    written = folder / "notre réseau.csv"
    written.write_bytes("\r\n".join(["Notre réseau;;;", existing.HEADERS, *good, *bad]).encode("cp1252"))
    return written


@pytest.mark.slow
def test_from_a_messy_spreadsheet_to_a_network(visitor: Any, tmp_path: Path) -> None:
    # Other numbers than those of the demonstration, which start at the same place.
    for _each in range(3_000):
        factories.siren()
    claire = visitor()
    page = claire.become("claire")
    page.get_by_role("navigation").get_by_role("link", name="Réseau").first.click()
    page.get_by_role("link", name="Reprendre un réseau").click()
    page.locator("input[type=file]").set_input_files(spreadsheet(tmp_path))
    page.get_by_role("button", name="Lire le tableur").click()
    expect(page.get_by_role("heading", name="Quelle colonne est quoi")).to_be_visible()
    page.get_by_role("button", name="Voir ce qui serait créé").click()
    expect(page.get_by_role("heading", name=re.compile(rf"Reprendre {PARTNERS} lignes"))).to_be_visible()
    expect(page.get_by_text("est un SIREN")).to_have_count(0)  # on another page of the list
    page.get_by_role("button", name="Reprendre ces lignes").click()
    # The page follows the work, and shows what came of it by itself.
    expect(page.get_by_text(f"{PARTNERS} lignes créées")).to_be_visible(timeout=180_000)
    page.get_by_role("navigation").get_by_role("link", name="Réseau").first.click()
    page.get_by_role("link", name="Habilitations", exact=True).click()
    expect(page.get_by_role("searchbox").last).to_have_attribute("placeholder", re.compile("habilitation"))
    page.wait_for_load_state("networkidle")
    page.get_by_role("searchbox").last.fill("repris 17")
    expect(page.locator("tbody tr").first).to_contain_text("Atelier repris")
    assert faults_at_each_width(page, "habilitations") == []
    page.goto(re.sub(r"/reseau/.*", "/echeances/", page.url))
    page.get_by_role("button", name="Ouvrir une adresse").click()
    address = page.locator(".code-box code").inner_text()
    answer = page.request.get(address)
    assert answer.status == 200
    assert "BEGIN:VCALENDAR" in answer.text()
