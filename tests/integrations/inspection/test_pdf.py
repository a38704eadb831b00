from __future__ import annotations

import io
import zlib

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject, TextStringObject

from jurande.integrations.inspection import Accept, Kind, Reason, Rejected, examine
from jurande.integrations.inspection.pdf import MAX_PAGES
from tests.integrations.inspection.builders import (
    dictionary,
    packed_pdf,
    pdf,
    pdf_of,
    pdf_with_annotation,
    pdf_with_root,
    picture,
    zipped,
)

ANY = Accept(frozenset(Kind), 25_000_000)
PAGE = [
    b"%PDF-1.4\n",
    b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n",
]
PROGRAM = dictionary(S="/JavaScript", JS="app.alert(1)")


def reason(content: bytes) -> Reason:
    with pytest.raises(Rejected) as caught:
        examine(content, "a.pdf", ANY)
    return caught.value.reason


def is_taken(content: bytes) -> bool:
    return examine(content, "a.pdf", ANY).kind is Kind.PDF


class TestHonestPdf:
    def test_is_taken(self) -> None:
        assert is_taken(pdf())
        assert is_taken(packed_pdf(b"<</Title(x)>>"))

    def test_may_have_links(self) -> None:
        assert is_taken(
            pdf_with_annotation(dictionary(Subtype="/Link", A=dictionary(S="/URI", URI="https://exemple.fr")))
        )

    def test_may_have_a_form_to_fill_in(self) -> None:
        field = dictionary(FT="/Tx", T="nom", Subtype="/Widget", F=4)
        assert is_taken(pdf_with_annotation(field))

    def test_may_end_with_blank_space(self) -> None:
        assert is_taken(pdf() + b"\r\n\0\0\0\n")

    def test_may_have_been_completed_later(self) -> None:
        writer = PdfWriter(io.BytesIO(pdf()), incremental=True)
        writer.add_metadata({"/Title": "Convention"})
        completed = pdf_of(writer)
        assert completed.count(b"%%EOF") == 2
        assert is_taken(completed)


class TestActivePdf:
    def test_that_runs_a_program_when_opened_is_refused(self) -> None:
        assert reason(pdf_with_root(OpenAction=PROGRAM)) is Reason.PDF_ACTIVE

    def test_that_runs_a_program_by_name_is_refused(self) -> None:
        names = dictionary(JavaScript=dictionary(Names=ArrayObject([TextStringObject("x"), PROGRAM])))
        assert reason(pdf_with_root(Names=names)) is Reason.PDF_ACTIVE

    def test_that_runs_a_program_from_a_page_or_a_field_is_refused(self) -> None:
        assert reason(pdf_with_annotation(dictionary(Subtype="/Widget", AA=dictionary(K=PROGRAM)))) is Reason.PDF_ACTIVE

    @pytest.mark.parametrize("action", ["/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"])
    def test_that_launches_sends_or_plays_is_refused(self, action: str) -> None:
        assert reason(pdf_with_annotation(dictionary(Subtype="/Link", A=dictionary(S=action)))) is Reason.PDF_ACTIVE

    @pytest.mark.parametrize("subtype", ["/RichMedia", "/Screen", "/Movie", "/Sound"])
    def test_that_shows_a_film_is_refused(self, subtype: str) -> None:
        assert reason(pdf_with_annotation(dictionary(Subtype=subtype))) is Reason.PDF_ACTIVE

    def test_packed_where_no_search_sees_it_is_refused(self) -> None:
        content = packed_pdf(b"<</S/JavaScript/JS(app.alert\\(1\\))>>", catalogue=b"/OpenAction 5 0 R")
        assert b"JavaScript" not in content
        assert reason(content) is Reason.PDF_ACTIVE

    def test_with_its_name_spelt_in_another_way_is_refused(self) -> None:
        assert reason(packed_pdf(b"<</S/J#61vaScr#69pt/JS(x)>>", catalogue=b"/OpenAction 5 0 R")) is Reason.PDF_ACTIVE
        assert reason(packed_pdf(b"<<>>", catalogue=b"/OpenAction<</S/#4a#61vaScript/JS(x)>>")) is Reason.PDF_ACTIVE

    def test_with_its_name_somewhere_else_is_refused(self) -> None:
        content = packed_pdf(b"/JavaScript", b"<</S 5 0 R/JS(x)>>", catalogue=b"/OpenAction 6 0 R")
        assert reason(content) is Reason.PDF_ACTIVE

    def test_packed_under_two_filters_is_refused(self) -> None:
        inside = b"5 0 <</S/JavaScript/JS(x)>> "
        packed = zlib.compress(inside).hex().encode() + b">"
        content = packed_pdf(
            b"<</S/JavaScript/JS(x)>>",
            catalogue=b"/OpenAction 5 0 R",
            filters=b"[/ASCIIHexDecode/FlateDecode]",
            raw=packed,
        )
        assert reason(content) is Reason.PDF_ACTIVE

    def test_left_in_an_older_revision_is_refused(self) -> None:
        hidden = b"77 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\n"
        assert reason(_with_table([*PAGE[:-1], PAGE[-1] + hidden])) is Reason.PDF_ACTIVE


