"""Fiches, partners and training bodies as one snapshot would leave them, for tests that read them only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from jurande.registers.catalogue.models import (
    Fiche,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    NationalPartner,
    Snapshot,
    TrainingBody,
)
from jurande.registers.catalogue.operations import indexing
from jurande.registers.catalogue.states import Habilitation, HabilitationState, SnapshotState, Source
from tests import factories

SEEN = date(2026, 3, 1)


def snapshot(source: str = Source.RS, on: date = SEEN) -> Snapshot:
    return Snapshot.objects.create(
        source=source,
        published_on=on,
        file_name="export.xml",
        sha256=f"{source}{on}",
        requested_at=factories.NOW,
        imported_at=factories.NOW,
        state=SnapshotState.COMPLETE,
    )


def fiche(
    number: str,
    title: str,
    *,
    active: bool = True,
    level: int | None = None,
    certifier: tuple[str, str] | None = ("", "Maison des certifications"),
    blocs: Sequence[tuple[str, str]] = (),
    abbreviation: str = "",
    seen: date = SEEN,
    indexed: bool = True,
    **content: Any,
) -> Fiche:
    """A fiche with its current version; ``certifier`` is (SIRET, name)."""
    row = Fiche.objects.create(number=number, register="rncp" if number.startswith("RNCP") else "rs", digest=number)
    version = FicheVersion.objects.create(
        fiche=row,
        digest=number,
        title=title,
        abbreviation=abbreviation,
        level=level,
        status="Publiée",
        is_active=active,
        decision_on=date(2024, 5, 2),
        effective_on=date(2024, 5, 2),
        registered_until=date(2027, 5, 2),
        last_issue_on=date(2028, 5, 2),
        registration_kind="demande",
        content=content,
        seen_from=seen,
    )
    if certifier is not None:
        siret, name = certifier
        NationalCertifier.objects.create(
            fiche=row, siret=siret, siren=siret[:9], name=name, state="Actif", seen_from=seen
        )
    for position, (code, text) in enumerate(blocs):
        NationalBloc.objects.create(
            fiche=row, code=code, title=text, position=position, competencies=["Savoir faire"], seen_from=seen
        )
    if indexed:
        indexing.index([version.pk])
    return row


def partner(
    of: Fiche,
    *,
    siret: str = "",
    name: str = "Ateliers Mistral Formation",
    habilitation: str = Habilitation.BOTH,
    state: str = HabilitationState.ACTIVE,
    active_on: date | None = date(2025, 1, 6),
    seen: date = SEEN,
    seen_until: date | None = None,
) -> NationalPartner:
    siret = siret or factories.siret()
    return NationalPartner.objects.create(
        fiche=of,
        siret=siret,
        siren=siret[:9],
        name=name,
        habilitation=habilitation,
        state=state,
        active_on=active_on,
        seen_from=seen,
        seen_until=seen_until,
    )


def training_body(
    siret: str, *, departement: str = "13", qualiopi: bool = True, name: str = "Ateliers"
) -> TrainingBody:
    return TrainingBody.objects.create(
        digest=siret,
        nda=f"93{siret[:9]}",
        siren=siret[:9],
        siret=siret,
        name=name,
        qualiopi_training=qualiopi,
        qualiopi_skills_review=False,
        qualiopi_vae=False,
        qualiopi_apprenticeship=False,
        street="27 traverse de la Minoterie",
        postcode=f"{departement}000"[:5],
        city="Marseille",
        departement=departement,
        seen_from=SEEN,
    )
