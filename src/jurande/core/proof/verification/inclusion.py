# SPDX-License-Identifier: Apache-2.0
"""Step 8 of a verification: the public log shows the credential, where that is asked for.

It is asked for by the verifier, by the trust given to the issuer, or because the key was stolen: then only what the log
showed before the theft still counts, whatever dates are written in the credential.
"""

from __future__ import annotations

from datetime import UTC, datetime

from jurande.core.log.offline import parse_offline_proof, verify_offline_proof
from jurande.core.proof.commitment import committed_bytes, issuance_entry, read_extra
from jurande.core.proof.errors import Undecided
from jurande.core.proof.history import Compromise
from jurande.core.proof.instants import instant_text
from jurande.core.proof.trust import Trust
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State
from jurande.core.proof.verification.signatures import Established


def check_inclusion(
    established: Established, log_proof: bytes | None, *, trust: Trust, expected: Expectations, course: Course
) -> Undecided | None:
    """Add step 8 to ``course``, or return why it stays open.

    :raises VerificationError: a proof that proves nothing, an absent one that is demanded, or a stolen key whose
        signature the log does not show before the theft.
    """
    compromises = [key.compromise for key in established.keys if key.compromise is not None]
    if log_proof is None:
        return _without_proof(established, bool(compromises), expected=expected, course=course)
    if trust.log_policy is None:
        if compromises or expected.log_required:
            raise course.refusal(Number.LOG, "log.no_policy", "no log is trusted")
        course.pass_step(Number.LOG, "log.no_policy", state=State.UNKNOWN)
        return None
    with course.refusing_at(Number.LOG):
        proof = parse_offline_proof(log_proof)
        entry = issuance_entry(committed_bytes(established.signed_form), read_extra(proof.extra))
        seen = verify_offline_proof(proof, entry=entry, policy=trust.log_policy)
    for compromise in compromises:
        _check_before(compromise, seen.checkpoint.origin, proof.index, course)
    first_seen = min(seen.seen_at.values(), default=None)
    course.pass_step(
        Number.LOG,
        "log.shown_before_theft" if compromises else "log.shown",
        origin=seen.checkpoint.origin,
        index=str(proof.index),
        size=str(seen.checkpoint.size),
        witnesses=", ".join(sorted(seen.seen_at)),
        witnessed_at=instant_text(datetime.fromtimestamp(first_seen, UTC)) if first_seen is not None else "",
    )
    return None


def _without_proof(
    established: Established, stolen: bool, *, expected: Expectations, course: Course
) -> Undecided | None:
    if stolen:
        raise course.refusal(Number.LOG, "log.key_compromised", "the key was stolen, and the log shows nothing")
    if expected.log_required:
        raise course.refusal(Number.LOG, "log.required", "the log must show it, and nothing was given")
    if established.issuer.requires_log:
        course.pass_step(Number.LOG, "log.not_shown", state=State.UNKNOWN)
        return course.undecided(Number.LOG, "log.not_shown", "its issuer logs everything, and no proof was given")
    course.pass_step(Number.LOG, "log.not_asked", state=State.NOT_APPLICABLE)
    return None


def _check_before(compromise: Compromise, origin: str, index: int, course: Course) -> None:
    if origin != compromise.log_origin or index >= compromise.log_size:
        raise course.refusal(Number.LOG, "log.after_theft", f"entry {index} of {origin} came after the theft")
