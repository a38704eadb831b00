# SPDX-License-Identifier: Apache-2.0
"""Step 7 of a verification: the issuer had the right to issue this.

A certifier issues in its own name. A partner needs a habilitation: a credential that a trusted certifier signed, about
this partner, valid when the partner signed, and that names what it may issue. It is carried as an endorsement of the
issuer's profile (``issuer.endorsementJwt`` or ``issuer.endorsement``), or handed over beside the credential. Its
subject names each achievement allowed in ``achievement.related[].id``.

A partner may also have assessed for a certifier that signs itself: ``credentialSubject.source`` names the partner, and
what is signed holds its habilitation, embedded (``source.endorsementJwt``, ``source.endorsement``) or bound by its
digest (``relatedResource`` of media type ``application/vc``, VC Data Model 2.0 §5.3) and then handed over beside. The
certifier wrote the date of such a credential, so that what it says of when a habilitation was interrupted
(``TrustedIssuer.interruptions``) settles whether the authority lived then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha384, sha512

from jurande.core.encoding import base64std, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.instants import instant_text
from jurande.core.proof.trust import Interruption, Trust
from jurande.core.proof.verification.dates import bounds
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State
from jurande.core.proof.verification.signatures import (
    Content,
    Established,
    carried_habilitations,
    endorsements_of,
    establish,
)
from jurande.core.proof.verification.statuses import OpenedList, StatusQuestion, check_status

MOST_HABILITATIONS = 16
VC_MEDIA_TYPE = "application/vc"
_DIGESTS = {"sha256": sha256, "sha384": sha384, "sha512": sha512}


@dataclass(frozen=True, slots=True)
class Authority:
    """What may show that an issuer had the right: trust, the habilitations handed over, status lists."""

    trust: Trust
    habilitations: Sequence[Content]
    status_lists: Mapping[str, Content | OpenedList]
    expected: Expectations


@dataclass(frozen=True, slots=True)
class _Claim:
    """Whose habilitation is asked for: by one of ``certifiers``, about ``partner``.

    ``dated``: the certifier itself signed, so that the instant of the signature is not the partner's word.
    """

    established: Established
    certifiers: frozenset[str]
    partner: str
    dated: bool
    partner_name: str = ""


def digest_sri(octets: bytes) -> str:
    """Return the digest by which a document binds another one. Source: Subresource Integrity (W3C) §3.1."""
    return f"sha384-{base64std.encode(sha384(octets).digest())}"


def check_authority(
    established: Established, authority: Authority, *, now: datetime, course: Course
) -> Undecided | None:
    """Add step 7 to ``course``, or return why it stays open, to be raised if no later step refuses.

    One habilitation that allows the credential is enough; when none does, the reason is that of the first.
    :raises VerificationError: no habilitation, or none that allows this issuer to issue this, then.
    """
    if not established.certifiers:
        return _check_source(established, authority, now=now, course=course)
    claim = _Claim(established, established.certifiers, established.issuer.id, dated=False)
    offered = [*carried_habilitations(established.document), *authority.habilitations]
    return _first_that_allows(offered, claim, authority, now=now, course=course)


def _check_source(established: Established, authority: Authority, *, now: datetime, course: Course) -> Undecided | None:
    """Step 7 of what a certifier signs: in its own name, or with a partner that assessed and its habilitation."""
    sources = [source for source in _sources(established.document) if source.get("id") != established.issuer.id]
    if not sources:
        course.pass_step(Number.AUTHORITY, "authority.own_name", state=State.NOT_APPLICABLE)
        return None
    name = str(sources[0].get("name", ""))
    bound = list(_bound(established.document))
    carried = endorsements_of(sources[0])
    if not bound and not carried:
        course.pass_step(Number.AUTHORITY, "authority.source_alone", state=State.WARNING, partner=name)
        return None
    if len(sources) > 1:
        raise course.refusal(Number.AUTHORITY, "authority.other_partner", "one habilitation for several bodies")
    with course.refusing_at(Number.AUTHORITY):
        found = [content for url, digest in bound for content in _handed_over(url, digest, authority, course)]
    if not carried and not found:
        course.pass_step(Number.AUTHORITY, "authority.habilitation_absent", state=State.UNKNOWN, partner=name)
        return course.undecided(
            Number.AUTHORITY, "authority.habilitation_absent", "the habilitation was not given", needs=bound[0][0]
        )
    certifiers = frozenset({established.issuer.id})
    claim = _Claim(established, certifiers, str(sources[0].get("id", "")), dated=True, partner_name=name)
    return _first_that_allows([*carried, *found], claim, authority, now=now, course=course)


def _sources(document: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """Yield who assessed, for each subject that says so."""
    subjects = document.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        source = subject.get("source") if isinstance(subject, dict) else None
        if isinstance(source, str):
            yield {"id": source}
        elif isinstance(source, dict):
            yield source


def _bound(document: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the credentials that this one binds: address and digest."""
    related = document.get("relatedResource")
    for item in related if isinstance(related, list) else [related]:
        if isinstance(item, dict) and item.get("mediaType") == VC_MEDIA_TYPE:
            yield str(item.get("id", "")), str(item.get("digestSRI", ""))


