"""Endorsements: asked for by a link, given in the endorser's words and sealed, declined, withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france.identifiers import IdentifierRefused, siret
from jurande.registers.awards.emails import endorsements as emails
from jurande.registers.awards.facts import endorsements as facts
from jurande.registers.awards.models import Endorsement
from jurande.registers.awards.policies.claims import can_open_claims
from jurande.registers.awards.queries.endorsements import endorsement_by_token
from jurande.registers.awards.queries.lots import version_in_force
from jurande.registers.awards.states import ENDORSEMENT_LIFE, DelegationAct, EndorsementState
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.parties.models.links import digest_of, new_token
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.operations.credentials import issue
from jurande.registers.seal.states import Reason

LINK_LIFETIME = timedelta(days=30)
TEXT_CHARS = 1_000


class EndorsementRefused(Refused):
    """This endorsement cannot be asked for, given or withdrawn so."""


@transaction.atomic
def ask_endorsement(
    *, certification: Certification, body_name: str, body_siret: str = "", email: str, actor: Actor, now: datetime
) -> Endorsement:
    """Write to a body with a link by which it says what the certification is worth to it, for thirty days.

    :raises NotAllowed: not theirs. :raises EndorsementRefused: no name, a SIRET that is none, or nothing in force.
    :raises RecipientRefused: no address.
    """
    require(can_open_claims(actor, certification.certifier))
    name, number = " ".join(body_name.split()), "".join(body_siret.split())
    if not name or len(name) > 200:
        raise EndorsementRefused(_("Écrivez le nom de l’organisme."), field="body_name")
    try:
        number = siret(number) if number else ""
    except IdentifierRefused as error:
        raise EndorsementRefused(
            _("Ce SIRET n’existe pas. Vérifiez-le, ou laissez la case vide."), field="body_siret"
        ) from error
    if version_in_force(certification) is None:
        raise EndorsementRefused(_("Cette certification n’a pas de version publiée."), field="certification")
    token = new_token()
    made = Endorsement.objects.create(
        certifier=certification.certifier,
        certification=certification,
        body_name=name,
        body_siret=number,
        email=email.strip(),
        token_digest=digest_of(token),
        asked_at=now,
        asked_by_code=actor.code,
        expires_at=now + LINK_LIFETIME,
    )
    correspondence.send(emails.asked(made, token), now=now)
    _told(DelegationAct.ENDORSEMENT_ASKED, made, actor.code, now)
    return made


@transaction.atomic
def give_endorsement(*, token: str, signer_name: str, signer_quality: str, text: str, now: datetime) -> Endorsement:
    """Keep what the body says, and have it sealed in the certifier's name with its author's.

    :raises EndorsementRefused: the link is over, or nothing is said, or nobody says it.
    :raises SealingStopped: :raises KeyRefused: nothing can be signed now.
    """
    row = _open(token, now)
    row.signer_name, row.signer_quality = " ".join(signer_name.split()), " ".join(signer_quality.split())
    row.text = text.strip()
    if not row.signer_name or len(row.signer_name) > 200 or len(row.signer_quality) > 200:
        raise EndorsementRefused(_("Écrivez votre prénom et votre nom."), field="signer_name")
    if not row.text or len(row.text) > TEXT_CHARS:
        raise EndorsementRefused(
            _("Écrivez quelques lignes, %(most)d caractères au plus.") % {"most": TEXT_CHARS}, field="text"
        )
    version = version_in_force(row.certification)
    if version is None:
        raise EndorsementRefused(_("Cette certification n’est plus délivrée. Votre avis n’est plus demandé."))
    row.credential = issue(
        certifier=row.certifier,
        kind=facts.KIND,
        business_key=f"{facts.KIND}:{row.code}",
        idempotency_key=f"{facts.KIND}:{row.code}",
        skeleton=facts.skeleton_of(row),
        values=facts.values_of(row, version),
        actor=Actor(code=row.asked_by_code, certifier_code=row.certifier.code),
        now=now,
    )
    row.state = ENDORSEMENT_LIFE.after(row.state, "give")
    row.answered_at, row.token_digest = now, None
    row.save()
    _told(DelegationAct.ENDORSEMENT_GIVEN, row, "", now)
    transaction.on_commit(partial(_settle, now), robust=True)
    return row


@transaction.atomic
def decline_endorsement(*, token: str, now: datetime) -> Endorsement:
    """Say nothing of it; the link is over.

    :raises EndorsementRefused: the link is over already.
    """
    row = _open(token, now)
    row.state = ENDORSEMENT_LIFE.after(row.state, "decline")
    row.answered_at, row.token_digest = now, None
    row.save()
    _told(DelegationAct.ENDORSEMENT_DECLINED, row, "", now)
    return row


@transaction.atomic
def withdraw_endorsement(*, endorsement: Endorsement, actor: Actor, now: datetime) -> Endorsement:
    """Stop showing it, and revoke what was sealed; one that nobody answered is no longer asked for.

    :raises NotAllowed: not theirs. :raises EndorsementRefused: declined or withdrawn already.
    """
    require(can_open_claims(actor, endorsement.certifier))
    rows = Endorsement.objects.select_for_update(of=("self",), no_key=True).select_related("certifier", "credential")
    row = rows.get(pk=endorsement.pk)
    if not ENDORSEMENT_LIFE.allows(row.state, "withdraw"):
        raise EndorsementRefused(_("Cet avis n’est plus montré."))
    if row.credential is not None:
        statuses.revoke(credential=row.credential, reason=Reason.HOLDER_REQUEST, actor=actor, now=now)
        transaction.on_commit(partial(_settle, now), robust=True)
    row.state = EndorsementState(ENDORSEMENT_LIFE.after(row.state, "withdraw"))
    row.withdrawn_at, row.withdrawn_by_code, row.token_digest = now, actor.code, None
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_by_code", "token_digest"])
    _told(DelegationAct.ENDORSEMENT_WITHDRAWN, row, actor.code, now)
    return row


def _open(token: str, now: datetime) -> Endorsement:
    found = endorsement_by_token(token)
    if found is not None:
        rows = Endorsement.objects.select_for_update(of=("self",), no_key=True).select_related(
            "certifier", "certification"
        )
        found = rows.get(pk=found.pk)
    if found is None or not found.is_open_at(now):
        raise EndorsementRefused(_("Ce lien n’est plus valable. Demandez-en un autre à l’organisme qui vous a écrit."))
    return found


def _settle(now: datetime) -> None:
    projection.settle_soon(now=now)


def _told(act: DelegationAct, row: Endorsement, by_code: str, now: datetime) -> None:
    record(
        chain=row.certifier.code,
        actor_code=by_code,
        action=act,
        subject_kind="endorsement",
        subject_code=row.code,
        now=now,
    )
