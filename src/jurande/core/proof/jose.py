# SPDX-License-Identifier: Apache-2.0
"""Credentials as compact JSON Web Signatures: the W3C's ``vc+jwt``, and Open Badges' own profile.

The header names a key and never brings one that would be trusted for being there; what it may hold is a closed list,
and the algorithm must be the one of the key, which trust has chosen.
Source: RFC 7515, RFC 8725 (best practices), RFC 9864 («Ed25519»); VC-JOSE-COSE 1.0 §3; Open Badges 3.0 §8.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jurande.core.encoding import base64url, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import ProofError
from jurande.core.proof.instants import instant_from_seconds, parse_instant
from jurande.core.proof.keys import Algorithm, PublicKey
from jurande.core.proof.signer import Signer

LONGEST_TOKEN = 4 * 1024 * 1024

#: «EdDSA» is what today's wallets read; RFC 9864 prefers «Ed25519». Both name one algorithm.
ALGORITHMS = {
    "EdDSA": Algorithm.ED25519,
    "Ed25519": Algorithm.ED25519,
    "ES256": Algorithm.P256,
    "ES384": Algorithm.P384,
    "RS256": Algorithm.RSA,
}
_NAMES = {
    Algorithm.ED25519.value: "EdDSA",
    Algorithm.P256.value: "ES256",
    Algorithm.P384.value: "ES384",
    Algorithm.RSA.value: "RS256",
}
_REFUSED_MEMBERS = {
    "crit": "jwt.crit",
    "b64": "jwt.b64",
    "jku": "jwt.remote_key",
    "x5u": "jwt.remote_key",
    "enc": "jwt.encrypted",
    "zip": "jwt.encrypted",
}
_REGISTERED = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud", "cnf"})


class JwtRefused(ProofError):
    """Not a compact JWS that we accept; ``code`` says which rule it breaks."""

    code = "jwt.malformed"


class Profile(StrEnum):
    """How a credential is written as a JWT; the values are those of the header's ``typ``."""

    VC_JOSE = "vc+jwt"
    OPEN_BADGES = "JWT"


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS, decoded but not verified: nothing of it may be believed before :func:`check_jws`."""

    header: Mapping[str, Json]
    payload: Mapping[str, Json]
    signing_input: bytes
    signature: bytes

    @property
    def typ(self) -> str:
        """The type announced by the header, «» when there is none."""
        return str(self.header.get("typ", ""))


@dataclass(frozen=True, slots=True)
class Claims:
    """A credential taken out of a JWT: the document, when it was signed (``iat``), and the JWT's own dates."""

    document: dict[str, Json]
    signed_at: datetime | None
    not_before: datetime | None
    expires: datetime | None


def sign_jws(header: Mapping[str, Json], payload: Mapping[str, Json], signer: Signer) -> str:
    """Return the compact JWS of ``payload``; the header gets the ``alg`` of the signer's key.

    :raises EncodingError: a value that JSON has no canonical spelling for.
    :raises SigningFailed: the key store refused.
    """
    complete = {"alg": _NAMES[signer.algorithm], **header}
    parts = (base64url.encode(jcs.canonical_bytes(part)) for part in (complete, payload))
    signing_input = ".".join(parts)
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode('ascii')))}"


def read_jws(token: str, *, members: frozenset[str]) -> Jws:
    """Return the parts of a compact JWS whose header holds ``alg`` and no other member than ``members``.

    :raises JwtRefused: too long, not three parts of base64url, not JSON objects, duplicate keys, no algorithm or one
        that proves nothing (``none``, HMAC) or that we do not know, a member outside ``members``.
    """
    if len(token) > LONGEST_TOKEN:
        raise JwtRefused(f"more than {LONGEST_TOKEN} characters", code="jwt.size")
    parts = token.split(".")
    if len(parts) != 3:
        raise JwtRefused(f"{len(parts)} parts, not 3", code="jwt.parts")
    try:
        header, payload, signature = (base64url.decode(part) for part in parts)
    except EncodingError as error:
        raise JwtRefused(str(error), code="jwt.base64url") from None
    jws = Jws(_object(header), _object(payload), f"{parts[0]}.{parts[1]}".encode("ascii"), signature)
    _check_header(jws.header, members)
    return jws


def check_jws(jws: Jws, key: PublicKey) -> None:
    """Return when ``key`` signed this JWS, with the algorithm that the header names.

    :raises JwtRefused: the algorithm of another kind of key (``jwt.alg_of_another_key``).
    :raises SignatureRefused: not the signature of this key over these bytes.
    """
    if ALGORITHMS[str(jws.header["alg"])] is not key.algorithm:
        raise JwtRefused(f"{jws.header['alg']} with a key {key.algorithm}", code="jwt.alg_of_another_key")
    key.verify(jws.signature, jws.signing_input)


def key_named(jws: Jws, controller: str) -> str | PublicKey:
    """Return which key the header names: an address (``kid``), or a bare key (``jwk``) to look for in the history.

    A ``kid`` that begins with ``#`` is relative to ``controller``.
    :raises JwtRefused: neither or both, or a ``kid`` that is no text of 1 to 1,024 characters.
    :raises KeyRefused: a ``jwk`` that is no public key.
    """
    kid, jwk = jws.header.get("kid"), jws.header.get("jwk")
    if (kid is None) == (jwk is None):
        raise JwtRefused("exactly one of kid and jwk must name the key", code="jwt.key_not_named")
    if jwk is not None:
        if not isinstance(jwk, dict):
            raise JwtRefused("a key that is no object", code="jwt.key_not_named")
        return PublicKey.from_jwk(jwk)
    if not isinstance(kid, str) or not 0 < len(kid) <= 1024:
        raise JwtRefused("a key identifier that is no text", code="jwt.key_not_named")
    return controller + kid if kid.startswith("#") else kid


