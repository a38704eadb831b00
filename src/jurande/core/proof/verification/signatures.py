# SPDX-License-Identifier: Apache-2.0
"""Steps 1 to 4 of a verification: what was handed over, what it means, whose key, which signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from jurande.core.encoding import jcs
from jurande.core.encoding.jcs import Json
from jurande.core.errors import CoreError
from jurande.core.proof import data_integrity, jose, sd_jwt
from jurande.core.proof.carriers.detection import Carried, Carrier, Form, read_carrier, read_plain
from jurande.core.proof.carriers.errors import CarrierRefused
from jurande.core.proof.errors import LimitExceeded, ProofError
from jurande.core.proof.history import DatedKey, KeyNotValid
from jurande.core.proof.instants import InstantRefused, instant_from_seconds, parse_instant
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.shape import canonical_bytes
from jurande.core.proof.spelling import check_spelling
from jurande.core.proof.trust import Trust, TrustedIssuer, did_key_issuer
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State

type Content = bytes | str | Mapping[str, Json]

ENVELOPED = "EnvelopedVerifiableCredential"
_JWT_MEMBERS = frozenset({"typ", "cty", "kid", "jwk", "iss"})
_DATA_URLS = (
    "data:application/vc+jwt,",
    "data:application/jwt,",
    "data:application/vc+sd-jwt,",
    "data:application/dc+sd-jwt,",
)


@dataclass(frozen=True, slots=True)
class Established:
    """What steps 1 to 4 establish: a document, signed by keys of an issuer.

    ``certifiers`` are those whose habilitation the issuer needs, empty when it issues in its own name. ``signed_at`` is
    what the signer says. ``token_status`` is the status claim of an SD-JWT. ``signed_form`` is the whole thing as it
    was signed, proofs included: what the log commits to.
    """

    document: dict[str, Json]
    carrier: Carrier
    form: Form
    issuer: TrustedIssuer
    certifiers: frozenset[str]
    keys: tuple[DatedKey, ...]
    signed_at: datetime | None
    not_before: datetime | None
    expires: datetime | None
    token_status: Json
    signed_form: Mapping[str, Json] | str


@dataclass(frozen=True, slots=True)
class _Signed:
    """Something signed, read and not verified: step 1 is over."""

    document: dict[str, Json]
    carrier: Carrier
    form: Form
    issuer_id: str
    token: jose.Jws | None
    sd_token: sd_jwt.SdJwt | None
    claims: jose.Claims | None
    signed_form: Mapping[str, Json] | str


def establish(
    content: Content,
    *,
    trust: Trust,
    now: datetime,
    expected: Expectations,
    course: Course,
    habilitations: Sequence[Content] = (),
) -> Established:
    """Return the document that a trusted key signed; ``course`` receives steps 1 to 4.

    :raises VerificationError: at step 1, 2, 3 or 4.
    :raises Undecided: at step 3, when nobody given as trusted issues under this identifier.
    """
    # 1. Parse within limits: one reading of the bytes, or none.
    with course.refusing_at(Number.PARSE):
        signed = _read(content)
    course.pass_step(Number.PARSE, "parse.ok", carrier=signed.carrier, form=signed.form)
    # 2 begins here: the spelling costs nothing to check, and what is misspelt would mislead every later step.
    if signed.form is not Form.SD_JWT:
        with course.refusing_at(Number.SAFE_MODE):
            check_spelling(signed.document)
    # 3 begins here, so that a stranger's document is only checked for form before we say that we cannot tell.
    issuer, certifiers = _issuer(signed, trust, habilitations)
    if issuer is None:
        _safe_mode(signed, expected, course)
        raise course.undecided(Number.KEY, "issuer.unknown", f"{signed.issuer_id} is not among the trusted issuers")
    if signed.form is Form.JSON:
        return _data_integrity(signed, issuer, certifiers, trust=trust, now=now, expected=expected, course=course)
    return _token(signed, issuer, certifiers, now=now, expected=expected, course=course)


def _read(content: Content) -> _Signed:
    if isinstance(content, Mapping):
        # Written and read again: a copy that is JSON and nothing else, within the same limits as a text.
        return _parsed(jcs.canonical_bytes(dict(content)), Carrier.PLAIN)
    # A text is the credential itself; a file that carries one is handed over as bytes.
    if isinstance(content, str):
        carried = read_plain(content.encode("utf-8", "surrogatepass"))
    else:
        carried = read_carrier(content)
    if carried.form is Form.JSON:
        return _parsed(carried.text.encode("utf-8"), carried.carrier)
    return _compact(carried)


def _parsed(octets: bytes, carrier: Carrier) -> _Signed:
    value = jcs.parse(octets)
    if not isinstance(value, dict):
        raise CarrierRefused("not a JSON object", code="carrier.unknown")
    return _document(value, carrier)


def _document(document: dict[str, Json], carrier: Carrier) -> _Signed:
    if document.get("type") in (ENVELOPED, [ENVELOPED]):
        url = str(document.get("id", ""))
        start = next((start for start in _DATA_URLS if url.startswith(start)), None)
        if start is None or "proof" in document:
            raise CarrierRefused("an envelope without a credential", code="carrier.envelope")
        enveloped = read_plain(url.removeprefix(start).encode("ascii", "replace"))
        if enveloped.form is Form.JSON:
            raise CarrierRefused("an envelope around something else", code="carrier.envelope")
        return _compact(Carried(carrier, enveloped.form, enveloped.text))
    _check_credential(document)
    issuer = jose.issuer_of(document)
    return _Signed(document, carrier, Form.JSON, issuer, None, None, None, document)


def _compact(carried: Carried) -> _Signed:
    if carried.form is Form.SD_JWT:
        sd_token = sd_jwt.read_sd_jwt(carried.text)
        token = sd_token.issuer_part
        document = sd_jwt.disclosed_claims(sd_token)
        if not isinstance(document.get("vct"), str) or not document["vct"]:
            raise sd_jwt.SdJwtRefused("a credential without a type", code="sd_jwt.no_type")
        issuer = document.get("iss")
        if not isinstance(issuer, str) or not issuer:
            raise ProofError("a credential without issuer", code="issuer.missing")
        return _Signed(document, carried.carrier, carried.form, issuer, token, sd_token, None, carried.text)
    token = jose.read_jws(carried.text, members=_JWT_MEMBERS)
    if token.typ not in ("", jose.Profile.OPEN_BADGES, jose.Profile.VC_JOSE):
        raise jose.JwtRefused(f"a token of type {token.typ[:50]!r}", code="jwt.typ")
    if token.typ != jose.Profile.VC_JOSE and not token.header.keys() <= {"alg", "kid", "jwk", "typ"}:
        raise jose.JwtRefused("more members than Open Badges allows", code="jwt.header_member")
    claims = jose.credential_claims(token)
    _check_credential(claims.document)
    if "proof" in claims.document:
        raise jose.JwtRefused("a second proof inside the token", code="jwt.proof_inside")
    issuer_id = jose.issuer_of(claims.document)
    if token.header.get("iss", issuer_id) != issuer_id:
        raise jose.JwtRefused("a header that names another issuer", code="jwt.claim_contradicts")
    return _Signed(claims.document, carried.carrier, carried.form, issuer_id, token, None, claims, carried.text)


def _check_credential(document: Mapping[str, Json]) -> None:
    types = document.get("type")
    if "VerifiableCredential" not in (types if isinstance(types, list) else [types]):
        raise ProofError("not a verifiable credential", code="credential.type")
    subject = document.get("credentialSubject")
    if not subject or not isinstance(subject, dict | list):
        raise ProofError("a credential about nobody", code="credential.no_subject")


def _issuer(
    signed: _Signed, trust: Trust, habilitations: Sequence[Content]
) -> tuple[TrustedIssuer | None, frozenset[str]]:
    """Return who may have signed, and whose habilitation it needs; a stranger needs one of somebody trusted."""
    issuer = trust.issuers.get(signed.issuer_id)
    if issuer is not None:
        return issuer, frozenset({issuer.habilitated_by} if issuer.habilitated_by else ())
    named = set(_claimed_issuers([*carried_habilitations(signed.document), *habilitations]))
    certifiers = frozenset(name for name in named if name in trust.issuers and trust.issuers[name].may_habilitate)
    if not certifiers:
        return None, certifiers
    try:
        # The key of a did:key is its name: no other source is needed, and the habilitation names it.
        return did_key_issuer(signed.issuer_id), certifiers
    except CoreError:
        return None, certifiers


def carried_habilitations(document: Mapping[str, Json]) -> list[Content]:
    """Return the endorsements that the issuer's profile carries, unverified: a habilitation is one of them."""
    issuer = document.get("issuer")
    return endorsements_of(issuer) if isinstance(issuer, dict) else []


