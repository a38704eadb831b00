from __future__ import annotations

from datetime import date

import pytest

from jurande.core.france.network_sheets import (
    COLUMNS,
    KnownCertification,
    RowRefused,
    certification_named,
    day_in,
    is_error,
    kind_in,
    read_row,
)
from jurande.core.france.programme_sheets import guessed_columns

TODAY = date(2026, 3, 12)
OURS = (
    KnownCertification("C1", "RNCP49021", "Technicien réparateur", {"rncp49021bc01": "L1", "rncp49021bc02": "L2"}),
    KnownCertification("C2", "RS9104", "Réparer une batterie"),
)
HEADERS = (
    "SIRET de l’établissement",
    "Raison sociale",
    "CP",
    "Ville",
    "Fiche RNCP",
    "Type d'habilitation",
    "Date de début",
    "Date de fin",
    "N° de convention",
    "Date de signature",
    "Blocs",
    "Départements",
)
GOOD = (
    "732 829 320 00074",
    "Ateliers Mistral",
    "1000",
    "Bourg-en-Bresse",
    "RNCP 49021 - Technicien",
    "Former et organiser",
    "01/01/2026",
    "31/12/2028",
    "CONV-12",
    "02/01/2026",
    "BC02",
    "13, 2A",
)


def row_with(**changed: str) -> tuple[str, ...]:
    columns = guessed_columns(HEADERS, COLUMNS)
    cells = list(GOOD)
    for name, text in changed.items():
        cells[columns[name]] = text
    return tuple(cells)


def refusal_of(**changed: str) -> RowRefused:
    with pytest.raises(RowRefused) as refused:
        read_row(row_with(**changed), guessed_columns(HEADERS, COLUMNS), OURS, TODAY)
    return refused.value


class TestColumns:
    def test_are_guessed_from_free_titles(self) -> None:
        guessed = guessed_columns(HEADERS, COLUMNS)
        assert guessed == {
            "siret": 0,
            "legal_name": 1,
            "postcode": 2,
            "city": 3,
            "certification": 4,
            "kind": 5,
            "valid_from": 6,
            "valid_until": 7,
            "convention": 8,
            "signed_on": 9,
            "blocs": 10,
            "territory": 11,
        }

    def test_forty_unknown_ones_name_nothing(self) -> None:
        assert guessed_columns([f"xx{i}" for i in range(40)], COLUMNS) == {}


class TestReadRow:
    def test_reads_a_partner_and_its_habilitation(self) -> None:
        read = read_row(GOOD, guessed_columns(HEADERS, COLUMNS), OURS, TODAY)
        assert (read.siret, read.postcode, read.certification, read.kind) == ("73282932000074", "01000", "C1", "both")
        assert (read.blocs, read.territory) == (("L2",), ("13", "2A"))
        assert (read.valid_from, read.valid_until) == (date(2026, 1, 1), date(2028, 12, 31))

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"siret": ""}, "siret.missing"),
            ({"siret": "732829320"}, "siret.siren"),
            ({"siret": "7,32829E+13"}, "siret.rounded"),
            ({"siret": "73282932000075"}, "siret.check"),
            ({"siret": "PAS UN SIRET"}, "siret.form"),
            ({"legal_name": "=A1&B1"}, "formula"),
            ({"city": "#REF!"}, "formula"),
            ({"valid_until": "#N/A"}, "formula"),
            ({"blocs": "Err:502"}, "formula"),
            ({"city": ""}, "city.missing"),
            ({"postcode": "99999"}, "postcode.form"),
            ({"certification": "RNCP490210"}, "certification.unknown"),
            ({"kind": ""}, "kind.missing"),
            ({"kind": "autre"}, "kind.unknown"),
            ({"valid_until": "31/02/2028"}, "date"),
            ({"valid_until": "31/12/2025"}, "valid.order"),
            ({"valid_from": "01/01/2025", "valid_until": "31/12/2025"}, "valid.over"),
            ({"valid_until": ""}, "valid.missing"),
            ({"convention": ""}, "convention.missing"),
            ({"signed_on": "01/01/2030"}, "convention.future"),
            ({"blocs": "BC09"}, "blocs.unknown"),
            ({"territory": "13, 99"}, "territory.unknown"),
        ],
    )
    def test_says_what_to_mend(self, changed: dict[str, str], code: str) -> None:
        refused = refusal_of(**changed)
        assert refused.code == code
        assert refused.sentence.endswith(".")

    def test_proposes_the_zero_that_a_spreadsheet_dropped(self) -> None:
        refused = refusal_of(siret="5520446700001")
        assert refused.code in ("siret.zero", "siret.form")

    def test_reads_a_value_quoted_so_that_it_keeps_its_zeros(self) -> None:
        columns = guessed_columns(HEADERS, COLUMNS)
        assert read_row(row_with(siret='="73282932000074"'), columns, OURS, TODAY).siret == "73282932000074"


class TestWords:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("HABILITATION_ORGA_FORM", "both"),
            ("Formation", "former"),
            ("évaluer", "organiser"),
            ("former / évaluer", "both"),
            ("Organisation des examens", "organiser"),
        ],
    )
    def test_a_role_is_read_as_people_write_it(self, text: str, kind: str) -> None:
        assert kind_in(text) == kind

    @pytest.mark.parametrize("text", ["49021", "rncp49021", "Technicien réparateur", "RNCP 49021 : TR (niveau 4)"])
    def test_a_certification_is_named_in_many_ways(self, text: str) -> None:
        named = certification_named(text, OURS)
        assert named is not None
        assert named.key == "C1"

    @pytest.mark.parametrize(
        "text",
        ["31/12/2026", "31-12-26", "2026-12-31", "2026-12-31T00:00:00", "31 décembre 2026", "46387"],
    )
    def test_a_day_is_written_in_many_ways(self, text: str) -> None:
        assert day_in(text) == date(2026, 12, 31)

    @pytest.mark.parametrize("text", ["31/31/2026", "hier", "12", "99999"])
    def test_what_is_no_day_is_none(self, text: str) -> None:
        assert day_in(text) is None


class TestACellInError:
    @pytest.mark.parametrize(
        "text",
        (
            *("#N/A", "#VALEUR!", "#NOM ?", "#DIV/0!", "#NUL!", "#BEZUG!", "#NV", "#SPILL!", "#OCCUPÉ!"),
            *("#GETTING_DATA", "#N/A N/A", "########", "Err:502", "Err\u00a0:508", "erreur : 504"),
        ),
    )
    def test_is_known_in_whatever_language(self, text: str) -> None:
        assert is_error(text)

    @pytest.mark.parametrize(
        "text", ["", "#12", "#A-2024-17", "#reference12", "Erratum", "Er Rami", "Err", "=A1", "n/a"]
    )
    def test_is_not_a_number_nor_a_name(self, text: str) -> None:
        assert not is_error(text)
