# SPDX-License-Identifier: Apache-2.0
"""Credentials as SD-JWT: the issuer signs digests, the holder shows what it wants, and proves that it holds the key.

Source: RFC 9901 (SD-JWT) §4 form, §7 verification; draft-ietf-oauth-sd-jwt-vc §2–3 (``vct``, what may not be hidden).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jurande.core.encoding import base64url, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import ProofError
from jurande.core.proof.instants import instant_from_seconds
from jurande.core.proof.jose import Jws, check_jws, read_jws, sign_jws
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import Signer

TYPES = ("dc+sd-jwt", "vc+sd-jwt")
MOST_DISCLOSURES = 512
_HEADER = frozenset({"typ", "kid", "x5c"})
_BINDING_TYPE = "kb+jwt"
_ALWAYS_SHOWN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
_RESERVED = frozenset({"_sd", "_sd_alg", "..."})
_DEEPEST = 32


class SdJwtRefused(ProofError):
    """Not an SD-JWT that we accept; ``code`` says which rule it breaks."""

    code = "sd_jwt.malformed"


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT, decoded but not verified: the issuer's part, what is disclosed, and the holder's proof, if any."""

    issuer_part: Jws
    disclosures: tuple[str, ...]
    binding: Jws | None
    bound_text: str


@dataclass(frozen=True, slots=True)
class BindingExpected:
    """What the verifier asked of the holder: its own name, the number that it drew, and how fresh the proof must be."""

    audience: str
    nonce: str
    max_age: timedelta = field(default=timedelta(minutes=5))


def issue_sd_jwt(
    claims: Mapping[str, Json],
    *,
    vct: str,
    issuer: str,
    disclosable: Sequence[str],
    salts: Sequence[bytes],
    signer: Signer,
    now: datetime,
    holder_key: PublicKey | None = None,
) -> str:
    """Return an SD-JWT with a disclosure for each top-level claim named in ``disclosable``.

    ``salts`` gives 16 bytes from a sound source for each of them: a short salt would let anyone guess what is hidden.
    ``holder_key`` is the key with which the holder will prove that the credential is its own.
    :raises SdJwtRefused: a claim that must always be shown, that is absent or reserved, or salts that do not fit.
    """
    if len(salts) != len(disclosable) or any(len(salt) < 16 for salt in salts) or len(set(salts)) != len(salts):
        raise SdJwtRefused("one salt of 16 bytes for each disclosure", code="sd_jwt.salt")
    hidden = set(disclosable)
    if hidden & _ALWAYS_SHOWN or not hidden <= claims.keys() or len(hidden) != len(disclosable):
        raise SdJwtRefused("a claim that cannot be disclosed apart", code="sd_jwt.always_shown")
    if _RESERVED & claims.keys():
        raise SdJwtRefused("a claim with a reserved name", code="sd_jwt.reserved")
    disclosures = [
        base64url.encode(jcs.canonical_bytes([base64url.encode(salt), name, claims[name]]))
        for name, salt in zip(disclosable, salts, strict=True)
    ]
    payload: dict[str, Json] = {name: value for name, value in claims.items() if name not in hidden}
    payload |= {"iss": issuer, "iat": int(now.timestamp()), "vct": vct, "_sd_alg": "sha-256"}
    # Sorted, so that the order of the digests says nothing about which claim is which.
    payload["_sd"] = [*sorted(_digest(disclosure) for disclosure in disclosures)]
    if holder_key is not None:
        payload["cnf"] = {"jwk": dict(holder_key.jwk)}
    token = sign_jws({"typ": TYPES[0], "kid": signer.verification_method}, payload, signer)
    return "~".join([token, *disclosures, ""])


def bind_to_holder(token: str, *, audience: str, nonce: str, signer: Signer, now: datetime) -> str:
    """Return the SD-JWT as its holder presents it to ``audience``, which drew ``nonce``."""
    claims: dict[str, Json] = {"iat": int(now.timestamp()), "aud": audience, "nonce": nonce, "sd_hash": _digest(token)}
    return token + sign_jws({"typ": _BINDING_TYPE}, claims, signer)


def read_sd_jwt(token: str) -> SdJwt:
    """Return the parts of an SD-JWT.

    :raises SdJwtRefused: no ``~``, another ``typ``, or more than ``MOST_DISCLOSURES`` disclosures.
    :raises JwtRefused: a part that is no compact JWS that we accept.
    """
    first, *disclosures, last = token.split("~") if "~" in token else ("", "")
    if not first or not token.isascii():
        raise SdJwtRefused("not an SD-JWT")
    if len(disclosures) > MOST_DISCLOSURES:
        raise SdJwtRefused(f"more than {MOST_DISCLOSURES} disclosures", code="sd_jwt.size")
    issuer_part = read_jws(first, members=_HEADER)
    if issuer_part.typ not in TYPES:
        raise SdJwtRefused(f"a token of type {issuer_part.typ!r}", code="jwt.typ")
    binding = read_jws(last, members=frozenset({"typ"})) if last else None
    return SdJwt(issuer_part, tuple(disclosures), binding, token[: len(token) - len(last)])


def disclosed_claims(token: SdJwt) -> dict[str, Json]:
    """Return the claims that the issuer signed and the holder shows; call it once the signature is verified.

    Each digest stands once in what was signed, each disclosure answers one digest, and none brings a claim that is
    already there or that may not be hidden.
    :raises SdJwtRefused: otherwise. Source: RFC 9901 §7.1.
    """
    payload = token.issuer_part.payload
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise SdJwtRefused("an unknown digest", code="sd_jwt.digest")
    found: dict[str, list[Json]] = {}
    for disclosure in token.disclosures:
        digest = _digest(disclosure)
        if digest in found:
            raise SdJwtRefused("the same disclosure twice", code="sd_jwt.duplicate")
        found[digest] = _disclosure(disclosure)
    opener = _Opener(found)
    claims = opener.object_of(payload, top=True, depth=0)
    if opener.used != set(found):
        raise SdJwtRefused("a disclosure that the issuer did not sign", code="sd_jwt.not_signed")
    return claims


