from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.registers import (
    Coded,
    FicheRead,
    FicheRecord,
    PartnerRecord,
    Promotion,
    Rejected,
    Route,
    read_fiche,
    spans,
)
from jurande.core.france.registers import partners as partners_module
from tests.exports import Bloc, Fiche, Partner, export, row, siret


def read(fiche: Fiche, register: str = "rncp") -> FicheRead:
    return read_fiche(fiche.xml().strip().encode(), line=4, register=register)


def rejects(*partners: Partner) -> list[tuple[str, str, str]]:
    return [(row.field, row.value, row.reason) for row in read(Fiche("RNCP101", partners=partners)).rejects]


class TestFiche:
    def test_is_typed_column_by_column(self) -> None:
        more = {
            "NOMENCLATURE_EUROPE": "<NIVEAU>NIV5</NIVEAU>",
            "ABREGE": "<CODE>BTS</CODE><LIBELLE>Brevet</LIBELLE>",
            "DATE_FIN_ENREGISTREMENT": "31/08/2027",
            "TYPE_ENREGISTREMENT": "Enregistrement sur demande",
            "DUREE_ENREGISTREMENT": "2,5",
        }
        columns = read(Fiche("RNCP101", title="Tailler  la pierre &", more=more)).columns
        assert columns["title"] == "Tailler\nla pierre &"
        assert (columns["level"], columns["abbreviation"], columns["is_active"]) == (5, "BTS", True)
        assert columns["registered_until"] == date(2027, 8, 31)
        assert (columns["registration_kind"], columns["duration_years"]) == ("demande", "2.5")
        assert columns["decision_on"] is None

    def test_keeps_the_rest_and_gives_it_back_typed(self) -> None:
        more = {
            "CAPACITES_ATTESTEES": "* Cadrer  - Mesurer    C2. Restituer",
            "CODES_ROME": row("ROME", CODE="M1502", LIBELLE="Ressources humaines"),
            "SI_JURY_VAE": "<ACTIF>Oui</ACTIF><COMPOSITION>Trois personnes</COMPOSITION>",
            "STATISTIQUES_PROMOTIONS": row("STATISTIQUES_PROMOTION", ANNEE="2024", NOMBRE_CERTIFIES="36"),
            "DATE_DERNIER_JO": "04/10/2025",
        }
        fiche = read(Fiche("RS101", more=more, replacing=["RS202"]), "rs")
        record = FicheRecord.from_content(json.loads(json.dumps(fiche.content)))
        assert record.capacities == ("Cadrer", "Mesurer", "C2. Restituer")
        assert record.rome == (Coded("M1502", "Ressources humaines"),)
        assert record.routes == (Route("VAE", True, "Trois personnes"),)
        assert record.promotions == (Promotion(2024, 36, None, None, None, None),)
        assert record.replacing == ("RS202",)
        assert record.last_published_on == date(2025, 10, 4)

    def test_has_blocs_but_not_those_of_its_correspondences(self) -> None:
        correspondences = "<CORRESPONDANCE><DESTINATION><BLOC_COMPETENCES><CODE>RNCP9BC01</CODE></BLOC_COMPETENCES></DESTINATION></CORRESPONDANCE>"
        fiche = Fiche("RNCP101", blocs=[Bloc("RNCP101BC01")], more={"CORRESPONDANCES": correspondences})
        (bloc,) = read(fiche).blocs
        assert (bloc.code, bloc.competencies) == ("RNCP101BC01", ("Analyser la demande", "Planifier les étapes"))

    @pytest.mark.parametrize(
        "fiche, field, reason",
        [
            (Fiche(""), "NUMERO_FICHE", "missing"),
            (Fiche("RS12"), "NUMERO_FICHE", "choice"),
            (Fiche("RNCP1", title=""), "INTITULE", "missing"),
            (Fiche("RNCP1", active="peut-être"), "ACTIF", "choice"),
        ],
    )
    def test_without_what_makes_it_one_is_left_out(self, fiche: Fiche, field: str, reason: str) -> None:
        found = read(fiche)
        assert found.number == ""
        assert [(row.field, row.reason) for row in found.rejects] == [(field, reason)]

    @pytest.mark.parametrize(
        "tag, text, reason",
        [
            ("DATE_DECISION", "31/02/2025", "date"),
            ("DATE_EFFET", "2025-03-01", "date"),
            ("DATE_LIMITE_DELIVRANCE", "01/01/0206", "date"),
            ("TYPE_ENREGISTREMENT", "À la demande", "choice"),
            ("DUREE_ENREGISTREMENT", "cinq", "number"),
        ],
    )
    def test_loses_only_the_optional_value_that_is_wrong(self, tag: str, text: str, reason: str) -> None:
        found = read(Fiche("RNCP101", more={tag: text}))
        assert found.number == "RNCP101"
        assert [(row.field, row.value, row.reason) for row in found.rejects] == [(tag, text, reason)]


