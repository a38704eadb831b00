"""Ways out that are no sanction: an end that both agree to, and the notice that a convention will not be renewed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.emails import signatures as emails
from jurande.registers.conventions.facts import letters as words
from jurande.registers.conventions.models import Convention, Ending
from jurande.registers.conventions.operations.letters import write_letter
from jurande.registers.conventions.states import (
    ENDING_LIFE,
    ENDING_STANDS,
    ConventionState,
    EndingKind,
    EndingState,
    LetterKind,
    SignatureAct,
)
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

TEXT_CHARS = 20_000
FARTHEST = timedelta(days=3 * 366)


class EndingRefused(Refused):
    """This end cannot be proposed, answered or notified so."""


@transaction.atomic
def propose_end(
    *, convention: Convention, reasons: str, learners: str, effective_on: date, actor: Actor, now: datetime
) -> Ending:
    """Propose to the partner to end the convention; nothing ends before its head agrees.

    :raises NotAllowed: the role. :raises EndingRefused: it binds nobody, an end stands already, a text is missing, or
    the last day is not between today and the term.
    """
    held, why, fate = _demanded(convention, reasons, learners, actor)
    last_day = held.valid_until or localdate(now) + FARTHEST
    if not localdate(now) <= effective_on <= last_day:
        raise EndingRefused(
            _("Le dernier jour est entre aujourd’hui et le terme de la convention."), field="effective_on"
        )
    ending = _kept(held, EndingKind.AGREED, EndingState.PROPOSED, why, fate, effective_on, actor, now)
    write_letter(
        convention=held,
        kind=LetterKind.AGREED_END,
        words=words.agreed_end_words(held, reasons=why, learners=fate, effective_on=effective_on),
        ending=ending,
        actor=actor,
        now=now,
    )
    _told(held, SignatureAct.END_PROPOSED, actor, now)
    return ending


@transaction.atomic
def answer_end(*, ending: Ending, agreed: bool, answer: str, actor: Actor, now: datetime) -> Ending:
    """The head of the partner agrees to the proposed end, or refuses it; who proposed it is told.

    :raises NotAllowed: nobody who answers for the partner. :raises EndingRefused: answered already, or its day is past.
    """
    convention = ending.convention
    require(policies.can_answer_for_partner(actor, convention))
    _held(convention)
    row = Ending.objects.select_for_update(of=("self",), no_key=True).get(pk=ending.pk)
    if row.state != EndingState.PROPOSED:
        raise EndingRefused(_("Cette proposition a déjà reçu sa réponse."))
    if agreed and row.effective_on < localdate(now):
        raise EndingRefused(
            _("Le jour proposé est passé. Refusez, et demandez au certificateur une nouvelle proposition.")
        )
    row.state = ENDING_LIFE.after(row.state, "agree" if agreed else "refuse")
    row.answered_at, row.answered_by_code, row.answer = now, actor.code, answer.strip()[:TEXT_CHARS]
    row.save(update_fields=["state", "answered_at", "answered_by_code", "answer"])
    proposer = Person.objects.filter(code=row.decided_by_code).first()
    if proposer is not None:
        correspondence.send(emails.end_answered(row, proposer, agreed=agreed), now=now)
    _told(convention, SignatureAct.END_AGREED if agreed else SignatureAct.END_REFUSED, actor, now)
    return row


@transaction.atomic
def decline_renewal(*, convention: Convention, reasons: str, learners: str, actor: Actor, now: datetime) -> Ending:
    """Tell the partner that the convention will end at its term and will not be renewed; the letter leaves.

    :raises NotAllowed: the role. :raises EndingRefused: it binds nobody, has no term, an end stands already, or a text
    is missing.
    """
    held, why, fate = _demanded(convention, reasons, learners, actor)
    if held.valid_until is None or held.valid_until < localdate(now):
        raise EndingRefused(_("Cette convention n’a pas de terme à venir."))
    ending = _kept(held, EndingKind.NOT_RENEWED, EndingState.NOTIFIED, why, fate, held.valid_until, actor, now)
    write_letter(
        convention=held,
        kind=LetterKind.NOT_RENEWED,
        words=words.not_renewed_words(held, reasons=why, learners=fate, last_day=held.valid_until),
        ending=ending,
        actor=actor,
        now=now,
    )
    _told(held, SignatureAct.RENEWAL_DECLINED, actor, now)
    return ending


def _demanded(convention: Convention, reasons: str, learners: str, actor: Actor) -> tuple[Convention, str, str]:
    require(policies.can_suspend(actor, convention))
    held = _held(convention)
    if held.state not in (ConventionState.IN_FORCE, ConventionState.SUSPENDED):
        raise EndingRefused(_("Seule une convention en vigueur ou suspendue prend fin ainsi."))
    if held.endings.filter(state__in=ENDING_STANDS).exists():
        raise EndingRefused(_("Une fin est déjà proposée ou notifiée pour cette convention."))
    why, fate = reasons.strip()[:TEXT_CHARS], learners.strip()[:TEXT_CHARS]
    if not why:
        raise EndingRefused(_("Dites pourquoi\u00a0: le partenaire le lira."), field="reasons")
    if not fate:
        raise EndingRefused(_("Dites ce que deviennent les personnes en formation."), field="learners")
    return held, why, fate


def _kept(
    convention: Convention,
    kind: EndingKind,
    state: EndingState,
    reasons: str,
    learners: str,
    effective_on: date,
    actor: Actor,
    now: datetime,
) -> Ending:
    ending = Ending(
        convention=convention,
        kind=kind,
        state=state,
        reasons=reasons,
        learners=learners,
        effective_on=effective_on,
        decided_at=now,
        decided_by_code=actor.code,
    )
    ending.save(force_insert=True)
    return ending


def _held(convention: Convention) -> Convention:
    return (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "partnership__site__organisation")
        .get(pk=convention.pk)
    )


def _told(convention: Convention, act: SignatureAct, actor: Actor, now: datetime) -> None:
    record(
        chain=convention.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="convention",
        subject_code=convention.code,
        now=now,
    )
