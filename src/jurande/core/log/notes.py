# SPDX-License-Identifier: Apache-2.0
"""Signed notes: a text, and lines that say who signed it. And the one-line keys that verify them.

Source: c2sp.org/signed-note@v1.0.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jurande.core.encoding import base64std
from jurande.core.encoding.errors import EncodingError
from jurande.core.log.errors import NoteRefused

ED25519 = 0x01
COSIGNATURE = 0x04

LARGEST_NOTE_BYTES = 512 * 1024
MOST_SIGNATURES = 100  # the specification asks for 16 at least; post-quantum lines take 3 to 5 kB each

# Sign these bytes with the Ed25519 key: 64 bytes.
type Sign = Callable[[bytes], bytes]

_DASH = "— "
_FIELD = 2**255 - 19
# The y of the points whose order divides 8: under them, a signature needs no private key.
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who may sign: a name, a type of signature (:data:`ED25519` or :data:`COSIGNATURE`) and a public key."""

    name: str
    kind: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that tell keys of one name apart; they are no defence, the whole key is."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    @property
    def text(self) -> str:
        """Return the vkey: ``name+id+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{base64std.encode(bytes([self.kind]) + self.public_key)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: who says to have signed, with which key, and the bytes that the type defines."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """Return the line, with its newline."""
        return f"{_DASH}{self.name} {base64std.encode(self.key_id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its final newline, and its signatures, believed or not."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def octets(self) -> bytes:
        """Return the note as it is served."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


def verifier_key(name: str, public_key: bytes, *, kind: int = ED25519) -> VerifierKey:
    """Return the key after checking that it can be believed.

    :raises NoteRefused: a name that is empty or holds a space, a control character or ``+``; a kind that is not
        Ed25519; a key that is not canonical, or whose signatures anybody can make.
    """
    _check_name(name)
    if kind not in (ED25519, COSIGNATURE):
        raise NoteRefused(f"signature type 0x{kind:02x}", code="log.key.kind")
    if len(public_key) != 32:
        raise NoteRefused("a public key that is not 32 bytes", code="log.key.length")
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    if y >= _FIELD or y in _SMALL_ORDER:
        raise NoteRefused("a weak public key", code="log.key.weak")
    return VerifierKey(name, kind, public_key)


def parse_vkey(text: str) -> VerifierKey:
    """Return the verifier key of ``name+id+base64``; the id is computed again and must agree.

    :raises NoteRefused: malformed, of another type, weak, or under another id than its own.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        octets = base64std.decode(encoded)
    except EncodingError:
        raise NoteRefused("not a verifier key", code="log.key.syntax") from None
    if not octets:
        raise NoteRefused("not a verifier key", code="log.key.syntax")
    key = verifier_key(name, octets[1:], kind=octets[0])
    if key.key_id.hex() != key_id:
        raise NoteRefused("the id is not the key's", code="log.key.id")
    return key


def parse_note(octets: bytes) -> Note:
    """Return the text and the signatures of a note, none of them verified.

    :raises NoteRefused: too large, not UTF-8, a control character, no signature or too many, a malformed line.
    """
    if len(octets) > LARGEST_NOTE_BYTES:
        raise NoteRefused(f"more than {LARGEST_NOTE_BYTES} bytes", code="log.note.size")
    try:
        whole = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused("not UTF-8", code="log.note.syntax") from None
    if any(character < " " and character != "\n" for character in whole):
        raise NoteRefused("a control character", code="log.note.syntax")
    at = whole.rfind("\n\n")  # the last empty line; the text itself may hold others
    if at < 0 or not whole.endswith("\n"):
        raise NoteRefused("no signature block", code="log.note.syntax")
    return Note(whole[: at + 1], parse_signatures(whole[at + 2 :]))


def parse_signatures(block: str) -> tuple[Signature, ...]:
    """Return the signatures of a block of lines, each ended by a newline; at least one.

    :raises NoteRefused: none, too many, or a malformed line.
    """
    lines = block.split("\n")
    if lines.pop() or not lines:
        raise NoteRefused("no signature, or a line cut short", code="log.note.syntax")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused(f"more than {MOST_SIGNATURES} signatures", code="log.note.size")
    return tuple(_parse_line(line) for line in lines)


def _parse_line(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator:
        raise NoteRefused("a malformed signature line", code="log.note.syntax")
    _check_name(name)
    try:
        octets = base64std.decode(encoded)
    except EncodingError:
        raise NoteRefused("a signature that is not base64", code="log.note.syntax") from None
    if len(octets) <= 4:
        raise NoteRefused("a signature that is too short", code="log.note.syntax")
    return Signature(name, octets[:4], octets[4:])


def _check_name(name: str) -> None:
    if not name or len(name) > 255 or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteRefused("a key name that is empty, too long, or holds a space or «+»", code="log.key.name")


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return those of ``keys`` that signed the note, at least one.

    :raises NoteRefused: a signature of a known key that does not verify, or no signature of a known key.
    """
    known = {(key.name, key.key_id): key for key in keys if key.kind == ED25519}
    signers: dict[VerifierKey, None] = {}
    for signature in note.signatures:
        # 1. Who is not known says nothing, neither for nor against.
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        # 2. Who is known must verify, or the whole note is refused.
        verify_ed25519(key, signature.blob, note.text.encode())
        signers[key] = None
    # 3. At least one known key must have signed.
    if not signers:
        raise NoteRefused("not signed by a known key", code="log.note.unsigned")
    return tuple(signers)


def verify_ed25519(key: VerifierKey, signature: bytes, message: bytes) -> None:
    """Return if ``signature`` is the key's on ``message``.

    :raises NoteRefused: it is not. S not below the group order is refused by the library; weak keys by
        :func:`verifier_key`.
    """
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteRefused(f"the signature of {key.name} is not good", code="log.note.signature") from None


def sign_note(text: str, key: VerifierKey, sign: Sign) -> Note:
    """Return ``text`` signed by ``key``; the signature is verified before it is believed.

    :raises NoteRefused: the text is not one of a note, or ``sign`` holds another key or went wrong.
    """
    note = Note(text, (Signature(key.name, key.key_id, sign(text.encode())),))
    verify_note(parse_note(note.octets), [key])
    return note
