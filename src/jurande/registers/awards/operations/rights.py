"""Rights exercised without a space: noted by one person, decided by another, answered, then forgotten.

Source: règlement (UE) 2016/679 (RGPD), art. 12, 15 and 17.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jurande.core.france.corrections import answer_by
from jurande.core.france.rights import (
    COMPLAINT,
    COMPLAINT_EN,
    DELAY,
    DELAY_EN,
    GROUNDS,
    extended_until,
    ground_of,
)
from jurande.registers.awards.emails import erasure as emails
from jurande.registers.awards.models import Appearance, Award, Correction, RightRequest
from jurande.registers.awards.operations import exporting
from jurande.registers.awards.operations.erasing import erase_wanted
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.locking import lock_awards
from jurande.registers.awards.policies.erasure import can_decide_right, can_record_right
from jurande.registers.awards.queries.languages import language_of
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.rights import RIGHT_LIFE, Channel, RightAct, RightKind, RightState
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.emails import day
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import Language
from jurande.registers.documents.operations import discard, keep
from jurande.registers.documents.states import EVIDENCE, DiscardReason
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.queries.credentials import signed_bytes

TEXT_CHARS = 2_000
MOST_AWARDS = 200
# A letter that nobody said had left: what names the person goes all the same.
FORGOTTEN_AFTER = timedelta(days=60)
# Said in the language of the letter.
ASKED = {
    RightKind.ERASURE: _("l’effacement de votre attestation {number}"),
    RightKind.ACCESS: _("une copie de ce que dit votre attestation {number}"),
}


class RightRefused(Refused):
    """This cannot be noted, decided or answered so."""


@transaction.atomic
def record_right(
    *,
    certifier: Certifier,
    kind: RightKind,
    channel: Channel,
    received_on: date,
    who: str,
    reply_email: str,
    reply_address: str,
    identity: str,
    awards: Sequence[Award],
    language: Language = Language.FR,
    file: tuple[BinaryIO, str] | None = None,
    actor: Actor,
    now: datetime,
) -> RightRequest:
    """Note what somebody asks for, how it came and how their identity was checked; the month to answer begins.

    The addresses that these awards have are written to, so that nobody asks unseen in the place of their holder.
    ``language``: French or English, in which the person is answered. ``file``: content and name of what showed the
    identity.
    :raises NotAllowed: who may withdraw. :raises RightRefused: nothing asked about, a day to come, nobody, no way to
        answer, or no word about the identity. :raises DocumentRefused: a file that is not accepted.
    """
    require(can_record_right(actor, certifier))
    wanted = {award.pk: award for award in awards if award.state != AwardState.ERASED}
    if any(award.certifier_id != certifier.pk for award in wanted.values()):
        raise RightRefused(_("Une de ces attestations n’est pas de votre maison."), field="numbers")
    if not wanted:
        raise RightRefused(_("Donnez au moins un numéro d’attestation qui n’est pas déjà effacée."), field="numbers")
    if len(wanted) > MOST_AWARDS:
        raise RightRefused(_("Deux cents attestations au plus par demande."), field="numbers")
    today = localdate(now)
    if received_on > today:
        raise RightRefused(_("Ce jour est à venir. Donnez celui où la demande est arrivée."), field="received_on")
    if not reply_email.strip() and not reply_address.strip():
        raise RightRefused(_("Dites où répondre\u00a0: une adresse postale ou électronique."), field="reply_address")
    made = RightRequest(
        certifier=certifier,
        kind=kind,
        channel=channel,
        received_on=received_on,
        due_on=answer_by(received_on),
        language=language,
        who=_said(who, "who", _("Donnez le nom de la personne, comme elle l’a donné.")),
        reply_email=_address(reply_email),
        reply_address=reply_address.strip()[:TEXT_CHARS],
        identity=_said(identity, "identity", _("Dites comment vous avez vérifié que c’était bien cette personne.")),
        recorded_at=now,
        recorded_by_code=actor.code,
    )
    if file is not None:
        content, filename = file
        made.document = keep(
            content=content,
            filename=filename,
            certifier_code=certifier.code,
            actor_code=actor.code,
            accept=EVIDENCE,
            now=now,
        )
    made.save(force_insert=True)
    made.awards.set(wanted.values())
    _tell(RightAct.RECORDED, made, actor.code, now, reason_code=kind)
    asked = ASKED[kind]
    for award in wanted.values():
        said = format_lazy(asked, number=award.shown_number)
        write(emails.noted(award, asked=said, until=made.due_on, language=_read_by(award, language)), now=now)
    return made


def _read_by(award: Award, asked: str) -> Language:
    """In which language its address is written to: who has no space may well be who asks."""
    known = language_of(award)
    return Language.FR_EN if award.holder is None and {known, asked} == {Language.FR, Language.EN} else known


def refusal_to_extend(request: RightRequest, *, today: date) -> RightRefused | None:
    """Tell why its delay cannot be extended that day; None when it can."""
    if request.state != RightState.RECORDED:
        return RightRefused(
            _("Cette demande est déjà décidée\u00a0: il n’y a plus rien à prolonger. Envoyez la réponse.")
        )
    if request.extended_at is not None:
        return RightRefused(_("Le délai a déjà été prolongé, et il ne l’est qu’une fois. Décidez la demande."))
    if today > request.due_on:
        return RightRefused(
            _(
                "Le mois pour répondre est passé\u00a0: il ne peut plus être prolongé (RGPD, art. 12, paragraphe 3). "
                "Décidez la demande sans attendre."
            )
        )
    return None


@transaction.atomic
def extend_right(*, request: RightRequest, why: str, actor: Actor, now: datetime) -> RightRequest:
    """Take two more months to decide, once, and say why to every address known: of who asks, and of these awards.

    Without any, the letter is printed (``delay_of``).
    :raises NotAllowed: who may not decide. :raises RightRefused: decided, extended already, after the month, no reason.
    """
    row = _locked(request)
    require(can_decide_right(actor, row))
    if refused := refusal_to_extend(row, today=localdate(now)):
        raise refused
    row.why_late = _said(why, "why", _("Dites pourquoi il faut plus de temps\u00a0: la personne le lira."))
    row.due_on, row.extended_at, row.extended_by_code = extended_until(row.received_on), now, actor.code
    row.save(update_fields=["why_late", "due_on", "extended_at", "extended_by_code"])
    _tell(RightAct.EXTENDED, row, actor.code, now)
    languages = {
        award.email.lower(): _read_by(award, row.language)
        for award in row.awards.exclude(state=AwardState.ERASED).select_related("holder", "certifier__organisation")
        if award.email
    }
    if row.reply_email:
        languages[row.reply_email.lower()] = Language(row.language)
    notice = lazy(_delay_said, str)(row)
    write(
        [
            emails.delayed(to_email=address, house=row.certifier, notice=notice, language=language)
            for address, language in languages.items()
        ],
        now=now,
    )
    return row


@transaction.atomic
def accept_right(*, request: RightRequest, actor: Actor, now: datetime) -> RightRequest:
    """Do what is asked: these awards and what they replaced are erased, or a copy may be taken; answer by e-mail.

    Without an e-mail address the answer is printed, and the request waits until it is said to have left.
    :raises NotAllowed: who may not, or who noted it. :raises RightRefused: decided already.
    :raises ErasureRefused: a procedure keeps one: nothing is erased.
    """
    row = _locked(request)
    require(can_decide_right(actor, row))
    _move(row, "accept", actor, now)
    if row.kind == RightKind.ERASURE:
        lock_awards(row.awards.values_list("pk", flat=True))
        rows = row.awards.select_related("certifier__organisation", "lot", "replaces")
        wanted = list(rows.exclude(state=AwardState.ERASED).order_by("pk"))
        erase_wanted(wanted, by_code=actor.code, now=now)
    _tell(RightAct.ACCEPTED, row, actor.code, now, reason_code=row.kind)
    if row.kind == RightKind.ERASURE:
        _answer_by_mail(row, actor, now)
    return row


@transaction.atomic
def refuse_right(*, request: RightRequest, ground: str, words: str, actor: Actor, now: datetime) -> RightRequest:
    """Say no, on which ground and in which words; the answer says how to complain.

    :raises NotAllowed: who may not, or who noted it. :raises RightRefused: decided already, a ground that does not
        hold for what is asked, or no words.
    """
    row = _locked(request)
    require(can_decide_right(actor, row))
    if ground not in {one.code for one in GROUNDS if (one.erasing if row.kind == RightKind.ERASURE else one.access)}:
        raise RightRefused(_("Choisissez le motif dans la liste."), field="ground")
    row.ground = ground
    row.words = _said(words, "words", _("Dites pourquoi\u00a0: la personne le lira."))
    _move(row, "refuse", actor, now)
    _tell(RightAct.REFUSED, row, actor.code, now, reason_code=ground)
    _answer_by_mail(row, actor, now)
    return row


@transaction.atomic
def close_right(*, request: RightRequest, actor: Actor, now: datetime) -> RightRequest:
    """Say that the answer has left: what names the person goes, and what showed their identity.

    :raises NotAllowed: who may not. :raises RightRefused: not decided, or said already.
    """
    row = _locked(request)
    require(can_record_right(actor, row.certifier))
    _close(row, actor.code, now)
    return row


def copy_for(*, request: RightRequest, actor: Actor, now: datetime) -> IO[bytes]:
    """Gather into a ZIP, open at its start, all that this house knows through these awards: data, signed documents.

    Nothing of another house, nor of a space: who wrote did not enter it. The journal remembers it.
    :raises NotAllowed: who may not. :raises RightRefused: no copy was asked for, or it is not accepted.
    """
    require(can_record_right(actor, request.certifier))
    if request.kind != RightKind.ACCESS or request.state != RightState.ACCEPTED:
        raise RightRefused(_("Cette demande ne donne pas de copie à envoyer. Rechargez la page."))
    rows = (
        Award.objects.filter(right_requests=request)
        .exclude(state=AwardState.ERASED)
        .select_related(
            "certifier__organisation", "certification", "referentiel", "credential", "partnership__site__organisation"
        )
    )
    codes = list(rows.values_list("code", flat=True))
    letters = Message.objects.readable().filter(about_kind="award", about_code__in=codes)
    said = {
        "établi_le": now.isoformat(),
        "réussites": exporting.award_lines(rows.order_by("pk")),
        "demandes_de_correction": exporting.correction_lines(Correction.objects.filter(award__in=rows)),
        "vitrine": exporting.appearance_lines(Appearance.objects.filter(award__in=rows)),
        "courriers": exporting.letter_lines(letters.filter(certifier_code=request.certifier.code)),
    }
    made: IO[bytes] = SpooledTemporaryFile(max_size=exporting.IN_MEMORY_BYTES)  # noqa: SIM115 - closed by who sends it
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr(exporting.DATA, json.dumps(said, ensure_ascii=False, indent=2, default=str))
        for award in rows.order_by("pk"):
            signed = signed_bytes(award.credential) if award.credential else None
            if signed is not None:
                archive.writestr(f"attestations/{award.number}.json", signed)
    made.seek(0)
    with transaction.atomic():
        _tell(RightAct.COPIED, request, actor.code, now)
    return made


def forget_answered(*, now: datetime) -> int:
    """Forget who asked what was decided long ago, whether anybody said that the answer left; tell how many."""
    late = RightRequest.objects.open().filter(decided_at__lt=now - FORGOTTEN_AFTER).order_by("pk")
    keys = list(late.values_list("pk", flat=True))
    for pk in keys:
        with transaction.atomic():
            _close(_locked(RightRequest(pk=pk)), "", now)
    return len(keys)


def delay_of(row: RightRequest) -> str:
    """The words that say why the answer comes later, printed; an empty line between paragraphs."""
    with override(row.language):
        return _delay_said(row)


def _delay_said(row: RightRequest) -> str:
    return "\n\n".join(
        (
            _now(
                "Pour répondre à la demande reçue le %(received)s en votre nom, il nous faut plus de temps\u00a0: la "
                "réponse viendra au plus tard le %(until)s (%(law)s). Voici pourquoi."
            )
            % {"received": day(row.received_on), "until": day(row.due_on), "law": _law(DELAY, DELAY_EN)},
            row.why_late,
            _now("Si vous n’êtes pas d’accord, vous pouvez vous plaindre à la CNIL (www.cnil.fr/fr/plaintes)."),
        )
    )


def answer_of(row: RightRequest) -> str:
    """The words of the answer to a decided request, sent or printed, in the language of the person.

    An empty line stands between paragraphs.
    """
    with override(row.language):
        return _answer_said(row)


def _answer_said(row: RightRequest) -> str:
    if row.state == RightState.REFUSED:
        return "\n\n".join(
            (
                _now("Nous ne pouvons pas faire ce que vous demandez (%(source)s).")
                % {"source": ground_of(row.ground).source_in(row.language)},
                row.words,
                _now(
                    "Si vous n’êtes pas d’accord, vous pouvez vous plaindre à la CNIL (www.cnil.fr/fr/plaintes, ou "
                    "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07), et saisir un juge (%(law)s)."
                )
                % {"law": _law(COMPLAINT, COMPLAINT_EN)},
            )
        )
    if row.kind == RightKind.ACCESS:
        return _now(
            "Voici la copie de ce que nous savons de vous par vos attestations, avec chaque attestation signée, telle "
            "qu’elle a été délivrée (RGPD, art. 15)."
        )
    return _now(
        "Nous avons effacé ce qui vous concerne dans les attestations que vous aviez désignées, et dans celles "
        "qu’elles avaient remplacées (RGPD, art. 17). Leurs pages publiques disent qu’elles ont été retirées à la "
        "demande de leur titulaire, sans dire qui c’était. Vos propres copies restent les vôtres, mais plus rien "
        "ne les confirme."
    )


# --- parts ----------------------------------------------------------------------------------------


def _law(french: str, english: str) -> str:
    return english if get_language() == Language.EN else french


def _locked(request: RightRequest) -> RightRequest:
    rows = RightRequest.objects.select_for_update(of=("self",), no_key=True).select_related("certifier__organisation")
    return rows.get(pk=request.pk)


def _move(row: RightRequest, move: str, actor: Actor, now: datetime) -> None:
    if not RIGHT_LIFE.allows(row.state, move):
        raise RightRefused(_("Cette demande est déjà décidée. Rechargez la page."))
    row.state = RightState(RIGHT_LIFE.after(row.state, move))
    row.decided_at, row.decided_by_code = now, actor.code
    row.save(update_fields=["state", "decided_at", "decided_by_code", "ground", "words"])


def _answer_by_mail(row: RightRequest, actor: Actor, now: datetime) -> None:
    if row.reply_email:
        words = answer_of(row)
        letter = emails.answered(to_email=row.reply_email, house=row.certifier, words=words, language=row.language)
        write([letter], now=now)
        _close(row, actor.code, now)


def _close(row: RightRequest, by_code: str, now: datetime) -> None:
    if not RIGHT_LIFE.allows(row.state, "close"):
        raise RightRefused(_("Cette demande n’attend pas de réponse. Rechargez la page."))
    document = row.document
    row.state, row.closed_at, row.document = RightState(RIGHT_LIFE.after(row.state, "close")), now, None
    row.who = row.reply_email = row.reply_address = row.identity = row.words = row.why_late = ""
    row.save()
    if document is not None:
        discard(document_code=document.code, actor_code=by_code, reason=DiscardReason.RETENTION_OVER, now=now)
    _tell(RightAct.ANSWERED, row, by_code, now)


def _said(text: str, field: str, empty: object) -> str:
    said = text.strip()
    if not said:
        raise RightRefused(str(empty), field=field)
    if len(said) > TEXT_CHARS:
        raise RightRefused(
            _("C’est trop long\u00a0: dites-le en %(most)d caractères.") % {"most": TEXT_CHARS}, field=field
        )
    return said


def _address(text: str) -> str:
    found = text.strip()
    if found:
        try:
            validate_email(found)
        except ValidationError as error:
            raise RightRefused(
                _("Cette adresse électronique n’en est pas une. Vérifiez-la."), field="reply_email"
            ) from error
    return found


def _tell(act: RightAct, row: RightRequest, by_code: str, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=row.certifier.code,
        actor_code=by_code,
        action=act,
        subject_kind="right_request",
        subject_code=row.code,
        reason_code=reason_code,
        now=now,
    )
