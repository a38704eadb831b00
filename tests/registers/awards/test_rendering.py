"""What an award looks like: a page whose attachment is the proof, a badge that carries it, names in any letters."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from pypdf import PdfReader

from jurande.core.france.parchments import Registration
from jurande.core.proof.carriers.detection import read_carrier
from jurande.integrations.typesetting import ornaments
from jurande.integrations.typesetting.coverage import undrawable
from jurande.registers.awards.facts.parchments import (
    Frame,
    ParchmentContent,
    Signed,
    content_of,
    parchment_content,
)
from jurande.registers.awards.facts.specimens import BY_KEY, SPECIMENS, specimen_bearer
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import rendering
from jurande.registers.awards.operations.rendering import NotDrawn
from jurande.registers.awards.states import Layout
from jurande.registers.seal.queries.credentials import signed_bytes
from tests.factories import TODAY
from tests.registers.awards import designs, proved
from tests.registers.seal.homes import own_home

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed here")


@pytest.fixture
def award(db: None, settings: Any, tmp_path: Path) -> Award:
    """One in use, in a home of its own."""
    own_home(settings, tmp_path / "home")
    house = proved.house()
    return proved.awarded(designs.published(designs.offered(house)))


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "page.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", folder / "page.pdf", "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def content(name: str = "usual", **changed: object) -> ParchmentContent:
    """A page of a design that is in no table, as it is drawn for this specimen."""
    frame = Frame(
        subject="micro",
        layout="workshop",
        edition=1,
        languages=("fr", "en"),
        texts={},
        place="Strasbourg",
        colour="#2F3E8F",
        accent="#A4262C",
        emblem="bowl",
        logo=None,
        signatories=(Signed("Hélène Rouvière", ("directrice générale", "managing director")),),
        registration=Registration(
            certifier="Institut des métiers de la réparation",
            title="Diagnostiquer une panne électrique sur un lave-linge",
            level="4",
            protocol="Mise en situation d’une heure trente.",
            hours=21,
        ),
        outcomes=("Consigner l’appareil", "Lire le schéma"),
        blocs=(),
    )
    return content_of(replace(frame, **changed), specimen_bearer(BY_KEY[name], on=TODAY, validity_months=36))


class TestThePage:
    def test_carries_the_signed_credential_that_a_verifier_reads_back(self, award):
        pdf = rendering.parchment_pdf(award)
        read = read_carrier(pdf)
        signed = signed_bytes(award.credential)
        assert signed is not None
        assert read.text == signed.decode()

    def test_says_that_it_is_pdf_a_3a_and_pdf_ua_1(self, award):
        pdf = rendering.parchment_pdf(award)
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
        assert len(PdfReader(io.BytesIO(pdf)).pages) == 1

    @needs_poppler
    def test_says_who_what_when_and_where_it_is_verified(self, award, tmp_path):
        text = text_of(rendering.parchment_pdf(award), tmp_path)
        said = parchment_content(award)
        assert "Inès Carvalho" in text
        assert said.number in text
        assert said.address in text
        assert "n’est enregistrée ni au RNCP" in text

    def test_is_the_same_bytes_drawn_again_and_from_the_cache(self, award):
        first = rendering.parchment_pdf(award)
        assert rendering.parchment_pdf(award) == first
        caches["parchments"].clear()
        rendering.typeset.__globals__["_compiled"].cache_clear()
        assert rendering.parchment_pdf(award) == first

    def test_lies_encrypted_in_the_cache(self, award):
        caches["parchments"].clear()
        rendering.parchment_pdf(award)
        kept = [one.read_bytes() for one in Path(caches["parchments"]._dir).rglob("*") if one.is_file()]
        assert kept
        assert not any(b"%PDF" in one for one in kept)

    def test_is_refused_for_what_was_erased(self, award):
        award.erased_at = award.issued_at
        with pytest.raises(NotDrawn):
            rendering.parchment_pdf(award)

    def test_waits_for_the_signature(self, award):
        award.credential.signed = None
        with pytest.raises(NotDrawn, match="en cours"):
            rendering.parchment_pdf(award)


class TestTheBadge:
    def test_as_a_picture_carries_the_signed_credential(self, award):
        png = rendering.badge_png(award)
        signed = signed_bytes(award.credential)
        assert signed is not None
        assert png.startswith(b"\x89PNG")
        assert read_carrier(png).text == signed.decode()

    def test_as_a_drawing_carries_the_signed_credential(self, award):
        svg = rendering.badge_svg(award)
        signed = signed_bytes(award.credential)
        assert signed is not None
        assert read_carrier(svg).text == signed.decode()


class TestNames:
    @needs_poppler
    @pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda one: one.key)
    def test_are_drawn_with_letters_that_exist_and_read_back(self, specimen, tmp_path):
        pdf = rendering.draw_pdf(content(specimen.key), "")
        text = unicodedata.normalize("NFC", text_of(pdf, tmp_path))
        # Readers may part a compound name where a line ends.
        wanted = unicodedata.normalize("NFC", f"{specimen.first_name} {specimen.last_name}")
        assert wanted in text
        assert "\ufffd" not in text
        assert not missing_glyphs(pdf)

    def test_in_letters_that_we_have_no_face_for_are_told(self):
        assert undrawable("Inès Nguyễn عبد الرحمن Zoe\u0308") == ""
        assert undrawable("李 Wei") == "李"


def missing_glyphs(pdf: bytes) -> list[str]:
    """The faces of which the page draws the glyph 0, the box that stands for what a face lacks."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    faces = {name: font.get_object() for name, font in page["/Resources"]["/Font"].items()}
    found: list[str] = []
    current = ""
    for operands, operator in page.get_contents().operations:
        if operator == b"Tf":
            current = str(operands[0])
        elif operator in (b"Tj", b"TJ"):
            pieces = operands[0] if operator == b"TJ" else [operands[0]]
            for piece in pieces:
                raw = getattr(piece, "original_bytes", None)
                if raw is not None and faces[current]["/Subtype"] == "/Type0":
                    found += [current for at in range(0, len(raw), 2) if raw[at : at + 2] == b"\0\0"]
    return found


TITLE = (
    "Concevoir, installer, mettre en service et maintenir des équipements électroménagers connectés en respectant les "
    "règles de sécurité, d’environnement et de relation avec la clientèle"
)


class TestEveryLayout:
    @pytest.mark.parametrize("layout", Layout)
    def test_holds_on_one_page_with_the_longest_of_everything(self, layout):
        usual = content("long", layout=layout)
        long = replace(
            usual,
            title=TITLE,
            items=tuple(f"{n}. Vérifier l’absence de tension avant toute mesure et le dire" for n in range(12)),
            assessment=("Mise en situation devant deux évaluateurs. " * 12, "A practical test. " * 20),
        )
        assert len(PdfReader(io.BytesIO(rendering.draw_pdf(long, ""))).pages) == 1


class TestOrnaments:
    def test_are_the_same_for_the_same_numbers(self):
        once = ornaments.frame(1123, 794, "#2F3E8F")
        ornaments.frame.cache_clear()
        assert ornaments.frame(1123, 794, "#2F3E8F") == once

    def test_write_what_somebody_typed_as_text_and_never_as_markup(self):
        assert "<script" not in ornaments.wax_seal("<script>A & B", "#A4262C", "initial")
