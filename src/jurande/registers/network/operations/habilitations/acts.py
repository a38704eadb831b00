"""What a manager decides of a habilitation: prepare, open, confirm, suspend, resume, change its scope, end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import Letter
from jurande.registers.documents import operations as documents
from jurande.registers.documents.states import DEFAULT
from jurande.registers.network.emails import habilitations as emails
from jurande.registers.network.models import Habilitation, HabilitationCondition
from jurande.registers.network.operations.habilitations.credentials import follow
from jurande.registers.network.operations.habilitations.moves import (
    Ground,
    HabilitationRefused,
    Scope,
    close,
    hold,
    locked,
    make,
    open_row,
    release,
    told,
)
from jurande.registers.network.operations.ledger import note_change
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.queries.habilitations import to_follow
from jurande.registers.network.states import (
    HABILITATION_LIFE,
    Basis,
    ConditionKey,
    HabilitationAct,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationState,
    HabilitationSuspendReason,
    HoldCause,
)
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations.credentials import hold_places

# What a manager may give as a reason; the others come with what happened elsewhere.
SUSPEND_REASONS = (
    HabilitationSuspendReason.PRECAUTION,
    HabilitationSuspendReason.BREACH,
    HabilitationSuspendReason.REQUEST,
)
_MET = ("met_on", "lapsed_on", "evidence", "changed_at", "changed_by_code")
END_REASONS = (HabilitationEndReason.WITHDRAWN, HabilitationEndReason.REQUEST, HabilitationEndReason.MISTAKE)


@transaction.atomic
def prepare(
    *,
    partnership: Partnership,
    scope: Scope,
    basis: Basis,
    basis_reference: str,
    basis_on: date,
    valid_from: date,
    valid_until: date,
    actor: Actor,
    now: datetime,
    is_probation: bool = False,
    conditions: Sequence[tuple[ConditionKey, str, bool]] = (),
) -> Habilitation:
    """Prepare a habilitation that rests on an earlier convention, or on being the certifier's own place.

    ``conditions``: (key, in words, whether required). One that rests on a convention of the register is opened by it.
    :raises NotAllowed: the role. :raises HabilitationRefused: see ``moves.make``; no act, an act of the future, not
    one's own place, or a convention of the register.
    """
    require(policies.can_open_habilitations(actor, partnership.certifier))
    if basis == Basis.CONVENTION:
        raise HabilitationRefused(
            _("Une convention du registre ouvre elle-même ses habilitations, le jour où elle entre en vigueur."),
            field="basis",
        )
    own = partnership.site.organisation_id == partnership.certifier.organisation_id
    if basis == Basis.OWN_SITE and not own:
        raise HabilitationRefused(
            _("Ce partenaire n’est pas un établissement de votre maison\u00a0: il lui faut une convention."),
            field="basis",
        )
    if not basis_reference.strip():
        raise HabilitationRefused(_("Indiquez la référence de l’acte sur lequel elle repose."), field="basis_reference")
    if basis_on > localdate(now):
        raise HabilitationRefused(_("Cet acte est daté de l’avenir. Corrigez sa date."), field="basis_on")
    row = make(
        partnership=partnership,
        scope=scope,
        ground=Ground(basis, basis_reference, basis_on),
        valid_from=valid_from,
        valid_until=valid_until,
        is_probation=is_probation,
        actor_code=actor.code,
        now=now,
    )
    HabilitationCondition.objects.bulk_create(
        HabilitationCondition(habilitation=row, key=key, label=label.strip()[:200], is_required=required)
        for key, label, required in conditions
    )
    return row


@transaction.atomic
def discard(*, habilitation: Habilitation, actor: Actor, now: datetime) -> None:
    """Remove one that was only prepared.

    :raises NotAllowed: the role. :raises HabilitationRefused: it took effect.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    row = locked(habilitation)
    if row.state != HabilitationState.PREPARED:
        raise HabilitationRefused(_("Cette habilitation a été ouverte\u00a0: elle se termine, elle ne s’efface pas."))
    told(HabilitationAct.DISCARDED, row, actor.code, now)
    row.delete()


