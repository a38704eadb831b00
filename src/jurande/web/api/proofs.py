"""Is this proof true? For employers, one or a thousand at once. No key.

The same checks as the public page. In bulk a name is compared and never given: whoever asks has it already.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from ninja import Field, Path, Query, Router, Schema, Status

from jurande.core.proof.verification.examination import Outcome
from jurande.registers.awards.facts.addresses import KEY_LENGTH, is_key
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.proofs import Proof, Standing
from jurande.registers.awards.states import Exposure
from jurande.web.access import RATE_SECONDS, client_address, has_been_too_frequent, is_too_frequent

MOST_AT_ONCE = 1_000
MOST_A_MINUTE, MOST_BULKS_A_MINUTE = 300, 6
KEPT_SECONDS = 2
# Of these nothing is told but that they are so.
HIDDEN = (Standing.BROKEN, Standing.ERASED)

router = Router(auth=None, tags=["preuves"])


class Unanswered(Schema):
    """Why nothing was given: a stable code."""

    error: str


class Check(Schema):
    """One step of the verification: its number, how it ended (ok, warning, unknown, refused…), a stable code."""

    number: int
    outcome: str
    code: str


class ProofAnswer(Schema):
    """What is true of a proof at ``checked_at``.

    ``state``: valid, expired, suspended, revoked, replaced, erased, taken_over, waiting, uncertain or broken.
    ``holder`` and ``title`` are read in what was signed; empty when it is erased or does not hold. ``holder`` and
    ``credential`` are given to whoever has the key of the document, or when the holder shows both to everybody.
    """

    number: str
    state: str
    is_valid: bool
    kind: str
    title: str
    holder: str
    certifier: str
    awarded_on: date
    valid_until: date | None
    replaced_by: str | None
    checked_at: str
    checks: list[Check]
    page: str
    credential: str | None


class ProofQuestion(Schema):
    """A number, as it is written; the name that came with it, when it is to be compared."""

    number: Annotated[str, Field(min_length=1, max_length=200)]
    holder: Annotated[str, Field(max_length=200)] = ""


class ProofQuestions(Schema):
    """At most a thousand questions."""

    questions: Annotated[list[ProofQuestion], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ProofSaid(Schema):
    """The answer to one question, in the order asked.

    ``state``: as above, or unknown when nothing has this number here. ``is_same_holder``: whether the name is the one
    that was signed, or its family name, case, accents, hyphens and order aside; null when none was given, nothing can
    be said, the holder shows it to nobody, or too many wrong names were tried for this number in an hour.
    """

    number: str
    state: str
    is_valid: bool
    is_same_holder: bool | None
    title: str
    awarded_on: date | None
    valid_until: date | None


class ProofSaidAll(Schema):
    """All the answers."""

    answers: list[ProofSaid]


REFUSALS = {429: Unanswered}
TOO_MANY = Status(429, Unanswered(error="rate.exceeded"))


@router.get(
    "/{number}",
    response={200: ProofAnswer, 404: Unanswered, **REFUSALS},
    operation_id="proof",
    url_name="proof",
    summary="Une preuve, par son numéro",
)
def proof(
    request: HttpRequest,
    response: HttpResponse,
    number: Annotated[str, Path(max_length=40)],
    cle: Annotated[str, Query(max_length=KEY_LENGTH)] = "",
) -> Any:
    """Every check of one proof, made now. ``cle``: the end of the address that the document's square code holds."""
    address = client_address(request)
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Robots-Tag"] = "noindex"
    if has_been_too_frequent("proof_miss", address, most=proofs.MISSES_MOST) or is_too_frequent(
        "proof_api", address, most=MOST_A_MINUTE
    ):
        return _too_many(response)
    known = proofs.read_number(number)
    award = proofs.find(known) if known else None
    if award is None or (cle and not is_key(award.number, cle)):
        is_too_frequent("proof_miss", address, most=proofs.MISSES_MOST)
        return Status(404, Unanswered(error="proof.unknown"))
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return Status(200, _answer(proofs.prove(award, now=timezone.now()), key=cle))


