# SPDX-License-Identifier: Apache-2.0
"""Which key spoke for whom, and when: rotation adds a key and forgets none; a theft condemns what came after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from jurande.core.proof.errors import ProofError
from jurande.core.proof.keys import PublicKey

ASSERTION = "assertionMethod"
AUTHENTICATION = "authentication"


class KeyNotValid(ProofError):
    """The named key did not speak for this controller, for this purpose, at this instant."""

    code = "key.not_the_issuers"


@dataclass(frozen=True, slots=True)
class Compromise:
    """The key was stolen: what it signed counts only where the log shows it before ``log_size`` entries.

    A date would prove nothing, since the thief writes the dates. ``log_size`` is the size of a checkpoint of the log
    ``log_origin`` that witnesses saw before the theft; an entry counts when its index is below it.
    """

    at: datetime
    log_origin: str
    log_size: int


@dataclass(frozen=True, slots=True)
class DatedKey:
    """One key of a controller, from ``since`` (included) to ``until`` (excluded); ``None`` means no bound.

    ``verification_method`` is the address that signed documents carry.
    """

    verification_method: str
    key: PublicKey
    since: datetime | None = None
    until: datetime | None = None
    compromise: Compromise | None = None
    purposes: frozenset[str] = frozenset({ASSERTION})


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """Every key that ever spoke for ``controller``, in any order; two keys may overlap, no two share an address.

    :raises ValueError: at construction, when two keys share an address.
    """

    controller: str
    keys: tuple[DatedKey, ...]

    def __post_init__(self) -> None:
        """Refuse two keys at one address: a signature would then have two readings."""
        if len({key.verification_method for key in self.keys}) != len(self.keys):
            raise ValueError(f"two keys of {self.controller} share an address")

    def find(self, verification_method: str, *, at: datetime, purpose: str = ASSERTION) -> DatedKey:
        """Return the key at this address, that could speak for ``purpose`` at the instant ``at``.

        A compromised key is returned too, when it was valid then: only the log can tell which of its signatures count.
        :raises KeyNotValid: no key at this address (``key.not_the_issuers``), not for this purpose (``key.purpose``),
            not yet (``key.not_yet_valid``) or no longer (``key.retired``).
        """
        for key in self.keys:
            if key.verification_method == verification_method:
                break
        else:
            raise KeyNotValid(f"{verification_method} is no key of {self.controller}")
        if purpose not in key.purposes:
            raise KeyNotValid(f"{verification_method} is not for {purpose}", code="key.purpose")
        if key.since is not None and at < key.since:
            raise KeyNotValid(f"{verification_method} began on {key.since.isoformat()}", code="key.not_yet_valid")
        if key.until is not None and at >= key.until:
            raise KeyNotValid(f"{verification_method} ended on {key.until.isoformat()}", code="key.retired")
        return key

    def rotated(self, verification_method: str, key: PublicKey, *, at: datetime) -> KeyHistory:
        """Return the history where ``key`` takes over at ``at``: every open key for assertions ends there.

        What they signed before stays valid, for ever.
        """
        ended = tuple(
            replace(old, until=at) if ASSERTION in old.purposes and (old.until is None or old.until > at) else old
            for old in self.keys
        )
        return replace(self, keys=(*ended, DatedKey(verification_method, key, since=at)))

    def condemned(self, verification_method: str, compromise: Compromise) -> KeyHistory:
        """Return the history where this key is known to be stolen, and ends at the instant of the theft.

        :raises KeyNotValid: no key at this address.
        """
        if all(key.verification_method != verification_method for key in self.keys):
            raise KeyNotValid(f"{verification_method} is no key of {self.controller}")
        return replace(
            self,
            keys=tuple(
                replace(key, compromise=compromise, until=min(key.until or compromise.at, compromise.at))
                if key.verification_method == verification_method
                else key
                for key in self.keys
            ),
        )
