# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import hashlib
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from jurande.core.encoding import jcs, multibase
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof import contexts, data_integrity
from jurande.core.proof.contexts import ContextRefused
from jurande.core.proof.data_integrity import (
    Cryptosuite,
    DataIntegrityRefused,
    Expected,
    Proof,
    ProofOptions,
    add_proof,
    verify_proofs,
    with_proof_object,
)
from jurande.core.proof.documents import document_bytes
from jurande.core.proof.errors import ProofError
from jurande.core.proof.jsonld import JsonLdRefused
from jurande.core.proof.keys import ED25519_ORDER, KeyRefused, PublicKey, SignatureRefused
from jurande.core.proof.shape import full_path
from jurande.core.proof.signer import KeySigner
from tests.core.proof.documents import NOW, ONE_SIGNER, OTHER_SIGNER, a_credential
from tests.core.proof.vectors import needs_vectors, read_json, read_text

W3C = "vc-di-eddsa/TestVectors"
EXAMPLES = contexts.ACCEPTED | {(contexts.CREDENTIALS_V2, contexts.EXAMPLES_V2)}
THEN = datetime(2024, 1, 1, tzinfo=UTC)
SUITES = [Cryptosuite.EDDSA_RDFC_2022, Cryptosuite.EDDSA_JCS_2022]


def did_key(proof: Proof) -> PublicKey:
    """The key that the method names by itself: enough where the tests trust every key."""
    return PublicKey.from_multikey(proof.verification_method.partition("#")[2])


def verify(document: dict[str, Any], **expected: Any) -> data_integrity.Verified:
    return verify_proofs(document, resolve=did_key, expected=Expected(now=NOW, **expected), contexts=EXAMPLES)


def signed(suite: Cryptosuite = Cryptosuite.EDDSA_RDFC_2022, **options: Any) -> dict[str, Any]:
    made = ProofOptions(created=NOW, suite=suite, **options)
    return add_proof(a_credential(), signer=ONE_SIGNER, options=made)


def refusal(document: dict[str, Any], **expected: Any) -> str:
    with pytest.raises(ProofError) as refused:
        verify(document, **expected)
    return refused.value.code


def chained() -> dict[str, Any]:
    document = signed(proof_id="urn:proof:one")
    document = add_proof(document, signer=OTHER_SIGNER, options=ProofOptions(created=NOW, proof_id="urn:proof:two"))
    both = ProofOptions(created=NOW, proof_id="urn:proof:three", previous=("urn:proof:one", "urn:proof:two"))
    document = add_proof(document, signer=ONE_SIGNER, options=both)
    return add_proof(document, signer=OTHER_SIGNER, options=ProofOptions(created=NOW, previous=("urn:proof:three",)))


