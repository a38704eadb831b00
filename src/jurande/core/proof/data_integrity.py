# SPDX-License-Identifier: Apache-2.0
"""Data Integrity proofs: signatures that live inside the JSON they sign.

``add_proof`` issues ``eddsa-rdfc-2022`` (what Open Badges 3.0 asks for) and ``eddsa-jcs-2022``; ``verify_proofs``
checks both, and ``ecdsa-rdfc-2019``, alone, in sets and in chains. All the proofs of a document must hold: one that we
cannot judge is refused, since a reader could not tell which part it covers.
Source: Verifiable Credential Data Integrity 1.0 §4 and §5; Data Integrity EdDSA Cryptosuites 1.0 §3.2 and §3.3; Data
Integrity ECDSA Cryptosuites 1.0 §3.2 (W3C Recommendations, 15 May 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256, sha384
from typing import NamedTuple

from jurande.core.encoding import jcs, multibase
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.contexts import ACCEPTED
from jurande.core.proof.errors import ProofError
from jurande.core.proof.instants import instant_text, parse_instant
from jurande.core.proof.keys import Algorithm, PublicKey
from jurande.core.proof.shape import canonical_bytes
from jurande.core.proof.signer import Signer
from jurande.core.proof.spelling import check_spelling

PROOF_TYPE = "DataIntegrityProof"
MOST_PROOFS = 16
_LONGEST_MEMBER = 2048
_REQUIRED = frozenset({"verificationMethod", "proofPurpose", "proofValue"})
_TEXT_MEMBERS = _REQUIRED | {"id", "challenge", "nonce"}
_MEMBERS = _TEXT_MEMBERS | {"type", "cryptosuite", "created", "expires", "domain", "previousProof", "@context"}


class Cryptosuite(StrEnum):
    """The ways of signing that we read."""

    EDDSA_RDFC_2022 = "eddsa-rdfc-2022"
    EDDSA_JCS_2022 = "eddsa-jcs-2022"
    ECDSA_RDFC_2019 = "ecdsa-rdfc-2019"


_SUITES = {suite.value: suite for suite in Cryptosuite}


class DataIntegrityRefused(ProofError):
    """A proof is absent, malformed, or not the one expected; ``code`` says why."""

    code = "proof.malformed"


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """What a new proof says about itself. ``previous`` are the ids of the proofs of the document that it also signs."""

    created: datetime
    suite: Cryptosuite = Cryptosuite.EDDSA_RDFC_2022
    purpose: str = "assertionMethod"
    expires: datetime | None = None
    domain: str = ""
    challenge: str = ""
    proof_id: str = ""
    previous: tuple[str, ...] = ()


class Proof(NamedTuple):
    """A proof as the document gives it, well-formed; an absent member is empty or ``None``."""

    suite: Cryptosuite
    verification_method: str
    purpose: str
    value: str
    created: datetime | None
    expires: datetime | None
    domains: tuple[str, ...]
    challenge: str
    proof_id: str
    previous: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the verifier demands of each proof.

    ``tolerance`` is for clocks that differ: a proof made that long after ``now`` is accepted. An empty ``domain`` or
    ``challenge`` demands nothing.
    """

    now: datetime
    purpose: str = "assertionMethod"
    domain: str = ""
    challenge: str = ""
    tolerance: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was signed, without its proofs, and the proofs that hold: nothing else may be shown as proven."""

    document: dict[str, object]
    proofs: tuple[Proof, ...]


#: Returns the key that a proof names, when it speaks for whom it should, for that purpose, at that time; else raises.
type KeyResolver = Callable[[Proof], PublicKey]


def add_proof(
    document: Mapping[str, object],
    *,
    signer: Signer,
    options: ProofOptions,
    contexts: Collection[tuple[str, ...]] = ACCEPTED,
) -> dict[str, object]:
    """Return ``document`` with one more proof, last of its ``proof`` array; ``document`` itself is left as it is.

    :raises DataIntegrityRefused: a key of another kind than Ed25519, or an unknown ``previous`` proof.
    :raises ContextRefused: :raises JsonLdRefused: the document is not in safe mode (see ``jsonld.to_rdf``).
    :raises SigningFailed: the signer did not sign.
    """
    if signer.algorithm != Algorithm.ED25519 or options.suite is Cryptosuite.ECDSA_RDFC_2019:
        raise DataIntegrityRefused("we sign with Ed25519 only", code="proof.key_kind")
    present = _proof_objects(document, at_least=0)
    config = proof_config(document, verification_method=signer.verification_method, options=options)
    unsecured = _unsecured(document, present, options.previous)
    signature = signer.sign(_signed_bytes(unsecured, config, options.suite, Algorithm.ED25519, contexts))
    proof = {**config, "proofValue": multibase.encode(signature)}
    if options.suite is not Cryptosuite.EDDSA_JCS_2022:
        del proof["@context"]
    return {**_without_proof(document), "proof": [*present, proof]}


def with_proof_object(document: Mapping[str, object]) -> dict[str, object]:
    """Return ``document`` with its one proof as an object, not an array of one: some verifiers want it so.

    :raises DataIntegrityRefused: there are several proofs, or none.
    """
    present = _proof_objects(document, at_least=1)
    if len(present) > 1:
        raise DataIntegrityRefused("several proofs do not fit in one object", code="proof.several")
    return {**document, "proof": present[0]}


def read_proofs(document: Mapping[str, object]) -> tuple[Proof, ...]:
    """Return the proofs of ``document``, well-formed and unverified.

    :raises DataIntegrityRefused: none, too many, or one that is malformed or of a suite that we do not know.
    """
    return tuple(_read(proof) for proof in _proof_objects(document, at_least=1))


def verify_proofs(
    document: Mapping[str, object],
    *,
    resolve: KeyResolver,
    expected: Expected,
    contexts: Collection[tuple[str, ...]] = ACCEPTED,
) -> Verified:
    """Return what ``document`` proves, when every one of its proofs holds.

    1. There are proofs, each well-formed and of a known suite.
    2. Each is for the expected purpose, in time, and for the expected domain and challenge.
    3. Chains name proofs that are there, and do not loop.
    4. ``resolve`` gives the key of each, of the kind that the suite asks for.
    5. The bytes: the proof's own members, and the document with the proofs it follows, both in safe mode; and the one
       spelling of the document (see ``spelling``): what is returned is read as JSON.
    6. The signature.

    It does not know whose key should have signed (``resolve`` does), nor read dates, status or log of the credential:
    see ``verification``.
    :raises DataIntegrityRefused: steps 1 to 4. :raises ContextRefused: :raises JsonLdRefused: :raises LimitExceeded:
        :raises SpellingRefused: step 5. :raises SignatureRefused: step 6. ``resolve`` raises its own.
    """
    present = _proof_objects(document, at_least=1)  # 1
    proofs = tuple(_read(proof) for proof in present)
    for proof in proofs:
        _check_expected(proof, expected)  # 2
    if any(proof.previous for proof in proofs):
        _check_chain(proofs)  # 3
    unsecured = _without_proof(document)
    check_spelling(unsecured)  # type: ignore[arg-type]
    for proof, members in zip(proofs, present, strict=True):
        key = resolve(proof)  # 4
        if (key.algorithm is Algorithm.ED25519) != (proof.suite is not Cryptosuite.ECDSA_RDFC_2019):
            raise DataIntegrityRefused(f"a key of kind {key.algorithm} for {proof.suite}", code="proof.key_kind")
        covered = _unsecured(document, present, proof.previous) if proof.previous else unsecured
        config = {name: value for name, value in members.items() if name != "proofValue"}
        message = _signed_bytes(covered, _in_context(config, document), proof.suite, key.algorithm, contexts)  # 5
        key.verify(_signature(proof), message)  # 6
    return Verified(unsecured, proofs)


def proof_config(
    document: Mapping[str, object], *, verification_method: str, options: ProofOptions
) -> dict[str, object]:
    """Return the members of a proof that are signed with the document: all but ``proofValue``, in our order."""
    config: dict[str, object] = {"@context": document.get("@context"), "type": PROOF_TYPE}
    if options.proof_id:
        config["id"] = options.proof_id
    config |= {
        "cryptosuite": options.suite.value,
        "created": instant_text(options.created),
        "verificationMethod": verification_method,
        "proofPurpose": options.purpose,
    }
    if options.expires is not None:
        config["expires"] = instant_text(options.expires)
    for name, value in (("domain", options.domain), ("challenge", options.challenge)):
        if value:
            config[name] = value
    if options.previous:
        config["previousProof"] = options.previous[0] if len(options.previous) == 1 else list(options.previous)
    return config


def _in_context(config: dict[str, object], document: Mapping[str, object]) -> dict[str, object]:
    """Give the proof the words of its document; a proof that brings others is refused (attack A1)."""
    context = document.get("@context")
    if config.get("@context", context) != context:
        raise DataIntegrityRefused("the proof has other contexts than its document", code="proof.context")
    if config.get("cryptosuite") != Cryptosuite.EDDSA_JCS_2022:
        config["@context"] = context
    return config


def _signed_bytes(
    unsecured: Mapping[str, object],
    config: Mapping[str, object],
    suite: Cryptosuite,
    algorithm: Algorithm,
    contexts: Collection[tuple[str, ...]],
) -> bytes:
    """Return what is signed: the hash of the proof's members, then that of the document."""
    if suite is Cryptosuite.EDDSA_JCS_2022:
        canonical_bytes(unsecured, contexts=contexts)  # safe mode holds for every suite
        try:
            return sha256(jcs.canonical_bytes(config)).digest() + sha256(jcs.canonical_bytes(unsecured)).digest()
        except EncodingError as error:
            raise DataIntegrityRefused(str(error), code="proof.json") from None
    if algorithm is Algorithm.P384:
        return b"".join(
            sha384(canonical_bytes(part, contexts=contexts, hash_name="sha384")).digest()
            for part in (config, unsecured)
        )
    proven, document = canonical_bytes(config, contexts=contexts), canonical_bytes(unsecured, contexts=contexts)
    return sha256(proven).digest() + sha256(document).digest()


