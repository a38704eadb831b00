"""Whose calendar an address opens, and who receives the weekly letter."""

from __future__ import annotations

from collections.abc import Sequence

from jurande.registers.network.models import CalendarFeed, RadarLetter
from jurande.registers.parties.models import Certifier, Membership, Person
from jurande.registers.parties.models.links import digest_of
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import ROLE_RIGHTS, Right, Role


def calendar_of(actor: Actor) -> CalendarFeed | None:
    """The address that this person opened in this house, if it still answers."""
    return CalendarFeed.objects.visible_to(actor).open().select_related("certifier").first()


def calendar_at(token: str) -> CalendarFeed | None:
    """The calendar that this secret opens; None when it was revoked, or never was."""
    rows = CalendarFeed.objects.open().filter(digest=digest_of(token))
    return rows.select_related("certifier__organisation", "person").first()


def readers_of_the_week(week: str) -> Sequence[tuple[Certifier, Person]]:
    """Who manages a network and has no letter of this week (ISO 8601: 2026-W47) yet."""
    roles = [role for role in Role if Right.OPEN_PARTNERSHIPS in ROLE_RIGHTS[role]]
    held = Membership.objects.in_force().filter(role__in=roles, certifier__isnull=False)
    sent = set(RadarLetter.objects.filter(week=week).order_by("pk").values_list("certifier", "person"))
    rows = held.select_related("certifier__organisation", "person").order_by("certifier", "person", "pk")
    found = {(row.certifier_id, row.person_id): (row.certifier, row.person) for row in rows if row.certifier}
    return [pair for key, pair in found.items() if key not in sent]
