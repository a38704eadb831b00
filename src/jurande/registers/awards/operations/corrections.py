"""Asking for a correction, taking it back, contesting the partner’s answer; whose turn it is, day after day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import Frame, read_row
from jurande.core.france.corrections import Identity, answer_by, changes, is_same_name, partner_answers_by
from jurande.integrations.typesetting.coverage import undrawable
from jurande.registers.awards.emails import corrections as emails
from jurande.registers.awards.models import Award, Correction, CorrectionEvidence, CorrectionRule
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.locking import lock_space_of
from jurande.registers.awards.policies import corrections as policies
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.states.corrections import (
    CORRECTION_LIFE,
    CorrectionAct,
    CorrectionKind,
    CorrectionState,
    Desk,
    PassedOn,
)
from jurande.registers.awards.states.designs import Subject
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.documents.operations import discard, keep_each
from jurande.registers.documents.states import EVIDENCE, DiscardReason
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor

FILES_MOST = 3
# Each request writes to several people.
MOST_A_DAY = 5
TEXT_CHARS = 2_000
# When who answers is reminded, before the last day.
REMIND_DAYS = 5
# Evidence shows an identity: it goes this long after the answer, the time to contest it.
EVIDENCE_DAYS = 60
LONGEST_DAYS = 31
CHUNK = 200


class CorrectionRefused(Refused):
    """This cannot be asked for, or answered, so."""


@transaction.atomic
def ask_correction(
    *,
    award: Award,
    kind: CorrectionKind,
    wanted: Identity,
    words: str = "",
    files: Sequence[tuple[BinaryIO, str]] = (),
    person: Person,
    actor: Actor,
    now: datetime,
) -> Correction:
    """Put before who prepared the award what it should say; they and the holder are written to.

    ``wanted``: all of it, what does not change included; letters are kept exactly, composed. ``files``: content and
    name of each, one at least after a change of name.
    :raises NotAllowed: not theirs, or nothing can be made of it any more.
    :raises CorrectionRefused: nothing changes, a name that is none or another’s, no word, no evidence, one waits
        already, or too many in a day.
    :raises DocumentRefused: a file is not what is accepted.
    """
    lock_space_of(award)
    row = Award.objects.select_related(*_AWARD).get(pk=award.pk)
    require(policies.can_ask_correction(actor, row))
    said = _said(words)
    wanted = wanted.composed()
    if kind == CorrectionKind.OTHER:
        wanted = queries.identity_of(row)
        if not said:
            raise CorrectionRefused(_("Dites en quelques mots ce qu’il faut corriger."), field="words")
    else:
        wanted = _checked(wanted, row, now)
    if kind not in (CorrectionKind.NAME_CHANGE, CorrectionKind.OTHER) and not is_same_name(
        queries.identity_of(row), wanted
    ):
        raise CorrectionRefused(
            _(
                "Ce n’est plus le même nom. Choisissez «\u00a0J’ai changé de nom ou de prénom\u00a0» et joignez un "
                "document, pour que personne d’autre ne puisse le demander à votre place."
            )
        )
    if kind == CorrectionKind.NAME_CHANGE and not files:
        raise CorrectionRefused(
            _("Joignez un document à votre nouveau nom\u00a0: pièce d’identité, acte ou livret."), field="evidence"
        )
    if len(files) > FILES_MOST:
        raise CorrectionRefused(_("Joignez %(most)d fichiers au plus.") % {"most": FILES_MOST}, field="evidence")
    if queries.asked_by(person).filter(asked_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise CorrectionRefused(_("Vous avez fait plusieurs demandes aujourd’hui. Attendez demain pour la suivante."))
    today, partner = localdate(now), queries.prepared_by(row)
    days, partner_days = queries.rule_of(row.certifier)
    due_on = answer_by(today, days)
    made = Correction(
        award=row,
        holder=person,
        kind=kind,
        wanted=wanted.to_text(),
        words=said,
        prepared_by=partner,
        addressed_to=Desk.PARTNER if partner else Desk.CERTIFIER,
        asked_at=now,
        due_on=due_on,
        partner_due_on=partner_answers_by(today, due_on, partner_days) if partner else None,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise CorrectionRefused(
            _("Une correction est déjà demandée sur ce document. Attendez la réponse, ou retirez cette demande.")
        ) from error
    house = row.certifier.code
    for document in keep_each(files=files, certifier_code=house, actor_code=actor.code, accept=EVIDENCE, now=now):
        CorrectionEvidence(correction=made, document=document).save(force_insert=True)
    tell(CorrectionAct.ASKED, made, actor.code, now, reason_code=kind)
    write(emails.received(made) + emails.to_answer(made, queries.who_answers(made)), now=now)
    return made


@transaction.atomic
def withdraw_correction(*, correction: Correction, actor: Actor, now: datetime) -> Correction:
    """Take one’s request back before it is answered; its evidence goes at once.

    :raises NotAllowed: somebody else’s. :raises CorrectionRefused: answered already.
    """
    require(policies.can_withdraw_correction(actor, correction))
    row = locked(correction)
    close(row, "withdraw", actor.code, now)
    forget_evidence_of(row, now=now)
    tell(CorrectionAct.WITHDRAWN, row, actor.code, now)
    return row


@transaction.atomic
def appeal_correction(*, correction: Correction, words: str, actor: Actor, now: datetime) -> Correction:
    """Put what the partner refused before the certifier, who has the delay of a new request; once.

    :raises NotAllowed: somebody else’s, or not a refusal of the partner. :raises CorrectionRefused: nothing said,
        another request waits, or the award is no longer in force.
    """
    row = locked(correction)
    require(policies.can_appeal_correction(actor, row))
    require(policies.can_ask_correction(actor, row.award))
    row.appeal = _said(words)
    if not row.appeal:
        raise CorrectionRefused(_("Dites pourquoi vous n’êtes pas d’accord."), field="words")
    row.state = CORRECTION_LIFE.after(row.state, "appeal")
    row.opinion, row.reason, row.decided_at, row.decided_by_code = row.reason, "", None, ""
    row.due_on = answer_by(localdate(now), queries.rule_of(row.award.certifier)[0])
    try:
        with transaction.atomic():
            _to_certifier(row, PassedOn.APPEAL, actor.code, now)
    except IntegrityError as error:
        raise CorrectionRefused(_("Une autre correction est déjà demandée sur ce document.")) from error
    return row


@transaction.atomic
def pass_on_correction(*, correction: Correction, opinion: str, actor: Actor, now: datetime) -> Correction:
    """Hand a request to the certifier, with what the partner thinks of it.

    :raises NotAllowed: not on their desk. :raises CorrectionRefused: nothing said, or answered already.
    """
    row = locked(correction)
    require(policies.can_answer_correction(actor, row))
    row.opinion = _said(opinion)
    if not row.opinion:
        raise CorrectionRefused(_("Dites au certificateur ce que vous en pensez."), field="reason")
    if row.addressed_to != Desk.PARTNER:
        raise CorrectionRefused(_("Cette demande est déjà chez le certificateur."))
    _to_certifier(row, PassedOn.OPINION, actor.code, now)
    return row


@transaction.atomic
def set_correction_rule(
    *, certifier: Certifier, days: int, partner_days: int, actor: Actor, now: datetime
) -> CorrectionRule:
    """Promise an answer within ``days``, of which the partner has ``partner_days``; requests made before keep theirs.

    :raises NotAllowed: who answers for what is issued. :raises CorrectionRefused: out of 1–31, or the partner’s longer.
    """
    require(policies.can_set_correction_rule(actor, certifier))
    if not 1 <= days <= LONGEST_DAYS:
        raise CorrectionRefused(_("Donnez de 1 à 31 jours\u00a0: la loi laisse un mois."), field="days")
    if not 1 <= partner_days <= days:
        raise CorrectionRefused(
            _("Le délai du partenaire tient dans le vôtre\u00a0: de 1 à %(days)d jours.") % {"days": days},
            field="partner_days",
        )
    rule, _made = CorrectionRule.objects.update_or_create(
        certifier=certifier, defaults={"days": days, "partner_days": partner_days}
    )
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=CorrectionAct.RULE_SET,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return rule


# --- day after day --------------------------------------------------------------------------------


def follow_corrections(*, now: datetime) -> int:
    """Remind who answers, hand the certifier what a partner left, let evidence go; tell how many were touched.

    Run again the same day, it does nothing twice.
    """
    today = localdate(now)
    return (
        sum(_hand_over(chunk, now) for chunk in _chunks(queries.late_at_partners(today)))
        + sum(_remind(chunk, now) for chunk in _chunks(queries.due_soon(today + timedelta(days=REMIND_DAYS))))
        + sum(_forget(chunk, now) for chunk in _chunks(queries.answered_before(today - timedelta(days=EVIDENCE_DAYS))))
    )


def _chunks(rows: Iterable[Correction]) -> Iterable[list[int]]:
    """The keys of what is due, read once, a part at a time."""
    keys = [row.pk for row in rows]
    return (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK))


@transaction.atomic
def _hand_over(keys: Sequence[int], now: datetime) -> int:
    for row in _waiting(keys):
        _to_certifier(row, PassedOn.LATE, "", now)
    return len(keys)


@transaction.atomic
def _remind(keys: Sequence[int], now: datetime) -> int:
    for row in _waiting(keys):
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
        write(emails.reminder(row, queries.who_answers(row)), now=now)
    return len(keys)


@transaction.atomic
def _forget(keys: Sequence[int], now: datetime) -> int:
    for row in Correction.objects.filter(pk__in=keys).order_by("pk"):
        forget_evidence_of(row, now=now)
    return len(keys)


def _waiting(keys: Sequence[int]) -> Iterable[Correction]:
    rows = Correction.objects.select_for_update(of=("self",), no_key=True).select_related(*_ROW)
    return rows.filter(pk__in=keys, state=CorrectionState.ASKED).order_by("pk")


# --- parts ----------------------------------------------------------------------------------------

_AWARD = ("certifier__organisation", "certification", "design", "holder", "lot", "partnership__site__organisation")
_ROW = (
    "award__certifier__organisation",
    "award__certification",
    "award__habilitation",
    "award__holder",
    "holder",
    "prepared_by__site__organisation",
)


def locked(correction: Correction) -> Correction:
    """Read a request again, locked until the transaction ends."""
    return Correction.objects.select_for_update(of=("self",), no_key=True).select_related(*_ROW).get(pk=correction.pk)


def close(row: Correction, move: str, by_code: str, now: datetime) -> None:
    """End a locked request by ``move``.

    :raises CorrectionRefused: it was answered, or taken back, meanwhile.
    """
    if not CORRECTION_LIFE.allows(row.state, move):
        raise CorrectionRefused(_("Cette demande a déjà reçu sa réponse. Rechargez la page."))
    row.state = CorrectionState(CORRECTION_LIFE.after(row.state, move))
    row.decided_at, row.decided_by_code = now, by_code
    row.save(update_fields=["state", "addressed_to", "decided_at", "decided_by_code", "reason", "made"])


def forget_evidence_of(row: Correction, *, now: datetime) -> None:
    """Throw the evidence of a request away for good."""
    codes = list(row.evidence.order_by("pk").values_list("document__code", flat=True))
    row.evidence.all().delete()
    for code in codes:
        discard(document_code=code, actor_code="", reason=DiscardReason.RETENTION_OVER, now=now)


def tell(act: CorrectionAct, row: Correction, by_code: str, now: datetime, *, reason_code: str = "") -> None:
    """One entry of the journal about one request: codes only."""
    record(
        chain=row.award.certifier.code,
        actor_code=by_code,
        action=act,
        subject_kind="correction",
        subject_code=row.code,
        reason_code=reason_code,
        now=now,
    )


def _to_certifier(row: Correction, because: PassedOn, by_code: str, now: datetime) -> None:
    row.addressed_to, row.reminded_at = Desk.CERTIFIER, None
    row.passed_on_at, row.passed_on_by_code, row.passed_on_because = now, by_code, because
    row.save()
    tell(CorrectionAct.PASSED_ON, row, by_code, now, reason_code=because)
    write(emails.passed_on(row) + emails.to_answer(row, queries.who_answers(row)), now=now)


def _said(text: str) -> str:
    said = text.strip()
    if len(said) > TEXT_CHARS:
        raise CorrectionRefused(
            _("C’est trop long\u00a0: dites-le en %(most)d caractères.") % {"most": TEXT_CHARS}, field="words"
        )
    return said


def _checked(wanted: Identity, award: Award, now: datetime) -> Identity:
    """Read what was typed as the rows of a sheet are read: what is accepted here can be signed.

    :raises CorrectionRefused: beside the field, with what to mend; or nothing changes.
    """
    texts = {name: text for name, text in vars(wanted).items() if text}
    needs_birth = award.subject == Subject.CERTIFICATION
    read = read_row(
        texts, Frame(today=localdate(now), awarded_on=award.awarded_on, needs_birth=needs_birth, undrawable=undrawable)
    )
    for fault in read.faults:
        raise CorrectionRefused(fault.sentence(texts.get(fault.column, "")), field=fault.column)
    understood = Identity(
        read.values["first_name"],
        read.values["last_name"],
        read.values.get("birth_on", ""),
        read.values.get("birth_place", ""),
    )
    if not changes(queries.identity_of(award), understood):
        raise CorrectionRefused(_("C’est exactement ce que dit déjà le document. Vérifiez chaque lettre."))
    return understood
