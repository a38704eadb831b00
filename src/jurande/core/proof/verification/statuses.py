# SPDX-License-Identifier: Apache-2.0
"""Step 5 of a verification: the credential was neither revoked nor suspended, says a list that its issuer signed.

A list that is forged, of somebody else, or that does not answer the question, refuses the credential; a list that is
absent or too old leaves the question open.
Source: Bitstring Status List 1.0 §3.2; draft-ietf-oauth-status-list §8.3; 1EdTech Revocation List Status Method 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jurande.core.encoding import jcs
from jurande.core.encoding.jcs import Json
from jurande.core.proof import jose
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.history import KeyNotValid
from jurande.core.proof.instants import instant_from_seconds, instant_text
from jurande.core.proof.status import bitstring, foreign
from jurande.core.proof.status.errors import StatusRefused
from jurande.core.proof.trust import Trust, TrustedIssuer
from jurande.core.proof.verification.dates import bounds
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State
from jurande.core.proof.verification.signatures import Content, Established, establish

MOST_ENTRIES = 8
_LIST_MEMBERS = frozenset({"typ", "kid"})
_LIST_TYPE = "statuslist+jwt"

type Entry = bitstring.BitstringEntry | foreign.EdtechEntry | foreign.TokenEntry


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list whose signature was checked, its age not: whoever asks it a thousand questions opens it once."""

    signed: Established
    content: bitstring.BitstringList


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """Everything that answering needs, besides the entry itself."""

    established: Established
    lists: Mapping[str, Content | OpenedList]
    trust: Trust
    now: datetime
    expected: Expectations


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one entry says: nothing against the credential, or why; and when the list that says so was signed."""

    code: str
    detail: str
    signed_at: datetime | None
    state: State = State.OK


def check_status(question: StatusQuestion, *, course: Course) -> Undecided | None:
    """Add step 5 to ``course``, or return why it stays open, to be raised if no later step refuses.

    :raises VerificationError: revoked, suspended, a status that is required and absent, or an entry or a list that
        does not hold.
    """
    issuer = question.established.issuer
    with course.refusing_at(Number.STATUS):
        try:
            entries = _entries(question.established.document, question.established.token_status)
        except StatusRefused as refusal:
            if refusal.code != "status.unknown_kind":
                raise
            return _open(course, refusal.code, str(refusal))
    if not entries:
        if issuer.requires_status:
            raise course.refusal(Number.STATUS, "status.required", f"{issuer.id} always gives a status")
        course.pass_step(Number.STATUS, "status.none", state=State.NOT_APPLICABLE)
        return None
    answers = []
    for entry in entries:
        with course.refusing_at(Number.STATUS):
            if entry.list_url not in question.lists:
                return _open(course, "status.list_absent", f"the list {entry.list_url} was not given", entry.list_url)
            try:
                answers.append(_answer(entry, question))
            except Undecided as unknown:
                return _open(course, unknown.code, str(unknown), entry.list_url)
    state = State.WARNING if any(answer.state is State.WARNING for answer in answers) else State.OK
    dates = [answer.signed_at for answer in answers if answer.signed_at is not None]
    course.pass_step(
        Number.STATUS,
        next((answer.code for answer in answers if answer.state is state), "status.ok"),
        state=state,
        lists=" ".join(entry.list_url for entry in entries),
        detail=", ".join(answer.detail for answer in answers if answer.detail),
        signed_at=instant_text(min(dates)) if dates else "",
    )
    return None


def _open(course: Course, code: str, message: str, list_url: str = "") -> Undecided:
    course.pass_step(Number.STATUS, code, state=State.UNKNOWN, lists=list_url)
    return course.undecided(Number.STATUS, code, message, needs=list_url)


def _entries(document: Mapping[str, Json], token_status: Json) -> list[Entry]:
    """Return the entries of a document. Attack A5: whatever is there must be understood, or the answer is open."""
    found = document.get("credentialStatus")
    nodes = found if isinstance(found, list) else [] if found is None else [found]
    if len(nodes) > MOST_ENTRIES:
        raise StatusRefused(f"more than {MOST_ENTRIES} entries", code="status.too_many")
    entries: list[Entry] = [_entry(node) for node in nodes]
    if token_status is not None:
        entries.append(foreign.read_token_entry(token_status))
    return entries


def _entry(node: Json) -> Entry:
    if not isinstance(node, dict):
        raise StatusRefused("an entry that is no object", code="status.entry")
    kind = node.get("type")
    if kind in (bitstring.ENTRY_TYPE, [bitstring.ENTRY_TYPE]):
        return bitstring.read_entry(node)
    if kind in (foreign.EDTECH_TYPE, [foreign.EDTECH_TYPE]):
        return foreign.read_edtech_entry(node)
    raise StatusRefused(f"a status of type {str(kind)[:50]!r}", code="status.unknown_kind")


def open_list(content: Content, *, trust: Trust, now: datetime, expected: Expectations) -> OpenedList:
    """Check the signature of a list and read it, to answer many questions; whoever keeps it keeps ``trust`` with it.

    The list is a credential like another: steps 1 to 4 are asked of it, under the same trust.
    :raises StatusRefused: it does not hold, or it is not a list.
    """
    try:
        signed = establish(content, trust=trust, now=now, expected=_plain(expected), course=Course())
    except Undecided as unknown:
        raise StatusRefused(f"the list: {unknown}", code="status.other_issuer") from None
    except VerificationError as refusal:
        raise StatusRefused(f"the list: {refusal}", code=f"status.list.{refusal.code}") from None
    return OpenedList(signed, bitstring.read_list(signed.document))


def _answer(entry: Entry, question: StatusQuestion) -> _Answer:
    if not isinstance(entry, foreign.EdtechEntry) and not question.established.issuer.accepts_list(entry.list_url):
        raise StatusRefused(f"{entry.list_url} is not where its lists live", code="status.foreign_address")
    content = question.lists[entry.list_url]
    if isinstance(entry, bitstring.BitstringEntry):
        return _bitstring_answer(entry, content, question)
    if isinstance(content, OpenedList):
        raise StatusRefused("a list of another kind", code="status.list_type")
    if isinstance(entry, foreign.TokenEntry):
        return _token_answer(entry, content, question)
    return _edtech_answer(entry, content, question)


def _bitstring_answer(
    entry: bitstring.BitstringEntry, content: Content | OpenedList, question: StatusQuestion
) -> _Answer:
    opened = content
    if not isinstance(opened, OpenedList):
        opened = open_list(opened, trust=question.trust, now=question.now, expected=question.expected)
    signed = opened.signed
    _check_list_issuer(signed.issuer, question)
    begins, ends = bounds(signed.document)
    _check_age(signed.signed_at or begins, begins, min(filter(None, (ends, signed.expires)), default=None), question)
    value = bitstring.value_at(entry, opened.content)
    message = (entry.messages or {}).get(value, "")
    signed_at = signed.signed_at or begins
    if entry.purpose == bitstring.MESSAGE:
        return _Answer("status.message", message or str(value), signed_at)
    if not value:
        return _Answer("status.ok", entry.purpose, signed_at)
    if entry.purpose == bitstring.REFRESH:
        return _Answer("status.refresh", "", signed_at, State.WARNING)
    revoked = entry.purpose == bitstring.REVOCATION
    raise StatusRefused("the list says so", code="status.revoked" if revoked else "status.suspended")


def _token_answer(entry: foreign.TokenEntry, content: Content, question: StatusQuestion) -> _Answer:
    if isinstance(content, Mapping):
        raise StatusRefused("not a token", code="status.list_type")
    text = content if isinstance(content, str) else content.decode("ascii", "replace")
    token = jose.read_jws(text.strip(), members=_LIST_MEMBERS)
    if token.typ != _LIST_TYPE:
        raise jose.JwtRefused(f"a list of type {token.typ[:50]!r}", code="jwt.typ")
    signed_at = instant_from_seconds(token.payload.get("iat"))
    _check_token_signature(token, signed_at, question)
    expires = instant_from_seconds(token.payload["exp"]) if "exp" in token.payload else None
    _check_age(signed_at, None, expires, question)
    value = foreign.token_value(entry, foreign.read_token_list(token.payload))
    if value == foreign.TOKEN_VALID:
        return _Answer("status.ok", "", signed_at)
    if value == foreign.TOKEN_INVALID:
        raise StatusRefused("the list says so", code="status.revoked")
    if value == foreign.TOKEN_SUSPENDED:
        raise StatusRefused("the list says so", code="status.suspended")
    raise StatusRefused(f"value {value}, which only its issuer understands", code="status.unknown_value")


def _check_token_signature(token: jose.Jws, signed_at: datetime, question: StatusQuestion) -> None:
    """Return when a key of the issuer, or of its certifier, signed the list."""
    for issuer in _list_issuers(question):
        named = jose.key_named(token, issuer.id)
        try:
            key = issuer.keys.find(str(named), at=signed_at)
        except KeyNotValid:
            continue
        jose.check_jws(token, key.key)
        return
    raise StatusRefused("a list signed by somebody else", code="status.other_issuer")


def _edtech_answer(entry: foreign.EdtechEntry, content: Content, question: StatusQuestion) -> _Answer:
    # Nobody signs this list: its address must be one that trust names, and the caller fetched it from there.
    if not question.established.issuer.names_list(entry.list_url):
        raise Undecided(f"{entry.list_url} is not signed", step=Number.STATUS, code="status.list_unsigned")
    value: object = content if isinstance(content, Mapping) else jcs.parse(_octets(content))
    if not isinstance(value, Mapping):
        raise StatusRefused("not a list of revocations", code="status.list_type")
    document = question.established.document
    reason = foreign.edtech_revocation(
        entry, value, credential_id=str(document.get("id", "")), issuer=question.established.issuer.id
    )
    if reason is not None:
        raise StatusRefused(reason or "the list says so", code="status.revoked")
    return _Answer("status.unsigned_list", "", None, State.WARNING)


def _check_list_issuer(issuer: TrustedIssuer, question: StatusQuestion) -> None:
    if issuer.id not in {allowed.id for allowed in _list_issuers(question)}:
        raise StatusRefused(f"the list of {issuer.id}", code="status.other_issuer")


def _list_issuers(question: StatusQuestion) -> list[TrustedIssuer]:
    """Say who may sign the list: the issuer of the credential, or the certifier that habilitated it."""
    issuers = question.trust.issuers
    certifiers = [issuers[name] for name in sorted(question.established.certifiers) if name in issuers]
    return [question.established.issuer, *certifiers]


def _check_age(
    signed_at: datetime | None, begins: datetime | None, ends: datetime | None, question: StatusQuestion
) -> None:
    """Refuse to conclude from a list of the past: it may be shown on purpose, to hide a later revocation."""
    now, expected = question.now, question.expected
    if begins is not None and now < begins - expected.tolerance:
        raise StatusRefused(f"a list that begins on {instant_text(begins)}", code="status.list_not_yet_valid")
    if ends is not None and now > ends:
        raise Undecided(f"the list ended on {instant_text(ends)}", step=Number.STATUS, code="status.list_expired")
    if signed_at is None or now - signed_at > expected.status_max_age:
        said = instant_text(signed_at) if signed_at else "an unknown date"
        raise Undecided(f"the list was signed on {said}", step=Number.STATUS, code="status.list_stale")


def _plain(expected: Expectations) -> Expectations:
    """Keep, for a list, what does not concern the holder of the credential."""
    return Expectations(tolerance=expected.tolerance, contexts=expected.contexts)


def _octets(content: bytes | str) -> bytes:
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