def _signature(proof: Proof) -> bytes:
    try:
        return multibase.decode(proof.value, base="z")
    except EncodingError as error:
        raise DataIntegrityRefused(str(error), code="proof.value") from None


def _proof_objects(document: Mapping[str, object], *, at_least: int) -> list[dict[str, object]]:
    found = document.get("proof", [])
    proofs: list[dict[str, object]] = found if isinstance(found, list) else [found]  # type: ignore[list-item]
    if not at_least <= len(proofs) <= MOST_PROOFS:
        raise DataIntegrityRefused(f"{len(proofs)} proofs", code="proof.absent" if not proofs else "proof.too_many")
    if not all(isinstance(proof, dict) for proof in proofs):
        raise DataIntegrityRefused("a proof that is no object")
    return proofs


def _without_proof(document: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "proof"}


def _unsecured(
    document: Mapping[str, object], present: list[dict[str, object]], previous: tuple[str, ...]
) -> dict[str, object]:
    """Return what a proof covers: the document, with the proofs that it follows (VC-DI §4.3 and §4.5)."""
    followed = [proof for proof in present if proof.get("id") in previous] if previous else []
    if len(followed) != len(previous):
        raise DataIntegrityRefused("a previous proof that is not there once", code="proof.previous_unknown")
    unsecured = _without_proof(document)
    return {**unsecured, "proof": followed} if followed else unsecured