class TestPdfThatCarries:
    def test_attachments_is_refused(self) -> None:
        writer = PdfWriter()
        writer.add_blank_page(9, 9)
        writer.add_attachment("virus.exe", b"MZ")
        assert reason(pdf_of(writer)) is Reason.PDF_ATTACHMENT

    def test_an_attachment_on_a_page_is_refused(self) -> None:
        assert reason(pdf_with_annotation(dictionary(Subtype="/FileAttachment"))) is Reason.PDF_ATTACHMENT

    def test_a_packed_attachment_is_refused(self) -> None:
        content = packed_pdf(b"<</Type/Filespec/UF(x)/EF<</F 3 0 R>>>>", catalogue=b"/AF[5 0 R]")
        assert reason(content) is Reason.PDF_ATTACHMENT

    def test_a_dynamic_form_is_refused(self) -> None:
        assert reason(pdf_with_root(AcroForm=dictionary(XFA=ArrayObject([])))) is Reason.PDF_FORM

    def test_an_order_to_fetch_another_file_is_refused(self) -> None:
        remote = dictionary(S="/GoToR", F="\\\\serveur\\partage\\a.pdf")
        assert reason(pdf_with_annotation(dictionary(Subtype="/Link", A=remote))) is Reason.PDF_EXTERNAL

    @pytest.mark.parametrize(
        "place", [b"(//srv/a)", b"%x\n(//srv/a)", b"<2f2f737276>", b"(\xfe\xff\0/\0/)", b"<</FS/URL>>"]
    )
    def test_a_part_kept_in_another_file_is_refused(self, place: bytes) -> None:
        outside = b"4 0 obj\n<</F " + place + b"/Length 0>>\nstream\n\nendstream\nendobj\n"
        assert reason(_with_table([*PAGE, outside])) is Reason.PDF_EXTERNAL

    def test_a_password_is_refused(self) -> None:
        for user in ("secret", ""):
            writer = PdfWriter()
            writer.add_blank_page(9, 9)
            writer.encrypt(user_password=user, owner_password="maître", algorithm="AES-256")
            assert reason(pdf_of(writer)) is Reason.PDF_ENCRYPTED

    def test_too_many_pages_is_refused(self) -> None:
        assert reason(_pages(MAX_PAGES + 1)) is Reason.PDF_PAGES
        assert is_taken(_pages(MAX_PAGES))


def _pages(count: int) -> bytes:
    kids = b" ".join([b"3 0 R"] * count)
    return _with_table([*PAGE[:2], b"2 0 obj\n<</Type/Pages/Kids[%s]/Count %d>>\nendobj\n" % (kids, count), PAGE[3]])


def _with_table(parts: list[bytes]) -> bytes:
    at, rows = 0, []
    for part in parts:
        rows.append(b"%010d 00000 n \n" % at)
        at += len(part)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts), b"".join(rows[1:]))
    return b"".join(parts) + table + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts), at)


