# SPDX-License-Identifier: Apache-2.0
"""What the public conformance suites ask of a server (VC-API): issue, verify, verify a presentation. Not production.

The suites bring issuers that nobody knows and contexts full of examples. Every ``did:key`` is therefore trusted here,
and contexts that define any word are accepted, which is exactly what a real verifier must not do: these functions are
called by routes that exist only when a tester asks for them, on this machine.
Source: VC-API (W3C CCG), as the suites of w3c/vc-data-model-2.0, vc-di-eddsa, vc-jose-cose and vc-bitstring-status-list
call it; VC Data Model 2.0 §4 (what a credential must hold) and §5.3 (related resources).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from jurande.core.encoding import base64std, multibase
from jurande.core.encoding.errors import EncodingError
from jurande.core.encoding.jcs import Json
from jurande.core.errors import CoreError
from jurande.core.proof import contexts, data_integrity, jose
from jurande.core.proof.data_integrity import ProofOptions, add_proof, with_proof_object
from jurande.core.proof.did import did_key_history
from jurande.core.proof.errors import ProofError, Undecided
from jurande.core.proof.history import AUTHENTICATION
from jurande.core.proof.instants import parse_instant
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.limits import is_absolute_iri
from jurande.core.proof.signer import Signer
from jurande.core.proof.trust import Trust, did_key_issuer
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.signatures import ENVELOPED, claimed_issuer
from jurande.core.proof.verification.verifier import verify

_OTHERS = (
    contexts.EXAMPLES_V2,
    contexts.UNDEFINED_TERMS_V2,
    contexts.DATA_INTEGRITY_V2,
    contexts.MULTIKEY_V1,
    contexts.ED25519_2020_V1,
    contexts.STATUS_V1,
    contexts.OPEN_BADGES_3_0_3,
)
#: Version 2 first, then up to three of the others in any order; version 1 alone or before one of them.
ACCEPTED = contexts.ACCEPTED | frozenset(
    (first, *others)
    for first, most in ((contexts.CREDENTIALS_V2, 3), (contexts.CREDENTIALS_V1, 1))
    for count in range(most + 1)
    for others in permutations(_OTHERS, count)
)
MOST_CREDENTIALS = 16
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
_SRI = frozenset({"sha256", "sha384", "sha512"})
_SHA256_MULTIHASH = b"\x12\x20"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, and the JSON to send with it: the status alone says whether it went well."""

    status: int
    body: dict[str, object]


class RequestRefused(ProofError):
    """The request, or the credential in it, is not what the data model asks for."""

    code = "conformance.request"


def issue(request: Mapping[str, Json], *, signer: Signer, now: datetime) -> Answer:
    """Return the signed credential (201), its proof as an object; or why the request is refused (400)."""
    try:
        credential = _object(request.get("credential"), "credential")
        check_credential(credential)
        if jose.issuer_of(credential) != signer.verification_method.partition("#")[0]:
            raise RequestRefused("an issuer that is not ours", code="conformance.issuer")
        signed = add_proof(credential, signer=signer, options=ProofOptions(created=now), contexts=ACCEPTED)
    except CoreError as error:
        return Answer(400, {"errors": [f"{error.code}: {error}"]})
    return Answer(201, {"verifiableCredential": with_proof_object(signed)})


def verify_credential(request: Mapping[str, Json], *, now: datetime) -> Answer:
    """Return whether the credential verifies: 200, or 400 with the reasons. Its status is looked at by other routes."""
    try:
        _verify(request.get("verifiableCredential"), now=now)
    except CoreError as error:
        return _refused(error)
    return Answer(200, {"verified": True})


def verify_presentation(request: Mapping[str, Json], *, now: datetime) -> Answer:
    """Return whether the presentation verifies, and each credential in it; one that nobody signed is only read.

    ``options`` may hold ``challenge`` and ``domain``, which the holder's proof must then repeat.
    """
    try:
        presentation = _object(request.get("verifiablePresentation"), "verifiablePresentation")
        options = _object(request.get("options", {}), "options")
        if "VerifiablePresentation" not in _list(presentation.get("type")):
            raise RequestRefused("not a presentation", code="conformance.presentation")
        if "proof" in presentation:
            _check_holder(presentation, options, now=now)
        credentials = _list(presentation.get("verifiableCredential", []))
        if len(credentials) > MOST_CREDENTIALS:
            raise RequestRefused(f"more than {MOST_CREDENTIALS} credentials", code="conformance.presentation")
        for credential in credentials:
            _verify(credential, now=now)
    except CoreError as error:
        return _refused(error)
    return Answer(200, {"verified": True})


