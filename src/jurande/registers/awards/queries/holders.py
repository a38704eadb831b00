"""What somebody holds, and what waits for them: everything is found by the person, never by a name."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.designs import Subject
from jurande.registers.catalogue.models import Bloc
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
    return _in_no_space(*addresses).filter(refused_at=None)


def sent_to(person: Person) -> AwardQuerySet:
    """All that was issued to one of their addresses and is in nobody's space: what waits, and what they refused."""
    return _in_no_space(*addresses_of(person))


def refused_at(*addresses: str) -> AwardQuerySet:
    """What was refused from its letter, at one of these addresses, and is in nobody's space."""
    return _in_no_space(*addresses).filter(refused_at__isnull=False)


def whole_of(person: Person, code: str) -> Award | None:
    """One of theirs with all that its documents are drawn from."""
    whole = held_by(person).select_related(
        "holder",
        "certifier__organisation",
        "certification__fiche",
        "referentiel",
        "design__logo__blob",
        "credential__certifier",
        "habilitation",
        "partnership__site__organisation",
    )
    return whole.filter(code=code).first()


def title_of(award: Award) -> str:
    """What it is called, in the words of its référentiel: blocs by their own titles."""
    return titles_of([award])[award.code]


def titles_of(awards: Iterable[Award]) -> dict[str, str]:
    """What each is called, by its code; ``referentiel`` and ``certification`` are loaded. At most one query."""
    held = list(awards)
    of_blocs = [one for one in held if one.subject == Subject.BLOC and one.referentiel_id]
    blocs = Bloc.objects.filter(referentiel__in={one.referentiel_id for one in of_blocs}).order_by("position", "pk")
    lines = list(blocs.values_list("referentiel_id", "lineage", "number", "text")) if of_blocs else []
    said = {one.code: one.referentiel.title if one.referentiel else one.certification.title for one in held}
    for one in of_blocs:
        wanted = {(one.referentiel_id, lineage) for lineage in one.blocs}
        titles = [f"{number}. {text}" if number else text for pk, line, number, text in lines if (pk, line) in wanted]
        said[one.code] = ", ".join(titles) or said[one.code]
    return said


def _in_no_space(*addresses: str) -> AwardQuerySet:
    sent: AwardQuerySet = Award.objects.issued_to(*map(email_digest, addresses))
    found = sent.filter(holder=None, collected_at=None)
    return _with_terms(found.exclude(state__in=GONE)).order_by("-issued_at", "-pk")


def _with_terms(found: AwardQuerySet) -> AwardQuerySet:
    return found.select_related(
        "holder",
        "certifier__organisation",
        "certification__fiche",
        "referentiel__elements",
        "design",
        "partnership__site__organisation",
    )