def endorsements_of(profile: Mapping[str, Json]) -> list[Content]:
    """Return the endorsements that a profile carries, unverified."""
    found: list[Content] = []
    for name in ("endorsementJwt", "endorsement"):
        value = profile.get(name, [])
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str | dict)]
    return found[:16]


def claimed_issuer(content: Content) -> str:
    """Return who a credential says it is from; nothing is verified, and nothing may be concluded from it.

    :raises CoreError: it is no credential that step 1 would accept.
    """
    return _read(content).issuer_id


def _claimed_issuers(contents: Sequence[Content]) -> Iterator[str]:
    for content in contents:
        with suppress(CoreError):
            yield claimed_issuer(content)


def _safe_mode(signed: _Signed, expected: Expectations, course: Course) -> None:
    # 2. Safe mode: every word has one meaning, from contexts that we chose; nothing is dropped from what is signed.
    if signed.form is Form.SD_JWT:
        course.pass_step(Number.SAFE_MODE, "safe_mode.not_linked", state=State.NOT_APPLICABLE)
        return
    with course.refusing_at(Number.SAFE_MODE):
        unsecured = {name: value for name, value in signed.document.items() if name != "proof"}
        canonical_bytes(unsecured, contexts=expected.contexts)
    course.pass_step(Number.SAFE_MODE, "safe_mode.ok")


