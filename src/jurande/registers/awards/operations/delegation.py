"""Letting a partner issue in the certifier's name, taking that back, and stopping what is no longer allowed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import delegation as emails
from jurande.registers.awards.models import DelegatedLot, IssuingMandate, Lot
from jurande.registers.awards.policies import delegation as policies
from jurande.registers.awards.queries.delegation import mandate_of_lot, standing_of_mandate
from jurande.registers.awards.states import DelegationAct, MandateEndReason
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import Letter
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Habilitation
from jurande.registers.network.states import LIVE_STATES
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


class DelegationRefused(Refused):
    """Issuing cannot be delegated, or taken back, so."""


@transaction.atomic
def grant_mandate(
    *, habilitation: Habilitation, granted_on: date | None = None, actor: Actor, now: datetime
) -> IssuingMandate:
    """Let the partner of a habilitation issue in the certifier's name from ``granted_on`` (today when None) on.

    Its heads are written to.
    :raises NotAllowed: not theirs to decide, or a habilitation that does not let assess.
    :raises DelegationRefused: over, of one's own site, granted already, or a day that is past or after its end.
    """
    require(policies.can_grant_mandate(actor, habilitation))
    row = (
        Habilitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=habilitation.pk)
    )
    today = localdate(now)
    day = granted_on or today
    if row.state not in LIVE_STATES:
        raise DelegationRefused(
            _("Cette habilitation n’est pas ouverte. Ouvrez-la d’abord, ou déléguez sous une autre.")
        )
    if not today <= day <= row.valid_until:
        raise DelegationRefused(
            _("La délégation commence aujourd’hui ou plus tard, et avant la fin de l’habilitation."), field="granted_on"
        )
    mandate = IssuingMandate(
        certifier=row.certifier,
        partnership=row.partnership,
        habilitation=row,
        certification=row.certification,
        granted_on=day,
        granted_at=now,
        granted_by_code=actor.code,
    )
    try:
        with transaction.atomic():
            mandate.save(force_insert=True)
    except IntegrityError as error:
        raise DelegationRefused(_("La délivrance est déjà déléguée sous cette habilitation.")) from error
    _write_to(emails.granted(mandate), now)
    _told(DelegationAct.MANDATE_GRANTED, mandate, actor, now)
    return mandate


@transaction.atomic
def end_mandate(*, mandate: IssuingMandate, reason: MandateEndReason, actor: Actor, now: datetime) -> IssuingMandate:
    """Take it back at once: nothing more is issued under it, what was issued stays.

    :raises NotAllowed: not theirs to decide. :raises DelegationRefused: over already.
    """
    require(policies.can_end_mandate(actor, mandate))
    row = IssuingMandate.objects.select_for_update(of=("self",), no_key=True).get(pk=mandate.pk)
    if row.ended_at is not None:
        raise DelegationRefused(_("Cette délégation a déjà pris fin."))
    row.ended_at = now
    row.ended_on = max(localdate(now), row.granted_on)
    row.ended_by_code = actor.code
    row.end_reason = MandateEndReason(reason)
    row.save(update_fields=["ended_at", "ended_on", "ended_by_code", "end_reason"])
    _write_to(emails.ended(row), now)
    _told(DelegationAct.MANDATE_ENDED, row, actor, now, reason_code=row.end_reason)
    return row


def attach_mandate(*, lot: Lot, mandate: IssuingMandate) -> None:
    """Say under which mandate a lot is prepared, in the transaction that makes it."""
    DelegatedLot.objects.get_or_create(lot=lot, defaults={"mandate": mandate})


def demand_authority(lot: Lot, *, now: datetime) -> IssuingMandate | None:
    """Return the mandate under which a lot may be issued at this instant; None for a lot of the certifier's own.

    To be called in the transaction that issues, for each part of a long lot: a suspension stops what is not issued yet.
    :raises DelegationRefused: the mandate is over, or its habilitation not active today; the sentence says which.
    """
    mandate = mandate_of_lot(lot)
    if mandate is None:
        return None
    verdict = policies.authority_of(mandate, standing_of_mandate(mandate, on=localdate(now)))
    if not verdict.allowed:
        raise DelegationRefused(verdict.reason)
    if mandate.habilitation.credential is None or mandate.habilitation.credential.signed is None:
        raise DelegationRefused(
            _("L’attestation de l’habilitation n’est pas encore signée. Réessayez dans un instant.")
        )
    return mandate


def demand_delegation(mandate: IssuingMandate, *, right: Right, actor: Actor, now: datetime) -> None:
    """Return when this partner may prepare, approve or issue (``right``) under the mandate at this instant.

    :raises NotAllowed: otherwise; the sentence says what to do.
    """
    standing = standing_of_mandate(mandate, on=localdate(now))
    require(policies.can_issue_by_delegation(actor, mandate, standing, right=right))


def _write_to(letters: list[Letter], now: datetime) -> None:
    for letter in letters:
        correspondence.send(letter, now=now)


def _told(act: DelegationAct, mandate: IssuingMandate, actor: Actor, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=mandate.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="issuing_mandate",
        subject_code=mandate.code,
        reason_code=reason_code,
        now=now,
    )
