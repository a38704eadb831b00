"""What somebody holds, and what waits for them: everything is found by the person, never by a name."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.parties.models import Person

GONE = (AwardState.REPLACED, AwardState.ERASED)


def held_by(person: Person) -> AwardQuerySet:
    """All that is in somebody's space, the latest obtained first: replaced and refused ones too, erased ones never."""
    found: AwardQuerySet = Award.objects.filter(holder=person).exclude(state=AwardState.ERASED)
    return _with_terms(found).order_by("-awarded_on", "-pk")


def one_of(person: Person, code: str) -> Award | None:
    """One of them; None for somebody else's, for an erased one and for a code that does not exist."""
    return held_by(person).filter(code=code).first()


def addresses_of(person: Person) -> list[str]:
    """The addresses that this person proved to be theirs, in lower case, the main one first."""
    proved = EmailAddress.objects.filter(user_id=person.pk, verified=True).order_by("-primary", "pk")
    return [email.lower() for email in proved.values_list("email", flat=True)]


def waiting_for(person: Person) -> AwardQuerySet:
    """What was issued to one of their addresses and is in nobody's space yet, the latest issued first."""
    return waiting_at(*addresses_of(person))


def waiting_at(*addresses: str) -> AwardQuerySet:
    """What was issued to one of these addresses, neither collected nor refused, and still stands."""
    digests = [digest for digest in map(email_digest, addresses) if digest]
    found: AwardQuerySet = Award.objects.filter(
        email_digest__in=digests, holder=None, collected_at=None, refused_at=None
    ).exclude(state__in=GONE)
    return _with_terms(found).order_by("-issued_at", "-pk")


def _with_terms(found: AwardQuerySet) -> AwardQuerySet:
    return found.select_related(
        "holder",
        "certifier__organisation",
        "certification__fiche",
        "design",
        "partnership__site__organisation",
    )
