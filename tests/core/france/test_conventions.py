"""The seven mentions of a convention, the duties of who signs it, its clauses. One test for each number of the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.clauses import (
    MERGE_FIELDS,
    ClauseFact,
    FieldsRefused,
    check_fields,
    compare_clauses,
    day_in_words,
    fields_in,
    fill,
    set_faults,
)
from jurande.core.france.comparison import Change
from jurande.core.france.conventions import (
    DUTIES,
    MENTIONS,
    MENTIONS_FROM,
    Scope,
    Subcontract,
    Terms,
    duties_of,
    missing_mentions,
    subcontract_faults,
)
from jurande.core.france.standard_clauses import STANDARD_CLAUSES

WHOLE = Terms(
    purpose="both",
    scopes=(Scope("Technicien réparateur", "both"),),
    valid_from=date(2026, 1, 1),
    valid_until=date(2028, 12, 31),
    counterpart="none",
    subcontracting="forbidden",
    technical_means="Un atelier.",
    teaching_means="Des formateurs.",
    supervision_means="Une responsable.",
    apprenticeship="none",
)


def lacks(**changed: object) -> list[tuple[int, str]]:
    return [(one.mention.number, one.field) for one in missing_mentions(replace(WHOLE, **changed))]


class TestSevenMentions:
    def test_r6113_16_2_whole_lacks_nothing(self):
        assert missing_mentions(WHOLE) == []

    def test_r6113_16_2_1_the_purpose_is_said(self):
        assert lacks(purpose="") == [(1, "purpose")]

    def test_r6113_16_2_2_the_certifications_are_said_with_their_version(self):
        assert lacks(scopes=()) == [(2, "scopes")]
        assert lacks(scopes=(Scope("T", "both", has_version=False),)) == [(2, "scopes")]

    def test_r6113_16_2_2_no_certification_goes_beyond_the_purpose(self):
        assert lacks(purpose="former") == [(2, "scopes")]
        assert lacks(purpose="both", scopes=(Scope("T", "organiser"),)) == []

    def test_r6113_16_2_3_the_validity_has_two_days_in_their_order(self):
        assert lacks(valid_from=None) == [(3, "valid_from")]
        assert lacks(valid_until=None) == [(3, "valid_until")]
        assert lacks(valid_until=date(2025, 12, 31)) == [(3, "valid_until")]

    def test_r6113_16_2_4_the_counterpart_is_said_or_said_to_be_none(self):
        assert lacks(counterpart="") == [(4, "counterpart")]
        assert lacks(counterpart="schedule") == [(4, "fee_schedule")]
        assert lacks(counterpart="schedule", has_schedule=True) == []
        assert lacks(counterpart="terms", counterpart_terms=" ") == [(4, "counterpart_terms")]

    def test_r6113_16_2_5_subcontracting_is_forbidden_or_has_its_conditions(self):
        assert lacks(subcontracting="") == [(5, "subcontracting")]
        assert lacks(subcontracting="allowed") == [(5, "subcontracting_terms")]
        assert lacks(subcontracting="allowed", subcontracting_terms="Avec accord.") == []

    @pytest.mark.parametrize("means", ["technical_means", "teaching_means", "supervision_means"])
    def test_r6113_16_2_6_the_three_kinds_of_means_are_described(self, means):
        assert lacks(**{means: "  "}) == [(6, means)]

    def test_r6113_16_2_7_apprenticeship_is_said_or_said_to_be_none(self):
        assert lacks(apprenticeship="") == [(7, "apprenticeship")]
        assert lacks(apprenticeship="concerned") == [(7, "apprenticeship_terms")]

    def test_r6113_16_2_empty_lacks_the_seven_in_their_order(self):
        numbers = [one.mention.number for one in missing_mentions(Terms())]
        assert sorted(set(numbers)) == [1, 2, 3, 4, 5, 6, 7]
        assert numbers == sorted(numbers)

    def test_r6113_16_2_may_be_said_to_be_void_where_the_law_says_so(self):
        assert [one.number for one in MENTIONS if one.may_be_void] == [4, 5, 7]

    def test_r6113_16_2_holds_for_what_is_delivered_from_1_october_2025(self):
        assert date(2025, 10, 1) == MENTIONS_FROM


class TestDutiesOfTrainers:
    @pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
    def test_r6113_16_3_binds_who_trains_and_not_who_only_assesses(self, number):
        duty = next(one for one in DUTIES if one.source == f"C. trav. R. 6113-16-3, {number}°")
        assert duty in duties_of("former")
        assert duty in duties_of("both")
        assert duty not in duties_of("organiser")

    @pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
    def test_r6113_16_3_is_in_the_standard_clauses(self, number):
        (clause,) = (one for one in STANDARD_CLAUSES if one.duty == "C. trav. R. 6113-16-3")
        assert f"({number}°)" in clause.body
        assert clause.only_for == "former"


class TestDutiesOfAssessors:
    def test_r6113_16_4_1_binds_who_assesses(self):
        duty = next(one for one in DUTIES if one.source == "C. trav. R. 6113-16-4, 1°")
        assert duty.who == ("organiser", "both")

    def test_r6113_16_4_2_binds_who_trains_and_assesses(self):
        duty = next(one for one in DUTIES if one.source == "C. trav. R. 6113-16-4, 2°")
        assert duty.who == ("both",)

    @pytest.mark.parametrize("number", [1, 2])
    def test_r6113_16_4_is_in_the_standard_clauses(self, number):
        (clause,) = (one for one in STANDARD_CLAUSES if one.duty == "C. trav. R. 6113-16-4")
        assert f"({number}°)" in clause.body


class TestTermination:
    def test_r6113_16_6_is_in_the_standard_clauses_and_cannot_be_taken_out(self):
        (clause,) = (one for one in STANDARD_CLAUSES if "R. 6113-16-6" in one.duty)
        assert clause.is_required
        assert "{jours_observations}" in clause.body


class TestCascade:
    def test_l6323_9_2_refuses_a_cascade(self):
        (said,) = subcontract_faults([Subcontract("Rhin Formation", depth=2)], most_percent=80)
        assert "L. 6323-9-2" in said

    def test_l6323_9_2_leaves_an_ordinary_subcontract_alone(self):
        assert subcontract_faults([Subcontract("Rhin Formation", share_percent=20)], most_percent=80) == []


class TestSubcontracting:
    @pytest.mark.parametrize("lacking", ["has_nda", "has_qualiopi", "is_habilitated"])
    def test_r6333_6_2_demands_declaration_quality_and_habilitation(self, lacking):
        assert len(subcontract_faults([Subcontract("A", **{lacking: False})], most_percent=80)) == 1

    def test_r6333_6_2_exempts_the_smallest(self):
        bare = Subcontract("A", has_nda=False, has_qualiopi=False, is_habilitated=False, micro_exempt=True)
        assert subcontract_faults([bare], most_percent=80) == []

    def test_r6333_6_2_exempts_less_than_a_bloc_of_habilitation_alone(self):
        part = Subcontract("A", is_habilitated=False, partial_bloc=True)
        assert subcontract_faults([part], most_percent=80) == []
        assert subcontract_faults([replace(part, has_qualiopi=False)], most_percent=80)

    @given(st.lists(st.integers(0, 100), max_size=6), st.integers(0, 100))
    def test_r6333_6_2_bounds_the_whole_share_by_what_the_house_chose(self, shares, most):
        faults = subcontract_faults([Subcontract("A", share_percent=one) for one in shares], most_percent=most)
        assert bool(faults) == (sum(shares) > most)


class TestFields:
    def test_that_do_not_exist_are_refused_by_name(self):
        with pytest.raises(FieldsRefused) as refused:
            check_fields("Le {partenaire} et le {client}, {client}.")
        assert refused.value.unknown == ("client",)

    @pytest.mark.parametrize("text", ["{partenaire", "partenaire}", "{{partenaire}}", "{}"])
    def test_with_braces_that_do_not_match_are_refused(self, text):
        with pytest.raises(FieldsRefused):
            check_fields(text)

    @given(st.text(), st.sampled_from(sorted(MERGE_FIELDS)))
    def test_put_a_value_in_its_place_whatever_it_holds(self, value, name):
        assert fill(f"avant {{{name}}} après", {name: value}) == f"avant {value} après"
        assert fields_in(f"{{ {name} }}") == (name,)


class TestStandardClauses:
    def test_carry_the_seven_mentions_with_fields_that_exist(self):
        for clause in STANDARD_CLAUSES:
            check_fields(clause.body)
        assert set_faults(ClauseFact(one.title, one.body, one.mention) for one in STANDARD_CLAUSES) == []

    @pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7])
    def test_without_one_of_a_mention_cannot_be_published(self, number):
        left = [ClauseFact(one.title, one.body, one.mention) for one in STANDARD_CLAUSES if one.mention != number]
        assert [fault.mention for fault in set_faults(left)] == [number]

    def test_that_hides_what_is_typed_for_a_mention_cannot_be_published(self):
        clauses = [
            ClauseFact(one.title, "Trois ans." if one.mention == 3 else one.body, one.mention)
            for one in STANDARD_CLAUSES
        ]
        (fault,) = set_faults(clauses)
        assert "{debut}, {fin}" in fault.sentence

    def test_have_each_a_key_of_their_own(self):
        assert len({one.key for one in STANDARD_CLAUSES}) == len(STANDARD_CLAUSES)


class TestComparison:
    def test_says_what_is_new_gone_reworded_or_the_same(self):
        before = {"a": ("A", "un deux"), "b": ("B", "trois"), "c": ("C", "même")}
        after = {"a": ("A", "un quatre"), "d": ("D", "neuf"), "c": ("C", "même")}
        assert {one.key: one.change for one in compare_clauses(before, after)} == {
            "a": Change.REWORDED,
            "d": Change.ADDED,
            "c": Change.SAME,
            "b": Change.REMOVED,
        }

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_gives_both_texts_back(self, old, new):
        (change,) = compare_clauses({"a": ("T", old)}, {"a": ("T", new)})
        if change.change == Change.REWORDED:
            kept = [one for one in change.pieces if one.change != Change.REMOVED]
            was = [one for one in change.pieces if one.change != Change.ADDED]
            assert "".join(one.text for one in kept) == new
            assert "".join(one.text for one in was) == old


def test_a_day_is_written_as_contracts_do():
    assert day_in_words(date(2025, 10, 1)) == "1er\u00a0octobre\u00a02025"
    assert day_in_words(date(2026, 3, 12)) == "12\u00a0mars\u00a02026"
