from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.integrations.inspection import FORMATS, Kind, Reason, Rejected
from jurande.integrations.inspection.names import clean_name


def reason(raw: str, kind: Kind = Kind.PDF) -> Reason:
    with pytest.raises(Rejected) as caught:
        clean_name(raw, kind)
    return caught.value.reason


class TestCleanName:
    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ("Convention signée.pdf", "Convention signée.pdf"),
            ("SCAN.PDF", "SCAN.PDF"),
            ("scan", "scan.pdf"),
            (".pdf", "document.pdf"),
            ("", "document.pdf"),
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("..\\..\\windows\\a.pdf", "a.pdf"),
            ("C:\\Users\\Claire\\cv.pdf", "cv.pdf"),
            (".htaccess.pdf", "htaccess.pdf"),
            ("  espaces   partout  .pdf", "espaces partout.pdf"),
            ('a<b>:"|?*.pdf', "a-b------.pdf"),
            ("contrat.docx.pdf", "contrat.docx.pdf"),
            ("www.exemple.com.pdf", "www.exemple.com.pdf"),
            ("CON.pdf", "_CON.pdf"),
            ("nul.2026.pdf", "_nul.2026.pdf"),
            ("a\u200bb.pdf", "ab.pdf"),
            ("été.pdf", "été.pdf"),
        ],
    )
    def test_makes_a_clumsy_name_harmless(self, raw: str, clean: str) -> None:
        assert clean_name(raw, Kind.PDF) == clean

    def test_gives_one_name_to_what_reads_the_same(self) -> None:
        decomposed = unicodedata.normalize("NFD", "été à la mer.pdf")
        assert clean_name(decomposed, Kind.PDF) == "été à la mer.pdf"

    @pytest.mark.parametrize("letter", ["a", "é", "漢", "👩"])
    def test_shortens_to_255_bytes_and_keeps_the_extension(self, letter: str) -> None:
        name = clean_name(letter * 400 + ".jpeg", Kind.JPEG)
        assert 240 < len(name.encode()) <= 255
        assert name.endswith(".jpeg")
        assert set(name.removesuffix(".jpeg")) == {letter}

    def test_never_leaves_an_accent_without_its_letter(self) -> None:
        # q with two marks has no composed form.
        name = clean_name("q\u0323\u0307" * 200 + ".pdf", Kind.PDF)
        assert name.removesuffix(".pdf").count("q") == name.count("\u0323")

    @pytest.mark.parametrize(
        "raw", ["a\0.pdf", "a\n.pdf", "a\r\nSet-Cookie: x.pdf", "a\x1b[2J.pdf", "a\u2028.pdf", "\x7f.pdf"]
    )
    def test_refuses_a_control_character(self, raw: str) -> None:
        assert reason(raw) is Reason.NAME_INVISIBLE

    @pytest.mark.parametrize("mark", "\u202e\u202d\u202a\u2066\u2067\u200f\u061c")
    def test_refuses_what_turns_the_reading_round(self, mark: str) -> None:
        assert reason(f"cv_{mark}fdp.exe") is Reason.NAME_DECEPTIVE
        assert reason(f"cv_{mark}x.pdf") is Reason.NAME_DECEPTIVE

    @pytest.mark.parametrize("hidden", ["exe", "html", "svg", "js", "php", "docm", "SCR", " exe "])
    def test_refuses_a_hidden_extension_that_runs(self, hidden: str) -> None:
        assert reason(f"facture.{hidden}.pdf") is Reason.NAME_DECEPTIVE

    @pytest.mark.parametrize("extension", ["exe", "png", "html", "svg", "docx", "p df", "\uff50df"])
    def test_refuses_an_extension_of_something_else(self, extension: str) -> None:
        assert reason(f"facture.{extension}") is Reason.NAME_EXTENSION

    @given(raw=st.text(max_size=300), kind=st.sampled_from(Kind))
    def test_always_gives_a_name_that_any_disk_takes(self, raw: str, kind: Kind) -> None:
        try:
            name = clean_name(raw, kind)
        except Rejected:
            return
        assert 0 < len(name.encode()) <= 255
        assert not set(name) & set('/\\\0\r\n<>:"|?*')
        assert name == unicodedata.normalize("NFC", name)
        assert name.rpartition(".")[2].lower() in FORMATS[kind].extensions
        assert not name.startswith((".", " "))
        assert clean_name(name, kind) == name
