from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.registers import ExportRefused, Span, spans, splitting
from tests.exports import Fiche, Partner, export, siret

ONE = Fiche("RNCP101", partners=[Partner(siret(2))])
TWO = Fiche("RNCP102", title="Tailler la pierre")


def cut(content: bytes) -> list[Span]:
    return list(spans(io.BytesIO(content)))


def refusal(content: bytes) -> tuple[str, int]:
    with pytest.raises(ExportRefused) as raised:
        cut(content)
    return raised.value.code.removeprefix("registers."), raised.value.line


class TestSpans:
    def test_are_the_fiches_in_order_with_their_line(self) -> None:
        content = export(ONE, TWO)
        found = cut(content)
        assert [content[s.offset : s.offset + s.length] for s in found] == [
            ONE.xml().strip().encode(),
            TWO.xml().strip().encode(),
        ]
        assert [s.line for s in found] == [4, 4 + ONE.xml().count("\n")]

    def test_have_the_digest_of_their_bytes_alone(self) -> None:
        again = {span.digest for span in cut(export(TWO, ONE))}
        assert {span.digest for span in cut(export(ONE, TWO))} == again
        assert len(again) == 2

    @pytest.mark.parametrize(
        "aside",
        ["<!-- <FICHE> </FICHE> -->", "<![CDATA[</FICHE>]]>", "<?note <FICHE>?>"],
        ids=["comment", "cdata", "instruction"],
    )
    @pytest.mark.parametrize("chunk_bytes", [7, 64, 1 << 18])
    def test_are_not_fooled_by_tags_that_are_none(
        self, monkeypatch: pytest.MonkeyPatch, aside: str, chunk_bytes: int
    ) -> None:
        monkeypatch.setattr(splitting, "CHUNK_BYTES", chunk_bytes)
        content = export(ONE.but(more={"OBJECTIFS_CONTEXTE": aside}), TWO)
        assert len(cut(content)) == 2

    @given(
        st.lists(
            st.text(st.sampled_from("aé <>&;-!?[]CDATA/FICHE\n"), max_size=30).map(
                lambda text: text.replace("]]>", "").replace("--", "")
            ),
            max_size=6,
        ),
        st.integers(1, 40),
    )
    def test_agree_with_a_parser_on_whatever_is_well_formed(self, texts: list[str], chunk_bytes: int) -> None:
        fiches = [Fiche(f"RS{rank + 1}", title=f"x{text}") for rank, text in enumerate(texts)]
        content = export(TWO, *fiches)
        content = content.replace(b"<ACTIF>", b"<!-- <FICHE> --><ACTIF>")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(splitting, "CHUNK_BYTES", chunk_bytes)
            found = cut(content)
        expected = [element.findtext("INTITULE") for element in ElementTree.fromstring(content).iter("FICHE")]
        titles = [
            ElementTree.fromstring(content[span.offset : span.offset + span.length]).findtext("INTITULE")
            for span in found
        ]
        assert titles == expected


def every_prefix() -> Iterator[bytes]:
    content = export(ONE)
    yield from (content[:length] for length in range(1, len(content) - len("</FICHES>\n") + 9, 13))


class TestFileRefusedWhole:
    def test_when_cut_anywhere(self) -> None:
        for content in every_prefix():
            code, _line = refusal(content)
            assert code == "truncated", content[-40:]

    @pytest.mark.parametrize(
        "content, code",
        [
            (b"", "truncated"),
            (b'<!DOCTYPE x [<!ENTITY a "b">]>' + export(ONE)[55:], "declarations"),
            (export(ONE).replace(b"FICHES>", b"NOTICES>"), "root"),
            (export(ONE, version="3.0"), "version"),
            (export(ONE).replace(b"  <VERSION_FLUX>4.1</VERSION_FLUX>\n", b""), "version"),
            (export(), "empty"),
            (export(ONE).replace("Publiée".encode(), "Publiée".encode("cp1252")), "encoding"),
            (export(ONE).replace(b"</INTITULE>", b"</TITRE>"), "malformed"),
            (export(ONE).replace(b"Int\xc3\xa9grer", b"&inconnue;"), "malformed"),
            (export(ONE).replace(b"<FICHE>", b'<FICHE lang="fr">'), "layout"),
            (export(ONE, TWO).replace(b"</FICHE>\n  <FICHE>", b"</FICHE><A/><FICHE>"), "layout"),
            (export(ONE).replace(b"</FICHES>", b"<FICHE/></FICHES>"), "layout"),
            (export(ONE).replace(b"<ACTIF>", b"<FICHE></FICHE><ACTIF>"), "layout"),
            (export(ONE).decode().encode("utf-16"), "layout"),
        ],
        ids=[
            "empty file",
            "document type",
            "root",
            "version",
            "no version",
            "no fiche",
            "cp1252",
            "tags",
            "entity",
            "attribute",
            "between",
            "self-closing",
            "nested",
            "utf-16",
        ],
    )
    def test_when_it_is_not_the_export_of_the_state(self, content: bytes, code: str) -> None:
        assert refusal(content)[0] == code

    def test_with_the_line_at_fault(self) -> None:
        content = export(ONE).replace("Publiée".encode(), b"Publi\xe9e")
        assert refusal(content) == ("encoding", 1 + content[: content.index(b"\xe9")].count(b"\n"))

    def test_when_a_fiche_never_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(splitting, "MAX_FICHE_BYTES", 1000)
        monkeypatch.setattr(splitting, "CHUNK_BYTES", 500)
        assert refusal(export(ONE.but(more={"OBJECTIFS_CONTEXTE": "a" * 5000})))[0] == "fiche_too_large"
