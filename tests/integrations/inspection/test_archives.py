from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

import pytest

from jurande.integrations.inspection import Accept, Kind, Reason, Rejected, examine
from jurande.integrations.inspection.archives import MAX_ENTRIES
from jurande.integrations.inspection.signatures import EICAR
from tests.integrations.inspection.builders import (
    OOXML,
    RELATION,
    RELATIONS,
    WORD,
    docx,
    docx_related,
    opendocument,
    word_parts,
    xlsx,
    zipped,
)

ANY = Accept(frozenset(Kind), 25_000_000)
NESTED = zipped({"a.txt": "x"})


def reason(content: bytes, name: str = "a.docx") -> Reason:
    with pytest.raises(Rejected) as caught:
        examine(content, name, ANY)
    return caught.value.reason


class TestHonestOfficeFiles:
    def test_are_taken_for_what_they_are(self) -> None:
        assert examine(docx(), "a.docx", ANY).kind is Kind.DOCX
        assert examine(xlsx(), "a.xlsx", ANY).kind is Kind.XLSX
        assert examine(opendocument(), "a.odt", ANY).kind is Kind.ODT
        assert examine(opendocument(kind="spreadsheet"), "a.ods", ANY).kind is Kind.ODS

    def test_may_have_hyperlinks(self) -> None:
        assert examine(docx_related("hyperlink", "https://exemple.fr"), "a.docx", ANY)
        link = '<text:a xlink:href="https://exemple.fr">x</text:a>'
        assert examine(opendocument(link), "a.odt", ANY)

    def test_may_remember_where_their_template_was_on_the_author_s_disk(self) -> None:
        assert examine(docx_related("attachedTemplate", "file:///C:\\Users\\Claire\\Normal.dotm"), "a.docx", ANY)

    def test_may_have_been_written_as_a_stream(self) -> None:
        buffer = io.BytesIO()

        class Unseekable(io.RawIOBase):
            def writable(self) -> bool:
                return True

            def write(self, content: object) -> int:
                return buffer.write(content)  # type: ignore[arg-type]

        with zipfile.ZipFile(Unseekable(), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in word_parts().items():
                archive.writestr(name, content)
        assert buffer.getvalue()[6] & 8
        assert examine(buffer.getvalue(), "a.docx", ANY)

    def test_may_shrink_a_lot_as_figures_do(self) -> None:
        rows = "".join(f"<w:p><w:r><w:t>{number % 7}</w:t></w:r></w:p>" for number in range(200_000))
        assert examine(docx(inside=rows), "a.docx", ANY)


class TestOfficeFilesThatAct:
    @pytest.mark.parametrize("name", ["word/vbaProject.bin", "word/activeX/activeX1.bin", "xl/macrosheets/sheet1.xml"])
    def test_by_macros_are_refused(self, name: str) -> None:
        assert reason(docx({name: b"x"})) is Reason.OFFICE_MACRO

    def test_by_macros_said_in_their_types_are_refused(self) -> None:
        parts = word_parts(main="application/vnd.ms-word.document.macroEnabled.main+xml")
        assert reason(zipped(parts)) is Reason.OFFICE_MACRO

    @pytest.mark.parametrize("name", ["Basic/Standard/Module1.xml", "Scripts/python/a.py"])
    def test_by_libreoffice_macros_are_refused(self, name: str) -> None:
        assert reason(opendocument(more={name: "<x/>"}), "a.odt") is Reason.OFFICE_MACRO

    @pytest.mark.parametrize(
        "inside",
        [
            '<script:event-listener xlink:href="x"/>',
            '<draw:a xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic"/>',
        ],
    )
    def test_by_libreoffice_events_are_refused(self, inside: str) -> None:
        assert reason(opendocument(inside), "a.odt") is Reason.OFFICE_MACRO

    @pytest.mark.parametrize(
        "inside",
        [
            '<w:fldSimple w:instr="DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"/>',
            "<w:instrText>DDE cmd</w:instrText>",
            "<w:r><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO cmd</w:instrText></w:r>",
        ],
    )
    def test_by_asking_another_program_are_refused(self, inside: str) -> None:
        assert reason(docx(inside=inside)) is Reason.OFFICE_EXTERNAL


class TestOfficeFilesThatFetch:
    @pytest.mark.parametrize(
        ("kind", "target"),
        [
            ("attachedTemplate", "https://evil.exemple/x.dotm"),
            ("attachedTemplate", "file://///serveur/x.dotm"),
            ("attachedTemplate", "\\\\serveur\\x.dotm"),
            ("image", "https://evil.exemple/pixel.png"),
            ("oleObject", "file:///C:/x"),
            ("frame", "https://evil.exemple/"),
        ],
    )
    def test_from_outside_are_refused(self, kind: str, target: str) -> None:
        assert reason(docx_related(kind, target)) is Reason.OFFICE_EXTERNAL

    def test_with_the_word_spelt_in_another_way_are_refused(self) -> None:
        relation = RELATION.format(kind="image", target="https://evil.exemple/", mode='TargetMode="Ext&#101;rnal"')
        assert (
            reason(docx({"word/_rels/document.xml.rels": RELATIONS.format(inside=relation)})) is Reason.OFFICE_EXTERNAL
        )

    @pytest.mark.parametrize(
        "name", ["xl/externalLinks/externalLink1.xml", "xl/connections.xml", "xl/queryTables/q1.xml"]
    )
    def test_from_another_workbook_are_refused(self, name: str) -> None:
        assert reason(docx({name: "<x/>"})) is Reason.OFFICE_EXTERNAL

    @pytest.mark.parametrize(
        "target", ["https://evil.exemple/p.png", "//serveur/p.png", "\\\\serveur\\p.png", "file:///etc/passwd"]
    )
    def test_a_picture_from_libreoffice_are_refused(self, target: str) -> None:
        picture = f'<draw:image xlink:href="{target}"/>'
        assert reason(opendocument(picture), "a.odt") is Reason.OFFICE_EXTERNAL

    def test_with_their_own_prefixes_are_refused(self) -> None:
        inside = '<i:image xmlns:i="urn:x" xmlns:z="http://www.w3.org/1999/xlink" z:href="https://evil.exemple/"/>'
        assert reason(opendocument(inside), "a.odt") is Reason.OFFICE_EXTERNAL


class TestOfficeFilesThatCarry:
    @pytest.mark.parametrize("name", ["word/embeddings/Classeur.bin", "word/media/a.zip", "a.exe", "page.html"])
    def test_another_file_by_its_name_are_refused(self, name: str) -> None:
        assert reason(docx({name: b"x"})) is Reason.OFFICE_NESTED

    @pytest.mark.parametrize(
        "content", [NESTED, b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0", b"MZ\x90\0"]
    )
    def test_another_file_under_a_false_name_are_refused(self, content: bytes) -> None:
        assert reason(docx({"word/media/image1.png": content})) is Reason.OFFICE_NESTED

    def test_the_antivirus_test_are_refused(self) -> None:
        assert reason(docx({"word/media/image1.png": b"x" * 262_100 + EICAR})) is Reason.MALWARE_TEST

    def test_entities_are_refused(self) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
        assert reason(docx({"word/styles.xml": bomb})) is Reason.OFFICE_ENTITY
        assert reason(docx({"customXml/item1.xml": bomb})) is Reason.OFFICE_ENTITY
        assert reason(docx({"word/styles.xml": bomb.encode("utf-16")})) is Reason.OFFICE_ENTITY

    def test_a_password_are_refused(self) -> None:
        assert reason(opendocument(manifest="<m><encryption-data/></m>"), "a.odt") is Reason.OFFICE_ENCRYPTED
        content = bytearray(docx())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(mark) + offset] |= 1
        assert reason(bytes(content)) is Reason.OFFICE_ENCRYPTED


class TestBombs:
    def test_that_shrink_too_well_are_refused(self) -> None:
        assert reason(docx({"word/media/image1.png": b"\0" * 60_000_000})) is Reason.OFFICE_BOMB

    def test_of_many_parts_are_refused(self) -> None:
        many = {f"word/{number}.xml": "" for number in range(MAX_ENTRIES + 1)}
        assert reason(docx(many)) is Reason.OFFICE_BOMB

    def test_larger_than_all_limits_are_refused(self) -> None:
        # Eleven parts, each under the limit of its ratio.
        part = b"".join(struct.pack(">I", number) + b"\0" * 60 for number in range(300_000))
        assert reason(docx({f"word/{number}.xml": part for number in range(11)})) is Reason.OFFICE_BOMB

    def test_whose_parts_lie_over_one_another_are_refused(self) -> None:
        assert reason(_overlapping()) in (Reason.OFFICE_BOMB, Reason.DAMAGED)

    def test_that_lie_about_their_sizes_are_refused(self) -> None:
        content = bytearray(docx({"word/media/image1.png": b"\0" * 3_000_000}))
        at = content.index(b"word/media/image1.png", content.index(b"PK\x01\x02")) - 46
        content[at + 24 : at + 28] = struct.pack("<I", 10)
        assert reason(bytes(content)) is Reason.DAMAGED


def _overlapping(parts: int = 200) -> bytes:
    """One part of compressed zeros, that the directory gives two hundred times under different names."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(b"\0" * 900_000) + kernel.flush()
    crc = zlib.crc32(b"\0" * 900_000)
    buffer = io.BytesIO(zipped(word_parts()))
    with zipfile.ZipFile(buffer, "a") as archive:
        directory_at = archive.start_dir
        entries = [(i.filename, i) for i in archive.infolist()]
    head = buffer.getvalue()[:directory_at]
    old = buffer.getvalue()[directory_at:]
    old_directory = old[: old.index(b"PK\x05\x06")]
    name = b"word/0000.xml"
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(body), 900_000, len(name), 0) + name + body
    )
    directory = b""
    for number in range(parts):
        label = b"word/%04d.xml" % number
        directory += (
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                b"PK\x01\x02",
                20,
                20,
                0,
                8,
                0,
                0,
                crc,
                len(body),
                900_000,
                len(label),
                0,
                0,
                0,
                0,
                0,
                len(head),
            )
            + label
        )
    total = len(entries) + parts
    end = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, total, total, len(old_directory) + len(directory), len(head) + len(local), 0
    )
    return head + local + old_directory + directory + end


class TestPaths:
    @pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "word/../../x", "C:/x", "word\\..\\x"])
    def test_that_lead_outside_are_refused(self, name: str) -> None:
        assert reason(docx({name: b"x"})) is Reason.OFFICE_PATH

    def test_that_are_links_are_refused(self) -> None:
        buffer = io.BytesIO(docx())
        with zipfile.ZipFile(buffer, "a") as archive:
            link = zipfile.ZipInfo("word/media/lien")
            link.create_system = 3
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc/passwd")
        assert reason(buffer.getvalue()) is Reason.OFFICE_PATH

    def test_with_a_nul_are_refused(self) -> None:
        content = docx({"word/aXb.xml": b"x"}).replace(b"word/aXb.xml", b"word/a\0b.xml")
        assert reason(content) in (Reason.OFFICE_PATH, Reason.DAMAGED)

    def test_given_twice_are_refused(self) -> None:
        content = docx({"word/DOCUMENT.xml": WORD.format(inside="")})
        assert reason(content) is Reason.OFFICE_HIDDEN


class TestHiddenBytes:
    def test_before_are_refused(self) -> None:
        assert reason(b"PK\x03\x04 hidden" + docx()) in (Reason.OFFICE_HIDDEN, Reason.DAMAGED)
        assert reason(b"#!/bin/sh\n" + docx()) is Reason.SCRIPT
        assert reason(b"MZ\x90\0" + docx()) is Reason.EXECUTABLE
        assert reason(b"\x01\x02\x03" + docx()) is Reason.ARCHIVE

    def test_after_are_refused(self) -> None:
        assert reason(docx() + b"hidden") in (Reason.OFFICE_HIDDEN, Reason.DAMAGED)
        commented = io.BytesIO(docx())
        with zipfile.ZipFile(commented, "a") as archive:
            archive.comment = b"<script>alert(1)</script>"
        assert reason(commented.getvalue()) is Reason.OFFICE_HIDDEN

    def test_between_are_refused(self) -> None:
        content = docx()
        directory_at = content.index(b"PK\x01\x02")
        hidden = content[:directory_at] + b"h" * 100 + content[directory_at:]
        hidden = hidden[:-6] + struct.pack("<I", directory_at + 100) + hidden[-2:]
        assert reason(hidden) is Reason.OFFICE_HIDDEN

    def test_of_an_archive_after_an_archive_are_refused(self) -> None:
        assert reason(docx() + docx()) is Reason.OFFICE_HIDDEN


class TestOtherArchives:
    def test_are_refused(self) -> None:
        assert reason(NESTED, "a.zip") is Reason.ARCHIVE
        assert reason(b"PK\x05\x06" + b"\0" * 18, "a.zip") is Reason.ARCHIVE
        assert reason(zipped({"META-INF/MANIFEST.MF": "x", "A.class": b"\xca\xfe\xba\xbe"}), "a.jar") is Reason.ARCHIVE

    def test_are_refused_when_they_are_templates_or_slides(self) -> None:
        for main in ("wordprocessingml.template", "presentationml.presentation", "spreadsheetml.template"):
            assert reason(zipped(word_parts(main=f"{OOXML}.{main}.main+xml"))) is Reason.OFFICE_FORMAT
        assert reason(opendocument(kind="presentation"), "a.odp") is Reason.OFFICE_FORMAT

    def test_are_refused_in_their_old_form(self) -> None:
        assert reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc") is Reason.OFFICE_FORMAT
        assert reason(b"{\\rtf1\\ansi x}", "a.rtf") is Reason.OFFICE_FORMAT

    def test_cut_anywhere_are_refused(self) -> None:
        content = docx()
        for length in range(5, len(content) - 1, 17):
            assert reason(content[:length]) in (Reason.DAMAGED, Reason.OFFICE_HIDDEN), length

    def test_changed_at_any_byte_never_fail_otherwise_than_by_a_refusal(self) -> None:
        content = docx()
        for at in range(4, len(content)):
            changed = content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :]
            try:
                examine(changed, "a.docx", ANY)
            except Rejected:
                continue
