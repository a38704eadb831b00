from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.vetting import (
    CASES,
    DeclaredHabilitation,
    Finding,
    Known,
    ListedBody,
    Outcome,
    Subject,
    vet,
    vet_partner,
)

SIRET = "99912345800005"
OTHER = "99912345800013"
NDA = "93131234513"
ON = date(2026, 3, 1)
HERE = ListedBody(SIRET, SIRET[:9], NDA, "Ateliers Mistral", "Marseille", ("training", "vae"))


def found(subject: Subject, known: Known, *, siret: str = SIRET, nda: str = NDA) -> Finding:
    return next(one for one in vet(siret, nda, known) if one.case.subject == subject)


def listed(*bodies: ListedBody, holders: tuple[ListedBody, ...] = ()) -> Known:
    return Known(bodies_on=ON, bodies=bodies, holders=holders)


def declared(number: str = "RNCP49021", *, ours: bool = False, active: bool = True) -> DeclaredHabilitation:
    return DeclaredHabilitation(number, "both", active, not active, "IMR", ours, date(2025, 1, 6), date(2026, 2, 1))


class TestASiret:
    def test_c_com_r_123_221_has_fourteen_digits_and_a_key(self) -> None:
        assert [one.key for one in vet("1234", NDA, Known())] == ["siret.form"]
        assert [one.key for one in vet("99912345800006", NDA, Known())] == ["siret.check"]
        assert vet(SIRET, NDA, Known())[0].key == "siret.good"

    def test_of_la_poste_follows_its_own_rule(self) -> None:
        assert vet("356 000 000 49837", "", Known())[0].key == "siret.good"
        assert vet("356 000 000 49838", "", Known())[0].key == "siret.check"

    @given(st.text(max_size=60))
    def test_whatever_is_typed_gets_an_answer(self, typed: str) -> None:
        findings = vet(typed, typed, listed(HERE))
        assert findings
        assert all(one.sentence for one in findings)


class TestKnown:
    def test_at_this_very_place(self) -> None:
        assert found(Subject.KNOWN, listed(HERE)).key == "known.here"

    def test_elsewhere_says_where(self) -> None:
        one = found(Subject.KNOWN, listed(ListedBody(OTHER, SIRET[:9], NDA, "Ateliers", "Lyon")))
        assert (one.key, one.facts["siret"]) == ("known.elsewhere", OTHER)

    def test_not_at_all_asks_for_the_receipt(self) -> None:
        one = found(Subject.KNOWN, listed())
        assert (one.key, one.source_on) == ("known.absent", ON)
        assert "récépissé" in one.sentence


class TestNda:
    """C. trav. L. 6351-1: the declaration of activity."""

    def test_l_6351_1_is_the_one_that_the_list_gives(self) -> None:
        assert found(Subject.NDA, listed(HERE), nda="93 13 12345 13").key == "nda.same"

    def test_l_6351_1_is_not_another_one(self) -> None:
        one = found(Subject.NDA, listed(HERE), nda="93131234514")
        assert (one.key, one.case.outcome, one.facts["listed"]) == ("nda.other", Outcome.BAD, NDA)

    def test_l_6351_1_is_not_somebody_elses(self) -> None:
        other = ListedBody("99999999800001", "999999998", "11750000075", "Autre", "Paris")
        one = found(Subject.NDA, listed(HERE, holders=(other,)), nda=other.nda)
        assert (one.key, one.facts["name"]) == ("nda.of_another", "Autre")

    def test_may_be_proposed_when_none_was_declared(self) -> None:
        assert found(Subject.NDA, listed(HERE), nda="").key == "nda.undeclared"
        assert found(Subject.NDA, listed(), nda=" ").key == "nda.none"

    def test_of_eleven_digits_only(self) -> None:
        assert found(Subject.NDA, listed(HERE), nda="12").key == "nda.form"

    def test_unknown_to_the_list_may_be_recent(self) -> None:
        assert found(Subject.NDA, listed()).case.outcome == Outcome.WARNING


class TestQualiopi:
    def test_l_6316_1_covers_training(self) -> None:
        one = found(Subject.QUALIOPI, listed(HERE))
        assert (one.key, one.facts["categories"]) == ("qualiopi.training", "actions de formation, VAE")

    def test_l_6316_1_for_something_else_is_to_be_looked_at(self) -> None:
        body = ListedBody(SIRET, SIRET[:9], NDA, "Ateliers", "", ("skills_review",))
        assert found(Subject.QUALIOPI, listed(body)).key == "qualiopi.without_training"

    def test_l_6316_1_is_not_there(self) -> None:
        assert found(Subject.QUALIOPI, listed(ListedBody(SIRET, SIRET[:9], NDA, "A"))).case.outcome == Outcome.BAD

    def test_of_a_body_that_the_list_does_not_know_is_unknown(self) -> None:
        assert found(Subject.QUALIOPI, listed()).case.outcome == Outcome.UNKNOWN


class TestHabilitations:
    """C. trav. R. 6113-16-5: what certifiers declared."""

    def test_r_6113_16_5_ours_and_theirs_stand_apart(self) -> None:
        known = Known(registers_on=ON, habilitations=(declared(ours=True), declared("RS7423")), house_has_fiches=True)
        assert found(Subject.HABILITATED_HERE, known).facts["list"].startswith("RNCP49021 former et évaluer depuis")
        assert found(Subject.HABILITATED_ELSEWHERE, known).facts["list"].startswith("RS7423 former et évaluer par IMR")

    def test_r_6113_16_5_withdrawn_ones_are_told_with_their_day(self) -> None:
        known = Known(registers_on=ON, habilitations=(declared(active=False),))
        one = found(Subject.WITHDRAWN, known)
        assert one.case.outcome == Outcome.WARNING
        assert "le 1er\u00a0février 2026" in one.sentence

    def test_of_a_house_without_fiche_is_no_question(self) -> None:
        assert found(Subject.HABILITATED_HERE, Known(registers_on=ON)).key == "here.no_fiche"

    def test_too_many_to_read_are_counted(self) -> None:
        many = tuple(declared(f"RS{number}") for number in range(100, 120))
        known = Known(registers_on=ON, habilitations=many)
        assert found(Subject.HABILITATED_ELSEWHERE, known).facts["list"].endswith("et 14 de plus")


class TestNotKnowing:
    def test_is_no_fault_and_says_why(self) -> None:
        findings = vet(SIRET, NDA, Known())
        assert {one.case.outcome for one in findings[1:]} == {Outcome.UNKNOWN}
        assert all("n’a été lu" in one.sentence for one in findings[1:])

    def test_answers_once_for_each_subject(self) -> None:
        assert sorted(one.case.subject for one in vet(SIRET, NDA, listed(HERE))) == sorted(Subject)

    def test_signals_nothing_of_a_partner(self) -> None:
        assert not [one for one in vet_partner(SIRET, NDA, Known()) if one.case.raises]


def test_every_sentence_takes_facts_that_a_finding_has() -> None:
    facts = dict.fromkeys(("name", "siret", "siren", "nda", "listed", "categories", "list"), "x")
    assert all(case.sentence % facts for case in CASES.values())