def _read(members: dict[str, object]) -> Proof:
    if not members.keys() <= _MEMBERS:
        raise DataIntegrityRefused(f"unknown members: {sorted(members.keys() - _MEMBERS)}", code="proof.unknown_member")
    if members.get("type") != PROOF_TYPE:
        raise DataIntegrityRefused("not a DataIntegrityProof", code="proof.unknown_type")
    suite = members.get("cryptosuite")
    if not isinstance(suite, str) or suite not in _SUITES:
        raise DataIntegrityRefused("a suite that we do not know", code="proof.unknown_suite")
    for name in _TEXT_MEMBERS & members.keys():
        text = members[name]
        if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_MEMBER:
            raise DataIntegrityRefused(f"«{name}» is not a short text")
    if not members.keys() >= _REQUIRED:
        raise DataIntegrityRefused("no verificationMethod, proofPurpose or proofValue", code="proof.incomplete")
    return Proof(
        suite=_SUITES[suite],
        verification_method=str(members["verificationMethod"]),
        purpose=str(members["proofPurpose"]),
        value=str(members["proofValue"]),
        created=parse_instant(members["created"]) if "created" in members else None,
        expires=parse_instant(members["expires"]) if "expires" in members else None,
        domains=_texts(members, "domain"),
        challenge=str(members.get("challenge", "")),
        proof_id=str(members.get("id", "")),
        previous=_texts(members, "previousProof"),
    )


def _texts(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    if name not in members:
        return ()
    found = members[name]
    texts = (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list) else ()
    if not 1 <= len(texts) <= MOST_PROOFS or not all(isinstance(text, str) and text for text in texts):
        raise DataIntegrityRefused(f"«{name}» is no text nor list of texts")
    if len(set(texts)) != len(texts):
        raise DataIntegrityRefused(f"«{name}» says the same twice")
    return texts


def _check_expected(proof: Proof, expected: Expected) -> None:
    if proof.purpose != expected.purpose:
        raise DataIntegrityRefused(f"for {proof.purpose[:100]}, not {expected.purpose}", code="proof.purpose")
    if proof.created is not None and proof.created > expected.now + expected.tolerance:
        raise DataIntegrityRefused(f"made on {proof.created.isoformat()}, later", code="proof.created_in_future")
    if proof.expires is not None and proof.expires <= expected.now:
        raise DataIntegrityRefused(f"ended on {proof.expires.isoformat()}", code="proof.expired")
    if expected.domain and expected.domain not in proof.domains:
        raise DataIntegrityRefused("made for another domain", code="proof.domain")
    if expected.challenge and expected.challenge != proof.challenge:
        raise DataIntegrityRefused("made for another challenge", code="proof.challenge")


def _check_chain(proofs: tuple[Proof, ...]) -> None:
    """Refuse ids that two proofs share, previous proofs that are not there, and chains that come back on themselves."""
    ids = [proof.proof_id for proof in proofs if proof.proof_id]
    if len(set(ids)) != len(ids):
        raise DataIntegrityRefused("two proofs share an id", code="proof.ambiguous_id")
    waiting = {proof.proof_id: set(proof.previous) for proof in proofs if proof.proof_id}
    for proof in proofs:
        if not set(proof.previous) <= waiting.keys():
            raise DataIntegrityRefused("a previous proof that is not there", code="proof.previous_unknown")
    while waiting:
        free = {proof_id for proof_id, previous in waiting.items() if not previous & waiting.keys()}
        if not free:
            raise DataIntegrityRefused("proofs that follow each other in a circle", code="proof.previous_loop")
        waiting = {proof_id: previous for proof_id, previous in waiting.items() if proof_id not in free}