def _handed_over(url: str, digest: str, authority: Authority, course: Course) -> list[Content]:
    """Return the habilitation that was handed over under this address, the very one that is bound.

    :raises VerificationError: another document bears this address.
    """
    named = [content for content in authority.habilitations[:MOST_HABILITATIONS] if _address(content) == url]
    same = [content for content in named if _has_digest(content, digest)]
    if named and not same:
        raise course.refusal(Number.AUTHORITY, "authority.altered", f"another document than the one bound under {url}")
    return same


def _address(content: Content) -> str:
    try:
        read = content if isinstance(content, Mapping) else jcs.parse(_octets(content))
    except EncodingError:
        return ""
    return str(read.get("id", "")) if isinstance(read, Mapping) else ""


def _has_digest(content: Content, digest: str) -> bool:
    name, _, expected = digest.partition("-")
    return name in _DIGESTS and base64std.encode(_DIGESTS[name](_octets(content)).digest()) == expected


def _octets(content: Content) -> bytes:
    if isinstance(content, Mapping):
        return jcs.canonical_bytes(dict(content))
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _first_that_allows(
    offered: Sequence[Content], claim: _Claim, authority: Authority, *, now: datetime, course: Course
) -> Undecided | None:
    refusals: list[VerificationError] = []
    unknown: list[Undecided] = []
    for content in offered[:MOST_HABILITATIONS]:
        try:
            _check_habilitation(content, claim, authority, now=now, course=course)
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
    content: Content, claim: _Claim, authority: Authority, *, now: datetime, course: Course
) -> None:
    """Add step 7 when this habilitation allows the credential.

    The habilitation is verified like any credential, but its dates are compared with the instant when the credential
    was signed: one that ended since still covers what came before. A list says nothing of since when: suspended, it
    covers what was signed, and that is pointed out; revoked, it covers nothing. When the certifier itself signed, and
    says when it interrupted the habilitation, that decides instead.
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
    if habilitation.issuer.id not in claim.certifiers:
        raise course.refusal(Number.AUTHORITY, "authority.other_certifier", "the habilitation of somebody else")
    subject = habilitation.document.get("credentialSubject")
    if not isinstance(subject, dict) or subject.get("id") != claim.partner:
        raise course.refusal(Number.AUTHORITY, "authority.other_partner", "a habilitation for somebody else")
    _check_period(habilitation, claim.established, now=now, course=course)
    if not _is_allowed(claim, subject):
        raise course.refusal(Number.AUTHORITY, "authority.not_allowed", "a habilitation to issue something else")
    interruption = _interruption_of(habilitation, claim, now=now, course=course)
    question = StatusQuestion(habilitation, authority.status_lists, authority.trust, now, expected)
    ceased = ""
    try:
        undecided = check_status(question, course=inner)
        if undecided is not None:
            raise undecided
    except VerificationError as refusal:
        settled = interruption is not None and refusal.code in ("status.suspended", "status.revoked")
        if not settled and refusal.code != "status.suspended":
            raise course.refusal(Number.AUTHORITY, f"authority.habilitation.{refusal.code}", str(refusal)) from None
        ceased = "authority.lived_then" if settled else "authority.suspended"
    course.pass_step(
        Number.AUTHORITY,
        ceased or "authority.habilitated",
        state=State.WARNING if ceased == "authority.suspended" else State.OK,
        certifier=habilitation.issuer.id,
        certifier_name=habilitation.issuer.name,
        habilitation=str(habilitation.document.get("id", "")),
        partner=claim.partner_name,
        ceased_at=instant_text(interruption.since) if interruption is not None and ceased else "",
    )


def _is_allowed(claim: _Claim, subject: Mapping[str, Json]) -> bool:
    issued, allowed = set(_issued(claim.established.document)), set(_allowed(subject))
    if issued and issued <= allowed:
        return True
    if not claim.dated:
        return False
    # The certifier signed both: what it calls by one reference is one certification.
    known = set(_references(subject.get("achievement")))
    achievements = list(_achievements(claim.established.document))
    return bool(achievements) and all(known & set(_references(one)) for one in achievements)


def _interruption_of(habilitation: Established, claim: _Claim, *, now: datetime, course: Course) -> Interruption | None:
    """Return the interruption that lasts, when the certifier signed and says of one.

    :raises VerificationError: it was interrupted when the credential was signed.
    """
    if not claim.dated:
        return None
    signed_at = _signed_at(claim.established, now, course)
    address = str(habilitation.document.get("id", ""))
    told = [one for one in habilitation.issuer.interruptions if one.credential == address]
    for one in told:
        if one.covers(signed_at):
            message = f"signed on {instant_text(signed_at)}, not in force since {instant_text(one.since)}"
            raise course.refusal(Number.AUTHORITY, "authority.not_in_force_then", message)
    return next((one for one in told if one.until is None), None)


def _check_period(habilitation: Established, established: Established, *, now: datetime, course: Course) -> None:
    with course.refusing_at(Number.AUTHORITY):
        begins, ends = bounds(habilitation.document)
    signed_at = _signed_at(established, now, course)
    if (begins is not None and signed_at < begins) or (ends is not None and signed_at > ends):
        message = f"it was signed on {instant_text(signed_at)}, outside the habilitation"
        raise course.refusal(Number.AUTHORITY, "authority.not_valid_then", message)


def _signed_at(established: Established, now: datetime, course: Course) -> datetime:
    with course.refusing_at(Number.AUTHORITY):
        return established.signed_at or bounds(established.document)[0] or now


def _issued(document: Mapping[str, Json]) -> Iterator[str]:
    """Yield the identifiers of what is issued: achievements, or the type of an SD-JWT; «» for one that has none."""
    if isinstance(document.get("vct"), str):
        yield str(document["vct"])
        return
    for achievement in _achievements(document):
        yield str(achievement.get("id", "")) if isinstance(achievement, dict) else str(achievement or "")


def _achievements(document: Mapping[str, Json]) -> Iterator[Json]:
    subjects = document.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        achievements = subject.get("achievement") if isinstance(subject, dict) else None
        yield from achievements if isinstance(achievements, list) else [achievements]


def _references(achievement: Json) -> Iterator[str]:
    """Yield the references by which a certifier calls an achievement."""
    if not isinstance(achievement, dict):
        return
    if isinstance(achievement.get("humanCode"), str):
        yield str(achievement["humanCode"])
    found = achievement.get("otherIdentifier")
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict) and isinstance(item.get("identifier"), str):
            yield str(item["identifier"])


def _allowed(subject: Mapping[str, Json]) -> Iterator[str]:
    achievement = subject.get("achievement")
    related = achievement.get("related") if isinstance(achievement, dict) else None
    for item in related if isinstance(related, list) else [related]:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield str(item["id"])
