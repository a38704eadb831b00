"""Letters of the certifier about a convention: typeset, kept, committed in the log, told by e-mail, received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.integrations.inspection import Kind
from jurande.integrations.typesetting import typeset
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.emails import signatures as emails
from jurande.registers.conventions.facts.letters import LetterWords
from jurande.registers.conventions.models import ActLetter, Convention, Ending, Suspension, Termination
from jurande.registers.conventions.states import LetterKind, SignatureAct
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.documents import operations as documents
from jurande.registers.documents.states import EVIDENCE
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Membership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations.documents import commit_document

SOURCE = "Code du travail, article R. 6113-16-6"
POSTAL_CHARS = 30


class LetterRefused(Refused):
    """What is said of this letter cannot be."""


def write_letter(
    *,
    convention: Convention,
    kind: LetterKind,
    words: LetterWords,
    actor: Actor,
    now: datetime,
    suspension: Suspension | None = None,
    termination: Termination | None = None,
    ending: Ending | None = None,
) -> ActLetter:
    """Write a letter in the caller's transaction: PDF kept, place in the log, notices to the heads of the partner.

    :raises DocumentRefused: a full disk.
    """
    house = convention.certifier
    pdf = typeset("letter", sheet_of(convention, words, actor, now))
    document = documents.keep_made(
        content=pdf,
        filename=f"{convention.reference} {kind.label}.pdf",
        kind=Kind.PDF,
        certifier_code=house.code,
        now=now,
    )
    code = new_code()
    commitment = commit_document(
        certifier=house,
        kind="letter",
        business_key=f"letter:{code}",
        idempotency_key=f"letter:{code}",
        content=pdf,
        document_code=document.code,
        actor=actor,
        now=now,
    )
    letter = ActLetter(
        code=code,
        convention=convention,
        kind=kind,
        suspension=suspension,
        termination=termination,
        ending=ending,
        document=document,
        commitment=commitment,
        sent_at=now,
        sent_by_code=actor.code,
    )
    letter.save(force_insert=True)
    for name, email, person_code in addressees(convention):
        correspondence.send(emails.letter(letter, name=name, email=email, code=person_code), now=now)
    return letter


def addressees(convention: Convention) -> list[tuple[str, str, str]]:
    """Who is written to: the heads of the partner, or whoever the convention names when there is none here.

    (name, address, the person's code, empty when they have no account).
    """
    heads = (
        Membership.objects.in_force()
        .filter(partnership=convention.partnership, role=Role.HEAD)
        .select_related("person")
        .order_by("pk")
    )
    found = [(head.person.full_name, head.person.email, head.person.code) for head in heads]
    if not found and convention.partner_signer_email:
        found = [(convention.partner_signer_name, convention.partner_signer_email, "")]
    return found


def sheet_of(convention: Convention, words: LetterWords, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What the sheet «letter» wants, head and foot included."""
    ours, theirs = convention.certifier.organisation, convention.partnership.site
    place = ours.sites.order_by("pk").first()
    sender = [place.address, f"{place.postcode} {place.city}"] if place is not None else []
    recipient = [f"À l’attention de {convention.partner_signer_name}"] if convention.partner_signer_name else []
    return {
        "title": f"{words.subject} — {convention.reference}",
        "author": ours.legal_name,
        "day": localdate(now).isoformat(),
        "reference": convention.reference,
        "sender": [line for line in (*sender, f"SIREN {ours.siren}") if line],
        "recipient_name": theirs.organisation.legal_name,
        "recipient": [line for line in (*recipient, theirs.address, f"{theirs.postcode} {theirs.city}") if line],
        "object": words.subject,
        "source": words.source,
        "opening": words.opening,
        "parts": [{"title": title, "text": text} for title, text in words.parts],
        "may_title": words.may_title,
        "may": words.may,
        "closing": words.closing,
        "signed_by": actor.name,
    }


def mark_opened(*, letter: ActLetter, actor: Actor, now: datetime) -> ActLetter:
    """Remember, in the caller's transaction, that the head of the partner took note of the letter; once.

    :raises NotAllowed: nobody who answers for the partner.
    """
    require(policies.can_answer_for_partner(actor, letter.convention))
    row = ActLetter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.pk)
    if row.opened_at is None:
        row.opened_at, row.opened_by_code = now, actor.code
        row.save(update_fields=["opened_at", "opened_by_code"])
        _told(row, SignatureAct.LETTER_OPENED, letter.convention, actor, now)
    return row


def mark_posted(
    *,
    letter: ActLetter,
    reference: str,
    received_on: date,
    content: BinaryIO,
    filename: str,
    actor: Actor,
    now: datetime,
) -> ActLetter:
    """Remember, in the caller's transaction, that the letter was delivered by registered post: number, day, slip.

    :raises NotAllowed: the role. :raises LetterRefused: no number, a day before the letter or to come, said already.
    :raises DocumentRefused: what the scan is.
    """
    require(policies.can_suspend(actor, letter.convention))
    row = ActLetter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.pk)
    number = "".join(reference.split())[:POSTAL_CHARS]
    if row.postal_reference:
        raise LetterRefused(_("L’avis de réception de cette lettre est déjà enregistré."))
    if not number:
        raise LetterRefused(_("Recopiez le numéro du recommandé."), field="reference")
    if not localdate(row.sent_at) <= received_on <= localdate(now):
        raise LetterRefused(
            _("La lettre est distribuée entre le jour de son envoi et aujourd’hui. Vérifiez la date."),
            field="received_on",
        )
    slip = documents.keep(
        content=content,
        filename=filename,
        certifier_code=letter.convention.certifier.code,
        actor_code=actor.code,
        now=now,
        accept=EVIDENCE,
    )
    row.postal_reference, row.postal_received_on = number, received_on
    row.postal_document, row.postal_by_code = slip, actor.code
    row.save(update_fields=["postal_reference", "postal_received_on", "postal_document", "postal_by_code"])
    _told(row, SignatureAct.LETTER_POSTED, letter.convention, actor, now)
    return row


def acknowledge(*, letter: ActLetter, actor: Actor, now: datetime) -> ActLetter:
    """Take note of a letter that starts no delay; for griefs, see ``procedures.receive_in_portal``.

    :raises NotAllowed: nobody who answers for the partner.
    """
    with transaction.atomic():
        return mark_opened(letter=letter, actor=actor, now=now)


def _told(row: ActLetter, act: SignatureAct, convention: Convention, actor: Actor, now: datetime) -> None:
    record(
        chain=convention.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="convention",
        subject_code=convention.code,
        reason_code=row.kind,
        now=now,
    )
