"""Before an award ends: its holder is written to, once for each delay that the house chose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import life as emails
from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.models import Award, ExpiryReminder, ReminderRule
from jurande.registers.awards.operations import life
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.policies.life import can_set_reminders
from jurande.registers.awards.queries.languages import languages_of
from jurande.registers.awards.queries.life import reminder_days
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.life import LifeAct
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

DELAYS_MOST = 5
LONGEST_DAYS = 365
CHUNK = 200


@transaction.atomic
def set_reminders(*, certifier: Certifier, days: Sequence[int], actor: Actor, now: datetime) -> ReminderRule:
    """Choose how many days before the end holders are written to; an empty list: nobody is.

    :raises NotAllowed: who designs what is issued. :raises LifeRefused: more than five delays, or one out of 1–365.
    """
    require(can_set_reminders(actor, certifier))
    kept = sorted(set(days), reverse=True)
    if len(kept) > DELAYS_MOST or any(not 1 <= one <= LONGEST_DAYS for one in kept):
        raise LifeRefused(
            _("Donnez cinq délais au plus, de 1 à 365 jours, séparés par des virgules. Par exemple\u00a0: 90, 30, 7."),
            field="days",
        )
    rule, _made = ReminderRule.objects.update_or_create(certifier=certifier, defaults={"days": kept})
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=LifeAct.REMINDERS_SET,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return rule


def remind_expiring(*, now: datetime) -> int:
    """Write to the holders whose award ends within a delay and who were not written to for it; tell to how many.

    An award that comes late into several delays gets one letter, for the shortest. Nobody is written to about what is
    suspended, revoked, replaced, erased, renewed, over, or has no address.
    """
    return sum(_remind_house(certifier, now) for certifier in Certifier.objects.order_by("pk"))


def _remind_house(certifier: Certifier, now: datetime) -> int:
    today = localdate(now)
    written = 0
    for days, above in _delays(certifier):
        told = ExpiryReminder.objects.filter(award=OuterRef("pk"), days__lte=days)
        due = Award.objects.filter(
            certifier=certifier,
            state=AwardState.ISSUED,
            valid_until__gt=today + timedelta(days=above),
            valid_until__lte=today + timedelta(days=days),
            renewed_by=None,
        ).exclude(email_digest="")
        waiting = due.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True)
        while keys := list(waiting[:CHUNK]):
            written += _remind(keys, days, now)
    return written


def _delays(certifier: Certifier) -> list[tuple[int, int]]:
    """Each delay and the next shorter one, −1 after the last: an award is within one at a time."""
    days = reminder_days(certifier)
    return list(pairwise([*days, -1]))


@transaction.atomic
def _remind(keys: Sequence[int], days: int, now: datetime) -> int:
    rows = Award.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    awards = list(rows.select_related("certifier__organisation", "certification", "holder"))
    ExpiryReminder.objects.bulk_create(
        [ExpiryReminder(award=award, days=days, written_at=now) for award in awards], ignore_conflicts=True
    )
    languages = languages_of(awards)
    for award in awards:
        until, language = award.valid_until, languages[award.code]
        assert until is not None  # noqa: S101  they were chosen by it
        life.write(emails.expiring(award, url=document_url(award.number), until=until, language=language), now=now)
    return len(awards)
