"""A PDF that a stranger hands over, read by a process that may die."""

from __future__ import annotations

import pytest

from jurande.core.proof.carriers.errors import CarrierRefused
from jurande.integrations import pdf_text
from jurande.integrations.pdf_text import NoText, read_handed
from tests.core.proof.carriers.samples import laid_out, pdf


class TestReadHanded:
    def test_gives_what_it_carries_and_what_it_says(self) -> None:
        found = read_handed(pdf(**{"preuve.json": b'{"a":1}'}))
        assert (found.attached(), found.text()) == ('{"a":1}', "")

    def test_gives_the_words_of_a_page_that_carries_nothing(self) -> None:
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
        words = b"BT /F 9 Tf (7KQ4-M2XD) Tj ET"
        found = read_handed(
            laid_out(
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                page,
                b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
                b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            )
        )
        assert (found.refused, found.text()) == ("carrier.empty", "7KQ4-M2XD")

    def test_reads_no_page_of_what_was_too_long_to_open(self) -> None:
        found = read_handed(laid_out(b" " * 1_000_000 + b"<</Type/Catalog>>"))
        assert found.refused == "carrier.costly"
        with pytest.raises(CarrierRefused):
            found.attached()
        with pytest.raises(NoText):
            found.text()

    def test_that_kills_its_reader_is_too_long_to_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf_text, "LONGEST_SECONDS", 0.0)
        assert read_handed(pdf(a=b"{}")).refused == "carrier.costly"

    @pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\nrien"])
    def test_that_is_no_pdf_is_refused(self, content: bytes) -> None:
        assert read_handed(content).refused == "carrier.malformed"
