"""Sending: the text is frozen, its annexes made, and from then on what is shown is what is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.conventions import Missing, missing_mentions
from jurande.core.france.referentiels import TRAINING_LIMITS
from jurande.integrations.inspection import Kind
from jurande.integrations.typesetting import TooMuchText, typeset
from jurande.registers.catalogue.facts import referentiel_of
from jurande.registers.catalogue.models import Referentiel
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.facts import content_of, paper_of, prices_of, referentiel_title, terms_of
from jurande.registers.conventions.models import Convention, ConventionText
from jurande.registers.conventions.operations import signing
from jurande.registers.conventions.operations.additions import joined
from jurande.registers.conventions.operations.drafting import ConventionRefused, opened, told
from jurande.registers.conventions.states import CONVENTION_LIFE, MADE_ANNEXES, AnnexKind
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations import keep_made
from jurande.registers.network.models import FeeSchedule
from jurande.registers.parties.policies import Actor


class SendingRefused(ConventionRefused):
    """The convention cannot be sent yet; ``missing`` is what its mentions lack, all of it."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        """Keep the list."""
        super().__init__(
            _("L’envoi est refusé\u00a0: des mentions obligatoires ne sont pas remplies. En voici la liste.")
        )
        self.missing = tuple(missing)


@transaction.atomic
def send(*, convention: Convention, revision: int, actor: Actor, now: datetime) -> Convention:
    """Freeze a draft: annexes, content and PDF are kept for ever, the convention waits for its signatures.

    What was read is what goes: ``revision`` is that of the page. Both signatories are invited.
    :raises NotAllowed: who may not prepare, or a convention already sent. :raises SendingRefused: mentions missing.
    :raises ConventionRefused: changed since it was read, over already, or a signer is not named.
    """
    draft = opened(convention, actor)
    if draft.revision != revision:
        raise ConventionRefused(_("Quelqu’un a modifié cette convention. Relisez-la avant de l’envoyer."))
    if missing := missing_mentions(terms_of(draft)):
        raise SendingRefused(missing)
    _demand_signers(draft)
    if draft.valid_until is not None and draft.valid_until < localdate(now):
        raise ConventionRefused(_("Le dernier jour est déjà passé. Changez la période."), field="valid_until")
    _make_annexes(draft, actor, now)
    content = content_of(draft)
    digest = content.digest()
    try:
        pdf = typeset("convention", paper_of(content.as_json(), fingerprint=digest, on=localdate(now)))
    except TooMuchText as error:
        raise ConventionRefused(_("Ce texte est trop long pour être signé. Raccourcissez les clauses.")) from error
    document = keep_made(
        content=pdf, filename=f"{draft.reference}.pdf", kind=Kind.PDF, certifier_code=draft.certifier.code, now=now
    )
    draft.text = _frozen(draft, content.as_json(), digest, document, actor, now)
    draft.state = CONVENTION_LIFE.after(draft.state, "send")
    draft.sent_at, draft.sent_by_code = now, actor.code
    draft.save(update_fields=["text", "state", "sent_at", "sent_by_code"])
    signing.invite(convention=draft, actor=actor, now=now)
    told(Act.SENT, draft, actor, now, digest=document.blob.sha256)
    return draft


@transaction.atomic
def take_back(*, convention: Convention, actor: Actor, now: datetime) -> Convention:
    """Bring a convention that is not signed by both back to a draft; what was frozen is kept, and binds nobody.

    The links that were sent open no more.
    :raises NotAllowed: who may not prepare, or a convention not waiting for signatures.
    """
    held = (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=convention.pk)
    )
    require(policies.can_take_back_convention(actor, held))
    signing.void(convention=held, actor=actor, now=now)
    held.state = CONVENTION_LIFE.after(held.state, "take_back")
    held.text, held.sent_at, held.sent_by_code = None, None, ""
    held.revision += 1
    held.changed_at, held.changed_by_code = now, actor.code
    held.save()
    told(Act.TAKEN_BACK, held, actor, now)
    return held


def _frozen(
    draft: Convention, content: dict[str, Any], digest: str, document: Document, actor: Actor, now: datetime
) -> ConventionText:
    text = ConventionText(
        convention=draft,
        number=draft.texts.count() + 1,
        content=content,
        content_sha256=digest,
        pdf=document,
        sha256=document.blob.sha256,
        frozen_at=now,
        frozen_by_code=actor.code,
    )
    text.save(force_insert=True)
    return text


def _demand_signers(draft: Convention) -> None:
    for side, said in (
        ("partner", _("Nommez qui signe pour le partenaire, avec sa qualité et son adresse e-mail.")),
        ("certifier", _("Nommez qui signe pour le certificateur, avec sa qualité et son adresse e-mail.")),
    ):
        for part in ("name", "quality", "email"):
            field = f"{side}_signer_{part}"
            if not getattr(draft, field):
                raise ConventionRefused(said, field=field)
    if draft.partner_signer_email.casefold() == draft.certifier_signer_email.casefold():
        raise ConventionRefused(
            _("Les deux parties ne peuvent pas signer avec la même adresse e-mail."), field="partner_signer_email"
        )


def _make_annexes(draft: Convention, actor: Actor, now: datetime) -> None:
    """Make the files of the référentiels and of the prices anew: what was made for a former sending may be stale."""
    draft.annexes.filter(kind__in=MADE_ANNEXES).delete()
    house = draft.certifier.organisation.name
    scopes = draft.scopes.select_related("certification", "referentiel").order_by("position", "pk")
    made: set[int] = set()
    for scope in scopes:
        if scope.referentiel is not None and scope.referentiel.pk not in made:
            made.add(scope.referentiel.pk)
            title = referentiel_title(scope)
            pdf = typeset("referentiel", _referentiel_content(scope.referentiel, title=title, house=house, now=now))
            _join(draft, AnnexKind.REFERENTIEL, title, pdf, actor, now)
    if draft.fee_schedule is not None:
        title = f"Barème {draft.fee_schedule.reference}"
        pdf = typeset("fees", _fees_content(draft.fee_schedule, house=house))
        _join(draft, AnnexKind.FEES, title, pdf, actor, now)


def _join(draft: Convention, kind: AnnexKind, title: str, pdf: bytes, actor: Actor, now: datetime) -> None:
    name = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in title)
    document = keep_made(
        content=pdf, filename=f"{name}.pdf", kind=Kind.PDF, certifier_code=draft.certifier.code, now=now
    )
    joined(draft, kind, title, document, actor, now)


def _fees_content(schedule: FeeSchedule, *, house: str) -> dict[str, Any]:
    frozen_at = schedule.frozen_at
    return {
        "title": schedule.title,
        "author": house,
        "day": localdate(frozen_at).isoformat() if frozen_at else "",
        "reference": schedule.reference,
        "prices": [vars(one) for one in prices_of(schedule)],
    }


def _referentiel_content(row: Referentiel, *, title: str, house: str, now: datetime) -> dict[str, Any]:
    whole = referentiel_of(row)
    return {
        "title": row.title,
        "author": house,
        "day": localdate(row.published_at or now).isoformat(),
        "reference": title,
        "under": f"Version {row.number}",
        "fingerprint": row.digest,
        "limits": [
            f"{limit.label}\u00a0: {whole.limits[limit.key]}\u00a0{limit.unit}".strip()
            for limit in TRAINING_LIMITS
            if limit.key in whole.limits
        ],
        "blocs": [
            {
                "title": f"{bloc.number} {bloc.text}".strip(),
                "assessment": bloc.assessment,
                "competencies": [
                    {"text": one.text, "criteria": [criterion.text for criterion in one.criteria]}
                    for one in bloc.competencies
                ],
            }
            for bloc in whole.blocs
        ],
        "regulation": whole.regulation,
    }
