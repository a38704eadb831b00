"""Issuing from another program: prepare a lot, see what is wrong with its rows, read what was issued. By key.

A key prepares and reads; people approve and issue, on screen.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.utils import timezone
from ninja import Field, Header, Query, Router, Schema, Status

from jurande.core.france.award_sheets import COLUMNS
from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.operations import preparing
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import awards as issued
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.states import LotSource
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked

MOST_ROWS = 1_000
PAGE_MOST = 500

router = Router(tags=["délivrances"])


class Problem(Schema):
    """Why nothing was done: a stable code, a sentence, the field that it is about."""

    error: str
    reason: str = ""
    field: str = ""


class PersonIn(Schema):
    """One person: names, and whatever the certification asks for; days as 1992-07-14, hours as 27,5."""

    last_name: Annotated[str, Field(max_length=300)]
    first_name: Annotated[str, Field(max_length=300)]
    birth_on: Annotated[str, Field(max_length=40)] = ""
    birth_place: Annotated[str, Field(max_length=300)] = ""
    email: Annotated[str, Field(max_length=300)] = ""
    present: Annotated[str, Field(max_length=40)] = ""
    planned: Annotated[str, Field(max_length=40)] = ""
    outcome: Annotated[str, Field(max_length=40)] = ""
    grade: Annotated[str, Field(max_length=300)] = ""
    awarded_on: Annotated[str, Field(max_length=40)] = ""


class LotIn(Schema):
    """What is awarded and to whom. ``design``: the code of a published design."""

    design: str
    awarded_on: date
    title: Annotated[str, Field(max_length=200)] = ""
    place: Annotated[str, Field(max_length=100)] = ""
    decided_on: date | None = None
    validity_months: Annotated[int, Field(ge=0, le=600)] | None = None
    blocs: list[str] = []
    people: Annotated[list[PersonIn], Field(min_length=1, max_length=MOST_ROWS)]


class Fault(Schema):
    """One thing to mend in a row, numbered from 1 in the order given."""

    row: int
    field: str
    code: str
    reason: str


class Lot(Schema):
    """Where a lot stands; ``faults``: of its first rows with something wrong."""

    code: str
    reference: str
    state: str
    total: int
    faulty: int
    rejected: int
    issued: int
    faults: list[Fault]


class Award(Schema):
    """One award. ``url``: its public page."""

    code: str
    number: str
    url: str
    first_name: str
    last_name: str
    certification: str
    awarded_on: date
    valid_until: date | None
    state: str


class Awards(Schema):
    """A page of awards, the latest first; ``total`` counts them all."""

    total: int
    awards: list[Award]


REFUSALS: dict[int, Any] = {401: Problem, 403: Problem, 429: Problem}


def _lot(held: Any) -> Lot:
    rows = queries.rows_to_mend(held)[:100]
    faults = [
        Fault(row=row.number, field=fault.column, code=fault.code, reason=sentence)
        for row in rows
        for fault, (_column, sentence) in zip(queries.faults_of(row), queries.read_of(held, row).faults, strict=True)
    ]
    return Lot(
        code=held.code,
        reference=held.reference,
        state=held.state,
        total=held.total,
        faulty=held.faulty,
        rejected=held.rejected,
        issued=held.issued,
        faults=faults,
    )


def _award(row: Any) -> Award:
    return Award(
        code=row.code,
        number=row.shown_number,
        url=document_url(row.number),
        first_name=row.first_name,
        last_name=row.last_name,
        certification=row.certification.reference,
        awarded_on=row.awarded_on,
        valid_until=row.valid_until,
        state=row.state,
    )


@router.post(
    "/lots",
    response={201: Lot, **REFUSALS, 404: Problem, 422: Problem},
    operation_id="awards-lot-prepare",
    url_name="awards-lot-prepare",
    summary="Préparer un lot",
)
def prepare(
    request: Asked,
    asked: LotIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=200)],
) -> Any:
    """Diagnose and keep a lot, that people will approve and issue. The same key and request give the same lot."""
    require(policies.can_prepare_award(request.actor, request.certifier))
    design = queries.design_to_issue(request.actor, asked.design)
    if design is None:
        return Status(404, Problem(error="design.unknown"))
    people = [{name: text for name, text in one.dict().items() if text and name in COLUMNS} for one in asked.people]
    try:
        held = preparing.prepare_rows(
            design=design,
            rows=people,
            awarded_on=asked.awarded_on,
            source=LotSource.API,
            title=asked.title,
            decided_on=asked.decided_on,
            place=asked.place,
            validity_months=asked.validity_months,
            blocs=asked.blocs,
            idempotency_key=idempotency_key,
            actor=request.actor,
            now=timezone.now(),
        )
    except Refused as refusal:
        return Status(422, Problem(error="lot.refused", reason=str(refusal.sentence), field=refusal.field))
    return Status(201, _lot(held))


@router.get(
    "/lots/{code}",
    response={200: Lot, **REFUSALS, 404: Problem},
    operation_id="awards-lot",
    url_name="awards-lot",
    summary="Un lot",
)
def lot(request: Asked, code: str) -> Any:
    """Where a lot stands; one that is another certifier's does not exist here."""
    require(policies.can_see_awards(request.actor))
    held = queries.lot(request.actor, code)
    return Status(200, _lot(held)) if held is not None else Status(404, Problem(error="lot.unknown"))


@router.get("", response={200: Awards, **REFUSALS}, operation_id="awards", summary="Ce qui est délivré")
def awards(
    request: Asked,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    lot: str = "",
) -> Awards:
    """Everything that was issued, or what one lot did; the latest first."""
    require(policies.can_see_awards(request.actor))
    rows = issued.awards(request.actor)
    if lot:
        rows = rows.filter(lot__code=lot)
    return Awards(total=rows.count(), awards=[_award(row) for row in rows[offset : offset + limit]])


@router.get("/{code}", response={200: Award, **REFUSALS, 404: Problem}, operation_id="award", summary="Une délivrance")
def award(request: Asked, code: str) -> Any:
    """One award."""
    require(policies.can_see_awards(request.actor))
    held = issued.award(request.actor, code)
    return Status(200, _award(held)) if held is not None else Status(404, Problem(error="award.unknown"))