@transaction.atomic
def activate(*, habilitation: Habilitation, actor: Actor, now: datetime) -> Habilitation:
    """Open a prepared habilitation; the partner is told.

    :raises NotAllowed: the role. :raises HabilitationRefused: see ``moves.open_row``.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    row = open_row(habilitation, actor_code=actor.code, now=now)
    _write(emails.opened(row), now)
    return row


@transaction.atomic
def confirm(*, habilitation: Habilitation, actor: Actor, now: datetime) -> Habilitation:
    """End the probation of an open one: it becomes full, from today.

    :raises NotAllowed: the role. :raises HabilitationRefused: not open, or not in probation.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    row = locked(habilitation)
    if row.state != HabilitationState.ACTIVE or not row.is_probation:
        raise HabilitationRefused(_("Seule une habilitation probatoire ouverte se confirme."))
    row.is_probation, row.confirmed_on = False, localdate(now)
    row.save(update_fields=["is_probation", "confirmed_on"])
    told(HabilitationAct.CONFIRMED, row, actor.code, now)
    _write(emails.confirmed(row), now)
    return row


@transaction.atomic
def suspend(
    *,
    habilitation: Habilitation,
    reason: HabilitationSuspendReason,
    note: str,
    effective_on: date,
    actor: Actor,
    now: datetime,
) -> Habilitation:
    """Suspend one habilitation from ``effective_on`` on, with a note that the partner reads.

    :raises NotAllowed: the role. :raises HabilitationRefused: see ``moves.hold``; no note, or not a manager's reason.
    """
    require(policies.can_suspend_habilitation(actor, habilitation))
    if reason not in SUSPEND_REASONS:
        raise HabilitationRefused(_("Choisissez pourquoi elle est suspendue."), field="reason")
    _demand_note(note)
    row = hold(
        habilitation,
        cause=HoldCause.DECISION,
        reason=reason,
        note=note,
        effective_on=effective_on,
        actor_code=actor.code,
        now=now,
    )
    _write(emails.suspended(row, note=note.strip(), from_on=effective_on), now)
    return row


@transaction.atomic
def resume(*, habilitation: Habilitation, note: str, actor: Actor, now: datetime) -> Habilitation:
    """Lift a manager's suspension, from today; other causes go on.

    :raises NotAllowed: the role. :raises HabilitationRefused: not suspended by a decision, or no note.
    """
    require(policies.can_suspend_habilitation(actor, habilitation))
    _demand_note(note)
    standing = set(habilitation.holds.filter(lifted_at=None).values_list("cause", flat=True))
    if standing and HoldCause.DECISION not in standing:
        raise HabilitationRefused(
            _("Elle est suspendue avec sa convention, ou faute d’une condition\u00a0: levez d’abord cette cause.")
        )
    row = release(habilitation, cause=HoldCause.DECISION, note=note, actor_code=actor.code, now=now)
    if row.state == HabilitationState.ACTIVE:
        _write(emails.resumed(row, note=note.strip()), now)
    return row


@transaction.atomic
def end(
    *,
    habilitation: Habilitation,
    reason: HabilitationEndReason,
    note: str,
    effective_on: date,
    actor: Actor,
    now: datetime,
) -> Habilitation:
    """End it for good; ``effective_on`` is the first day without it.

    One that rests on a convention of the register is not withdrawn alone: the convention is terminated, after griefs
    and observations. Source: C. trav. R. 6113-16-6.
    :raises NotAllowed: the role. :raises HabilitationRefused: see ``moves.close``; no note, or not a manager's reason.
    """
    require(policies.can_end_habilitation(actor, habilitation))
    if reason not in END_REASONS:
        raise HabilitationRefused(_("Choisissez pourquoi elle prend fin."), field="reason")
    if reason == HabilitationEndReason.WITHDRAWN and habilitation.basis == Basis.CONVENTION:
        raise HabilitationRefused(
            _(
                "Elle repose sur une convention\u00a0: la retirer revient à la résilier. Suspendez-la, notifiez vos "
                "griefs et recueillez les observations du partenaire (C. trav. R. 6113-16-6)."
            ),
            field="reason",
        )
    _demand_note(note)
    row = close(habilitation, reason=reason, note=note, effective_on=effective_on, actor_code=actor.code, now=now)
    _write(emails.ended(row, note=note.strip()), now)
    return row


