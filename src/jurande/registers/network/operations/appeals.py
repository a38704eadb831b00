"""Contesting a decision, and answering by people who neither scored nor decided."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.network.emails import judging as emails
from jurande.registers.network.models import Appeal, Application, Decision
from jurande.registers.network.operations.deciding import reopen
from jurande.registers.network.operations.stages import locked, settle, told
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.policies.applications import can_act_for_applicant
from jurande.registers.network.queries.reviewers import involved
from jurande.registers.network.states import APPEAL_LIFE, AppealState, JudgmentAct
from jurande.registers.parties.policies import Actor

TEXT_CHARS = 4_000


class AppealRefused(Refused):
    """This appeal cannot be lodged or judged so."""


@transaction.atomic
def lodge(*, application: Application, text: str, actor: Actor, now: datetime) -> Appeal:
    """Contest the decision that stands, until the last day of the delay (included); a receipt leaves at once.

    :raises NotAllowed: not the applicant's file. :raises AppealRefused: nothing is decided, too late, contested
    already, or no text.
    """
    require(can_act_for_applicant(actor, application))
    held = locked(application)
    decision = Decision.objects.filter(application=held).standing().first()
    if decision is None or decision.appeal_until is None:
        raise AppealRefused(_("Aucune décision n’est à contester pour le moment."))
    if localdate(now) > decision.appeal_until:
        sentence = _(
            "Le délai de recours a pris fin le {day}. Vous pouvez écrire à votre contact, ou candidater de nouveau."
        )
        raise AppealRefused(format_lazy(sentence, day=date_format(decision.appeal_until, "j F Y")))
    if not text.strip() or len(text) > TEXT_CHARS:
        raise AppealRefused(_("Écrivez ce que vous contestez, en 4\u00a0000 caractères au plus."), field="text")
    appeal = Appeal(decision=decision, text=text.strip(), lodged_at=now, lodged_by_code=actor.code)
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as fault:
        raise AppealRefused(_("Cette décision est déjà contestée. Votre premier recours est à l’étude.")) from fault
    correspondence.send(emails.appeal_lodged(held), now=now)
    settle(held, now=now)
    told(JudgmentAct.APPEAL_LODGED, held, actor, now, texts=[appeal.text])
    return appeal


@transaction.atomic
def judge(*, appeal: Appeal, upheld: bool, reasons: str, actor: Actor, now: datetime) -> Appeal:
    """Answer an appeal. Upheld, the decision is set aside and the file is to be decided again.

    :raises NotAllowed: the role does not decide, or this person scored or decided. :raises AppealRefused: judged
    already, or no reasons.
    """
    held = locked(appeal.decision.application)
    require(policies.can_judge_appeal(actor, held, involved=involved(held)))
    row = Appeal.objects.select_for_update(of=("self",), no_key=True).select_related("decision").get(pk=appeal.pk)
    if row.state != AppealState.LODGED:
        raise AppealRefused(_("Quelqu’un vient de juger ce recours. Rien n’a été changé\u00a0: lisez sa réponse."))
    if not reasons.strip() or len(reasons) > TEXT_CHARS:
        raise AppealRefused(_("Écrivez les motifs de la réponse\u00a0: le candidat les lira."), field="reasons")
    row.state = APPEAL_LIFE.after(row.state, "uphold" if upheld else "reject")
    row.reasons, row.judged_at, row.judged_by_code = reasons.strip(), now, actor.code
    row.save(update_fields=["state", "reasons", "judged_at", "judged_by_code"])
    if upheld:
        reopen(held, row.decision, now=now)
        said = _t("Votre recours est admis\u00a0: votre candidature sera décidée de nouveau.")
    else:
        settle(held, now=now)
        said = _t("Votre recours est rejeté\u00a0: la décision reste ce qu’elle est.")
    correspondence.send(emails.appeal_judged(held, answer=said, reasons=row.reasons), now=now)
    told(JudgmentAct.APPEAL_JUDGED, held, actor, now, reason_code=row.state, texts=[row.reasons])
    return row
