"""What is decided of an award once it is issued: its status at the seal, its journal, its holder's letter, at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import life as emails
from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.models import Award, BulkAct, Withdrawal
from jurande.registers.awards.policies.life import can_withdraw_awards
from jurande.registers.awards.queries.languages import language_of
from jurande.registers.awards.states.awards import AWARD_LIFE, AwardState
from jurande.registers.awards.states.life import REASONS, LifeAct, LifeMove
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import Letter, LetterRefused
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.states import Reason

NOTE_CHARS = 2_000
ACTS = {
    LifeMove.SUSPEND: LifeAct.SUSPENDED,
    LifeMove.RESTORE: LifeAct.RESTORED,
    LifeMove.REVOKE: LifeAct.REVOKED,
    LifeMove.REPLACE: LifeAct.REPLACED,
}
_SEAL = {
    LifeMove.SUSPEND: statuses.suspend,
    LifeMove.RESTORE: statuses.restore,
    LifeMove.REVOKE: statuses.revoke,
    LifeMove.REPLACE: statuses.revoke,
}
_LETTERS: dict[LifeMove, Callable[..., list[Letter]]] = {
    LifeMove.SUSPEND: emails.suspended,
    LifeMove.RESTORE: emails.restored,
    LifeMove.REVOKE: emails.revoked,
}
_IMPOSSIBLE = {
    AwardState.ISSUED: _("Cette attestation n’est pas suspendue\u00a0: il n’y a rien à rétablir."),
    AwardState.SUSPENDED: _("Cette attestation est déjà suspendue."),
    AwardState.REVOKED: _("Cette attestation est déjà révoquée\u00a0: plus rien ne peut être décidé à son sujet."),
    AwardState.REPLACED: _("Cette attestation est remplacée par une autre\u00a0: agissez sur la nouvelle."),
    AwardState.ERASED: _("Cette attestation a été effacée à la demande de son titulaire."),
}


class LifeRefused(Refused):
    """This cannot be decided of this award."""


@transaction.atomic
def suspend_award(*, award: Award, reason: Reason, note: str, actor: Actor, now: datetime) -> Withdrawal:
    """Suspend from today on, until it is restored or revoked; its holder is written to.

    :raises NotAllowed: who may withdraw, in this house. :raises LifeRefused: not in force, or no reason given.
    """
    return _one(LifeMove.SUSPEND, award, reason, note, actor, now)


@transaction.atomic
def restore_award(*, award: Award, reason: Reason, note: str, actor: Actor, now: datetime) -> Withdrawal:
    """End a suspension, today; its holder is written to.

    :raises NotAllowed: :raises LifeRefused: as ``suspend_award`` does; not suspended.
    """
    return _one(LifeMove.RESTORE, award, reason, note, actor, now)


@transaction.atomic
def revoke_award(*, award: Award, reason: Reason, note: str, actor: Actor, now: datetime) -> Withdrawal:
    """Revoke for good, from today on, whether its holder collected it or not; its holder is written to.

    :raises NotAllowed: :raises LifeRefused: as ``suspend_award`` does.
    """
    return _one(LifeMove.REVOKE, award, reason, note, actor, now)


def _one(move: LifeMove, award: Award, reason: Reason, note: str, actor: Actor, now: datetime) -> Withdrawal:
    require(can_withdraw_awards(actor, award.certifier))
    given = checked_note(note)
    check_reason(move, reason)
    row = locked(award)
    decided = decide(move, row, reason, given, actor, now)
    tell(ACTS[move], row, actor, now, reason=reason, note=given)
    settle_after_commit(now)
    return decided


# --- the parts of an act, for one and for many ----------------------------------------------------


def locked(award: Award) -> Award:
    """Read the award again, locked until the transaction ends."""
    rows = Award.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("certifier__organisation", "certification", "credential__certifier", "holder").get(
        pk=award.pk
    )


def checked_note(note: str) -> str:
    """Why, in clear words.

    :raises LifeRefused: there are none, or too many.
    """
    given = note.strip()
    if not given:
        raise LifeRefused(
            _("Dites pourquoi, en clair\u00a0: le titulaire le lira, et le journal le garde."), field="note"
        )
    if len(given) > NOTE_CHARS:
        raise LifeRefused(_("Ce motif est trop long\u00a0: dites-le en deux mille caractères."), field="note")
    return given


def check_reason(move: LifeMove, reason: Reason) -> None:
    """Refuse a reason that does not go with the act.

    :raises LifeRefused: then.
    """
    if reason not in REASONS[move]:
        raise LifeRefused(_("Choisissez le motif dans la liste."), field="reason")


def decide(
    move: LifeMove,
    row: Award,
    reason: Reason,
    note: str,
    actor: Actor,
    now: datetime,
    bulk: BulkAct | None = None,
) -> Withdrawal:
    """Move a locked award and its credential, keep why, write to its holder; the journal is left to the caller.

    What was taken over from elsewhere has no credential here: only the record changes.
    :raises LifeRefused: its state does not allow it. :raises NotAllowed: another house.
    """
    require(can_withdraw_awards(actor, row.certifier))
    if not AWARD_LIFE.allows(row.state, move):
        raise LifeRefused(_IMPOSSIBLE[AwardState(row.state)])
    today = localdate(now)
    row.state = AwardState(AWARD_LIFE.after(row.state, move))
    row.suspended_on = today if move == LifeMove.SUSPEND else None
    if move == LifeMove.REVOKE:
        row.revoked_on = today
    if move == LifeMove.REPLACE:
        row.replaced_at = now
    row.save(update_fields=["state", "suspended_on", "revoked_on", "replaced_at"])
    if row.credential is not None:
        why = Reason.SUPERSEDED if move == LifeMove.REPLACE else reason
        _SEAL[move](credential=row.credential, reason=why, actor=actor, now=now)
    decided = Withdrawal(
        award=row,
        move=move,
        reason_code=reason,
        note=note,
        effective_on=today,
        was_collected=row.collected_at is not None,
        decided_at=now,
        decided_by_code=actor.code,
        bulk=bulk,
    )
    decided.save(force_insert=True)
    if move in _LETTERS:
        letters = _LETTERS[move](row, url=document_url(row.number), note=note, language=language_of(row))
        write(letters, now=now)
    return decided


def write(letters: list[Letter], *, now: datetime) -> None:
    """Put letters in the outbox; an address that cannot receive any does not hold back a decision."""
    for letter in letters:
        try:
            correspondence.send(letter, now=now)
        except LetterRefused:
            continue


def tell(act: LifeAct, row: Award, actor: Actor, now: datetime, *, reason: Reason | str = "", note: str = "") -> None:
    """One entry of the journal about one award; of the words of the reason, their digest only."""
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="award",
        subject_code=row.code,
        now=now,
        reason_code=reason,
        digest=hashlib.sha256(note.encode()).hexdigest() if note else "",
    )


def settle_after_commit(now: datetime) -> None:
    """Publish what was decided as soon as it is durable."""
    transaction.on_commit(partial(_settle, now), robust=True)


def _settle(now: datetime) -> None:
    projection.settle_soon(now=now)
