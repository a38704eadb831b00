"""Files that carry a credential: baked, read back, and every damage refused."""

from __future__ import annotations

import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib import baking
from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from jurande.core.proof.carriers.detection import Carrier, Form, read_carrier
from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, MOST_IMAGE_BYTES, CarrierRefused
from jurande.core.proof.carriers.pdf import Metered
from jurande.core.proof.carriers.png import MOST_CHUNKS, bake_png, extract_png
from jurande.core.proof.carriers.svg import bake_svg, extract_svg
from tests.core.proof.carriers.samples import JSON, JWT, SVG, chunk, credential_chunk, element, laid_out, pdf, png, svg

BAKED_PNG = bake_png(png(), JSON)
BAKED_SVG = bake_svg(SVG, JSON)


def refusal_of(content: bytes) -> str:
    with pytest.raises(CarrierRefused) as refusal:
        read_carrier(content)
    return refusal.value.code


class TestPng:
    @pytest.mark.parametrize("credential", [JSON, JWT])
    def test_gives_back_what_was_baked(self, credential: str) -> None:
        assert extract_png(bake_png(png(), credential)) == credential

    def test_touches_no_other_byte(self) -> None:
        assert BAKED_PNG.replace(credential_chunk(JSON.encode()), b"") == png()

    def test_is_read_by_others(self) -> None:
        assert baking.extract_png(BAKED_PNG, keyword=baking.ITXT_KEYWORD_OB3) == JSON

    def test_reads_what_others_bake(self) -> None:
        assert extract_png(baking.bake_png(png(), JWT, keyword=baking.ITXT_KEYWORD_OB3)) == JWT

    def test_is_never_baked_twice(self) -> None:
        with pytest.raises(CarrierRefused) as refusal:
            bake_png(BAKED_PNG, JSON)
        assert refusal.value.code == "carrier.duplicate"

    def test_is_baked_into_a_png_only(self) -> None:
        with pytest.raises(CarrierRefused):
            bake_png(b"GIF89a", JSON)

    @pytest.mark.parametrize("credential", ["", "x" * (MOST_CREDENTIAL_BYTES + 1)])
    def test_bakes_neither_nothing_nor_too_much(self, credential: str) -> None:
        with pytest.raises(CarrierRefused):
            bake_png(png(), credential)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (png(), "carrier.empty"),
            (png(credential_chunk(b"{}"), credential_chunk(b"{}")), "carrier.duplicate"),
            (png(credential_chunk(zlib.compress(b"{}"), flags=b"\1\0")), "carrier.compressed"),
            (png(credential_chunk(zlib.compress(bytes(2**20)), flags=b"\1\0")), "carrier.compressed"),
            (png(credential_chunk(b"{}", kind=b"tEXt")), "carrier.chunk_kind"),
            (png(credential_chunk(b"{}", kind=b"zTXt")), "carrier.chunk_kind"),
            (png(chunk(b"iTXt", b"openbadgecredential\0\0\0en{}")), "carrier.malformed"),
            (png(credential_chunk(b"\xff{}")), "carrier.encoding"),
            (png(credential_chunk(b"{" + b" " * MOST_CREDENTIAL_BYTES)), "carrier.size"),
            (BAKED_PNG.replace(b"niveau 2", b"niveau 3"), "carrier.crc"),
            (BAKED_PNG[:-1] + b"\0", "carrier.crc"),
            (BAKED_PNG + b"\0", "carrier.trailing"),
            (BAKED_PNG + b"PK\x03\x04", "carrier.trailing"),
            (BAKED_PNG[:-4], "carrier.truncated"),
            (BAKED_PNG[:30], "carrier.truncated"),
            (BAKED_PNG[:8], "carrier.truncated"),
            (BAKED_PNG[:8] + b"\xff\xff\xff\xff" + BAKED_PNG[12:], "carrier.truncated"),
            (BAKED_PNG[:8] + BAKED_PNG[33:], "carrier.malformed"),
            (png(*[chunk(b"tIME", b"")] * MOST_CHUNKS), "carrier.chunks"),
        ],
    )
    def test_refuses(self, content: bytes, code: str) -> None:
        assert refusal_of(content) == code

    def test_refuses_an_image_too_large_without_reading_it(self) -> None:
        assert refusal_of(BAKED_PNG + bytes(MOST_IMAGE_BYTES)) == "carrier.size"

    @given(st.integers(0, len(BAKED_PNG) - 1), st.integers(1, 255))
    def test_never_gives_another_credential_when_a_byte_changes(self, place: int, change: int) -> None:
        altered = bytearray(BAKED_PNG)
        altered[place] ^= change
        with pytest.raises(CarrierRefused):
            read_carrier(bytes(altered))


