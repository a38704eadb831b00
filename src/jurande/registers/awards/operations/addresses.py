"""The address of who was given something: mended when letters come back, and written to again while nothing comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import receiving as emails
from jurande.registers.awards.facts.receiving import receive_url
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations.receiving import issued_letter
from jurande.registers.awards.policies.receiving import can_mend_address
from jurande.registers.awards.queries.holders import titles_of
from jurande.registers.awards.queries.languages import languages_of
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.receiving import ReceivingAct
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import Letter, LetterRefused, clean_address
from jurande.registers.journal.operations import hold, record
from jurande.registers.parties.policies import Actor

# How long after the letter somebody who received nothing is reminded: once, then once more.
FIRST_REMINDER = timedelta(days=10)
SECOND_REMINDER = timedelta(days=30)
# Past it nobody is reminded of anything: a server that slept for months does not wake everybody up.
LAST_REMINDER = timedelta(days=60)
CHUNK = 200
MOST = 100_000


class AddressRefused(Refused):
    """This address cannot be mended."""


@transaction.atomic
def mend_address(*, award: Award, email: str, actor: Actor, now: datetime) -> Award:
    """Give an award that nobody received the right address: its letter leaves again, the link sent before is dead.

    With the address it has already, that address is declared to work and the letter leaves again. What is signed keeps
    the print of the address it was issued with; nothing reads it to give the award to its holder.

    :raises NotAllowed: who issues. :raises AddressRefused: received, refused or erased. :raises RecipientRefused:
    """
    held = Award.objects.select_for_update(of=("self",), no_key=True).select_related(
        "certifier__organisation",
        "certification",
        "referentiel",
        "holder",
        "lot__delegation",
        "partnership",
    )
    row = held.get(pk=award.pk)
    require(can_mend_address(actor, row))
    if row.state in (AwardState.ERASED, AwardState.REPLACED):
        raise AddressRefused(_("Cette attestation n’a plus de lettre à recevoir."))
    if row.collected_at is not None or row.holder is not None:
        raise AddressRefused(_("Elle est déjà reçue\u00a0: son titulaire change ses adresses lui-même."))
    if row.refused_at is not None:
        raise AddressRefused(_("Son titulaire a choisi de ne pas la recevoir."))
    row.email = clean_address(email)
    row.email_digest = email_digest(row.email)
    row.reminder_count, row.reminded_at = 0, now
    row.save(update_fields=["email", "email_digest", "reminder_count", "reminded_at"])
    hold([row.certifier.code])
    correspondence.allow_again(email=row.email, actor_code=actor.code, now=now)
    correspondence.send(issued_letter(row), now=now)
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=ReceivingAct.ADDRESS_MENDED,
        subject_kind="award",
        subject_code=row.code,
        now=now,
    )
    return row


def remind_uncollected(*, now: datetime, report: Callable[[int], None] = lambda done: None) -> int:
    """Write again to who received nothing ten days after their letter, and once more after thirty; tell to how many.

    Nobody is written to about what is withdrawn, replaced, erased, refused, taken over from elsewhere, or without an
    address. Stopped in the middle, it goes on where it was: each chunk of letters is one transaction.
    """
    done = 0
    for keys in _due(now):
        done += _remind(keys, now)
        report(done)
    return done


def _waiting() -> AwardQuerySet:
    found: AwardQuerySet = Award.objects.filter(
        holder=None, collected_at=None, refused_at=None, state=AwardState.ISSUED, origin=Origin.JURANDE
    ).exclude(email_digest="")
    return found


def _due(now: datetime) -> Iterator[list[int]]:
    never = _waiting().filter(issued_at__gt=now - LAST_REMINDER, reminder_count=0, reminded_at=None)
    first = never.filter(issued_at__lte=now - FIRST_REMINDER)
    # Its address was mended: the days are counted from there.
    mended = _waiting().filter(
        reminder_count=0, reminded_at__lte=now - FIRST_REMINDER, reminded_at__gt=now - LAST_REMINDER
    )
    second = _waiting().filter(
        reminder_count=1,
        reminded_at__lte=now - (SECOND_REMINDER - FIRST_REMINDER),
        reminded_at__gt=now - LAST_REMINDER,
    )
    for rows in (first, mended, second):
        # Read once: what waits is not looked through again for each chunk. The next morning takes the rest.
        keys = list(rows.order_by("certifier", "pk").values_list("pk", flat=True)[:MOST])
        for at in range(0, len(keys), CHUNK):
            yield keys[at : at + CHUNK]


@transaction.atomic
def _remind(keys: Sequence[int], now: datetime) -> int:
    # Judged again: some may have been received since.
    rows = _waiting().select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    whole = rows.select_related("certifier__organisation", "certification", "referentiel")
    awards = sorted(whole, key=lambda award: award.certifier_id)
    titles, languages = titles_of(awards), languages_of(awards)
    for award in awards:
        award.reminder_count += 1
        award.reminded_at = now
    Award.objects.bulk_update(awards, ["reminder_count", "reminded_at"])
    for _house, of_house in groupby(awards, key=lambda award: award.certifier_id):
        letters = [
            emails.reminded(award, title=titles[award.code], url=receive_url(award), language=languages[award.code])
            for award in of_house
        ]
        _write(letters, now)
    return len(awards)


def _write(letters: list[Letter], now: datetime) -> None:
    try:
        correspondence.send_many(letters, now=now)
    except LetterRefused:
        # One of them cannot leave: the others do.
        for letter in letters:
            try:
                correspondence.send(letter, now=now)
            except LetterRefused:
                continue
