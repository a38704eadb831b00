"""From codes, all that the journal and the lower registers know, to what people read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, CharField, Expression, F, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Trim

from jurande.registers.parties.models import (
    ApiKey,
    Certifier,
    Invitation,
    MagicLink,
    Membership,
    Organisation,
    Partnership,
    Person,
    Site,
)


def _organisation_name(path: str) -> Expression:
    return Case(When(**{f"{path}usual_name": ""}, then=F(f"{path}legal_name")), default=F(f"{path}usual_name"))


def _person_name(path: str) -> Expression:
    return Case(
        When(**{f"{path}first_name": "", f"{path}last_name": ""}, then=F(f"{path}email")),
        default=Trim(Concat(f"{path}first_name", Value(" "), f"{path}last_name")),
    )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Map each code that still names something to what people call it, in one query; unknown codes are left out.

    For codes that the reader was already allowed to see: it checks nothing. Persons (and their roles, invitations and
    links) by their name, houses and places by the organisation's, API keys by their label.
    """
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    sources: list[tuple[QuerySet, Expression | F]] = [  # type: ignore[type-arg]
        (Person.objects.all(), _person_name("")),
        (Membership.objects.all(), _person_name("person__")),
        (MagicLink.objects.all(), _person_name("person__")),
        (Invitation.objects.all(), _person_name("")),
        (Organisation.objects.all(), _organisation_name("")),
        (Site.objects.all(), _organisation_name("organisation__")),
        (Certifier.objects.all(), _organisation_name("organisation__")),
        (Partnership.objects.all(), _organisation_name("site__organisation__")),
        (ApiKey.objects.all(), F("label")),
    ]
    first, *others = (
        rows.filter(code__in=wanted).annotate(shown=Cast(name, CharField())).values_list("code", "shown")
        for rows, name in sources
    )
    return dict(first.union(*others, all=True))
