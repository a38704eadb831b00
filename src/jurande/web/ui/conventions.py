"""What conventions ask of people, as lines of what waits for them: signing, opening a letter, answering, deciding."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from jurande.registers.common.together import Asking, Short
from jurande.registers.conventions import policies
from jurande.registers.conventions.queries import signing as queries
from jurande.registers.conventions.states import TerminationState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import PARTNER_SHOWN
from jurande.web.ui.formats import of_name
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader

LAW = "C. trav. R. 6113-16-6"
# A letter that is not opened within a week is sent by registered post; no text says so, it is when to look at it.
LETTER_DAYS = timedelta(days=7)
_SHOWN = (
    "convention__code",
    "convention__reference",
    "convention__certifier__code",
    *(f"convention__{column}" for column in PARTNER_SHOWN),
)


def house_dues(reader: Reader, today: date) -> Asking[list[Due]]:
    """What waits for this person of the house: their own signature, a receipt to prove, a decision."""
    actor = reader.actor
    unsigned, under_way = yield [
        Short(queries.awaiting_signature(actor), ("link_expires_at", "invited_at", *_SHOWN)),
        Short(queries.under_way(actor), ("state", "notified_on", "notified_by_code", "observations_until", *_SHOWN)),
    ]
    lines = [
        Due(
            title=_("Signer la convention %(reference)s %(of)s")
            % {"reference": row.convention.reference, "of": of_name(row.convention.partnership.name)},
            due_on=localdate(row.link_expires_at),
            today=today,
            opened_on=localdate(row.invited_at),
            url=reverse("certifier:conventions-sign", args=[row.convention.certifier.code, row.convention.code]),
        )
        for row in unsigned
    ]
    for one in under_way:
        held = one.convention
        names = {"reference": held.reference, "of": of_name(held.partnership.name)}
        if one.state == TerminationState.GRIEFS_NOTIFIED:
            if not policies.can_suspend(actor, held):
                continue
            title, due_on = (
                _("Prouver que les griefs sont reçus\u00a0: %(reference)s %(of)s"),
                one.notified_on + LETTER_DAYS,
            )
        else:
            if not policies.can_decide_termination(actor, one) or one.observations_until is None:
                continue
            title, due_on = _("Décider de la résiliation de %(reference)s %(of)s"), one.observations_until
        url = reverse("certifier:conventions-follow-up", args=[held.certifier.code, held.code])
        lines.append(Due(title=title % names, due_on=due_on, today=today, opened_on=one.notified_on, url=url, law=LAW))
    return lines


def partner_dues(actor: Actor, today: date) -> Asking[list[Due]]:
    """What waits for this person of a partner: a signature, letters to open, griefs to answer."""
    place = actor.partnership_code
    unsigned, unopened, under_way = yield [
        Short(queries.awaiting_signature(actor), ("link_expires_at", "invited_at", *_SHOWN)),
        Short(queries.unopened_letters(actor), ("code", "kind", "sent_at", *_SHOWN)),
        Short(queries.under_way(actor), ("state", "received_on", "observations_until", *_SHOWN)),
    ]
    lines = [
        Due(
            title=_("Signer la convention %(reference)s") % {"reference": row.convention.reference},
            due_on=localdate(row.link_expires_at),
            today=today,
            opened_on=localdate(row.invited_at),
            url=reverse("partner:conventions-sign", args=[place, row.convention.code]),
        )
        for row in unsigned
    ]
    lines += [
        Due(
            title=_("Ouvrir la lettre «\u00a0%(what)s\u00a0»") % {"what": letter.get_kind_display()},
            due_on=localdate(letter.sent_at) + LETTER_DAYS,
            today=today,
            opened_on=localdate(letter.sent_at),
            url=reverse("partner:conventions-letter", args=[place, letter.convention.code, letter.code]),
        )
        for letter in unopened
    ]
    for one in under_way:
        if one.state == TerminationState.RECEIVED and one.observations_until is not None:
            lines.append(
                Due(
                    title=_("Présenter nos observations au sujet de %(reference)s")
                    % {"reference": one.convention.reference},
                    due_on=one.observations_until,
                    today=today,
                    opened_on=one.received_on,
                    url=reverse("partner:conventions-one", args=[place, one.convention.code]),
                    law=LAW,
                )
            )
    return lines