def check_credential(credential: Mapping[str, Json]) -> None:
    """Return when a credential, unsigned, holds what the data model demands beyond its vocabulary.

    :raises RequestRefused: otherwise.
    :raises InstantRefused: a date that is none.
    """
    _check_outline(credential)
    for name in _TYPED:
        for node in _list(credential.get(name, [])):
            if not _object(node, name).get("type"):
                raise RequestRefused(f"{name} without type", code="conformance.untyped")
    for node in _list(credential.get("credentialSchema", [])):
        _check_url(_object(node, "credentialSchema").get("id"), "credentialSchema.id")
    begins, ends = (
        parse_instant(credential[name]) if name in credential else None for name in ("validFrom", "validUntil")
    )
    if begins is not None and ends is not None and ends < begins:
        raise RequestRefused("it ends before it begins", code="dates.inverted")
    _check_related(credential)


def _check_outline(credential: Mapping[str, Json]) -> None:
    if "VerifiableCredential" not in _list(credential.get("type")):
        raise RequestRefused("not a verifiable credential", code="credential.type")
    subjects = _list(credential.get("credentialSubject"))
    if not subjects or not all(isinstance(subject, dict) and subject for subject in subjects):
        raise RequestRefused("a credential about nobody", code="credential.no_subject")
    _check_url(jose.issuer_of(credential), "issuer")
    if "id" in credential:
        _check_url(credential["id"], "id")


def _check_related(credential: Mapping[str, Json]) -> None:
    """Refuse resources without digest, named twice, or whose digest is not that of the context that we hold."""
    resources = [_object(node, "relatedResource") for node in _list(credential.get("relatedResource", []))]
    for resource in resources:
        _check_url(resource.get("id"), "relatedResource.id")
        if not {"digestSRI", "digestMultibase"} & resource.keys():
            raise RequestRefused("a related resource without digest", code="conformance.related")
        url, digests = str(resource["id"]), set(_digests(resource))
        if url in contexts.FILES and contexts.FILES[url][1] not in digests:
            raise RequestRefused(f"{url} has another digest", code="conformance.related")
    if len({str(resource["id"]) for resource in resources}) != len(resources):
        raise RequestRefused("a related resource named twice", code="conformance.related")


def _digests(resource: Mapping[str, Json]) -> Iterator[str]:
    """Yield the SHA-256 digests that a related resource announces, in hexadecimal."""
    for text in str(resource.get("digestSRI", "")).split():
        name, _, encoded = text.partition("-")
        if name not in _SRI:
            raise RequestRefused("an unknown digest", code="conformance.related")
        if name == "sha256":
            yield _decoded(base64std.decode, encoded).hex()
    multihash = resource.get("digestMultibase")
    if isinstance(multihash, str):
        octets = _decoded(multibase.decode, multihash)
        yield octets.removeprefix(_SHA256_MULTIHASH).hex() if len(octets) == 34 else octets.hex()


def _decoded(decode: Callable[[str], bytes], text: str) -> bytes:
    try:
        return decode(text)
    except EncodingError as error:
        raise RequestRefused(str(error), code="conformance.related") from None


def _verify(content: Json, *, now: datetime) -> None:
    if not isinstance(content, dict | str):
        raise RequestRefused("not a credential", code="conformance.request")
    # The credential tells, by its own name, whose key to try: that proves who signed, and nothing of who that is.
    trust = Trust.of(did_key_issuer(claimed_issuer(content)))
    try:
        verify(content, trust=trust, now=now, expected=Expectations(contexts=ACCEPTED))
    except Undecided as unknown:
        if not unknown.code.startswith("status."):
            raise
    if isinstance(content, dict) and ENVELOPED not in _list(content.get("type")):
        check_credential({name: value for name, value in content.items() if name != "proof"})


def _check_holder(presentation: dict[str, Json], options: Mapping[str, Json], *, now: datetime) -> None:
    holder = presentation.get("holder")
    named = holder.get("id") if isinstance(holder, dict) else holder

    def resolve(proof: data_integrity.Proof) -> PublicKey:
        did = proof.verification_method.partition("#")[0]
        if named is not None and did != named:
            raise RequestRefused("signed by somebody else than its holder", code="conformance.holder")
        return did_key_history(did).find(proof.verification_method, at=now, purpose=AUTHENTICATION).key

    expected = data_integrity.Expected(
        now=now,
        purpose=AUTHENTICATION,
        domain=str(options.get("domain", "")),
        challenge=str(options.get("challenge", "")),
    )
    data_integrity.verify_proofs(presentation, resolve=resolve, expected=expected, contexts=ACCEPTED)


def _refused(error: CoreError) -> Answer:
    return Answer(400, {"verified": False, "errors": [f"{error.code}: {error}"]})


def _object(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise RequestRefused(f"{what} is not an object")
    return value


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _check_url(value: Json, what: str) -> None:
    if not isinstance(value, str) or not is_absolute_iri(value):
        raise RequestRefused(f"{what} is not an address", code="conformance.url")
