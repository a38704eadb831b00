"""What this installation gave to others about somebody: rows that exist, nothing supposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from jurande.registers.awards.models import Award
from jurande.registers.awards.queries.holders import addresses_of, held_by
from jurande.registers.awards.states.record import RecordAct
from jurande.registers.correspondence.emails import catalogue
from jurande.registers.correspondence.models import Message, address_digest
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import ApiKey, Person
from jurande.registers.parties.states import Scope

LETTERS_MOST = 100
COPIES_MOST = 50
READING = (Scope.READ_AWARDS.value, Scope.WRITE_AWARDS.value)


@dataclass(frozen=True)
class Sent:
    """A letter about this person. ``to``: their own address as it was then; empty when it went to somebody else.

    ``code`` opens it in their mailbox; empty when it is not theirs to open.
    """

    at: datetime
    what: str
    by: str
    to: str
    state: str
    code: str


@dataclass(frozen=True)
class Copied:
    """A copy that a house made of its public record, in which this person's proofs were."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Reader:
    """A program that may read what a house issued, and when it was last used; ``until_on``: its last day."""

    name: str
    by: str
    last_used_on: date | None
    until_on: date


@dataclass(frozen=True)
class Declared:
    """What was given to whom. ``houses``: who issued to this person; ``partners``: who assessed them, and so knows."""

    houses: Sequence[str]
    partners: Sequence[str]
    letters: Sequence[Sent]
    copies: Sequence[Copied]
    readers: Sequence[Reader]


def declared_about(person: Person) -> Declared:
    """Read it all, the latest first. Five queries, whatever one holds."""
    held = list(held_by(person))
    houses = {award.certifier.code: award.certifier.name for award in held}
    return Declared(
        houses=sorted(set(houses.values())),
        partners=sorted({award.partnership.name for award in held if award.partnership is not None}),
        letters=_letters(person, held),
        copies=_copies(held, houses),
        readers=_readers(held),
    )


def _letters(person: Person, held: Sequence[Award]) -> list[Sent]:
    own = {address_digest(address) for address in addresses_of(person)}
    # The index of persons is used only where its own condition is said.
    theirs = Q(to_code=person.code) & ~Q(to_code="")
    about = Q(about_kind="award", about_code__in=[award.code for award in held])
    rows = Message.objects.filter(theirs | Q(to_digest__in=own) | about).newest_first()
    return [_sent(row, is_theirs=row.to_code == person.code or row.to_digest in own) for row in rows[:LETTERS_MOST]]


def _sent(row: Message, *, is_theirs: bool) -> Sent:
    kind = catalogue().get(row.kind)
    label = str(kind.label) if kind is not None else row.kind
    return Sent(
        at=row.written_at,
        # Its own words for whoever received it; what kind of letter it is for a letter to somebody else.
        what=(row.subject if is_theirs else "") or label,
        by=row.signature,
        to=row.to_email if is_theirs else "",
        state=row.state,
        code=row.code if is_theirs and row.to_code and not row.is_erased else "",
    )


def _copies(held: Sequence[Award], houses: dict[str, str]) -> list[Copied]:
    """Those made since something was issued to this person there."""
    first = {code: min(one.issued_at for one in held if one.certifier.code == code) for code in houses}
    made = Entry.objects.filter(chain__in=houses, action=RecordAct.RECORD_EXPORTED).order_by("-at", "-pk")
    rows = list(made[:COPIES_MOST]) if houses else []
    return [Copied(row.at, houses[row.chain]) for row in rows if row.at >= first[row.chain]]


def _readers(held: Sequence[Award]) -> list[Reader]:
    """The programs that were used since something was issued to this person by the same house."""
    first: dict[int, Award] = {}
    for award in sorted(held, key=lambda one: one.issued_at, reverse=True):
        first[award.certifier_id] = award
    keys = ApiKey.objects.filter(certifier__in=first).order_by("-last_used_on", "label", "pk")
    return [
        Reader(key.label, first[key.certifier_id].certifier.name, key.last_used_on, key.expires_at.date())
        for key in keys
        if set(key.scopes) & set(READING)
        and key.last_used_on is not None
        and key.last_used_on >= first[key.certifier_id].issued_at.date()
    ]
