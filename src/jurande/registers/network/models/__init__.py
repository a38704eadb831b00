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
from jurande.registers.network.models.approvals import Approval
from jurande.registers.network.models.calls import Call, CallCriterion
from jurande.registers.network.models.checks import Check, Flag
from jurande.registers.network.models.decisions import Appeal, Condition, Decision
from jurande.registers.network.models.fees import FeeLine, FeeSchedule
from jurande.registers.network.models.habilitations import (
    Habilitation,
    HabilitationCondition,
    HabilitationHold,
    HabilitationSpell,
)
from jurande.registers.network.models.imports import ImportRow, NetworkImport
from jurande.registers.network.models.judgments import (
    Question,
    Reconciliation,
    Review,
    Score,
    StageSpell,
    Visit,
)
from jurande.registers.network.models.keeping import CalendarFeed, RadarLetter, SavedView
from jurande.registers.network.models.ledger import DeclaredChange, RegisterDifference

__all__ = [
    "Appeal",
    "Application",
    "ApplicationDocument",
    "Approval",
    "CalendarFeed",
    "Call",
    "CallCriterion",
    "Check",
    "ClientReference",
    "Condition",
    "Decision",
    "DeclaredChange",
    "FeeLine",
    "FeeSchedule",
    "Flag",
    "Habilitation",
    "HabilitationCondition",
    "HabilitationHold",
    "HabilitationSpell",
    "HoleNote",
    "ImportRow",
    "ModuleCoverage",
    "NetworkImport",
    "Premises",
    "ProgrammeModule",
    "Question",
    "RadarLetter",
    "Reconciliation",
    "RegisterDifference",
    "Review",
    "SavedView",
    "Score",
    "StaffMember",
    "StageSpell",
    "Subcontractor",
    "Target",
    "Visit",
]