@needs_vectors
class TestW3CVectors:
    def test_eddsa_rdfc_2022_gives_each_intermediate_value(self) -> None:
        folder, suffix = f"{W3C}/eddsa-rdfc-2022", "DataInt"
        document = read_json(f"{W3C}/unsigned.json")
        config = read_json(f"{folder}/proofConfig{suffix}.json")
        assert full_path(document, contexts=EXAMPLES).decode() == read_text(f"{folder}/canonDoc{suffix}.txt")
        assert full_path(config, contexts=EXAMPLES).decode() == read_text(f"{folder}/proofCanon{suffix}.txt")

    @pytest.mark.parametrize(
        ("path", "created"),
        [
            ("eddsa-rdfc-2022/signedDataInt.json", "2023-02-24T23:36:38Z"),
            ("eddsa-jcs-2022/signedJCS.json", "2023-02-24T23:36:38Z"),
        ],
    )
    def test_are_verified_and_issued_again_to_the_byte(self, path: str, created: str) -> None:
        document = read_json(f"{W3C}/{path}")
        expected = Expected(now=THEN)
        verified = verify_proofs(document, resolve=did_key, expected=expected, contexts=EXAMPLES)
        assert verified.document == read_json(f"{W3C}/unsigned.json")
        [proof] = verified.proofs
        secret = multibase.decode(read_json(f"{W3C}/keyPair.json")["privateKeyMultibase"])[2:]
        signer = KeySigner.from_seed(secret)
        again = add_proof(
            verified.document,
            signer=signer,
            options=ProofOptions(created=datetime.fromisoformat(created), suite=proof.suite),
            contexts=EXAMPLES,
        )
        assert with_proof_object(again) == document

    @pytest.mark.parametrize("name", ["Set1", "Set2", "Chain1", "Chain2"])
    def test_of_sets_and_chains_are_verified(self, name: str) -> None:
        document = read_json(f"{W3C}/proof-set-chain/signedProof{name}.json")
        if isinstance(document["proof"], dict):
            document["proof"] = [document["proof"]]
        count = len(document["proof"])
        verified = verify_proofs(document, resolve=did_key, expected=Expected(now=THEN), contexts=EXAMPLES)
        assert len(verified.proofs) == count
        for number in range(count):
            damaged = copy.deepcopy(document)
            damaged["proof"][number]["created"] = "2023-02-24T23:36:39Z"
            with pytest.raises(SignatureRefused):
                verify_proofs(damaged, resolve=did_key, expected=Expected(now=THEN), contexts=EXAMPLES)

    def test_of_a_document_whose_context_is_not_here_are_verified_from_their_canonical_text(self) -> None:
        folder = f"{W3C}/eddsa-rdfc-2022/employ"
        message = b"".join(
            hashlib.sha256(read_text(f"{folder}/{name}DataInt.txt").encode()).digest()
            for name in ("proofCanon", "canonDoc")
        )
        proof = read_json(f"{folder}/signedDataInt.json")["proof"]
        key = PublicKey.from_multikey(proof["verificationMethod"].partition("#")[2])
        key.verify(multibase.decode(proof["proofValue"]), message)

    def test_of_1edtech_is_verified(self) -> None:
        """Genuinely signed, with endorsements whose own proofs are graphs: the one that pyoxigraph gets wrong."""
        document = read_json("1edtech_complete.json")
        [proof] = document["proof"]
        method = proof["verificationMethod"]
        key = PublicKey.from_multikey(method.partition("#")[2])
        expected = Expected(now=datetime(2040, 1, 1, tzinfo=UTC))
        verified = verify_proofs(document, resolve=lambda proof: key, expected=expected)
        assert "proof" not in verified.document
        document["credentialSubject"]["role"] = "Minor Domo"
        with pytest.raises(SignatureRefused):
            verify_proofs(document, resolve=lambda proof: key, expected=expected)


class TestAddProof:
    @pytest.mark.parametrize("suite", SUITES)
    def test_gives_a_proof_that_verifies(self, suite: Cryptosuite) -> None:
        document = signed(suite)
        assert verify(document).document == a_credential()
        assert isinstance(document["proof"], list)
        assert verify(with_proof_object(document)).document == a_credential()

    def test_leaves_the_document_as_it_is(self) -> None:
        document = a_credential()
        add_proof(document, signer=ONE_SIGNER, options=ProofOptions(created=NOW))
        assert document == a_credential()

    def test_is_deterministic(self) -> None:
        assert signed() == signed()

    def test_says_all_that_it_is_told(self) -> None:
        document = signed(
            purpose="authentication",
            expires=NOW + timedelta(days=1),
            domain="jury.example",
            challenge="c-1",
            proof_id="urn:proof:one",
        )
        [proof] = verify(document, purpose="authentication", domain="jury.example", challenge="c-1").proofs
        assert proof.created == NOW
        assert proof.expires == NOW + timedelta(days=1)
        assert proof.proof_id == "urn:proof:one"

    def test_refuses_another_kind_of_key(self) -> None:
        signer = KeySigner("did:example:a#k", ec.generate_private_key(ec.SECP256R1()))
        with pytest.raises(DataIntegrityRefused) as refused:
            add_proof(a_credential(), signer=signer, options=ProofOptions(created=NOW))
        assert refused.value.code == "proof.key_kind"

    def test_refuses_to_issue_ecdsa(self) -> None:
        with pytest.raises(DataIntegrityRefused):
            signed(Cryptosuite.ECDSA_RDFC_2019)

    @pytest.mark.parametrize("suite", SUITES)
    def test_refuses_an_undefined_term(self, suite: Cryptosuite) -> None:
        with pytest.raises(JsonLdRefused) as refused:
            add_proof(
                {**a_credential(), "grade": "A+"}, signer=ONE_SIGNER, options=ProofOptions(created=NOW, suite=suite)
            )
        assert refused.value.code == "jsonld.undefined_term"

    def test_refuses_to_follow_a_proof_that_is_not_there(self) -> None:
        with pytest.raises(DataIntegrityRefused) as refused:
            add_proof(signed(), signer=ONE_SIGNER, options=ProofOptions(created=NOW, previous=("urn:proof:none",)))
        assert refused.value.code == "proof.previous_unknown"

    def test_object_form_is_for_one_proof_only(self) -> None:
        with pytest.raises(DataIntegrityRefused) as refused:
            with_proof_object(chained())
        assert refused.value.code == "proof.several"