def _data_integrity(
    signed: _Signed,
    issuer: TrustedIssuer,
    certifiers: frozenset[str],
    *,
    trust: Trust,
    now: datetime,
    expected: Expectations,
    course: Course,
) -> Established:
    keys: list[DatedKey] = []

    def resolve(proof: data_integrity.Proof) -> PublicKey:
        at = _signing_instant(proof.created, signed.document, now)
        holder = issuer if _is_method_of(issuer, proof.verification_method) else None
        if holder is None:  # a second proof may be that of another trusted issuer, never of a stranger
            holder = next(
                (other for other in trust.issuers.values() if _is_method_of(other, proof.verification_method)), issuer
            )
        key = holder.keys.find(proof.verification_method, at=at, purpose=proof.purpose)
        if holder is issuer:
            keys.append(key)
        return key.key

    demanded = data_integrity.Expected(
        now=now, domain=expected.domain, challenge=expected.challenge, tolerance=expected.tolerance
    )
    # Steps 2, 3 and 4 are one pass over the proofs. When it fails, safe mode is looked at first, so that the reason
    # given is always that of the earliest step.
    try:
        verified = data_integrity.verify_proofs(
            signed.document, resolve=resolve, expected=demanded, contexts=expected.contexts
        )
    except LimitExceeded as error:
        raise course.refusal(Number.SAFE_MODE, error.code, str(error)) from error
    except CoreError as error:
        _safe_mode(signed, expected, course)
        number = Number.KEY if isinstance(error, KeyNotValid) else Number.SIGNATURE
        if number is Number.SIGNATURE and keys:
            _pass_key(issuer, keys[0], signed.document, course)
        raise course.refusal(number, error.code, str(error)) from error
    course.pass_step(Number.SAFE_MODE, "safe_mode.ok")
    if not keys:
        raise course.refusal(Number.KEY, "key.not_the_issuers", "no proof is the issuer's own")
    _pass_key(issuer, keys[0], signed.document, course)
    suites = sorted({proof.suite.value for proof in verified.proofs})
    course.pass_step(Number.SIGNATURE, "signature.ok", suite=", ".join(suites), proofs=str(len(verified.proofs)))
    created = [proof.created for proof in verified.proofs if proof.created is not None]
    return Established(
        document=_json(verified.document),
        carrier=signed.carrier,
        form=signed.form,
        issuer=issuer,
        certifiers=certifiers,
        keys=tuple(keys),
        signed_at=max(created, default=None),
        not_before=None,
        expires=None,
        token_status=None,
        signed_form=signed.signed_form,
    )