def issue_vc_jwt(document: Mapping[str, Json], *, signer: Signer, now: datetime) -> str:
    """Return the credential as ``vc+jwt``, signed at ``now``; ``iss`` repeats the issuer, which some readers want.

    :raises ProofError: no issuer.
    """
    claims: dict[str, Json] = {**document, "iss": issuer_of(document), "iat": int(now.timestamp())}
    header: dict[str, Json] = {"typ": Profile.VC_JOSE.value, "cty": "vc", "kid": signer.verification_method}
    return sign_jws(header, claims, signer)


def issue_ob_jwt(document: Mapping[str, Json], *, signer: Signer, key: PublicKey | None = None) -> str:
    """Return the credential in Open Badges' profile: header of alg, typ and kid (or ``key`` as jwk), registered claims.

    Certification by 1EdTech wants at least RS256: give it an RSA signer.
    :raises ProofError: no issuer, no identifier, or no ``validFrom``.
    """
    header: dict[str, Json] = {"typ": Profile.OPEN_BADGES.value}
    if key is None:
        header["kid"] = signer.verification_method
    else:
        header["jwk"] = dict(key.jwk)
    claims = {**document, **_expected_claims(document)}
    if not claims.keys() >= {"iss", "jti", "nbf"}:
        raise ProofError("a credential without issuer, identifier or validFrom", code="jwt.claims")
    return sign_jws(header, claims, signer)


def credential_claims(jws: Jws) -> Claims:
    """Return the credential that the payload is, once its registered claims are found to repeat what it says.

    :raises JwtRefused: a ``vc`` or ``vp`` claim (a second document, that another reader would show), a claim that
        contradicts the credential, or, in Open Badges' profile, one that is missing.
    :raises InstantRefused: a date that is none.
    """
    payload = jws.payload
    if "vc" in payload or "vp" in payload:
        raise JwtRefused("a credential inside the credential", code="jwt.nested_credential")
    document = {name: value for name, value in payload.items() if name not in _REGISTERED}
    expected = _expected_claims(document)
    for name, value in expected.items():
        if name in payload and payload[name] != value:
            raise JwtRefused(f"«{name}» contradicts the credential", code="jwt.claim_contradicts")
        if jws.typ != Profile.VC_JOSE and name not in payload:
            raise JwtRefused(f"«{name}» is missing", code="jwt.claim_missing")
    if any(name in payload and name not in expected for name in ("iss", "jti")):
        raise JwtRefused("a claim that the credential does not make", code="jwt.claim_contradicts")
    instants = {name: instant_from_seconds(payload[name]) for name in ("iat", "nbf", "exp") if name in payload}
    return Claims(document, instants.get("iat"), instants.get("nbf"), instants.get("exp"))


def issuer_of(document: Mapping[str, Json]) -> str:
    """Return the identifier of the issuer, which a credential gives as text or as an object.

    :raises ProofError: neither (``issuer.missing``).
    """
    issuer = document.get("issuer")
    if isinstance(issuer, dict):
        issuer = issuer.get("id")
    if not isinstance(issuer, str) or not issuer:
        raise ProofError("a credential without issuer", code="issuer.missing")
    return issuer


def _expected_claims(document: Mapping[str, Json]) -> dict[str, Json]:
    """Say which registered claims the credential implies, and their values. Source: Open Badges 3.0 §8.2.3."""
    claims: dict[str, Json] = {"iss": issuer_of(document)}
    if "id" in document:
        claims["jti"] = document["id"]
    subject = document.get("credentialSubject")
    if isinstance(subject, dict) and "id" in subject:
        claims["sub"] = subject["id"]
    for claim, date in (("nbf", "validFrom"), ("exp", "validUntil")):
        if date in document:
            claims[claim] = int(parse_instant(document[date]).timestamp())
    return claims


def _object(octets: bytes) -> dict[str, Json]:
    try:
        value = jcs.parse(octets)
    except EncodingError as error:
        raise JwtRefused(str(error), code=error.code) from None
    if not isinstance(value, dict):
        raise JwtRefused("not a JSON object", code="jwt.malformed")
    return value


def _check_header(header: Mapping[str, Json], members: frozenset[str]) -> None:
    for member, code in _REFUSED_MEMBERS.items():
        if member in header:
            raise JwtRefused(f"a header with «{member}»", code=code)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none":
        raise JwtRefused("a token that nobody signed", code="jwt.alg_none")
    if algorithm not in ALGORITHMS:
        raise JwtRefused(f"algorithm {algorithm[:20]!r}", code="jwt.alg_unknown")
    surplus = header.keys() - members - {"alg"}
    if surplus:
        raise JwtRefused(f"a header with {sorted(surplus)[:5]}", code="jwt.header_member")
    if not isinstance(header.get("typ", ""), str):
        raise JwtRefused("a type that is no text", code="jwt.typ")
