"""What was heard outside, and the judgement: what came back must be all of it, once, unaltered, and nothing else.

Nothing here reads the database or asks the register: it compares what children said before the fault with what one
says after it, and reads the published files as any stranger would.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from jurande.core.encoding import jcs
from jurande.core.log.check import check
from jurande.core.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from jurande.core.log.errors import LogError, Rollback
from jurande.core.log.hashing import leaf_hash
from jurande.core.log.notes import VerifierKey
from jurande.core.log.policies import Policy
from jurande.core.log.proofs import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from jurande.core.log.tiles import CHECKPOINT
from jurande.core.proof.commitment import Opening, committed_bytes, issuance_entry
from jurande.core.proof.data_integrity import Expected, Proof, verify_proofs
from jurande.core.proof.did import read_did_document
from jurande.core.proof.errors import ProofError
from jurande.core.proof.keys import PublicKey
from jurande.integrations.log_files import DirectoryLog

# The proofs are judged long after they were made, whatever the clock of the fault said.
SOMEDAY = Expected(now=datetime(2100, 1, 1, tzinfo=UTC), tolerance=timedelta(0))


@dataclass(frozen=True)
class Row:
    """A credential as the register has it; ``signed`` is empty until it is sealed, and once it is erased."""

    key: str
    business_key: str
    code: str
    state: str
    signed: str
    entry_id: str
    salt: str
    seq: int
    moves: tuple[str, ...]
    standing: str

    @property
    def digest(self) -> str:
        return sha256(self.signed.encode()).hexdigest()


@dataclass(frozen=True)
class Recovered:
    """What a process that starts again, settles and checks has to say. ``bad`` is the count of `check-seal`."""

    rows: tuple[Row, ...]
    bad: int
    faults: tuple[str, ...]


@dataclass
class Ledger:
    """All that was acknowledged, signed or shown, as heard outside."""

    intended: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    moves: dict[str, list[str]] = field(default_factory=dict)
    signatures: set[str] = field(default_factory=set)
    roots: dict[int, bytes] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    verified: set[str] = field(default_factory=set)
    extended: set[int] = field(default_factory=set)

    def note(self, line: dict[str, Any]) -> None:
        """Remember one line of a child."""
        match line:
            case {"intended": str(key), "code": str(code)}:
                if self.intended.setdefault(key, code) != code:
                    self.forks.append(f"{key} was answered {self.intended[key]}, then {code}")
            case {"sealed": str(code), "digest": str(digest)}:
                if self.sealed.setdefault(code, digest) != digest:
                    self.forks.append(f"{code} was given out with two contents")
            case {"batch": str(name), "lines": int(lines)}:
                self.batches[name] = lines
            case {"move": str(move), "code": str(code)}:
                self.moves.setdefault(code, []).append(move)
            case {"signature": str(signature)}:
                self.signatures.add(signature)
            case {"checkpoint": str(text)}:
                self.see(text)
            case {"refused": str(reason)}:
                self.refusals[reason] += 1
            case _:
                self.forks.append(f"an unknown answer: {line}")

    def see(self, text: str) -> None:
        """Remember the text of a checkpoint, signed or shown: one root for each size, for ever."""
        checkpoint = parse_checkpoint(text)
        if self.roots.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            self.forks.append(f"two roots for {checkpoint.size} entries")

    @property
    def acknowledged(self) -> int:
        return len(self.intended) + len(self.batches) + sum(map(len, self.moves.values()))


@dataclass(frozen=True)
class Published:
    """The folder of public files, read as a stranger reads it, with the key of the log."""

    folder: Path
    log_key: VerifierKey

    @property
    def log(self) -> DirectoryLog:
        return DirectoryLog(self.folder / "registre")

    def checkpoint(self) -> Checkpoint | None:
        """:raises NoteRefused: it is not signed by the log."""
        note = self.log.read(CHECKPOINT)
        return None if note is None else open_checkpoint(note, [self.log_key])

    def key(self, proof: Proof) -> PublicKey:
        """The key that a proof names, in the `did.json` of its certifier."""
        did, _, _ = proof.verification_method.partition("#")
        path = self.folder / "/".join(did.split(":")[3:]) / "did.json"
        history = read_did_document(json.loads(path.read_bytes()), did=did)
        assert proof.created is not None
        return history.find(proof.verification_method, at=proof.created).key


def judge(ledger: Ledger, found: Recovered, published: Published) -> list[str]:
    """Return every fault, in words; an empty list means that all that was acknowledged is there, once, and holds."""
    published_badly = badly_published(ledger, found, published)
    return [
        *ledger.forks,
        *(f"check-seal: {fault}" for fault in found.faults),
        *([f"check-seal: bad = {found.bad}"] if found.bad and not found.faults else []),
        *lost_or_doubled(ledger, found),
        *orphans(ledger, found),
        *published_badly,
    ]


def lost_or_doubled(ledger: Ledger, found: Recovered) -> list[str]:
    faults = [
        f"{times} credentials for {what} {value}"
        for what, values in (
            ("key", [row.key for row in found.rows]),
            ("business key", [row.business_key for row in found.rows]),
            ("code", [row.code for row in found.rows]),
            ("entry", [str(row.seq) for row in found.rows]),
        )
        for value, times in Counter(values).items()
        if times > 1
    ]
    by_key = {row.key: row for row in found.rows}
    by_code = {row.code: row for row in found.rows}
    for key, code in ledger.intended.items():
        row = by_key.get(key)
        if row is None or row.code != code:
            faults.append(f"acknowledged and lost: {key} ({code})")
    for name, lines in ledger.batches.items():
        missing = [number for number in range(lines) if f"{name}.{number}" not in by_key]
        if missing:
            faults.append(f"acknowledged and lost: lines {missing[:5]} of the batch {name}")
    for code, digest in ledger.sealed.items():
        row = by_code.get(code)
        if row is not None and row.state != "erased" and row.digest != digest:
            faults.append(f"acknowledged and altered: {code}")
    for code, moves in ledger.moves.items():
        kept = iter(by_code[code].moves if code in by_code else ())
        if not all(move in kept for move in moves):
            faults.append(f"acknowledged and lost: {', '.join(moves)} of {code}")
    return faults + [f"still intended after settling: {row.code}" for row in found.rows if row.state == "intended"]


def orphans(ledger: Ledger, found: Recovered) -> list[str]:
    """Credentials that were signed, as the signer told, and that no row holds."""
    held = {value for row in found.rows if row.signed for value in proof_values(row.signed)}
    return [f"signed and known of nobody: {signature}" for signature in ledger.signatures - held]


def proof_values(signed: str) -> list[str]:
    proofs = json.loads(signed)["proof"]
    return [proof["proofValue"] for proof in (proofs if isinstance(proofs, list) else [proofs])]


def badly_published(ledger: Ledger, found: Recovered, published: Published) -> list[str]:
    try:
        shown = published.checkpoint()
        if shown is None:
            return ["no checkpoint is published"] if ledger.sealed else []
        check(published.log, Policy((published.log_key,)))
        ledger.see(shown.text)
        for size in sorted(ledger.roots.keys() - ledger.extended):
            extends(ledger.roots[size], size, shown, published)
        # Whatever extends what is shown now extends all these too.
        ledger.extended = ledger.roots.keys() - {shown.size}
        for row in found.rows:
            if row.signed and row.code not in ledger.verified:
                verify_outside(row, shown, published)
                ledger.verified.add(row.code)
    except (LogError, ProofError, OSError, ValueError, KeyError) as error:
        return [f"published: {type(error).__name__}: {error}"]
    return []


def extends(root: bytes, size: int, shown: Checkpoint, published: Published) -> None:
    """Return if the log shown extends the one of `size` entries. :raises LogError: it does not."""
    if size > shown.size:
        raise Rollback(f"{size} entries were signed, {shown.size} are shown")
    if size:
        proof = consistency_proof(published.log.read, size, shown.size)
        verify_consistency(old=size, old_root=root, new=shown.size, new_root=shown.root, proof=proof)


def verify_outside(row: Row, shown: Checkpoint, published: Published) -> None:
    """Return if the credential verifies with the published key and is in the published log. :raises CoreError:"""
    credential = jcs.parse(row.signed.encode())
    assert isinstance(credential, dict)
    verify_proofs(credential, resolve=published.key, expected=SOMEDAY)
    entry = issuance_entry(committed_bytes(credential), Opening(row.entry_id, bytes.fromhex(row.salt)))
    proof = inclusion_proof(published.log.read, row.seq, shown.size)
    verify_inclusion(leaf=leaf_hash(entry), index=row.seq, size=shown.size, proof=proof, root=shown.root)
