"""Identifiers: one spelling each, and documents that speak for nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.did import (
    DidRefused,
    did_document,
    did_key,
    did_key_history,
    did_web,
    document_url,
    read_did_document,
    web_method,
)
from jurande.core.proof.errors import ProofError
from jurande.core.proof.history import Compromise, DatedKey, KeyHistory, KeyNotValid
from jurande.core.proof.signer import KeySigner

SIGNER = KeySigner.from_seed(b"\x01" * 32)
OTHER = KeySigner.from_seed(b"\x02" * 32)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DID = "did:web:imr.example"
HISTORY = KeyHistory(DID, (DatedKey(web_method(DID, SIGNER.public_key), SIGNER.public_key),))


class TestDidKey:
    def test_brings_its_own_key(self) -> None:
        did = did_key(SIGNER.public_key)
        history = did_key_history(did)
        assert history.find(SIGNER.verification_method, at=NOW).key == SIGNER.public_key
        assert history.controller == did

    @pytest.mark.parametrize("did", ["did:key:", "did:key:z6Mk", "did:web:a.fr", "z6Mk", "did:key:did:key:z6Mk", ""])
    def test_refuses_what_is_none(self, did: str) -> None:
        with pytest.raises((ProofError, EncodingError)):
            did_key_history(did)


class TestDidWeb:
    @pytest.mark.parametrize(
        ("url", "did", "document"),
        [
            ("https://imr.example", "did:web:imr.example", "https://imr.example/.well-known/did.json"),
            ("https://IMR.example/", "did:web:imr.example", "https://imr.example/.well-known/did.json"),
            (
                "https://imr.example:8443/a/b/",
                "did:web:imr.example%3A8443:a:b",
                "https://imr.example:8443/a/b/did.json",
            ),
            ("http://localhost:8000", "did:web:localhost%3A8000", "http://localhost:8000/.well-known/did.json"),
        ],
    )
    def test_follows_the_public_address(self, url: str, did: str, document: str) -> None:
        assert did_web(url) == did
        assert document_url(did) == document

    @pytest.mark.parametrize(
        "url",
        [
            "imr.example",
            "ftp://imr.example",
            "https://a@imr.example",
            "https://imr.example/?a=1",
            "https://imr.example/#a",
            "https://imr.example/a/../b",
            "https://imr.example//a",
            "https://imr.example/é",
            "https://imr.example/a%2fb",
            "https://[::1]/",
        ],
    )
    def test_refuses_an_address_that_would_have_two_spellings(self, url: str) -> None:
        with pytest.raises(DidRefused):
            did_web(url)

    @pytest.mark.parametrize(
        "did",
        [
            "did:web:IMR.example",
            "did:web:imr.example:",
            "did:web:imr.example:a:",
            "did:web:imr.example%3a8443",
            "did:web:imr.example/a",
            "did:web:imr.example:..:a",
            "did:web:imr.example%2Fa",
            "did:web:",
            "did:web:a@b",
            "did:key:imr.example",
        ],
    )
    def test_refuses_the_other_spellings(self, did: str) -> None:
        with pytest.raises(DidRefused):
            document_url(did)


class TestDocument:
    def test_is_read_back(self) -> None:
        assert read_did_document(did_document(HISTORY), did=DID) == HISTORY

    def test_keeps_the_keys_that_a_rotation_ended(self) -> None:
        rotated = HISTORY.rotated(web_method(DID, OTHER.public_key), OTHER.public_key, at=NOW)
        document = did_document(rotated)
        assert document["assertionMethod"] == [key.verification_method for key in rotated.keys]
        assert "expires" not in str(document)

    def test_marks_a_stolen_key_and_lets_it_assert_nothing(self) -> None:
        address = HISTORY.keys[0].verification_method
        document = did_document(HISTORY.condemned(address, Compromise(NOW, "imr.example", 3)))
        assert "assertionMethod" not in document
        read = read_did_document(document, did=DID)
        assert read.keys[0].until == NOW
        with pytest.raises(KeyNotValid):
            read.find(address, at=NOW)

    def test_refuses_the_document_of_somebody_else(self) -> None:
        with pytest.raises(DidRefused) as refusal:
            read_did_document(did_document(HISTORY), did="did:web:autre.example")
        assert refusal.value.code == "did.other_subject"

    @pytest.mark.parametrize(
        "change",
        [
            {"controller": "did:web:pirate.example"},
            {"id": "did:web:pirate.example#1"},
            {"type": "UnknownKey2030"},
            {"id": ""},
        ],
    )
    def test_ignores_a_key_that_cannot_speak_for_it(self, change: dict[str, str]) -> None:
        document = did_document(HISTORY)
        document["verificationMethod"] = [document["verificationMethod"][0] | change]  # type: ignore[index]
        assert read_did_document(document, did=DID).keys == ()

    def test_gives_no_purpose_to_a_key_that_no_list_names(self) -> None:
        document = did_document(HISTORY)
        del document["assertionMethod"]
        key = read_did_document(document, did=DID).keys[0]
        assert key.purposes == frozenset()

    @pytest.mark.parametrize("member", ["verificationMethod", "assertionMethod"])
    @pytest.mark.parametrize("value", ["x", {}, [{}] * 65])
    def test_refuses_lists_that_are_none(self, member: str, value: object) -> None:
        with pytest.raises(DidRefused) as refusal:
            read_did_document(did_document(HISTORY) | {member: value}, did=DID)
        assert refusal.value.code == "did.no_keys"

    def test_refuses_two_keys_at_one_address(self) -> None:
        document = did_document(HISTORY)
        first = document["verificationMethod"][0]  # type: ignore[index]
        document["verificationMethod"] = [first, first | {"publicKeyMultibase": OTHER.public_key.multikey}]
        with pytest.raises(DidRefused) as refusal:
            read_did_document(document, did=DID)
        assert refusal.value.code == "did.ambiguous"

    def test_reads_relative_addresses_and_json_web_keys(self) -> None:
        document = {
            "id": DID,
            "verificationMethod": [
                {"id": "#k", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": SIGNER.public_key.jwk}
            ],
            "assertionMethod": ["#k"],
        }
        assert read_did_document(document, did=DID).find(f"{DID}#k", at=NOW).key == SIGNER.public_key