class TestPdfThatIsTwoThings:
    def test_with_a_page_before_or_inside_is_refused(self) -> None:
        content = pdf()
        assert reason(b"<html><script>alert(1)</script>" + content) in (Reason.PREFIXED, Reason.HTML)
        assert reason(content[:9] + b"%<script>alert(1)</script>\n" + content[9:]) is Reason.TWO_FORMATS

    def test_with_something_before_it_is_refused(self) -> None:
        assert reason(b"\n" + pdf()) is Reason.PREFIXED
        assert reason(b"MZ\x90\0" + pdf()) is Reason.PREFIXED

    def test_followed_by_something_is_refused(self) -> None:
        assert reason(pdf() + b"a second thing") is Reason.TRAILING
        assert reason(pdf() + picture("PNG")) is Reason.TRAILING

    def test_followed_by_an_archive_is_refused(self) -> None:
        assert reason(pdf() + zipped({"a.txt": "x"})) is Reason.TWO_FORMATS

    def test_whose_end_is_also_that_of_an_archive_is_refused(self) -> None:
        # The archive's comment swallows the end of the PDF: both readers are content.
        archive = zipped({"a.txt": "x"})
        ending = b"\nendstream endobj\n%%EOF\n"
        polyglot = pdf() + archive[:-2] + len(ending).to_bytes(2, "little") + ending
        assert reason(polyglot) is Reason.TWO_FORMATS

    def test_that_is_a_tape_or_a_disk_image_is_refused(self) -> None:
        content = pdf()
        tape = content[:9] + b"%" + b"a" * 246 + b"\n" + b"ustar" + b"\n" + content[9:]
        assert tape[257:262] == b"ustar"
        assert reason(tape) is Reason.TWO_FORMATS


class TestBrokenPdf:
    def test_cut_anywhere_is_refused(self) -> None:
        content = packed_pdf(b"<</Title(x)>>")
        for length in range(8, len(content) - 8, 7):
            assert reason(content[:length]) in (Reason.DAMAGED, Reason.TRAILING), length

    @pytest.mark.parametrize(
        "rest",
        [
            b"",
            b"1.7\n%%EOF",
            b"1.7\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF",
            b"1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
            b"1.7\n1 0 obj" + b"[" * 50_000 + b"endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
            b"1.7\n1 0 obj" + b"<</A" * 50_000 + b"endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        ],
        ids=["nothing", "an end", "no object", "pages that are themselves", "brackets", "dictionaries"],
    )
    def test_is_refused_quickly(self, rest: bytes) -> None:
        assert reason(b"%PDF-" + rest) in (Reason.DAMAGED, Reason.PDF_COMPLEX)

    def test_whose_table_leads_nowhere_is_not_searched_for_each_of_its_objects(self) -> None:
        entries = 100_000
        table = b"xref\n0 %d\n%s" % (entries, b"0000000009 00000 n \n" * entries)
        end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n9\n%%%%EOF\n" % entries
        assert reason(b"%PDF-1.7\n" + table + end) == Reason.PDF_COMPLEX

    def test_whose_pages_go_round_is_refused(self) -> None:
        parts = [
            b"%PDF-1.4\n",
            b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
            b"2 0 obj\n<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>\nendobj\n",
        ]
        assert reason(_with_table(parts)) in (Reason.DAMAGED, Reason.PDF_COMPLEX)

    def test_whose_packed_objects_open_into_a_bomb_is_refused(self) -> None:
        bomb = zlib.compress(b"5 0 " + b" " * 80_000_000)
        content = packed_pdf(b"<<>>", raw=bomb)
        assert reason(content) in (Reason.DAMAGED, Reason.PDF_COMPLEX)

    def test_changed_at_any_byte_never_fails_otherwise_than_by_a_refusal(self) -> None:
        content = packed_pdf(b"<</Title(x)>>", b"<</A[1 2 3]>>")
        for at in range(5, len(content)):
            for value in (0, 0x3C, 0xFF):
                changed = content[:at] + bytes([value]) + content[at + 1 :]
                try:
                    examine(changed, "a.pdf", ANY)
                except Rejected:
                    continue


def test_the_catalogue_of_a_page_is_needed() -> None:
    writer = PdfWriter()
    writer.root_object[NameObject("/Type")] = NameObject("/Catalog")
    assert reason(pdf_of(writer)) is Reason.DAMAGED
