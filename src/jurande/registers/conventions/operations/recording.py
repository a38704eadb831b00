"""Conventions that were signed elsewhere: their PDF is kept, their mentions are typed and checked the same way."""

from __future__ import annotations

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.conventions import MENTIONS_FROM, missing_mentions
from jurande.integrations.inspection import Accept, Kind
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.facts import content_of, terms_of
from jurande.registers.conventions.models import Convention, ConventionText
from jurande.registers.conventions.operations.drafting import SERIES, ConventionRefused, opened, told
from jurande.registers.conventions.operations.effects import take_effect
from jurande.registers.conventions.operations.outside import examine_outside
from jurande.registers.conventions.operations.sending import SendingRefused
from jurande.registers.conventions.states import CONVENTION_LIFE, Origin
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.documents import operations as documents
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

ONLY_PDF = Accept.only(Kind.PDF)


@transaction.atomic
def prepare_elsewhere(*, partnership: Partnership, actor: Actor, now: datetime) -> Convention:
    """Begin to record a convention that was signed elsewhere: it has mentions and scopes, and no clauses of ours.

    :raises NotAllowed: who may not prepare.
    """
    require(policies.can_prepare_conventions(actor, partnership.certifier))
    convention = Convention(
        certifier=partnership.certifier,
        partnership=partnership,
        reference=next_reference(certifier=partnership.certifier, series=SERIES, on=localdate(now)),
        origin=Origin.ELSEWHERE,
        prepared_at=now,
        prepared_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
    )
    convention.save(force_insert=True)
    told(Act.PREPARED, convention, actor, now)
    return convention


@transaction.atomic
def record_elsewhere(
    *, convention: Convention, concluded_on: date, content: BinaryIO, filename: str, actor: Actor, now: datetime
) -> Convention:
    """Keep the signed PDF and what was typed of it; it takes effect as any other.

    One concluded before the seven mentions were demanded (1 October 2025) may lack some: it is shown as to be brought
    up to date. What its file holds of signatures is read and kept.
    :raises NotAllowed: who may not prepare. :raises SendingRefused: mentions missing. :raises ConventionRefused:
    drafted here, signed in the future, or without its days. :raises DocumentRefused, PdfNotReadable: not a PDF that can
    be kept and read.
    """
    draft = opened(convention, actor)
    if draft.origin != Origin.ELSEWHERE:
        raise ConventionRefused(_("Cette convention est rédigée ici\u00a0: envoyez-la à signer."))
    if concluded_on > localdate(now):
        raise ConventionRefused(_("Cette date de signature n’est pas encore venue."), field="concluded_on")
    if draft.valid_from is None or draft.valid_until is None:
        raise ConventionRefused(_("Donnez d’abord le premier et le dernier jour de la convention."))
    if concluded_on >= MENTIONS_FROM and (missing := missing_mentions(terms_of(draft))):
        raise SendingRefused(missing)
    kept = documents.keep(
        content=content,
        filename=filename,
        certifier_code=draft.certifier.code,
        actor_code=actor.code,
        now=now,
        accept=ONLY_PDF,
    )
    whole = content_of(draft)
    text = ConventionText(
        convention=draft,
        number=1,
        content=whole.as_json(),
        content_sha256=whole.digest(),
        pdf=kept,
        sha256=kept.blob.sha256,
        frozen_at=now,
        frozen_by_code=actor.code,
    )
    text.save(force_insert=True)
    draft.text, draft.concluded_on = text, concluded_on
    draft.state = CONVENTION_LIFE.after(draft.state, "record")
    draft.save(update_fields=["text", "concluded_on", "state"])
    told(Act.RECORDED, draft, actor, now, digest=kept.blob.sha256)
    examine_outside(convention=draft, document=kept, actor=actor, now=now)
    if draft.valid_from <= localdate(now):
        take_effect(convention=draft, actor_code=actor.code, now=now)
    draft.refresh_from_db()
    return draft
