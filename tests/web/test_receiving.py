"""Receiving from a letter, one's addresses, the addresses that issuers mend: what is seen, and what a click does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.links import contest_token_of, token_of
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards.receiving import HERS, sent
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award() -> Award:
    return now_sent()


def now_sent(**changed: Any) -> Award:
    """One sent today by the clock that pages read."""
    made = sent(**changed)
    Award.objects.filter(pk=made.pk).update(issued_at=timezone.now())
    made.refresh_from_db()
    return made


def page_of(award: Award) -> str:
    return reverse("guest:receive", args=[award.shown_number, token_of(award)])


def text(response: Any) -> str:
    return str(response.content.decode())


class TestLetter:
    def test_says_who_gives_what_and_changes_nothing(self, client: Client, award: Award) -> None:
        page = client.get(page_of(award))
        assert award.certifier.name in text(page)
        assert award.full_name in text(page)
        assert len(page.content) < 150_000
        assert client.head(page_of(award)).status_code == 200
        award.refresh_from_db()
        assert award.collected_at is None
        assert not Person.objects.filter(email=HERS).exists()

    def test_opens_the_space_in_one_press(self, client: Client, award: Award) -> None:
        entered = client.post(page_of(award), {"act": "receive"})
        assert entered["Location"] == reverse("holder:welcome")
        assert "C’est à vous" in text(client.get(entered["Location"]))
        assert Award.objects.get(pk=award.pk).holder == queries.holder_at(HERS)
        assert client.get(page_of(award))["Location"] == reverse("holder:award", args=[award.code])

    def test_is_read_in_english(self, client: Client, award: Award) -> None:
        page = text(client.get(page_of(award) + "?langue=en"))
        assert 'lang="en"' in page
        assert "Receive it" in page
        client.post(page_of(award) + "?langue=en", {"act": "receive"})
        assert 'lang="en"' in text(client.get(reverse("holder:welcome")))

    def test_writes_nothing_that_is_read_as_markup(self, client: Client) -> None:
        page = text(client.get(page_of(now_sent(name=("<script>alert(1)</script>", "X")))))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    def test_guessed_names_nobody_and_tires(
        self, client: Client, award: Award, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Guesses are counted minute by minute: all these are in the same one, however slow the machine.
        monkeypatch.setattr("jurande.web.access.time", SimpleNamespace(time=lambda: 1_000_000_000.0))
        wrong = reverse("guest:receive", args=[award.shown_number, "a" * 22])
        for _n in range(22):
            answer = client.get(wrong)
            assert answer.status_code == 410
            assert award.last_name not in text(answer)
        assert client.get(page_of(award)).status_code == 410, "whoever guesses is answered nothing for a minute"

    def test_used_sends_an_entrance_to_the_address_on_file_masked(self, client: Client, award: Award) -> None:
        client.post(page_of(award), {"act": "receive"})
        other = Client()
        page = other.get(page_of(award))
        assert page.status_code == 410
        assert "i•••@exemple.fr" in text(page)
        assert HERS not in text(page)
        assert "i•••@exemple.fr" in text(other.post(page_of(award)))
        entered = other.post(f"/lien/{factories.token_sent_to(HERS)}/")
        assert entered["Location"] == "/titulaire/"

    def test_refused_may_be_wanted_again(self, client: Client, award: Award) -> None:
        assert "vous ne la recevez pas" in text(client.post(page_of(award), {"act": "refuse", "note": "Pas moi."}))
        assert "changer d’avis" in text(client.get(page_of(award)))
        client.post(page_of(award))
        award.refresh_from_db()
        assert award.refused_at is None
        assert client.get(page_of(award)).status_code == 200

    def test_offers_the_space_where_one_is(self, client: Client, award: Award) -> None:
        mine = factories.holder(address="autre@exemple.fr", by=award.certifier)
        factories.enter(client, mine)
        assert "autre@exemple.fr" in text(client.get(page_of(award)))
        assert client.post(page_of(award), {"act": "join"})["Location"] == reverse("holder:home")
        assert Award.objects.get(pk=award.pk).holder == mine

    def test_of_last_month_receives_but_does_not_let_in(self, client: Client, award: Award) -> None:
        factories.holder(address=HERS, by=award.certifier)
        Award.objects.filter(pk=award.pk).update(issued_at=factories.NOW - timedelta(days=30))
        old = Award.objects.get(pk=award.pk)
        Award.objects.filter(pk=award.pk).update(reminded_at=timezone.now() - timedelta(days=8))
        page = client.post(page_of(old), {"act": "receive"})
        assert "C’est reçu" in text(page)
        assert "_auth_user_id" not in client.session

    def test_sent_on_is_taken_back_by_its_mailbox(self, client: Client, award: Award) -> None:
        thief = factories.holder(address="voleur@exemple.fr", by=award.certifier)
        factories.enter(client, thief)
        client.post(page_of(award), {"act": "join"})
        contest = reverse("guest:contest", args=[award.shown_number, contest_token_of(award)])
        owner = Client()
        assert "Ce n’était pas vous" in text(owner.get(contest))
        owner.post(contest)
        assert client.get(reverse("holder:award", args=[award.code])).status_code == 404
        assert Award.objects.get(pk=award.pk).holder == queries.holder_at(HERS) != thief

    def test_used_by_another_puts_them_out(self, client: Client, award: Award) -> None:
        client.post(page_of(award), {"act": "receive"})
        assert client.get("/titulaire/").status_code == 200
        Client().post(reverse("guest:contest", args=[award.shown_number, contest_token_of(award)]))
        assert client.get("/titulaire/").status_code == 302


class TestLostLink:
    def test_answers_alike_for_known_and_unknown_addresses(
        self, client: Client, award: Award, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []
        monkeypatch.setattr("jurande.web.access.time.sleep", waited.append)
        said = [
            text(client.post(reverse("guest:ask-link"), {"email": email})).replace(email, "…")
            for email in (HERS, "inconnue@exemple.fr")
        ]
        assert said[0] == said[1]
        # As long for both: a letter is written for one of them only.
        assert len(waited) == 2
        assert factories.token_sent_to(HERS) == token_of(award)


class TestMe:
    @pytest.fixture
    def mine(self, client: Client) -> Person:
        person = factories.holder(address=HERS)
        factories.enter(client, person)
        return person

    def test_adds_an_address_by_its_link(self, client: Client, mine: Person) -> None:
        client.post(reverse("holder:me"), {"email": "deux@exemple.fr"})
        link = reverse("guest:address", args=[factories.token_sent_to("deux@exemple.fr")])
        assert "deux@exemple.fr" in text(client.get(link))
        assert client.post(link)["Location"] == reverse("holder:me")
        client.post(reverse("holder:me-address-main"), {"email": "deux@exemple.fr"})
        client.post(reverse("holder:me-address-remove"), {"email": HERS})
        assert [one.email for one in queries.addresses_of(mine)] == ["deux@exemple.fr"]
        assert "deux@exemple.fr" in text(client.get(reverse("holder:me")))

    def test_merges_two_spaces_once_said(self, client: Client, mine: Person, award: Award) -> None:
        other = factories.holder(address="deux@exemple.fr", by=award.certifier)
        Award.objects.filter(pk=award.pk).update(holder=other, collected_at=factories.NOW)
        client.post(reverse("holder:me"), {"email": other.email})
        link = reverse("guest:address", args=[factories.token_sent_to(other.email)])
        assert "Réunir vos deux espaces" in text(client.get(link))
        assert client.post(link).status_code == 200, "the button that says it was not pressed"
        client.post(link, {"join": "1"})
        assert Award.objects.get(pk=award.pk).holder == mine
        assert client.post(link, {"join": "1"}).status_code == 410

    def test_link_opened_elsewhere_does_nothing(self, client: Client, mine: Person) -> None:
        client.post(reverse("holder:me"), {"email": "deux@exemple.fr"})
        link = reverse("guest:address", args=[factories.token_sent_to("deux@exemple.fr")])
        assert Client().post(link).status_code == 403
        thief = Client()
        factories.enter(thief, factories.holder())
        assert thief.post(link, {"join": "1"}).status_code == 403
        assert len(queries.addresses_of(mine)) == 1

    def test_leads_from_the_account_to_the_addresses_of_the_space(self, client: Client, mine: Person) -> None:
        assert client.get(reverse("account_email"))["Location"] == reverse("holder:me")

    def test_offers_a_passkey_to_somebody_without_a_password(self, client: Client, mine: Person) -> None:
        assert reverse("mfa_add_webauthn") in text(client.get(reverse("holder:welcome")))
        assert client.get(reverse("mfa_add_webauthn")).status_code == 200

    def test_passkey_of_somebody_without_a_password_never_locks_them_out(self, client: Client, mine: Person) -> None:
        Authenticator.objects.create(user=mine, type=Authenticator.Type.WEBAUTHN, data={"name": "Téléphone"})
        operations.request_magic_link(email=HERS, now=timezone.now())
        entered = Client().post(f"/lien/{factories.token_sent_to(HERS)}/")
        assert entered["Location"] == "/titulaire/"


class TestIssuer:
    def test_sees_what_came_back_and_mends_it(self, client: Client, award: Award) -> None:
        house = award.certifier
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        listing = reverse("certifier:awards-addresses", args=[house.code])
        assert "Toutes les lettres sont arrivées" in text(client.get(listing))
        client.post(reverse("certifier:awards-send-again", args=[house.code, award.code]))
        Message.objects.about("award", award.code).update(state="bounced", failure_code="5.1.1", next_attempt_at=None)
        assert HERS in text(client.get(listing))
        assert listing in text(client.get(reverse("certifier:home", args=[house.code])))
        one = reverse("certifier:awards-addresses-one", args=[house.code, award.code])
        assert client.post(one, {"email": "pas une adresse"}).status_code == 200
        client.post(one, {"email": "juste@exemple.fr"})
        assert HERS not in text(client.get(listing))
        assert Message.objects.addressed_to("juste@exemple.fr").exists()
        assert Client().get(page_of(award)).status_code == 410, "the link sent before is dead"