class TestSvg:
    @pytest.mark.parametrize("credential", [JSON, JWT, '{"a":"]]>]]>"}'])
    def test_gives_back_what_was_baked(self, credential: str) -> None:
        assert extract_svg(bake_svg(SVG, credential)) == credential

    def test_puts_it_right_after_the_opening_tag(self) -> None:
        image = b'<svg xmlns="http://www.w3.org/2000/svg" a="&gt;>"\n>\n<g/></svg>'
        assert bake_svg(image, JWT).startswith(image[: image.index(b"\n<g/>")] + b"<openbadges:credential")

    @pytest.mark.parametrize("credential", [JSON, JWT])
    def test_is_read_by_others(self, credential: str) -> None:
        baked = bake_svg(SVG, credential)
        assert baking.extract_svg(baked, element=baking.SVG_ELEMENT_OB3, text_fallback=True) == credential

    @pytest.mark.parametrize("as_text", [True, False])
    def test_reads_what_others_bake(self, as_text: bool) -> None:
        credential = JSON if as_text else JWT
        names = {"element": baking.SVG_ELEMENT_OB3, "namespace": baking.SVG_NS_OB3}
        assert extract_svg(baking.bake_svg(SVG, credential, as_text=as_text, **names)) == credential

    @pytest.mark.parametrize(
        ("image", "credential", "code"),
        [
            (BAKED_SVG, JSON, "carrier.duplicate"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"/>', JSON, "carrier.empty_image"),
            (SVG, '{"a":"\ufffe"}', "carrier.malformed"),
            (SVG, '{"a":\r\n1}', "carrier.encoding"),
        ],
    )
    def test_is_not_baked(self, image: bytes, credential: str, code: str) -> None:
        with pytest.raises(CarrierRefused) as refusal:
            bake_svg(image, credential)
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (SVG, "carrier.empty"),
            (svg(element("{}") + element("{}")), "carrier.duplicate"),
            (svg(element("{}", 'verify="a.b.c"')), "carrier.duplicate"),
            (svg(element("")), "carrier.empty"),
            (svg(element("", 'verify=""')), "carrier.empty"),
            (svg(f"<g>{element('{}')}</g>"), "carrier.misplaced"),
            (svg(element("{}<b/>")), "carrier.malformed"),
            (svg("<openbadges:credential>{}</openbadges:credential>"), "carrier.malformed"),
            (svg('<o:credential xmlns:o="https://pirate.example">{}</o:credential>'), "carrier.empty"),
            (b"<html><body/></html>", "carrier.malformed"),
            (element("{}").encode(), "carrier.malformed"),
            (svg(element("{}"), before="<!DOCTYPE svg>"), "carrier.document_type"),
            (svg(element("&a;"), before='<!DOCTYPE svg [<!ENTITY a "{}">]>'), "carrier.document_type"),
            (
                svg(element("&a;"), before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
                "carrier.document_type",
            ),
            (svg(element("&a;")), "carrier.malformed"),
            (svg(element("{}"), before='<?xml version="1.0" encoding="UTF-7"?>'), "carrier.encoding"),
            (svg(element("{}"), before='<?xml version="1.0" encoding="ISO-8859-1"?>'), "carrier.encoding"),
            (svg(element("{}")).decode().encode("utf-16"), "carrier.unknown"),
            (svg("<g>" * 200 + "</g>" * 200), "carrier.elements"),
            (svg("<g/>" * 200_001), "carrier.elements"),
            (svg(element("{}"))[:-3], "carrier.malformed"),
            (svg(element("{}")) + b"<svg/>", "carrier.malformed"),
            (svg(element("{" + " " * MOST_CREDENTIAL_BYTES + "}")), "carrier.size"),
            (b"<" + bytes(MOST_IMAGE_BYTES), "carrier.size"),
        ],
    )
    def test_refuses(self, content: bytes, code: str) -> None:
        assert refusal_of(content) == code

    def test_refuses_a_billion_laughs_at_once(self) -> None:
        entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(10))
        assert (
            refusal_of(svg("&a10;", before=f'<!DOCTYPE svg [<!ENTITY a0 "ha">{entities}]>')) == "carrier.document_type"
        )


