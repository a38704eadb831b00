"""What was issued, as lists and records show it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import NUMBER_LENGTH, AwardQuerySet
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.states import AwardState
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.queries import deliveries
from jurande.registers.journal.models import EntryQuerySet
from jurande.registers.journal.queries import timeline_of
from jurande.registers.parties.policies import Actor

SOON = timedelta(days=90)
FEW = 2_000
ENDED, ENDING = "ended", "ending"


def awards(actor: Actor) -> AwardQuerySet:
    """Those that one may see, the latest first."""
    found: AwardQuerySet = Award.objects.visible_to(actor).order_by("-issued_at", "-pk")
    return found.select_related("certification", "partnership__site__organisation")


def award(actor: Actor, code: str) -> Award | None:
    """One of them, with what its page shows."""
    return (
        Award.objects.visible_to(actor)
        .filter(code=code)
        .select_related(
            "certifier__organisation",
            "certification__fiche",
            "referentiel",
            "design",
            "lot__delegation",
            "credential",
            "habilitation",
            "partnership__site__organisation",
            "replaces",
            "replaced_by",
        )
        .first()
    )


def matching(rows: AwardQuerySet, words: str) -> AwardQuerySet:
    """Those of a number, of an address, or whose name has all these words."""
    number = re.sub(r"[\s\-\u2011]", "", words).upper()
    found = rows
    if len(number) == NUMBER_LENGTH and rows.filter(number=number).exists():
        found = rows.filter(number=number)
    elif "@" in words:
        found = rows.issued_to(email_digest(words))
    else:
        for word in words.split():
            found = found.filter(Q(last_name__icontains=word) | Q(first_name__icontains=word))
        # Names are looked through once, in their index; a few people are then read, counted and sorted by their keys.
        keys = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
        found = rows.filter(pk__in=keys) if len(keys) <= FEW else found
    return found


def with_validity(rows: AwardQuerySet, kept: Iterable[str], today: date) -> AwardQuerySet:
    """Those whose validity is over, or ends within three months."""
    wanted = Q(pk__in=[])
    if ENDED in kept:
        wanted |= Q(valid_until__lt=today)
    if ENDING in kept:
        wanted |= Q(valid_until__gte=today, valid_until__lte=today + SOON, state=AwardState.ISSUED)
    found: AwardQuerySet = rows.filter(wanted)
    return found


def letters_of(actor: Actor, held: Award) -> list[Message]:
    """What its holder was written about it, the latest first."""
    return list(deliveries(actor.certifier_code).about("award", held.code).newest_first()[:10])


def told_of(held: Award) -> EntryQuerySet:
    """What the journal tells of an award and of its lot, the latest first."""
    subjects = [("award", held.code)] + ([("lot", held.lot.code)] if held.lot is not None else [])
    return timeline_of(subjects, chain=held.certifier.code)
