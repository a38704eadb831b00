"""Answering a request for a correction: accepted, the award is replaced at once; refused, its holder reads why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jurande.core.france.corrections import Identity
from jurande.registers.awards.emails import corrections as emails
from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.operations.corrections import (
    TEXT_CHARS,
    CorrectionRefused,
    close,
    forget_evidence_of,
    locked,
    tell,
)
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.locking import lock_space_of
from jurande.registers.awards.operations.replacing import Said, correct_award
from jurande.registers.awards.policies import corrections as policies
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.states.corrections import CorrectionAct, CorrectionKind, Desk
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import require
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.operations import update_person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right
from jurande.registers.seal.states import Reason


@transaction.atomic
def accept_correction(
    *, correction: Correction, note: str = "", said: Said | None = None, actor: Actor, now: datetime
) -> Award:
    """Replace the award by one that says what is asked, and answer: one act, or nothing.

    ``note``: what the holder reads of it. ``said``: what the new one says, for a request about something else than an
    identity; the certifier’s alone. After a change of name, the former award shows nobody any more, and neither page
    leads to the other. A space that bore the former name bears the new one.
    :raises NotAllowed: not on their desk, no mandate, or their own work.
    :raises CorrectionRefused: answered already, or nothing said of what to change.
    :raises LifeRefused: :raises IssueRefused: :raises SealingStopped: as ``correct_award``.
    """
    lock_space_of(correction.award)  # before the request, as whoever asks does: neither waits for the other
    row = locked(correction)
    mandate, standing = queries.mandate_for(row, on=localdate(now)) if actor.partnership_code else (None, None)
    require(policies.can_accept_correction(actor, row, mandate=mandate, standing=standing))
    former = row.award
    wanted = Identity.from_text(row.wanted)
    if row.kind != CorrectionKind.OTHER:
        said = replace(Said.by(former), **vars(wanted))
    elif said is None:
        raise CorrectionRefused(_("Dites ce que le nouveau document doit porter."))
    row.reason = note.strip() or _now("La correction demandée est faite.")
    is_name_change = row.kind == CorrectionKind.NAME_CHANGE
    row.made = correct_award(
        award=former,
        said=said,
        reason=Reason.HOLDER_REQUEST if is_name_change else Reason.WRONG_CONTENT,
        note=row.reason,
        asked=CorrectionKind(row.kind),
        actor=_in_the_name_of(former.certifier, actor),
        now=now,
    )
    if is_name_change:
        Award.objects.filter(pk=former.pk).update(exposure=Exposure.HIDDEN)
    close(row, "accept", actor.code, now)
    _name_space(row, former, said, now=now)
    if is_name_change:
        forget_evidence_of(row, now=now)
    tell(CorrectionAct.ACCEPTED, row, actor.code, now)
    write(emails.accepted(row), now=now)
    return row.made


@transaction.atomic
def refuse_correction(*, correction: Correction, reason: str, actor: Actor, now: datetime) -> Correction:
    """Say no, and why; the holder is told what they may still do.

    :raises NotAllowed: not on their desk. :raises CorrectionRefused: nothing said, or answered already.
    """
    row = locked(correction)
    require(policies.can_answer_correction(actor, row))
    row.reason = reason.strip()
    if not row.reason:
        raise CorrectionRefused(_("Dites pourquoi\u00a0: la personne le lira."), field="reason")
    if len(row.reason) > TEXT_CHARS:
        raise CorrectionRefused(
            _("C’est trop long\u00a0: dites-le en %(most)d caractères.") % {"most": TEXT_CHARS}, field="reason"
        )
    if not actor.partnership_code:
        row.addressed_to = Desk.CERTIFIER  # its answer, even in the place of a partner, is not contested before itself
    close(row, "refuse", actor.code, now)
    tell(CorrectionAct.REFUSED, row, actor.code, now)
    write(emails.refused(row), now=now)
    return row


def keep_as_it_was(*, person: Person, first_name: str, last_name: str, actor: Actor, now: datetime) -> Person:
    """After a change of name, leave every award as it was, true on its day: only the space bears the new name.

    :raises NotAllowed: somebody else’s space. :raises PersonRefused: no name.
    """
    said = Identity(first_name, last_name).composed()
    return update_person(
        person=person,
        first_name=said.first_name,
        last_name=said.last_name,
        phone=person.phone,
        actor=actor,
        now=now,
    )


def _in_the_name_of(house: Certifier, actor: Actor) -> Actor:
    """A partner whose mandate was just checked acts for the certifier, under its own name in the journal."""
    if not actor.partnership_code:
        return actor
    return replace(actor, certifier_code=house.code, partnership_code="", rights=frozenset({Right.WITHDRAW_AWARDS}))


def _name_space(row: Correction, former: Award, said: Said, *, now: datetime) -> None:
    """Let a space that bore the name of the former award bear that of the new one; another name is left alone."""
    person = row.holder
    if (person.first_name, person.last_name) == (former.first_name, former.last_name):
        own = Actor(code=person.code)
        keep_as_it_was(person=person, first_name=said.first_name, last_name=said.last_name, actor=own, now=now)
