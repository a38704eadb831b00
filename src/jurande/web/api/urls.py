"""The API for other programs: read-only today, by a certifier's key. docs/reference/openapi.json is its description."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from jurande import __version__
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.parties import policies, queries
from jurande.web.access import Asked, answer_to_api
from jurande.web.api.awards import router as awards
from jurande.web.api.habilitations import router as habilitations
from jurande.web.api.proofs import router as proofs

PAGE_MOST = 500


class Refusal(Exception):
    """The key, or the rate, was refused; carries the answer to give."""

    def __init__(self, answer: HttpResponse) -> None:
        """Keep the answer."""
        super().__init__()
        self.answer = answer


def by_key(request: Asked) -> bool:
    """Let in a program with a usable key, and nobody else."""
    answer = answer_to_api(request)
    if answer is not None:
        raise Refusal(answer)
    return True


class JsonWithoutNul(Parser):
    """Reads the body of a request; a character that no database takes makes it unreadable, wherever it stands."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Give what the body says.

        :raises ValueError: it is not JSON, or holds a null character.
        """
        if b"\\u0000" in request.body:
            raise ValueError("NUL in the body")
        return super().parse_body(request)


api = NinjaAPI(
    parser=JsonWithoutNul(),
    title="Jurande",
    version=__version__,
    description=(
        "Lecture du réseau d’un certificateur. Authentification : `Authorization: Bearer jur_…`. "
        "Les habilitations et les preuves se vérifient sans clé."
    ),
    auth=by_key,
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(Refusal)
def refuse(request: Asked, refusal: Refusal) -> HttpResponse:
    """Give the answer that access control prepared."""
    return refusal.answer


@api.exception_handler(ValidationError)
def point_out(request: Asked, refusal: ValidationError) -> HttpResponse:
    """Say which part of the request is not as described, as every other refusal is said; never the value itself."""
    first = refusal.errors[0]
    field = ".".join(str(part) for part in first["loc"][2:] or first["loc"][-1:])
    reason = _("«\u00a0%(field)s\u00a0» n’est pas comme la description le demande\u00a0: %(why)s.")
    said = {"error": "request.invalid", "reason": reason % {"field": field, "why": first["msg"]}, "field": field}
    return api.create_response(request, said, status=422)


@api.exception_handler(HttpError)
def cannot_read(request: Asked, refusal: HttpError) -> HttpResponse:
    """Say that the request could not be read at all."""
    reason = _("Cette demande n’a pas pu être lue. Envoyez du JSON, en UTF-8, sans caractère nul.")
    said = {"error": "request.unreadable", "reason": reason}
    return api.create_response(request, said, status=refusal.status_code)


@api.exception_handler(NotAllowed)
def forbid(request: Asked, refusal: NotAllowed) -> HttpResponse:
    """Say in the answer what the key lacks."""
    return api.create_response(request, {"error": "scope.missing", "reason": str(refusal.reason)}, status=403)


class Error(Schema):
    """Why nothing was given: a stable code, and a sentence when there is one."""

    error: str
    reason: str = ""


class Partner(Schema):
    """A partner of the certifier: one place of a training body."""

    code: str
    reference: str
    name: str
    siren: str
    siret: str
    nda: str
    city: str
    departement: str
    state: str
    since_on: date
    ended_on: date | None
    qualiopi_until_on: date | None


class Partners(Schema):
    """A page of partners; ``total`` counts them all."""

    total: int
    partners: list[Partner]


def _partner(row: Any) -> Partner:
    return Partner(
        code=row.code,
        reference=row.reference,
        name=row.name,
        siren=row.organisation.siren,
        siret=row.site.siret,
        nda=row.organisation.nda,
        city=row.site.city,
        departement=row.site.departement,
        state=row.state,
        since_on=row.since_on,
        ended_on=row.ended_on,
        qualiopi_until_on=row.qualiopi_until_on,
    )


REFUSALS = {401: Error, 403: Error, 429: Error}


@api.get("/partenaires", response={200: Partners, **REFUSALS}, operation_id="partners", summary="Les partenaires")
def partners(
    request: Asked,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Partners:
    """Every partner of the certifier that owns the key, by name."""
    actor = request.actor
    require(policies.can_see_network(actor))
    rows = queries.partners(actor)
    return Partners(total=rows.count(), partners=[_partner(row) for row in rows[offset : offset + limit]])


@api.get(
    "/partenaires/{code}",
    response={200: Partner, **REFUSALS, 404: Error},
    operation_id="partner",
    summary="Un partenaire",
)
def partner(request: Asked, code: str) -> Any:
    """One partner; a code that is another certifier's does not exist here."""
    actor = request.actor
    require(policies.can_see_network(actor))
    found = queries.partnership(actor, code)
    return Status(200, _partner(found)) if found is not None else Status(404, Error(error="partner.unknown"))


api.add_router("/delivrances", awards)
api.add_router("/habilitations", habilitations)
api.add_router("/preuves", proofs)


def urls() -> tuple[list[Any], str, str]:
    """The addresses, declared to access control as every other view is."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        is_public = str(pattern.pattern).startswith(("habilitations", "preuves"))
        setattr(pattern.callback, "audience", "public" if is_public else "api")  # noqa: B010 - a plain function to the checker
    return patterns, app_name, namespace
