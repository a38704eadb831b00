"""A4: sets and chains of proofs, purposes, dates, replays. A6: signatures with more than one spelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from jurande.core.encoding import base58, multibase
from jurande.core.proof import jose
from jurande.core.proof.keys import ED25519_ORDER
from jurande.core.proof.verification import Expectations
from tests.core.proof.verification.failures.catalogue import add, changed, fails
from tests.core.proof.verification.world import (
    CURRENT,
    LAST_MONTH,
    LOGIN,
    NOW,
    OTHER_KEY,
    P256,
    STRANGER,
    Attempt,
    attempt,
    credential,
    sign,
)


def with_proof(**members: Any) -> dict[str, Any]:
    """The signed credential with other members in its proof; ``...`` takes one away."""
    document = sign(credential())
    for name, value in members.items():
        document = changed(document, f"proof.0.{name}", value)
    return document


@fails("A4", 4, "signature.wrong")
def proof_good_followed_by_a_bad_one() -> Attempt:
    document = sign(credential())
    bad = document["proof"][0] | {"proofValue": multibase.encode(CURRENT.sign(b"something else"))}
    return attempt(document | {"proof": [*document["proof"], bad]})


@fails("A4", 4, "signature.wrong")
def proof_bad_followed_by_a_good_one() -> Attempt:
    document = sign(credential())
    bad = document["proof"][0] | {"proofValue": multibase.encode(CURRENT.sign(b"something else"))}
    return attempt(document | {"proof": [bad, *document["proof"]]})


@fails("A4", 3, "key.not_the_issuers")
def proof_good_followed_by_that_of_a_stranger() -> Attempt:
    return attempt(sign(sign(credential()), STRANGER))


@fails("A4", 3, "key.not_the_issuers")
def proof_of_another_trusted_issuer_alone() -> Attempt:
    return attempt(sign(credential(), OTHER_KEY))


@fails("A4", 4, "proof.previous_loop")
def proofs_that_follow_each_other_in_a_circle() -> Attempt:
    document = sign(sign(credential(), proof_id="urn:p:1"), proof_id="urn:p:2", previous=("urn:p:1",))
    return attempt(changed(document, "proof.0.previousProof", "urn:p:2"))


@fails("A4", 4, "proof.previous_loop")
def proof_that_follows_itself() -> Attempt:
    return attempt(changed(sign(credential(), proof_id="urn:p:1"), "proof.0.previousProof", "urn:p:1"))


@fails("A4", 4, "proof.previous_unknown")
def proof_that_follows_one_that_is_not_there() -> Attempt:
    document = sign(sign(credential(), proof_id="urn:p:1"), proof_id="urn:p:2", previous=("urn:p:1",))
    return attempt(document | {"proof": document["proof"][1:]})


@fails("A4", 4, "signature.wrong")
def proof_whose_previous_one_was_replaced() -> Attempt:
    document = sign(sign(credential(), proof_id="urn:p:1"), proof_id="urn:p:2", previous=("urn:p:1",))
    again = sign(credential(), proof_id="urn:p:1", created=LAST_MONTH + timedelta(days=1))
    return attempt(document | {"proof": [again["proof"][0], document["proof"][1]]})


@fails("A4", 4, "proof.ambiguous_id")
def proofs_that_share_an_identifier() -> Attempt:
    document = sign(sign(credential(), proof_id="urn:p:1"), proof_id="urn:p:2", previous=("urn:p:1",))
    return attempt(document | {"proof": [document["proof"][0], *document["proof"]]})


MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "proof_of_an_unknown_suite": ({"cryptosuite": "eddsa-rdfc-2099"}, "proof.unknown_suite"),
    "proof_of_another_suite_than_its_key": ({"cryptosuite": "ecdsa-rdfc-2019"}, "proof.key_kind"),
    "proof_of_the_jcs_suite_with_an_rdfc_signature": ({"cryptosuite": "eddsa-jcs-2022"}, "signature.wrong"),
    "proof_of_an_old_type": ({"type": "Ed25519Signature2020"}, "proof.unknown_type"),
    "proof_for_signing_in": ({"proofPurpose": "authentication"}, "proof.purpose"),
    "proof_for_delegation": ({"proofPurpose": "capabilityDelegation"}, "proof.purpose"),
    "proof_without_purpose": ({"proofPurpose": ...}, "proof.incomplete"),
    "proof_without_method": ({"verificationMethod": ...}, "proof.incomplete"),
    "proof_without_value": ({"proofValue": ...}, "proof.incomplete"),
    "proof_whose_date_was_moved": ({"created": "2026-11-02T12:00:00Z"}, "signature.wrong"),
    "proof_whose_date_was_removed": ({"created": ...}, "signature.wrong"),
    "proof_whose_date_has_no_time_zone": ({"created": "2026-11-01T12:00:00"}, "date.malformed"),
    "proof_whose_date_is_a_number": ({"created": 1793534400}, "date.malformed"),
    "proof_with_a_challenge_added": ({"challenge": "abc"}, "signature.wrong"),
    "proof_with_a_domain_added": ({"domain": "https://pirate.example"}, "signature.wrong"),
    "proof_with_an_unknown_member": ({"jws": "e30..AAAA"}, "proof.unknown_member"),
}
for name, (members, code) in MALFORMED.items():
    add(name, "A4", 4, code, lambda members=members: attempt(with_proof(**members)))


@fails("A4", 4, "proof.purpose")
def proof_made_to_sign_in() -> Attempt:
    return attempt(sign(credential(), LOGIN, purpose="authentication"))


@fails("A4", 4, "proof.created_in_future")
def proof_from_the_future() -> Attempt:
    return attempt(sign(credential(), created=NOW + timedelta(minutes=6)))


@fails("A4", 4, "proof.created_in_future")
def jwt_from_the_future() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(), signer=CURRENT, now=NOW + timedelta(minutes=6)))


@fails("A4", 4, "proof.expired")
def proof_expired() -> Attempt:
    return attempt(sign(credential(), expires=NOW))


@fails("A4", 4, "proof.challenge")
def proof_replayed_from_another_request() -> Attempt:
    document = sign(credential(), challenge="hier", domain="https://verif.example")
    return attempt(document, expected=Expectations(challenge="aujourdhui", domain="https://verif.example"))


@fails("A4", 4, "proof.domain")
def proof_replayed_from_another_site() -> Attempt:
    document = sign(credential(), challenge="abc", domain="https://autre.example")
    return attempt(document, expected=Expectations(challenge="abc", domain="https://verif.example"))


@fails("A4", 4, "proof.challenge")
def proof_without_the_challenge_that_was_asked() -> Attempt:
    return attempt(sign(credential()), expected=Expectations(challenge="abc"))


PROOFS: dict[str, tuple[Any, str]] = {
    "proof_absent": (..., "proof.absent"),
    "proof_array_empty": ([], "proof.absent"),
    "proof_as_a_text": ("zAbc", "proof.malformed"),
    "proof_as_null": (None, "proof.malformed"),
    "proof_array_with_a_text": (["zAbc"], "proof.malformed"),
}
for name, (value, code) in PROOFS.items():
    add(name, "A4", 4, code, lambda value=value: attempt(changed(sign(credential()), "proof", value)))


@fails("A4", 4, "proof.too_many")
def proofs_by_the_thousand() -> Attempt:
    document = sign(credential())
    return attempt(document | {"proof": document["proof"] * 1000})


# --- A6 --------------------------------------------------------------------------------------------


def signature() -> bytes:
    return multibase.decode(sign(credential())["proof"][0]["proofValue"])


def with_signature(octets: bytes) -> Attempt:
    return attempt(with_proof(proofValue="z" + base58.encode(octets)))


@fails("A6", 4, "signature.malleable")
def signature_with_the_order_of_the_group_added() -> Attempt:
    s = int.from_bytes(signature()[32:], "little") + ED25519_ORDER
    return with_signature(signature()[:32] + s.to_bytes(32, "little"))


@fails("A6", 4, "signature.length")
def signature_one_byte_short() -> Attempt:
    return with_signature(signature()[:-1])


@fails("A6", 4, "signature.length")
def signature_one_byte_long() -> Attempt:
    return with_signature(signature() + b"\0")


@fails("A6", 4, "signature.length")
def signature_with_a_leading_zero() -> Attempt:
    return attempt(with_proof(proofValue="z1" + base58.encode(signature())))


@fails("A6", 4, "signature.length")
def signature_empty() -> Attempt:
    return attempt(with_proof(proofValue="z"))


@fails("A6", 4, "signature.small_order")
def signature_around_the_neutral_point() -> Attempt:
    return with_signature(b"\x01" + bytes(63))


@fails("A6", 4, "signature.wrong")
def signature_of_zeros_but_a_true_point() -> Attempt:
    return with_signature(signature()[:32] + bytes(32))


@fails("A6", 4, "signature.wrong")
def signature_with_its_halves_swapped() -> Attempt:
    # Each half stays below the order of the group, or the reason would be another.
    halves = signature()
    small = min(halves[:32], halves[32:], key=lambda half: int.from_bytes(half, "little"))
    return with_signature(halves[:32] + small[:-1] + b"\x0f")


@fails("A6", 4, "proof.value")
def signature_in_base64url() -> Attempt:
    return attempt(with_proof(proofValue=multibase.encode(signature(), base="u")))


@fails("A6", 4, "proof.value")
def signature_in_hexadecimal() -> Attempt:
    return attempt(with_proof(proofValue="f" + signature().hex()))


@fails("A6", 4, "proof.value")
def signature_without_its_multibase_letter() -> Attempt:
    return attempt(with_proof(proofValue=base58.encode(signature())))


@fails("A6", 4, "proof.value")
def signature_followed_by_a_space() -> Attempt:
    return attempt(with_proof(proofValue="z" + base58.encode(signature()) + " "))


@fails("A6", 4, "proof.value")
def signature_with_a_letter_outside_base58() -> Attempt:
    return attempt(with_proof(proofValue="z0" + base58.encode(signature())))


@fails("A6", 4, "proof.key_kind")
def signature_of_p256_under_an_eddsa_suite() -> Attempt:
    return attempt(with_proof(verificationMethod=P256.verification_method))
