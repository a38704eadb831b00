"""Rows of conventions turned into what may be rendered, signed and compared."""

from jurande.registers.conventions.facts.content import (
    SIGNATURE_AREAS,
    Area,
    ConventionContent,
    content_of,
    missing_of,
    paper,
    paper_of,
    prices_of,
    referentiel_title,
    terms_of,
)

__all__ = [
    "SIGNATURE_AREAS",
    "Area",
    "ConventionContent",
    "content_of",
    "missing_of",
    "paper",
    "paper_of",
    "prices_of",
    "referentiel_title",
    "terms_of",
]
