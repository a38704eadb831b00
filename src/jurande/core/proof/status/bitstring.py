# SPDX-License-Identifier: Apache-2.0
"""Bitstring Status List: one bit for each credential, the left-most first, in a signed credential of its own.

Source: Bitstring Status List 1.0 (W3C Recommendation) §2.1 entries, §2.2 lists, §3.2 validation, §3.3–3.4 encoding.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jurande.core.encoding import multibase
from jurande.core.encoding.bits import BitString
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.instants import instant_text
from jurande.core.proof.status.errors import StatusRefused
from jurande.core.proof.status.inflate import Wrapping, inflate

LEAST_ENTRIES = 131_072
CREDENTIALS_CONTEXT = "https://www.w3.org/ns/credentials/v2"
ENTRY_TYPE = "BitstringStatusListEntry"
LIST_TYPE = "BitstringStatusListCredential"
REVOCATION = "revocation"
SUSPENSION = "suspension"
MESSAGE = "message"
REFRESH = "refresh"
PURPOSES = frozenset({REVOCATION, SUSPENSION, MESSAGE, REFRESH})

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_LONGEST_LIST_TEXT = 8 * 1024 * 1024
_MOST_MESSAGES = 256


@dataclass(frozen=True, slots=True)
class BitstringEntry:
    """Where a credential's status is written: which list, which place, for which purpose.

    ``size_bits`` is the width of one place; ``messages`` gives the meaning of each value when it is above one, or when
    the purpose is «message».
    """

    list_url: str
    index: int
    purpose: str
    size_bits: int = 1
    messages: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class BitstringList:
    """What a list credential says, once somebody has verified its signature: nothing here does."""

    list_url: str
    purposes: frozenset[str]
    bits: BitString
    ttl_ms: int | None = None


def encode_list(bits: BitString) -> str:
    """Return ``bits`` as ``encodedList``: ``u`` + base64url of gzip, the same text for the same bits.

    :raises StatusRefused: fewer than ``LEAST_ENTRIES`` bits, so few that a list would point at its holders.
    """
    if len(bits) < LEAST_ENTRIES:
        raise StatusRefused(f"{len(bits)} entries, {LEAST_ENTRIES} at the least", code="status.list_short")
    # Level 6 finds all there is to find in sparse bits; zlib's own gzip header carries no date.
    stream = zlib.compressobj(6, zlib.DEFLATED, Wrapping.GZIP)
    return multibase.encode(stream.compress(bits.octets) + stream.flush(), base="u")


def decode_list(text: str) -> BitString:
    """Return the bits of an ``encodedList``.

    :raises StatusRefused: no ``u`` prefix, not base64url, not one gzip stream, too large, or below ``LEAST_ENTRIES``.
    """
    if len(text) > _LONGEST_LIST_TEXT:
        raise StatusRefused("longer than any list", code="status.list_bomb")
    try:
        compressed = multibase.decode(text, base="u")
    except EncodingError as error:
        raise StatusRefused(str(error), code="status.list_encoding") from None
    bits = BitString(inflate(compressed, Wrapping.GZIP))
    if len(bits) < LEAST_ENTRIES:
        raise StatusRefused(f"{len(bits)} entries, {LEAST_ENTRIES} at the least", code="status.list_short")
    return bits


def status_entry(*, list_url: str, index: int, purpose: str) -> dict[str, str]:
    """Return the ``credentialStatus`` to put in a credential; the index is text, as the specification wants it.

    :raises StatusRefused: a negative index, or a purpose that is neither revocation nor suspension.
    """
    if index < 0 or purpose not in (REVOCATION, SUSPENSION):
        raise StatusRefused("not an entry that we issue", code="status.entry")
    return {
        "id": f"{list_url}#{index}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def list_credential(
    *, list_url: str, issuer: str, purpose: str, bits: BitString, valid_from: datetime, valid_until: datetime
) -> dict[str, object]:
    """Return the list as a credential, ready to be signed; past ``valid_until`` (excluded) nobody may rely on it.

    A short life is what makes the replay of an older list fail: sign it again before it ends.
    :raises StatusRefused: as :func:`encode_list` does, another purpose, or a life that ends before it begins.
    """
    if purpose not in (REVOCATION, SUSPENSION):
        raise StatusRefused(f"a list for {purpose}", code="status.purpose")
    if valid_until <= valid_from:
        raise StatusRefused("a list that ends before it begins", code="status.list_dates")
    return {
        "@context": [CREDENTIALS_CONTEXT],
        "id": list_url,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": issuer,
        "validFrom": instant_text(valid_from),
        "validUntil": instant_text(valid_until),
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_list(bits),
        },
    }


def read_entry(node: Mapping[str, object]) -> BitstringEntry:
    """Return the entry that one ``credentialStatus`` object holds.

    :raises StatusRefused: an index that is not the base 10 text of an integer from 0 to 999,999,999, an unknown
        purpose, a list without address, a width outside 1 to 8, or messages that do not cover the width.
    """
    purpose, index, url = node.get("statusPurpose"), node.get("statusListIndex"), node.get("statusListCredential")
    if not isinstance(purpose, str) or purpose not in PURPOSES:
        raise StatusRefused("an unknown purpose", code="status.purpose")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise StatusRefused("an index that is not the text of an integer", code="status.index")
    if not isinstance(url, str) or not url:
        raise StatusRefused("no list", code="status.no_list")
    size = node.get("statusSize", 1)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= 8:
        raise StatusRefused("a width outside 1 to 8 bits", code="status.size")
    if size > 1 and purpose != MESSAGE:
        raise StatusRefused("a width that only messages use", code="status.size")
    messages = _messages(node.get("statusMessage"), size) if purpose == MESSAGE else None
    return BitstringEntry(url, int(index), purpose, size, messages)


def read_list(document: Mapping[str, object]) -> BitstringList:
    """Return what a list credential, already verified, says.

    :raises StatusRefused: another type, no list, no purpose, or an encoding that :func:`decode_list` refuses.
    """
    types = document.get("type")
    subject = document.get("credentialSubject")
    if not isinstance(types, list) or LIST_TYPE not in types or not isinstance(subject, dict):
        raise StatusRefused("not a status list", code="status.list_type")
    if subject.get("type") not in ("BitstringStatusList", ["BitstringStatusList"]):
        raise StatusRefused("not a status list", code="status.list_type")
    purpose, encoded, url = subject.get("statusPurpose"), subject.get("encodedList"), document.get("id")
    named: list[object] = purpose if isinstance(purpose, list) else [purpose]
    purposes = frozenset(item for item in named if isinstance(item, str) and item in PURPOSES)
    if not named or len(purposes) != len(named):
        raise StatusRefused("an unknown purpose", code="status.purpose")
    if not isinstance(encoded, str) or not isinstance(url, str):
        raise StatusRefused("no list", code="status.list_encoding")
    ttl = subject.get("ttl")
    if ttl is not None and (not isinstance(ttl, int) or isinstance(ttl, bool) or ttl < 0):
        raise StatusRefused("a time to live that is no duration", code="status.list_dates")
    return BitstringList(url, purposes, decode_list(encoded), ttl)


def value_at(entry: BitstringEntry, found: BitstringList) -> int:
    """Return the value that the list holds for the entry: 0 says nothing against the credential.

    :raises StatusRefused: another list than the one named, another purpose, or a place that the list does not have.
    """
    if found.list_url != entry.list_url:
        raise StatusRefused(f"the list of {found.list_url}", code="status.other_list")
    if entry.purpose not in found.purposes:
        raise StatusRefused(f"a list for {', '.join(sorted(found.purposes))}", code="status.other_purpose")
    if len(found.bits) // entry.size_bits < LEAST_ENTRIES:
        raise StatusRefused("too few entries of this width", code="status.list_short")
    start = entry.index * entry.size_bits
    if start + entry.size_bits > len(found.bits):
        raise StatusRefused(f"no place {entry.index} in the list", code="status.index_outside")
    value = 0
    for place in range(start, start + entry.size_bits):
        value = value << 1 | found.bits[place]
    return value


def _messages(nodes: object, size_bits: int) -> dict[int, str]:
    if not isinstance(nodes, list) or len(nodes) != 2**size_bits or len(nodes) > _MOST_MESSAGES:
        raise StatusRefused("messages that do not cover the values", code="status.messages")
    messages: dict[int, str] = {}
    for node in nodes:
        value = node.get("status") if isinstance(node, dict) else None
        text = node.get("message") if isinstance(node, dict) else None
        if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{1,2}", value) or not isinstance(text, str):
            raise StatusRefused("a message without value or text", code="status.messages")
        messages[int(value, 16)] = text
    if set(messages) != set(range(2**size_bits)):
        raise StatusRefused("messages that do not cover the values", code="status.messages")
    return messages
