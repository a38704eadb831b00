"""Passkeys: what no browser would send is refused as a wrong key is; who insists is told in French to wait."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.parties import emails
from jurande.registers.parties.models import Person
from jurande.registers.parties.operations.closing import close_account
from jurande.registers.parties.operations.merging import merge_spaces
from tests import factories
from tests.factories import NOW
from tests.registers.awards.held import acting

pytestmark = pytest.mark.django_db
HALF = '{"id": "AAAA"}'
SIGNED = '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "AAAA", %s}}'


def challenged(client: Client) -> Client:
    """A browser that asked to come in with a passkey."""
    client.get(reverse("mfa_login_webauthn"), headers={"x-requested-with": "XMLHttpRequest"})
    return client


class TestComingIn:
    @pytest.mark.parametrize("credential", ["[1]", "5", HALF, '{"response": []}', SIGNED % '"userHandle": 5'])
    def test_what_cannot_be_read_opens_nothing(self, client: Client, credential: str) -> None:
        answer: Any = challenged(client).post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert answer.status_code == 302
        assert answer["Location"] == reverse("account_login")
        assert "_auth_user_id" not in client.session

    def test_the_key_of_a_closed_account_opens_nothing(self, client: Client) -> None:
        person = factories.holder()
        handle = urlsafe_b64encode(str(person.pk).encode()).decode().rstrip("=")
        close_account(person, called="Espace fermé", now=NOW)
        credential = SIGNED % f'"authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "{handle}"'
        challenged(client).post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert "_auth_user_id" not in client.session

    def test_whoever_tries_too_often_is_told_to_wait(self, client: Client) -> None:
        answers = [client.post(reverse("mfa_login_webauthn"), {"credential": HALF}) for _try in range(60)]
        assert answers[-1].status_code == 429
        assert "Attendez quelques minutes" in answers[-1].content.decode()


class TestAddingOne:
    @pytest.mark.parametrize("credential", [HALF, SIGNED % '"attestationObject": "oA"', "[1]"])
    def test_what_cannot_be_read_adds_nothing(self, client: Client, credential: str) -> None:
        person = factories.holder()
        factories.enter(client, person)
        session = client.session
        session["account_authentication_methods"] = [{"method": "link", "at": time.time()}]
        session.save()
        client.get(reverse("mfa_add_webauthn"))
        answer: Any = client.post(reverse("mfa_add_webauthn"), {"name": "Téléphone", "credential": credential})
        assert answer.status_code == 200
        assert not Authenticator.objects.filter(user=person).exists()


class TestASpace:
    def owner_of_a_key(self) -> Person:
        person = factories.holder()
        Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Téléphone"})
        return person

    def test_opens_by_its_mailbox_to_who_lost_their_only_key(self, client: Client) -> None:
        token = factories.magic_token(self.owner_of_a_key(), now=timezone.now())
        assert client.post(emails.MAGIC_LINK_PATH.format(token=token))["Location"] == "/titulaire/"
        assert client.get("/titulaire/").status_code == 200

    def test_joined_to_another_leaves_it_no_key(self) -> None:
        kept, closed = self.owner_of_a_key(), self.owner_of_a_key()
        merge_spaces(kept=kept, closed=closed, email=closed.email, actor=acting(kept), now=NOW)
        assert [row.user_id for row in Authenticator.objects.all()] == [kept.pk]
