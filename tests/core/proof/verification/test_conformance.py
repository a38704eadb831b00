"""Requests and answers of the public conformance suites, as they send and expect them."""

from __future__ import annotations

import base64
import copy
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from jurande.core.proof import contexts, jose
from jurande.core.proof.conformance import ACCEPTED, issue, verify_credential, verify_presentation
from jurande.core.proof.data_integrity import ProofOptions, add_proof, with_proof_object
from jurande.core.proof.did import did_key
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.status.bitstring import status_entry
from jurande.core.proof.verification import signatures
from tests.core.proof.verification.world import NOW

SIGNER = KeySigner.from_seed(b"\x30" * 32)
HOLDER = KeySigner.from_seed(b"\x31" * 32)
ISSUER = did_key(SIGNER.public_key)
V2 = contexts.CREDENTIALS_V2
CONTEXT_SRI = "sha256-" + base64.b64encode(bytes.fromhex(contexts.FILES[V2][1])).decode()


def credential(**changes: Any) -> dict[str, Any]:
    document = {
        "@context": [V2, contexts.EXAMPLES_V2],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "alumniOf": "The School of Examples"},
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def issued(**changes: Any) -> dict[str, Any]:
    answer = issue({"credential": credential(**changes), "options": {}}, signer=SIGNER, now=NOW)
    assert answer.status == 201, answer.body
    found = answer.body["verifiableCredential"]
    assert isinstance(found, dict)
    return found


def presented(*credentials: Any, signed: bool = True, **options: Any) -> dict[str, Any]:
    presentation = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": did_key(HOLDER.public_key),
        "verifiableCredential": list(credentials),
    }
    if not signed:
        return presentation
    made = ProofOptions(created=NOW, purpose="authentication", **options)
    return with_proof_object(add_proof(presentation, signer=HOLDER, options=made, contexts=ACCEPTED))


class TestIssue:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"id": "urn:uuid:1"},
            {"issuer": {"id": ISSUER, "name": "IMR", "extra": "kept"}},
            {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
            {"type": ["VerifiableCredential", "ExampleDegreeCredential"]},
            {"credentialSchema": {"id": "https://imr.example/schema", "type": "JsonSchema"}},
            {"relatedResource": [{"id": V2, "digestSRI": CONTEXT_SRI}]},
            {"relatedResource": [{"id": "https://imr.example/x", "digestSRI": CONTEXT_SRI}]},
            {"termsOfUse": [{"type": "ExamplePolicy"}], "evidence": {"type": "ExampleEvidence"}},
        ],
    )
    def test_answers_201_with_a_credential_that_verifies(self, changes: dict[str, Any]) -> None:
        found = issued(**changes)
        assert found["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
        answer = verify_credential({"verifiableCredential": found, "options": {"checks": ["proof"]}}, now=NOW)
        assert (answer.status, answer.body) == (200, {"verified": True})

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"@context": None}, "context.inline"),
            ({"@context": [contexts.EXAMPLES_V2, V2]}, "context.refused"),
            ({"@context": [V2, "https://pirate.example/context"]}, "context.refused"),
            ({"type": None}, "credential.type"),
            ({"type": ["ExampleDegreeCredential"]}, "credential.type"),
            ({"credentialSubject": {}}, "credential.no_subject"),
            ({"credentialSubject": None}, "credential.no_subject"),
            ({"issuer": None}, "issuer.missing"),
            ({"issuer": "relative"}, "conformance.url"),
            ({"issuer": "did:example:other"}, "conformance.issuer"),
            ({"id": "relative"}, "conformance.url"),
            ({"validFrom": "2026-01-01"}, "date.malformed"),
            ({"validUntil": "2025-01-01T00:00:00Z"}, "dates.inverted"),
            ({"credentialStatus": {"id": "https://imr.example/s"}}, "conformance.untyped"),
            ({"credentialSchema": {"id": "https://imr.example/s"}}, "conformance.untyped"),
            ({"credentialSchema": {"type": "JsonSchema"}}, "conformance.url"),
            ({"refreshService": {"id": "https://imr.example/r"}}, "conformance.untyped"),
            ({"termsOfUse": [{"id": "https://imr.example/t"}]}, "conformance.untyped"),
            ({"evidence": [{"id": "https://imr.example/e"}]}, "conformance.untyped"),
            ({"relatedResource": ["https://imr.example/x"]}, "conformance.request"),
            ({"relatedResource": [{"digestSRI": CONTEXT_SRI}]}, "conformance.url"),
            ({"relatedResource": [{"id": "https://imr.example/x"}]}, "conformance.related"),
            ({"relatedResource": [{"id": "https://imr.example/x", "digestSRI": "md5-AAAA"}]}, "conformance.related"),
            ({"relatedResource": [{"id": V2, "digestSRI": "sha256-é"}]}, "conformance.related"),
            ({"relatedResource": [{"id": V2, "digestSRI": "sha384-AAAA"}]}, "conformance.related"),
            ({"relatedResource": [{"id": V2, "digestSRI": "sha256-" + "A" * 43 + "="}]}, "conformance.related"),
            ({"relatedResource": [{"id": V2, "digestSRI": CONTEXT_SRI}] * 2}, "conformance.related"),
        ],
    )
    def test_answers_400_with_the_reason(self, changes: dict[str, Any], code: str) -> None:
        answer = issue({"credential": credential(**changes)}, signer=SIGNER, now=NOW)
        assert answer.status == 400
        assert str(answer.body["errors"]).startswith(f"['{code}")

    def test_refuses_a_word_that_no_context_defines(self) -> None:
        answer = issue({"credential": credential(**{"@context": [V2]}, unknown=1)}, signer=SIGNER, now=NOW)
        assert "jsonld.undefined_term" in str(answer.body)

    @pytest.mark.parametrize("request_body", [{}, {"credential": []}, {"credential": "x"}])
    def test_refuses_a_request_without_credential(self, request_body: dict[str, Any]) -> None:
        assert issue(request_body, signer=SIGNER, now=NOW).status == 400

    def test_accepts_a_digest_as_a_multihash(self) -> None:
        octets = b"\x12\x20" + bytes.fromhex(contexts.FILES[V2][1])
        digest = "u" + base64.urlsafe_b64encode(octets).decode().rstrip("=")
        assert issued(relatedResource=[{"id": V2, "digestMultibase": digest}])
        wrong = "u" + base64.urlsafe_b64encode(b"\x12\x20" + hashlib.sha256(b"x").digest()).decode().rstrip("=")
        body = {"credential": credential(relatedResource=[{"id": V2, "digestMultibase": wrong}])}
        assert issue(body, signer=SIGNER, now=NOW).status == 400


