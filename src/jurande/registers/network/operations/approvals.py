"""Approvals after the decision: withdrawn, renewed, and people approved or refused one by one as they come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.network.emails import judging as emails
from jurande.registers.network.models import Approval, StaffMember
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries.approvals import ending_by, words_for
from jurande.registers.network.states import (
    APPROVAL_LIFE,
    ApprovalRole,
    ApprovalState,
    ApprovalSubject,
    JudgmentAct,
)
from jurande.registers.parties.models import Membership, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role

TEXT_CHARS = 4_000
LONGEST_APPROVAL = timedelta(days=10 * 366)
# Days before the end at which who follows the partner is told.
NOTICES = (30, 90)


class ApprovalRefused(Refused):
    """This approval cannot be withdrawn, renewed or given so."""


@transaction.atomic
def withdraw(*, approval: Approval, reason: str, actor: Actor, now: datetime) -> Approval:
    """End an approval at once, for a reason that the partner's heads receive.

    :raises NotAllowed: the role does not decide. :raises ApprovalRefused: not in force, or no reason.
    """
    require(policies.can_change_approval(actor, approval))
    row = _locked(approval)
    if row.state != ApprovalState.GRANTED:
        raise ApprovalRefused(_("Cet agrément n’est pas en cours\u00a0: rechargez la page."))
    if not reason.strip():
        raise ApprovalRefused(_("Écrivez le motif du retrait\u00a0: le partenaire le lira."), field="reason")
    row.state = APPROVAL_LIFE.after(row.state, "withdraw")
    row.withdrawn_at, row.withdrawn_by_code, row.withdraw_reason = now, actor.code, reason.strip()[:TEXT_CHARS]
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_by_code", "withdraw_reason"])
    if row.partnership is not None:
        for head in _heads(row.partnership):
            letter = emails.approval_withdrawn(row, row.partnership, head, what=words_for(row))
            correspondence.send(letter, now=now)
    _told(JudgmentAct.APPROVAL_WITHDRAWN, row, actor, now)
    return row


@transaction.atomic
def renew(*, approval: Approval, valid_until: date, actor: Actor, now: datetime) -> Approval:
    """Grant the same again, from the day after its end (today when that is past), until ``valid_until`` included.

    :raises ApprovalRefused: withdrawn or refused, renewed already, or a day that is not after its first.
    """
    require(policies.can_change_approval(actor, approval))
    row = _locked(approval)
    if row.state != ApprovalState.GRANTED or row.valid_until is None:
        raise ApprovalRefused(_("On ne renouvelle qu’un agrément accordé."))
    first = max(row.valid_until + timedelta(days=1), localdate(now))
    if not first <= valid_until <= first + LONGEST_APPROVAL:
        raise ApprovalRefused(_("Donnez un dernier jour après la fin de l’agrément actuel."), field="valid_until")
    following = Approval(
        certifier=row.certifier,
        partnership=row.partnership,
        application=row.application,
        subject=row.subject,
        certification=row.certification,
        referentiel=row.referentiel,
        blocs=row.blocs,
        kind=row.kind,
        territory=row.territory,
        staff=row.staff,
        role=row.role,
        state=ApprovalState.GRANTED,
        valid_from=first,
        valid_until=valid_until,
        granted_at=now,
        granted_by_code=actor.code,
        renews=row,
    )
    try:
        with transaction.atomic():
            following.save(force_insert=True)
    except IntegrityError as fault:
        raise ApprovalRefused(_("Cet agrément est déjà renouvelé\u00a0: rechargez la page.")) from fault
    _told(JudgmentAct.APPROVAL_RENEWED, following, actor, now)
    return following


@transaction.atomic
def rule_on_person(
    *,
    staff: StaffMember,
    role: ApprovalRole | str,
    granted: bool,
    actor: Actor,
    now: datetime,
    valid_until: date | None = None,
    reasons: str = "",
) -> Approval:
    """Approve or refuse somebody of a partner as trainer or assessor, apart from any application.

    :raises NotAllowed: the role does not decide, or another house. :raises ApprovalRefused: not somebody of a partner,
    approved already, a day or a reason missing.
    """
    partnership = staff.partnership
    if partnership is None:
        raise ApprovalRefused(
            _("Cette personne n’est pas chez un partenaire\u00a0: décidez d’abord de la candidature.")
        )
    require(policies.can_manage_approvals(actor, partnership.certifier))
    today = localdate(now)
    StaffMember.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.pk)
    same = Approval.objects.filter(staff=staff, role=ApprovalRole(role), state=ApprovalState.GRANTED)
    if same.filter(valid_until__gte=today).exists():
        raise ApprovalRefused(_("Cette personne est déjà agréée à ce titre. Retirez d’abord cet agrément."))
    approval = Approval(
        certifier=partnership.certifier,
        partnership=partnership,
        application=staff.application,
        subject=ApprovalSubject.PERSON,
        staff=staff,
        role=ApprovalRole(role),
        blocs=staff.blocs,
        state=ApprovalState.GRANTED if granted else ApprovalState.REFUSED,
        granted_at=now,
        granted_by_code=actor.code,
    )
    if granted:
        if valid_until is None or not today <= valid_until <= today + LONGEST_APPROVAL:
            raise ApprovalRefused(_("Donnez le dernier jour de l’agrément, à venir."), field="valid_until")
        approval.valid_from, approval.valid_until = today, valid_until
    else:
        if not reasons.strip():
            raise ApprovalRefused(_("Dites pourquoi cet agrément est refusé."), field="reasons")
        approval.reasons = reasons.strip()[:TEXT_CHARS]
    approval.save(force_insert=True)
    _told(JudgmentAct.APPROVAL_GRANTED if granted else JudgmentAct.APPROVAL_REFUSED, approval, actor, now)
    return approval


@transaction.atomic
def warn_of_ending(*, now: datetime) -> int:
    """Tell who follows each partner that one of its approvals ends soon: at three months, then at one. Idempotent."""
    today = localdate(now)
    sent = 0
    for approval in ending_by(today + timedelta(days=max(NOTICES))).filter(valid_until__gte=today):
        partnership, until = approval.partnership, approval.valid_until
        if partnership is None or until is None:
            continue
        notice = min(days for days in NOTICES if (until - today).days <= days)
        if approval.warned_days is not None and approval.warned_days <= notice:
            continue
        for person in _followers(partnership):
            letter = emails.approval_ending(approval, partnership, person, what=words_for(approval))
            correspondence.send(letter, now=now)
            sent += 1
        approval.warned_days = notice
        approval.save(update_fields=["warned_days"])
    return sent


def _followers(partnership: Partnership) -> list[Person]:
    """Who follows the partner; when nobody does, the network managers."""
    if partnership.followed_by is not None:
        return [partnership.followed_by]
    return _people(partnership.certifier.memberships.in_force().filter(role=Role.NETWORK_MANAGER))


def _heads(partnership: Partnership) -> list[Person]:
    return _people(partnership.memberships.in_force().filter(role=Role.HEAD))


def _people(memberships: QuerySet[Membership]) -> list[Person]:
    return list(Person.objects.able_to_sign_in().filter(pk__in=memberships.values("person")).order_by("pk"))


def _locked(approval: Approval) -> Approval:
    return (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "certifier__organisation", "partnership__site__organisation", "certification", "staff", "application"
        )
        .get(pk=approval.pk)
    )


def _told(act: JudgmentAct, approval: Approval, actor: Actor, now: datetime) -> None:
    kind, code = ("partnership", approval.partnership.code) if approval.partnership else ("approval", approval.code)
    record(
        chain=approval.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind=kind,
        subject_code=code,
        now=now,
        reason_code=approval.subject,
    )
