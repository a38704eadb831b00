# SPDX-License-Identifier: Apache-2.0
"""The verification of a credential, in eight numbered steps.

1. **Parse within limits.** One carrier, one form, one reading of the bytes; bombs and ambiguities stop here.
2. **Safe mode.** Every word is defined by contexts that we chose. It comes before any signature: a signature over words
   that are dropped says less than it shows.
3. **Key.** One of a trusted issuer's keys, for this purpose, valid when it signed. The trust is the verifier's: nothing
   in the credential can add to it, bar a habilitation, which step 7 judges.
4. **Signature**, and the proof's own purpose, dates, domain and challenge; for an SD-JWT, the holder's key.
5. **Status**: not revoked, not suspended, by a recent list that the same issuer signed. After the signature, since the
   entry is only believed then.
6. **Dates**: begun, and not over.
7. **Authority**: the issuer acts in its own name, or carries the habilitation that allows this.
8. **Log inclusion**, when it is asked for, or when a key was stolen. Last, since it can only confirm.

What the caller must still do: show ``report.credential`` and nothing else; show who the issuer is from the report, not
from the credential; keep the trust up to date; and, where it matters that the presenter is the holder, ask for a proof
of it (``challenge``, ``binding``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from jurande.core.proof.trust import Trust
from jurande.core.proof.verification.authority import Authority, check_authority
from jurande.core.proof.verification.dates import check_dates
from jurande.core.proof.verification.expectations import DEFAULT_EXPECTATIONS, Expectations
from jurande.core.proof.verification.inclusion import check_inclusion
from jurande.core.proof.verification.report import Course, Report, frozen
from jurande.core.proof.verification.signatures import Content, establish
from jurande.core.proof.verification.statuses import StatusQuestion, check_status

_NO_LISTS: Mapping[str, Content] = MappingProxyType({})


def verify(
    content: Content,
    *,
    trust: Trust,
    now: datetime,
    status_lists: Mapping[str, Content] = _NO_LISTS,
    habilitations: Sequence[Content] = (),
    log_proof: bytes | None = None,
    expected: Expectations = DEFAULT_EXPECTATIONS,
) -> Report:
    """Return the report of a valid credential.

    ``content`` is a file, a text or a parsed JSON object: JSON with Data Integrity proofs, ``vc+jwt``, Open Badges' JWT
    or SD-JWT, alone or carried by a PNG, an SVG or a PDF. ``status_lists`` gives the lists by address, as they were
    fetched; ``habilitations``, those that the credential does not carry; ``log_proof``, a ``.tlog-proof`` file.
    :raises VerificationError: it is invalid; ``step`` and ``code`` say where and why, ``steps`` what held before.
    :raises Undecided: nobody can tell with what was given; no step that could be taken refused it.
    :raises ValueError: ``now`` without a time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    course = Course()
    # 1. Parse, 2. safe mode, 3. key, 4. signature.
    established = establish(
        content, trust=trust, now=now, expected=expected, course=course, habilitations=habilitations
    )
    # 5. Status. What stays open is kept for the end: a later step may refuse for good.
    open_questions = [check_status(StatusQuestion(established, status_lists, trust, now, expected), course=course)]
    # 6. Dates.
    check_dates(established, now=now, expected=expected, course=course)
    # 7. Authority.
    authority = Authority(trust, habilitations, status_lists, expected)
    open_questions.append(check_authority(established, authority, now=now, course=course))
    # 8. Log inclusion.
    open_questions.append(check_inclusion(established, log_proof, trust=trust, expected=expected, course=course))
    for question in open_questions:
        if question is not None:
            raise course.undecided_as(question)
    issuer = established.issuer
    return Report(
        steps=tuple(course.steps),
        credential=MappingProxyType({name: frozen(value) for name, value in established.document.items()}),
        carrier=established.carrier,
        form=established.form,
        issuer_id=issuer.id,
        issuer_name=issuer.name,
        issuer_domain=issuer.domain,
        issuer_registration=issuer.registration,
        verified_at=now,
    )
