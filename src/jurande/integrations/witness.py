"""Asking witnesses to cosign our checkpoints.

A witness remembers the latest checkpoint that it saw of each log and refuses any that does not extend it: it is what
makes a second history visible. Source: c2sp.org/tlog-witness@v1.0.0, add-checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from jurande.core.encoding import base64std
from jurande.core.errors import CoreError
from jurande.core.log.checkpoints import Checkpoint, checkpoint_of, parse_checkpoint, parse_decimal
from jurande.core.log.cosignatures import cosigned_by, verify_cosignature
from jurande.core.log.errors import NoteRefused
from jurande.core.log.notes import LARGEST_NOTE_BYTES, Note, Signature, VerifierKey, parse_note, parse_signatures
from jurande.core.log.proofs import LONGEST_PROOF
from jurande.integrations.outbound import Answer, Server, Unreachable

SIZE_TYPE = "text/x.tlog.size"

# The consistency proof from a size to that of the checkpoint being submitted.
type Prove = Callable[[int], Sequence[bytes]]


class WitnessError(CoreError):
    """The witness did not cosign; ``code`` says whether to ask again later (``witness.later``) or to call somebody."""

    code = "witness.refused"


class WitnessAlarm(WitnessError):
    """The witness saw another history of our log: freeze publication and call a human. Never ask again by oneself."""

    code = "witness.alarm"


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its key, and the server where it takes checkpoints."""

    key: VerifierKey
    server: Server


def cosign(witness: Witness, note: Note, *, known_size: int, prove: Prove) -> Signature:
    """Return the witness's cosignature of the checkpoint ``note``, verified.

    ``known_size`` is the size this witness cosigned last, as far as we know (0 when never); when it says another, the
    proof is made again from there, once.

    :raises WitnessAlarm: it holds a checkpoint that ours does not extend, or a larger one than ours.
    :raises WitnessError: it does not know our log (``witness.unknown_log``), our key (``witness.key``) or our request
        (``witness.malformed``), answered nonsense (``witness.answer``), or cannot be reached (``witness.later``).
    """
    size = parse_checkpoint(note.text).size
    answer = _submit(witness, note, known_size, prove)
    if answer.status == 409:
        # The witness names the size it has. Its word starts a new proof, it does not end the matter.
        known_size = _size_in(answer, asked=known_size, ours=size)
        answer = _submit(witness, note, known_size, prove)
    match answer.status:
        case 200:
            return _cosignature(witness.key, note, answer.body)
        case 400:
            raise WitnessError("the request is malformed for this witness", code="witness.malformed")
        case 403:
            raise WitnessError("the witness does not accept our key", code="witness.key")
        case 404:
            raise WitnessError("the witness does not know our log", code="witness.unknown_log")
        case 409:
            raise WitnessError("the witness changed its mind about the size again", code="witness.later")
        case 422:
            raise WitnessAlarm(f"our {size} entries do not extend what the witness holds ({known_size})")
        case 429 | 500 | 502 | 503 | 504:
            raise WitnessError(f"the witness answers {answer.status}", code="witness.later")
    raise WitnessError(f"the witness answers {answer.status}", code="witness.answer")


def latest_seen(witness: Witness, log_key: VerifierKey) -> Checkpoint | None:
    """Return the latest checkpoint of our log that the witness shows, None when it has none.

    Before signing, it tells whether a restored backup is older than what the world saw.
    :raises WitnessError: it cannot be reached, or shows something that is not signed by our log and by itself.
    """
    path = f"{sha256(log_key.name.encode()).hexdigest()}/checkpoint"
    try:
        answer = witness.server.get(path, largest_bytes=LARGEST_NOTE_BYTES)
    except Unreachable as error:
        raise WitnessError(str(error), code="witness.later") from error
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise WitnessError(f"the witness answers {answer.status}", code="witness.later")
    try:
        note = parse_note(answer.body)
        checkpoint = checkpoint_of(note, [log_key])
        times = cosigned_by(note, [witness.key])
    except NoteRefused as refusal:
        raise WitnessError(f"what the witness shows: {refusal}", code="witness.answer") from refusal
    if not times:
        raise WitnessError("the witness shows a checkpoint that it did not cosign", code="witness.answer")
    return checkpoint


def _submit(witness: Witness, note: Note, known_size: int, prove: Prove) -> Answer:
    proof = prove(known_size)
    if len(proof) > LONGEST_PROOF:
        raise ValueError(f"{len(proof)} hashes: no tree is that tall")
    lines = [f"old {known_size}\n", *(base64std.encode(value) + "\n" for value in proof), "\n"]
    body = "".join(lines).encode() + note.octets
    try:
        return witness.server.post(
            "add-checkpoint", body, media_type="text/plain; charset=utf-8", largest_bytes=LARGEST_NOTE_BYTES
        )
    except Unreachable as error:
        raise WitnessError(str(error), code="witness.later") from error


def _size_in(answer: Answer, *, asked: int, ours: int) -> int:
    """Return the size that the witness holds, from the body of a 409."""
    if answer.content_type.partition(";")[0].strip().lower() != SIZE_TYPE or not answer.body.endswith(b"\n"):
        raise WitnessError("a conflict that names no size", code="witness.answer")
    try:
        size = parse_decimal(answer.body[:-1].decode("ascii"))
    except (UnicodeDecodeError, NoteRefused):
        raise WitnessError("a conflict that names no size", code="witness.answer") from None
    if size > ours:
        raise WitnessAlarm(f"the witness holds {size} entries, we have {ours}", code="witness.alarm.rollback")
    if size == asked == ours:  # version 1.0.0 of the specification answers so to a second root of one size
        raise WitnessAlarm(f"the witness holds another root for {size} entries")
    if size == asked:
        raise WitnessError("a conflict that names the size we gave", code="witness.answer")
    return size


def _cosignature(key: VerifierKey, note: Note, body: bytes) -> Signature:
    try:
        lines = parse_signatures(body.decode("utf-8"))
        ours = [line for line in lines if (line.name, line.key_id) == (key.name, key.key_id)]
        if not ours:
            raise WitnessError("an answer without the witness's own signature", code="witness.answer")
        return max(ours, key=lambda line: verify_cosignature(note.text, line, key))
    except (UnicodeDecodeError, NoteRefused) as refusal:
        raise WitnessError(f"what the witness signed: {refusal}", code="witness.answer") from refusal
