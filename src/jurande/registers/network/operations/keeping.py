"""Views of the list that people keep, reminders to partners, and the secret address of a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.network.emails import radar as emails
from jurande.registers.network.models import CalendarFeed, RadarLetter, SavedView
from jurande.registers.network.policies.ledger import can_remove_view, can_see_ledger
from jurande.registers.network.queries.imports import FILE_ITEMS, files_progress
from jurande.registers.network.states.ledger import LedgerAct as Act
from jurande.registers.parties import operations as parties
from jurande.registers.parties import policies
from jurande.registers.parties.models import Certifier, Invitation, Membership, Partnership, Person
from jurande.registers.parties.models.links import digest_of, new_token
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role

VIEWS_MOST = 30
NAME_CHARS = 60
QUERY_CHARS = 2_000


class ViewRefused(Refused):
    """This view cannot be kept so."""


# --- views ---------------------------------------------------------------------------------------


@transaction.atomic
def save_view(
    *, certifier: Certifier, name: str, query: str, is_shared: bool, actor: Actor, now: datetime
) -> SavedView:
    """Keep a way to look at the network; the same name again replaces one's own view.

    :raises NotAllowed: who does not see the network. :raises ViewRefused: no name, no filter, or too many views.
    """
    require(can_see_ledger(actor))
    said = " ".join(name.split())[:NAME_CHARS]
    if not said:
        raise ViewRefused(_("Donnez un nom à cette vue."), field="nom")
    if not query or len(query) > QUERY_CHARS:
        raise ViewRefused(_("Choisissez d’abord un filtre, une recherche ou un tri\u00a0: c’est lui que la vue garde."))
    person = Person.objects.get(code=actor.code)
    mine = SavedView.objects.filter(certifier=certifier, person=person)
    if mine.exclude(name=said).count() >= VIEWS_MOST:
        raise ViewRefused(_("Trente vues au plus. Retirez-en une, puis recommencez."))
    view, _created = SavedView.objects.update_or_create(
        certifier=certifier,
        person=person,
        name=said,
        defaults={"query": query, "is_shared": is_shared, "saved_at": now},
    )
    return view


@transaction.atomic
def remove_view(*, view: SavedView, actor: Actor) -> None:
    """Remove one's own view.

    :raises NotAllowed: it is somebody else's.
    """
    require(can_remove_view(actor, view))
    view.delete()


# --- reminders -----------------------------------------------------------------------------------


@transaction.atomic
def remind_partners(*, partnerships: Sequence[Partnership], actor: Actor, now: datetime) -> int:
    """Write to the heads of these partners what their file lacks, and renew pending invitations; tell how many letters.

    A partner whose file lacks nothing, and one where nobody came or was invited, get nothing.

    :raises NotAllowed: only who may invite people of partners.
    """
    missing = {one.code: one.missing for one in files_progress(actor, localdate(now))}
    sent = 0
    for partnership in partnerships:
        require(policies.can_give_role(actor, Role.HEAD, partnership=partnership))
        for invitation in partnership.invitations.pending().order_by("pk"):
            parties.renew_invitation(invitation=invitation, actor=actor, now=now)
            sent += 1
        lacks = [key for key in missing.get(partnership.code, ()) if key != "person"]
        if not lacks:
            continue
        heads = Membership.objects.in_force().filter(partnership=partnership, role=Role.HEAD)
        for member in heads.select_related("person").order_by("pk"):
            letter = emails.file_reminder(partnership, member.person, [str(FILE_ITEMS[key]) for key in lacks])
            correspondence.send(letter, now=now)
            sent += 1
    return sent


def invite_heads(
    *, given: Sequence[tuple[Partnership, str, str, str]], actor: Actor, now: datetime
) -> list[Invitation]:
    """Invite the head of each of these partners: (partnership, address, first name, last name). All or none.

    :raises NotAllowed: not theirs to give. :raises InvitationRefused: a name or an address is wrong, invited already.
    """
    with transaction.atomic():
        return [
            parties.invite_member(
                role=Role.HEAD,
                email=address,
                first_name=first,
                last_name=last,
                partnership=partnership,
                actor=actor,
                now=now,
            )
            for partnership, address, first, last in given
        ]


# --- the calendar --------------------------------------------------------------------------------


@transaction.atomic
def open_calendar(*, certifier: Certifier, actor: Actor, now: datetime) -> str:
    """Draw the secret part of a new address and return it, once; the one before stops at once.

    :raises NotAllowed: who does not see the network.
    """
    require(can_see_ledger(actor))
    person = Person.objects.select_for_update(no_key=True).get(code=actor.code)
    CalendarFeed.objects.open().filter(certifier=certifier, person=person).update(revoked_at=now)
    token = new_token()
    feed = CalendarFeed(certifier=certifier, person=person, digest=digest_of(token), opened_at=now)
    feed.save(force_insert=True)
    _told(Act.CALENDAR_OPENED, certifier, actor, feed, now)
    return token


@transaction.atomic
def revoke_calendar(*, feed: CalendarFeed, actor: Actor, now: datetime) -> None:
    """Stop an address: calendars that read it find nothing from now on. Done twice, nothing more.

    :raises NotAllowed: who does not see the network.
    """
    require(can_see_ledger(actor))
    row = CalendarFeed.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=feed.pk)
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _told(Act.CALENDAR_REVOKED, row.certifier, actor, row, now)


# --- the week ------------------------------------------------------------------------------------


@transaction.atomic
def send_week(
    *, certifier: Certifier, person: Person, week: str, summary: str, lines: Sequence[str], now: datetime
) -> bool:
    """Send the letter of this week, once; with nothing to say, note it and send nothing. Tell whether it left."""
    _letter, fresh = RadarLetter.objects.get_or_create(
        certifier=certifier, person=person, week=week, defaults={"sent_at": now}
    )
    if not fresh or not lines:
        return False
    correspondence.send(emails.week(certifier, person, summary=summary, lines=lines), now=now)
    return True


def _told(action: Act, certifier: Certifier, actor: Actor, feed: CalendarFeed, now: datetime) -> None:
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=action,
        subject_kind="calendar_feed",
        subject_code=feed.code,
        now=now,
    )
