from jurande.registers.network.models.applications import (
    Application,
    ApplicationDocument,
    ClientReference,
    HoleNote,
    ModuleCoverage,
    Premises,
    ProgrammeModule,
    StaffMember,
    Subcontractor,
    Target,
)
from jurande.registers.network.models.calls import Call, CallCriterion
from jurande.registers.network.models.checks import Check, Flag
from jurande.registers.network.models.fees import FeeLine, FeeSchedule

__all__ = [
    "Application",
    "ApplicationDocument",
    "Call",
    "CallCriterion",
    "Check",
    "ClientReference",
    "FeeLine",
    "FeeSchedule",
    "Flag",
    "HoleNote",
    "ModuleCoverage",
    "Premises",
    "ProgrammeModule",
    "StaffMember",
    "Subcontractor",
    "Target",
]