def _token(
    signed: _Signed,
    issuer: TrustedIssuer,
    certifiers: frozenset[str],
    *,
    now: datetime,
    expected: Expectations,
    course: Course,
) -> Established:
    token = signed.token
    assert token is not None  # noqa: S101 — both compact forms have one; for the type checker
    _safe_mode(signed, expected, course)
    # 3. The key that the header names must be one of this issuer's, valid when it signed.
    with course.refusing_at(Number.KEY):
        instants = _token_instants(signed)
        at = _signing_instant(instants["iat"], signed.document, now)
        key = _token_key(token, issuer, at)
    _pass_key(issuer, key, signed.document, course)
    # 4. The signature; then, for an SD-JWT, the holder's.
    with course.refusing_at(Number.SIGNATURE):
        jose.check_jws(token, key.key)
        if instants["iat"] is not None and instants["iat"] > now + expected.tolerance:
            raise InstantRefused("signed later than now", code="proof.created_in_future")
        _check_audience(token, expected)
        bound = signed.sd_token is not None and sd_jwt.check_binding(
            signed.sd_token, now=now, expected=expected.binding
        )
    course.pass_step(Number.SIGNATURE, "signature.ok", suite=str(token.header["alg"]), holder="proven" if bound else "")
    return Established(
        document=signed.document,
        carrier=signed.carrier,
        form=signed.form,
        issuer=issuer,
        certifiers=certifiers,
        keys=(key,),
        signed_at=instants["iat"],
        not_before=instants["nbf"],
        expires=instants["exp"],
        token_status=signed.document.get("status") if signed.form is Form.SD_JWT else None,
        signed_form=signed.signed_form,
    )


def _token_instants(signed: _Signed) -> dict[str, datetime | None]:
    if signed.claims is not None:
        return {"iat": signed.claims.signed_at, "nbf": signed.claims.not_before, "exp": signed.claims.expires}
    return {
        name: instant_from_seconds(signed.document[name]) if name in signed.document else None
        for name in ("iat", "nbf", "exp")
    }


def _token_key(token: jose.Jws, issuer: TrustedIssuer, at: datetime) -> DatedKey:
    named = jose.key_named(token, issuer.id)
    if isinstance(named, str):
        return issuer.keys.find(named, at=at)
    # A key brought by the token counts only when trust knows it already.
    for key in issuer.keys.keys:
        if key.key == named:
            return issuer.keys.find(key.verification_method, at=at)
    raise KeyNotValid(f"the token brings a key that is none of {issuer.id}'s")


def _check_audience(token: jose.Jws, expected: Expectations) -> None:
    # A token made for somebody is for nobody else. Source: RFC 7519 §4.1.3.
    audience = token.payload.get("aud", expected.domain)
    if expected.domain not in (audience if isinstance(audience, list) else [audience]):
        raise jose.JwtRefused("a token made for somebody else", code="jwt.audience")


def _pass_key(issuer: TrustedIssuer, key: DatedKey, document: Mapping[str, Json], course: Course) -> None:
    # The name shown is that of the trust; one that differs in the credential is pointed out (attack A11).
    claimed = document.get("issuer")
    name = claimed.get("name") if isinstance(claimed, dict) else None
    differs = isinstance(name, str) and bool(issuer.name) and name != issuer.name
    course.pass_step(
        Number.KEY,
        "issuer.name_differs" if differs else "key.compromised" if key.compromise else "key.ok",
        state=State.WARNING if differs or key.compromise else State.OK,
        issuer=issuer.id,
        name=issuer.name,
        domain=issuer.domain,
        registration=issuer.registration,
        verification_method=key.verification_method,
    )


def _signing_instant(created: datetime | None, document: Mapping[str, Json], now: datetime) -> datetime:
    """Say when the key must have been valid: when the signer says it signed, else when the credential begins."""
    if created is not None:
        return created
    if "validFrom" in document:
        return parse_instant(document["validFrom"])
    return now


def _is_method_of(issuer: TrustedIssuer, verification_method: str) -> bool:
    return any(key.verification_method == verification_method for key in issuer.keys.keys)


def _json(document: dict[str, object]) -> dict[str, Json]:
    return document  # type: ignore[return-value]  # it was parsed as JSON, and its proofs were taken off
