"""The secret part of the links that a letter holds: derived from what they open, kept nowhere."""

from __future__ import annotations

import base64
import hmac

from jurande.registers.awards.models.awards import Award
from jurande.registers.common.crypto import lookup_digest

_RECEIVE, _CONTEST = "awards.receive", "awards.contest"


def token_of(award: Award) -> str:
    """What receives this award: 128 bits. Another address makes another token: the old letter opens nothing."""
    return _token(f"{award.code}\n{award.email_digest}", _RECEIVE)


def contest_token_of(award: Award) -> str:
    """What says that it was received by somebody else; not derived from the other token."""
    return _token(f"{award.code}\n{award.email_digest}", _CONTEST)


def is_token(award: Award, token: str) -> bool:
    """Whether this is the token of this award; the same time whatever is wrong. Nothing opens what has no address."""
    return _same(token_of(award), token) and bool(award.email_digest)


def is_contest_token(award: Award, token: str) -> bool:
    """The same, for who says that it was not them."""
    return _same(contest_token_of(award), token) and bool(award.email_digest)


def _token(text: str, purpose: str) -> str:
    digest = bytes.fromhex(lookup_digest(text, purpose))
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
