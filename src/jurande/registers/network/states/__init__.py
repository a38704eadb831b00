"""Kinds, states, moves and acts of recruitment."""

from jurande.registers.network.states.applications import (
    APPLICATION_LIFE,
    DEMANDED_FUNCTIONS,
    NAMED_FUNCTIONS,
    PENDING_STATES,
    TEACHING_FUNCTIONS,
    ApplicationAct,
    ApplicationState,
    StaffFunction,
    SubcontractBasis,
)
from jurande.registers.network.states.calls import (
    CALL_LIFE,
    FEE_SCHEDULE_LIFE,
    CallAct,
    CallState,
    CheckKind,
    CheckOutcome,
    CheckSource,
    CloseReason,
    FeeKind,
    FeeScheduleState,
    HabilitationKind,
)

__all__ = [
    "APPLICATION_LIFE",
    "CALL_LIFE",
    "DEMANDED_FUNCTIONS",
    "FEE_SCHEDULE_LIFE",
    "NAMED_FUNCTIONS",
    "PENDING_STATES",
    "TEACHING_FUNCTIONS",
    "ApplicationAct",
    "ApplicationState",
    "CallAct",
    "CallState",
    "CheckKind",
    "CheckOutcome",
    "CheckSource",
    "CloseReason",
    "FeeKind",
    "FeeScheduleState",
    "HabilitationKind",
    "StaffFunction",
    "SubcontractBasis",
]