@router.post(
    "",
    response={200: ProofSaidAll, **REFUSALS},
    operation_id="check-proofs",
    url_name="proofs-check",
    summary="Mille preuves à la fois",
)
def check(request: HttpRequest, response: HttpResponse, asked: ProofQuestions) -> Any:
    """Answer up to a thousand numbers, in the order given. Too many that do not exist, and the rest waits a minute."""
    address = client_address(request)
    if has_been_too_frequent("proof_miss", address, most=proofs.MISSES_MOST) or is_too_frequent(
        "proof_bulk", address, most=MOST_BULKS_A_MINUTE
    ):
        return _too_many(response)
    read = [proofs.read_number(one.number) for one in asked.questions]
    found = proofs.prove_many({number for number in read if number}, now=timezone.now())
    misses = sum(number not in found for number in read)
    for _ in range(min(misses, proofs.MISSES_MOST + 1)):
        is_too_frequent("proof_miss", address, most=proofs.MISSES_MOST)
    answers = [_said(one, found.get(number or "")) for one, number in zip(asked.questions, read, strict=True)]
    return Status(200, ProofSaidAll(answers=answers))


def _answer(found: Proof, *, key: str) -> ProofAnswer:
    award, signed = found.award, found.signed
    is_named = proofs.names_holder(award, with_document=bool(key))
    at = [award.shown_number, key] if key else [award.shown_number]
    is_hidden = found.standing in HIDDEN
    # A former award that shows nobody leads nowhere: after a change of name, one would tell the other.
    following = proofs.following_of(award) if award.exposure != Exposure.HIDDEN else None
    findings = found.examination.findings if found.examination is not None else ()
    return ProofAnswer(
        number=award.shown_number,
        state=found.standing,
        is_valid=found.standing is Standing.VALID,
        kind=award.subject,
        title="" if is_hidden else (signed.title if signed else award.certification.title),
        holder=(signed.holder if signed else award.full_name) if is_named and not is_hidden else "",
        certifier=award.certifier.name,
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        replaced_by=following.shown_number if following is not None else None,
        checked_at=found.at.isoformat(timespec="seconds"),
        checks=[
            Check(number=one.number, outcome=one.outcome, code=one.code)
            for one in findings
            if one.outcome is not Outcome.NOT_APPLICABLE
        ],
        page=settings.PUBLIC_URL + reverse("public:award", args=at),
        credential=settings.PUBLIC_URL + reverse("public:award-file", args=at)
        if found.document is not None and is_named
        else None,
    )


def _said(one: ProofQuestion, found: Proof | None) -> ProofSaid:
    if found is None:
        return ProofSaid(
            number=one.number,
            state="unknown",
            is_valid=False,
            is_same_holder=None,
            title="",
            awarded_on=None,
            valid_until=None,
        )
    award, signed = found.award, found.signed
    is_hidden = found.standing in HIDDEN
    is_same = None if is_hidden or not one.holder.strip() else _is_same(one.holder, found)
    return ProofSaid(
        number=award.shown_number,
        state=found.standing,
        is_valid=found.standing is Standing.VALID,
        is_same_holder=is_same,
        title="" if is_hidden else (signed.title if signed else award.certification.title),
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
    )


def _is_same(told: str, found: Proof) -> bool | None:
    """Whether the name is the holder's; nothing once too many others were tried."""
    number = found.award.number
    if not proofs.names_holder(found.award, with_document=True):
        return None
    if has_been_too_frequent("proof_named", number, most=proofs.NAMES_MOST_HOURLY, seconds=3600):
        return None
    is_same = proofs.is_named(found, told)
    if not is_same:
        is_too_frequent("proof_named", number, most=proofs.NAMES_MOST_HOURLY, seconds=3600)
    return is_same


def _too_many(response: HttpResponse) -> Any:
    response["Retry-After"] = str(RATE_SECONDS)
    return TOO_MANY
