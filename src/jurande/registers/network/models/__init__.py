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
from jurande.registers.network.models.fees import FeeLine, FeeSchedule
from jurande.registers.network.models.habilitations import (
    Habilitation,
    HabilitationCondition,
    HabilitationHold,
    HabilitationSpell,
)
from jurande.registers.network.models.judgments import (
    Appeal,
    Condition,
    Decision,
    Question,
    Reconciliation,
    Review,
    Score,
    StageSpell,
    Visit,
)

__all__ = [
    "Appeal",
    "Application",
    "ApplicationDocument",
    "Approval",
    "Call",
    "CallCriterion",
    "Check",
    "ClientReference",
    "Condition",
    "Decision",
    "FeeLine",
    "FeeSchedule",
    "Flag",
    "Habilitation",
    "HabilitationCondition",
    "HabilitationHold",
    "HabilitationSpell",
    "HoleNote",
    "ModuleCoverage",
    "Premises",
    "ProgrammeModule",
    "Question",
    "Reconciliation",
    "Review",
    "Score",
    "StaffMember",
    "StageSpell",
    "Subcontractor",
    "Target",
    "Visit",
]