class TestVerifyCredential:
    def test_does_not_look_at_the_status_which_other_routes_do(self) -> None:
        entry = status_entry(list_url="https://imr.example/s", index=1, purpose="revocation")
        found = issued(credentialStatus=entry)
        assert verify_credential({"verifiableCredential": found}, now=NOW).status == 200

    def test_accepts_jwts_and_their_envelopes(self) -> None:
        token = jose.issue_vc_jwt(credential(), signer=SIGNER, now=NOW)
        envelope = {
            "@context": V2,
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+jwt,{token}",
        }
        for content in (token, envelope):
            assert verify_credential({"verifiableCredential": content}, now=NOW).status == 200

    @pytest.mark.parametrize("enveloped", [True, False])
    def test_opens_no_file_written_where_a_credential_should_be(
        self, enveloped: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[Any] = []
        monkeypatch.setattr(signatures, "read_carrier", opened.append)
        content: Any = "%PDF-1.7"
        if enveloped:
            content = {
                "@context": V2,
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{content}",
            }
        assert verify_credential({"verifiableCredential": content}, now=NOW).status == 400
        assert not opened

    @pytest.mark.parametrize(
        "change",
        [
            lambda found: found | {"issuer": "did:example:other"},
            lambda found: found | {"credentialSubject": {"id": "did:example:other"}},
            lambda found: {name: value for name, value in found.items() if name != "proof"},
            lambda found: found | {"proof": found["proof"] | {"proofPurpose": "authentication"}},
            lambda found: found | {"proof": found["proof"] | {"proofValue": "z" + "1" * 64}},
            lambda found: found | {"@context": [V2, contexts.UNDEFINED_TERMS_V2]},
            lambda found: [found],
            lambda found: None,
        ],
    )
    def test_answers_400_and_never_200_with_errors(self, change: Any) -> None:
        answer = verify_credential({"verifiableCredential": change(copy.deepcopy(issued()))}, now=NOW)
        assert answer.status == 400
        assert answer.body["verified"] is False
        assert answer.body["errors"]

    def test_refuses_what_is_over(self) -> None:
        found = issued(validUntil="2027-01-01T00:00:00Z")
        assert verify_credential({"verifiableCredential": found}, now=NOW + timedelta(days=365)).status == 400


class TestVerifyPresentation:
    def answer(self, presentation: Any, **options: Any) -> int:
        return verify_presentation({"verifiablePresentation": presentation, "options": options}, now=NOW).status

    def test_accepts_what_its_holder_signed_for_this_request(self) -> None:
        presentation = presented(issued(), challenge="abc", domain="verif.example")
        assert self.answer(presentation, challenge="abc", domain="verif.example") == 200

    def test_accepts_what_nobody_signed_and_what_is_enveloped(self) -> None:
        token = jose.issue_vc_jwt(credential(), signer=SIGNER, now=NOW)
        envelope = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}
        assert self.answer(presented(issued(), signed=False)) == 200
        assert self.answer(presented(envelope, signed=False)) == 200

    @pytest.mark.parametrize(
        ("change", "options"),
        [
            (lambda p: p, {"challenge": "other"}),
            (lambda p: p, {"challenge": "abc", "domain": "other.example"}),
            (lambda p: p | {"type": ["VerifiableCredential"]}, {}),
            (lambda p: p | {"holder": "did:example:other"}, {}),
            (lambda p: p | {"proof": p["proof"] | {"proofPurpose": "assertionMethod"}}, {}),
            (lambda p: p | {"verifiableCredential": [issued() | {"issuer": "did:example:x"}]}, {}),
            (lambda p: p | {"verifiableCredential": [issued()] * 20}, {}),
            (lambda p: [], {}),
        ],
    )
    def test_refuses(self, change: Any, options: dict[str, Any]) -> None:
        presentation = presented(issued(), challenge="abc", domain="verif.example")
        assert self.answer(change(presentation), **options) == 400

    def test_refuses_too_many_credentials(self) -> None:
        assert self.answer(presented(*[issued()] * 17, signed=False)) == 400

    def test_refuses_a_credential_whose_issuer_has_no_key_of_its_own(self) -> None:
        stranger = jose.issue_vc_jwt(credential(issuer="did:web:imr.example"), signer=SIGNER, now=NOW)
        assert self.answer(presented(stranger, signed=False)) == 400

    def test_refuses_a_bad_credential_in_a_presentation_that_nobody_signed(self) -> None:
        bad = issued() | {"credentialSubject": {"id": "did:example:other"}}
        assert self.answer(presented(bad, signed=False)) == 400
