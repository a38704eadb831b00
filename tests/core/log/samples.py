"""A log with fixed keys, in memory: the keys of the specification's regression vectors (seeds 32 × 7 and 32 × 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jurande.core.log.checkpoints import Checkpoint, sign_checkpoint
from jurande.core.log.cosignatures import cosigned_message, with_cosignatures
from jurande.core.log.edge import rebuild, root_of
from jurande.core.log.notes import COSIGNATURE, Note, Signature, VerifierKey, verifier_key
from jurande.core.log.policies import Policy

ORIGIN = "certif.example.fr/journal"
SECRET = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
KEY = verifier_key(ORIGIN, SECRET.public_key().public_bytes_raw())
POLICY = Policy((KEY,))
TIME = 1_793_404_800


def witness(seed: int = 8, name: str = "temoin.example.org/w1") -> tuple[VerifierKey, Ed25519PrivateKey]:
    secret = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return verifier_key(name, secret.public_key().public_bytes_raw(), kind=COSIGNATURE), secret


def cosignature(note: Note, key: VerifierKey, secret: Ed25519PrivateKey, time: int = TIME) -> Signature:
    return Signature(key.name, key.key_id, time.to_bytes(8) + secret.sign(cosigned_message(note.text, time)))


def cosigned(note: Note, *seeds: int) -> Note:
    lines = [cosignature(note, *witness(seed, f"temoin.example.org/w{seed - 7}")) for seed in seeds]
    return with_cosignatures(note, lines)


def entries(count: int, prefix: str = "entry") -> list[bytes]:
    return [f"{prefix} {number}".encode() for number in range(count)]


@dataclass
class MemoryStore:
    """A log's files in a dict; ``lists`` is False for a store that cannot list, as HTTP."""

    files: dict[str, bytes] = field(default_factory=dict)
    lists: bool = True

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def paths(self) -> Iterable[str] | None:
        return list(self.files) if self.lists else None


def build(rows: Sequence[bytes], *seeds: int) -> MemoryStore:
    """The whole log of these entries, its checkpoint cosigned by the witnesses of these seeds."""
    store = MemoryStore()
    edge = rebuild(rows, store.files.__setitem__)
    note = sign_checkpoint(Checkpoint(ORIGIN, len(rows), root_of(edge)), KEY, SECRET.sign)
    store.files["checkpoint"] = cosigned(note, *seeds).octets if seeds else note.octets
    return store


def flipped(octets: bytes, bit: int) -> bytes:
    changed = bytearray(octets)
    changed[bit // 8 % len(octets)] ^= 1 << bit % 8
    return bytes(changed)
