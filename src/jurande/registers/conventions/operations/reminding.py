"""Reminding both sides that a convention nears its end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from jurande.registers.conventions.emails import conventions as emails
from jurande.registers.conventions.models import Convention, Reminder
from jurande.registers.conventions.states import ConventionState
from jurande.registers.correspondence.operations import send as send_letter
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.states import Role

REMINDER_MONTHS = (6, 3, 1)


def months_after(day: date, months: int) -> date:
    """The same day of the month, that many months later; the last day of a month that is too short."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def remind(*, now: datetime) -> int:
    """Write to both sides 6, 3 and 1 months before the end, once for each, unless what follows is on its way."""
    today = localdate(now)
    horizon = months_after(today, max(REMINDER_MONTHS))
    near = (
        Convention.objects.alive()
        .filter(valid_until__gte=today, valid_until__lte=horizon)
        .exclude(followers__state__in=[ConventionState.DRAFT, ConventionState.SENT, ConventionState.SIGNED])
        .select_related("certifier__organisation", "partnership__site__organisation", "partnership__followed_by")
        .order_by("pk")
    )
    return sum(_remind(one, today=today, now=now) for one in near)


@transaction.atomic
def _remind(convention: Convention, *, today: date, now: datetime) -> bool:
    last_day = convention.valid_until
    if last_day is None:
        return False
    reached = [months for months in REMINDER_MONTHS if last_day <= months_after(today, months)]
    Convention.objects.select_for_update(of=("self",), no_key=True).get(pk=convention.pk)
    sent = set(convention.reminders.values_list("months", flat=True))
    fresh = [months for months in reached if months not in sent]
    Reminder.objects.bulk_create(Reminder(convention=convention, months=one, sent_at=now) for one in fresh)
    nearest = min(reached)
    if nearest not in fresh:
        return False
    for person in _certifier_people(convention):
        send_letter(emails.ending(convention, person, months=nearest, last_day=last_day), now=now)
    heads = Membership.objects.in_force().filter(partnership=convention.partnership, role=Role.HEAD)
    for head in heads.select_related("person").order_by("pk"):
        send_letter(emails.ending_partner(convention, head.person, months=nearest, last_day=last_day), now=now)
    return True


def _certifier_people(convention: Convention) -> list[Person]:
    """Who follows the partner; nobody does: those who manage the network."""
    follower = convention.partnership.followed_by
    if follower is not None and follower.is_active:
        return [follower]
    rows = Membership.objects.in_force().filter(certifier=convention.certifier, role=Role.NETWORK_MANAGER)
    return list({row.person.code: row.person for row in rows.select_related("person").order_by("pk")}.values())
