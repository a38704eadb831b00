from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from jurande.core.france.registers import Rejected
from jurande.core.france.training_bodies import ListRefused, TrainingBodyRecord, encoding_of, training_bodies
from tests.exports import DOTTED, body, siret, training_list


def read(content: str | bytes) -> list[TrainingBodyRecord | Rejected]:
    return list(training_bodies(io.BytesIO(content if isinstance(content, bytes) else content.encode())))


def one(**changes: str) -> TrainingBodyRecord | Rejected:
    (found,) = read(training_list(body(**changes)))
    return found


class TestTrainingBody:
    def test_is_typed(self) -> None:
        found = one()
        assert isinstance(found, TrainingBodyRecord)
        assert (found.nda, found.siren, found.siret) == ("11756000175", siret(7)[:9], siret(7))
        assert (found.qualiopi_training, found.qualiopi_vae) == (True, False)
        assert (found.postcode, found.departement, found.declared_trainees) == ("75011", "75", 560)
        assert found.declared_on == date(2026, 3, 15)

    @pytest.mark.parametrize("nic", [siret(7)[9:], siret(7)[9:].lstrip("0")])
    def test_has_its_siret_from_the_nic_alone(self, nic: str) -> None:
        found = one(siret=nic)
        assert isinstance(found, TrainingBodyRecord)
        assert found.siret == siret(7)

    def test_has_no_siret_when_its_nic_makes_none(self) -> None:
        found = one(siret="00007")
        assert isinstance(found, TrainingBodyRecord)
        assert found.siret == ""

    def test_may_have_a_tab_before_its_siret(self) -> None:
        assert getattr(one(siret=f"\t{siret(7)}"), "siret", "") == siret(7)

    @pytest.mark.parametrize(
        "changes, field, reason",
        [
            ({"siren": "123456789"}, "siren", "siren"),
            ({"siren": ""}, "siren", "missing"),
            ({"nda": "999"}, "numerodeclarationactivite", "nda"),
            ({"siret": "12345678901234"}, "siretetablissementdeclarant", "siret"),
            ({"siret": siret(8)}, "siretetablissementdeclarant", "siret"),
            ({"training": "peut-être"}, "certifications_actionsdeformation", "choice"),
            ({"trainees": "beaucoup"}, "informationsdeclarees_nbstagiaires", "number"),
            ({"declared_on": "31/06/2026"}, "informationsdeclarees_datedernieredeclaration", "date"),
            ({"name": ""}, "denomination", "missing"),
        ],
    )
    def test_that_is_wrong_is_left_out_with_its_line(self, changes: dict[str, str], field: str, reason: str) -> None:
        found = one(**changes)
        assert isinstance(found, Rejected)
        assert (found.line, found.field, found.reason) == (2, field, reason)

    def test_twice_is_left_out_the_second_time(self) -> None:
        _first, second = read(training_list(body(), body()))
        assert isinstance(second, Rejected)
        assert (second.line, second.reason) == (3, "duplicate")


class TestList:
    def test_may_be_spelled_as_the_portal_does(self) -> None:
        header = DOTTED.lower().replace(".", "_")
        (found,) = read(training_list(body(declared_on="2026-03-15"), header=header))
        assert isinstance(found, TrainingBodyRecord)
        assert found.declared_on == date(2026, 3, 15)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850"])
    def test_is_read_in_any_of_the_codes_that_french_files_have(self, encoding: str) -> None:
        content = training_list(body(name="Académie d’été à Nîmes".replace("’", "'"))).encode(
            encoding, errors="replace"
        )
        (found,) = read(content)
        assert isinstance(found, TrainingBodyRecord)
        assert found.name == "Académie d'été à Nîmes"

    def test_says_which_code_it_is_in(self) -> None:
        assert encoding_of(io.BytesIO("été".encode())) == "utf-8-sig"
        assert encoding_of(io.BytesIO("été".encode("cp1252"))) == "cp1252"

    def test_is_refused_without_a_column_it_needs(self) -> None:
        with pytest.raises(ListRefused) as raised:
            read(training_list(header=DOTTED.replace("siren;", "sirenn;")))
        assert (raised.value.code, raised.value.columns) == ("training_bodies.columns", ("siren",))

    def test_is_refused_when_its_last_line_is_cut(self) -> None:
        with pytest.raises(ListRefused) as raised:
            read(training_list(body(), body(nda="11756000176"))[:-80])
        assert (raised.value.code, raised.value.line) == ("training_bodies.truncated", 3)

    def test_leaves_out_a_short_line_in_its_midst(self) -> None:
        content = training_list(body(), body(nda="11756000176"))
        lines = content.split("\n")
        lines.insert(2, "11;22;33")
        kinds = [type(row).__name__ for row in read("\n".join(lines))]
        assert kinds == ["TrainingBodyRecord", "Rejected", "TrainingBodyRecord"]

    @pytest.mark.parametrize("content, code", [("", "columns"), (DOTTED + "\n", "empty"), ("a;b\x00c\n", "columns")])
    def test_is_refused_when_there_is_nothing_to_read(self, content: str, code: str) -> None:
        with pytest.raises(ListRefused) as raised:
            read(content)
        assert raised.value.code == f"training_bodies.{code}"

    def test_of_300_invented_bodies_is_read_whole(self, shared: Path) -> None:
        found = read((shared / "data/training-bodies/liste_publique_of_inventee_300.csv").read_bytes())
        assert [row for row in found if isinstance(row, Rejected)] == []
        assert len([row for row in found if isinstance(row, TrainingBodyRecord) and row.siret]) == 300
