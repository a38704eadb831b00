# SPDX-License-Identifier: Apache-2.0
"""Every check of a credential, each with its own outcome: for a page that says what holds and what does not.

``verify`` stops at the first step that refuses, and is what decides. Here, once the signature is established, the
others are all looked at: of a revoked credential one still wants to read that its signature is intact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.trust import Trust
from jurande.core.proof.verification.authority import Authority, check_authority
from jurande.core.proof.verification.dates import check_dates
from jurande.core.proof.verification.expectations import DEFAULT_EXPECTATIONS, Expectations
from jurande.core.proof.verification.inclusion import check_inclusion
from jurande.core.proof.verification.report import Course, Number, Step
from jurande.core.proof.verification.signatures import Content, Established, establish
from jurande.core.proof.verification.statuses import OpenedList, StatusQuestion, check_status

_NO_LISTS: Mapping[str, Content | OpenedList] = MappingProxyType({})


class Outcome(StrEnum):
    """How a check ended; the first four are the states of a step, the last is what makes ``verify`` raise."""

    OK = "ok"
    WARNING = "warning"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its number, how it ended, a stable code, what it found.

    ``needs`` is the address of what would settle an open question, empty when it has none.
    """

    number: Number
    outcome: Outcome
    code: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """The checks in their order, and what they were made on.

    ``established`` is None when the signature is not that of somebody trusted: nothing may then be shown as true, and
    the checks that come after it were not made.
    """

    findings: tuple[Finding, ...]
    established: Established | None

    @property
    def document(self) -> Mapping[str, Json] | None:
        """What the verified bytes say, without their proofs; None when nothing was verified."""
        return self.established.document if self.established is not None else None

    @property
    def outcome(self) -> Outcome:
        """The outcome of the whole: refused, else unknown, else ok; warnings do not count against it."""
        found = {finding.outcome for finding in self.findings}
        for worst in (Outcome.REFUSED, Outcome.UNKNOWN):
            if worst in found:
                return worst
        return Outcome.OK

    def of(self, number: Number) -> Finding | None:
        """Return the check with this number, None when it was not made."""
        return next((finding for finding in self.findings if finding.number == number), None)

    @property
    def needs(self) -> str:
        """The address of a status list that would settle an open question, empty when there is none."""
        return next((finding.needs for finding in self.findings if finding.needs), "")


def examine(
    content: Content,
    *,
    trust: Trust,
    now: datetime,
    status_lists: Mapping[str, Content | OpenedList] = _NO_LISTS,
    habilitations: Sequence[Content] = (),
    log_proof: bytes | None = None,
    expected: Expectations = DEFAULT_EXPECTATIONS,
) -> Examination:
    """Make every check of ``verify`` (same arguments), and say how each ended; never raises for what a stranger wrote.

    :raises ValueError: ``now`` without a time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    course = Course()
    try:
        established = establish(
            content, trust=trust, now=now, expected=expected, course=course, habilitations=habilitations
        )
    except VerificationError as refusal:
        return Examination((*_found(refusal.steps), _refused(refusal)), None)
    except Undecided as question:
        return Examination((*_found(question.steps), _open(question)), None)
    asked = StatusQuestion(established, status_lists, trust, now, expected)
    authority = Authority(trust, habilitations, status_lists, expected)
    checks: tuple[Callable[[Course], Undecided | None], ...] = (
        lambda course: check_status(asked, course=course),
        lambda course: check_dates(established, now=now, expected=expected, course=course),
        lambda course: check_authority(established, authority, now=now, course=course),
        lambda course: check_inclusion(established, log_proof, trust=trust, expected=expected, course=course),
    )
    findings = [*_found(course.steps)]
    for check in checks:
        findings += _outcome(check)
    return Examination(tuple(findings), established)


def _outcome(check: Callable[[Course], Undecided | None]) -> list[Finding]:
    course = Course()
    try:
        open_question = check(course)
    except VerificationError as refusal:
        return [_refused(refusal)]
    return [_open(open_question)] if open_question is not None else _found(course.steps)


def _found(steps: Iterable[Step]) -> list[Finding]:
    return [Finding(step.number, Outcome(step.state.value), step.code, step.facts) for step in steps]


def _refused(refusal: VerificationError) -> Finding:
    return Finding(Number(refusal.step), Outcome.REFUSED, refusal.code, MappingProxyType({"detail": str(refusal)}))


def _open(question: Undecided) -> Finding:
    facts = MappingProxyType({"detail": str(question)})
    return Finding(Number(question.step), Outcome.UNKNOWN, question.code, facts, question.needs)
