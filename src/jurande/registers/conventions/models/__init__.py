"""Clauses by version, conventions and their frozen text."""

from jurande.registers.conventions.models.clauses import Clause, ClauseSet, ConventionChoices
from jurande.registers.conventions.models.conventions import Annex, Convention, ConventionScope, FreeClause
from jurande.registers.conventions.models.procedures import ActLetter, Ending, Suspension, Termination
from jurande.registers.conventions.models.renewals import Reminder, RenewalRow, RenewalRun
from jurande.registers.conventions.models.signatures import (
    OutsideSignature,
    ProofFile,
    SealedPdf,
    Signatory,
    SigningChoices,
)
from jurande.registers.conventions.models.texts import ConventionText

__all__ = [
    "ActLetter",
    "Annex",
    "Clause",
    "ClauseSet",
    "Convention",
    "ConventionChoices",
    "ConventionScope",
    "ConventionText",
    "Ending",
    "FreeClause",
    "OutsideSignature",
    "ProofFile",
    "Reminder",
    "RenewalRow",
    "RenewalRun",
    "SealedPdf",
    "Signatory",
    "SigningChoices",
    "Suspension",
    "Termination",
]
