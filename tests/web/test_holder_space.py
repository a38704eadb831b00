"""A holder's space: the home, the page of one award, its files, what was declared."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.operations import keeping, taking_away
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.parties.models import ApiKey, Person
from jurande.registers.parties.states import Role, Scope
from jurande.registers.seal.operations import projection
from jurande.web.holder import portfolio
from tests import factories
from tests.registers.awards import held as spaces
from tests.registers.awards import proved
from tests.registers.seal.homes import own_home

NOW, TODAY = proved.NOW, proved.TODAY
HOME = "/titulaire/"
MOST_QUERIES = 10
MOST_OCTETS = 150_000


@pytest.fixture
def design(db: None, settings: Any, tmp_path: Path) -> Design:
    own_home(settings, tmp_path / "home")
    return proved.designed(proved.house())


@pytest.fixture
def ines(design: Design) -> Person:
    return factories.holder(by=design.certifier)


@pytest.fixture
def client(client: Client, ines: Person) -> Client:
    factories.enter(client, ines)
    return client


@pytest.fixture
def mine(design: Design, ines: Person) -> Award:
    return spaces.held(ines, design)


@pytest.fixture
def sent(design: Design, ines: Person) -> Award:
    return spaces.waiting(ines, design)


def page(client: Client, address: str = HOME) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheHome:
    def test_says_calmly_that_there_is_nothing_yet(self, client: Client) -> None:
        assert "Aucune réussite pour le moment" in page(client)

    def test_is_kept_by_no_browser_that_others_use(self, client: Client) -> None:
        for page in ("/titulaire/", "/titulaire/moi/", "/lien/"):
            assert client.get(page)["Cache-Control"] == "private, no-store"

    def test_has_a_card_for_each_with_who_can_see_it(self, client: Client, mine: Award) -> None:
        said = page(client)
        assert reverse("holder:award", args=[mine.code]) in said
        assert "Privée" in said

    def test_offers_what_waits_to_be_received_or_refused(self, client: Client, sent: Award) -> None:
        said = page(client)
        assert reverse("holder:receive", args=[sent.code]) in said
        assert reverse("holder:refuse", args=[sent.code]) in said

    def test_folds_away_what_is_hidden_and_what_is_refused(
        self, client: Client, mine: Award, sent: Award, ines: Person
    ) -> None:
        keeping.choose_exposure(award=mine, exposure="hidden", actor=spaces.acting(ines), now=NOW)
        keeping.refuse_award(award=sent, note="", actor=spaces.acting(ines), now=NOW)
        said = page(client)
        assert "Une réussite cachée" in said
        assert "Une réussite refusée" in said
        assert reverse("holder:take-back", args=[sent.code]) in said

    def test_does_not_show_twice_what_a_correction_replaced(
        self, client: Client, mine: Award, design: Design, ines: Person
    ) -> None:
        Award.objects.filter(pk=mine.pk).update(state=AwardState.REPLACED, replaced_at=NOW)
        mine.refresh_from_db()
        spaces.held(ines, design, replaces=mine)
        assert reverse("holder:award", args=[mine.code]) not in page(client)

    def test_stays_light_and_quick_with_thirty_awards(self, client: Client, design: Design, ines: Person) -> None:
        first = spaces.held(ines, design)
        others = [factory(first, number) for number in range(29)]
        Award.objects.bulk_create(others)
        page(client)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            said = page(client)
        assert said.count('<article class="mc') == 30
        assert len(asked) <= MOST_QUERIES, [one["sql"][:120] for one in asked]
        assert len(said.encode()) < MOST_OCTETS

    def test_of_somebody_who_holds_a_great_many_begins_with_the_latest(
        self, client: Client, design: Design, ines: Person
    ) -> None:
        first = spaces.held(ines, design)
        Award.objects.bulk_create([factory(first, number) for number in range(portfolio.SHOWN_FIRST + 1)])
        said = page(client)
        assert said.count('<article class="mc') == portfolio.SHOWN_FIRST
        assert "Voir les 2 autres réussites" in said
        assert page(client, f"{HOME}?tout=1").count('<article class="mc') == portfolio.SHOWN_FIRST + 2

    def test_shows_a_script_in_a_name_as_text(self, client: Client, ines: Person) -> None:
        Person.objects.filter(pk=ines.pk).update(first_name="<script>alert(1)</script>")
        said = page(client)
        assert "<script>alert" not in said
        assert "&lt;script&gt;alert" in said


def factory(award: Award, number: int) -> Award:
    """Another row like this one, for a list that is long."""
    return Award(
        code=f"COPY{number:012}",
        number=f"0000{number:04}",
        certifier=award.certifier,
        certification=award.certification,
        referentiel=award.referentiel,
        design=award.design,
        subject=award.subject,
        holder=award.holder,
        first_name=award.first_name,
        last_name=award.last_name,
        awarded_on=TODAY,
        origin="elsewhere",
        issued_at=NOW,
        collected_at=NOW,
    )


class TestThePageOfAnAward:
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"state": AwardState.SUSPENDED, "suspended_on": TODAY}, "le temps d’une vérification"),
            ({"state": AwardState.REVOKED, "revoked_on": TODAY}, "N’en faites plus état"),
            ({"valid_until": TODAY.replace(year=TODAY.year - 1)}, "Elle reste vraie"),
            ({"valid_until": TODAY}, "Valable encore jusqu’au"),
            ({"refused_at": NOW}, "Vous l’avez refusée le"),
            ({"exposure": Exposure.HIDDEN}, "Qui peut la voir"),
        ],
    )
    def test_says_how_it_stands(self, client: Client, mine: Award, changed: dict[str, Any], words: str) -> None:
        Award.objects.filter(pk=mine.pk).update(**changed)
        assert words in page(client, reverse("holder:award", args=[mine.code]))

    def test_is_a_404_for_anybody_else(self, client: Client, design: Design) -> None:
        other = spaces.held(factories.holder(by=design.certifier), design)
        for name in ("award", "refuse"):
            assert client.get(reverse(f"holder:{name}", args=[other.code])).status_code == 404
        for name in ("expose", "refuse", "take-back", "receive"):
            assert client.post(reverse(f"holder:{name}", args=[other.code])).status_code == 404
        assert client.get(reverse("holder:file", args=[other.code, "attestation.json"])).status_code == 404

    def test_speaks_english(self, client: Client, mine: Award) -> None:
        said = page(client, reverse("holder:award", args=[mine.code]) + "?langue=en")
        assert "Who can see it?" in said
        assert "Qui peut" not in said


class TestActing:
    def test_receives_what_waits(self, client: Client, sent: Award, ines: Person) -> None:
        answer = client.post(reverse("holder:receive", args=[sent.code]))
        sent.refresh_from_db()
        assert answer["Location"] == reverse("holder:award", args=[sent.code])
        assert sent.holder == ines

    def test_received_in_two_tabs_is_received_once(self, client: Client, sent: Award) -> None:
        client.post(reverse("holder:receive", args=[sent.code]))
        assert client.post(reverse("holder:receive", args=[sent.code])).status_code == 404

    def test_chooses_who_sees_it(self, client: Client, mine: Award) -> None:
        client.post(reverse("holder:expose", args=[mine.code]), {"exposure": "public"})
        mine.refresh_from_db()
        assert mine.exposure == Exposure.PUBLIC
        assert "Ouverte" in page(client)

    def test_an_answer_that_does_not_exist_changes_nothing(self, client: Client, mine: Award) -> None:
        client.post(reverse("holder:expose", args=[mine.code]), {"exposure": "everybody"})
        mine.refresh_from_db()
        assert mine.exposure == Exposure.DOCUMENT

    def test_looks_before_refusing_and_keeps_what_was_typed(self, client: Client, mine: Award) -> None:
        address = reverse("holder:refuse", args=[mine.code])
        page(client, address)
        mine.refresh_from_db()
        assert mine.refused_at is None
        answer = client.post(address, {"note": "x" * 1001})
        assert "x" * 1001 in answer.content.decode()
        assert client.post(address, {"note": "Ce n’est pas moi."})["Location"] == HOME
        mine.refresh_from_db()
        assert mine.refused_at is not None
        client.post(reverse("holder:take-back", args=[mine.code]))
        mine.refresh_from_db()
        assert mine.refused_at is None


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "starts"),
        [("document.pdf", b"%PDF"), ("image.png", b"\x89PNG"), ("image.svg", b"<svg"), ("preuve.zip", b"PK")],
    )
    def test_are_given_to_their_holder_alone(
        self, client: Client, design: Design, ines: Person, name: str, starts: bytes
    ) -> None:
        award = proved.awarded(design, name=(ines.first_name, ines.last_name), holder=ines, collected_at=NOW)
        answer = client.get(reverse("holder:file", args=[award.code, name]))
        assert answer.content.lstrip(b"\xef\xbb\xbf").startswith(starts)
        assert "no-store" in answer["Cache-Control"]
        assert award.shown_number in answer["Content-Disposition"]

    def test_the_signed_proof_is_what_was_signed(self, client: Client, mine: Award) -> None:
        projection.settle(now=NOW, wait_seconds=5)
        answer = client.get(reverse("holder:file", args=[mine.code, "attestation.json"]))
        assert json.loads(answer.content)["proof"]

    def test_what_no_longer_holds_is_not_drawn_anew(self, client: Client, mine: Award) -> None:
        projection.settle(now=NOW, wait_seconds=5)
        Award.objects.filter(pk=mine.pk).update(state=AwardState.REVOKED, revoked_on=TODAY)
        assert client.get(reverse("holder:file", args=[mine.code, "document.pdf"])).status_code == 404
        assert client.get(reverse("holder:file", args=[mine.code, "attestation.json"])).status_code == 200

    @pytest.mark.parametrize("name", ["passwd", "document.exe", "..%2f..%2fetc"])
    def test_there_are_no_others(self, client: Client, mine: Award, name: str) -> None:
        assert client.get(f"{reverse('holder:award', args=[mine.code])}fichiers/{name}").status_code == 404


class TestTakingEverythingAway:
    def test_gives_a_few_at_once(self, client: Client, mine: Award) -> None:
        answer = client.post(reverse("holder:take-away"))
        assert answer["Content-Type"] == "application/zip"
        assert answer.content.startswith(b"PK")

    def test_waits_for_more_on_a_page_that_one_can_leave(self, client: Client, design: Design, ines: Person) -> None:
        for _each in range(taking_away.FEW + 1):
            spaces.held(ines, design)
        answer = client.post(reverse("holder:take-away"))
        job = JobRequest.objects.get(name=taking_away.JOB)
        assert answer["Location"] == reverse("holder:take-away-one", args=[job.code])
        assert "hx-get" in page(client, answer["Location"])
        jobs.execute(job.code, worker_code="essai")
        file_url = reverse("holder:take-away-file", args=[job.code])
        assert file_url in page(client, answer["Location"])
        assert b"".join(client.get(file_url).streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
        factories.enter(client, factories.holder(by=design.certifier))
        assert client.get(file_url).status_code == 404

    def test_of_nothing_says_so(self, client: Client) -> None:
        assert client.post(reverse("holder:take-away"), follow=True).content.decode().count("rien à emporter") == 1


class TestWhatWasDeclared:
    def test_says_nothing_where_there_is_nothing(self, client: Client) -> None:
        said = page(client, reverse("holder:declared"))
        assert "vous n’avez encore rien reçu" in said
        assert "Aucune depuis votre première réussite" in said

    def test_names_the_house_and_the_letters(self, client: Client, mine: Award, ines: Person) -> None:
        factories.member(Role.ISSUER, of=mine.certifier)
        keeping.refuse_award(award=mine, note="", actor=spaces.acting(ines), now=NOW)
        said = page(client, reverse("holder:declared"))
        assert mine.certifier.name in said
        assert "Attestation refusée par son titulaire" in said
        assert "à la personne qui l’a délivrée" in said

    def test_tells_programs_that_came_since_and_no_others(self, client: Client, mine: Award) -> None:
        keys = {}
        for label, scope in (("Paie", Scope.READ_AWARDS), ("Parti", Scope.READ_AWARDS), ("Carte", Scope.READ_PARTNERS)):
            keys[label], _token = factories.api_key(mine.certifier, scopes=(scope,), now=NOW)
            used_on = TODAY - timedelta(days=1) if label == "Parti" else TODAY
            ApiKey.objects.filter(pk=keys[label].pk).update(label=label, last_used_on=used_on)
        said = page(client, reverse("holder:declared"))
        assert "Paie" in said
        assert "Parti," not in said
        assert "Carte" not in said
