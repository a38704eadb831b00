"""Signing by both: invited, opened, read to the end, signed with a one-time code; or declined, or replaced.

Opening a link does nothing: mail scanners open links. Every step is a button, and every step is locked on the
convention's row, so that two people at once are told, not both obeyed.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common import jobs
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.emails import signatures as emails
from jurande.registers.conventions.models import Convention, Signatory
from jurande.registers.conventions.models.signatures import CODE_TRIES, code_digest_of, token_digest_of
from jurande.registers.conventions.queries.signing import choices_of
from jurande.registers.conventions.states import (
    CONVENTION_LIFE,
    SIGNATORY_LIFE,
    ConventionState,
    Side,
    SignatoryState,
    SignatureAct,
    SigningMethod,
    SigningOrder,
)
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import clean_address
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import ROLE_RIGHTS, Right, Role

SEAL = "conventions.seal"
CODE_MINUTES = 10
CODE_PAUSE = timedelta(seconds=60)
# Ten codes of five tries: fifty guesses out of a million, then somebody must send a new link.
MOST_CODES = 10
# How long the partner's signatory fetches the sealed file by the link of the last letter.
KEPT_LINK = timedelta(days=30)
REASON_CHARS = 2_000
NAME_CHARS = 200
SIGNERS = tuple(role for role in Role if Right.SIGN_CONVENTIONS in ROLE_RIGHTS[role])


class SigningRefused(Refused):
    """This cannot be signed, read, declined or sent so."""


class LinkNotOpen(SigningRefused):
    """The link does not open, or no longer; one sentence whatever the reason."""


@dataclass(frozen=True)
class Hand:
    """What is known of the device that signs: its network address, and what its browser says it is."""

    address: str = ""
    user_agent: str = ""


# --- inviting ----------------------------------------------------------------------


@transaction.atomic
def invite(*, convention: Convention, actor: Actor, now: datetime) -> tuple[Signatory, Signatory]:
    """Ask both signatories that the convention names to sign its frozen text: the partner's by a link, ours here.

    When the partner signs first, ours is written to once it has.
    :raises NotAllowed: the role. :raises SigningRefused: it was not sent, is being signed already, or our signatory is
    nobody of the house who may sign, or prepared it.
    """
    require(policies.can_follow_signatures(actor, convention))
    held = _held(convention)
    if held.state != ConventionState.SENT or held.text is None:
        raise SigningRefused(_("Cette convention n’est pas à signer\u00a0: envoyez-la d’abord."))
    if held.signatories.standing().exists():
        raise SigningRefused(_("Cette convention est déjà à la signature."))
    theirs = _ask(
        held, Side.PARTNER, held.partner_signer_name, held.partner_signer_email, held.partner_signer_quality, actor, now
    )
    ours = _ask(
        held,
        Side.CERTIFIER,
        held.certifier_signer_name,
        held.certifier_signer_email,
        held.certifier_signer_quality,
        actor,
        now,
    )
    return theirs, ours


@transaction.atomic
def void(*, convention: Convention, actor: Actor, now: datetime) -> None:
    """Make the links of its text void, as it is taken back; who signed it had signed that text, and no other."""
    reason = str(_("La convention a été reprise par le certificateur."))
    for signatory in convention.signatories.select_for_update(of=("self",), no_key=True).filter(text=convention.text):
        if SIGNATORY_LIFE.allows(signatory.state, "replace"):
            _set_aside(signatory, reason, actor, now)


@transaction.atomic
def remind(*, signatory: Signatory, actor: Actor, now: datetime) -> None:
    """Write again to who has not signed, with a new link: the one before stops opening.

    :raises NotAllowed: the role. :raises SigningRefused: not awaited, or its turn has not come.
    """
    require(policies.can_follow_signatures(actor, signatory.convention))
    held, row = _both_held(signatory)
    if held.state != ConventionState.SENT or not row.is_awaited:
        raise SigningRefused(_("Cette signature n’est plus attendue."))
    if _must_wait(held, row):
        raise SigningRefused(_("Le partenaire signe d’abord\u00a0: ce signataire sera prévenu à son tour."))
    row.codes_sent, row.code_digest, row.code_tries = 0, "", 0
    _write_to(row, now)
    _record_of(row, SignatureAct.SIGNATORY_REMINDED, actor.code, now)


# --- the signatory's own steps ------------------------------------------------------------------


def signatory_of(*, token: str, now: datetime) -> Signatory:
    """The signatory to whom this link was sent; nothing is written. Signed, the link shows what was signed.

    :raises LinkNotOpen: unknown, replaced by a newer one, or too late.
    """
    found = (
        Signatory.objects.of_token(token)
        .select_related(
            "convention__certifier__organisation", "convention__partnership__site__organisation", "text__pdf"
        )
        .first()
    )
    stale = found is None or found.link_expires_at <= now
    if found is None or stale or found.state in (SignatoryState.REPLACED, SignatoryState.DECLINED):
        raise LinkNotOpen(
            _(
                "Ce lien ne s’ouvre plus\u00a0: sa date est passée, un autre l’a remplacé, ou la signature n’est plus "
                "attendue de vous. Demandez-en un nouveau à l’organisme qui vous a écrit\u00a0: rien n’est perdu."
            )
        )
    return found


@transaction.atomic
def open_text(*, signatory: Signatory, now: datetime) -> Signatory:
    """Remember that the text was opened; a second time changes nothing.

    :raises SigningRefused: it is no longer to be signed.
    """
    held, row = _both_held(signatory)
    _demand_awaited(held, row)
    if row.state == SignatoryState.INVITED:
        row.state, row.opened_at = SIGNATORY_LIFE.after(row.state, "open"), now
        row.save(update_fields=["state", "opened_at"])
        _record_of(row, SignatureAct.SIGNATORY_OPENED, _hand_code(row), now)
    return row


@transaction.atomic
def confirm_reading(*, signatory: Signatory, text_sha256: str, now: datetime) -> Signatory:
    """Remember that the whole text was read, which is that of ``text_sha256``.

    :raises SigningRefused: another text than the one to be signed, or it is no longer to be signed.
    """
    held, row = _both_held(signatory)
    _demand_awaited(held, row)
    _demand_same_text(row, text_sha256)
    if row.state == SignatoryState.INVITED:
        raise SigningRefused(_("Ouvrez d’abord le texte\u00a0: on ne signe que ce qu’on a lu."))
    if row.state == SignatoryState.OPENED:
        row.state, row.read_at = SIGNATORY_LIFE.after(row.state, "read"), now
        row.save(update_fields=["state", "read_at"])
        _record_of(row, SignatureAct.SIGNATORY_READ, _hand_code(row), now, digest=row.text.sha256)
    return row


def uses_totp(signatory: Signatory) -> bool:
    """Whether their authenticator gives the code: they have an account here, and one is set up."""
    person = signatory.person
    return person is not None and Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


@transaction.atomic
def send_code(*, signatory: Signatory, now: datetime) -> None:
    """Send a new one-time code by e-mail: six digits, ten minutes, five tries; the one before stops working.

    :raises SigningRefused: the text was not read, less than a minute after the last one, or too many were sent.
    """
    held, row = _both_held(signatory)
    _demand_awaited(held, row)
    _demand_turn(held, row)
    if row.state != SignatoryState.READ:
        raise SigningRefused(_("Lisez d’abord le texte en entier, puis dites que vous l’avez lu."))
    if row.code_sent_at is not None and now - row.code_sent_at < CODE_PAUSE:
        raise SigningRefused(_("Un code vient de partir. Attendez une minute avant d’en demander un autre."))
    if row.codes_sent >= MOST_CODES:
        raise SigningRefused(
            _("Trop de codes ont été demandés. Demandez un nouveau lien à l’organisme qui vous a invité.")
        )
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.code_digest, row.code_sent_at, row.code_tries = code_digest_of(code, row.code), now, 0
    row.codes_sent += 1
    row.save(update_fields=["code_digest", "code_sent_at", "code_tries", "codes_sent"])
    correspondence.send(emails.signing_code(row, code, CODE_MINUTES), now=now)


def sign(*, signatory: Signatory, text_sha256: str, code: str, hand: Hand, now: datetime) -> Signatory:
    """Sign the text of ``text_sha256``, the code showing whose hand it is; the second signature asks for the cachet.

    A wrong code is counted, whatever becomes of the rest.
    :raises SigningRefused: another text, not read, not their turn, signed already, or a code that is wrong or dead.
    """
    with transaction.atomic():
        held, row = _both_held(signatory)
        _demand_awaited(held, row)
        _demand_turn(held, row)
        _demand_same_text(row, text_sha256)
        if row.state != SignatoryState.READ:
            raise SigningRefused(_("Lisez d’abord le texte en entier, puis dites que vous l’avez lu."))
        method = _method(row, code, now)
        if method is not None:
            return _signed(held, row, method, hand, now)
        # Committed, unlike the refusal below: a try is a try.
        row.code_tries = min(row.code_tries + 1, CODE_TRIES)
        row.save(update_fields=["code_tries"])
    raise _wrong_code(row, now)


def sign_here(
    *, signatory: Signatory, text_sha256: str, code: str, hand: Hand, actor: Actor, now: datetime
) -> Signatory:
    """Sign from one's own space: the named person, by the same code.

    :raises NotAllowed: somebody else, another role, or who prepared it. :raises SigningRefused: as ``sign``.
    """
    require(policies.can_sign(actor, signatory))
    return sign(signatory=signatory, text_sha256=text_sha256, code=code, hand=hand, now=now)


@transaction.atomic
def decline(*, signatory: Signatory, reason: str, now: datetime) -> Signatory:
    """Refuse to sign, and say why: the convention stays as it was sent, whoever sent it is told.

    :raises SigningRefused: no reason, the text was not opened, or it is no longer to be signed.
    """
    held, row = _both_held(signatory)
    _demand_awaited(held, row)
    why = reason.strip()[:REASON_CHARS]
    if not why:
        raise SigningRefused(
            _("Dites pourquoi vous refusez\u00a0: c’est ce qui permettra de corriger."), field="reason"
        )
    if row.state == SignatoryState.INVITED:
        raise SigningRefused(_("Ouvrez d’abord le texte."))
    row.state, row.declined_at, row.decline_reason = SIGNATORY_LIFE.after(row.state, "decline"), now, why
    row.save(update_fields=["state", "declined_at", "decline_reason"])
    sender = Person.objects.filter(code=held.sent_by_code).first()
    if sender is not None:
        correspondence.send(emails.declined(row, sender), now=now)
    _record_of(row, SignatureAct.SIGNATORY_DECLINED, _hand_code(row), now)
    return row


@transaction.atomic
def replace(
    *, signatory: Signatory, name: str, email: str, quality: str, reason: str, actor: Actor, now: datetime
) -> Signatory:
    """Ask somebody else to sign for that side, and say why: another head, a delegation, a refusal.

    :raises NotAllowed: the role. :raises SigningRefused: it was signed for that side, no reason, no name, or nobody of
    the house who may sign. :raises RecipientRefused: the address is not one.
    """
    require(policies.can_follow_signatures(actor, signatory.convention))
    held, row = _both_held(signatory)
    if held.state != ConventionState.SENT or not SIGNATORY_LIFE.allows(row.state, "replace"):
        raise SigningRefused(_("Ce signataire ne peut plus être remplacé\u00a0: il a signé, ou l’a déjà été."))
    why = reason.strip()[:REASON_CHARS]
    if not why:
        raise SigningRefused(_("Dites pourquoi une autre personne signe."), field="reason")
    _set_aside(row, why, actor, now)
    return _ask(held, Side(row.side), name, email, quality, actor, now)


def link_to_keep(signatory: Signatory, now: datetime) -> str:
    """Give who signed by a link a new one, to fetch the sealed file; empty for who signs in their own space."""
    if signatory.side == Side.CERTIFIER:
        return ""
    token = secrets.token_urlsafe(32)
    signatory.token_digest, signatory.link_expires_at = token_digest_of(token), now + KEPT_LINK
    signatory.save(update_fields=["token_digest", "link_expires_at"])
    return token


# --- the rest -----------------------------------------------------------------------------------


def _ask(
    convention: Convention, side: Side, name: str, email: str, quality: str, actor: Actor, now: datetime
) -> Signatory:
    if not name.strip():
        raise SigningRefused(_("Indiquez le nom de la personne qui signe."), field="name")
    if not quality.strip():
        raise SigningRefused(_("Indiquez en quelle qualité cette personne signe."), field="quality")
    address = clean_address(email).lower()
    person = Person.objects.able_to_sign_in().filter(email=address).first()
    if side == Side.CERTIFIER:
        person = _our_signer(convention, person)
    choices = choices_of(convention.certifier)
    assert convention.text is not None  # noqa: S101  demanded by the callers, and by the database
    row = Signatory(
        convention=convention,
        text=convention.text,
        side=side,
        name=name.strip()[:NAME_CHARS],
        email=address,
        quality=quality.strip()[:NAME_CHARS],
        person=person,
        invited_at=now,
        invited_by_code=actor.code,
        link_expires_at=now + timedelta(days=choices.link_days),
    )
    row.save(force_insert=True)
    if not _must_wait(convention, row):
        _write_to(row, now)
    _record_of(row, SignatureAct.SIGNATORY_INVITED, actor.code, now)
    return row


def _our_signer(convention: Convention, person: Person | None) -> Person:
    house = Membership.objects.in_force().filter(certifier=convention.certifier, role__in=SIGNERS)
    if person is None or not house.filter(person=person).exists():
        raise SigningRefused(
            _(
                "La personne qui signe pour le certificateur doit faire partie de l’équipe, avec un rôle qui permet de "
                "signer les conventions. Invitez-la dans l’équipe, ou désignez quelqu’un d’autre."
            ),
            field="email",
        )
    return person


def _write_to(row: Signatory, now: datetime) -> None:
    if row.side == Side.CERTIFIER:
        row.save(update_fields=["codes_sent", "code_digest", "code_tries"])
        correspondence.send(emails.to_sign_here(row), now=now)
        return
    token = secrets.token_urlsafe(32)
    row.token_digest = token_digest_of(token)
    row.link_expires_at = now + timedelta(days=choices_of(row.convention.certifier).link_days)
    row.save(update_fields=["token_digest", "link_expires_at", "codes_sent", "code_digest", "code_tries"])
    correspondence.send(emails.to_sign(row, token), now=now)


def _must_wait(convention: Convention, row: Signatory) -> bool:
    if row.side == Side.PARTNER or choices_of(convention.certifier).order == SigningOrder.FREE:
        return False
    return not convention.signatories.standing().filter(side=Side.PARTNER, state=SignatoryState.SIGNED).exists()


def _demand_turn(convention: Convention, row: Signatory) -> None:
    if _must_wait(convention, row):
        raise SigningRefused(_("Le partenaire signe d’abord. Vous serez prévenu quand ce sera votre tour."))


def _held(convention: Convention) -> Convention:
    # The convention's row is the lock of everything about its signatures.
    return (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "partnership__site__organisation", "text")
        .get(pk=convention.pk)
    )


def _both_held(signatory: Signatory) -> tuple[Convention, Signatory]:
    held = _held(signatory.convention)
    row = (
        Signatory.objects.select_for_update(of=("self",), no_key=True)
        .select_related("text", "person")
        .get(pk=signatory.pk)
    )
    row.convention = held
    return held, row


def _demand_awaited(convention: Convention, row: Signatory) -> None:
    if row.has_signed:
        raise SigningRefused(_("Vous avez déjà signé cette convention. Il n’y a rien d’autre à faire."))
    if convention.state != ConventionState.SENT or row.text_id != convention.text_id or not row.is_awaited:
        raise SigningRefused(
            _("Cette convention n’est plus à signer\u00a0: elle a été reprise, refusée ou confiée à un autre.")
        )


def _demand_same_text(row: Signatory, text_sha256: str) -> None:
    if not hmac.compare_digest(row.text.sha256, text_sha256.strip().lower()):
        raise SigningRefused(
            _("Le texte affiché n’est pas celui qui est à signer. Rouvrez la page et relisez-le avant de signer.")
        )


def _method(row: Signatory, code: str, now: datetime) -> SigningMethod | None:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6) or row.code_tries >= CODE_TRIES:
        return None
    fresh = row.code_sent_at is not None and now - row.code_sent_at < timedelta(minutes=CODE_MINUTES)
    if row.code_digest and fresh and hmac.compare_digest(row.code_digest, code_digest_of(digits, row.code)):
        return SigningMethod.EMAIL_CODE
    totp = (
        Authenticator.objects.filter(user=row.person, type=Authenticator.Type.TOTP).first() if row.person_id else None
    )
    return SigningMethod.TOTP if totp is not None and totp.wrap().validate_code(digits) else None


def _wrong_code(row: Signatory, now: datetime) -> SigningRefused:
    if row.code_tries >= CODE_TRIES:
        return SigningRefused(_("Trop d’essais\u00a0: ce code ne sert plus. Demandez-en un nouveau."), field="code")
    expired = row.code_sent_at is not None and now - row.code_sent_at >= timedelta(minutes=CODE_MINUTES)
    if expired and not uses_totp(row):
        return SigningRefused(_("Ce code a plus de dix minutes. Demandez-en un nouveau."), field="code")
    return SigningRefused(_("Ce code n’est pas le bon. Vérifiez les six chiffres."), field="code")


def _signed(convention: Convention, row: Signatory, method: SigningMethod, hand: Hand, now: datetime) -> Signatory:
    row.state = SIGNATORY_LIFE.after(row.state, "sign")
    row.signed_at, row.method, row.text_sha256 = now, method, row.text.sha256
    row.address, row.user_agent = hand.address[:100], hand.user_agent[:300]
    row.code_digest = ""
    row.save(update_fields=["state", "signed_at", "method", "text_sha256", "address", "user_agent", "code_digest"])
    standing = list(convention.signatories.standing().select_related("person"))
    if len(standing) == 2 and all(each.has_signed for each in standing):
        convention.state = CONVENTION_LIFE.after(convention.state, "sign")
        convention.concluded_on = localdate(now)
        convention.save(update_fields=["state", "concluded_on"])
        jobs.request(SEAL, convention.code, certifier_code=convention.certifier.code, now=now)
    elif row.side == Side.PARTNER and choices_of(convention.certifier).order == SigningOrder.PARTNER_FIRST:
        for other in standing:
            if other.is_awaited:
                other.convention = convention
                correspondence.send(emails.to_sign_here(other), now=now)
    _record_of(row, SignatureAct.SIGNATORY_SIGNED, _hand_code(row), now, digest=row.text_sha256)
    return row


def _set_aside(row: Signatory, reason: str, actor: Actor, now: datetime) -> None:
    row.state, row.replaced_at = SIGNATORY_LIFE.after(row.state, "replace"), now
    row.replaced_by_code, row.replace_reason, row.code_digest = actor.code, reason, ""
    row.save(update_fields=["state", "replaced_at", "replaced_by_code", "replace_reason", "code_digest"])
    _record_of(row, SignatureAct.SIGNATORY_REPLACED, actor.code, now)


def _hand_code(row: Signatory) -> str:
    return row.person.code if row.person is not None else ""


def _record_of(row: Signatory, act: SignatureAct, actor_code: str, now: datetime, *, digest: str = "") -> None:
    record(
        chain=row.convention.certifier.code,
        actor_code=actor_code,
        action=act,
        subject_kind="convention",
        subject_code=row.convention.code,
        reason_code=row.side,
        digest=digest,
        now=now,
    )
