"""SD-JWT: what others read and write, what may be hidden, and who holds the key."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from jurande.core.encoding import base64url
from jurande.core.errors import CoreError
from jurande.core.proof import sd_jwt
from jurande.core.proof.jose import check_jws, sign_jws
from jurande.core.proof.signer import KeySigner

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ISSUER = KeySigner("did:web:imr.example#p256", ec.derive_private_key(7, ec.SECP256R1()))
HOLDER = KeySigner("", ec.derive_private_key(8, ec.SECP256R1()))
CLAIMS: dict[str, Any] = {"given_name": "Inès", "family_name": "Carvalho", "level": "2", "skills": ["a", "b"]}
SALTS = [bytes([number]) * 16 for number in range(8)]
EXPECTED = sd_jwt.BindingExpected(audience="https://verif.example", nonce="n-0S6_WzA2Mj")


def issued(**changes: Any) -> str:
    asked: dict[str, Any] = {
        "vct": "https://imr.example/vct/reparation",
        "issuer": "did:web:imr.example",
        "disclosable": ["given_name", "family_name"],
        "salts": SALTS[:2],
        "signer": ISSUER,
        "now": NOW,
        "holder_key": HOLDER.public_key,
    }
    return sd_jwt.issue_sd_jwt(CLAIMS, **asked | changes)


def opened(token: str) -> dict[str, Any]:
    read = sd_jwt.read_sd_jwt(token)
    check_jws(read.issuer_part, ISSUER.public_key)
    return sd_jwt.disclosed_claims(read)


def forged(payload: dict[str, Any], *disclosures: object, typ: str = "dc+sd-jwt") -> str:
    """A token whose issuer signs anything."""
    texts = [item if isinstance(item, str) else base64url.encode(json.dumps(item).encode()) for item in disclosures]
    return "~".join([sign_jws({"typ": typ, "kid": ISSUER.verification_method}, payload, ISSUER), *texts, ""])


def digest_of(disclosure: object) -> str:
    text = base64url.encode(json.dumps(disclosure).encode())
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def presented(token: str, **changes: Any) -> str:
    named: dict[str, Any] = {"audience": EXPECTED.audience, "nonce": EXPECTED.nonce, "signer": HOLDER, "now": NOW}
    return sd_jwt.bind_to_holder(token, **named | changes)


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(CoreError) as refusal:
        call(*arguments, **named)  # type: ignore[operator]
    return refusal.value.code


class TestIssueSdJwt:
    def test_shows_everything_when_nothing_is_hidden(self) -> None:
        claims = opened(issued())
        assert CLAIMS.items() <= claims.items()
        assert "_sd" not in claims
        assert "_sd_alg" not in claims

    def test_hides_what_the_holder_does_not_show(self) -> None:
        first, given_name, _, _ = issued().split("~")
        assert "Carvalho" not in first
        claims = opened(f"{first}~{given_name}~")
        assert claims["given_name"] == "Inès"
        assert "family_name" not in claims

    def test_is_verified_by_others(self) -> None:
        seen = SDJWTVerifier(issued(), lambda *_: JWK(**ISSUER.public_key.jwk)).get_verified_payload()
        assert CLAIMS.items() <= seen.items()

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"salts": SALTS[:1]}, "sd_jwt.salt"),
            ({"salts": [b"short", SALTS[0]]}, "sd_jwt.salt"),
            ({"salts": [SALTS[0], SALTS[0]]}, "sd_jwt.salt"),
            ({"disclosable": ["given_name", "unknown"]}, "sd_jwt.always_shown"),
            ({"disclosable": ["given_name", "given_name"]}, "sd_jwt.always_shown"),
        ],
    )
    def test_refuses(self, changes: dict[str, Any], code: str) -> None:
        assert code_of(issued, **changes) == code

    def test_refuses_to_hide_what_must_be_shown(self) -> None:
        named = {"vct": "v", "issuer": "i", "salts": SALTS[:1], "signer": ISSUER, "now": NOW}
        assert code_of(sd_jwt.issue_sd_jwt, {"status": {}}, disclosable=["status"], **named) == "sd_jwt.always_shown"
        assert code_of(sd_jwt.issue_sd_jwt, {"a": 1, "_sd": []}, disclosable=["a"], **named) == "sd_jwt.reserved"


class TestDisclosedClaims:
    def test_reads_what_others_write_however_deep(self) -> None:
        claims = {"iss": "i", "vct": "v", SDObj("a"): {SDObj("b"): [SDObj("c"), "d"], "e": {SDObj("f"): 1}}}
        key = JWK.from_pyca(ISSUER.private_key)
        theirs = SDJWTIssuer(claims, key, extra_header_parameters={"typ": "dc+sd-jwt"}, add_decoy_claims=True)
        found = opened(theirs.sd_jwt_issuance)
        assert found == {"iss": "i", "vct": "v", "a": {"b": ["c", "d"], "e": {"f": 1}}}

    @pytest.mark.parametrize(
        ("payload", "disclosures", "code"),
        [
            ({}, [["s", "a", 1]], "sd_jwt.not_signed"),
            ({"_sd": [digest_of(["s", "a", 1])] * 2}, [["s", "a", 1]], "sd_jwt.duplicate"),
            ({"_sd": [digest_of(["s", "a", 1])]}, [["s", "a", 1]] * 2, "sd_jwt.duplicate"),
            ({"a": 0, "_sd": [digest_of(["s", "a", 1])]}, [["s", "a", 1]], "sd_jwt.reserved"),
            ({"_sd": [digest_of(["s", "_sd", 1])]}, [["s", "_sd", 1]], "sd_jwt.reserved"),
            ({"_sd": [digest_of(["s", "...", 1])]}, [["s", "...", 1]], "sd_jwt.reserved"),
            ({"_sd": [digest_of(["s", "exp", 1])]}, [["s", "exp", 1]], "sd_jwt.always_shown"),
            ({"_sd": [digest_of(["s", "vct", 1])]}, [["s", "vct", 1]], "sd_jwt.always_shown"),
            ({"_sd": [digest_of(["s", 1])]}, [["s", 1]], "sd_jwt.disclosure"),
            ({"a": [{"...": digest_of(["s", "a", 1])}]}, [["s", "a", 1]], "sd_jwt.disclosure"),
            ({"a": [{"...": digest_of(["s", 1]), "b": 1}]}, [["s", 1]], "sd_jwt.reserved"),
            ({"a": {"...": "x"}}, [], "sd_jwt.reserved"),
            ({"_sd": "x"}, [], "sd_jwt.digest"),
            ({"_sd": [1]}, [], "sd_jwt.digest"),
            ({"_sd_alg": "md5"}, [], "sd_jwt.digest"),
            ({}, ["!!"], "sd_jwt.disclosure"),
            ({}, [base64url.encode(b'["s","a","a":1]')], "sd_jwt.disclosure"),
            ({}, [["s"]], "sd_jwt.disclosure"),
            ({}, [[1, "a", 1]], "sd_jwt.disclosure"),
        ],
    )
    def test_refuses(self, payload: dict[str, Any], disclosures: list[object], code: str) -> None:
        assert code_of(opened, forged(payload, *disclosures)) == code

    def test_refuses_what_is_too_deep(self) -> None:
        value: object = 1
        for _ in range(40):
            value = {"a": value}
        assert code_of(opened, forged({"a": value})) == "sd_jwt.size"

    @given(st.integers(min_value=0), st.characters(codec="ascii"))
    def test_refuses_any_changed_character(self, place: int, character: str) -> None:
        place %= len(_ISSUED)
        if _ISSUED[place] == character:
            return
        with pytest.raises(CoreError):
            opened(_ISSUED[:place] + character + _ISSUED[place + 1 :])


class TestReadSdJwt:
    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("", "sd_jwt.malformed"),
            ("a.b.c", "sd_jwt.malformed"),
            ("~a.b.c", "sd_jwt.malformed"),
            ("é~", "sd_jwt.malformed"),
            (forged({}, typ="vc+jwt"), "jwt.typ"),
            (forged({}, typ="kb+jwt"), "jwt.typ"),
            (forged({}, typ="JWT"), "jwt.typ"),
            (forged({}) + "a.b.c", "jwt.base64url"),
            (forged({}) + "~" * 600, "sd_jwt.size"),
        ],
    )
    def test_refuses(self, token: str, code: str) -> None:
        assert code_of(sd_jwt.read_sd_jwt, token) == code


class TestCheckBinding:
    def check(self, token: str, expected: sd_jwt.BindingExpected | None = EXPECTED) -> bool:
        return sd_jwt.check_binding(sd_jwt.read_sd_jwt(token), now=NOW, expected=expected)

    def test_knows_the_holder(self) -> None:
        assert self.check(presented(issued()))

    def test_is_verified_by_others(self) -> None:
        token = presented(issued())
        SDJWTVerifier(token, lambda *_: JWK(**ISSUER.public_key.jwk), EXPECTED.audience, EXPECTED.nonce)

    def test_verifies_what_others_present(self) -> None:
        holder = SDJWTHolder(issued())
        key = JWK.from_pyca(HOLDER.private_key)
        holder.create_presentation({"given_name": True}, EXPECTED.nonce, EXPECTED.audience, key)
        token = holder.sd_jwt_presentation
        signed_at = sd_jwt.read_sd_jwt(token).binding.payload["iat"]  # type: ignore[union-attr]
        now = datetime.fromtimestamp(signed_at, UTC)  # type: ignore[arg-type]
        assert sd_jwt.check_binding(sd_jwt.read_sd_jwt(token), now=now, expected=EXPECTED)
        assert opened(token)["given_name"] == "Inès"

    def test_relies_on_no_proof_that_nobody_asked_for(self) -> None:
        assert not self.check(presented(issued()), None)
        assert not self.check(issued(), None)

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            (issued(), "sd_jwt.no_binding"),
            (presented(issued(holder_key=None)), "sd_jwt.no_holder_key"),
            (presented(issued(), signer=ISSUER), "signature.wrong"),
            (presented(issued(), audience="https://autre.example"), "sd_jwt.audience"),
            (presented(issued(), nonce="other"), "sd_jwt.nonce"),
            (presented(issued(), now=NOW - timedelta(minutes=6)), "sd_jwt.stale"),
            (presented(issued(), now=NOW + timedelta(minutes=2)), "sd_jwt.stale"),
            (
                issued().rsplit("~", 2)[0] + "~" + presented(issued()).rpartition("~")[2],
                "sd_jwt.other_disclosures",
            ),
            (issued() + sign_jws({"typ": "dc+sd-jwt"}, {}, HOLDER), "jwt.typ"),
            (issued() + sign_jws({"typ": "kb+jwt"}, {"iat": 1}, HOLDER), "sd_jwt.other_disclosures"),
        ],
    )
    def test_refuses(self, token: str, code: str) -> None:
        assert code_of(self.check, token) == code

    def test_refuses_a_proof_for_nobody(self) -> None:
        token = issued()
        claims = {"iat": int(NOW.timestamp()), "sd_hash": sd_jwt._digest(token)}
        assert code_of(self.check, token + sign_jws({"typ": "kb+jwt"}, claims, HOLDER)) == "sd_jwt.audience"


_ISSUED = issued()
