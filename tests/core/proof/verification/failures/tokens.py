"""A10: what a JWT's header and claims can be made to say; and what an SD-JWT can hide or add."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Any

from jurande.core.encoding import base64url
from jurande.core.proof import jose, sd_jwt
from jurande.core.proof.sd_jwt import BindingExpected
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.verification import Expectations
from tests.core.proof.verification.failures.catalogue import add, fails, re_signed
from tests.core.proof.verification.world import (
    CERTIFIER,
    CURRENT,
    HOLDER,
    LAST_MONTH,
    NOW,
    P256,
    STRANGER,
    Attempt,
    attempt,
    credential,
    rsa_signer,
    sd_token,
)


def vc_jwt() -> str:
    return jose.issue_vc_jwt(credential(), signer=CURRENT, now=LAST_MONTH)


def with_header(signed: bool = True, **members: Any) -> Attempt:
    """The vc+jwt with other members in its header, signed again by the issuer itself."""
    header = {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": CURRENT.verification_method} | members
    kept = {name: value for name, value in header.items() if value is not ...}
    token = ".".join([base64url.encode(json.dumps(kept).encode()), *vc_jwt().split(".")[1:]])
    return attempt(re_signed(token, CURRENT) if signed else token)


HEADERS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "jwt_without_algorithm": (1, "jwt.alg_none", {"alg": ...}),
    "jwt_with_algorithm_none": (1, "jwt.alg_none", {"alg": "none"}),
    "jwt_with_algorithm_none_in_capitals": (1, "jwt.alg_none", {"alg": "NONE"}),
    "jwt_with_an_unknown_algorithm": (1, "jwt.alg_unknown", {"alg": "ES256K"}),
    "jwt_with_a_critical_member": (1, "jwt.crit", {"crit": ["exp"], "exp": 1}),
    "jwt_with_an_unencoded_payload": (1, "jwt.b64", {"b64": False}),
    "jwt_with_keys_at_an_address": (1, "jwt.remote_key", {"jku": "https://pirate.example/jwks"}),
    "jwt_with_certificates_at_an_address": (1, "jwt.remote_key", {"x5u": "https://pirate.example/pem"}),
    "jwt_with_certificates_inside": (1, "jwt.header_member", {"x5c": ["MIIB"]}),
    "jwt_that_is_encrypted": (1, "jwt.encrypted", {"enc": "A256GCM"}),
    "jwt_that_is_compressed": (1, "jwt.encrypted", {"zip": "DEF"}),
    "jwt_of_the_type_of_a_binding_proof": (1, "jwt.typ", {"typ": "kb+jwt"}),
    "jwt_of_the_type_of_a_presentation": (1, "jwt.typ", {"typ": "vp+jwt"}),
    "jwt_of_the_type_of_a_status_list": (1, "jwt.typ", {"typ": "statuslist+jwt"}),
    "jwt_of_the_type_of_an_sd_jwt": (1, "jwt.typ", {"typ": "dc+sd-jwt"}),
    "jwt_of_the_type_of_an_access_token": (1, "jwt.typ", {"typ": "at+jwt"}),
    "jwt_whose_type_is_written_long": (1, "jwt.typ", {"typ": "application/vc+jwt"}),
    "jwt_whose_type_is_no_text": (1, "jwt.typ", {"typ": ["vc+jwt"]}),
    "jwt_of_open_badges_with_one_member_too_many": (1, "jwt.header_member", {"typ": "JWT"}),
    "jwt_whose_header_names_another_issuer": (1, "jwt.claim_contradicts", {"iss": "did:web:autre.example"}),
    "jwt_that_names_no_key": (3, "jwt.key_not_named", {"kid": ...}),
    "jwt_that_names_two_keys": (3, "jwt.key_not_named", {"jwk": CURRENT.public_key.jwk}),
    "jwt_with_the_algorithm_of_another_key": (4, "jwt.alg_of_another_key", {"alg": "ES256"}),
    "jwt_with_the_key_of_another_algorithm": (4, "jwt.alg_of_another_key", {"kid": P256.verification_method}),
}
for name, (step, code, members) in HEADERS.items():
    add(name, "A10", step, code, lambda members=members: with_header(**members))


@fails("A10", 4, "signature.wrong")
def jwt_whose_header_was_changed_after_the_signature() -> Attempt:
    return with_header(signed=False, kid="#courante")


@fails("A10", 1, "jwt.alg_unknown")
def jwt_signed_with_the_public_key_as_a_secret() -> Attempt:
    header = {"alg": "HS256", "typ": "JWT", "kid": rsa_signer().verification_method}
    parts = [json.dumps(part).encode() for part in (header, credential() | {"iss": CERTIFIER})]
    signed = ".".join(base64url.encode(part) for part in parts)
    tag = hmac.digest(rsa_signer().public_key.octets, signed.encode(), "sha256")
    return attempt(f"{signed}.{base64url.encode(tag)}")


@fails("A10", 1, "carrier.unknown")
def jwt_without_signature() -> Attempt:
    return attempt(vc_jwt().rpartition(".")[0])


@fails("A10", 1, "carrier.unknown")
def jwt_with_an_empty_signature() -> Attempt:
    return attempt(vc_jwt().rpartition(".")[0] + ".")


@fails("A10", 4, "signature.length")
def jwt_with_half_a_signature() -> Attempt:
    signed, _, signature = vc_jwt().rpartition(".")
    return attempt(f"{signed}.{signature[:43]}")


@fails("A10", 1, "jwt.base64url")
def jwt_with_spare_bits() -> Attempt:
    token = vc_jwt()
    return attempt(token[:-1] + chr(ord(token[-1]) + 1))


CLAIMS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "jwt_whose_iss_contradicts_the_issuer": (1, "jwt.claim_contradicts", {"iss": "did:web:autre.example"}),
    "jwt_whose_sub_contradicts_the_subject": (1, "jwt.claim_contradicts", {"sub": "did:example:malo"}),
    "jwt_whose_jti_contradicts_the_identifier": (1, "jwt.claim_contradicts", {"jti": "urn:uuid:other"}),
    "jwt_whose_exp_contradicts_the_end": (1, "jwt.claim_contradicts", {"exp": 4102444800}),
    "jwt_whose_nbf_contradicts_the_beginning": (1, "jwt.claim_contradicts", {"nbf": 1}),
    "jwt_whose_iat_is_a_text": (1, "date.malformed", {"iat": "hier"}),
    "jwt_whose_iat_is_in_the_year_10000": (1, "date.malformed", {"iat": 253402300800}),
    "jwt_made_for_somebody_else": (4, "jwt.audience", {"aud": "https://autre.example"}),
    "jwt_made_for_several_others": (4, "jwt.audience", {"aud": ["https://a.example", "https://b.example"]}),
    "jwt_with_a_proof_inside": (1, "jwt.proof_inside", {"proof": {"type": "DataIntegrityProof"}}),
    "jwt_with_an_undefined_claim": (2, "jsonld.undefined_term", {"admin": True}),
}
for name, (step, code, claims) in CLAIMS.items():

    def made(claims: dict[str, Any] = claims) -> Attempt:
        payload = credential() | {"iss": CERTIFIER, "iat": int(LAST_MONTH.timestamp())} | claims
        return attempt(jose.sign_jws({"typ": "vc+jwt", "kid": CURRENT.verification_method}, payload, CURRENT))

    add(name, "A10", step, code, made)


@fails("A10", 1, "jwt.claim_contradicts")
def jwt_with_an_identifier_that_the_credential_does_not_have() -> Attempt:
    payload = credential(id=None) | {"iss": CERTIFIER, "jti": "urn:uuid:other"}
    return attempt(jose.sign_jws({"typ": "vc+jwt", "kid": CURRENT.verification_method}, payload, CURRENT))


@fails("A10", 6, "dates.expired")
def jwt_over_by_its_exp_alone() -> Attempt:
    payload = credential(validUntil=None) | {"iss": CERTIFIER, "exp": int(NOW.timestamp()) - 1}
    return attempt(jose.sign_jws({"typ": "vc+jwt", "kid": CURRENT.verification_method}, payload, CURRENT))


@fails("A10", 1, "jwt.claim_missing")
def jwt_of_open_badges_without_its_claims() -> Attempt:
    header = {"typ": "JWT", "kid": rsa_signer().verification_method}
    return attempt(jose.sign_jws(header, credential(), rsa_signer()))


@fails("A10", 1, "encoding.json.duplicate_key")
def jwt_whose_header_says_two_things() -> Attempt:
    header = base64url.encode(b'{"alg":"EdDSA","kid":"a","kid":"b","typ":"vc+jwt"}')
    return attempt(re_signed(".".join([header, *vc_jwt().split(".")[1:]]), CURRENT))


@fails("A10", 1, "encoding.json.duplicate_key")
def jwt_whose_payload_says_two_things() -> Attempt:
    header, payload, _ = vc_jwt().split(".")
    twice = base64url.decode(payload).replace(b'"name":', b'"name":"Docteur","name":', 1)
    return attempt(re_signed(f"{header}.{base64url.encode(twice)}.AA", CURRENT))


# --- SD-JWT ----------------------------------------------------------------------------------------

ASKED = BindingExpected(audience="https://verif.example", nonce="n-42")
EXPECTED = Expectations(binding=ASKED)


def presented(token: str | None = None, **changes: Any) -> str:
    named: dict[str, Any] = {"audience": ASKED.audience, "nonce": ASKED.nonce, "signer": HOLDER, "now": NOW}
    return sd_jwt.bind_to_holder(token or sd_token(), **named | changes)


@fails("A10", 1, "sd_jwt.not_signed")
def sd_jwt_with_a_disclosure_that_nobody_signed() -> Attempt:
    added = base64url.encode(json.dumps(["c2FsdHNhbHRzYWx0c2FsdA", "level", "9"]).encode())
    return attempt(sd_token() + added + "~")


@fails("A10", 1, "sd_jwt.not_signed")
def sd_jwt_with_a_disclosure_that_was_changed() -> Attempt:
    token, first, second, _ = sd_token().split("~")
    changed = base64url.encode(base64url.decode(first).replace("Inès".encode(), b"Malo"))
    return attempt(f"{token}~{changed}~{second}~")


@fails("A10", 1, "sd_jwt.duplicate")
def sd_jwt_with_the_same_disclosure_twice() -> Attempt:
    token, first, _, _ = sd_token().split("~")
    return attempt(f"{token}~{first}~{first}~")


@fails("A10", 1, "sd_jwt.always_shown")
def sd_jwt_that_hides_its_end() -> Attempt:
    disclosure = base64url.encode(json.dumps(["c2FsdHNhbHRzYWx0c2FsdA", "exp", 4102444800]).encode())
    payload = {"iss": CERTIFIER, "vct": "https://imr.example/vct/velo", "_sd": [sd_jwt._digest(disclosure)]}
    token = jose.sign_jws({"typ": "dc+sd-jwt", "kid": P256.verification_method}, payload, P256)
    return attempt(f"{token}~{disclosure}~")


@fails("A10", 1, "sd_jwt.no_type")
def sd_jwt_without_type() -> Attempt:
    payload = {"iss": CERTIFIER, "level": "2"}
    return attempt(jose.sign_jws({"typ": "dc+sd-jwt", "kid": P256.verification_method}, payload, P256) + "~")


@fails("A10", 1, "issuer.missing")
def sd_jwt_without_issuer() -> Attempt:
    payload = {"vct": "https://imr.example/vct/velo"}
    return attempt(jose.sign_jws({"typ": "dc+sd-jwt", "kid": P256.verification_method}, payload, P256) + "~")


@fails("A10", 1, "jwt.typ")
def sd_jwt_made_of_a_plain_jwt() -> Attempt:
    return attempt(jose.issue_ob_jwt(credential(), signer=rsa_signer()) + "~")


@fails("A10", 1, "sd_jwt.digest")
def sd_jwt_with_a_weak_digest() -> Attempt:
    payload = {"iss": CERTIFIER, "vct": "https://imr.example/vct/velo", "_sd_alg": "md5"}
    return attempt(jose.sign_jws({"typ": "dc+sd-jwt", "kid": P256.verification_method}, payload, P256) + "~")


@fails("A10", 3, "issuer.unknown", undecided=True)
def sd_jwt_of_a_stranger() -> Attempt:
    return attempt(sd_token(issuer="did:web:pirate.example", signer=STRANGER))


@fails("A10", 3, "key.not_the_issuers")
def sd_jwt_signed_by_a_stranger() -> Attempt:
    return attempt(sd_token(signer=STRANGER))


@fails("A10", 4, "signature.wrong")
def sd_jwt_signed_by_its_holder() -> Attempt:
    return attempt(sd_token(signer=KeySigner(P256.verification_method, HOLDER.private_key)))


@fails("A10", 6, "dates.expired")
def sd_jwt_over() -> Attempt:
    return attempt(sd_token(claims={"exp": int(NOW.timestamp()) - 1}))


@fails("A10", 6, "dates.not_yet_valid")
def sd_jwt_not_begun() -> Attempt:
    return attempt(sd_token(claims={"nbf": int(NOW.timestamp()) + 3600}))


@fails("A10", 4, "sd_jwt.no_binding")
def sd_jwt_of_somebody_who_proves_nothing() -> Attempt:
    return attempt(sd_token(), expected=EXPECTED)


@fails("A10", 4, "sd_jwt.no_holder_key")
def sd_jwt_that_names_no_holder() -> Attempt:
    return attempt(presented(sd_token(holder_key=None)), expected=EXPECTED)


@fails("A10", 4, "signature.wrong")
def sd_jwt_presented_by_somebody_else() -> Attempt:
    return attempt(presented(signer=P256), expected=EXPECTED)


@fails("A10", 4, "sd_jwt.nonce")
def sd_jwt_presented_yesterday_to_us() -> Attempt:
    return attempt(presented(nonce="n-41"), expected=EXPECTED)


@fails("A10", 4, "sd_jwt.audience")
def sd_jwt_presented_to_somebody_else() -> Attempt:
    return attempt(presented(audience="https://autre.example"), expected=EXPECTED)


@fails("A10", 4, "sd_jwt.stale")
def sd_jwt_presented_an_hour_ago() -> Attempt:
    return attempt(presented(now=NOW - timedelta(hours=1)), expected=EXPECTED)


@fails("A10", 4, "sd_jwt.other_disclosures")
def sd_jwt_with_less_disclosed_than_the_holder_signed() -> Attempt:
    token, first, _, binding = presented().split("~")
    return attempt(f"{token}~{first}~{binding}", expected=EXPECTED)
