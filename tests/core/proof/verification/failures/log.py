"""Stolen keys, and what the log does or does not show. (Reliability plan, §3.8; A5 for what was never logged.)"""

from __future__ import annotations

from dataclasses import replace

from jurande.core.log.policies import Policy
from jurande.core.proof import jose
from jurande.core.proof.commitment import Opening
from jurande.core.proof.verification import Expectations
from tests.core.log import samples
from tests.core.proof.verification.failures.catalogue import fails
from tests.core.proof.verification.world import (
    CURRENT,
    LAST_MONTH,
    LOG_SIZE_BEFORE_THEFT,
    STOLEN,
    Attempt,
    attempt,
    credential,
    shown_in_log,
    sign,
    trust,
)

REQUIRED = Expectations(log_required=True)


@fails("A5", 8, "log.key_compromised")
def stolen_key_and_a_date_before_the_theft() -> Attempt:
    return attempt(sign(credential(), STOLEN))


@fails("A5", 8, "log.after_theft")
def stolen_key_and_an_entry_after_the_theft() -> Attempt:
    document = sign(credential(), STOLEN)
    return attempt(document, log_proof=shown_in_log(document, index=LOG_SIZE_BEFORE_THEFT))


@fails("A5", 8, "log.proof.root")
def stolen_key_and_the_entry_of_another_credential() -> Attempt:
    shown = sign(credential(), STOLEN)
    forged = sign(credential(name="Docteur"), STOLEN)
    return attempt(forged, log_proof=shown_in_log(shown))


@fails("A5", 8, "log.no_policy")
def stolen_key_and_no_trusted_log() -> Attempt:
    document = sign(credential(), STOLEN)
    return attempt(document, log_proof=shown_in_log(document), trust=trust(log_policy=None))


@fails("A5", 8, "log.key_compromised")
def stolen_key_in_a_jwt() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(), signer=STOLEN, now=LAST_MONTH))


@fails("A5", 8, "log.required")
def proof_of_inclusion_asked_for_and_absent() -> Attempt:
    return attempt(sign(credential()), expected=REQUIRED)


@fails("A5", 8, "log.not_shown", undecided=True)
def proof_of_inclusion_absent_for_an_issuer_that_logs_everything() -> Attempt:
    return attempt(sign(credential()), trust=trust(requires_log=True))


@fails("A5", 8, "log.proof.root")
def proof_of_inclusion_of_the_credential_before_it_was_changed() -> Attempt:
    shown = sign(credential())
    return attempt(sign(credential(name="Docteur")), log_proof=shown_in_log(shown), expected=REQUIRED)


@fails("A5", 8, "log.proof.root")
def proof_of_inclusion_of_another_signature_of_the_same_credential() -> Attempt:
    shown = sign(credential())
    again = sign(credential(), created=LAST_MONTH.replace(minute=1))
    return attempt(again, log_proof=shown_in_log(shown), expected=REQUIRED)


@fails("A5", 8, "log.proof.root")
def proof_of_inclusion_at_another_index() -> Attempt:
    document = sign(credential())
    proof = shown_in_log(document).replace(b"\nindex 2\n", b"\nindex 3\n")
    return attempt(document, log_proof=proof)


@fails("A5", 8, "log.extra")
def proof_of_inclusion_without_salt() -> Attempt:
    document = sign(credential())
    return attempt(document, log_proof=shown_in_log(document, extra=None))


@fails("A5", 8, "log.extra")
def proof_of_inclusion_with_something_else_than_a_salt() -> Attempt:
    document = sign(credential())
    return attempt(document, log_proof=shown_in_log(document, extra=b"[]"))


@fails("A5", 8, "log.entry.salt")
def proof_of_inclusion_with_a_short_salt() -> Attempt:
    document = sign(credential())
    return attempt(document, log_proof=shown_in_log(document, extra=b'{"id":"7KQ2MZ","salt":"AAAA"}'))


@fails("A5", 8, "log.proof.root")
def proof_of_inclusion_with_another_salt() -> Attempt:
    document = sign(credential())
    told = shown_in_log(document, opening=Opening("7KQ2MZ", b"\x2b" * 32)).split(b"\n")[1]
    lines = shown_in_log(document).split(b"\n")
    lines[1] = told
    return attempt(document, log_proof=b"\n".join(lines))


@fails("A5", 8, "log.note.unsigned")
def proof_of_inclusion_in_a_log_that_nobody_trusts() -> Attempt:
    document = sign(credential())
    stranger = replace(samples.KEY, public_key=CURRENT.public_key.octets)
    return attempt(document, log_proof=shown_in_log(document), trust=trust(log_policy=Policy((stranger,))))


@fails("A5", 8, "log.note.signature")
def proof_of_inclusion_under_a_root_that_was_changed() -> Attempt:
    document = sign(credential())
    return attempt(document, log_proof=shown_in_log(document).replace(b"\n12\n", b"\n13\n"))


@fails("A5", 8, "log.quorum")
def proof_of_inclusion_that_no_witness_saw() -> Attempt:
    document = sign(credential())
    key, _ = samples.witness()
    policy = Policy((samples.KEY,), witnesses={"temoin": key}, quorum="temoin")
    return attempt(document, log_proof=shown_in_log(document), trust=trust(log_policy=policy))


@fails("A5", 8, "log.proof.syntax")
def proof_of_inclusion_that_is_none() -> Attempt:
    return attempt(sign(credential()), log_proof=b"inscrit au registre, promis")


@fails("A5", 8, "log.proof.root")
def proof_of_inclusion_of_a_credential_with_another_proof_added() -> Attempt:
    document = sign(credential())
    return attempt(sign(document), log_proof=shown_in_log(document), expected=REQUIRED)
