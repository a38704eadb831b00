"""Two hundred awards from a spreadsheet with seven bad rows, a forged name told, and a partner that issues by
delegation until it is suspended, in Chromium."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader, PdfWriter

from tests.journeys.test_screens import faults_at_each_width

HEADERS = "Nom;Prénom;Né(e) le;Courriel;Heures présentes;Heures prévues"
MICRO = "Diagnostiquer une panne électrique sur un lave-linge"
LOT_SECONDS = 120
# What is wrong with a row of the sheet, the field that mends it, and by what.
BAD = (
    ("Petit;;02/05/1988;petit@exemple.fr;28;35", "Prénom", "Louise"),
    ("Marchetti 2;Lou;14/11/1995;lou@exemple.fr;30;35", "Nom", "Marchetti"),
    ("Okafor;Chidi;31/02/1990;chidi@exemple.fr;33;35", "Date de naissance", "28/02/1990"),
    ("Roussel;Camille;09/09/1979;camille.roussel@exemple;35;35", "Adresse électronique", "camille@exemple.fr"),
    ("Tessier;Noé;17/01/1999;noe@exemple.fr;79;100", "Heures de présence", "80"),
    ("Lambert;Jade;23/06/1992;jade@exemple.fr;40;35", "Heures de présence", "34"),
    ("Bernier;Axel;30/03/1985;axel@exemple.fr;#REF!;35", "Heures de présence", "30"),
)


def sheet(name: str, count: int, bad: tuple[str, ...] = ()) -> dict[str, Any]:
    """A file as somebody sends it: good rows, each another person, and bad ones among them."""
    letters = "abcdefghijklmnopqrst"
    rows = [
        f"{name} {letters[n // 20]}{letters[n % 20]};Ana;14/07/1992;{name.lower()}{n}@exemple.fr;34;35"
        for n in range(count)
    ]
    for place, row in enumerate(bad):
        rows.insert(3 + 20 * place, row)
    return {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": "\r\n".join([HEADERS, *rows]).encode("cp1252")}


def with_attachment(pages: bytes, credential: str) -> bytes:
    """The pages of one document around the credential of another: what a forger with an editor makes."""
    written = PdfWriter()
    for page in PdfReader(BytesIO(pages)).pages:
        written.add_page(page)
    written.add_attachment("openbadge.json", credential.encode())
    out = BytesIO()
    written.write(out)
    return out.getvalue()


def sent(page: Any, file: dict[str, Any]) -> None:
    """Send a sheet."""
    page.locator("main input[type=file]").set_input_files(files=[file])
    page.get_by_role("button", name="Lire le tableur").click()


@pytest.mark.slow
def test_two_hundred_from_a_spreadsheet_and_a_forged_name_is_told(visitor: Any) -> None:
    wrong: list[str] = []
    page = visitor().become("anne-sophie")
    page.get_by_role("navigation").get_by_role("link", name="Délivrance").first.click()
    page.get_by_role("link", name="Depuis un tableur").click()
    design = page.get_by_label("Ce qui est délivré").locator("option", has_text=MICRO).get_attribute("value")
    page.get_by_label("Ce qui est délivré").select_option(design)
    sent(page, sheet("Durand", 193, tuple(row for row, _label, _mended in BAD)))
    wrong += faults_at_each_width(page, "which column is what")
    page.get_by_role("button", name="Vérifier les lignes").click()
    page.get_by_text("7 lignes sont à corriger").first.wait_for(timeout=LOT_SECONDS * 1000)
    lot = page.url
    wrong += faults_at_each_width(page, "a lot to mend")
    page.get_by_role("link", name="Corriger la première ligne").click()
    for row, label, mended in BAD:
        if ";79;100" in row:
            expect(page.get_by_text(re.compile(r"Assiduité de 79\s%, pour 80\s% demandés")).first).to_be_visible()
            wrong += faults_at_each_width(page, "a row to mend")
        page.get_by_label(re.compile(rf"^{label}\b")).fill(mended)
        here = page.url
        page.get_by_role("button", name="Enregistrer la ligne").click()
        page.wait_for_url(lambda url, here=here: url != here)
    expect(page.get_by_text("Délivrer à 200 personnes")).to_be_visible()
    expect(page.get_by_role("button", name="Approuver ce lot")).to_have_count(0)

    approving = visitor().become("helene")
    approving.goto(lot)
    approving.get_by_role("button", name="Approuver ce lot").click()
    approving.get_by_text("Ce lot est approuvé").first.wait_for()

    page.reload()
    wrong += faults_at_each_width(page, "a lot to issue")
    page.get_by_role("button", name="Délivrer maintenant").click()
    page.get_by_text("200 délivrances faites").first.wait_for(timeout=LOT_SECONDS * 1000)
    page.goto(lot.split("/lots/")[0] + "/delivrances/?q=Tessier")
    page.get_by_role("link", name="Noé Tessier").click()
    wrong += faults_at_each_width(page, "an award, to its certifier")
    number = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.locator("main").inner_text())
    assert number is not None
    mine = page.request.get(page.url + "parchemin.pdf").body()
    page.goto(lot.split("/lots/")[0] + "/delivrances/?q=Bernier")
    page.get_by_role("link", name="Axel Bernier").click()
    other = page.request.get(page.url + "parchemin.pdf").body()

    reading = visitor()
    employer = reading.page
    employer.goto(f"/p/{number[0]}")
    expect(
        employer.get_by_role("heading", name="Micro-certification authentique, en cours de validité")
    ).to_be_visible()
    wrong += faults_at_each_width(employer, "the proof")
    assert "Noé Tessier" not in employer.locator("main").inner_text()
    employer.get_by_label("Vous avez le document sous les yeux").fill("Tissier")
    employer.get_by_role("button", name="Comparer le nom").click()
    employer.get_by_text("Ce n’est pas le nom de la personne").wait_for()
    wrong += faults_at_each_width(employer, "another name")
    # The browser says in its console that the name was refused.
    assert [one for one in reading.said if "422" not in one] == []
    reading.said.clear()
    employer.get_by_label("Vous avez le document sous les yeux").fill("Tessier")
    employer.get_by_role("button", name="Comparer le nom").click()
    employer.get_by_text("Noé Tessier").first.wait_for()
    assert len(PdfReader(BytesIO(employer.pdf(format="A4", prefer_css_page_size=True))).pages) == 1
    credential = employer.request.get(employer.url + "/attestation.json").text()
    for name, content, said in (
        ("genuine.pdf", mine, "authentique"),
        ("forged.pdf", with_attachment(other, credential), "Ce qui diffère"),
    ):
        employer.goto("/verifier/")
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        employer.locator("input[type=file]").set_input_files(files=[file])
        employer.get_by_role("button", name="Comparer ce fichier").click()
        employer.get_by_text(said).first.wait_for()
        wrong += faults_at_each_width(employer, name)
    differs = employer.locator("tr", has_text="Noé Tessier")
    expect(differs).to_contain_text("Axel Bernier")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_a_partner_issues_until_it_is_suspended(visitor: Any) -> None:
    wrong: list[str] = []
    page = visitor().become("nadege")
    page.get_by_role("navigation").get_by_role("link", name="Délivrance").first.click()
    wrong += faults_at_each_width(page, "what a partner may issue")
    delivering = page.url
    lots = []
    for name in ("Morel", "Ferry"):
        page.goto(delivering)
        page.get_by_role("link", name="Préparer un lot").click()
        sent(page, sheet(name, 3))
        page.get_by_text("prêt").first.wait_for(timeout=LOT_SECONDS * 1000)
        lots.append(page.url)
        approving = visitor().become("jocelyn")
        approving.goto(page.url)
        approving.get_by_role("link", name=re.compile("^Approuver")).click()
        approving.get_by_role("button", name=re.compile("^Approuver")).click()
    page.goto(lots[0])
    page.get_by_role("link", name=re.compile("^Délivrer")).click()
    page.get_by_role("button", name=re.compile("^Délivrer")).click()
    page.get_by_text("Ce qui a été délivré").first.wait_for(timeout=LOT_SECONDS * 1000)
    wrong += faults_at_each_width(page, "what a partner issued")
    number = page.locator("td[data-label='Numéro']").first.inner_text()

    claire = visitor().become("claire")
    claire.goto("/p/" + number)
    claire.get_by_role("link", name="Voir l’habilitation").click()
    code = claire.url.rstrip("/").rsplit("/", 1)[1]
    claire.goto("/")
    claire.get_by_role("navigation").get_by_role("link", name="Réseau").first.click()
    claire.wait_for_url("**/reseau/")
    claire.goto(claire.url + "?q=ateliers+mistral+formation")  # another journey makes the network longer than a page
    claire.get_by_role("link", name="Ateliers Mistral Formation", exact=True).first.click()
    claire.locator(f"a[href*='{code}']").first.click()
    claire.get_by_role("link", name="Suspendre…").click()
    claire.get_by_label("Pourquoi, en clair").fill("Vérification des deux dernières sessions.")
    claire.get_by_role("button", name="Suspendre").click()
    claire.get_by_text("elle est suspendue depuis").first.wait_for()

    page.goto(lots[1])
    expect(page.get_by_text(re.compile("suspendue"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Délivrer"))).to_have_count(0)
    wrong += faults_at_each_width(page, "what a suspended partner reads")

    employer = visitor().page
    employer.goto("/p/" + number)
    expect(
        employer.get_by_role("heading", name="Micro-certification authentique, en cours de validité")
    ).to_be_visible()
    expect(employer.get_by_text("L’organisme était habilité à cette date")).to_be_visible()
    assert not wrong, "\n".join(wrong)
