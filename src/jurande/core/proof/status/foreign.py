# SPDX-License-Identifier: Apache-2.0
"""The two other registers of statuses that we read: 1EdTech's list of identifiers, and the IETF's token list.

Source: 1EdTech Revocation List Status Method 1.0; draft-ietf-oauth-status-list (§4.1 bits, §5.1 JWT, §7.1 values).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jurande.core.encoding import base64url
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.status.errors import StatusRefused
from jurande.core.proof.status.inflate import Wrapping, inflate

EDTECH_TYPE = "1EdTechRevocationList"
TOKEN_VALID = 0
TOKEN_INVALID = 1
TOKEN_SUSPENDED = 2

_MOST_REVOKED = 1_000_000
_LONGEST_LIST_TEXT = 8 * 1024 * 1024
_GREATEST_INDEX = 2**30


@dataclass(frozen=True, slots=True)
class EdtechEntry:
    """A list of revoked identifiers at ``list_url``; it is not signed, so only its address can be trusted."""

    list_url: str


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A place in an IETF token status list."""

    list_url: str
    index: int


@dataclass(frozen=True, slots=True)
class TokenList:
    """What a token list says, once somebody has verified its signature: ``bits`` (1, 2, 4 or 8) for each place."""

    list_url: str
    bits: int
    octets: bytes


def read_edtech_entry(node: Mapping[str, object]) -> EdtechEntry:
    """Return the entry that a ``1EdTechRevocationList`` status holds.

    :raises StatusRefused: no address.
    """
    url = node.get("id")
    if not isinstance(url, str) or not url:
        raise StatusRefused("no list", code="status.no_list")
    return EdtechEntry(url)


def edtech_revocation(
    entry: EdtechEntry, document: Mapping[str, object], *, credential_id: str, issuer: str
) -> str | None:
    """Return the reason («» when none is given) if the list revokes ``credential_id``, or ``None``.

    :raises StatusRefused: the list of another address or issuer, or malformed.
    """
    if document.get("id") != entry.list_url:
        raise StatusRefused("another list", code="status.other_list")
    if document.get("issuer") != issuer:
        raise StatusRefused("the list of another issuer", code="status.other_issuer")
    # The specification's text says revokedCredential, the validator's code revokedCredentials.
    revoked = document.get("revokedCredential", document.get("revokedCredentials"))
    if not isinstance(revoked, list) or len(revoked) > _MOST_REVOKED:
        raise StatusRefused("no list of identifiers", code="status.malformed")
    for item in revoked:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise StatusRefused("a revocation without identifier", code="status.malformed")
        if item["id"] == credential_id and item.get("revoked", True) is not False:
            return str(item.get("revocationReason", ""))
    return None


def read_token_entry(status: object) -> TokenEntry:
    """Return the entry that a token's ``status`` claim holds.

    :raises StatusRefused: another mechanism, or an index that is no integer from 0 to 2^30.
    """
    reference = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(reference, dict):
        raise StatusRefused("an unknown kind of status", code="status.unknown_kind")
    index, url = reference.get("idx"), reference.get("uri")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index <= _GREATEST_INDEX:
        raise StatusRefused("an index that is no integer", code="status.index")
    if not isinstance(url, str) or not url:
        raise StatusRefused("no list", code="status.no_list")
    return TokenEntry(url, index)


def read_token_list(claims: Mapping[str, object]) -> TokenList:
    """Return what the claims of a ``statuslist+jwt``, already verified, say.

    :raises StatusRefused: no subject, a width that is not 1, 2, 4 or 8, or an encoding that is not base64url of zlib.
    """
    url, status = claims.get("sub"), claims.get("status_list")
    if not isinstance(url, str) or not isinstance(status, dict):
        raise StatusRefused("not a token status list", code="status.list_type")
    bits, text = status.get("bits"), status.get("lst")
    if not isinstance(bits, int) or isinstance(bits, bool) or bits not in (1, 2, 4, 8):
        raise StatusRefused("a width that is not 1, 2, 4 or 8", code="status.size")
    if not isinstance(text, str) or len(text) > _LONGEST_LIST_TEXT:
        raise StatusRefused("no list", code="status.list_encoding")
    try:
        compressed = base64url.decode(text)
    except EncodingError as error:
        raise StatusRefused(str(error), code="status.list_encoding") from None
    return TokenList(url, bits, inflate(compressed, Wrapping.ZLIB))


def token_value(entry: TokenEntry, found: TokenList) -> int:
    """Return the value at the entry's place; unlike a bitstring, the first place is in the *lowest* bits of its byte.

    :raises StatusRefused: another list than the one named, or a place that the list does not have.
    """
    if found.list_url != entry.list_url:
        raise StatusRefused(f"the list of {found.list_url}", code="status.other_list")
    octet, place = divmod(entry.index * found.bits, 8)
    if octet >= len(found.octets):
        raise StatusRefused(f"no place {entry.index} in the list", code="status.index_outside")
    return found.octets[octet] >> place & (1 << found.bits) - 1
