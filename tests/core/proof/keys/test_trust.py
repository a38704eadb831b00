"""Files of trust: read back as written, and never half understood."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from jurande.core.proof.did import did_key
from jurande.core.proof.instants import instant_text
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.trust import Trust, TrustRefused, did_key_issuer, parse_trust, trust_json
from tests.core.proof.verification import world

SIGNER = KeySigner.from_seed(b"\x01" * 32)
KEY: dict[str, Any] = {"id": "did:web:a.fr#1", "publicKeyMultibase": SIGNER.public_key.multikey}
ISSUER: dict[str, Any] = {"id": "did:web:a.fr", "keys": [KEY]}
THEFT: dict[str, Any] = {"at": "2026-01-01T00:00:00Z", "log_origin": "a.fr/registre", "log_size": 3}


def parsed(issuer: Any = ISSUER, **file: Any) -> Trust:
    return parse_trust(json.dumps({"issuers": [issuer]} | file).encode())


class TestParseTrust:
    def test_reads_back_what_was_written(self) -> None:
        given = world.trust(requires_log=True, requires_status=True)
        read = parse_trust(world.trust_file(given))
        assert read.issuers == given.issuers
        assert trust_json(read) == trust_json(given)

    def test_knows_the_key_of_a_did_key_without_being_told(self) -> None:
        did = did_key(SIGNER.public_key)
        assert parsed({"id": did, "name": "A"}).issuers[did] == did_key_issuer(did, name="A")

    def test_reads_json_web_keys(self) -> None:
        key = {"id": "did:web:a.fr#1", "publicKeyJwk": SIGNER.public_key.jwk}
        assert parsed(ISSUER | {"keys": [key]}).issuers["did:web:a.fr"].keys.keys[0].key == SIGNER.public_key

    def test_trusts_nobody_when_nobody_is_named(self) -> None:
        assert parse_trust(b"{}").issuers == {}

    @pytest.mark.parametrize(
        ("issuer", "code"),
        [
            ([], "trust.malformed"),
            (ISSUER | {"id": ""}, "trust.no_id"),
            (ISSUER | {"trusted": True}, "trust.unknown_word"),
            (ISSUER | {"interruptions": [{"since": "2026-01-01T00:00:00Z"}]}, "trust.interruption"),
            (ISSUER | {"name": 1}, "trust.malformed"),
            (ISSUER | {"keys": {}}, "trust.malformed"),
            (ISSUER | {"requires_status": "no"}, "trust.malformed"),
            ({"id": "did:web:a.fr"}, "trust.malformed"),
            (ISSUER | {"keys": [KEY, KEY]}, "trust.malformed"),
            (ISSUER | {"keys": [KEY | {"until": "demain"}]}, "trust.malformed"),
            (ISSUER | {"keys": [KEY | {"id": ""}]}, "trust.key"),
            (ISSUER | {"keys": [KEY | {"purposes": ["everything"]}]}, "trust.key"),
            (ISSUER | {"keys": [KEY | {"publicKeyJwk": SIGNER.public_key.jwk}]}, "trust.key"),
            (ISSUER | {"keys": [{"id": "did:web:a.fr#1"}]}, "trust.key"),
            (ISSUER | {"keys": [KEY | {"expires": "2026-01-01T00:00:00Z"}]}, "trust.unknown_word"),
            (ISSUER | {"keys": [KEY | {"compromised": THEFT | {"log_size": -1}}]}, "trust.compromise"),
            (ISSUER | {"keys": [KEY | {"compromised": THEFT | {"log_size": True}}]}, "trust.compromise"),
            (ISSUER | {"keys": [KEY | {"compromised": True}]}, "trust.malformed"),
        ],
    )
    def test_refuses_an_issuer(self, issuer: Any, code: str) -> None:
        with pytest.raises(TrustRefused) as refusal:
            parsed(issuer)
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b'{"issuers":{}}', b'{"issuers":[],"issuers":[]}', b'{"log_policy":"log x"}']
    )
    def test_refuses_a_file(self, content: bytes) -> None:
        with pytest.raises(TrustRefused):
            parse_trust(content)

    def test_refuses_an_issuer_given_twice(self) -> None:
        with pytest.raises(TrustRefused) as refusal:
            parse_trust(json.dumps({"issuers": [ISSUER, ISSUER]}).encode())
        assert refusal.value.code == "trust.duplicate"


class TestInstantText:
    def test_wants_a_time_zone(self) -> None:
        assert instant_text(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
        with pytest.raises(ValueError, match="time zone"):
            instant_text(datetime(2026, 1, 1))