class TestVerifyProofs:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"proofPurpose": "authentication"}, "proof.purpose"),
            ({"type": "Ed25519Signature2020"}, "proof.unknown_type"),
            ({"cryptosuite": "eddsa-rdfc-2023"}, "proof.unknown_suite"),
            ({"cryptosuite": "ecdsa-rdfc-2019"}, "proof.key_kind"),
            ({"cryptosuite": ["eddsa-rdfc-2022"]}, "proof.unknown_suite"),
            ({"cryptosuite": "eddsa-jcs-2022"}, "signature.wrong"),
            ({"created": "2126-01-01T00:00:00Z"}, "proof.created_in_future"),
            ({"created": "2026-01-01T00:00:00"}, "date.malformed"),
            ({"created": "2016-12-31T23:59:60Z"}, "date.impossible"),
            ({"created": "10000-01-01T00:00:00Z"}, "date.malformed"),
            ({"created": "2026-01-01T00:00:00Z"}, "signature.wrong"),
            ({"expires": "2026-01-01T00:00:00Z"}, "proof.expired"),
            ({"expires": "2096-01-01T00:00:00Z"}, "signature.wrong"),
            ({"verificationMethod": OTHER_SIGNER.verification_method}, "signature.wrong"),
            ({"verificationMethod": 7}, "proof.malformed"),
            ({"verificationMethod": ""}, "proof.malformed"),
            ({"domain": "other.example"}, "signature.wrong"),
            ({"domain": []}, "proof.malformed"),
            ({"domain": ["a", "a"]}, "proof.malformed"),
            ({"nonce": "n"}, "signature.wrong"),
            ({"previousProof": "urn:proof:none"}, "proof.previous_unknown"),
            ({"jwt": "eyJ"}, "proof.unknown_member"),
            ({"@context": "https://www.w3.org/ns/credentials/v2"}, "proof.context"),
            ({"proofValue": ""}, "proof.malformed"),
            ({"proofValue": "u" + "A" * 86}, "proof.value"),
            ({"proofValue": "z0OIl"}, "proof.value"),
            ({"proofValue": "z" + "1" * 64}, "signature.small_order"),
            ({"proofValue": "z" + "1" * 63}, "signature.length"),
            ({"proofValue": "z" + "1" * 65}, "signature.length"),
        ],
    )
    def test_refuses_a_changed_proof(self, change: dict[str, Any], code: str) -> None:
        document = signed()
        document["proof"][0] |= change
        assert refusal(document) == code

    @pytest.mark.parametrize("member", ["verificationMethod", "proofPurpose", "proofValue"])
    def test_refuses_a_proof_without_its_members(self, member: str) -> None:
        document = signed()
        del document["proof"][0][member]
        assert refusal(document) == "proof.incomplete"

    def test_refuses_the_other_signature_that_the_same_equation_allows(self) -> None:
        document = signed()
        octets = multibase.decode(document["proof"][0]["proofValue"])
        s = int.from_bytes(octets[32:], "little") + ED25519_ORDER
        document["proof"][0]["proofValue"] = multibase.encode(octets[:32] + s.to_bytes(32, "little"))
        assert refusal(document) == "signature.malleable"

    def test_refuses_a_key_of_small_order(self) -> None:
        document = signed()
        key = multibase.encode(b"\xed\x01" + bytes(32))
        document["proof"][0]["verificationMethod"] = f"did:key:{key}#{key}"
        with pytest.raises(KeyRefused) as refused:
            verify(document)
        assert refused.value.code == "key.small_order"

    @pytest.mark.parametrize("proof", [None, [], 7, "x", [7], [[]]])
    def test_refuses_no_proof(self, proof: object) -> None:
        assert refusal({**a_credential(), "proof": proof}).startswith("proof.")
        assert refusal(a_credential()) == "proof.absent"

    def test_refuses_one_good_proof_beside_a_bad_one(self) -> None:
        document = signed()
        document["proof"].append({**document["proof"][0], "created": "2026-01-02T00:00:00Z"})
        assert refusal(document) == "signature.wrong"

    def test_refuses_one_good_proof_beside_one_that_nobody_can_judge(self) -> None:
        document = signed()
        document["proof"].append({**document["proof"][0], "cryptosuite": "bbs-2023"})
        assert refusal(document) == "proof.unknown_suite"

    def test_refuses_too_many_proofs(self) -> None:
        document = signed()
        document["proof"] *= data_integrity.MOST_PROOFS + 1
        assert refusal(document) == "proof.too_many"

    def test_refuses_an_unexpected_domain_or_challenge(self) -> None:
        document = signed(domain="jury.example", challenge="c-1")
        assert refusal(document, domain="other.example") == "proof.domain"
        assert refusal(document, challenge="c-2") == "proof.challenge"
        assert refusal(signed(), challenge="c-1") == "proof.challenge"

    def test_accepts_a_clock_a_little_ahead(self) -> None:
        document = add_proof(
            a_credential(), signer=ONE_SIGNER, options=ProofOptions(created=NOW + timedelta(minutes=5))
        )
        verify(document)
        assert refusal(document, tolerance=timedelta(minutes=4)) == "proof.created_in_future"

    def test_expires_at_the_second_it_says(self) -> None:
        document = signed(expires=NOW)
        assert refusal(document) == "proof.expired"
        verify(signed(expires=NOW + timedelta(seconds=1)))

    @pytest.mark.parametrize("suite", SUITES)
    @pytest.mark.parametrize(
        "urls",
        [
            [contexts.CREDENTIALS_V2],
            [contexts.OPEN_BADGES_3_0_3, contexts.CREDENTIALS_V2],
            [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3, "https://example.org/ctx"],
            [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3, contexts.UNDEFINED_TERMS_V2],
            [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3, {"@vocab": "https://example.org/"}],
        ],
    )
    def test_refuses_contexts_added_removed_or_moved(self, suite: Cryptosuite, urls: list[Any]) -> None:
        document = {**signed(suite), "@context": urls}
        if suite is Cryptosuite.EDDSA_JCS_2022:
            document["proof"][0]["@context"] = urls
        with pytest.raises((ContextRefused, JsonLdRefused)):
            verify(document)

    def test_returns_what_was_signed_and_no_more(self) -> None:
        verified = verify(signed())
        assert verified.document == a_credential()
        assert [proof.verification_method for proof in verified.proofs] == [ONE_SIGNER.verification_method]