def check_binding(token: SdJwt, *, now: datetime, expected: BindingExpected | None) -> bool:
    """Return whether the holder proved, for this verifier, that it holds the key named by the issuer.

    :raises SdJwtRefused: a proof is expected and absent; or it is there and is another key's, about other disclosures,
        of another type, for another audience, with another nonce, too old or from the future.
    :raises SignatureRefused: not a signature of the holder's key.
    """
    binding = token.binding
    if binding is None:
        if expected is not None:
            raise SdJwtRefused("the holder proves nothing", code="sd_jwt.no_binding")
        return False
    confirmation = token.issuer_part.payload.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise SdJwtRefused("the issuer named no key of the holder", code="sd_jwt.no_holder_key")
    if binding.typ != _BINDING_TYPE:
        raise SdJwtRefused(f"a proof of type {binding.typ!r}", code="jwt.typ")
    check_jws(binding, PublicKey.from_jwk(jwk))
    if binding.payload.get("sd_hash") != _digest(token.bound_text):
        raise SdJwtRefused("a proof about other disclosures", code="sd_jwt.other_disclosures")
    signed_at = instant_from_seconds(binding.payload.get("iat"))
    if not isinstance(binding.payload.get("aud"), str) or not isinstance(binding.payload.get("nonce"), str):
        raise SdJwtRefused("a proof for nobody", code="sd_jwt.audience")
    if expected is None:
        return False  # sound, but it may have been made for somebody else: nothing to rely on
    if binding.payload["aud"] != expected.audience:
        raise SdJwtRefused("a proof made for somebody else", code="sd_jwt.audience")
    if binding.payload["nonce"] != expected.nonce:
        raise SdJwtRefused("a proof made for another request", code="sd_jwt.nonce")
    if not now - expected.max_age <= signed_at <= now + timedelta(minutes=1):
        raise SdJwtRefused("a proof made at another time", code="sd_jwt.stale")
    return True


@dataclass(slots=True)
class _Opener:
    """Replaces digests by what they are the digest of, walking down; remembers which were used."""

    found: Mapping[str, list[Json]]
    used: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def object_of(self, value: Mapping[str, Json], *, top: bool, depth: int) -> dict[str, Json]:
        opened = {
            name: self._value(inner, depth + 1)
            for name, inner in value.items()
            if name != "_sd" and not (top and name == "_sd_alg")
        }
        for digest in self._digests(value.get("_sd", [])):
            disclosure = self._take(digest, members=3)
            if disclosure is None:
                continue
            name = disclosure[1]
            if not isinstance(name, str) or name in _RESERVED or name in opened:
                raise SdJwtRefused("a claim with a reserved name, or already there", code="sd_jwt.reserved")
            if top and name in _ALWAYS_SHOWN:
                raise SdJwtRefused(f"«{name}» may not be hidden", code="sd_jwt.always_shown")
            opened[name] = self._value(disclosure[2], depth + 1)
        return opened

    def _value(self, value: Json, depth: int) -> Json:
        if depth > _DEEPEST:
            raise SdJwtRefused("too deep", code="sd_jwt.size")
        if isinstance(value, dict):
            if "..." in value:
                raise SdJwtRefused("a digest out of its place", code="sd_jwt.reserved")
            return self.object_of(value, top=False, depth=depth)
        if isinstance(value, list):
            return [*self._items(value, depth)]
        return value

    def _items(self, values: Iterable[Json], depth: int) -> Iterable[Json]:
        for value in values:
            if isinstance(value, dict) and "..." in value:
                if len(value) != 1:
                    raise SdJwtRefused("a digest beside something", code="sd_jwt.reserved")
                (digest,) = self._digests([value["..."]])
                disclosure = self._take(digest, members=2)
                if disclosure is not None:
                    yield self._value(disclosure[1], depth + 1)
            else:
                yield self._value(value, depth + 1)

    def _digests(self, values: Json) -> list[str]:
        digests = [value for value in values if isinstance(value, str)] if isinstance(values, list) else None
        if digests is None or not isinstance(values, list) or len(digests) != len(values):
            raise SdJwtRefused("digests that are none", code="sd_jwt.digest")
        for digest in digests:
            if digest in self._seen:
                raise SdJwtRefused("the same digest twice", code="sd_jwt.duplicate")
            self._seen.add(digest)
        return digests

    def _take(self, digest: str, *, members: int) -> list[Json] | None:
        disclosure = self.found.get(digest)
        if disclosure is None:
            return None  # hidden, or a decoy
        if len(disclosure) != members:
            raise SdJwtRefused("a disclosure of another kind", code="sd_jwt.disclosure")
        self.used.add(digest)
        return disclosure


def _disclosure(text: str) -> list[Json]:
    try:
        value = jcs.parse(base64url.decode(text))
    except EncodingError as error:
        raise SdJwtRefused(str(error), code="sd_jwt.disclosure") from None
    if not isinstance(value, list) or len(value) not in (2, 3) or not isinstance(value[0], str):
        raise SdJwtRefused("not a disclosure", code="sd_jwt.disclosure")
    return value


def _digest(text: str) -> str:
    return base64url.encode(hashlib.sha256(text.encode("ascii")).digest())
