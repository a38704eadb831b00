"""Awards in their holders' spaces, for the tests of what holders do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import taking_away
from jurande.registers.awards.states import DesignState
from jurande.registers.common import jobs
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards import proved
from tests.replay import replayed


@replayed
def acting(person: Person) -> Actor:
    """Somebody in their own space."""
    return Actor(code=person.code, name=person.full_name, roles=frozenset({Role.HOLDER}))


@replayed
def held(person: Person, design: Design | None = None, *, now: datetime = proved.NOW, **changed: Any) -> Award:
    """A sealed award that this person has collected."""
    changed = {"email": person.email, "email_digest": email_digest(person.email), "collected_at": now, **changed}
    return proved.awarded(
        design, name=(person.first_name, person.last_name), holder=person, now=now, settle=False, **changed
    )


@replayed
def waiting(person: Person, design: Design | None = None, *, now: datetime = proved.NOW, **changed: Any) -> Award:
    """A sealed award sent to this person's address, which nobody has collected."""
    changed = {"email": person.email, "email_digest": email_digest(person.email), **changed}
    return proved.awarded(design, name=(person.first_name, person.last_name), now=now, settle=False, **changed)


def addresses(mine: Certifier, people: dict[str, Any]) -> dict[str, list[str]]:
    """What goes in the path of each page of a holder's space, in a house that has a key already."""
    design = Design.objects.filter(certifier=mine, state=DesignState.PUBLISHED, certification__kind="micro").first()
    award = held(people["holder"], design or proved.designed(mine), now=factories.NOW, awarded_on=factories.TODAY)
    sent = waiting(people["holder"], award.design, now=factories.NOW, awarded_on=factories.TODAY)
    job = jobs.request(taking_away.JOB, people["holder"].code, requested_by=people["holder"].code, now=factories.NOW)
    taking_away.bundle_file(job.code).parent.mkdir(parents=True)
    taking_away.bundle_file(job.code).write_bytes(b"")
    pages = ("award", "appear", "expose", "refuse", "take-back", "erase", "erase-sure")
    return {
        **{f"holder:{page}": [award.code] for page in pages},
        "holder:receive": [sent.code],
        "holder:file": [award.code, "attestation.json"],
        "holder:take-away-one": [job.code],
        "holder:take-away-file": [job.code],
    }
