"""Writing letters, handing them over, and what follows when they do not arrive (docs/adr/0008-correspondence.md)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.integrations.mail import Carrier, Outgoing, PermanentFailure, TemporaryFailure
from jurande.registers.common import jobs
from jurande.registers.common.crypto import Unreadable
from jurande.registers.common.models import JobRequest
from jurande.registers.common.refusals import Refused
from jurande.registers.correspondence import emails
from jurande.registers.correspondence.emails import Letter, LetterRefused, MailKind, Rendered, WordingRefused, Words
from jurande.registers.correspondence.models import (
    TO_LEAVE,
    Message,
    MessageQuerySet,
    SuppressedAddress,
    Wording,
    address_digest,
)
from jurande.registers.correspondence.states import MESSAGE_LIFE, Act, Language, MessageState
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION

logger = logging.getLogger("jurande.correspondence")

DELIVER = "correspondence.deliver"
DELIVER_MANY = "correspondence.deliver_many"
MANY = 500
# Greylisting asks for minutes, a broken server for hours; after two days the news is no longer news.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440)
# Longer than an attempt can last (the carrier's deadline): past it, whoever was sending is dead.
ATTEMPT_LEASE = timedelta(minutes=5)
OVERDUE = timedelta(minutes=30)
ABANDONED = timedelta(days=4)
OUR_NAME = "Jurande"


class ResendRefused(Refused):
    """This letter cannot be sent again."""


# --- writing ------------------------------------------------------------------------------------


def send(letter: Letter, *, now: datetime) -> Message:
    """Put the letter in the outbox, in the caller's transaction: it leaves after the commit, or never was.

    The text is fixed now, in the certifier's words. To an address known not to exist nothing leaves: the letter is
    ``withheld``, and still in the person's mailbox. Calling twice writes two letters.

    :raises RecipientRefused: the address is not one.
    :raises LetterRefused: a value cannot stand in a letter.
    :raises KeyError: no such kind in the catalogue. :raises ValueError: the fields are not those of the kind.
    """
    kind = emails.catalogue()[letter.kind]
    message = _written(letter, kind, _own_words(letter.certifier_code, kind), now=now)
    with transaction.atomic():
        if SuppressedAddress.objects.filter(digest=message.to_digest).exists():
            _withhold(message)
        message.save(force_insert=True)
        if message.state == MessageState.QUEUED:
            jobs.request(DELIVER, message.code, certifier_code=message.certifier_code, now=now)
    return message


@transaction.atomic
def send_many(letters: Sequence[Letter], *, now: datetime) -> list[Message]:
    """Put letters of one kind and one certifier in the outbox, as ``send`` does for one, with one job for all.

    :raises RecipientRefused: :raises LetterRefused: one of them cannot leave; none is written.
    """
    if not letters:
        return []
    kind = emails.catalogue()[letters[0].kind]
    own = _own_words(letters[0].certifier_code, kind)
    messages = [_written(letter, kind, own, now=now) for letter in letters]
    digests = [message.to_digest for message in messages]
    suppressed = set(SuppressedAddress.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for message in messages:
        if message.to_digest in suppressed:
            _withhold(message)
    written = Message.objects.bulk_create(messages, batch_size=MANY)
    if any(message.state == MessageState.QUEUED for message in written):
        span = f"{written[0].pk}-{written[-1].pk}"
        jobs.request(DELIVER_MANY, span, certifier_code=letters[0].certifier_code, now=now)
    return written


def _written(letter: Letter, kind: MailKind, own: Words | None, *, now: datetime) -> Message:
    address = emails.clean_address(letter.to_email)
    signature = letter.signature.strip() or OUR_NAME
    if emails.has_control_characters(signature, lines=False) or len(signature) > 200:
        raise LetterRefused(
            _("Le nom qui signe ce courrier contient des caractères invisibles ou est trop long. Corrigez-le.")
        )
    rendered, language = emails.written(kind, own, letter)
    return Message(
        certifier_code=letter.certifier_code,
        kind=kind.key,
        about_kind=letter.about[0],
        about_code=letter.about[1],
        to_code=letter.to_code,
        to_email=address,
        to_digest=address_digest(address),
        subject=rendered.subject,
        body=rendered.body,
        action_label=rendered.action_label,
        action_url=rendered.action_url,
        signature=signature,
        language=language,
        written_at=now,
        queued_at=now,
        next_attempt_at=now,
        erase_on=localdate(now) + timedelta(days=kind.keep_days),
    )


def _withhold(message: Message) -> None:
    message.state = MESSAGE_LIFE.after(message.state, "withhold")
    message.next_attempt_at = None


def words_of(certifier_code: str, kind: MailKind) -> Words:
    """Give the words of this certifier for this kind: its own, or the kind's.

    Own words that no longer fit, because a new version dropped a field of the kind, give way to the kind's.
    """
    return _own_words(certifier_code, kind) or kind.words


def _own_words(certifier_code: str, kind: MailKind) -> Words | None:
    own = Wording.objects.filter(certifier_code=certifier_code, kind=kind.key).first() if certifier_code else None
    if own is None:
        return None
    words = Words(own.subject, own.body, own.action_label or kind.words.action_label)
    try:
        emails.check_words(kind, words)
    except WordingRefused:
        logger.warning("wording %s no longer fits its kind %s", own.code, kind.key)
        return None
    return words


def reword(*, certifier_code: str, kind: str, words: Words, actor_code: str, now: datetime) -> Wording:
    """Word this kind of letter anew for this certifier; letters already written do not change.

    :raises WordingRefused: the words cannot be used; nothing is changed.
    :raises KeyError: no such kind in the catalogue.
    """
    emails.check_words(emails.catalogue()[kind], words)
    with transaction.atomic():
        own, _created = Wording.objects.update_or_create(
            certifier_code=certifier_code,
            kind=kind,
            defaults={
                "subject": words.subject.strip(),
                "body": words.body.replace("\r\n", "\n").strip(),
                "action_label": words.action_label.strip(),
                "reworded_by": actor_code,
                "reworded_at": now,
            },
        )
        text = "\0".join((own.subject, own.body, own.action_label))
        record(
            chain=certifier_code,
            actor_code=actor_code,
            action=Act.WORDING_CHANGED,
            subject_kind="wording",
            subject_code=own.code,
            reason_code=kind,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            now=now,
        )
    return own


def restore_wording(*, certifier_code: str, kind: str, actor_code: str, now: datetime) -> None:
    """Go back to the kind's own words; without words of one's own, nothing changes and nothing is journaled."""
    with transaction.atomic():
        own = Wording.objects.filter(certifier_code=certifier_code, kind=kind).first()
        if own is None:
            return
        own.delete()
        record(
            chain=certifier_code,
            actor_code=actor_code,
            action=Act.WORDING_RESTORED,
            subject_kind="wording",
            subject_code=own.code,
            reason_code=kind,
            now=now,
        )


# --- leaving ------------------------------------------------------------------------------------


def deliver(*, message_code: str, carrier: Carrier, domain: str, now: datetime) -> None:
    """Try once to hand the letter over. At least once: killed between the carrier's yes and our note of it, the letter
    leaves again, with the same Message-ID.

    ``domain``: what stands after the @ of the Message-ID. A letter that has left, was erased or withheld is left
    alone. While another attempt may still be under way, this one is put off, not dropped. No transaction is open
    while the carrier works: a slow server must not stop the house from writing.
    """
    message = _claim(message_code, now=now)
    if message is None:
        return
    try:
        carrier_name = carrier.deliver(_outgoing(message, domain=domain)).by
    except TemporaryFailure as failure:
        _postpone(message, failure.code, now=now)
    except PermanentFailure as failure:
        with transaction.atomic():
            _close(message, "bounce" if failure.hard_bounce else "give_up", failure.code)
            if failure.hard_bounce:
                _suppress(message, failure.code, now=now)
    except (KeyError, Unreadable) as error:
        # The kind left the catalogue, or the key is lost: no later attempt will do better.
        _close(message, "give_up", type(error).__name__.lower())
    else:
        _while_mine(message).update(
            state=MESSAGE_LIFE.after(message.state, "deliver"),
            carrier=carrier_name,
            sent_at=now,
            next_attempt_at=None,
            failure_code="",
        )


def deliver_many(
    *,
    first: int,
    last: int,
    carrier: Carrier,
    domain: str,
    clock: Callable[[], datetime],
    report: Callable[[int], None],
) -> None:
    """Try once each letter that was put in the outbox together and has not left; told to ``report`` one by one."""
    together = Message.objects.filter(pk__gte=first, pk__lte=last, state__in=TO_LEAVE).order_by("pk")
    for done, code in enumerate(list(together.values_list("code", flat=True)), start=1):
        deliver(message_code=code, carrier=carrier, domain=domain, now=clock())
        report(done)


def _claim(message_code: str, *, now: datetime) -> Message | None:
    """Take the letter for one attempt; None when there is nothing to do now."""
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",), no_key=True).filter(code=message_code).first()
        if message is None or message.state not in TO_LEAVE:
            return None
        busy_until = message.next_attempt_at
        if message.state == MessageState.SENDING and busy_until is not None and busy_until > now:
            _request_attempt(message, run_after=busy_until, now=now)
            return None
        message.state = MESSAGE_LIFE.after(message.state, "attempt")
        message.attempts += 1
        message.next_attempt_at = now + ATTEMPT_LEASE
        message.save(update_fields=["state", "attempts", "next_attempt_at"])
    return message


def _outgoing(message: Message, *, domain: str) -> Outgoing:
    kind = emails.catalogue()[message.kind]
    rendered = Rendered(message.subject, message.body, message.action_label, message.action_url)
    language = Language(message.language)
    return Outgoing(
        message_id=message.message_id(domain),
        written_at=message.written_at,
        to_email=message.to_email,
        from_name=message.signature,
        subject=message.subject,
        text=emails.as_text(rendered, signature=message.signature, reason=kind.reason, language=language),
        html=emails.as_html(rendered, signature=message.signature, reason=kind.reason, language=language),
    )


def _while_mine(message: Message) -> MessageQuerySet:
    """The row, if nobody gave it up or took it over since it was claimed."""
    return Message.objects.filter(
        pk=message.pk, state=MessageState.SENDING, attempts=message.attempts, dispatch=message.dispatch
    )


def _postpone(message: Message, failure_code: str, *, now: datetime) -> None:
    if message.attempts > len(RETRY_MINUTES):
        _close(message, "give_up", failure_code)
        return
    run_after = now + timedelta(minutes=RETRY_MINUTES[message.attempts - 1])
    with transaction.atomic():
        if _while_mine(message).update(
            state=MESSAGE_LIFE.after(message.state, "postpone"), failure_code=failure_code, next_attempt_at=run_after
        ):
            _request_attempt(message, run_after=run_after, now=now)


def _close(message: Message, move: str, failure_code: str) -> None:
    _while_mine(message).update(
        state=MESSAGE_LIFE.after(message.state, move), failure_code=failure_code[:80], next_attempt_at=None
    )


def _request_attempt(message: Message, *, run_after: datetime, now: datetime) -> None:
    jobs.request(DELIVER, message.code, certifier_code=message.certifier_code, run_after=run_after, now=now)


def recover_overdue(*, now: datetime) -> int:
    """Ask again for each letter whose job was lost, give up those of more than four days; tell how many were found.

    Nothing should be found: the job is written with the letter. This is for a job that failed on a fault of ours.
    """
    overdue = list(Message.objects.overdue_since(now - OVERDUE).order_by("pk"))
    for message in overdue:
        with transaction.atomic():
            if message.queued_at < now - ABANDONED:
                Message.objects.filter(pk=message.pk, state__in=TO_LEAVE).update(
                    state=MESSAGE_LIFE.after(message.state, "give_up"), failure_code="abandoned", next_attempt_at=None
                )
            elif not JobRequest.objects.of(DELIVER, message.code).unfinished().exists():
                _request_attempt(message, run_after=now, now=now)
    return len(overdue)


# --- afterwards ---------------------------------------------------------------------------------


def resend(*, message_code: str, actor_code: str, now: datetime) -> Message:
    """Send the same text to the same address once more, as a new letter for its receiver.

    :raises ResendRefused: it is still on its way, was erased, or its address is known not to exist.
    :raises Message.DoesNotExist: no such letter.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",), no_key=True).get(code=message_code)
        if message.is_erased:
            raise ResendRefused(
                _("Ce courrier a été effacé : son texte n’est plus conservé. Écrivez-en un nouveau depuis la fiche.")
            )
        if not MESSAGE_LIFE.allows(message.state, "resend"):
            raise ResendRefused(_("Ce courrier est déjà en attente d’envoi. Revenez dans quelques minutes."))
        if SuppressedAddress.objects.filter(digest=message.to_digest).exists():
            raise ResendRefused(
                _(
                    "Cette adresse a été refusée par son serveur comme inexistante, rien n’a été envoyé. Vérifiez-la "
                    "avec la personne, corrigez-la ou déclarez qu’elle fonctionne de nouveau, puis recommencez."
                )
            )
        message.state = MESSAGE_LIFE.after(message.state, "resend")
        message.dispatch += 1
        message.attempts, message.failure_code, message.carrier = 0, "", ""
        message.sent_at, message.queued_at, message.next_attempt_at = None, now, now
        message.save()
        _request_attempt(message, run_after=now, now=now)
        record(
            chain=message.certifier_code or INSTALLATION,
            actor_code=actor_code,
            action=Act.MESSAGE_RESENT,
            subject_kind="message",
            subject_code=message.code,
            now=now,
        )
    return message


