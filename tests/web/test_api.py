"""The API: what a key opens, what it does not, and its committed description."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jurande.registers.parties import operations
from jurande.registers.parties.states import Scope
from jurande.web.api.urls import api
from tests import factories
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
LIST = "/api/v1/partenaires"


def bearer(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


class TestPartners:
    def test_gives_the_network_of_the_key(self, client: Client) -> None:
        now = timezone.now()
        mine = factories.partnership(now=now, with_valid_qualiopi=True)
        factories.partnership(now=now, name="Chez quelqu’un d’autre")
        _key, token = factories.api_key(mine.certifier, now=now)
        answer = client.get(LIST, **bearer(token)).json()
        assert answer["total"] == 1
        assert answer["partners"][0]["siret"] == mine.site.siret
        assert answer["partners"][0]["qualiopi_until_on"]

    def test_hides_the_partner_of_another_certifier(self, client: Client) -> None:
        now = timezone.now()
        _key, token = factories.api_key(now=now)
        theirs = factories.partnership(now=now)
        answer = client.get(f"{LIST}/{theirs.code}", **bearer(token))
        assert (answer.status_code, answer.json()["error"]) == (404, "partner.unknown")

    def test_refuses_a_key_without_the_scope(self, client: Client) -> None:
        _key, token = factories.api_key(scopes=(Scope.READ_JOURNAL,), now=timezone.now())
        answer = client.get(LIST, **bearer(token))
        assert (answer.status_code, answer.json()["error"]) == (403, "scope.missing")

    @pytest.mark.parametrize("header", [{}, bearer("jur_ABCDEFGH_rien"), {"HTTP_AUTHORIZATION": "Basic eDp5"}])
    def test_refuses_whoever_has_no_key(self, client: Client, header: dict[str, str]) -> None:
        answer = client.get(LIST, **header)
        assert (answer.status_code, answer.json()["error"]) == (401, "api_key.refused")

    def test_refuses_a_revoked_and_an_expired_key(self, client: Client) -> None:
        now = timezone.now()
        house = factories.certifier(now=now)
        key, token = factories.api_key(house, now=now)
        operations.revoke_api_key(key=key, actor=factories.actor_of(factories.administrator(house), house), now=now)
        _late, expired = factories.api_key(house, now=now - timedelta(days=200))
        assert client.get(LIST, **bearer(token)).status_code == 401
        assert client.get(LIST, **bearer(expired)).status_code == 401

    def test_refuses_a_page_too_large(self, client: Client) -> None:
        _key, token = factories.api_key(now=timezone.now())
        assert client.get(f"{LIST}?limit=100000", **bearer(token)).status_code == 422


def test_the_description_is_the_committed_one(client: Client) -> None:
    description: Any = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    committed = ROOT / "docs/reference/openapi.json"
    assert description == json.loads(committed.read_text()), "regenerate docs/reference/openapi.json"


def test_a_session_is_not_a_key(client: Client) -> None:
    house = factories.certifier(now=timezone.now())
    client.force_login(factories.administrator(house), "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(LIST).status_code == 401
