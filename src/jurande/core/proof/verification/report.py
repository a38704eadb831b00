# SPDX-License-Identifier: Apache-2.0
"""What a verification established, step by step, for display: facts and codes, no sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType

from jurande.core.encoding.jcs import Json
from jurande.core.errors import CoreError
from jurande.core.proof.carriers.detection import Carrier, Form
from jurande.core.proof.errors import Undecided, VerificationError


class Number(IntEnum):
    """The steps of a verification, in their order; the numbers are those of the code and of the documentation."""

    PARSE = 1
    SAFE_MODE = 2
    KEY = 3
    SIGNATURE = 4
    STATUS = 5
    DATES = 6
    AUTHORITY = 7
    LOG = 8


class State(StrEnum):
    """How a step ended. There is no «failed»: a step that fails raises."""

    OK = "ok"
    WARNING = "warning"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was passed: its number, how it ended, a stable code, and what it found.

    ``facts`` are short texts taken from the verified bytes or from the trust that was given, for display.
    """

    number: Number
    state: State
    code: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Report:
    """A credential that is valid, and how that was established; nobody but ``verify`` should make one.

    ``credential`` is what the verified bytes say, without their proofs, and read-only: show this and nothing else.
    ``issuer_id`` is the verified identifier; ``issuer_name``, ``issuer_domain`` and ``issuer_registration`` come from
    the verifier's trust, never from the credential.
    """

    steps: tuple[Step, ...]
    credential: Mapping[str, object]
    carrier: Carrier
    form: Form
    issuer_id: str
    issuer_name: str
    issuer_domain: str
    issuer_registration: str
    verified_at: datetime

    @property
    def warnings(self) -> tuple[Step, ...]:
        """The steps that a person should look at."""
        return tuple(step for step in self.steps if step.state in (State.WARNING, State.UNKNOWN))


@dataclass(slots=True)
class Course:
    """The steps of a verification under way."""

    steps: list[Step] = field(default_factory=list)

    def pass_step(self, number: Number, code: str, /, *, state: State = State.OK, **facts: str) -> None:
        """Add a step that was passed; empty facts are left out."""
        self.steps.append(Step(number, state, code, MappingProxyType({k: v for k, v in facts.items() if v})))

    def refusal(self, number: Number, code: str, message: str) -> VerificationError:
        """Return the refusal of the whole at this step, to be raised."""
        return VerificationError(message, step=number, code=code, steps=self.steps)

    def undecided(self, number: Number, code: str, message: str, *, needs: str = "") -> Undecided:
        """Return the statement that nobody can tell, to be raised; ``needs`` is the address of what would settle it."""
        return Undecided(message, step=number, code=code, steps=self.steps, needs=needs)

    def undecided_as(self, question: Undecided) -> Undecided:
        """Return an earlier open question with every step taken since, to be raised."""
        return self.undecided(Number(question.step), question.code, str(question), needs=question.needs)

    @contextmanager
    def refusing_at(self, number: Number) -> Iterator[None]:
        """Turn what the core raises within the block into a refusal at this step, under the same code."""
        try:
            yield
        except CoreError as error:
            raise self.refusal(number, error.code, str(error)) from error


def frozen(value: Json) -> object:
    """Return ``value`` with objects made read-only and arrays made tuples, all the way down."""
    if isinstance(value, dict):
        return MappingProxyType({name: frozen(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return tuple(frozen(inner) for inner in value)
    return value
