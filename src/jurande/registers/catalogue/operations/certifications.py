"""Opening and retiring certifications, and what the law leaves to their certifier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.drafting import drafted
from jurande.core.france.microcertifications import OPTIONAL_KEYS
from jurande.core.france.referentiels import Bloc, Referentiel
from jurande.core.france.registers import BlocRecord, FicheRecord
from jurande.core.france.wording import RESERVED_WORDS
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.models import CatalogueChoices, Certification, Fiche, MicroElements
from jurande.registers.catalogue.operations.lines import clean
from jurande.registers.catalogue.operations.versions import begin
from jurande.registers.catalogue.queries.claims import basis_of
from jurande.registers.catalogue.states import (
    CERTIFICATION_LIFE,
    CertificationKind,
    RetireReason,
)
from jurande.registers.catalogue.states import CertificationAct as Act
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

SERIES = "MC"
MOST_TITLE = 300


class CertificationRefused(Refused):
    """This certification cannot be opened, changed or retired so."""


@transaction.atomic
def start_from_fiche(*, certifier: Certifier, number: str, actor: Actor, now: datetime) -> Certification:
    """Open a registered certification with a first draft as the national register knows it.

    :raises NotAllowed: who may not prepare. :raises CertificationRefused: no such fiche among those read, a fiche that
    names somebody else, or one that is open here already.
    """
    require(policies.can_prepare_certification(actor, certifier))
    wanted = number.strip().upper().replace(" ", "")
    fiche = Fiche.objects.filter(number=wanted).first()
    version = fiche.versions.current().first() if fiche else None
    if fiche is None or version is None:
        raise CertificationRefused(
            _("%(number)s n’est pas dans les répertoires lus ici. Vérifiez le numéro, ou importez l’export du jour.")
            % {"number": wanted[:12] or "Ce numéro"},
            field="number",
        )
    if basis_of(certifier, fiche) is None:
        raise CertificationRefused(
            _("Le répertoire ne vous nomme pas parmi les certificateurs de %(number)s. Vérifiez le numéro.")
            % {"number": wanted},
            field="number",
        )
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    if certifier.certifications.filter(fiche=fiche, retired_at=None).exists():
        raise CertificationRefused(_("Cette certification est déjà ouverte ici."), field="number")
    again = certifier.certifications.filter(fiche=fiche).count()
    certification = Certification(
        certifier=certifier,
        kind=CertificationKind.REGISTERED,
        reference=fiche.number if not again else f"{fiche.number}-{again + 1}",
        fiche=fiche,
        title=version.title,
        started_at=now,
        started_by_code=actor.code,
    )
    certification.save(force_insert=True)
    blocs = [
        BlocRecord(bloc.code, bloc.title, tuple(bloc.competencies), bloc.assessment, bloc.prerequisites)
        for bloc in fiche.blocs.current().order_by("position")
    ]
    draft = drafted(version.title, FicheRecord.from_content(version.content), blocs)
    begin(certification, draft, actor=actor, now=now)
    _told(Act.CERTIFICATION_STARTED, certification, actor, now)
    return certification


@transaction.atomic
def start_micro(*, certifier: Certifier, title: str, actor: Actor, now: datetime) -> Certification:
    """Open a micro-certification: one bloc, nothing in it yet.

    :raises NotAllowed: who may not prepare. :raises CertificationRefused: no title, or too long.
    """
    require(policies.can_prepare_certification(actor, certifier))
    named = clean(title)
    if not named or len(named) > MOST_TITLE:
        raise CertificationRefused(
            _("Donnez un intitulé, de %(most)d caractères au plus.") % {"most": MOST_TITLE}, field="title"
        )
    certification = Certification(
        certifier=certifier,
        kind=CertificationKind.MICRO,
        reference=next_reference(certifier=certifier, series=SERIES, on=localdate(now)),
        title=named,
        started_at=now,
        started_by_code=actor.code,
    )
    certification.save(force_insert=True)
    draft = begin(certification, Referentiel(title=named, blocs=(Bloc("", named),)), actor=actor, now=now)
    MicroElements(referentiel=draft, country="FR").save(force_insert=True)
    _told(Act.CERTIFICATION_STARTED, certification, actor, now)
    return certification


@transaction.atomic
def retire(*, certification: Certification, reason: RetireReason, actor: Actor, now: datetime) -> Certification:
    """Stop offering a certification: what was issued stays, its versions stay, nothing new is prepared.

    :raises NotAllowed: who may not publish. :raises CertificationRefused: retired already.
    """
    require(policies.can_retire_certification(actor, certification))
    held = (
        Certification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=certification.pk)
    )
    if held.is_retired:
        raise CertificationRefused(_("Cette certification est déjà retirée."))
    held.state = CERTIFICATION_LIFE.after(held.state, "retire")
    held.retired_at = now
    held.retire_reason = RetireReason(reason)
    held.save(update_fields=["state", "retired_at", "retire_reason"])
    _told(Act.CERTIFICATION_RETIRED, held, actor, now, reason_code=held.retire_reason)
    return held


@transaction.atomic
def set_choices(
    *,
    certifier: Certifier,
    dossier_months: int,
    demanded: Sequence[str],
    tolerated: Sequence[str],
    actor: Actor,
    now: datetime,
) -> CatalogueChoices:
    """Keep when a dossier is begun, which optional elements are demanded, and which tolerable words are allowed.

    :raises NotAllowed: who may not publish. :raises CertificationRefused: fewer than 0 months or more than 60.
    """
    require(policies.can_set_catalogue_choices(actor, certifier))
    if not 0 <= dossier_months <= 60:
        raise CertificationRefused(_("Entre 0 et 60 mois."), field="dossier_months")
    allowed = {word.key for word in RESERVED_WORDS if word.tolerable}
    kept, _created = CatalogueChoices.objects.update_or_create(
        certifier=certifier,
        defaults={
            "dossier_months": dossier_months,
            "demanded": [key for key in OPTIONAL_KEYS if key in set(demanded)],
            "tolerated": sorted(allowed & set(tolerated)),
        },
    )
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.CHOICES_CHANGED,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return kept


def _told(act: Act, certification: Certification, actor: Actor, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=certification.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="certification",
        subject_code=certification.code,
        reason_code=reason_code,
        now=now,
    )
