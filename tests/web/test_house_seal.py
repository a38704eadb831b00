"""The certifier's page of its seal, and its new key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from jurande.registers.seal.models import SigningKey
from jurande.registers.seal.states import KeyState
from tests import factories
from tests.registers.seal.homes import one_published, own_home


@pytest.fixture
def certifier(settings: Any, tmp_path: Path, db: None) -> Certifier:
    own_home(settings, tmp_path / "home")
    return factories.certifier()


@pytest.fixture
def administrator(client: Client, certifier: Certifier) -> Client:
    person = factories.administrator(certifier)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return factories.enter(client, person)


class TestSeal:
    def test_teaches_where_there_is_no_key(self, administrator: Client, certifier: Certifier) -> None:
        page = administrator.get(f"/c/{certifier.code}/sceau/").content.decode()
        assert "Pas encore de clé" in page
        assert "/sceau/cle/" not in page

    def test_shows_the_key_that_signs(self, administrator: Client, certifier: Certifier) -> None:
        one_published(certifier)
        page = administrator.get(f"/c/{certifier.code}/sceau/").content.decode()
        key = SigningKey.objects.get()
        assert key.multikey in page
        assert "1\u00a0attestation" in page


class TestRotate:
    def test_asks_that_one_read_first(self, administrator: Client, certifier: Certifier) -> None:
        one_published(certifier)
        response = administrator.post(f"/c/{certifier.code}/sceau/cle/")
        assert response.status_code == 200
        assert SigningKey.objects.count() == 1

    def test_puts_a_new_key_in_use_and_keeps_the_former(self, administrator: Client, certifier: Certifier) -> None:
        one_published(certifier)
        response = administrator.post(f"/c/{certifier.code}/sceau/cle/", {"understood": "on"})
        assert response.status_code == 302
        states = SigningKey.objects.order_by("created_at").values_list("state", flat=True)
        assert list(states) == [KeyState.RETIRED, KeyState.ACTIVE]
        assert Entry.objects.filter(chain=certifier.code, action="seal.key.rotated").count() == 1

    def test_is_not_for_whoever_issues(self, client: Client, certifier: Certifier) -> None:
        one_published(certifier)
        issuer = factories.enter(client, factories.member(Role.ISSUER, of=certifier))
        assert issuer.get(f"/c/{certifier.code}/sceau/").status_code == 200
        assert issuer.post(f"/c/{certifier.code}/sceau/cle/", {"understood": "on"}).status_code == 403
        assert SigningKey.objects.count() == 1
