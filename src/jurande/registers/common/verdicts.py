"""What a policy answers: yes, or no with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Verdict:
    """May they? ``reason`` is a French sentence, empty when the answer is yes."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        """Read as the answer, so that a template can grey a button."""
        return self.allowed


class NotAllowed(Exception):
    """A policy said no; ``reason`` is the sentence to show."""

    def __init__(self, reason: str | Promise) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


YES = Verdict(allowed=True)


def no(reason: str | Promise) -> Verdict:
    """Answer no, for this reason."""
    return Verdict(allowed=False, reason=reason)


def require(verdict: Verdict) -> None:
    """Go on only if the verdict is yes.

    :raises NotAllowed: with the verdict's reason.
    """
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
