# SPDX-License-Identifier: Apache-2.0
"""Step 6 of a verification: the credential has begun, and is not over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jurande.core.encoding.jcs import Json
from jurande.core.proof.instants import instant_text, parse_instant
from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Course, Number, State
from jurande.core.proof.verification.signatures import Established


def bounds(document: Mapping[str, Json]) -> tuple[datetime | None, datetime | None]:
    """Return the first instant of a document, and its last; ``None`` where it sets no bound.

    :raises InstantRefused: a bound that is no instant.
    """
    begins, ends = (parse_instant(document[name]) if name in document else None for name in ("validFrom", "validUntil"))
    return begins, ends


def check_dates(established: Established, *, now: datetime, expected: Expectations, course: Course) -> None:
    """Add step 6 to ``course``; both bounds are within the life of the credential.

    :raises VerificationError: a date that is none, a life that ends before it begins, not begun, or over.
    """
    with course.refusing_at(Number.DATES):
        begins, ends = bounds(established.document)
    if begins is not None and ends is not None and ends < begins:
        raise course.refusal(Number.DATES, "dates.inverted", "it ends before it begins")
    for beginning in (begins, established.not_before):
        if beginning is not None and now < beginning - expected.tolerance:
            raise course.refusal(Number.DATES, "dates.not_yet_valid", f"it begins on {instant_text(beginning)}")
    for end in (ends, established.expires):
        if end is not None and now > end:
            raise course.refusal(Number.DATES, "dates.expired", f"it ended on {instant_text(end)}")
    begins, ends = begins or established.not_before, ends or established.expires
    bounded = begins is not None or ends is not None
    course.pass_step(
        Number.DATES,
        "dates.ok" if bounded else "dates.none",
        state=State.OK if bounded else State.NOT_APPLICABLE,
        valid_from=_shown(begins),
        valid_until=_shown(ends),
        signed_at=_shown(established.signed_at),
    )


def _shown(instant: datetime | None) -> str:
    return "" if instant is None else instant_text(instant)
