"""The conformance routes: absent unless asked for, refused to the world, and what each answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path

from jurande.config.cli.serve import refuse_open_conformance
from jurande.config.exits import Stopped
from jurande.web.api.conformance import ISSUER

urlpatterns = [path("conformance/", include("jurande.web.api.conformance"))]
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": ISSUER,
    "credentialSubject": {"id": "did:example:ines"},
}


def post(client: Client, address: str, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(f"/conformance/{address}", text, content_type="application/json")


class TestWhenNotAsked:
    def test_does_not_exist(self, client: Client) -> None:
        assert client.post("/conformance/credentials/issue").status_code == 404

    def test_refuses_to_open_to_the_world(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JURANDE_CONFORMANCE", "1")
        refuse_open_conformance("127.0.0.1")
        with pytest.raises(Stopped, match="cette machine"):
            refuse_open_conformance("0.0.0.0")

    def test_lets_the_world_in_without_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("JURANDE_CONFORMANCE", raising=False)
        refuse_open_conformance("0.0.0.0")


@pytest.mark.urls("tests.web.test_conformance")
class TestRoutes:
    def test_say_who_issues(self, client: Client) -> None:
        assert client.get("/conformance/").json() == {"issuer": ISSUER}

    def test_issue_what_they_verify(self, client: Client) -> None:
        issued = post(client, "credentials/issue", {"credential": CREDENTIAL, "options": {}})
        assert issued.status_code == 201
        signed = issued.json()["verifiableCredential"]
        answer = post(client, "credentials/verify", {"verifiableCredential": signed, "options": {"checks": ["proof"]}})
        assert (answer.status_code, answer.json()["verified"]) == (200, True)
        signed["credentialSubject"]["id"] = "did:example:autre"
        altered = post(client, "credentials/verify", {"verifiableCredential": signed, "options": {}})
        assert (altered.status_code, altered.json()["verified"]) == (400, False)

    def test_give_each_credential_its_place_in_a_signed_list(self, client: Client) -> None:
        entries = [
            post(client, "bsl/credentials/issue", {"credential": CREDENTIAL}).json()["verifiableCredential"]
            for _n in range(2)
        ]
        places = [entry["credentialStatus"]["statusListIndex"] for entry in entries]
        assert len(set(places)) == 2
        status = client.get("/conformance/status/1").json()
        assert status["credentialSubject"]["encodedList"].startswith("u")
        verified = post(client, "credentials/verify", {"verifiableCredential": status, "options": {}})
        assert verified.status_code == 200

    @pytest.mark.parametrize("body", ["", "[]", "{", '{"credential": 1, "credential": 2}', '{"credential": {}}'])
    @pytest.mark.parametrize(
        "address", ["credentials/issue", "bsl/credentials/issue", "credentials/verify", "presentations/verify"]
    )
    def test_refuse_what_is_not_a_request(self, client: Client, address: str, body: str) -> None:
        assert post(client, address, body).status_code == 400
