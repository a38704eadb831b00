# SPDX-License-Identifier: Apache-2.0
"""Step 7 of a verification: the issuer had the right to issue this.

A certifier issues in its own name. A partner needs a habilitation: a credential that a trusted certifier signed, about
this partner, valid when the partner signed, and that names what it may issue. It is carried as an endorsement of the
issuer's profile (``issuer.endorsementJwt`` or ``issuer.endorsement``), or handed over beside the credential. Its
subject names each achievement allowed in ``achievement.related[].id``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.instants import instant_text
from jurande.core.proof.trust import Trust
from jurande.core.proof.verification.dates import bounds
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State
from jurande.core.proof.verification.signatures import Content, Established, carried_habilitations, establish
from jurande.core.proof.verification.statuses import StatusQuestion, check_status

MOST_HABILITATIONS = 16


@dataclass(frozen=True, slots=True)
class Authority:
    """What may show that an issuer had the right: trust, the habilitations handed over, status lists."""

    trust: Trust
    habilitations: Sequence[Content]
    status_lists: Mapping[str, Content]
    expected: Expectations


def check_authority(
    established: Established, authority: Authority, *, now: datetime, course: Course
) -> Undecided | None:
    """Add step 7 to ``course``, or return why it stays open, to be raised if no later step refuses.

    One habilitation that allows the credential is enough; when none does, the reason is that of the first.
    :raises VerificationError: no habilitation, or none that allows this issuer to issue this, then.
    """
    if not established.certifiers:
        course.pass_step(Number.AUTHORITY, "authority.own_name", state=State.NOT_APPLICABLE)
        return None
    offered = [*carried_habilitations(established.document), *authority.habilitations]
    refusals: list[VerificationError] = []
    unknown: list[Undecided] = []
    for content in offered[:MOST_HABILITATIONS]:
        try:
            _check_habilitation(content, established, authority, now=now, course=course)
        except VerificationError as refusal:
            refusals.append(refusal)
        except Undecided as question:
            unknown.append(question)
        else:
            return None
    if unknown:
        course.pass_step(Number.AUTHORITY, unknown[0].code, state=State.UNKNOWN)
        return course.undecided(Number.AUTHORITY, unknown[0].code, str(unknown[0]), needs=unknown[0].needs)
    if refusals:
        raise course.refusal(Number.AUTHORITY, refusals[0].code, str(refusals[0]))
    raise course.refusal(Number.AUTHORITY, "authority.no_habilitation", "no habilitation came with it")


def _check_habilitation(
    content: Content, established: Established, authority: Authority, *, now: datetime, course: Course
) -> None:
    """Add step 7 when this habilitation allows the credential.

    The habilitation is verified like any credential, but its dates are compared with the instant when the credential
    was signed: one that ended since still covers what came before. Revoked, it covers nothing. Suspended, it still
    covers what was signed, and that is pointed out: a list says nothing of since when.
    """
    inner = Course()
    expected = Expectations(
        status_max_age=authority.expected.status_max_age,
        tolerance=authority.expected.tolerance,
        contexts=authority.expected.contexts,
    )
    try:
        habilitation = establish(content, trust=authority.trust, now=now, expected=expected, course=inner)
    except VerificationError as refusal:
        raise course.refusal(Number.AUTHORITY, f"authority.habilitation.{refusal.code}", str(refusal)) from None
    if habilitation.issuer.id not in established.certifiers:
        raise course.refusal(Number.AUTHORITY, "authority.other_certifier", "the habilitation of somebody else")
    subject = habilitation.document.get("credentialSubject")
    if not isinstance(subject, dict) or subject.get("id") != established.issuer.id:
        raise course.refusal(Number.AUTHORITY, "authority.other_partner", "a habilitation for somebody else")
    _check_period(habilitation, established, now=now, course=course)
    issued, allowed = set(_issued(established.document)), set(_allowed(subject))
    if not issued or not issued <= allowed:
        raise course.refusal(Number.AUTHORITY, "authority.not_allowed", "a habilitation to issue something else")
    question = StatusQuestion(habilitation, authority.status_lists, authority.trust, now, expected)
    suspended = False
    try:
        undecided = check_status(question, course=inner)
        if undecided is not None:
            raise undecided
    except VerificationError as refusal:
        if refusal.code != "status.suspended":
            raise course.refusal(Number.AUTHORITY, f"authority.habilitation.{refusal.code}", str(refusal)) from None
        suspended = True
    course.pass_step(
        Number.AUTHORITY,
        "authority.suspended" if suspended else "authority.habilitated",
        state=State.WARNING if suspended else State.OK,
        certifier=habilitation.issuer.id,
        certifier_name=habilitation.issuer.name,
        habilitation=str(habilitation.document.get("id", "")),
    )


def _check_period(habilitation: Established, established: Established, *, now: datetime, course: Course) -> None:
    with course.refusing_at(Number.AUTHORITY):
        begins, ends = bounds(habilitation.document)
        signed_at = established.signed_at or bounds(established.document)[0] or now
    if (begins is not None and signed_at < begins) or (ends is not None and signed_at > ends):
        message = f"it was signed on {instant_text(signed_at)}, outside the habilitation"
        raise course.refusal(Number.AUTHORITY, "authority.not_valid_then", message)


def _issued(document: Mapping[str, Json]) -> Iterator[str]:
    """Yield the identifiers of what is issued: achievements, or the type of an SD-JWT; «» for one that has none."""
    if isinstance(document.get("vct"), str):
        yield str(document["vct"])
        return
    subjects = document.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        achievements = subject.get("achievement") if isinstance(subject, dict) else None
        for achievement in achievements if isinstance(achievements, list) else [achievements]:
            yield str(achievement.get("id", "")) if isinstance(achievement, dict) else str(achievement or "")


def _allowed(subject: Mapping[str, Json]) -> Iterator[str]:
    achievement = subject.get("achievement")
    related = achievement.get("related") if isinstance(achievement, dict) else None
    for item in related if isinstance(related, list) else [related]:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield str(item["id"])
