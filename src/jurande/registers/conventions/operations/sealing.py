"""Sealing: the frozen text signed by both becomes one file, with its proofs and the certifier's cachet. Exactly once.

The file is made outside any transaction (it may wait for a time stamp), then everything is written in one: proof file,
sealed PDF, its place in the log, the letters. A crash before leaves nothing, and the job begins again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.encoding import jcs
from jurande.integrations import cachet as port
from jurande.integrations import pdf_appending
from jurande.integrations.cachet import Cachet, Stamp, TimeStamper
from jurande.integrations.inspection import Kind
from jurande.integrations.typesetting import typeset
from jurande.registers.conventions.emails import signatures as emails
from jurande.registers.conventions.facts.content import SIGNATURE_AREAS, Area
from jurande.registers.conventions.models import Convention, ProofFile, SealedPdf, Signatory
from jurande.registers.conventions.operations import cachets
from jurande.registers.conventions.operations.effects import take_effect
from jurande.registers.conventions.operations.signing import SigningRefused, link_to_keep
from jurande.registers.conventions.states import ConventionState, SignatureAct, SigningMethod
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.operations import keep_made
from jurande.registers.documents.queries import open_content
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations.documents import commit_document

PROOF_NAME = "preuve-de-signature.json"
PROOF_FORMAT = "jurande/preuve-de-signature/1"
POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Made:
    """The files of a convention signed by both, before they are written anywhere."""

    proof: bytes
    pdf: bytes
    cachet: Cachet
    timestamped: bool


def seal(*, convention_code: str, now: datetime) -> SealedPdf:
    """Make the sealed file of a convention that both signed, or give it if it was made; both sides receive it.

    In force at once when its first day has come.
    :raises SigningRefused: both have not signed. :raises CachetNotUsable: the cachet's files. :raises CachetRefused: no
    time stamp could be had from the authority: to be tried again.
    """
    convention = _read(convention_code)
    made = SealedPdf.objects.filter(convention=convention).first()
    if made is not None:
        return made
    signatories = _both(convention)
    files = make(convention, signatories, now=now)
    with transaction.atomic():
        return _write(convention_code, files, now)


def make(convention: Convention, signatories: tuple[Signatory, Signatory], *, now: datetime) -> Made:
    """Make the proof file and the sealed PDF; nothing is written. Under half a second without a time stamp."""
    text = convention.text
    assert text is not None  # noqa: S101  a signed convention has its text: the database says so
    with open_content(text.pdf) as file:
        frozen = file.read()
    if hashlib.sha256(frozen).hexdigest() != text.sha256:
        raise SigningRefused(
            _("Le texte figé de cette convention n’est plus celui qui a été signé. Rien n’est scellé.")
        )
    cachet = cachets.cachet_of(convention.certifier, now=now)
    proof = jcs.canonical_bytes(proof_of(convention, signatories, frozen=frozen, now=now))
    writer = pdf_appending.update_of(frozen)
    last = pdf_appending.page_count(writer) - 1
    for signatory in signatories:
        pdf_appending.draw(
            writer,
            typeset("signer", _signer_content(convention, signatory, now)),
            page=last,
            box=_box(SIGNATURE_AREAS[signatory.side]),
            says=f"Signé électroniquement par {signatory.name}",
        )
    pdf_appending.append_pages(writer, _signature_page(convention, signatories, frozen, proof, now))
    pdf_appending.attach(
        writer,
        PROOF_NAME,
        proof,
        media_type="application/json",
        description="Dossier de preuve des signatures",
        at=now,
    )
    timestamper = TimeStamper(settings.JURANDE_TSA_URL) if settings.JURANDE_TSA_URL else None
    pdf = port.apply(
        writer,
        cachet,
        reason=f"Convention {convention.reference} signée des deux parties",
        at=now,
        stamp=Stamp(typeset("cachet", _stamp_content(convention, now)), _box(SIGNATURE_AREAS["cachet"])),
        page=last,
        timestamper=timestamper,
    )
    return Made(proof, pdf, cachet, timestamper is not None)


def proof_of(
    convention: Convention, signatories: tuple[Signatory, Signatory], *, frozen: bytes, now: datetime
) -> dict[str, Any]:
    """What shows who signed what, when and how, as JSON; instants are ISO with their offset."""
    text = convention.text
    assert text is not None  # noqa: S101  as above
    return {
        "format": PROOF_FORMAT,
        "made_at": now.isoformat(),
        "convention": {
            "reference": convention.reference,
            "code": convention.code,
            "certifier": {"name": convention.certifier.name, "siren": convention.certifier.organisation.siren},
            "partner": {"name": convention.partnership.name, "siret": convention.partnership.site.siret},
        },
        "text": {
            "pdf_sha256": text.sha256,
            "pdf_bytes": len(frozen),
            "content_sha256": text.content_sha256,
            "frozen_at": text.frozen_at.isoformat(),
        },
        "signatories": [_hand_of(signatory) for signatory in signatories],
    }


def _hand_of(signatory: Signatory) -> dict[str, Any]:
    letters = Message.objects.about("signatory", signatory.code).order_by("written_at", "pk")
    return {
        "side": signatory.side,
        "name": signatory.name,
        "quality": signatory.quality,
        "email": signatory.email,
        "invited_at": signatory.invited_at.isoformat(),
        "opened_at": _iso(signatory.opened_at),
        "read_at": _iso(signatory.read_at),
        "signed_at": _iso(signatory.signed_at),
        "text_sha256": signatory.text_sha256,
        "method": signatory.method,
        "codes_sent": signatory.codes_sent,
        "address": signatory.address,
        "user_agent": signatory.user_agent,
        "letters": [
            {
                "code": letter.code,
                "kind": letter.kind,
                "written_at": letter.written_at.isoformat(),
                "sent_at": _iso(letter.sent_at),
                "state": letter.state,
            }
            for letter in letters
        ],
    }


def _write(convention_code: str, files: Made, now: datetime) -> SealedPdf:
    held = Convention.objects.select_for_update(of=("self",), no_key=True).get(code=convention_code)
    made = SealedPdf.objects.filter(convention=held).first()
    if made is not None:
        return made
    convention = _read(convention_code)
    signatories = _both(convention)
    house = convention.certifier
    proof = keep_made(content=files.proof, filename=PROOF_NAME, kind=Kind.TEXT, certifier_code=house.code, now=now)
    ProofFile.objects.create(convention=convention, document=proof, sha256=proof.blob.sha256, made_at=now)
    document = keep_made(
        content=files.pdf,
        filename=f"{convention.reference} signée.pdf",
        kind=Kind.PDF,
        certifier_code=house.code,
        now=now,
    )
    # The cachet is put on what our own signatory signed: it is committed to in their name.
    ours = next(each for each in signatories if each.side == "certifier")
    assert ours.person is not None  # noqa: S101  demanded when invited
    actor = Actor(code=ours.person.code, certifier_code=house.code)
    commitment = commit_document(
        certifier=house,
        kind="convention",
        business_key=f"convention:{convention.code}",
        idempotency_key=f"convention:{convention.code}",
        content=files.pdf,
        document_code=document.code,
        actor=actor,
        now=now,
    )
    sealed = SealedPdf(
        convention=convention,
        document=document,
        sha256=document.blob.sha256,
        key_fingerprint=files.cachet.fingerprint,
        timestamped=files.timestamped,
        sealed_at=now,
        commitment=commitment,
    )
    sealed.save(force_insert=True)
    for signatory in signatories:
        correspondence.send(emails.sealed(signatory, link_to_keep(signatory, now)), now=now)
    take_effect(convention=convention, actor_code=actor.code, now=now)
    record(
        chain=house.code,
        actor_code="",
        action=SignatureAct.CONVENTION_SEALED,
        subject_kind="convention",
        subject_code=convention.code,
        digest=sealed.sha256,
        now=now,
    )
    return sealed


def _read(convention_code: str) -> Convention:
    return Convention.objects.select_related(
        "certifier__organisation", "partnership__site__organisation", "text__pdf__blob"
    ).get(code=convention_code)


def _both(convention: Convention) -> tuple[Signatory, Signatory]:
    rows = list(convention.signatories.standing().select_related("person", "convention").order_by("-side"))
    signed = convention.state != ConventionState.SENT and len(rows) == 2 and all(row.has_signed for row in rows)
    if not signed:
        raise SigningRefused(
            _("Cette convention n’est pas signée des deux parties\u00a0: elle ne peut pas être scellée.")
        )
    for row in rows:
        row.convention = convention
    return rows[0], rows[1]


# --- what is drawn ------------------------------------------------------------------------------


def _signature_page(
    convention: Convention, signatories: tuple[Signatory, Signatory], frozen: bytes, proof: bytes, now: datetime
) -> bytes:
    assert convention.text is not None  # noqa: S101  as above
    return typeset(
        "signatures",
        {
            **_common(convention, "Signatures", now),
            "signatories": [_drawn(signatory) for signatory in signatories],
            "frozen_bytes": f"{len(frozen):,}".replace(",", "\u00a0"),
            "text_sha256": convention.text.sha256,
            "proof_name": PROOF_NAME,
            "proof_sha256": hashlib.sha256(proof).hexdigest(),
        },
    )


def _signer_content(convention: Convention, signatory: Signatory, now: datetime) -> dict[str, Any]:
    return {**_common(convention, "Signature", now), **_drawn(signatory)}


def _stamp_content(convention: Convention, now: datetime) -> dict[str, Any]:
    siren = convention.certifier.organisation.siren
    return {
        **_common(convention, "Cachet", now),
        "siren": f"{siren[:3]}\u00a0{siren[3:6]}\u00a0{siren[6:]}",
        "sealed_at": emails.moment_in_words(now),
    }


def _common(convention: Convention, title: str, now: datetime) -> dict[str, Any]:
    return {
        "title": title,
        "author": convention.certifier.organisation.legal_name,
        "day": localdate(now).isoformat(),
        "reference": convention.reference,
    }


def _drawn(signatory: Signatory) -> dict[str, Any]:
    assert signatory.read_at is not None  # noqa: S101  the database says so of who signed
    assert signatory.signed_at is not None  # noqa: S101  the same
    by_mail = f"code à six chiffres reçu à l’adresse {veiled(signatory.email)}"
    totp = "code de l’application d’authentification de la personne"
    return {
        "side": "Pour le partenaire" if signatory.side == "partner" else "Pour le certificateur",
        "name": signatory.name,
        "quality": signatory.quality,
        "read_at": emails.moment_in_words(signatory.read_at),
        "signed_at": emails.moment_in_words(signatory.signed_at),
        "method": totp if signatory.method == SigningMethod.TOTP else by_mail,
    }


def veiled(email: str) -> str:
    """An address that its owner recognises: c…@exemple.fr."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def _box(area: Area) -> tuple[int, int, int, int]:
    left, bottom = area.left * POINTS_PER_MM, area.bottom * POINTS_PER_MM
    return (
        round(left),
        round(bottom),
        round(left + area.width * POINTS_PER_MM),
        round(bottom + area.height * POINTS_PER_MM),
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
