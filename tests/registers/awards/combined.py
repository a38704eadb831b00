"""Combinations and what counts in them, for tests: three micro-certifications that lead to a bloc."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jurande.registers.awards.models import Award, Combination, CombinationRequest
from jurande.registers.awards.operations import combinations as operations
from jurande.registers.awards.operations import completing
from jurande.registers.awards.operations.combinations import Asked, Terms
from jurande.registers.awards.states import Origin, Subject
from jurande.registers.catalogue.models import Bloc, Certification
from jurande.registers.parties.models import Certifier, Person
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import designs
from tests.registers.awards.held import acting
from tests.registers.catalogue import certifications
from tests.replay import replayed


@replayed
def target(house: Certifier, number: str = "RNCP49021") -> Bloc:
    """The first bloc of a registered certification that is published."""
    held = certifications.registered(house, number=number)
    certifications.framed(certifications.draft_of(held), certifications.writer(house))
    certifications.published(held, certifications.publisher(house))
    return Bloc.objects.filter(referentiel__certification=held).order_by("position", "pk")[0]


@replayed
def micros(house: Certifier, count: int = 3) -> list[Certification]:
    """Published micro-certifications: identity checked, level 4."""
    return [designs.offered(house) for _one in range(count)]


@replayed
def terms(needed: list[Certification], /, **changed: Any) -> Terms:
    """All of them needed, without a condition, but for what is changed."""
    asked: dict[str, Any] = {
        "title": "Vers le bloc 1",
        "words": "Trois réussites, et le bloc se demande.",
        "choices": [],
        "parts": [Asked(one.code) for one in needed],
    }
    return Terms(**(asked | changed))


@replayed
def drafted(house: Certifier | None = None, *, bloc: Bloc | None = None, **changed: Any) -> Combination:
    """A draft with three parts."""
    of = house or factories.certifier()
    aim = bloc or target(of)
    actor = designs.designer(of)
    parts = changed.pop("parts", None) or micros(of)
    draft = operations.start_combination(
        certification=aim.referentiel.certification, bloc=aim.lineage, actor=actor, now=NOW
    )
    return operations.write_combination(
        combination=draft, terms=terms(parts, **changed), revision=draft.revision, actor=actor, now=NOW
    )


@replayed
def published(house: Certifier | None = None, **changed: Any) -> Combination:
    """One that another published."""
    draft = drafted(house, **changed)
    by = designs.signatory(draft.certifier)
    return operations.publish_combination(combination=draft, revision=draft.revision, actor=by, now=NOW)


@replayed
def award(person: Person, certification: Certification, **changed: Any) -> Award:
    """What somebody holds of a certification; said to come from elsewhere, so that nothing has to be sealed."""
    values: dict[str, Any] = {
        "certifier": certification.certifier,
        "certification": certification,
        "referentiel": certification.versions.get(state="published"),
        "subject": Subject.MICRO,
        "origin": Origin.ELSEWHERE,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "holder": person,
        "collected_at": NOW,
        "awarded_on": TODAY,
        "issued_at": NOW,
    }
    return Award.objects.create(**(values | changed))


@replayed
def whole(held: Combination, person: Person | None = None) -> Person:
    """Somebody who has all of its parts."""
    who = person or factories.holder(by=held.certifier)
    for part in held.parts.select_related("certification__certifier"):
        award(who, part.certification)
    return who


@replayed
def asked(held: Combination, person: Person | None = None) -> CombinationRequest:
    """Somebody who has all of its parts and asks."""
    who = whole(held, person)
    return completing.ask_for_bloc(combination=held, person=who, actor=acting(who), now=NOW)


@replayed
def look(now: datetime = NOW) -> int:
    """What the nightly job does."""
    return completing.look_for_complete(report=lambda seen: None, now=now)


def addresses(mine: Certifier, people: dict[str, Any]) -> dict[str, list[str]]:
    """What goes in the path of each page about combinations, written by somebody who is none of those who look."""
    aim = target(mine, "RNCP49029")
    parts = micros(mine)
    held = published(mine, bloc=aim, parts=parts)
    draft = drafted(mine, bloc=Bloc.objects.filter(referentiel=aim.referentiel).order_by("-position")[0], parts=parts)
    request = asked(held, people["holder"])
    own, theirs = [mine.code, draft.code], [mine.code, held.code]
    return {
        **{f"certifier:awards-combinations-{page}": own for page in ("one", "edit", "publish", "discard")},
        **{f"certifier:awards-combinations-{page}": theirs for page in ("close", "prepare")},
        "certifier:awards-combinations-decline": [*theirs, request.code],
        "holder:path-ask": [held.code],
        "holder:path-take-back": [request.code],
    }
