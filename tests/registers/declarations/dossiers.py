"""Registration dossiers for tests, made through the operations."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from jurande.demo.papers import pdf
from jurande.registers.catalogue.models import Certification
from jurande.registers.declarations import operations
from jurande.registers.declarations.models import DossierAnnex, RegistrationDossier
from jurande.registers.parties.models import Certifier
from tests.factories import NOW
from tests.registers.catalogue import certifications
from tests.replay import replayed


@replayed
def published(of: Certifier | None = None) -> Certification:
    """A micro-certification that is issued today."""
    held = certifications.micro(of, whole=True)
    certifications.published(held, certifications.publisher(held.certifier))
    return held


@replayed
def started(certification: Certification | None = None) -> RegistrationDossier:
    """One that nobody wrote in yet."""
    held = certification or published()
    return operations.start_dossier(certification=held, actor=certifications.writer(held.certifier), now=NOW)


@replayed
def joined(dossier: RegistrationDossier, **changed: Any) -> DossierAnnex:
    """A study joined to the first criterion."""
    asked: dict[str, Any] = {
        "criterion": "1",
        "piece": "needs_study",
        "title": "Étude du besoin 2026",
        "content": BytesIO(pdf("Étude", ["Quarante offres d’emploi."])),
        "filename": "étude besoin.pdf",
        "actor": certifications.writer(dossier.certifier),
        "now": NOW,
    }
    return operations.add_annex(dossier=dossier, **asked | changed)


def addresses(mine: Certifier, certification: Certification) -> dict[str, list[str]]:
    """What the addresses of dossiers have in their path."""
    dossier = started(certification)
    annex = joined(dossier)
    pages = ("one", "pdf", "archive", "promotions", "places", "close", "discard")
    return {
        "certifier:dossiers-start": [mine.code, certification.code],
        **{f"certifier:dossiers-{page}": [mine.code, dossier.code] for page in pages},
        **{f"certifier:dossiers-{page}": [mine.code, dossier.code, "1"] for page in ("criterion", "join")},
        **{f"certifier:dossiers-annex{page}": [mine.code, dossier.code, annex.code] for page in ("", "-remove")},
    }
