"""What was issued elsewhere, kept here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest

from jurande.registers.awards.models import Award, FormerRecord, Takeover, TakeoverRow
from jurande.registers.awards.operations import elsewhere
from jurande.registers.awards.operations.elsewhere import TakeoverRefused
from jurande.registers.awards.queries import elsewhere as queries
from jurande.registers.awards.states import AwardState, Origin, Platform, TakeoverState
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.catalogue import certifications

SHEET = """Credential ID;Group Name;Recipient Name;Recipient Email;Issued On;Expired On;Credential URL;Status
101;Réparer un vélo;Ada Lovelace;ada@exemple.fr;2024-05-31;;https://www.credential.net/101;issued
102;Réparer un vélo;Grace HOPPER;;2023-01-15;2026-01-15;https://www.credential.net/102;Revoked
103;Réparer un vélo;;luc@exemple.fr;2024-05-31;;https://www.credential.net/103;issued
101;Réparer un vélo;Ada Lovelace;ada@exemple.fr;2024-05-31;;https://www.credential.net/101;issued
104;Souder à l’étain;Inès Carvalho;;2024-05-31;;;issued
"""
ASSERTION = {
    "type": "Assertion",
    "id": "https://badges.exemple.fr/a/12",
    "recipient": {"type": "email", "hashed": False, "identity": "ada@exemple.fr", "name": "Ada Lovelace"},
    "badge": {"name": "Réparer un vélo", "issuer": {"name": "Institut"}},
    "issuedOn": "2022-12-31T16:57:02Z",
}
Read = Callable[..., Takeover]


@pytest.fixture
def house(db: None) -> Certifier:
    return factories.certifier()


@pytest.fixture
def issuer(house: Certifier) -> Actor:
    return factories.actor_of(factories.member(Role.ISSUER, of=house), house)


@pytest.fixture
def micro(house: Certifier) -> Any:
    return certifications.micro(house, whole=True)


@pytest.fixture
def read(house: Certifier, issuer: Actor) -> Read:
    def kept(text: str = SHEET, name: str = "export.csv", platform: Platform = Platform.ACCREDIBLE) -> Takeover:
        content = BytesIO(text.encode())
        return elsewhere.read_export(
            certifier=house, platform=platform, content=content, filename=name, actor=issuer, now=NOW
        )

    return kept


def taken(held: Takeover, micro: Any, issuer: Actor) -> Takeover:
    """Everything about the bicycle taken over as our micro-certification."""
    row = elsewhere.start_takeover(held=held, titles={"Réparer un vélo": micro.code}, actor=issuer, now=NOW)
    elsewhere.run_takeover(held=row, report=lambda *counts: None, now=lambda: NOW)
    row.refresh_from_db()
    return row


class TestReadExport:
    def test_diagnoses_each_line_and_makes_nothing(self, read: Read) -> None:
        held = read()
        assert queries.outcome_of(held) == {"ready": 3, "known": 0, "rejected": 2, "made": 0}
        reasons = list(queries.rejected_rows(held).values_list("number", "reason"))
        assert [number for number, _reason in reasons] == [4, 5]
        assert "nom du titulaire" in reasons[0][1]
        assert "ligne 2" in reasons[1][1]
        assert queries.titles_of(held) == [("Réparer un vélo", 2), ("Souder à l’étain", 1)]
        assert not Award.objects.exists()

    def test_guesses_our_certification_of_the_same_name(self, read: Read, micro: Any) -> None:
        held = read(SHEET.replace("Réparer un vélo", micro.title.upper()))
        assert queries.guessed_titles(held) == {micro.title.upper(): micro.code}

    def test_asks_which_column_is_what_when_it_cannot_tell(self, read: Read, issuer: Actor) -> None:
        held = read("A;B;C;D\nRéparer un vélo;Ada Lovelace;31/05/2024;n° 7\n")
        assert held.columns == {}
        with pytest.raises(TakeoverRefused) as refused:
            elsewhere.set_columns(held=held, columns={"title": 0}, actor=issuer, now=NOW)
        assert refused.value.field == "awarded_on"
        columns = {"title": 0, "full_name": 1, "awarded_on": 2, "external_id": 3}
        elsewhere.set_columns(held=held, columns=columns, actor=issuer, now=NOW)
        assert queries.outcome_of(held)["ready"] == 1

    @pytest.mark.parametrize("text", ["{", "[]", "[12]"])
    def test_refuses_json_that_holds_nothing(self, read: Read, text: str) -> None:
        with pytest.raises(TakeoverRefused) as refused:
            read(text, "export.json", Platform.BADGR)
        assert refused.value.field == "file"

    def test_is_for_who_issues_in_this_house(self, house: Certifier) -> None:
        reader = factories.actor_of(factories.member(Role.READER, of=house), house)
        with pytest.raises(NotAllowed):
            elsewhere.read_export(
                certifier=house,
                platform=Platform.SHEET,
                content=BytesIO(b""),
                filename="a.csv",
                actor=reader,
                now=NOW,
            )


class TestTakeOver:
    def test_makes_records_that_say_where_they_come_from(self, read: Read, micro: Any, issuer: Actor) -> None:
        held = taken(read(), micro, issuer)
        assert held.state == TakeoverState.DONE
        assert queries.outcome_of(held) == {"ready": 0, "known": 0, "rejected": 3, "made": 2}
        ada, grace = Award.objects.order_by("pk")
        assert (ada.first_name, ada.last_name, ada.awarded_on) == ("Ada", "Lovelace", date(2024, 5, 31))
        assert (ada.origin, ada.state, ada.credential) == (Origin.ELSEWHERE, AwardState.ISSUED, None)
        assert (grace.state, grace.last_name) == (AwardState.REVOKED, "HOPPER")
        former = queries.former_of(ada)
        assert former is not None
        assert (former.platform, former.external_id, former.title) == ("accredible", "101", "Réparer un vélo")
        assert not Message.objects.filter(about_kind="award").exists()

    @pytest.mark.parametrize(
        "asked",
        ["https://www.credential.net/101", "credential.net/101/?utm_source=mail", "http://CREDENTIAL.net/101#a", "101"],
    )
    def test_answers_for_the_old_address(self, read: Read, micro: Any, issuer: Actor, asked: str) -> None:
        taken(read(), micro, issuer)
        assert [award.last_name for award in queries.awards_formerly(asked)] == ["Lovelace"]

    @pytest.mark.parametrize("asked", ["", " ", "https://www.credential.net/999", "x" * 2000, "1' OR '1'='1"])
    def test_knows_nothing_of_the_rest(self, read: Read, micro: Any, issuer: Actor, asked: str) -> None:
        taken(read(), micro, issuer)
        assert queries.awards_formerly(asked) == []

    def test_takes_json_assertions(self, read: Read, micro: Any, issuer: Actor) -> None:
        held = taken(read(json.dumps([ASSERTION]), "badges.json", Platform.BADGR), micro, issuer)
        assert queries.outcome_of(held)["made"] == 1
        assert queries.awards_formerly("https://badges.exemple.fr/a/12")
        record = FormerRecord.objects.get()
        assert json.loads(record.record) == ASSERTION
        assert record.issuer_name == "Institut"

    def test_takes_nothing_twice(self, read: Read, micro: Any, issuer: Actor) -> None:
        taken(read(), micro, issuer)
        again = read()
        assert queries.outcome_of(again)["known"] == 2
        with pytest.raises(TakeoverRefused):
            elsewhere.start_takeover(held=again, titles={"Réparer un vélo": micro.code}, actor=issuer, now=NOW)
        assert Award.objects.count() == 2

    def test_goes_on_where_it_was_cut(
        self, read: Read, micro: Any, issuer: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(elsewhere, "CHUNK", 1)
        held = elsewhere.start_takeover(held=read(), titles={"Réparer un vélo": micro.code}, actor=issuer, now=NOW)

        def killed(*counts: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            elsewhere.run_takeover(held=held, report=killed, now=lambda: NOW)
        assert Award.objects.count() == 1
        elsewhere.run_takeover(held=held, report=lambda *counts: None, now=lambda: NOW)
        assert Award.objects.count() == 2

    def test_takes_only_as_certifications_of_the_house(self, read: Read, issuer: Actor) -> None:
        other = certifications.micro(factories.certifier(), whole=True)
        with pytest.raises(TakeoverRefused):
            elsewhere.start_takeover(held=read(), titles={"Réparer un vélo": other.code}, actor=issuer, now=NOW)


class TestForget:
    def test_drops_the_lines_and_keeps_the_records(self, read: Read, micro: Any, issuer: Actor) -> None:
        taken(read(), micro, issuer)
        waiting = read(SHEET.replace("10", "20"))
        assert elsewhere.forget_exports(now=NOW + timedelta(days=29)) == 0
        assert elsewhere.forget_exports(now=NOW + timedelta(days=31)) > 0
        waiting.refresh_from_db()
        assert waiting.state == TakeoverState.DISCARDED
        assert not TakeoverRow.objects.exists()
        assert FormerRecord.objects.count() == 2

    def test_gives_up_at_once_what_was_not_launched(self, read: Read, issuer: Actor) -> None:
        held = read()
        elsewhere.discard_takeover(held=held, actor=issuer, now=NOW)
        assert not TakeoverRow.objects.exists()
