"""Documents on paper: what goes in as data stays data, and what comes out is the same each time."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from jurande.integrations import typesetting
from jurande.integrations.typesetting import FONTS, MOST_BYTES, TooMuchText, pictures, typeset

PRICE = {
    "label": "Droit d’entrée",
    "counted": "Une fois",
    "cents": 120000,
    "vat_basis_points": 2000,
    "vat_reason": "",
    "note": "",
}


def content(**changed: object) -> dict[str, object]:
    return {
        "title": "Barème 2026",
        "author": "Institut des métiers de la réparation",
        "day": "2026-03-12",
        "reference": "BAR-2026-0001",
        "prices": [PRICE],
        **changed,
    }


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


class TestAPaper:
    def test_is_the_same_bytes_for_the_same_content(self):
        once = typeset("fees", content())
        typesetting._compiled.cache_clear()
        assert typeset("fees", content()) == once
        assert typeset("fees", content()) != typeset("fees", content(title="Barème 2027"))

    def test_says_that_it_is_pdf_a_3a_and_pdf_ua_1_in_french(self):
        pdf = typeset("fees", content())
        reader = PdfReader(BytesIO(pdf))
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
        assert reader.trailer["/Root"]["/Lang"].lower().startswith("fr")

    def test_carries_its_data_for_machines(self):
        attached = PdfReader(BytesIO(typeset("fees", content()))).attachments
        assert json.loads(attached["contenu.json"][0]) == content()

    def test_writes_amounts_as_french_does(self):
        # Readers of PDFs differ on narrow spaces: what matters is the comma, and that thousands stand apart.
        assert "1 200,00 €" in text_of(typeset("fees", content())).replace("\u202f", " ").replace("\u00a0", " ")

    def test_takes_code_for_words(self, tmp_path: Path):
        secret = tmp_path / "secret.txt"
        secret.write_text("le secret")
        typed = f'#read("{secret}") #import "@preview/x:1.0.0" *gras* $x$ \\ {{}} <script>'
        shown = text_of(typeset("fees", content(prices=[{**PRICE, "label": typed}])))
        assert "le secret" not in shown
        assert "#import" in shown
        assert "*gras*" in shown

    def test_shows_every_european_letter(self):
        shown = text_of(typeset("fees", content(prices=[{**PRICE, "label": "Œuvre Čapek Łódź Ὀδύσσεια Жизнь"}])))
        assert "Čapek" in shown
        assert "Łódź" in shown

    def test_is_clean_for_qpdf(self, tmp_path: Path):
        qpdf = shutil.which("qpdf")
        if qpdf is None:
            pytest.skip("qpdf is not on this machine")
        path = tmp_path / "paper.pdf"
        path.write_bytes(typeset("fees", content()))
        checked = subprocess.run([qpdf, "--check", str(path)], capture_output=True, text=True, timeout=30, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


class TestWhatIsRefused:
    @pytest.mark.parametrize("name", ["inconnue", "../fonts/VENDOR", "", "house/.."])
    def test_a_sheet_that_is_not_ours(self, name):
        with pytest.raises(KeyError):
            typeset(name, content())

    def test_more_text_than_anybody_would_read(self):
        with pytest.raises(TooMuchText):
            typeset("fees", content(title="x" * MOST_BYTES))

    def test_a_content_that_lacks_what_the_sheet_wants(self):
        with pytest.raises(typst.TypstError):
            typeset("fees", {"title": "Barème"})


class TestPictures:
    def test_are_one_for_each_page(self):
        (page,) = pictures("fees", content())
        assert page.startswith(b"<svg")
        assert b"<script" not in page


class TestFonts:
    def test_are_what_their_digest_says_and_have_their_licence(self):
        listed = json.loads((FONTS / "VENDOR.json").read_text())
        for entry in listed:
            assert hashlib.sha256((FONTS / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert {path.name for path in FONTS.iterdir()} - {"VENDOR.json"} == {entry["file"] for entry in listed}
        assert {e["package"] for e in listed} == {e["package"] for e in listed if "LICENSE" in e["file"]}

    def test_of_the_machine_are_not_used(self):
        assert typesetting.FONTS.parent == typesetting.SHEETS.parent
        fonts = {
            str(font["/BaseFont"]).split("+")[-1]
            for page in PdfReader(BytesIO(typeset("fees", content()))).pages
            for font in (one.get_object() for one in page["/Resources"]["/Font"].values())
        }
        assert all(name.startswith(("SourceSans3", "SourceSerif4")) for name in fonts), fonts
