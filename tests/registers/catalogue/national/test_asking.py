from __future__ import annotations

from datetime import date, timedelta

import pytest

from jurande.registers.catalogue.queries.changes import Changes, FicheChange, PartnerChange, between
from jurande.registers.catalogue.queries.national import Answer, Because, Known, latest_snapshot, was_habilitated
from tests.exports import Bloc, Fiche, Partner, siret
from tests.registers.catalogue.national.conftest import D1, D2, D3, Import

ONE = Fiche("RNCP37674", partners=[Partner(siret(2)), Partner(siret(3), state="Supprimé")])


def asked(day: date, rank: int = 2, number: str = "RNCP37674") -> Answer:
    return was_habilitated(siret=siret(rank), fiche_number=number, day=day)


class TestWasHabilitated:
    def test_says_yes_with_its_kind_and_the_day_of_its_source(self, importing: Import) -> None:
        importing(D1, ONE)
        assert asked(D1) == Answer(Known.YES, Because.LISTED, "rncp", D1, "both", date(2024, 4, 8))

    def test_says_no_when_the_register_of_that_day_does_not_say_so(self, importing: Import) -> None:
        importing(D1, ONE)
        assert asked(D1, 3) == Answer(Known.NO, Because.NOT_ACTIVE, "rncp", D1)
        assert asked(D1, 4) == Answer(Known.NO, Because.NOT_LISTED, "rncp", D1)

    def test_does_not_know_before_the_first_snapshot_nor_after_the_latest(self, importing: Import) -> None:
        assert asked(D1) == Answer(Known.UNKNOWN, Because.AFTER_LATEST, "rncp")
        importing(D2, ONE)
        assert asked(D1) == Answer(Known.UNKNOWN, Because.BEFORE_FIRST, "rncp")
        assert asked(D3) == Answer(Known.UNKNOWN, Because.AFTER_LATEST, "rncp", D2)

    def test_does_not_know_of_a_fiche_that_is_not_there(self, importing: Import) -> None:
        importing(D1, ONE)
        assert asked(D1, number="RNCP1").because == Because.NO_SUCH_FICHE

    def test_answers_between_two_snapshots_as_the_former_did(self, importing: Import) -> None:
        late = D1 + timedelta(days=10)
        importing(D1, ONE)
        importing(late, ONE.but(partners=[]))
        assert (asked(late - timedelta(days=1)).answer, asked(late - timedelta(days=1)).snapshot_on) == (Known.YES, D1)
        assert asked(late).answer == Known.NO

    def test_joins_two_rows_of_one_place(self, importing: Import) -> None:
        partners = [Partner(siret(2), habilitation=f"HABILITATION_{kind}") for kind in ("FORMER", "ORGANISER")]
        importing(D1, ONE.but(partners=partners))
        assert asked(D1).kind == "both"

    def test_asks_the_register_that_the_number_is_of(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(number="RS7423"), name="export_fiches_RS_V4_1_{}.xml")
        assert asked(D2, number="RS7423").answer == Known.YES
        assert asked(D2).because == Because.AFTER_LATEST

    def test_never_counts_a_file_that_was_refused(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, content=b"<FICHES>")
        latest = latest_snapshot("rncp")
        assert latest is not None
        assert latest.published_on == D1


class TestChanges:
    def test_are_exactly_those_of_the_export(self, importing: Import) -> None:
        stays, gone, typed = Partner(siret(2)), Partner(siret(3)), Partner(siret(4), habilitation="HABILITATION_FORMER")
        back = Partner(siret(5), state="Inactif")
        importing(
            D1,
            Fiche("RNCP1", partners=[stays, gone, typed, back]),
            Fiche("RNCP2", title="Ancienne"),
            Fiche("RNCP3", title="Autre", blocs=[Bloc("BC01")]),
            Fiche("RNCP4", title="Close"),
            Fiche("RNCP5", title="Partie"),
        )
        importing(
            D2,
            Fiche(
                "RNCP1",
                partners=[
                    stays,
                    Partner(typed.siret, habilitation="HABILITATION_ORGA_FORM"),
                    Partner(back.siret),
                    Partner(siret(6), "NOUVEAU"),
                ],
            ),
            Fiche("RNCP2", title="Ancienne", replacing=["RNCP6"]),
            Fiche("RNCP3", title="Autre", blocs=[Bloc("BC01", title="Changé")]),
            Fiche("RNCP4", title="Close", active="Non"),
            Fiche("RNCP6", title="Nouvelle"),
        )
        assert between("rncp", D1, D2) == Changes(
            partners_added=(
                PartnerChange("RNCP1", siret(6), "NOUVEAU", "", "both"),
                PartnerChange("RNCP1", siret(5), "ORGANISME", "", "both"),
            ),
            partners_removed=(PartnerChange("RNCP1", siret(3), "ORGANISME", "both", ""),),
            types_changed=(PartnerChange("RNCP1", siret(4), "ORGANISME", "former", "both"),),
            fiches_added=(FicheChange("RNCP6", "Nouvelle"),),
            fiches_ended=(FicheChange("RNCP4", "Close"), FicheChange("RNCP5", "Partie")),
            fiches_replaced=(FicheChange("RNCP2", "Ancienne", ("RNCP6",)),),
            fiches_modified=(FicheChange("RNCP3", "Autre"),),
        )

    def test_are_none_between_a_day_and_itself_or_what_came_back(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(partners=[Partner(siret(9))], title="Brouillon"))
        importing(D3, ONE)
        assert between("rncp", D2, D2).count == 0
        assert between("rncp", D1, D3).count == 0
        assert between("rncp", D1, D2).count == 3

    def test_may_be_those_of_some_fiches_only(self, importing: Import) -> None:
        importing(D1, ONE, ONE.but(number="RNCP1"))
        importing(D2, ONE.but(partners=[]), ONE.but(number="RNCP1", partners=[]))
        assert [row.number for row in between("rncp", D1, D2, numbers=["RNCP1"]).partners_removed] == ["RNCP1"]

    @pytest.mark.parametrize("state", ["Inactif", "Supprimé"])
    def test_count_a_partner_that_is_no_longer_active_as_removed(self, importing: Import, state: str) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(partners=[Partner(siret(2), state=state)]))
        assert [row.siret for row in between("rncp", D1, D2).partners_removed] == [siret(2)]
