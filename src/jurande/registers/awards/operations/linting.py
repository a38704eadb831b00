"""What stops a design from being published, and what a published one says that is no longer so."""

from __future__ import annotations

from jurande.core.france.parchments import Gap, lint
from jurande.registers.awards.facts.parchments import page_of, registration_from, registration_of
from jurande.registers.awards.models import Design
from jurande.registers.awards.queries.designs import brand_of, referentiel_for
from jurande.registers.awards.states import DesignState
from jurande.registers.catalogue.queries.certifications import choices_of
from jurande.registers.catalogue.states import ReferentielState


def gaps_of(held: Design) -> list[Gap]:
    """All that stops a draft from being published; of a published design, what it says that is no longer so."""
    referentiel = referentiel_for(held)
    if referentiel is None or referentiel.state != ReferentielState.PUBLISHED:
        return [
            Gap(
                "referentiel",
                "La certification n’est pas publiée",
                "Publiez d’abord son référentiel\u00a0: c’est lui qui dit ce qui est délivré, et comment c’est évalué.",
                "",
                "referentiel",
            )
        ]
    now = registration_of(held.certification, referentiel)
    found = lint(
        page_of(held, now),
        waived=brand_of(held.certifier).waived,
        tolerated=choices_of(held.certifier).tolerated,
    )
    if held.state == DesignState.PUBLISHED:
        kept = registration_from(held.facts)
        if (kept.decision_on, kept.number, kept.level) != (now.decision_on, now.number, now.level):
            found.append(
                Gap(
                    "outdated",
                    "L’enregistrement a changé depuis la publication de ce modèle",
                    "Commencez une nouvelle version\u00a0: elle reprendra la décision en vigueur.",
                    "",
                    "registration",
                )
            )
    return found
