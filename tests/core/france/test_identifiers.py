from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren as reference_siren
from stdnum.fr import siret as reference_siret

from jurande.core.france import identifiers
from jurande.core.france.identifiers import LA_POSTE, IdentifierRefused, luhn_sum

nine = st.text("0123456789", min_size=9, max_size=9)
fourteen = st.text("0123456789", min_size=14, max_size=14)


Reader = Callable[[str], str]


def outcome(read: Reader, text: str) -> str:
    """What ``read`` makes of ``text``: the number, or the code of the refusal."""
    try:
        return read(text)
    except IdentifierRefused as refusal:
        return refusal.code


def with_check_digit(stem: str) -> str:
    return stem + str(-luhn_sum(stem + "0") % 10)


sirens = st.text("0123456789", min_size=8, max_size=8).map(with_check_digit)
sirets = st.builds(
    lambda siren, place: with_check_digit(siren + place), sirens, st.text("0123456789", min_size=4, max_size=4)
)


class TestSiren:
    @given(nine)
    def test_agrees_with_an_independent_implementation(self, digits: str) -> None:
        assert outcome(identifiers.siren, digits) == (digits if reference_siren.is_valid(digits) else "siren.check")

    @given(sirens, st.integers(0, 8), st.integers(1, 9))
    def test_refuses_any_single_wrong_digit(self, siren: str, place: int, shift: int) -> None:
        wrong = siren[:place] + str((int(siren[place]) + shift) % 10) + siren[place + 1 :]
        with pytest.raises(IdentifierRefused, match="check digit"):
            identifiers.siren(wrong)

    def test_accepts_spaces_of_all_kinds(self) -> None:
        assert identifiers.siren(" 732\u00a0829\u202f320 ") == "732829320"

    @pytest.mark.parametrize("text", ["", "73282932", "7328293200", "73282932O", "٧٣٢٨٢٩٣٢٠"])
    def test_refuses_what_is_not_nine_digits(self, text: str) -> None:
        with pytest.raises(IdentifierRefused) as refusal:
            identifiers.siren(text)
        assert refusal.value.code == "siren.form"


class TestSiret:
    @given(fourteen | sirets)
    def test_agrees_with_an_independent_implementation(self, digits: str) -> None:
        assert outcome(identifiers.siret, digits) == (digits if reference_siret.is_valid(digits) else "siret.check")

    @given(sirets)
    def test_belongs_to_an_organisation(self, siret: str) -> None:
        assert identifiers.siren(identifiers.siren_of(identifiers.siret(siret))) == siret[:9]

    @given(st.text("0123456789", min_size=5, max_size=5))
    def test_follows_the_other_rule_at_la_poste(self, place: str) -> None:
        digits = LA_POSTE + place
        valid = sum(map(int, digits)) % 5 == 0 or luhn_sum(digits) % 10 == 0
        assert outcome(identifiers.siret, digits) == (digits if valid else "siret.check")

    @pytest.mark.parametrize("siret", ["35600000000048", "35600000049837", "35600000009075"])
    def test_accepts_places_of_la_poste(self, siret: str) -> None:
        assert identifiers.siret(siret) == siret

    def test_keeps_the_luhn_rule_for_everybody_else(self) -> None:
        with pytest.raises(IdentifierRefused):
            identifiers.siret("73282932000075")

    def test_refuses_a_right_number_on_a_wrong_siren(self) -> None:
        siret = with_check_digit("7328293210001")
        with pytest.raises(IdentifierRefused, match="SIREN"):
            identifiers.siret(siret)


class TestNda:
    @pytest.mark.parametrize(
        ("typed", "kept"), [("11 75 54107 75", "11755410775"), ("93.13.12345.13", "93131234513"), ("01973123497",) * 2]
    )
    def test_keeps_eleven_digits(self, typed: str, kept: str) -> None:
        assert identifiers.nda(typed) == kept

    @pytest.mark.parametrize(
        "text", ["1175541077", "117554107755", "11005410700", "00755410775", "11965410796", "1175A410775"]
    )
    def test_refuses_the_impossible(self, text: str) -> None:
        with pytest.raises(IdentifierRefused) as refusal:
            identifiers.nda(text)
        assert refusal.value.code == "nda.form"

    def test_accepts_every_row_of_the_public_list(self, shared: Path) -> None:
        [path] = (shared / "data" / "training-bodies").glob("*.csv")
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        assert len(rows) == 300
        assert all(identifiers.nda(row["numeroDeclarationActivite"]) for row in rows)


class TestUai:
    def test_checks_the_letter(self) -> None:
        assert identifiers.uai("0750655e") == "0750655E"
        with pytest.raises(IdentifierRefused) as refusal:
            identifiers.uai("0750655F")
        assert refusal.value.code == "uai.check"

    @pytest.mark.parametrize("text", ["075065E", "0750655", "0750655I", "0750655O", "0750655Q"])
    def test_refuses_another_form(self, text: str) -> None:
        with pytest.raises(IdentifierRefused) as refusal:
            identifiers.uai(text)
        assert refusal.value.code == "uai.form"

    @given(st.integers(0, 9_999_999))
    def test_has_exactly_one_letter_for_a_number(self, number: int) -> None:
        outcomes = [outcome(identifiers.uai, f"{number:07d}{letter}") for letter in identifiers.UAI_LETTERS]
        assert outcomes.count("uai.check") == len(outcomes) - 1


class TestRegisterCodes:
    @pytest.mark.parametrize("typed", ["RNCP49021", "rncp 49021", "RNCP-49021", "RNCP049021"])
    def test_spell_one_rncp_code_one_way(self, typed: str) -> None:
        assert identifiers.rncp_code(typed) == "RNCP49021"

    def test_tell_one_register_from_the_other(self) -> None:
        assert identifiers.rs_code("RS9104") == "RS9104"
        with pytest.raises(IdentifierRefused):
            identifiers.rs_code("RNCP49021")
        with pytest.raises(IdentifierRefused):
            identifiers.rncp_code("RS9104")

    @pytest.mark.parametrize("typed", ["", "RNCP", "RNCP0", "49021", "RNCP49021B", "RNCP12345678"])
    def test_refuse_the_rest(self, typed: str) -> None:
        with pytest.raises(IdentifierRefused) as refusal:
            identifiers.rncp_code(typed)
        assert refusal.value.code == "rncp.form"


@pytest.mark.parametrize("read", [identifiers.siren, identifiers.siret, identifiers.nda, identifiers.uai])
@given(text=st.text(max_size=40))
def test_any_text_is_kept_or_refused_with_a_reason(read: Reader, text: str) -> None:
    kept = outcome(read, text)
    assert kept.endswith((".form", ".check")) or read(kept) == kept
