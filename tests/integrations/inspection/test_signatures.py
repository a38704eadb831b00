from __future__ import annotations

import codecs

import pytest

from jurande.integrations.inspection import Accept, Kind, Reason, Rejected, examine
from jurande.integrations.inspection.signatures import EICAR
from tests.integrations.inspection.builders import pdf, picture

ANY = Accept(frozenset(Kind), 25_000_000)
TABLE = "nom;prénom;âge\r\nVasseur;Claire;43\r\n"


def reason(content: bytes, name: str = "a.txt", accept: Accept = ANY) -> Reason:
    with pytest.raises(Rejected) as caught:
        examine(content, name, accept)
    return caught.value.reason


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_is_taken_in_the_encodings_of_spreadsheets(self, encoding: str) -> None:
        assert examine(TABLE.encode(encoding), "a.csv", ANY).kind is Kind.CSV
        assert examine(TABLE.encode(encoding), "a.txt", ANY).kind is Kind.TEXT

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_in_two_bytes_a_letter_is_refused(self, encoding: str) -> None:
        assert reason(codecs.BOM_UTF16_BE * (encoding == "utf-16-be") + TABLE.encode(encoding)) is Reason.TEXT_ENCODING

    @pytest.mark.parametrize(
        "beginning", ["MZ;1", "BM;2", "ID3 – tableau", "OggS", "BZh", "PK ", "<- à gauche", "3 < 4"]
    )
    def test_that_begins_as_something_else_does_is_taken(self, beginning: str) -> None:
        assert examine(f"{beginning}\n{TABLE}".encode(), "a.txt", ANY).kind is Kind.TEXT

    def test_with_a_control_character_is_refused(self) -> None:
        assert reason(b"abc\0def") is Reason.UNKNOWN
        assert reason(b"abc\x1b[2J") is Reason.UNKNOWN
        assert reason(b"abc\x81\xe9") is Reason.UNKNOWN


class TestPages:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("<!doctype html><p>x", Reason.HTML),
            ("<!DOCTYPE\nHTML>", Reason.HTML),
            ("  \n\t<html>", Reason.HTML),
            ("\ufeff<script>alert(1)</script>", Reason.HTML),
            ("<!-- x --><b>", Reason.HTML),
            ("texte puis <script>alert(1)</script>", Reason.HTML),
            ("<ScRiPt/x>", Reason.HTML),
            ("<iframe src=x>", Reason.HTML),
            ("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", Reason.SVG),
            ("<?xml version='1.0'?><svg onload='alert(1)'/>", Reason.SVG),
            ("<svg><foreignObject><body onload=alert(1)></foreignObject></svg>", Reason.SVG),
            ("<svg><image href='https://evil.exemple/'/></svg>", Reason.SVG),
            ("<?xml version='1.0'?><rncp/>", Reason.XML),
            ("<?php system('id');", Reason.SCRIPT),
            ("#!/bin/sh\nrm -rf /", Reason.SCRIPT),
            ("\n#!/usr/bin/env python", Reason.SCRIPT),
        ],
    )
    @pytest.mark.parametrize("name", ["a.txt", "a.png", "a.pdf", "a.svg", "a.csv"])
    def test_and_programs_are_refused_under_any_name(self, content: str, why: Reason, name: str) -> None:
        assert reason(content.encode(), name) is why


class TestOthers:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", Reason.EMPTY),
            (b"MZ\x90\0\x03\0", Reason.EXECUTABLE),
            (b"\x7fELF\x02\x01\x01", Reason.EXECUTABLE),
            (b"\xcf\xfa\xed\xfe\x07", Reason.EXECUTABLE),
            (b"\xca\xfe\xba\xbe\0\0", Reason.EXECUTABLE),
            (b"Rar!\x1a\x07\0", Reason.ARCHIVE),
            (b"7z\xbc\xaf\x27\x1c\0", Reason.ARCHIVE),
            (b"\x1f\x8b\x08\0", Reason.ARCHIVE),
            (b"\0\0\0\x20ftypisom", Reason.RECORDING),
            (b"ID3\x04\0", Reason.RECORDING),
            (b"\x1aE\xdf\xa3", Reason.RECORDING),
            (bytes(range(256)), Reason.UNKNOWN),
        ],
    )
    def test_are_refused(self, content: bytes, why: Reason) -> None:
        assert reason(content, "a.pdf") is why


class TestExamine:
    @pytest.mark.parametrize("name", ["a.png", "a.docx", "a.exe", "a.html", "a.svg", "a.txt"])
    def test_refuses_a_name_that_says_another_format(self, name: str) -> None:
        assert reason(pdf(), name) is Reason.NAME_EXTENSION

    def test_refuses_what_this_use_does_not_take(self) -> None:
        pictures = Accept.only(Kind.PNG)
        assert reason(pdf(), "a.pdf", pictures) is Reason.NOT_ACCEPTED
        assert reason(TABLE.encode(), "a.txt", Accept.only(Kind.CSV)) is Reason.NOT_ACCEPTED
        assert examine(picture("PNG"), "a.png", pictures).filename == "a.png"

    def test_refuses_one_byte_too_many(self) -> None:
        content = pdf()
        assert reason(content, "a.pdf", Accept.only(Kind.PDF, max_bytes=len(content) - 1)) is Reason.TOO_LARGE
        assert examine(content, "a.pdf", Accept.only(Kind.PDF, max_bytes=len(content)))

    @pytest.mark.parametrize("before", [b"", b"\n", b"%PDF-1.7\n"])
    def test_refuses_the_antivirus_test_anywhere(self, before: bytes) -> None:
        assert len(EICAR) == 68
        assert reason(before + EICAR) is Reason.MALWARE_TEST