@transaction.atomic
def change_scope(
    *,
    habilitation: Habilitation,
    kind: HabilitationKind,
    blocs: Sequence[str],
    territory: Sequence[str],
    note: str,
    actor: Actor,
    now: datetime,
) -> Habilitation:
    """Replace an active one by another of a different scope, from today; return the new one. The partner is told.

    The new one rests on the same act, ends the same day, and keeps its document, conditions and probation. The
    credential of the former is revoked as superseded.

    :raises NotAllowed: the role. :raises HabilitationRefused: not active, it rests on a convention of the register
        (which is amended), the scope stays the same, no note; see ``moves.close`` and ``moves.open_row``.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    require(policies.can_end_habilitation(actor, habilitation))
    if habilitation.basis == Basis.CONVENTION:
        raise HabilitationRefused(
            _("Elle repose sur une convention\u00a0: sa portée change par un avenant, qui ouvrira la suivante.")
        )
    before = locked(habilitation)
    if before.state != HabilitationState.ACTIVE or before.basis_on is None:
        raise HabilitationRefused(_("Seule une habilitation active change de périmètre. Levez d’abord sa suspension."))
    if (kind, sorted(blocs), sorted(territory)) == (before.kind, before.blocs, before.territory):
        raise HabilitationRefused(_("Ce périmètre est déjà le sien. Changez le rôle, les blocs ou le territoire."))
    _demand_note(note)
    # Before the journal, which the end of the former holds: whoever issues meanwhile has places and waits for it.
    hold_places(before.certifier)
    starts = max(localdate(now), before.valid_from)
    conditions = list(before.conditions.order_by("pk"))
    close(
        before,
        reason=HabilitationEndReason.SCOPE,
        note=note,
        effective_on=starts,
        actor_code=actor.code,
        now=now,
    )
    after = make(
        partnership=before.partnership,
        scope=Scope(before.certification, before.referentiel, kind, tuple(blocs), tuple(territory)),
        ground=Ground(Basis(before.basis), before.basis_reference, before.basis_on),
        valid_from=starts,
        valid_until=before.valid_until,
        is_probation=before.is_probation,
        actor_code=actor.code,
        now=now,
        follows=before,
    )
    after.basis_document = before.basis_document
    after.save(update_fields=["basis_document"])
    HabilitationCondition.objects.bulk_create(
        HabilitationCondition(
            habilitation=after, **{name: getattr(one, name) for name in ("key", "label", "is_required", *_MET)}
        )
        for one in conditions
    )
    row = open_row(after, actor_code=actor.code, now=now)
    _write(emails.opened(row), now)
    return row


@transaction.atomic
def attach_document(
    *, habilitation: Habilitation, content: BinaryIO, filename: str, actor: Actor, now: datetime
) -> Habilitation:
    """Give the earlier convention that it rests on: it is no longer flagged.

    :raises NotAllowed: the role. :raises HabilitationRefused: it rests on something else, or has its document.
    :raises DocumentRefused: not a file that can be kept.
    """
    require(policies.can_open_habilitations(actor, habilitation.certifier))
    row = locked(habilitation)
    if not row.lacks_its_document:
        raise HabilitationRefused(_("Cette habilitation n’attend pas de document."))
    row.basis_document = documents.keep(
        content=content,
        filename=filename,
        certifier_code=row.certifier.code,
        actor_code=actor.code,
        now=now,
        accept=DEFAULT,
    )
    row.save(update_fields=["basis_document"])
    told(HabilitationAct.DOCUMENT_ATTACHED, row, actor.code, now)
    return row


def end_expired(*, now: datetime) -> int:
    """End those whose last day is past, each in its own transaction; tell how many. Their credentials ended alone."""
    today = localdate(now)
    due = Habilitation.objects.live().filter(valid_until__lt=today).order_by("pk")
    return sum(_expire(row, now) for row in due)


@transaction.atomic
def _expire(habilitation: Habilitation, now: datetime) -> int:
    row = locked(habilitation)
    if not HABILITATION_LIFE.allows(row.state, "end") or row.valid_until >= localdate(now):
        return 0
    row.holds.filter(lifted_at=None).update(lifted_at=now, lifted_on=row.valid_until + timedelta(days=1))
    row.state, row.suspended_on, row.ended_at = HabilitationState.ENDED, None, now
    row.ended_on, row.end_reason = row.valid_until + timedelta(days=1), HabilitationEndReason.EXPIRED
    row.save(update_fields=["state", "suspended_on", "ended_at", "ended_on", "end_reason"])
    note_change(habilitation=row, happened_on=row.ended_on, now=now)
    told(HabilitationAct.ENDED, row, "", now, reason_code=HabilitationEndReason.EXPIRED)
    return 1


def follow_day(*, now: datetime) -> int:
    """Bring the credentials to what is true today, each in its own transaction; tell how many were looked at."""
    due = list(to_follow(localdate(now)))
    for row in due:
        _follow(row, now)
    return len(due)


@transaction.atomic
def _follow(habilitation: Habilitation, now: datetime) -> None:
    follow(locked(habilitation), actor_code="", now=now)


def _demand_note(note: str) -> None:
    if not note.strip():
        raise HabilitationRefused(_("Écrivez pourquoi\u00a0: le partenaire le lira."), field="note")


def _write(letters: Sequence[Letter], now: datetime) -> None:
    for letter in letters:
        correspondence.send(letter, now=now)
