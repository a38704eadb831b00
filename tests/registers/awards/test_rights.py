"""What somebody without a space asks of a house: noted by one person, decided by another, answered, forgotten."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from jurande.core.france.clauses import day_in_words
from jurande.core.france.rights import GROUNDS, extended_until, ground_of
from jurande.registers.awards.models import Award, RightRequest
from jurande.registers.awards.operations import rights as operations
from jurande.registers.awards.operations.erasing import ErasureRefused
from jurande.registers.awards.operations.rights import RightRefused
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.rights import RightAct, RightKind, RightState
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import Language
from jurande.registers.documents.models import Document
from jurande.registers.journal.models import Entry
from tests.factories import NOW, TODAY
from tests.registers.awards import holds, proved, rights
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award() -> Award:
    return proved.awarded(email="ines@exemple.fr", now=NOW, awarded_on=TODAY)


def decider(award: Award) -> Any:
    return rights.signatory(award.certifier)


class TestNoting:
    def test_begins_the_month_and_warns_the_address_of_the_award(self, award: Award) -> None:
        made = rights.recorded(award, received_on=date(2026, 1, 31))
        assert made.due_on == date(2026, 2, 28)
        letter = Message.objects.get(kind="awards.right_noted")
        assert letter.to_email == "ines@exemple.fr"
        assert award.shown_number in letter.body
        assert Entry.objects.filter(action=RightAct.RECORDED, subject_code=made.code).count() == 1

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
            ({"who": "  "}, "who"),
            ({"identity": ""}, "identity"),
            ({"identity": "x" * 2_001}, "identity"),
            ({"reply_address": " "}, "reply_address"),
            ({"reply_email": "ines"}, "reply_email"),
            ({"awards": []}, "numbers"),
        ],
    )
    def test_is_refused_beside_its_field(self, award: Award, changed: dict[str, Any], field: str) -> None:
        with pytest.raises(RightRefused) as refused:
            rights.recorded(award, **changed)
        assert refused.value.field == field
        assert not RightRequest.objects.exists()

    def test_is_about_ones_own_house_and_for_who_may_withdraw(self, award: Award) -> None:
        with pytest.raises(RightRefused):
            rights.recorded(award, awards=[proved.awarded(settle=False)])
        with pytest.raises(NotAllowed):
            rights.recorded(award, actor=decider(proved.awarded(settle=False)))


class TestTakingLonger:
    WHY = "Vos attestations viennent de trois sessions\u00a0: nous relisons chacune."

    def test_gives_two_more_months_says_why_and_is_remembered(self, award: Award) -> None:
        made = rights.recorded(award, received_on=TODAY - timedelta(days=3), reply_email="autre@exemple.fr")
        month = made.due_on
        made = operations.extend_right(request=made, why=f" {self.WHY} ", actor=decider(award), now=NOW)
        assert made.due_on == extended_until(made.received_on) > month
        assert (made.state, made.why_late) == (RightState.RECORDED, self.WHY)
        letters = Message.objects.filter(kind="awards.right_delayed")
        # The address of the award was told another day: it is told this one too.
        assert {one.to_email for one in letters} == {"autre@exemple.fr", "ines@exemple.fr"}
        assert all(self.WHY in one.body and day_in_words(made.due_on) in one.body for one in letters)
        assert Entry.objects.filter(action=RightAct.EXTENDED, subject_code=made.code).count() == 1

    def test_happens_on_the_last_day_of_the_month_and_never_after(self, award: Award) -> None:
        made = rights.recorded(award)
        last = datetime.combine(made.due_on, time(12), tzinfo=UTC)
        with pytest.raises(RightRefused, match="est passé"):
            operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=last + timedelta(days=1))
        assert operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=last).extended_at == last

    def test_happens_once_before_the_decision_with_a_reason(self, award: Award) -> None:
        made = rights.recorded(award)
        with pytest.raises(RightRefused) as refused:
            operations.extend_right(request=made, why="  ", actor=decider(award), now=NOW)
        assert refused.value.field == "why"
        operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=NOW)
        with pytest.raises(RightRefused, match="déjà été prolongé"):
            operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=NOW)
        operations.accept_right(request=made, actor=decider(award), now=NOW)
        with pytest.raises(RightRefused, match="déjà décidée"):
            operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=NOW)
        assert Entry.objects.filter(action=RightAct.EXTENDED).count() == 1

    def test_is_for_who_decides_and_not_for_who_noted_it(self, award: Award) -> None:
        noted_by = decider(award)
        made = rights.recorded(award, actor=noted_by)
        for actor in (noted_by, decider(proved.awarded(settle=False))):
            with pytest.raises(NotAllowed):
                operations.extend_right(request=made, why=self.WHY, actor=actor, now=NOW)
        made.refresh_from_db()
        assert made.extended_at is None

    def test_is_said_on_paper_when_no_address_is_known_then_forgotten(self, award: Award) -> None:
        Award.objects.filter(pk=award.pk).update(email="")
        made = rights.recorded(award)
        made = operations.extend_right(request=made, why=self.WHY, actor=decider(award), now=NOW)
        assert not Message.objects.filter(kind="awards.right_delayed").exists()
        assert self.WHY in operations.delay_of(made)
        made = operations.accept_right(request=made, actor=decider(award), now=NOW)
        made = operations.close_right(request=made, actor=decider(award), now=NOW)
        assert made.why_late == ""
        assert made.extended_at is not None


class TestInEnglish:
    def test_is_answered_and_told_of_a_delay(self, award: Award) -> None:
        made = rights.recorded(award, language=Language.EN, reply_email="other@example.org")
        noted = Message.objects.get(kind="awards.right_noted")
        # Who holds the award chose no language: they are told in both.
        assert "une demande faite en votre nom" in noted.body
        assert "a request made in your name" in noted.body
        made = operations.extend_right(request=made, why="Three sessions.", actor=decider(award), now=NOW)
        told = {one.to_email: one for one in Message.objects.filter(kind="awards.right_delayed")}
        delay = told["other@example.org"]
        assert "Three sessions." in delay.body
        assert f"{made.due_on.day}\u00a0{made.due_on:%B}\u00a0{made.due_on.year}" in delay.body
        assert "réponse" not in delay.body
        assert "réponse" in told["ines@exemple.fr"].body
        operations.accept_right(request=made, actor=decider(award), now=NOW)
        answer = Message.objects.get(kind="awards.right_answered")
        assert "We have erased" in answer.body
        assert answer.subject == "The answer to your request"

    @pytest.mark.parametrize("ground", [one.code for one in GROUNDS])
    def test_every_ground_and_how_to_complain_are_said(self, award: Award, ground: str) -> None:
        made = rights.recorded(award, kind=RightKind.ACCESS, language=Language.EN)
        made.state, made.ground, made.words = RightState.REFUSED, ground, ground_of(ground).words_in("en")
        said = operations.answer_of(made)
        assert ground_of(ground).source_in("en") in said
        assert "GDPR, Articles 77 and 79" in said
        assert not re.search(r"[éèàêç]|\b(vous|nous|paragraphe)\b", said.replace("Fontenoy", ""))


class TestErasing:
    def test_is_decided_by_another_answered_on_paper_then_forgets_who_asked(self, award: Award) -> None:
        noted_by = decider(award)
        made = rights.recorded(award, actor=noted_by)
        with pytest.raises(NotAllowed, match="autre personne"):
            operations.accept_right(request=made, actor=noted_by, now=NOW)
        made = operations.accept_right(request=made, actor=decider(award), now=NOW)
        assert Award.objects.get(pk=award.pk).state == AwardState.ERASED
        assert (made.state, made.who) == (RightState.ACCEPTED, "Inès Carvalho")
        assert "effacé" in operations.answer_of(made)
        document = made.document
        assert document is not None
        made = operations.close_right(request=made, actor=noted_by, now=NOW)
        assert not any((made.who, made.reply_address, made.reply_email, made.identity, made.words, made.document))
        assert not Document.objects.filter(pk=document.pk).exists()
        assert not Message.objects.readable().filter(about_kind="award", about_code=award.code).exists()
        with pytest.raises(RightRefused):
            operations.close_right(request=made, actor=noted_by, now=NOW)

    def test_answered_by_mail_forgets_at_once(self, award: Award) -> None:
        made = rights.recorded(award, reply_email="autre@exemple.fr")
        made = operations.accept_right(request=made, actor=decider(award), now=NOW)
        assert (made.state, made.who) == (RightState.CLOSED, "")
        letter = Message.objects.get(kind="awards.right_answered")
        assert letter.to_email == "autre@exemple.fr"
        assert "avons effacé" in letter.body

    def test_is_stopped_by_a_procedure_and_nothing_goes(self, award: Award) -> None:
        holds.held(award)
        made = rights.recorded(award)
        with pytest.raises(ErasureRefused, match="procédure"):
            operations.accept_right(request=made, actor=decider(award), now=NOW)
        made.refresh_from_db()
        assert made.state == RightState.RECORDED
        assert Award.objects.get(pk=award.pk).last_name

    def test_happens_once(self, award: Award) -> None:
        made = rights.recorded(award)
        operations.accept_right(request=made, actor=decider(award), now=NOW)
        with pytest.raises(RightRefused, match="déjà décidée"):
            operations.accept_right(request=made, actor=decider(award), now=NOW)


class TestRefusing:
    def test_says_on_which_ground_and_how_to_complain(self, award: Award) -> None:
        made = rights.recorded(award)
        for ground, words in (("others", "Non."), ("", "Non."), ("obligation", " ")):
            with pytest.raises(RightRefused):
                operations.refuse_right(request=made, ground=ground, words=words, actor=decider(award), now=NOW)
        made = operations.refuse_right(
            request=made, ground="obligation", words="La loi le demande.", actor=decider(award), now=NOW
        )
        said = operations.answer_of(made)
        assert "art. 17, paragraphe 3, b" in said
        assert "La loi le demande." in said
        assert "CNIL" in said
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED


class TestCopying:
    def test_gives_what_the_house_knows_through_these_awards_alone(self, award: Award) -> None:
        proved.awarded(award.design, name=("Malo", "Autre"), now=NOW, awarded_on=TODAY)
        made = rights.recorded(award, kind=RightKind.ACCESS, reply_email="autre@exemple.fr")
        with pytest.raises(RightRefused):
            operations.copy_for(request=made, actor=decider(award), now=NOW)
        made = operations.accept_right(request=made, actor=decider(award), now=NOW)
        assert made.state == RightState.ACCEPTED
        with (
            operations.copy_for(request=made, actor=decider(award), now=NOW) as file,
            zipfile.ZipFile(file) as archive,
        ):
            told = json.loads(archive.read("donnees.json"))
            assert f"attestations/{award.number}.json" in archive.namelist()
        assert [one["nom"] for one in told["réussites"]] == ["Carvalho"]
        assert [one["à"] for one in told["courriers"]] == ["ines@exemple.fr"]
        assert "Malo" not in json.dumps(told)
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED

    def test_is_forgotten_sixty_days_after_the_decision(self, award: Award) -> None:
        made = rights.recorded(award, kind=RightKind.ACCESS)
        operations.accept_right(request=made, actor=decider(award), now=NOW)
        assert operations.forget_answered(now=NOW + timedelta(days=59)) == 0
        assert [operations.forget_answered(now=NOW + timedelta(days=61)) for _ in range(2)] == [1, 0]
        made.refresh_from_db()
        assert (made.state, made.who) == (RightState.CLOSED, "")
