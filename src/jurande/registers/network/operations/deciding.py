"""A decision on an application: reasons, approvals one by one, conditions, and the partnership that it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.documents import operations as documents
from jurande.registers.network.emails import judging as emails
from jurande.registers.network.models import Application, Approval, Condition, Decision, Question, Target, Visit
from jurande.registers.network.operations.applications import free_site
from jurande.registers.network.operations.stages import locked, settle, told
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries.approvals import words_for
from jurande.registers.network.queries.deciding import head_of, partnership_at, people_to_rule_on
from jurande.registers.network.queries.reviewers import scorers
from jurande.registers.network.queries.scores import board_of
from jurande.registers.network.states import (
    APPLICATION_LIFE,
    APPROVAL_LIFE,
    APPROVING,
    PENDING_STATES,
    REVIEWERS,
    ApplicationState,
    ApprovalState,
    ApprovalSubject,
    DecisionVerdict,
    JudgmentAct,
)
from jurande.registers.parties import operations as parties
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.policies import NOBODY, Actor
from jurande.registers.parties.states import Right

TEXT_CHARS = 4_000
LONGEST_APPROVAL = timedelta(days=10 * 366)


class DecisionRefused(Refused):
    """This decision cannot be taken so, or this condition said met."""


@dataclass(frozen=True)
class Ruling:
    """What is decided of one thing: granted until a day (included), or refused for a reason."""

    granted: bool
    valid_until: date | None = None
    reasons: str = ""


@dataclass(frozen=True)
class Rulings:
    """What an approving decision says of each thing asked. ``targets`` by code; ``people`` by (code, role)."""

    valid_from: date
    organisation_until: date
    targets: Mapping[str, Ruling]
    people: Mapping[tuple[str, str], Ruling] = field(default_factory=dict)


@transaction.atomic
def decide(
    *,
    application: Application,
    verdict: DecisionVerdict | str,
    reasons: str,
    actor: Actor,
    now: datetime,
    rulings: Rulings | None = None,
    conditions: Sequence[tuple[str, date]] = (),
    review_again_on: date | None = None,
) -> Decision:
    """Decide, in writing: the applicant receives the letter, and what is approved exists from then on.

    An approving verdict takes ``rulings`` on every call and on everybody who trains or assesses; it opens the
    partnership if there is none, and its head is invited. With conditions: at least one, each with its last day.
    Deferred: ``review_again_on`` is when the file comes back by itself. Questions without an answer are closed.

    :raises NotAllowed: the role does not decide, or this person scored. :raises DecisionRefused: not judged yet,
    decided meanwhile by somebody else, reasons or days missing. :raises Refused: the partnership cannot be opened.
    """
    held = locked(application)
    scored = scorers(held)
    require(policies.can_decide_application(actor, held, scorers=scored))
    outcome = DecisionVerdict(verdict)
    _demand_judged(held, outcome)
    _demand_text(reasons, "reasons")
    today = localdate(now)
    asked = _conditions(conditions, outcome, today)
    if outcome == DecisionVerdict.DEFERRED and (review_again_on is None or review_again_on <= today):
        raise DecisionRefused(_("Dites quel jour, à venir, le dossier sera repris."), field="review_again_on")
    decision = Decision(
        application=held,
        verdict=outcome,
        reasons=reasons.strip()[:TEXT_CHARS],
        decided_at=now,
        decided_by_code=actor.code,
        decider_scored=actor.code in scored,
        appeal_until=today + timedelta(days=_appeal_days(held)),
        review_again_on=review_again_on if outcome == DecisionVerdict.DEFERRED else None,
    )
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as fault:
        raise _decided_meanwhile() from fault
    Question.objects.filter(application=held).waiting().update(closed_at=now, closed_by_code=actor.code)
    for position, (text, due_on) in enumerate(asked, start=1):
        Condition(decision=decision, position=position, text=text, due_on=due_on).save(force_insert=True)
    held.state = APPLICATION_LIFE.after(held.state, "decide")
    held.decided_at = now
    _set_aside_approvals(held, actor, now)
    made: list[Approval] = []
    if outcome in APPROVING:
        made = _approve(held, _checked(held, rulings, today), actor, now)
    held.save(update_fields=["state", "decided_at", "partnership"])
    free_site(application=held)
    settle(held, now=now)
    told(JudgmentAct.DECISION_TAKEN, held, actor, now, reason_code=outcome, texts=[decision.reasons])
    for approval in made:
        granted = approval.state == ApprovalState.GRANTED
        act = JudgmentAct.APPROVAL_GRANTED if granted else JudgmentAct.APPROVAL_REFUSED
        told(act, held, actor, now, reason_code=approval.subject, texts=[approval.code, approval.reasons])
    correspondence.send(emails.decided(decision, approvals=_lines(made), conditions=_condition_lines(asked)), now=now)
    return decision


def _demand_judged(application: Application, verdict: DecisionVerdict) -> None:
    if application.state == ApplicationState.DECIDED:
        raise _decided_meanwhile()
    if application.state not in PENDING_STATES:
        raise DecisionRefused(_("Cette candidature est retirée\u00a0: il n’y a plus rien à décider."))
    if verdict == DecisionVerdict.DEFERRED:
        return
    board = board_of(application)
    if application.reviews.pending().exists() or len(board.reviews) < REVIEWERS:
        raise DecisionRefused(_("Deux évaluations rendues sont nécessaires avant de décider. Relancez, ou ajournez."))
    if board.is_unsettled:
        raise DecisionRefused(
            _("Les évaluations s’écartent\u00a0: demandez une troisième évaluation, ou une note de rapprochement.")
        )
    if Visit.objects.filter(application=application).awaited().exists():
        raise DecisionRefused(_("Une visite est attendue. Rendez-en compte ou annulez-la avant de décider."))


def obstacle(application: Application) -> str | Promise:
    """Say what stands in the way of approving or refusing it today; empty when nothing does. For a screen."""
    try:
        _demand_judged(application, DecisionVerdict.REFUSED)
    except DecisionRefused as refusal:
        return refusal.sentence
    return ""


def _decided_meanwhile() -> DecisionRefused:
    return DecisionRefused(
        _("Quelqu’un vient de décider de cette candidature. Rien n’a été changé\u00a0: lisez sa décision.")
    )


def _demand_text(text: str, named: str) -> None:
    if not text.strip():
        raise DecisionRefused(_("Écrivez les motifs\u00a0: le candidat les lira."), field=named)
    if len(text) > TEXT_CHARS:
        raise DecisionRefused(_("Ce texte est trop long\u00a0: 4\u00a0000 caractères au plus."), field=named)


def _conditions(given: Sequence[tuple[str, date]], verdict: DecisionVerdict, today: date) -> list[tuple[str, date]]:
    if verdict != DecisionVerdict.APPROVED_WITH_CONDITIONS:
        return []
    kept = [(text.strip(), due_on) for text, due_on in given if text.strip()]
    if not kept:
        raise DecisionRefused(_("Écrivez au moins une condition, avec sa date."), field="conditions")
    if any(due_on <= today for _text, due_on in kept):
        raise DecisionRefused(_("Chaque condition a une date à venir."), field="conditions")
    return kept


def _appeal_days(application: Application) -> int:
    """The longest delay among the calls applied to: nobody loses an appeal by asking for two things."""
    return max(application.targets.values_list("call__appeal_days", flat=True), default=0)


# --- approvals ----------------------------------------------------------------------------------


def _checked(application: Application, rulings: Rulings | None, today: date) -> Rulings:
    if rulings is None:
        raise DecisionRefused(_("Dites ce qui est agréé, et jusqu’à quand."), field="organisation_until")
    if not today <= rulings.valid_from <= today + timedelta(days=366):
        raise DecisionRefused(_("Un agrément commence aujourd’hui, ou dans l’année."), field="valid_from")
    _demand_days(rulings.valid_from, rulings.organisation_until, "organisation_until")
    targets = set(application.targets.values_list("code", flat=True))
    people = {(staff.code, role) for staff, role in people_to_rule_on(application)}
    if set(rulings.targets) != targets or set(rulings.people) != people:
        raise DecisionRefused(
            _("Dites, pour chaque certification demandée et chaque formateur ou évaluateur, ce qui est décidé.")
        )
    if not any(one.granted for one in rulings.targets.values()):
        raise DecisionRefused(_("Agréer demande au moins une certification. Sinon, refusez la candidature."))
    for code, one in [
        *rulings.targets.items(),
        *((f"{code}:{role}", one) for (code, role), one in rulings.people.items()),
    ]:
        if one.granted:
            _demand_days(rulings.valid_from, one.valid_until, code)
        elif not one.reasons.strip():
            raise DecisionRefused(_("Dites pourquoi cet agrément est refusé."), field=code)
    return rulings


def _demand_days(first: date, last: date | None, named: str) -> None:
    if last is None or not first <= last <= first + LONGEST_APPROVAL:
        raise DecisionRefused(_("Donnez le dernier jour de l’agrément, après son premier jour."), field=named)


def _approve(application: Application, rulings: Rulings, actor: Actor, now: datetime) -> list[Approval]:
    partnership = _partnership(application, actor, now)
    application.partnership = partnership
    application.staff.filter(partnership=None).update(partnership=partnership)
    common = {
        "certifier": application.certifier,
        "partnership": partnership,
        "application": application,
        "granted_at": now,
        "granted_by_code": actor.code,
    }
    whole = Ruling(granted=True, valid_until=rulings.organisation_until)
    made = [Approval(subject=ApprovalSubject.ORGANISATION, **common, **_terms(whole, rulings.valid_from))]
    targets: list[Target] = list(application.targets.select_related("call__certification").order_by("pk"))
    made += [
        Approval(
            subject=ApprovalSubject.CERTIFICATION,
            certification=target.call.certification,
            referentiel_id=target.call.referentiel_id,
            kind=target.kind,
            blocs=target.blocs,
            territory=target.territory,
            **common,
            **_terms(rulings.targets[target.code], rulings.valid_from),
        )
        for target in targets
    ]
    made += [
        Approval(
            subject=ApprovalSubject.PERSON,
            staff=staff,
            role=role,
            blocs=staff.blocs,
            **common,
            **_terms(rulings.people[staff.code, role], rulings.valid_from),
        )
        for staff, role in people_to_rule_on(application)
    ]
    for approval in made:
        approval.save(force_insert=True)
    return made


def _terms(ruling: Ruling, valid_from: date) -> dict[str, object]:
    if not ruling.granted:
        return {"state": ApprovalState.REFUSED, "reasons": ruling.reasons.strip()[:TEXT_CHARS]}
    return {"state": ApprovalState.GRANTED, "valid_from": valid_from, "valid_until": ruling.valid_until}


def _partnership(application: Application, actor: Actor, now: datetime) -> Partnership:
    """The one in force at this place, or a new one whose head is invited: the decision is what opens it."""
    known = partnership_at(application)
    if known is not None:
        return known
    head = head_of(application)
    opener = replace(actor, rights=actor.rights | {Right.OPEN_PARTNERSHIPS, Right.MANAGE_PARTNER_PEOPLE})
    return parties.open_partnership(
        certifier=application.certifier,
        siret=application.siret,
        legal_name=application.legal_name,
        usual_name=application.usual_name,
        address=application.address,
        postcode=application.postcode,
        city=application.city,
        nda=application.nda,
        head_email=head.email,
        head_first_name=head.first_name,
        head_last_name=head.last_name,
        actor=opener,
        now=now,
    )


def _set_aside_approvals(application: Application, actor: Actor, now: datetime) -> None:
    """A file decided anew after an appeal: what the former decision granted gives way to the new one."""
    Approval.objects.filter(application=application, state=ApprovalState.GRANTED).update(
        state=APPROVAL_LIFE.after(ApprovalState.GRANTED, "withdraw"),
        withdrawn_at=now,
        withdrawn_by_code=actor.code,
        withdraw_reason=_t("Une nouvelle décision le remplace."),
    )


def _lines(approvals: Sequence[Approval]) -> str:
    lines = []
    for one in approvals:
        if one.state == ApprovalState.GRANTED and one.valid_until is not None:
            until = _t("jusqu’au %(day)s") % {"day": date_format(one.valid_until, "j F Y")}
            lines.append(f"{words_for(one)}, {until}")
        else:
            lines.append(_t("%(what)s\u00a0: refusé. %(why)s") % {"what": words_for(one), "why": one.reasons})
    return "\n".join(f"– {line}" for line in lines)


def _condition_lines(conditions: Sequence[tuple[str, date]]) -> str:
    before = _t("avant le %(day)s")
    return "\n".join(f"– {text}, {before % {'day': date_format(day, 'j F Y')}}" for text, day in conditions)


# --- what follows -------------------------------------------------------------------------------


@transaction.atomic
def meet_condition(
    *,
    condition: Condition,
    evidence: str,
    actor: Actor,
    now: datetime,
    content: BinaryIO | None = None,
    filename: str = "",
) -> Condition:
    """Say that a condition is met, and by what one knows it.

    :raises NotAllowed: the role does not follow conditions. :raises DecisionRefused: met already, no evidence, or its
    decision was set aside. :raises DocumentRefused: what the file is.
    """
    require(policies.can_follow_conditions(actor, condition.decision.application))
    held = locked(condition.decision.application)
    row = Condition.objects.select_for_update(of=("self",), no_key=True).select_related("decision").get(pk=condition.pk)
    if row.met_at is not None or row.decision.set_aside_at is not None:
        raise DecisionRefused(_("Cette condition est déjà remplie, ou n’est plus demandée\u00a0: rechargez la page."))
    _demand_text(evidence, "evidence")
    if content is not None:
        row.evidence_document = documents.keep(
            content=content, filename=filename, certifier_code=held.certifier.code, actor_code=actor.code, now=now
        )
    row.met_at, row.met_by_code, row.evidence = now, actor.code, evidence.strip()
    row.save(update_fields=["met_at", "met_by_code", "evidence", "evidence_document"])
    settle(held, now=now)
    told(JudgmentAct.CONDITION_MET, held, actor, now, texts=[row.evidence])
    return row


def reopen(application: Application, decision: Decision, *, now: datetime) -> None:
    """Set a decision aside and take the file up again; in the caller's transaction, with the file locked."""
    decision.set_aside_at = now
    decision.save(update_fields=["set_aside_at"])
    application.state = APPLICATION_LIFE.after(application.state, "reopen")
    application.save(update_fields=["state"])
    for target in application.targets.all():
        target.live_siret = application.siret
        try:
            with transaction.atomic():
                target.save(update_fields=["live_siret"])
        except IntegrityError:
            # The same place has applied again meanwhile: both files are judged, nothing is lost.
            continue
    settle(application, now=now)


