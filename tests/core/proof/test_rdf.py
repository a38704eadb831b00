# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.proof import rdf

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


class TestLiteral:
    @pytest.mark.parametrize(
        ("character", "spelling"),
        [
            ("\b", r"\b"),
            ("\t", r"\t"),
            ("\n", r"\n"),
            ("\f", r"\f"),
            ("\r", r"\r"),
            ('"', r"\""),
            ("\\", r"\\"),
            ("\0", r"\u0000"),
            ("\a", r"\u0007"),
            ("\v", r"\u000B"),
            ("\x1b", r"\u001B"),
            ("\x7f", r"\u007F"),
            ("\x80", "\x80"),
            ("\x85", "\x85"),
            ("\u2028", "\u2028"),
            ("é", "é"),
        ],
    )
    def test_escapes_what_the_canonical_form_escapes_and_nothing_else(self, character: str, spelling: str) -> None:
        assert rdf.literal(character) == f'"{spelling}"'

    def test_leaves_string_unsaid(self) -> None:
        assert rdf.literal("a", rdf.XSD + "string") == '"a"'
        assert rdf.literal("a", rdf.XSD + "date") == '"a"^^<http://www.w3.org/2001/XMLSchema#date>'
        assert rdf.literal("a", language="fr") == '"a"@fr'


class TestParse:
    @given(text=TEXT)
    def test_reads_back_any_literal(self, text: str) -> None:
        quad = ("<x:s>", "<x:p>", rdf.literal(text), "")
        assert rdf.parse(rdf.line(quad)) == [quad]

    def test_reads_other_spellings_of_the_same_terms(self) -> None:
        row = r'_:a<x:p>"\u00e9\U0001F600\'"^^<http://www.w3.org/2001/XMLSchema#string><x:\u0067>.# comment'
        assert rdf.parse(f"\n# comment\n{row}\r\n") == [("_:a", "<x:p>", '"é\U0001f600\'"', "<x:g>")]

    @pytest.mark.parametrize(
        "row",
        [
            "<x:s> <x:p> <x:o>",
            "<x:s> _:p <x:o> .",
            "<x:s> <x:p> <x:o> <x:g> <x:h> .",
            '"s" <x:p> <x:o> .',
            '<x:s> <x:p> "a\\q" .',
            '<x:s> <x:p> "a" "b" .',
            "<x: s> <x:p> <x:o> .",
            "<x:s> <x:p> <x:o> . <x:s>",
        ],
    )
    def test_refuses_what_is_no_statement(self, row: str) -> None:
        with pytest.raises(rdf.RdfRefused) as refusal:
            rdf.parse(row)
        assert refusal.value.code == "rdf.malformed"
