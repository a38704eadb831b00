# SPDX-License-Identifier: Apache-2.0
"""Why a proof is refused, and why it sometimes cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jurande.core.errors import CoreError

if TYPE_CHECKING:
    from jurande.core.proof.verification.report import Step


class ProofError(CoreError):
    """Something signed, or meant to be, is malformed: the root of every refusal of ``core.proof``."""

    code = "proof.malformed"


class LimitExceeded(ProofError):
    """The input is larger, deeper or costlier than what we accept to look at."""

    code = "proof.limit_exceeded"


class VerificationError(ProofError):
    """A signed thing is invalid: ``step`` says where, ``code`` why, ``steps`` what had been established before.

    ``step`` is the number of the step of ``verification.verify`` that refused (1 to 8).
    """

    code = "verification.refused"

    def __init__(self, message: str, *, step: int, code: str, steps: Sequence[Step] = ()) -> None:
        """Keep the step, the stable code and the steps already done."""
        super().__init__(message, code=code)
        self.step = step
        self.steps = tuple(steps)


class Undecided(ProofError):
    """Nobody can tell, with what was given, whether the thing is valid: an unknown issuer, an absent status list.

    It is neither valid nor invalid; ``step``, ``code`` and ``steps`` read as in :class:`VerificationError`. ``needs``
    is the address of what would settle it, when it has one.
    """

    code = "verification.undecided"

    def __init__(self, message: str, *, step: int, code: str, steps: Sequence[Step] = (), needs: str = "") -> None:
        """Keep the step, the stable code, the steps already done and what is missing."""
        super().__init__(message, code=code)
        self.step = step
        self.steps = tuple(steps)
        self.needs = needs
