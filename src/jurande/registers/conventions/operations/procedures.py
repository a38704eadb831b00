"""Suspension at once as a precaution; termination only after griefs, receipt, delay or observations, decision.

Source: C. trav. R. 6113-16-6. The order is kept three times: here, in the tables of states, and by the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.emails import signatures as emails
from jurande.registers.conventions.facts import letters as words
from jurande.registers.conventions.models import ActLetter, Convention, ConventionChoices, Suspension, Termination
from jurande.registers.conventions.operations import habilitating
from jurande.registers.conventions.operations.effects import end
from jurande.registers.conventions.operations.letters import mark_opened, mark_posted, write_letter
from jurande.registers.conventions.states import (
    CONVENTION_LIFE,
    TERMINATION_LIFE,
    ConventionState,
    EndReason,
    LetterKind,
    Receipt,
    SignatureAct,
    TerminationState,
)
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.documents import operations as documents
from jurande.registers.documents.states import DEFAULT
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Rule

TEXT_CHARS = 20_000
LONGEST_DELAY_DAYS = 365
# A suspension, or the effect of a termination, is near: a slip of the year is no decision.
FARTHEST = timedelta(days=366)


class ProcedureRefused(Refused):
    """This step cannot be taken so, or not now."""


@dataclass(frozen=True)
class Piece:
    """A file given with a text."""

    content: BinaryIO
    filename: str


# --- suspension ---------------------------------------------------------------------------------


@transaction.atomic
def suspend(*, convention: Convention, reasons: str, effective_on: date, actor: Actor, now: datetime) -> Suspension:
    """Suspend a convention at once, as a precaution, with its reasons; the letter leaves.

    :raises NotAllowed: the role. :raises ProcedureRefused: it is not in force, no reason, or a day that is not today's
    or of the past week.
    """
    require(policies.can_suspend(actor, convention))
    held = _held(convention)
    if held.state != ConventionState.IN_FORCE:
        raise ProcedureRefused(_("Seule une convention en vigueur se suspend. Celle-ci ne l’est pas, ou l’est déjà."))
    why = _text(reasons, "reasons", _("Dites pourquoi la convention est suspendue\u00a0: le partenaire le lira."))
    today = localdate(now)
    if not today <= effective_on <= today + timedelta(days=31):
        raise ProcedureRefused(
            _("Une suspension prend effet aujourd’hui, ou dans le mois qui vient."), field="effective_on"
        )
    suspension = Suspension(
        convention=held, reasons=why, effective_on=effective_on, decided_at=now, decided_by_code=actor.code
    )
    suspension.save(force_insert=True)
    held.state = CONVENTION_LIFE.after(held.state, "suspend")
    held.save(update_fields=["state"])
    write_letter(
        convention=held,
        kind=LetterKind.SUSPENSION,
        words=words.suspension_words(held, reasons=why, effective_on=effective_on),
        suspension=suspension,
        actor=actor,
        now=now,
    )
    habilitating.suspend_all(held, reasons=why, effective_on=effective_on, actor_code=actor.code, now=now)
    _told(held, SignatureAct.SUSPENDED, actor, now)
    return suspension


@transaction.atomic
def lift_suspension(*, convention: Convention, reasons: str, actor: Actor, now: datetime) -> Suspension:
    """Let the convention apply again, with the reasons; the letter leaves.

    :raises NotAllowed: the role. :raises ProcedureRefused: it is not suspended, or no reason.
    """
    require(policies.can_suspend(actor, convention))
    held = _held(convention)
    suspension = held.suspensions.filter(lifted_at=None).first()
    if held.state != ConventionState.SUSPENDED or suspension is None:
        raise ProcedureRefused(_("Cette convention n’est pas suspendue."))
    why = _text(reasons, "reasons", _("Dites pourquoi la suspension est levée."))
    suspension.lifted_at, suspension.lifted_by_code, suspension.lift_reasons = now, actor.code, why
    suspension.save(update_fields=["lifted_at", "lifted_by_code", "lift_reasons"])
    held.state = CONVENTION_LIFE.after(held.state, "resume")
    held.save(update_fields=["state"])
    write_letter(
        convention=held,
        kind=LetterKind.SUSPENSION_LIFTED,
        words=words.lift_words(held, reasons=why, lifted_on=localdate(now)),
        suspension=suspension,
        actor=actor,
        now=now,
    )
    habilitating.resume_all(held, reasons=why, actor_code=actor.code, now=now)
    _told(held, SignatureAct.SUSPENSION_LIFTED, actor, now)
    return suspension


# --- termination --------------------------------------------------------------------------------


def shortest_delay(certifier: Certifier) -> int:
    """How many days the rule of this certifier leaves for observations, at least."""
    choices = ConventionChoices.objects.filter(certifier=certifier).first() or ConventionChoices()
    return int(choices.observation_days)


@transaction.atomic
def notify_griefs(*, convention: Convention, griefs: str, delay_days: int, actor: Actor, now: datetime) -> Termination:
    """First step: say what is held against the partner, and how many days it has; the letter leaves.

    :raises NotAllowed: the role. :raises ProcedureRefused: it binds nobody, a procedure is under way, no grief, or a
    delay shorter than the certifier's own rule.
    """
    require(policies.can_suspend(actor, convention))
    held = _held(convention)
    if held.state not in (ConventionState.IN_FORCE, ConventionState.SUSPENDED):
        raise ProcedureRefused(_("Seule une convention en vigueur ou suspendue peut être résiliée."))
    if standing(held) is not None:
        raise ProcedureRefused(_("Une procédure est déjà ouverte pour cette convention. Menez-la à son terme."))
    what = _text(
        griefs, "griefs", _("Écrivez les griefs\u00a0: des faits précis et datés, que le partenaire discutera.")
    )
    shortest = shortest_delay(held.certifier)
    if not shortest <= delay_days <= LONGEST_DELAY_DAYS:
        raise ProcedureRefused(
            _("Votre règle laisse au moins %(days)s jours pour présenter des observations.") % {"days": shortest},
            field="delay_days",
        )
    termination = Termination(
        convention=held,
        griefs=what,
        delay_days=delay_days,
        notified_at=now,
        notified_on=localdate(now),
        notified_by_code=actor.code,
    )
    termination.save(force_insert=True)
    write_letter(
        convention=held,
        kind=LetterKind.GRIEFS,
        words=words.griefs_words(held, griefs=what, delay_days=delay_days),
        termination=termination,
        actor=actor,
        now=now,
    )
    _told(held, SignatureAct.GRIEFS_NOTIFIED, actor, now)
    return termination


@transaction.atomic
def open_letter(*, letter: ActLetter, actor: Actor, now: datetime) -> ActLetter:
    """The head of the partner takes note of a letter in the portal; that of griefs starts the delay.

    :raises NotAllowed: nobody who answers for the partner.
    """
    _held(letter.convention)
    row = mark_opened(letter=letter, actor=actor, now=now)
    if letter.kind == LetterKind.GRIEFS:
        _receive(row, Receipt.PORTAL, now, localdate(now), actor, now)
    return row


@transaction.atomic
def record_post(
    *, letter: ActLetter, reference: str, received_on: date, slip: Piece, actor: Actor, now: datetime
) -> ActLetter:
    """Record that a letter was delivered by registered post; that of griefs starts the delay on that day.

    :raises NotAllowed: the role. :raises LetterRefused: number or day. :raises DocumentRefused: what the scan is.
    """
    _held(letter.convention)
    row = mark_posted(
        letter=letter,
        reference=reference,
        received_on=received_on,
        content=slip.content,
        filename=slip.filename,
        actor=actor,
        now=now,
    )
    if letter.kind == LetterKind.GRIEFS:
        _receive(row, Receipt.POST, now, received_on, actor, now)
    return row


def _receive(letter: ActLetter, receipt: Receipt, at: datetime, on: date, actor: Actor, now: datetime) -> None:
    """Second step: the griefs were received, and from the day after the delay runs; the first proof counts."""
    row = Termination.objects.select_for_update(of=("self",), no_key=True).get(letters=letter)
    if row.state != TerminationState.GRIEFS_NOTIFIED:
        return
    row.state = TERMINATION_LIFE.after(row.state, "receive")
    row.received_at, row.received_on, row.receipt, row.received_by_code = at, on, receipt, actor.code
    row.observations_until = on + timedelta(days=row.delay_days)
    row.save(update_fields=["state", "received_at", "received_on", "receipt", "received_by_code", "observations_until"])
    _told(letter.convention, SignatureAct.GRIEFS_RECEIVED, actor, now, reason_code=receipt)


@transaction.atomic
def observe(
    *, termination: Termination, observations: str, piece: Piece | None, actor: Actor, now: datetime
) -> Termination:
    """Third step: the partner answers the griefs, once; who notified them is told.

    :raises NotAllowed: nobody who answers for the partner. :raises ProcedureRefused: the griefs were not received,
    answered already, nothing written, or a decision was taken. :raises DocumentRefused: what the file is.
    """
    convention = termination.convention
    require(policies.can_answer_for_partner(actor, convention))
    _held(convention)
    row = _locked(termination)
    if row.state == TerminationState.GRIEFS_NOTIFIED:
        raise ProcedureRefused(_("Prenez d’abord connaissance de la lettre de griefs."))
    if row.state != TerminationState.RECEIVED:
        raise ProcedureRefused(_("Vos observations ont déjà été transmises, ou la décision est prise."))
    what = _text(observations, "observations", _("Écrivez vos observations avant de les transmettre."))
    if piece is not None:
        row.observations_document = documents.keep(
            content=piece.content,
            filename=piece.filename,
            certifier_code=convention.certifier.code,
            actor_code=actor.code,
            now=now,
            accept=DEFAULT,
        )
    row.state = TERMINATION_LIFE.after(row.state, "observe")
    row.observations, row.observed_at, row.observed_by_code = what, now, actor.code
    row.save(update_fields=["state", "observations", "observed_at", "observed_by_code", "observations_document"])
    reader = Person.objects.filter(code=row.notified_by_code).first()
    if reader is not None:
        correspondence.send(emails.observed(row, reader), now=now)
    _told(convention, SignatureAct.OBSERVATIONS_GIVEN, actor, now)
    return row


def may_decide_on(termination: Termination, day: date) -> bool:
    """Whether the griefs were received, and then answered or left without answer to the end of the delay."""
    if termination.state == TerminationState.OBSERVED:
        return True
    until = termination.observations_until
    return termination.state == TerminationState.RECEIVED and until is not None and day > until


@transaction.atomic
def terminate(
    *, termination: Termination, decision: str, learners: str, effective_on: date, actor: Actor, now: datetime
) -> Termination:
    """Last step: terminate, with reasons and what becomes of learners; on its day the convention ends.

    :raises NotAllowed: the role, or who notified the griefs. :raises ProcedureRefused: the griefs were not received,
    the delay runs, no reasons, or a day in the past.
    """
    convention = termination.convention
    require(policies.can_decide_termination(actor, termination))
    held = _held(convention)
    row = _locked(termination)
    today = localdate(now)
    _demand_heard(row, today)
    why = _text(decision, "decision", _("Écrivez les motifs de la décision\u00a0: elle répond aux observations."))
    fate = _text(learners, "learners", _("Dites ce que deviennent les personnes en formation."))
    if not today <= effective_on <= today + FARTHEST:
        raise ProcedureRefused(_("La résiliation prend effet aujourd’hui, ou dans l’année."), field="effective_on")
    row.state = TERMINATION_LIFE.after(row.state, "terminate")
    row.decision, row.learners, row.effective_on = why, fate, effective_on
    row.decided_at, row.decided_on, row.decided_by_code = now, today, actor.code
    row.separation_relaxed = Rule.SEPARATION in actor.relaxed
    row.save()
    write_letter(
        convention=held,
        kind=LetterKind.TERMINATION,
        words=words.termination_words(
            held,
            decision=why,
            learners=fate,
            effective_on=effective_on,
            observed_on=localdate(row.observed_at) if row.observed_at else None,
        ),
        termination=row,
        actor=actor,
        now=now,
    )
    _told(held, SignatureAct.TERMINATION_DECIDED, actor, now)
    if effective_on <= today:
        end(convention=held, reason=EndReason.TERMINATED, on=effective_on, actor_code=actor.code, now=now)
    return row


@transaction.atomic
def close(*, termination: Termination, decision: str, actor: Actor, now: datetime) -> Termination:
    """Drop the griefs, with reasons; the letter leaves, and the convention stays as it is.

    :raises NotAllowed: the role, or who notified the griefs. :raises ProcedureRefused: decided already, or no reasons.
    """
    convention = termination.convention
    require(policies.can_decide_termination(actor, termination))
    held = _held(convention)
    row = _locked(termination)
    if not TERMINATION_LIFE.allows(row.state, "close"):
        raise ProcedureRefused(_("Une décision a déjà été prise."))
    why = _text(decision, "decision", _("Dites pourquoi la procédure est classée."))
    row.state = TERMINATION_LIFE.after(row.state, "close")
    row.decision, row.decided_at, row.decided_on, row.decided_by_code = why, now, localdate(now), actor.code
    row.save()
    write_letter(
        convention=held,
        kind=LetterKind.CLOSED,
        words=words.closed_words(held, decision=why),
        termination=row,
        actor=actor,
        now=now,
    )
    _told(held, SignatureAct.TERMINATION_CLOSED, actor, now)
    return row


def standing(convention: Convention) -> Termination | None:
    """The termination that is under way, or was decided."""
    return convention.terminations.exclude(state=TerminationState.CLOSED_WITHOUT_ACTION).first()


def _demand_heard(row: Termination, today: date) -> None:
    if not TERMINATION_LIFE.allows(row.state, "terminate"):
        if row.state == TerminationState.GRIEFS_NOTIFIED:
            raise ProcedureRefused(
                _(
                    "La preuve que les griefs ont été reçus manque\u00a0: le partenaire ne les a pas ouverts, et aucun "
                    "avis de réception n’est enregistré. Sans elle, aucun délai ne court (R. 6113-16-6)."
                )
            )
        raise ProcedureRefused(_("Une décision a déjà été prise."))
    if not may_decide_on(row, today) and row.observations_until is not None:
        raise ProcedureRefused(
            _("Le partenaire peut présenter ses observations jusqu’au %(day)s. Attendez-les, ou la fin de ce délai.")
            % {"day": day_in_words(row.observations_until)}
        )


def _text(typed: str, field: str, sentence: object) -> str:
    text = typed.replace("\r\n", "\n").strip()[:TEXT_CHARS]
    if not text:
        raise ProcedureRefused(sentence, field=field)  # type: ignore[arg-type]
    return text


def _held(convention: Convention) -> Convention:
    return (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "partnership__site__organisation")
        .get(pk=convention.pk)
    )


def _locked(termination: Termination) -> Termination:
    return Termination.objects.select_for_update(of=("self",), no_key=True).get(pk=termination.pk)


def _told(convention: Convention, act: SignatureAct, actor: Actor, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=convention.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="convention",
        subject_code=convention.code,
        reason_code=reason_code,
        now=now,
    )
