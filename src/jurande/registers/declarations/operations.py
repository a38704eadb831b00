"""Preparing a request to enter the répertoire spécifique: answers, annexes, then the day when nothing changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.specific_register import BY_KEY, PIECES
from jurande.core.france.spelling import fold
from jurande.integrations.inspection import Kind
from jurande.integrations.typesetting import TooMuchText, typeset
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.declarations import facts, policies
from jurande.registers.declarations.models import DossierAnnex, DossierAnswer, RegistrationDossier
from jurande.registers.declarations.states import DOSSIER_LIFE, DossierAct, DossierState, RequestKind
from jurande.registers.documents import operations as documents
from jurande.registers.documents.queries import open_content
from jurande.registers.journal.operations import record
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

SERIES = "ENR"
MOST_CHARS, MOST_TITLE, MOST_ANNEXES = 12_000, 160, 40
IN_MEMORY_BYTES = 4_000_000
# Letters that are not seen, but for the end of a line: they would be kept for ever and shown to nobody.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


class DossierRefused(Refused):
    """This dossier cannot be so."""


@transaction.atomic
def start_dossier(*, certification: Certification, actor: Actor, now: datetime) -> RegistrationDossier:
    """Begin a dossier; while one is being prepared for the same certification, that one is given back.

    It takes up what the last closed one said and joined: a new request begins where the former one stood.
    :raises NotAllowed: not theirs, retired, or at the RNCP, whose criteria are others.
    """
    held = Certification.objects.select_for_update(of=("self",), no_key=True).select_related("certifier", "fiche")
    row = held.get(pk=certification.pk)
    require(policies.can_start_dossier(actor, row))
    running = RegistrationDossier.objects.drafts().filter(certification=row).first()
    if running is not None:
        return running
    made = RegistrationDossier.objects.create(
        certifier=row.certifier,
        certification=row,
        reference=next_reference(certifier=row.certifier, series=SERIES, on=localdate(now)),
        kind=RequestKind.FIRST if row.fiche is None else RequestKind.AGAIN,
        started_at=now,
        started_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
    )
    _take_up(made, actor, now)
    _told(DossierAct.DOSSIER_STARTED, made, actor, now)
    return made


def _take_up(made: RegistrationDossier, actor: Actor, now: datetime) -> None:
    rows = RegistrationDossier.objects.filter(certification=made.certification, state=DossierState.CLOSED)
    former = rows.order_by("-ended_at", "-pk").first()
    if former is None:
        return
    DossierAnswer.objects.bulk_create(
        DossierAnswer(
            dossier=made,
            criterion=one.criterion,
            text=one.text,
            is_moot=one.is_moot,
            changed_at=now,
            changed_by_code=actor.code,
        )
        for one in former.answers.order_by("pk")
    )
    DossierAnnex.objects.bulk_create(
        DossierAnnex(
            dossier=made,
            criterion=one.criterion,
            piece=one.piece,
            title=one.title,
            document=one.document,
            digest=one.digest,
            added_at=now,
            added_by_code=actor.code,
        )
        for one in former.annexes.order_by("added_at", "pk")
    )


@transaction.atomic
def write_answer(
    *,
    dossier: RegistrationDossier,
    criterion: str,
    text: str,
    is_moot: bool = False,
    revision: int,
    actor: Actor,
    now: datetime,
) -> DossierAnswer:
    """Say something of a criterion. ``revision``: of the answer that was read, 0 when there was none.

    The same text again changes nothing. ``is_moot``: the criterion has no object here; the text says why.
    :raises NotAllowed: not theirs, or no longer in preparation. :raises DossierRefused: no such criterion, one that
    always has an object, no words, too many, or somebody else wrote since.
    """
    draft = _opened(dossier, actor)
    asked = BY_KEY.get(criterion)
    if asked is None:
        raise DossierRefused(_("Ce critère n’existe pas."))
    text = _cleaned(text)
    if len(text) > MOST_CHARS:
        raise DossierRefused(
            _("Ce texte est trop long\u00a0: %(most)d caractères au plus. Mettez le détail dans une annexe.")
            % {"most": MOST_CHARS},
            field="text",
        )
    if is_moot and not asked.may_be_moot:
        raise DossierRefused(_("Ce critère a toujours un objet\u00a0: répondez-y."), field="is_moot")
    if is_moot and not text:
        raise DossierRefused(_("Dites en une phrase pourquoi ce critère est sans objet."), field="text")
    held = draft.answers.select_for_update(no_key=True).filter(criterion=criterion).first()
    if (held.revision if held else 0) != revision:
        raise DossierRefused(
            _("Quelqu’un a écrit cette réponse entre-temps. Votre texte est gardé ci-dessous\u00a0: reprenez-le."),
            field="text",
        )
    if held is not None and (held.text, held.is_moot) == (text, is_moot):
        return held
    answer = held or DossierAnswer(dossier=draft, criterion=criterion, revision=0)
    answer.text, answer.is_moot, answer.revision = text, is_moot, answer.revision + 1
    answer.changed_at, answer.changed_by_code = now, actor.code
    answer.save()
    _touch(draft, actor, now)
    _told(DossierAct.ANSWER_WRITTEN, draft, actor, now, reason=criterion, digest=_sha256(text))
    return answer


@transaction.atomic
def add_annex(
    *,
    dossier: RegistrationDossier,
    criterion: str,
    piece: str,
    title: str,
    content: BinaryIO,
    filename: str,
    actor: Actor,
    now: datetime,
) -> DossierAnnex:
    """Join a file to a criterion.

    :raises NotAllowed: not theirs, or no longer in preparation. :raises DossierRefused: no title, not a piece of this
    criterion, or too many. :raises DocumentRefused: what the file is.
    """
    draft = _opened(dossier, actor)
    title = " ".join(_cleaned(title).split())
    if not title or len(title) > MOST_TITLE:
        raise DossierRefused(_("Donnez à la pièce un titre, de 160 caractères au plus."), field="title")
    if criterion not in BY_KEY or piece not in {one.key for one in PIECES if one.criterion in ("", criterion)}:
        raise DossierRefused(_("Cette pièce n’est pas de ce critère. Choisissez-la dans la liste."), field="piece")
    if draft.annexes.count() >= MOST_ANNEXES:
        raise DossierRefused(_("Un dossier a %(most)d annexes au plus. Réunissez-en.") % {"most": MOST_ANNEXES})
    kept = documents.keep(
        content=content, filename=filename, certifier_code=draft.certifier.code, actor_code=actor.code, now=now
    )
    annex = DossierAnnex.objects.create(
        dossier=draft,
        criterion=criterion,
        piece=piece,
        title=title,
        document=kept,
        digest=kept.blob.sha256,
        added_at=now,
        added_by_code=actor.code,
    )
    _touch(draft, actor, now)
    _told(DossierAct.ANNEX_ADDED, draft, actor, now, reason=criterion, digest=annex.digest)
    return annex


@transaction.atomic
def remove_annex(*, annex: DossierAnnex, actor: Actor, now: datetime) -> None:
    """Take a file away; it goes from the disk once no record holds it.

    :raises NotAllowed: not theirs, or no longer in preparation.
    """
    draft = _opened(annex.dossier, actor)
    DossierAnnex.objects.filter(pk=annex.pk).delete()
    _touch(draft, actor, now)
    _told(DossierAct.ANNEX_REMOVED, draft, actor, now, reason=annex.criterion, digest=annex.digest)


@transaction.atomic
def close_dossier(*, dossier: RegistrationDossier, actor: Actor, now: datetime) -> RegistrationDossier:
    """Freeze it: figures of this day, answers, list of annexes, and the document made of them.

    What still lacks is said in it, and stops nobody: the certifier judges when it sends its request.
    :raises NotAllowed: who may not publish, or no longer in preparation. :raises DossierRefused: too long for
    a document.
    """
    draft = _locked(dossier)
    require(policies.can_close_dossier(actor, draft))
    content = facts.content_of(draft, facts.seen_of(draft, today=localdate(now)))
    digest = facts.digest_of(content)
    draft.pdf = documents.keep_made(
        content=_typeset(content, digest),
        filename=f"{draft.reference}.pdf",
        kind=Kind.PDF,
        certifier_code=draft.certifier.code,
        now=now,
    )
    draft.state = DOSSIER_LIFE.after(draft.state, "close")
    draft.content, draft.content_sha256 = content, digest
    draft.ended_at, draft.ended_by_code = now, actor.code
    draft.save()
    _told(DossierAct.DOSSIER_CLOSED, draft, actor, now, digest=digest)
    return draft


@transaction.atomic
def discard_dossier(*, dossier: RegistrationDossier, actor: Actor, now: datetime) -> RegistrationDossier:
    """Give up preparing it: what was written stays to be read, and nothing more is written.

    :raises NotAllowed: not theirs, or no longer in preparation.
    """
    draft = _opened(dossier, actor)
    draft.state = DOSSIER_LIFE.after(draft.state, "discard")
    draft.ended_at, draft.ended_by_code = now, actor.code
    draft.save(update_fields=["state", "ended_at", "ended_by_code"])
    _told(DossierAct.DOSSIER_DISCARDED, draft, actor, now)
    return draft


# --- what is taken away ---------------------------------------------------------------------------


def content_now(dossier: RegistrationDossier, *, today: date) -> dict[str, Any]:
    """What the dossier says: as it was frozen, or as its registers are today."""
    return dossier.content or facts.content_of(dossier, facts.seen_of(dossier, today=today))


def document_of(dossier: RegistrationDossier, *, today: date) -> bytes:
    """The PDF: the very one that was frozen, or a draft of today.

    :raises DossierRefused: longer than a document. :raises DocumentUnreadable: the frozen one is lost or damaged.
    """
    if dossier.pdf is not None:
        with open_content(dossier.pdf) as kept:
            return kept.read()
    return _typeset(facts.content_of(dossier, facts.seen_of(dossier, today=today)), "")


def archive_of(dossier: RegistrationDossier, *, sheets: Mapping[str, bytes], now: datetime) -> IO[bytes]:
    """The document, its annexes and these sheets in one ZIP whose first file says what each is.

    Small, it stays in memory; larger, it is a file without a name that goes once it is closed. Annexes are read one
    after the other. The same dossier gives the same files in the same order.
    :raises DossierRefused: longer than a document. :raises DocumentUnreadable: a file is lost or damaged.
    """
    pdf = document_of(dossier, today=localdate(now))
    annexes = [
        (f"annexes/A{number:02}-{_plain(one.title)}{_suffix(one.document.filename)}", one)
        for number, one in enumerate(
            dossier.annexes.select_related("document__blob").order_by("added_at", "pk"), start=1
        )
    ]
    lines = [
        dossier.reference,
        dossier.certification.title,
        "",
        f"{dossier.reference}.pdf",
        f"  SHA-256 {_sha256(pdf)}",
    ]
    lines += [line for name, made in sheets.items() for line in (name, f"  SHA-256 {_sha256(made)}")]
    for name, one in annexes:
        lines += [name, f"  {BY_KEY[one.criterion].article} : {one.title}", f"  SHA-256 {one.digest}"]
    held: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  given to who reads it
    try:
        with ZipFile(held, "w", ZIP_STORED) as archive:
            archive.writestr(_entry("sommaire.txt", now), "\r\n".join(lines).encode("utf-8-sig"), ZIP_DEFLATED)
            archive.writestr(_entry(f"{dossier.reference}.pdf", now), pdf)
            for name, made in sheets.items():
                archive.writestr(_entry(name, now), made, ZIP_DEFLATED)
            for name, one in annexes:
                with open_content(one.document) as kept:
                    archive.writestr(_entry(name, now), kept.read())
    except BaseException:
        held.close()
        raise
    held.seek(0)
    return held


def _entry(name: str, now: datetime) -> ZipInfo:
    entry = ZipInfo(name, date_time=now.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry


def _plain(title: str) -> str:
    """Letters that every system takes."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in fold(title)).split())[:60] or "piece"


