from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.departements import DEPARTEMENTS, departement_label, departement_of_postcode
from jurande.core.france.identifiers import IdentifierRefused, postcode
from jurande.core.france.spelling import fold


class TestDepartements:
    def test_are_a_hundred_and_one_and_six_collectivities(self) -> None:
        assert len(DEPARTEMENTS) == 101 + 6
        assert list(DEPARTEMENTS)[18:22] == ["19", "2A", "2B", "21"]
        assert "20" not in DEPARTEMENTS

    def test_read_with_their_number(self) -> None:
        assert departement_label("2A") == "Corse-du-Sud (2A)"
        assert departement_label("zz") == "zz"


class TestPostcode:
    @pytest.mark.parametrize(
        ("code", "departement"),
        [
            ("13015", "13"),
            ("01000", "01"),
            ("20000", "2A"),
            ("20137", "2A"),
            ("20200", "2B"),
            ("20600", "2B"),
            ("97110", "971"),
            ("97133", "977"),
            ("97150", "978"),
            ("97200", "972"),
            ("97300", "973"),
            ("97400", "974"),
            ("97500", "975"),
            ("97600", "976"),
            ("98600", "986"),
            ("98713", "987"),
            ("98800", "988"),
        ],
    )
    def test_is_in_a_departement(self, code: str, departement: str) -> None:
        assert departement_of_postcode(postcode(code)) == departement

    @pytest.mark.parametrize("code", ["00100", "20300", "96000", "97900", "98000", "99123", "1301", "130155", "2A004"])
    def test_is_refused_where_there_is_none(self, code: str) -> None:
        with pytest.raises(IdentifierRefused) as refusal:
            postcode(code)
        assert refusal.value.code == "postcode.form"

    @given(st.from_regex(r"[0-9]{5}", fullmatch=True))
    def test_never_names_an_unknown_departement(self, code: str) -> None:
        assert departement_of_postcode(code) in {*DEPARTEMENTS, None}


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("L’Établi  toulousain", "l etabli toulousain"),
            ("Savoie Mains d’œuvre", "savoie mains d oeuvre"),
            ("RÉSEAU-REBOND", "reseau rebond"),
            ("", ""),
        ],
    )
    def test_forgets_what_people_do_not_type(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text(max_size=60))
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)
