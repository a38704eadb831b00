"""Is this place habilitated? For funders and anybody else: one, those of a place, a thousand at once. No key.

The same answers as the public page, from the same query.
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

from jurande.registers.network.operations.habilitations.credentials import NAMES
from jurande.registers.network.queries import habilitations as queries
from jurande.registers.network.states import Action
from jurande.web.access import RATE_SECONDS, client_address, is_too_frequent

MOST_AT_ONCE = 1_000
MOST_A_MINUTE, MOST_BULKS_A_MINUTE = 300, 20
KEPT_SECONDS = 2

router = Router(auth=None, tags=["habilitations"])


class Unanswered(Schema):
    """Why nothing was given: a stable code."""

    error: str


class Place(Schema):
    """The place that is habilitated, and nobody else."""

    siret: str
    siren: str
    name: str
    city: str
    departement: str


class Answer(Schema):
    """A habilitation and what is true of it on ``day``. ``blocs`` and ``territory`` are empty for all of them.

    ``state``: active, suspended, ended, expired or not_yet; ``since`` and ``until`` bound the days on end during which
    the same holds.
    """

    code: str
    reference: str
    certifier: str
    place: Place
    certification: str
    title: str
    kind: str
    label: str
    blocs: list[str]
    territory: list[str]
    valid_from: date
    valid_until: date
    day: date
    is_habilitated: bool
    state: str
    since: date | None
    until: date | None
    is_probation: bool
    page: str
    credential: str | None


class Answers(Schema):
    """What is known of a place for a certification on a day: every house's word, none when nothing was ever opened."""

    day: date
    is_habilitated: bool
    habilitations: list[Answer]


class Question(Schema):
    """A place, a certification (RNCP49021, RS9104…), a day, and what for (former, organiser) when it matters."""

    siret: Annotated[str, Field(pattern=r"^[0-9]{14}$")]
    certification: Annotated[str, Field(min_length=1, max_length=40)]
    day: date
    action: Action | None = None


class Questions(Schema):
    """At most a thousand questions."""

    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Said(Schema):
    """The answer to one question, in the order asked; ``habilitation``: the code of the one that says yes."""

    siret: str
    certification: str
    day: date
    is_habilitated: bool
    habilitation: str | None


class SaidAll(Schema):
    """All the answers."""

    answers: list[Said]


REFUSALS = {429: Unanswered}
TOO_MANY = Status(429, Unanswered(error="rate.exceeded"))


@router.get(
    "/{code}",
    response={200: Answer, 404: Unanswered, **REFUSALS},
    operation_id="habilitation",
    url_name="habilitation",
    summary="Une habilitation, un jour",
)
def habilitation(
    request: HttpRequest,
    response: HttpResponse,
    code: Annotated[str, Path(max_length=40)],
    jour: Annotated[date | None, Query()] = None,
) -> Any:
    """What is true of one habilitation on a day, today by default."""
    if _is_too_frequent(request, response, "habilitation", MOST_A_MINUTE):
        return TOO_MANY
    row = queries.public_one(code)
    if row is None:
        return Status(404, Unanswered(error="habilitation.unknown"))
    return Status(200, _answer(row, jour or timezone.localdate()))


@router.get(
    "",
    response={200: Answers, **REFUSALS},
    operation_id="habilitations",
    url_name="habilitations",
    summary="Les habilitations d’un établissement",
)
def habilitations(
    request: HttpRequest,
    response: HttpResponse,
    siret: Annotated[str, Query(pattern=r"^[0-9]{14}$")],
    certification: Annotated[str, Query(max_length=40)] = "",
    jour: Annotated[date | None, Query()] = None,
) -> Any:
    """What is true on a day of every habilitation of a place; of one certification when it is named."""
    if _is_too_frequent(request, response, "habilitation", MOST_A_MINUTE):
        return TOO_MANY
    day = jour or timezone.localdate()
    found = [_answer(row, day) for row in queries.of_siret(siret, certification)]
    said = Answers(day=day, is_habilitated=any(one.is_habilitated for one in found), habilitations=found)
    return Status(200, said)


@router.post(
    "",
    response={200: SaidAll, **REFUSALS},
    operation_id="check-habilitations",
    url_name="habilitations-check",
    summary="Mille questions à la fois",
)
def check(request: HttpRequest, response: HttpResponse, asked: Questions) -> Any:
    """Answer up to a thousand (SIRET, certification, day), in the order given."""
    if _is_too_frequent(request, response, "habilitations-bulk", MOST_BULKS_A_MINUTE):
        return TOO_MANY
    questions = [queries.Asked(one.siret, one.certification, one.day, one.action) for one in asked.questions]
    found = queries.answers_in_bulk(questions)
    answers = [
        Said(
            siret=one.siret,
            certification=one.certification,
            day=one.day,
            is_habilitated=held is not None,
            habilitation=held.code if held is not None else None,
        )
        for one, held in zip(questions, found, strict=True)
    ]
    return Status(200, SaidAll(answers=answers))


def _answer(row: Any, day: date) -> Answer:
    standing = queries.standing_on(row, day)
    site = row.partnership.site
    is_signed = row.credential is not None and row.credential.signed is not None
    return Answer(
        code=row.code,
        reference=row.reference,
        certifier=row.certifier.name,
        place=Place(
            siret=site.siret,
            siren=site.organisation.siren,
            name=row.partnership.name,
            city=site.city,
            departement=site.departement,
        ),
        certification=row.certification.reference,
        title=row.certification.title,
        kind=row.kind,
        label=NAMES[row.actions],
        blocs=row.blocs,
        territory=row.territory,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        day=day,
        is_habilitated=standing.is_active,
        state=standing.state,
        since=standing.since,
        until=standing.until,
        is_probation=row.is_probation,
        page=_address("public:habilitation", row),
        credential=_address("public:habilitation-file", row) if is_signed else None,
    )


def _address(view: str, row: Any) -> str:
    return settings.PUBLIC_URL + reverse(view, args=[row.code])


def _is_too_frequent(request: HttpRequest, response: HttpResponse, action: str, most: int) -> bool:
    response["Access-Control-Allow-Origin"] = "*"
    if is_too_frequent(action, client_address(request), most=most):
        response["Retry-After"] = str(RATE_SECONDS)
        return True
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return False
