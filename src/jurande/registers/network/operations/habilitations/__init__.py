"""What is decided of habilitations; ``moves`` holds what every decision does."""

from jurande.registers.network.operations.habilitations.acts import (
    END_REASONS,
    SUSPEND_REASONS,
    activate,
    attach_document,
    change_scope,
    confirm,
    discard,
    end,
    end_expired,
    prepare,
    resume,
    suspend,
)
from jurande.registers.network.operations.habilitations.bulk import Earlier, open_earlier
from jurande.registers.network.operations.habilitations.conditions import (
    demand_condition,
    lapse_condition,
    meet_condition,
)
from jurande.registers.network.operations.habilitations.moves import Ground, HabilitationRefused, Scope

__all__ = [
    "END_REASONS",
    "SUSPEND_REASONS",
    "Earlier",
    "Ground",
    "HabilitationRefused",
    "Scope",
    "activate",
    "attach_document",
    "change_scope",
    "confirm",
    "demand_condition",
    "discard",
    "end",
    "end_expired",
    "lapse_condition",
    "meet_condition",
    "open_earlier",
    "prepare",
    "resume",
    "suspend",
]