def record_bounce(*, message_code: str, reason_code: str, hard: bool, now: datetime) -> None:
    """Note that a letter came back. ``hard``: the address does not exist, and nothing is written to it any more.

    A letter unknown here, or one that never left, is left alone: anybody can forge a bounce. Twice is once.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",), no_key=True).filter(code=message_code).first()
        if message is None or not MESSAGE_LIFE.allows(message.state, "bounce"):
            return
        message.state = MESSAGE_LIFE.after(message.state, "bounce")
        message.failure_code, message.next_attempt_at = reason_code[:80], None
        message.save(update_fields=["state", "failure_code", "next_attempt_at"])
        if hard:
            _suppress(message, reason_code, now=now)


def _suppress(message: Message, reason_code: str, *, now: datetime) -> None:
    if not message.to_digest:
        return
    address, created = SuppressedAddress.objects.get_or_create(
        digest=message.to_digest,
        defaults={"message_code": message.code, "reason_code": reason_code[:80], "suppressed_at": now},
    )
    if created:
        record(
            chain=INSTALLATION,
            actor_code="",
            action=Act.ADDRESS_SUPPRESSED,
            subject_kind="address",
            subject_code=address.code,
            now=now,
        )


def allow_again(*, email: str, actor_code: str, now: datetime) -> None:
    """Write to this address again: somebody made sure that it works. Without effect if it was never suppressed."""
    with transaction.atomic():
        address = SuppressedAddress.objects.filter(digest=address_digest(email)).first()
        if address is None:
            return
        address.delete()
        record(
            chain=INSTALLATION,
            actor_code=actor_code,
            action=Act.ADDRESS_ALLOWED_AGAIN,
            subject_kind="address",
            subject_code=address.code,
            now=now,
        )


def mark_read(*, message_code: str, person_code: str, now: datetime) -> None:
    """Note that this person opened their letter; the first time is the one kept."""
    Message.objects.to_person(person_code).unread().filter(code=message_code).update(read_at=now)


def mark_unread(*, message_code: str, person_code: str) -> None:
    """Put the letter back among those that this person has to read."""
    Message.objects.to_person(person_code).filter(code=message_code).update(read_at=None)


def hand_letters_over(*, from_code: str, to_code: str) -> int:
    """Put the letters of one mailbox into another, of the same human being; tell how many."""
    return Message.objects.to_person(from_code).update(to_code=to_code)


def erase_letters_of(*, person_code: str, actor_code: str, now: datetime, email: str = "") -> int:
    """Erase the text and the address of each letter to this person; what became of it, and when, stays. Tell how many.

    A letter still waiting never leaves. ``email`` also finds those written before the person was known here.
    """
    letters = Message.objects.to_person(person_code).readable()
    if email:
        letters = letters | Message.objects.addressed_to(email).readable()
    with transaction.atomic():
        count = _erase(letters, now=now)
        record(
            chain=INSTALLATION,
            actor_code=actor_code,
            action=Act.LETTERS_ERASED,
            subject_kind="person",
            subject_code=person_code,
            now=now,
        )
    return count


def erase_letters_about(*, subject_kind: str, subject_codes: Sequence[str], now: datetime) -> int:
    """Erase the text and the address of each letter about one of these records; tell how many.

    In the caller's transaction, who decided and tells the journal. A letter still waiting never leaves.
    """
    letters = Message.objects.filter(about_kind=subject_kind, about_code__in=subject_codes).readable()
    return _erase(letters, now=now)


def erase_due(*, now: datetime) -> int:
    """Erase the text and the address of each letter kept long enough; tell how many."""
    with transaction.atomic():
        return _erase(Message.objects.due_for_erasure(localdate(now)), now=now)


def _erase(letters: MessageQuerySet, *, now: datetime) -> int:
    keys = list(letters.values_list("pk", flat=True).order_by("pk"))
    chosen = Message.objects.filter(pk__in=keys)
    chosen.in_state(*TO_LEAVE).update(state=MessageState.FAILED, failure_code="erased", next_attempt_at=None)
    return chosen.update(to_email="", to_digest="", subject="", body="", action_url="", erased_at=now)