class TestChains:
    def test_verify(self) -> None:
        assert [len(proof.previous) for proof in verify(chained()).proofs] == [0, 0, 2, 1]

    @pytest.mark.parametrize("removed", [0, 1, 2])
    def test_refuse_a_link_removed(self, removed: int) -> None:
        document = chained()
        del document["proof"][removed]
        assert refusal(document) == "proof.previous_unknown"

    def test_refuse_a_link_changed(self) -> None:
        document = chained()
        document["proof"][3]["previousProof"] = "urn:proof:two"
        assert refusal(document) == "signature.wrong"

    def test_refuse_a_circle(self) -> None:
        document = chained()
        document["proof"][0]["previousProof"] = "urn:proof:three"
        assert refusal(document) == "proof.previous_loop"
        document["proof"][0]["previousProof"] = "urn:proof:one"
        assert refusal(document) == "proof.previous_loop"

    def test_refuse_two_proofs_of_one_id(self) -> None:
        document = chained()
        document["proof"][1]["id"] = "urn:proof:one"
        assert refusal(document) == "proof.ambiguous_id"

    def test_hold_with_jcs_too(self) -> None:
        document = signed(Cryptosuite.EDDSA_JCS_2022, proof_id="urn:proof:one")
        after = ProofOptions(created=NOW, suite=Cryptosuite.EDDSA_JCS_2022, previous=("urn:proof:one",))
        document = add_proof(document, signer=OTHER_SIGNER, options=after)
        verify(document)
        document["proof"][0]["proofPurpose"] = "authentication"
        assert refusal(document) == "proof.purpose"


