"""Applications for a micro-certification: opened, submitted with evidence, entrusted, accepted or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import claims as emails
from jurande.registers.awards.models import AwardClaim, ClaimEvidence, ClaimOpening
from jurande.registers.awards.operations.erasing import discard_evidence
from jurande.registers.awards.operations.preparing import prepare_rows
from jurande.registers.awards.policies import claims as policies
from jurande.registers.awards.queries import claims as queries
from jurande.registers.awards.states import CLAIM_LIFE, DelegationAct, LotSource
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.documents.operations import keep_each
from jurande.registers.documents.states import EVIDENCE
from jurande.registers.journal.operations import record
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import LinkPurpose

FILES_MOST = 5
TEXT_CHARS = 4_000
SUBJECT = "claim_opening"
_NAME = re.compile(r"[^\W\d_][^\d_<>@/\\{}]{0,59}")


class ClaimRefused(Refused):
    """This cannot be asked for, or decided, so."""


@transaction.atomic
def open_claims(*, certification: Certification, guidance: str, actor: Actor, now: datetime) -> ClaimOpening:
    """Let anybody ask for a micro-certification; ``guidance`` says what evidence to bring.

    :raises NotAllowed: not theirs. :raises ClaimRefused: not one, no published design, no guidance, or open already.
    """
    require(policies.can_open_claims(actor, certification.certifier))
    if not certification.is_micro or queries.design_of(certification) is None:
        raise ClaimRefused(_("Publiez d’abord un modèle de cette micro-certification."), field="certification")
    made = ClaimOpening(
        certifier=certification.certifier,
        certification=certification,
        guidance=_text(guidance, "guidance"),
        opened_at=now,
        opened_by_code=actor.code,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise ClaimRefused(_("Cette micro-certification est déjà ouverte aux demandes.")) from error
    _told(DelegationAct.CLAIMS_OPENED, made, "claim_opening", made.code, actor.code, now)
    return made


@transaction.atomic
def close_claims(*, opening: ClaimOpening, actor: Actor, now: datetime) -> ClaimOpening:
    """Take no more claims; those that wait are still judged.

    :raises NotAllowed: not theirs. :raises ClaimRefused: closed already.
    """
    require(policies.can_open_claims(actor, opening.certifier))
    row = (
        ClaimOpening.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=opening.pk)
    )
    if row.closed_at is not None:
        raise ClaimRefused(_("Les demandes sont déjà closes."))
    row.closed_at, row.closed_by_code = now, actor.code
    row.save(update_fields=["closed_at", "closed_by_code"])
    _told(DelegationAct.CLAIMS_CLOSED, row, "claim_opening", row.code, actor.code, now)
    return row


@transaction.atomic
def invite_claimant(*, opening: ClaimOpening, email: str, first_name: str, last_name: str, now: datetime) -> None:
    """Write to whoever wants to ask with the link that opens their form; the same person when they are known.

    :raises ClaimRefused: closed, or this is no name.
    """
    _demand_open(opening)
    for field, name in (("first_name", first_name), ("last_name", last_name)):
        if not _NAME.fullmatch(name.strip()):
            raise ClaimRefused(
                _("Écrivez ce nom avec des lettres seulement, comme sur une pièce d’identité."), field=field
            )
    person = parties.welcome_guest(
        email=email, first_name=first_name, last_name=last_name, chain=opening.certifier.code, now=now
    )
    parties.send_magic_link(
        person=person,
        purpose=LinkPurpose.APPLICANT,
        actor=people.actor_for(person),
        certifier=opening.certifier,
        subject=(SUBJECT, opening.code),
        now=now,
    )


@transaction.atomic
def submit_claim(
    *,
    opening: ClaimOpening,
    person: Person,
    statement: str,
    files: Sequence[tuple[BinaryIO, str]],
    birth_on: date | None = None,
    now: datetime,
) -> AwardClaim:
    """Ask for the micro-certification; ``files``: content and name of each piece of evidence, one at least.

    :raises ClaimRefused: closed, nothing said, no file or too many, or a claim waits already.
    :raises DocumentRefused: a file is not what is accepted.
    """
    _demand_open(opening)
    said = _text(statement, "statement")
    if not 1 <= len(files) <= FILES_MOST:
        raise ClaimRefused(
            _("Joignez d’une à %(most)d preuves\u00a0: PDF ou photo.") % {"most": FILES_MOST}, field="files"
        )
    # Whoever closes their space at this instant is waited for: nothing is left of somebody who has gone.
    if not Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk).is_active:
        raise ClaimRefused(_("Votre espace est fermé\u00a0: rien n’a été déposé."))
    claim = AwardClaim(
        opening=opening,
        person=person,
        statement=said,
        birth=birth_on.isoformat() if birth_on else "",
        submitted_at=now,
    )
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError as error:
        raise ClaimRefused(_("Votre demande est déjà déposée\u00a0: elle attend son examen.")) from error
    house = opening.certifier.code
    for document in keep_each(files=files, certifier_code=house, actor_code=person.code, accept=EVIDENCE, now=now):
        ClaimEvidence.objects.create(claim=claim, document=document)
    _told(DelegationAct.CLAIM_SUBMITTED, opening, "award_claim", claim.code, person.code, now)
    return claim


@transaction.atomic
def withdraw_claim(*, claim: AwardClaim, person: Person, now: datetime) -> AwardClaim:
    """Take one's claim back before it is judged; its evidence goes at once.

    :raises ClaimRefused: somebody else's, or judged already.
    """
    row = _waiting(claim, "withdraw")
    if row.person_id != person.pk:
        raise ClaimRefused(_("Cette demande n’est pas la vôtre."))
    discard_evidence(ClaimEvidence.objects.filter(claim=row), now=now)
    return _decided(row, "withdraw", DelegationAct.CLAIM_WITHDRAWN, person.code, now)


@transaction.atomic
def take_claim(*, claim: AwardClaim, reviewer: Person, actor: Actor, now: datetime) -> AwardClaim:
    """Entrust a claim to oneself: nobody else judges it meanwhile.

    :raises NotAllowed: not theirs to judge. :raises ClaimRefused: their own, or judged already.
    """
    require(policies.can_judge_claims(actor, claim.opening.certifier))
    row = _waiting(claim, "accept")
    if row.person_id == reviewer.pk or reviewer.code != actor.code:
        raise ClaimRefused(_("Personne n’examine sa propre demande. Confiez-la à quelqu’un d’autre."))
    row.reviewer = reviewer
    row.save(update_fields=["reviewer"])
    _told(DelegationAct.CLAIM_ASSIGNED, row.opening, "award_claim", row.code, actor.code, now)
    return row


@transaction.atomic
def accept_claim(*, claim: AwardClaim, reasons: str, actor: Actor, now: datetime) -> AwardClaim:
    """Accept it: a lot of one row is prepared, which somebody else approves; the claimant is written to.

    :raises NotAllowed: not theirs to judge. :raises ClaimRefused: judged already, or nothing said of why.
    :raises LotRefused: the design is no longer published.
    """
    require(policies.can_judge_claim(actor, claim))
    row = _waiting(claim, "accept")
    if not row.person.is_active:
        raise ClaimRefused(
            _("Cette personne a fermé ou réuni ses espaces\u00a0: la demande n’est plus à personne. Refusez-la.")
        )
    row.reasons = _text(reasons, "reasons")
    design = queries.design_of(row.opening.certification)
    if design is None:
        raise ClaimRefused(_("Le modèle de cette micro-certification n’est plus publié. Publiez-en un, puis acceptez."))
    said = {"first_name": row.person.first_name, "last_name": row.person.last_name, "email": row.person.email}
    if row.birth:
        said["birth_on"] = row.birth
    row.lot = prepare_rows(
        design=design,
        rows=[said],
        awarded_on=localdate(now),
        source=LotSource.APPLICATION,
        title=str(_("Demande %(code)s")) % {"code": row.code},
        place=design.place,
        idempotency_key=f"claim:{row.code}",
        actor=actor,
        now=now,
    )
    made = _decided(row, "accept", DelegationAct.CLAIM_ACCEPTED, actor.code, now)
    correspondence.send(emails.decided(made, emails.ACCEPTED), now=now)
    return made


@transaction.atomic
def refuse_claim(*, claim: AwardClaim, reasons: str, actor: Actor, now: datetime) -> AwardClaim:
    """Refuse it, and write why to the claimant.

    :raises NotAllowed: not theirs to judge. :raises ClaimRefused: judged already, or nothing said of why.
    """
    require(policies.can_judge_claim(actor, claim))
    row = _waiting(claim, "refuse")
    row.reasons = _text(reasons, "reasons")
    made = _decided(row, "refuse", DelegationAct.CLAIM_REFUSED, actor.code, now)
    if row.person.is_active:
        correspondence.send(emails.decided(made, emails.REFUSED), now=now)
    return made


def _demand_open(opening: ClaimOpening) -> None:
    if opening.closed_at is not None:
        raise ClaimRefused(_("Cette micro-certification ne se demande plus. Écrivez à l’organisme qui la délivre."))


def _waiting(claim: AwardClaim, move: str) -> AwardClaim:
    row = (
        AwardClaim.objects.select_for_update(of=("self",), no_key=True)
        .select_related("opening__certifier", "opening__certification", "person", "reviewer")
        .get(pk=claim.pk)
    )
    if not CLAIM_LIFE.allows(row.state, move):
        raise ClaimRefused(_("Cette demande a déjà reçu sa réponse. Rechargez la page."))
    return row


def _decided(row: AwardClaim, move: str, act: DelegationAct, by_code: str, now: datetime) -> AwardClaim:
    row.state = CLAIM_LIFE.after(row.state, move)
    row.decided_at, row.decided_by_code = now, by_code
    row.save(update_fields=["state", "decided_at", "decided_by_code", "reasons", "lot"])
    _told(act, row.opening, "award_claim", row.code, by_code, now)
    return row


def _text(text: str, field: str) -> str:
    said = text.strip()
    if not said or len(said) > TEXT_CHARS:
        raise ClaimRefused(
            _("Écrivez quelques lignes, %(most)d caractères au plus.") % {"most": TEXT_CHARS}, field=field
        )
    return said


def _told(act: DelegationAct, opening: ClaimOpening, kind: str, code: str, by_code: str, now: datetime) -> None:
    record(
        chain=opening.certifier.code,
        actor_code=by_code,
        action=act,
        subject_kind=kind,
        subject_code=code,
        now=now,
    )