def bring_back_deferred(*, now: datetime) -> int:
    """Take up again each deferred file whose day has come; give how many. Idempotent."""
    due = Decision.objects.standing().filter(review_again_on__lte=localdate(now)).order_by("pk")
    return sum(_bring_back(decision, now=now) for decision in due.select_related("application__certifier"))


@transaction.atomic
def _bring_back(decision: Decision, *, now: datetime) -> bool:
    held = locked(decision.application)
    row = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
    appealed = row.appeal_is_pending
    if row.set_aside_at is not None or appealed or held.state != ApplicationState.DECIDED:
        return False
    reopen(held, row, now=now)
    told(JudgmentAct.BROUGHT_BACK, held, NOBODY, now)
    return True


@transaction.atomic
def remind_of_conditions(*, now: datetime, days_before: int) -> int:
    """Write once about each condition whose day is near; give how many letters left. Idempotent."""
    today = localdate(now)
    near = (
        Condition.objects.unmet()
        .filter(reminded_on=None, due_on__gte=today, due_on__lte=today + timedelta(days=days_before))
        .select_related("decision__application__applicant", "decision__application__certifier__organisation")
        .order_by("pk")
    )
    count = 0
    for condition in near:
        correspondence.send(emails.condition_reminder(condition), now=now)
        condition.reminded_on = today
        condition.save(update_fields=["reminded_on"])
        count += 1
    return count