class TestEcdsaRdfc2019:
    @pytest.mark.parametrize(("curve", "hash_name"), [(ec.SECP256R1(), "sha256"), (ec.SECP384R1(), "sha384")])
    def test_is_verified(self, curve: ec.EllipticCurve, hash_name: str) -> None:
        """The bytes are put together here from the specification (§3.2), with a blank node in both graphs."""
        signer = KeySigner("", ec.generate_private_key(curve))
        multikey = signer.public_key.multikey
        document = a_credential()
        document["credentialSubject"]["identifier"] = [
            {"type": "IdentityObject", "hashed": False, "identityHash": "a@example.org", "identityType": "emailAddress"}
        ]
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "ecdsa-rdfc-2019",
            "verificationMethod": f"did:key:{multikey}#{multikey}",
            "proofPurpose": "assertionMethod",
        }
        parts = [{**proof, "@context": document["@context"]}, document]
        message = b"".join(
            hashlib.new(hash_name, full_path(part, hash_name=hash_name)).digest()  # type: ignore[arg-type]
            for part in parts
        )
        proof["proofValue"] = multibase.encode(signer.sign(message))
        verify({**document, "proof": proof})
        assert refusal({**document, "name": "Autre", "proof": proof}) == "signature.wrong"


PATHS = st.sampled_from(
    [
        ("id",),
        ("name",),
        ("validFrom",),
        ("issuer", "id"),
        ("issuer", "name"),
        ("credentialSubject", "id"),
        ("credentialSubject", "achievement", "name"),
        ("credentialSubject", "achievement", "id"),
        ("credentialSubject", "achievement", "criteria", "narrative"),
    ]
)


class TestProperties:
    @settings(deadline=None, max_examples=200)
    @given(path=PATHS, suite=st.sampled_from(SUITES), value=st.none() | st.booleans() | st.integers() | st.text())
    def test_any_value_changed_is_refused(self, path: tuple[str, ...], suite: Cryptosuite, value: object) -> None:
        document = copy.deepcopy(SIGNED[suite])
        inner: Any = document
        for key in path[:-1]:
            inner = inner[key]
        if inner[path[-1]] != value:
            inner[path[-1]] = value
            with pytest.raises(ProofError):
                verify(document)


SIGNED = {suite: signed(suite) for suite in SUITES}


class TestBytes:
    @settings(deadline=None, max_examples=40)
    @given(seed=st.integers(0, 2**32), suite=st.sampled_from(SUITES))
    def test_any_byte_changed_is_refused(self, seed: int, suite: Cryptosuite) -> None:
        """Changed, removed, added or doubled; but for spaces and escapes, that leave the value as it was."""
        draw = Random(seed)
        octets = document_bytes(SIGNED[suite])
        for _ in range(25):
            changed = bytearray(octets)
            place = draw.randrange(len(changed))
            match draw.randrange(4):
                case 0:
                    changed[place] ^= 1 << draw.randrange(8)
                case 1:
                    del changed[place]
                case 2:
                    changed.insert(place, draw.choice(b' "\\{}[]:,0aA\xc3\xa9'))
                case _:
                    changed[place:place] = changed[place : place + draw.randrange(1, 40)]
            try:
                document: Any = jcs.parse(bytes(changed))
            except EncodingError:
                continue
            if document != SIGNED[suite]:
                with pytest.raises(ProofError):
                    verify(document)