class TestPdf:
    def test_gives_the_one_attachment_that_looks_like_a_credential(self) -> None:
        found = read_carrier(pdf(**{"releve.csv": b"a;b", "credential.json": JSON.encode()}))
        assert (found.carrier, found.form, found.text) == (Carrier.PDF, Form.JSON, JSON)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (pdf(), "carrier.empty"),
            (pdf(a=b"text"), "carrier.empty"),
            (pdf(a=b"{}", b=b"{}"), "carrier.duplicate"),
            (pdf(a=b"{\xff"), "carrier.encoding"),
            (pdf(**{f"f{number}": b"x" for number in range(40)}), "carrier.attachments"),
            (b"%PDF-1.7\n", "carrier.malformed"),
            (pdf(a=b"{}")[:-40], "carrier.malformed"),
            (b"%PDF-" + bytes(MOST_IMAGE_BYTES), "carrier.size"),
        ],
    )
    def test_refuses(self, content: bytes, code: str) -> None:
        assert refusal_of(content) == code

    @pytest.mark.parametrize(
        "content",
        [
            laid_out(b" " * 1_000_000 + b"<</Type/Catalog>>"),
            laid_out(b"<" + b"41" * 500_000 + b">"),
            laid_out(b"(" + b"\\" * 1_000_000),
            laid_out(b"<</Type/Catalog>>") + b"a\n" * 500_000,
            b"%PDF-1.7\nxref\n" + b"0 0\n" * 300_000 + b"trailer\n<</Root 1 0 R/Size 1>>\nstartxref\n9\n%%EOF\n",
        ],
        ids=["spaces", "digits", "escapes", "lines after the end", "empty tables"],
    )
    def test_stops_at_what_is_made_to_be_long_to_read(self, content: bytes) -> None:
        assert refusal_of(content) == "carrier.costly"

    @pytest.mark.parametrize("size", [10, 5_000_000])
    def test_is_read_so_many_times_for_its_size(self, size: int) -> None:
        held = Metered(bytes(size))
        for _turn in range(50_000 + size // 32):
            held.seek(0)
            held.read(1)
        with pytest.raises(LimitReachedError):
            for _turn in range(60_000):
                held.seek(0)
                held.read(1)
        assert held.is_spent

    def test_is_copied_so_many_times_for_its_size(self) -> None:
        held = Metered(bytes(8_000_000))
        for _turn in range(16):
            held.getbuffer().release()
        with pytest.raises(LimitReachedError):
            held.getbuffer()

    def test_reads_a_sound_one_in_a_few_hundred_times(self) -> None:
        held = Metered(pdf(a=b"{}"))
        before = held.left
        assert len(list(PdfReader(held, strict=True).attachment_list)) == 1
        assert before - held.left < 1_000

    @pytest.mark.parametrize(
        "packed",
        [
            b"/Filter/LZWDecode",
            b"/Filter/RunLengthDecode",
            b"/Filter[/FlateDecode/FlateDecode]",
            b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1>>",
        ],
    )
    def test_opens_no_attachment_packed_in_a_way_that_takes_long_to_open(self, packed: bytes) -> None:
        body = zlib.compress(b"{}")
        attached = b"<</F(a)/EF<</F 3 0 R>>>>"
        stream = b"<<%s/Length %d>>stream\n%s\nendstream" % (packed, len(body), body)
        names = b"<</Type/Catalog/Names<</EmbeddedFiles<</Names[(a)2 0 R]>>>>>>"
        assert refusal_of(laid_out(names, attached, stream)) == "carrier.malformed"
        plain = stream.replace(packed, b"/Filter/FlateDecode")
        assert read_carrier(laid_out(names, attached, plain)).text == "{}"

    @given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
    def test_never_breaks_on_damage(self, place: int, splinter: bytes) -> None:
        whole = pdf(a=b'{"a":1}')
        at = place % len(whole)
        with suppress(CarrierRefused):
            read_carrier(whole[:at] + splinter + whole[at + len(splinter) :])


class TestReadCarrier:
    @pytest.mark.parametrize(
        ("content", "carrier", "form"),
        [
            (b' \n{"a":1}\n', Carrier.PLAIN, Form.JSON),
            (JWT.encode() + b"\n", Carrier.PLAIN, Form.JWT),
            (JWT.encode() + b"~", Carrier.PLAIN, Form.SD_JWT),
            (JWT.encode() + b"~AAAA~BBBB~" + JWT.encode(), Carrier.PLAIN, Form.SD_JWT),
            (BAKED_PNG, Carrier.PNG, Form.JSON),
            (bake_png(png(), JWT), Carrier.PNG, Form.JWT),
            (BAKED_SVG, Carrier.SVG, Form.JSON),
        ],
    )
    def test_tells_the_file_and_the_form_by_their_content(self, content: bytes, carrier: Carrier, form: Form) -> None:
        found = read_carrier(content)
        assert (found.carrier, found.form) == (carrier, form)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"bonjour",
            b"[1]",
            b'"a"',
            b"\xef\xbb\xbf{}",
            b"\xff\xd8\xff",
            b"a.b",
            b"a.b.c.d",
            b"a..c",
            b"a.b.c~~",
            b"a.b.c~x",
            b"a.b.\xc3\xa9",
            b"GIF89a!" + JWT.encode(),
        ],
    )
    def test_refuses_what_it_does_not_know(self, content: bytes) -> None:
        assert refusal_of(content) == "carrier.unknown"

    def test_refuses_a_text_too_large(self) -> None:
        assert refusal_of(b"{" + b" " * MOST_CREDENTIAL_BYTES) == "carrier.size"

    @pytest.mark.parametrize("tail", ["~x" * 300_000 + "!", "~" + "x" * 600_000 + "!"])
    def test_takes_no_time_over_a_hostile_text(self, tail: str) -> None:
        assert refusal_of((JWT + tail).encode()) == "carrier.unknown"
