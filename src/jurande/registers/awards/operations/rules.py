"""From which assiduity on a criterion is met."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import AwardRule
from jurande.registers.awards.operations.preparing import LotRefused
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.awards.states import RuleKind
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor


@transaction.atomic
def set_rule(
    *, certification: Certification, threshold_percent: int, label: str, lineage: str = "", actor: Actor, now: datetime
) -> AwardRule:
    """Ask for an assiduity; the one asked for before gives way. Lots that were read already keep their diagnosis.

    :raises NotAllowed: not theirs. :raises LotRefused: a threshold not from 1 to 100, or a criterion without words.
    """
    require(policies.can_set_award_rules(actor, certification.certifier))
    if not 1 <= threshold_percent <= 100:
        raise LotRefused(_("Le seuil va de 1 à 100\u00a0%."), field="threshold_percent")
    words = " ".join(label.split())[:200]
    if not words:
        raise LotRefused(_("Écrivez le critère comme les titulaires le liront."), field="label")
    rule, _created = AwardRule.objects.update_or_create(
        certification=certification,
        kind=RuleKind.ATTENDANCE,
        defaults={
            "threshold_percent": threshold_percent,
            "label": words,
            "lineage": lineage,
            "set_at": now,
            "set_by_code": actor.code,
        },
    )
    _told(Act.RULE_SET, rule, actor, now)
    return rule


@transaction.atomic
def remove_rule(*, certification: Certification, actor: Actor, now: datetime) -> None:
    """Ask for no assiduity any more; without a rule, nothing changes and nothing is journaled.

    :raises NotAllowed: not theirs.
    """
    require(policies.can_set_award_rules(actor, certification.certifier))
    rule = AwardRule.objects.filter(certification=certification, kind=RuleKind.ATTENDANCE).first()
    if rule is None:
        return
    _told(Act.RULE_REMOVED, rule, actor, now)
    rule.delete()


def _told(act: Act, rule: AwardRule, actor: Actor, now: datetime) -> None:
    record(
        chain=rule.certification.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="award_rule",
        subject_code=rule.code,
        now=now,
    )
