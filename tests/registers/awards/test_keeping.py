"""What holders decide about what they were given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.operations import keeping
from jurande.registers.awards.operations.keeping import KeepingRefused
from jurande.registers.awards.queries import holders
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards import held as spaces
from tests.registers.awards import proved
from tests.registers.seal.homes import own_home

NOW = proved.NOW


@pytest.fixture
def design(db: None, settings: Any, tmp_path: Path) -> Design:
    own_home(settings, tmp_path / "home")
    return proved.designed(proved.house())


@pytest.fixture
def ines(design: Design) -> Person:
    return factories.holder(by=design.certifier)


@pytest.fixture
def mine(design: Design, ines: Person) -> Award:
    return spaces.held(ines, design)


@pytest.fixture
def sent(design: Design, ines: Person) -> Award:
    return spaces.waiting(ines, design)


def entries(award: Award) -> list[tuple[str, str]]:
    rows = Entry.objects.filter(subject_kind="award", subject_code=award.code).order_by("seq")
    return list(rows.values_list("action", "actor_code"))


class TestChoosingWhoSeesIt:
    def test_is_journaled_once(self, mine: Award, ines: Person) -> None:
        for _again in range(2):
            keeping.choose_exposure(award=mine, exposure="public", actor=spaces.acting(ines), now=NOW)
        mine.refresh_from_db()
        assert mine.exposure == Exposure.PUBLIC
        assert entries(mine) == [("awards.exposure.chosen", ines.code)]

    def test_hiding_it_takes_it_out_of_the_showcase(self, mine: Award, ines: Person) -> None:
        Award.objects.filter(pk=mine.pk).update(shown_since_at=NOW)
        keeping.choose_exposure(award=mine, exposure="hidden", actor=spaces.acting(ines), now=NOW)
        mine.refresh_from_db()
        assert (mine.exposure, mine.shown_since_at) == (Exposure.HIDDEN, None)

    def test_is_one_of_three(self, mine: Award, ines: Person) -> None:
        with pytest.raises(KeepingRefused):
            keeping.choose_exposure(award=mine, exposure="friends", actor=spaces.acting(ines), now=NOW)

    def test_is_its_holders_alone(self, mine: Award, sent: Award, ines: Person) -> None:
        other = factories.holder(by=mine.certifier)
        for award, actor in (
            (mine, spaces.acting(other)),
            (sent, spaces.acting(ines)),
            (mine, factories.actor_of(factories.administrator(mine.certifier), mine.certifier)),
        ):
            with pytest.raises(NotAllowed):
                keeping.choose_exposure(award=award, exposure="public", actor=actor, now=NOW)

    def test_waits_until_a_refusal_is_taken_back(self, mine: Award, ines: Person) -> None:
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        with pytest.raises(KeepingRefused):
            keeping.choose_exposure(award=mine, exposure="public", actor=spaces.acting(ines), now=NOW)


class TestRefusing:
    def test_tells_who_issued_and_keeps_the_words_out_of_the_journal(self, mine: Award, ines: Person) -> None:
        issuer = factories.member(Role.ISSUER, of=mine.certifier)
        keeping.refuse_award(award=mine, note="Ce n’est pas moi.", actor=spaces.acting(ines), now=NOW)
        mine.refresh_from_db()
        letter = Message.objects.of_kind("awards.refused_by_holder").get()
        assert mine.refused_at == NOW
        assert letter.to_code == issuer.code
        assert "Ce n’est pas moi." in letter.body
        assert entries(mine) == [("awards.award.refused", ines.code)]

    def test_is_told_to_the_very_person_who_issued(self, mine: Award, ines: Person) -> None:
        factories.member(Role.ISSUER, of=mine.certifier)
        clerk = factories.member(Role.ISSUER, of=mine.certifier)
        Award.objects.filter(pk=mine.pk).update(issued_by_code=clerk.code)
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        assert [one.to_code for one in Message.objects.of_kind("awards.refused_by_holder")] == [clerk.code]

    def test_is_never_told_to_somebody_who_has_left(self, mine: Award, ines: Person) -> None:
        gone = factories.member(Role.ISSUER, of=mine.certifier)
        gone.memberships.update(ended_at=NOW)
        Award.objects.filter(pk=mine.pk).update(issued_by_code=gone.code)
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        assert not Message.objects.of_kind("awards.refused_by_holder").exists()

    def test_twice_is_once(self, mine: Award, ines: Person) -> None:
        factories.member(Role.ISSUER, of=mine.certifier)
        for _again in range(2):
            keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        assert Message.objects.of_kind("awards.refused_by_holder").count() == len(entries(mine)) == 1

    def test_is_for_what_waits_at_ones_own_address_too(self, sent: Award, ines: Person) -> None:
        keeping.refuse_award(award=sent, note="", actor=spaces.acting(ines), now=NOW)
        assert not holders.waiting_for(ines).exists()
        assert list(holders.refused_at(ines.email)) == [sent]

    def test_is_not_for_what_waits_at_somebody_elses(self, sent: Award) -> None:
        other = factories.holder(by=sent.certifier)
        with pytest.raises(NotAllowed):
            keeping.refuse_award(award=sent, note="", actor=spaces.acting(other), now=NOW)

    def test_leaves_the_showcase(self, mine: Award, ines: Person) -> None:
        Award.objects.filter(pk=mine.pk).update(shown_since_at=NOW)
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        mine.refresh_from_db()
        assert mine.shown_since_at is None

    def test_by_its_letter_is_for_what_nobody_collected(self, mine: Award, sent: Award) -> None:
        assert keeping.refuse_by_link(award=sent, note="", now=NOW).refused_at == NOW
        assert entries(sent) == [("awards.award.refused", "")]
        with pytest.raises(KeepingRefused):
            keeping.refuse_by_link(award=mine, note="", now=NOW)

    def test_takes_a_thousand_characters_at_most(self, mine: Award, ines: Person) -> None:
        with pytest.raises(KeepingRefused) as refusal:
            keeping.refuse_award(award=mine, note="x" * 1001, actor=spaces.acting(ines), now=NOW)
        assert refusal.value.field == "note"

    def test_can_be_taken_back_and_is_private_again(self, mine: Award, ines: Person) -> None:
        keeping.choose_exposure(award=mine, exposure="public", actor=spaces.acting(ines), now=NOW)
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        keeping.take_back_refusal(award=mine, actor=spaces.acting(ines), now=NOW)
        mine.refresh_from_db()
        assert (mine.refused_at, mine.exposure) == (None, Exposure.DOCUMENT)
        with pytest.raises(KeepingRefused):
            keeping.take_back_refusal(award=mine, actor=spaces.acting(ines), now=NOW)


class TestWhatSomebodyHolds:
    def test_is_found_by_the_person_and_never_by_the_name(self, mine: Award, ines: Person, design: Design) -> None:
        proved.awarded(design, name=(ines.first_name, ines.last_name), settle=False)
        assert list(holders.held_by(ines)) == [mine]

    def test_is_nobody_elses(self, mine: Award, ines: Person) -> None:
        other = factories.holder(by=mine.certifier)
        assert holders.one_of(other, mine.code) is None
        assert holders.one_of(ines, mine.code) == mine
        assert holders.one_of(ines, "inconnu") is None

    def test_waits_at_every_address_they_proved_whatever_its_case(self, design: Design, ines: Person) -> None:
        sent = spaces.waiting(ines, design)
        assert list(holders.waiting_for(ines)) == [sent]
        assert list(holders.waiting_at(ines.email.upper())) == [sent]
        assert list(holders.waiting_at("", "autre@exemple.fr")) == []