class TestPartner:
    def test_is_typed(self) -> None:
        partner = Partner(siret(2), "M  & FILS", "HABILITATION_FORMER", "Inactif", "", "09/03/2023")
        assert read(Fiche("RNCP101", partners=[partner])).partners == [
            PartnerRecord(siret(2), "M & FILS", "former", "inactive", None, date(2023, 3, 9))
        ]

    def test_may_have_a_tab_before_its_siret(self) -> None:
        (partner,) = read(Fiche("RNCP101", partners=[Partner(f"\t{siret(2)}")])).partners
        assert partner.siret == siret(2)

    @pytest.mark.parametrize(
        "wrong, told",
        [
            (Partner(siret(2)[:13] + "x"), ("PARTENAIRE/SIRET_PARTENAIRE", siret(2)[:13] + "x", "siret")),
            (Partner("12345678901234"), ("PARTENAIRE/SIRET_PARTENAIRE", "12345678901234", "siret")),
            (Partner(""), ("PARTENAIRE/SIRET_PARTENAIRE", "", "missing")),
            (Partner(siret(2), name=" "), ("PARTENAIRE/NOM_PARTENAIRE", "", "missing")),
            (Partner(siret(2), habilitation="AUTRE"), ("PARTENAIRE/HABILITATION_PARTENAIRE", "AUTRE", "choice")),
            (Partner(siret(2), state="Suspendu"), ("PARTENAIRE/ETAT_HABILITATION", "Suspendu", "choice")),
            (Partner(siret(2), active_on="30/02/2024"), ("PARTENAIRE/DATE_ACTIF", "30/02/2024", "date")),
        ],
    )
    def test_that_is_wrong_is_left_out_and_the_others_go_in(self, wrong: Partner, told: tuple[str, str, str]) -> None:
        right = Partner(siret(3))
        assert rejects(wrong, right) == [told]
        assert [p.siret for p in read(Fiche("RNCP101", partners=[wrong, right])).partners] == [siret(3)]

    def test_twice_counts_once_and_the_active_one_is_kept(self) -> None:
        former = Partner(siret(2), state="Supprimé")
        fiche = Fiche("RNCP101", partners=[former, Partner(siret(2))])
        assert [row.state for row in read(fiche).partners] == ["active"]
        assert rejects(*fiche.partners) == [("PARTENAIRE/SIRET_PARTENAIRE", siret(2), "duplicate")]

    def test_of_la_poste_follows_its_own_sum(self) -> None:
        (partner,) = read(Fiche("RNCP101", partners=[Partner("35600000000048")])).partners
        assert partner.siret == "35600000000048"

    @given(
        st.lists(
            st.builds(
                Partner,
                siret=st.sampled_from([siret(2), siret(3), f"\t{siret(4)}", "", "42"]),
                name=st.text(st.sampled_from("Aé &<>'\"\t"), min_size=0, max_size=8),
                habilitation=st.sampled_from(["HABILITATION_FORMER", "HABILITATION_ORGANISER", ""]),
                state=st.sampled_from(["Actif", "Supprimé", "actif"]),
                active_on=st.sampled_from(["", "08/04/2024", "99/99/2024"]),
            ),
            max_size=5,
        ),
        st.sampled_from(["", "<!-- c -->", "<PARTENAIRE/>", "texte", "<A/>"]),
    )
    def test_reads_the_same_in_the_quick_way_and_in_the_general_one(self, partners: list[Partner], aside: str) -> None:
        content = Fiche("RNCP101", partners=partners or [Partner(siret(9))]).xml().strip()
        content = content.replace("</PARTENAIRES>", f"{aside}</PARTENAIRES>")
        quick = read_fiche(content.encode(), line=1, register="rncp")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("jurande.core.france.registers.reading.cut_partners", lambda fiche: (None, fiche))
            general = read_fiche(content.encode(), line=1, register="rncp")
        assert (quick.partners, quick.rejects) == (general.partners, general.rejects)

    def test_is_read_in_the_quick_way_when_written_as_the_state_does(self) -> None:
        content = (
            Fiche("RNCP101", partners=[Partner(siret(2), "A & B"), Partner(siret(3), active_on="")]).xml().encode()
        )
        rows, _rest = partners_module.cut_partners(content)
        assert rows is not None
        assert [row[0] for row in rows] == ["A & B", "ORGANISME"]


class TestLineOfAReject:
    def test_is_that_of_the_value_in_the_file(self) -> None:
        fiche = Fiche("RNCP102", partners=[Partner(siret(2)), Partner("42")], blocs=[Bloc("RNCP102BC01"), Bloc("")])
        content = export(Fiche("RNCP101"), fiche)
        _first, second = spans(io.BytesIO(content))
        found = read_fiche(content[second.offset : second.offset + second.length], line=second.line, register="rncp")
        lines = content.decode().split("\n")
        assert [(row.field, row.reason, lines[row.line - 1].strip()) for row in found.rejects] == [
            ("PARTENAIRE/SIRET_PARTENAIRE", "siret", "<SIRET_PARTENAIRE>42</SIRET_PARTENAIRE>"),
            ("BLOC_COMPETENCES/CODE", "missing", "<CODE></CODE>"),
        ]
        assert found.rejects[0] == Rejected(
            found.rejects[0].line, "RNCP102", "PARTENAIRE/SIRET_PARTENAIRE", "42", "siret"
        )


class TestRealExtracts:
    def test_hold_twelve_fiches_and_974_partners(self, shared: Path) -> None:
        found = []
        for path in sorted((shared / "data/registers").glob("*.xml")):
            content = path.read_bytes()
            register = "rncp" if "RNCP" in path.name else "rs"
            for span in spans(io.BytesIO(content)):
                fiche = content[span.offset : span.offset + span.length]
                found.append(read_fiche(fiche, line=span.line, register=register))
        assert len(found) == 12
        assert sum(len(fiche.partners) for fiche in found) == 974
        assert [fiche.rejects for fiche in found if fiche.rejects] == []
        assert all(4 <= len(fiche.content["capacities"]) <= 55 for fiche in found)