def _suffix(filename: str) -> str:
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", filename)
    return found.group().lower() if found else ""


def _typeset(content: dict[str, Any], fingerprint: str) -> bytes:
    try:
        return typeset("dossier", facts.paper_of(content, fingerprint=fingerprint))
    except TooMuchText as error:
        raise DossierRefused(_("Ce dossier est trop long. Mettez le détail des réponses dans des annexes.")) from error


# --- what they share ------------------------------------------------------------------------------


def _locked(dossier: RegistrationDossier) -> RegistrationDossier:
    rows = RegistrationDossier.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("certifier__organisation", "certification").get(pk=dossier.pk)


def _opened(dossier: RegistrationDossier, actor: Actor) -> RegistrationDossier:
    draft = _locked(dossier)
    require(policies.can_edit_dossier(actor, draft))
    return draft


def _touch(draft: RegistrationDossier, actor: Actor, now: datetime) -> None:
    draft.changed_at, draft.changed_by_code = now, actor.code
    draft.save(update_fields=["changed_at", "changed_by_code"])


def _cleaned(text: str) -> str:
    lines = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _sha256(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _told(
    act: DossierAct, row: RegistrationDossier, actor: Actor, now: datetime, *, reason: str = "", digest: str = ""
) -> None:
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="registration_dossier",
        subject_code=row.code,
        reason_code=reason,
        digest=digest,
        now=now,
    )
