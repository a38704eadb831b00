"""Who may score and who may decide, at one certifier."""

from __future__ import annotations

from django.db.models import QuerySet

from jurande.registers.network.models import Application
from jurande.registers.parties.models import Certifier, Membership, Person
from jurande.registers.parties.states import ROLE_RIGHTS, Right


def reviewers_of(certifier: Certifier) -> QuerySet[Person]:
    """The colleagues whose role lets them score an application."""
    return _holding(certifier, Right.REVIEW_APPLICATIONS)


def deciders(certifier: Certifier) -> set[str]:
    """Codes of the colleagues whose role lets them decide."""
    return set(_holding(certifier, Right.DECIDE_APPLICATIONS).values_list("code", flat=True))


def scorers(application: Application) -> set[str]:
    """Codes of those who score it or scored it; who was recused did not."""
    active = application.reviews.filter(recused_at=None)
    return set(active.values_list("reviewer__code", flat=True))


def involved(application: Application) -> set[str]:
    """Codes of those who scored it or decided of it, whenever: none of them hears an appeal."""
    return scorers(application) | set(application.decisions.values_list("decided_by_code", flat=True))


def _holding(certifier: Certifier, right: Right) -> QuerySet[Person]:
    roles = [role for role, rights in ROLE_RIGHTS.items() if right in rights]
    held = Membership.objects.in_force().filter(certifier=certifier, role__in=roles)
    people: QuerySet[Person] = (
        Person.objects.able_to_sign_in().filter(pk__in=held.values("person")).order_by("last_name", "first_name", "pk")
    )
    return people
