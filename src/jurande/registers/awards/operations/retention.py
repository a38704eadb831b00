"""How long a house keeps what concerns people, and what it freezes for a procedure."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.retention import LONGEST_MONTHS
from jurande.registers.awards.models import Award, LegalHold, Lot, RetentionRule
from jurande.registers.awards.policies.erasure import can_hold, can_set_retention
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.erasure import ErasureAct, HoldScope, KeptCategory
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

REASON_CHARS = 300
HOLD_CHARS = 2_000

type Frozen = Award | Lot | Certification


class RetentionRefused(Refused):
    """This duration or this hold cannot be."""


@transaction.atomic
def set_retention(
    *, certifier: Certifier, category: KeptCategory, months: int | None, reason: str, actor: Actor, now: datetime
) -> RetentionRule:
    """Choose how long a house keeps one category, in months; None: without end. The next purge applies it.

    ``reason``: why, which its register of processing repeats.
    :raises NotAllowed: administrators only. :raises RetentionRefused: a duration that is none, or no reason.
    """
    require(can_set_retention(actor, certifier))
    if months is not None and not 1 <= months <= LONGEST_MONTHS:
        raise RetentionRefused(
            _("Donnez une durée de 1 à %(most)d mois, ou choisissez «\u00a0sans fin\u00a0».")
            % {"most": LONGEST_MONTHS},
            field="months",
        )
    said = _words(
        reason, REASON_CHARS, _("Dites pourquoi cette durée\u00a0: votre registre des traitements le répète.")
    )
    rule, _is_new = RetentionRule.objects.update_or_create(
        certifier=certifier,
        category=category,
        defaults={"months": months, "reason": said, "set_at": now, "set_by_code": actor.code},
    )
    _tell(ErasureAct.RETENTION_SET, certifier, "certifier", certifier.code, said, actor, now, category)
    return rule


@transaction.atomic
def declare_hold(
    *,
    certifier: Certifier,
    scope: HoldScope,
    about: Frozen | None,
    reason: str,
    until_on: date | None,
    actor: Actor,
    now: datetime,
) -> LegalHold:
    """Freeze an award, all that its holder was issued, a lot or a certification: nothing of it goes meanwhile.

    ``about``: None when nothing of that name was found in this house. ``until_on``: the last day, None until lifted.
    :raises NotAllowed: who may withdraw. :raises RetentionRefused: nothing found, no reason, a day in the past.
    """
    require(can_hold(actor, certifier))
    hold = LegalHold(
        certifier=certifier, scope=scope, since_at=now, declared_by_code=actor.code, until_on=until_on, reason=""
    )
    match about:
        case Award(certifier_id=certifier.pk) if scope in (HoldScope.AWARD, HoldScope.PERSON):
            if about.state == AwardState.ERASED:
                raise RetentionRefused(_("Elle est effacée\u00a0: il n’en reste rien à geler."), field="number")
            hold.award = about
        case Lot(certifier_id=certifier.pk) if scope == HoldScope.LOT:
            hold.lot = about
        case Certification(certifier_id=certifier.pk) if scope == HoldScope.CERTIFICATION:
            hold.certification = about
        case _:
            raise RetentionRefused(_NOT_FOUND[scope], field=FIELDS[scope])
    hold.reason = _words(reason, HOLD_CHARS, _("Dites pour quelle procédure\u00a0: seule votre maison le lira."))
    if until_on is not None and until_on < localdate(now):
        raise RetentionRefused(_("Cette date est passée. Choisissez-en une à venir, ou aucune."), field="until_on")
    hold.save(force_insert=True)
    _tell(ErasureAct.HOLD_DECLARED, certifier, "legal_hold", hold.code, hold.reason, actor, now, scope)
    return hold


@transaction.atomic
def lift_hold(*, hold: LegalHold, actor: Actor, now: datetime) -> LegalHold:
    """End a hold: from now on its holder may erase, and the next purge takes what is over.

    :raises NotAllowed: who may withdraw. :raises RetentionRefused: lifted already.
    """
    row = LegalHold.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=hold.pk)
    require(can_hold(actor, row.certifier))
    if row.lifted_at is not None:
        raise RetentionRefused(_("Ce gel est déjà levé. Rechargez la page."))
    row.lifted_at, row.lifted_by_code = now, actor.code
    row.save(update_fields=["lifted_at", "lifted_by_code"])
    _tell(ErasureAct.HOLD_LIFTED, row.certifier, "legal_hold", row.code, "", actor, now, row.scope)
    return row


FIELDS = {
    HoldScope.AWARD: "number",
    HoldScope.PERSON: "number",
    HoldScope.LOT: "lot",
    HoldScope.CERTIFICATION: "certification",
}
_NOT_FOUND = {
    HoldScope.AWARD: _("Aucune attestation de votre maison ne porte ce numéro. Vérifiez-le."),
    HoldScope.PERSON: _("Aucune attestation de votre maison ne porte ce numéro. Vérifiez-le."),
    HoldScope.LOT: _("Aucun lot de votre maison ne porte cette référence. Vérifiez-la."),
    HoldScope.CERTIFICATION: _("Choisissez la certification dans la liste."),
}


def _words(given: str, most: int, empty: object) -> str:
    said = given.strip()
    if not said:
        raise RetentionRefused(str(empty), field="reason")
    if len(said) > most:
        raise RetentionRefused(
            _("C’est trop long\u00a0: %(most)d caractères au plus.") % {"most": most}, field="reason"
        )
    return said


def _tell(
    act: ErasureAct, house: Certifier, kind: str, code: str, words: str, actor: Actor, now: datetime, reason: str
) -> None:
    record(
        chain=house.code,
        actor_code=actor.code,
        action=act,
        subject_kind=kind,
        subject_code=code,
        reason_code=reason,
        digest=hashlib.sha256(words.encode()).hexdigest() if words else "",
        now=now,
    )
