"""What may link somebody to an applicant: proposed before a file is given to them, and shown when they open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.core.france.recruiting import shared_domain
from jurande.core.france.spelling import fold
from jurande.registers.network.models import Application
from jurande.registers.parties.models import Membership, Person


@dataclass(frozen=True)
class Hint:
    """A tie that the records show. ``is_certain``: they belong to the applicant; else somebody must say."""

    sentence: str | Promise
    is_certain: bool


def ties(application: Application, people: Iterable[Person]) -> dict[str, list[Hint]]:
    """Give what links each of these people to the applicant, by their code; nobody without a hint. Four queries."""
    known = list(people)
    staff = list(application.staff.all())
    partners = {one.siret[:9]: one.name for one in application.subcontractors.all() if one.siret}
    addresses = [application.applicant.email, *(one.email for one in staff if one.email)]
    names = {fold(one.name) for one in staff}
    works_at: dict[int, set[str]] = {}
    rows = Membership.objects.in_force().filter(person__in=known, partnership__isnull=False)
    for person_pk, siren in rows.values_list("person_id", "partnership__site__organisation__siren"):
        works_at.setdefault(person_pk, set()).add(siren)
    found: dict[str, list[Hint]] = {}
    for person in known:
        at = works_at.get(person.pk, set())
        hints = []
        if person.pk == application.applicant_id or person.email in addresses:
            hints.append(Hint(_("Fait partie des personnes de cette candidature."), is_certain=True))
        if application.siren in at:
            hints.append(Hint(_("Travaille chez ce candidat."), is_certain=True))
        hints += [
            Hint(format_lazy(_("Travaille chez {name}, sous-traitant déclaré."), name=name), is_certain=False)
            for siren, name in partners.items()
            if siren in at
        ]
        domain = "" if hints else shared_domain(person.email, addresses)
        if domain:
            hints.append(
                Hint(format_lazy(_("Même domaine d’e-mail\u00a0: {domain}."), domain=domain), is_certain=False)
            )
        if not hints and fold(person.full_name) in names:
            hints.append(Hint(_("Porte le nom d’une personne de la candidature."), is_certain=False))
        if hints:
            found[person.code] = hints
    return found
