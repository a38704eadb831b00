"""Credentials as JWTs: what others read and write, and every trick of the header."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key

from jurande.core.encoding import base64url
from jurande.core.errors import CoreError
from jurande.core.proof import jose
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import KeySigner

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ED25519 = KeySigner.from_seed(b"\x07" * 32)
P256 = KeySigner("did:web:imr.example#p256", ec.derive_private_key(7, ec.SECP256R1()))
RSA = KeySigner("did:web:imr.example#rsa", rsa.generate_private_key(65537, 2048))
MEMBERS = frozenset({"typ", "cty", "kid", "jwk"})
DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:web:imr.example", "type": ["Profile"], "name": "IMR"},
    "validFrom": "2026-11-01T08:00:00Z",
    "validUntil": "2027-11-01T08:00:00+01:00",
    "credentialSubject": {"id": "did:web:titulaire.example"},
}
each_signer = pytest.mark.parametrize("signer", [ED25519, P256, RSA], ids=["Ed25519", "P-256", "RSA"])


def compact(header: object, payload: object = DOCUMENT, signature: bytes = b"x") -> str:
    parts = (json.dumps(part) if not isinstance(part, str) else part for part in (header, payload))
    return ".".join([*(base64url.encode(part.encode()) for part in parts), base64url.encode(signature)])


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(CoreError) as refusal:
        call(*arguments, **named)  # type: ignore[operator]
    return refusal.value.code


class TestSignJws:
    @each_signer
    @pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the name that today's wallets read
    def test_is_verified_by_others(self, signer: KeySigner) -> None:
        token = jose.sign_jws({"typ": "vc+jwt"}, {"a": "é"}, signer)
        key = signer.public_key.jwk
        algorithms = ["EdDSA", "ES256", "RS256"]
        found = joserfc_jws.deserialize_compact(token, import_key(key), algorithms=algorithms)
        assert json.loads(found.payload) == {"a": "é"}
        assert pyjwt.decode(token, pyjwt.PyJWK(key).key, algorithms=algorithms) == {"a": "é"}

    @each_signer
    def test_verifies_what_others_sign(self, signer: KeySigner) -> None:
        algorithm = {"Ed25519": "EdDSA", "P-256": "ES256", "RSA": "RS256"}[signer.algorithm]
        token = pyjwt.encode({"a": 1}, signer.private_key, algorithm=algorithm)
        jws = jose.read_jws(token, members=MEMBERS)
        jose.check_jws(jws, signer.public_key)
        assert jws.payload == {"a": 1}

    def test_accepts_the_new_name_of_the_algorithm(self) -> None:
        token = compact({"alg": "Ed25519"})
        signed = token.rpartition(".")[0]
        jws = jose.read_jws(f"{signed}.{base64url.encode(ED25519.sign(signed.encode()))}", members=MEMBERS)
        jose.check_jws(jws, ED25519.public_key)


class TestReadJws:
    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ({}, "jwt.alg_none"),
            ({"alg": "none"}, "jwt.alg_none"),
            ({"alg": "NoNe"}, "jwt.alg_none"),
            ({"alg": ["none"]}, "jwt.alg_none"),
            ({"alg": "HS256"}, "jwt.alg_unknown"),
            ({"alg": "eddsa"}, "jwt.alg_unknown"),
            ({"alg": "PS256"}, "jwt.alg_unknown"),
            ({"alg": "EdDSA", "crit": ["exp"]}, "jwt.crit"),
            ({"alg": "EdDSA", "crit": []}, "jwt.crit"),
            ({"alg": "EdDSA", "b64": False}, "jwt.b64"),
            ({"alg": "EdDSA", "b64": True}, "jwt.b64"),
            ({"alg": "EdDSA", "jku": "https://pirate.example/keys"}, "jwt.remote_key"),
            ({"alg": "EdDSA", "x5u": "https://pirate.example/chain"}, "jwt.remote_key"),
            ({"alg": "EdDSA", "enc": "A128GCM"}, "jwt.encrypted"),
            ({"alg": "EdDSA", "zip": "DEF"}, "jwt.encrypted"),
            ({"alg": "EdDSA", "x5c": []}, "jwt.header_member"),
            ({"alg": "EdDSA", "typ": 1}, "jwt.typ"),
            ('{"alg":"EdDSA","alg":"none"}', "encoding.json.duplicate_key"),
            ("[]", "jwt.malformed"),
            ("{", "encoding.json.syntax"),
        ],
    )
    def test_refuses_a_header(self, header: object, code: str) -> None:
        assert code_of(jose.read_jws, compact(header), members=MEMBERS) == code

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("", "jwt.parts"),
            ("a.b", "jwt.parts"),
            ("a.b.c.d", "jwt.parts"),
            ("a.b.c.d.e", "jwt.parts"),
            (compact({"alg": "EdDSA"}) + "=", "jwt.base64url"),
            (compact({"alg": "EdDSA"}) + "\n", "jwt.base64url"),
            (compact({"alg": "EdDSA"}, '{"a":1,"a":2}'), "encoding.json.duplicate_key"),
            (compact({"alg": "EdDSA"}, '{"a":NaN}'), "encoding.json.number"),
            (compact({"alg": "EdDSA"}, '"a"'), "jwt.malformed"),
            ("a" * (jose.LONGEST_TOKEN + 1), "jwt.size"),
        ],
    )
    def test_refuses_a_token(self, token: str, code: str) -> None:
        assert code_of(jose.read_jws, token, members=MEMBERS) == code


class TestCheckJws:
    @pytest.mark.parametrize("algorithm", ["ES256", "RS256", "ES384"])
    def test_refuses_the_algorithm_of_another_kind_of_key(self, algorithm: str) -> None:
        jws = jose.read_jws(compact({"alg": algorithm}), members=MEMBERS)
        assert code_of(jose.check_jws, jws, ED25519.public_key) == "jwt.alg_of_another_key"

    def test_never_takes_a_public_key_for_a_secret(self) -> None:
        # RS256 turned into HS256, with the public key as the secret that everybody has.
        token = pyjwt.encode({"a": 1}, "cle publique que tout le monde connait", algorithm="HS256")
        assert code_of(jose.read_jws, token, members=MEMBERS) == "jwt.alg_unknown"

    @each_signer
    @given(st.integers(min_value=0), st.integers(1, 63))
    def test_refuses_any_changed_character(self, signer: KeySigner, place: int, shift: int) -> None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        token = _TOKENS[signer.algorithm]
        place %= len(token)
        if token[place] == ".":
            return
        changed = alphabet[(alphabet.index(token[place]) + shift) % 64]
        with pytest.raises(CoreError):
            jose.check_jws(
                jose.read_jws(token[:place] + changed + token[place + 1 :], members=MEMBERS), signer.public_key
            )


class TestKeyNamed:
    @pytest.mark.parametrize(
        ("header", "named"),
        [
            ({"kid": "#k"}, "did:a#k"),
            ({"kid": "did:b#k"}, "did:b#k"),
            ({"kid": "../../etc/passwd"}, "../../etc/passwd"),
            ({"kid": "' OR 1=1 --"}, "' OR 1=1 --"),
            ({"jwk": ED25519.public_key.jwk}, ED25519.public_key),
        ],
    )
    def test_returns_a_name_to_look_for_and_looks_nowhere(
        self, header: dict[str, object], named: str | PublicKey
    ) -> None:
        jws = jose.read_jws(compact({"alg": "EdDSA"} | header), members=MEMBERS)
        assert jose.key_named(jws, "did:a") == named

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ({}, "jwt.key_not_named"),
            ({"kid": "#k", "jwk": ED25519.public_key.jwk}, "jwt.key_not_named"),
            ({"kid": ""}, "jwt.key_not_named"),
            ({"kid": 1}, "jwt.key_not_named"),
            ({"kid": "k" * 2000}, "jwt.key_not_named"),
            ({"jwk": "k"}, "jwt.key_not_named"),
            ({"jwk": {"kty": "oct", "k": "AAAA"}}, "key.private"),
        ],
    )
    def test_refuses(self, header: dict[str, object], code: str) -> None:
        jws = jose.read_jws(compact({"alg": "EdDSA"} | header), members=MEMBERS)
        assert code_of(jose.key_named, jws, "did:a") == code


class TestIssueVcJwt:
    def test_says_what_the_specification_asks_for(self) -> None:
        jws = jose.read_jws(jose.issue_vc_jwt(DOCUMENT, signer=ED25519, now=NOW), members=MEMBERS)
        assert jws.header == {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": ED25519.verification_method}
        assert jws.payload == DOCUMENT | {"iss": "did:web:imr.example", "iat": 1796083200}

    def test_gives_the_document_back(self) -> None:
        jws = jose.read_jws(jose.issue_vc_jwt(DOCUMENT, signer=P256, now=NOW), members=MEMBERS)
        claims = jose.credential_claims(jws)
        assert (claims.document, claims.signed_at, claims.expires) == (DOCUMENT, NOW, None)


class TestIssueObJwt:
    def test_says_what_the_specification_asks_for_and_nothing_else(self) -> None:
        jws = jose.read_jws(jose.issue_ob_jwt(DOCUMENT, signer=RSA), members=MEMBERS)
        assert jws.header == {"alg": "RS256", "typ": "JWT", "kid": RSA.verification_method}
        assert jws.payload == DOCUMENT | {
            "iss": "did:web:imr.example",
            "jti": DOCUMENT["id"],
            "nbf": 1793520000,
            "exp": 1825052400,
            "sub": "did:web:titulaire.example",
        }

    def test_may_carry_the_key_instead_of_its_address(self) -> None:
        jws = jose.read_jws(jose.issue_ob_jwt(DOCUMENT, signer=RSA, key=RSA.public_key), members=MEMBERS)
        assert jws.header.keys() == {"alg", "typ", "jwk"}

    @pytest.mark.parametrize("member", ["issuer", "id", "validFrom"])
    def test_refuses_a_document_that_lacks_what_it_must_claim(self, member: str) -> None:
        document = {name: value for name, value in DOCUMENT.items() if name != member}
        assert code_of(jose.issue_ob_jwt, document, signer=RSA) in ("jwt.claims", "issuer.missing")


class TestCredentialClaims:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"vc": {"type": ["VerifiableCredential"]}}, "jwt.nested_credential"),
            ({"vp": {}}, "jwt.nested_credential"),
            ({"iss": "did:web:pirate.example"}, "jwt.claim_contradicts"),
            ({"jti": "urn:uuid:other"}, "jwt.claim_contradicts"),
            ({"sub": "did:web:other.example"}, "jwt.claim_contradicts"),
            ({"nbf": 0}, "jwt.claim_contradicts"),
            ({"nbf": "1793520000"}, "jwt.claim_contradicts"),
            ({"exp": 9999999999}, "jwt.claim_contradicts"),
            ({"iat": "now"}, "date.malformed"),
            ({"iat": -1}, "date.malformed"),
            ({"iat": 1e300}, "date.malformed"),
            ({"iat": True}, "date.malformed"),
            ({"validFrom": "2026-11-01T08:00:00"}, "date.malformed"),
            ({"issuer": None}, "issuer.missing"),
        ],
    )
    def test_refuses_a_payload_that_says_two_things(self, change: dict[str, object], code: str) -> None:
        jws = jose.read_jws(compact({"alg": "EdDSA", "typ": "vc+jwt"}, DOCUMENT | change), members=MEMBERS)
        assert code_of(jose.credential_claims, jws) == code

    @pytest.mark.parametrize("missing", ["iss", "jti", "nbf", "exp", "sub"])
    def test_refuses_open_badges_without_each_of_its_claims(self, missing: str) -> None:
        payload = dict(jose.read_jws(jose.issue_ob_jwt(DOCUMENT, signer=RSA), members=MEMBERS).payload)
        del payload[missing]
        jws = jose.read_jws(compact({"alg": "RS256", "typ": "JWT"}, payload), members=MEMBERS)
        assert code_of(jose.credential_claims, jws) == "jwt.claim_missing"


_TOKENS = {signer.algorithm: jose.issue_vc_jwt(DOCUMENT, signer=signer, now=NOW) for signer in (ED25519, P256, RSA)}
