"""What a request to enter the répertoire spécifique must show: C. trav. R. 6113-11."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jurande.core.france import specific_register as law
from jurande.core.france.referentiels import EXPECTED_TAGS
from jurande.core.france.specific_register import CRITERIA, PIECES, Evidence, Facts, Promotion, Said, Standing, examine
from jurande.core.france.wording import findings

BARE = Facts(is_first=True)
WHOLE = Facts(
    is_first=True,
    version=2,
    competencies=4,
    criteria=9,
    tags=frozenset(EXPECTED_TAGS),
    protocol=True,
    pass_rule=True,
    assessors=True,
    is_identified=True,
    workload_hours=21,
    aligned={"rome": 1, "rncp_bloc": 1},
    promotions=(Promotion(2026, 12, 3), Promotion(2025, 8, 0)),
    endorsements=2,
    said={one.key: Said(has_text=True) for one in CRITERIA},
    pieces={one.key: 1 for one in PIECES},
)


def standing(facts: Facts, key: str) -> Standing:
    return next(one.standing for one in examine(facts) if one.criterion.key == key)


def evidence(facts: Facts, key: str, label: str) -> Evidence:
    examined = next(one for one in examine(facts) if one.criterion.key == key)
    return next(one for one in examined.evidence if one.label == label)


class TestR6113x11:
    """C. trav. R. 6113-11, LEGIARTI000051705136."""

    def test_r6113_11_has_six_criteria_the_first_of_them_in_five_parts(self):
        assert [one.key for one in CRITERIA] == ["1", "1bis", "1ter", "1quater", "1quinquies", "2", "3", "4", "5", "6"]
        assert [str(day) for day in (law.IN_FORCE_ON, law.REQUESTS_FROM)] == ["2025-06-09", "2025-10-01"]
        assert CRITERIA[4].article == "C. trav. R. 6113-11, I, 1°\u00a0quinquies"

    def test_r6113_11_shows_nothing_of_what_nobody_did(self):
        found = {one.criterion.key: one.standing for one in examine(BARE)}
        # One rule of the house, separation, is applied from the first day.
        assert found.pop("3") == Standing.PARTIAL
        assert set(found.values()) == {Standing.MISSING}

    def test_r6113_11_is_shown_whole_by_a_house_that_did_everything(self):
        assert {one.standing for one in examine(WHOLE)} == {Standing.SHOWN}

    def test_r6113_11_ii_a_counts_only_those_whom_the_applicant_trained(self):
        trained = replace(WHOLE, promotions=(Promotion(2026, 0, 30), Promotion(2025, 8, 2)))
        assert trained.holders() == 8
        assert (
            "8\u00a0titulaires, 1\u00a0promotion (2025)" in evidence(trained, "1bis", "Promotions de titulaires").seen
        )
        assert (
            "32\u00a0titulaires, non comptés" in evidence(trained, "1bis", "Titulaires formés par des partenaires").seen
        )

    def test_r6113_11_ii_a_warns_of_three_years_when_there_is_one_promotion(self):
        found = evidence(replace(WHOLE, promotions=(Promotion(2026, 5, 0),)), "1bis", "Promotions de titulaires")
        assert found.standing == Standing.PARTIAL
        assert "trois ans au plus" in found.how

    def test_r6113_11_ii_b_counts_the_holders_of_partners_for_what_was_registered(self):
        again = replace(WHOLE, is_first=False, promotions=(Promotion(2026, 0, 30), Promotion(2025, 8, 2)))
        assert again.holders() == 40
        assert standing(again, "1bis") == Standing.SHOWN

    def test_r6113_11_i_1_asks_for_a_record_of_what_was_registered_only_of_a_renewal(self):
        without = {key: count for key, count in WHOLE.pieces.items() if key != "record"}
        assert standing(replace(WHOLE, pieces=without), "1") == Standing.SHOWN
        assert standing(replace(WHOLE, is_first=False, pieces=without), "1") == Standing.PARTIAL

    @pytest.mark.parametrize("tag", EXPECTED_TAGS)
    def test_r6113_11_i_2_wants_each_of_the_three_concerns(self, tag):
        assert standing(replace(WHOLE, tags=WHOLE.tags - {tag}), "2") == Standing.PARTIAL

    def test_r6113_11_i_2_wants_a_criterion_for_each_competency(self):
        found = evidence(replace(WHOLE, bare=1), "2", "Critères d’évaluation")
        assert (found.standing, found.seen) == (Standing.PARTIAL, "9\u00a0critères pour 3 sur 4\u00a0compétences.")

    def test_r6113_11_i_3_asks_of_a_network_what_it_does_not_ask_of_one_who_trains_alone(self):
        network = replace(WHOLE, places=3, conventions=3, with_means=3, checks=3)
        labels = [one.label for one in next(e for e in examine(network) if e.criterion.key == "3").lacking]
        # What the software cannot show, it says that it cannot.
        assert labels == ["Audits des organismes habilités"]
        assert standing(WHOLE, "3") == Standing.SHOWN

    @pytest.mark.parametrize("key", ["4", "5", "6"])
    def test_r6113_11_i_4_to_6_may_have_no_object(self, key):
        assert standing(replace(BARE, said={key: Said(has_text=True, is_moot=True)}), key) == Standing.MOOT

    @pytest.mark.parametrize("key", [one.key for one in CRITERIA if not one.may_be_moot])
    def test_r6113_11_i_1_to_3_always_have_one(self, key):
        assert standing(replace(BARE, said={key: Said(has_text=True, is_moot=True)}), key) != Standing.MOOT


class TestSentences:
    def test_say_how_to_get_all_that_lacks(self):
        for facts in (BARE, replace(BARE, places=2, conventions=1), replace(BARE, is_first=False)):
            for one in examine(facts):
                assert all(lacking.how for lacking in one.lacking)

    def test_never_claim_that_something_is_registered(self):
        words = [text for one in (*examine(WHOLE), *examine(BARE)) for e in one.evidence for text in (e.seen, e.how)]
        assert not [found.quote for text in words for found in findings(text)]

    def test_belong_to_a_criterion_when_they_are_pieces(self):
        keys = {one.key for one in CRITERIA}
        assert [one.key for one in PIECES if one.criterion not in keys] == ["other"]
