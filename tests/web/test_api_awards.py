"""Preparing lots and reading awards by the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jurande.registers.awards.models import Design, Lot
from jurande.registers.parties.states import Scope
from tests import factories
from tests.registers.awards import lots, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/delivrances"
BOTH = (Scope.READ_AWARDS, Scope.WRITE_AWARDS)


@pytest.fixture
def design(settings: Any, tmp_path: Path) -> Design:
    own_home(settings, tmp_path / "home")
    return proved.designed(lots.house())


def key(design: Design, *scopes: Scope) -> dict[str, Any]:
    _key, token = factories.api_key(design.certifier, scopes=scopes or BOTH, now=timezone.now())
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def posted(client: Client, design: Design, headers: dict[str, Any], *people: dict[str, str], **changed: Any) -> Any:
    asked = {"design": design.code, "awarded_on": "2026-03-12", "people": list(people)} | changed
    return client.post(
        f"{ROOT}/lots",
        json.dumps(asked),
        content_type="application/json",
        **({"HTTP_IDEMPOTENCY_KEY": "SI-2026-0042"} | headers),
    )


class TestPreparing:
    def test_tells_what_is_wrong_and_issues_nothing(self, client: Client, design: Design) -> None:
        good = {"last_name": "Haddad", "first_name": "Inès"}
        headers = key(design)
        answer = posted(client, design, headers, good, {"last_name": "Paoli", "first_name": "", "email": "x"})
        assert answer.status_code == 201, answer.content
        said = answer.json()
        assert (said["state"], said["total"], said["faulty"], said["issued"]) == ("prepared", 2, 1, 0)
        assert [(one["row"], one["code"]) for one in said["faults"]] == [(2, "first_name.missing"), (2, "email.form")]
        assert client.get(f"{ROOT}/lots/{said['code']}", **headers).json() == said

    def test_gives_the_same_lot_to_the_same_request(self, client: Client, design: Design) -> None:
        headers, one = key(design), {"last_name": "Haddad", "first_name": "Inès"}
        first = posted(client, design, headers, one).json()
        assert posted(client, design, headers, one).json() == first
        other = posted(client, design, headers, one | {"first_name": "Malo"})
        assert (other.status_code, other.json()["field"]) == (422, "idempotency_key")
        assert Lot.objects.count() == 1

    def test_is_for_a_key_that_may(self, client: Client, design: Design) -> None:
        one = {"last_name": "Haddad", "first_name": "Inès"}
        assert posted(client, design, key(design, Scope.READ_AWARDS), one).status_code == 403
        assert posted(client, design, {}, one).status_code == 401
        elsewhere = proved.designed(factories.certifier())
        assert posted(client, elsewhere, key(design), one).status_code == 404
        assert posted(client, design, key(design)).status_code == 422


class TestReading:
    def test_gives_what_was_issued(self, client: Client, design: Design) -> None:
        held = lots.issued(design, 2)
        headers = key(design, Scope.READ_AWARDS)
        answer = client.get(ROOT, {"lot": held.code}, **headers).json()
        assert (answer["total"], answer["awards"][0]["last_name"][:6]) == (2, "Haddad")
        one = answer["awards"][0]
        assert client.get(f"{ROOT}/{one['code']}", **headers).json() == one
        assert client.get(f"{ROOT}/INCONNU", **headers).status_code == 404
        theirs = key(proved.designed(factories.certifier()), Scope.READ_AWARDS)
        assert client.get(f"{ROOT}/{one['code']}", **theirs).status_code == 404
