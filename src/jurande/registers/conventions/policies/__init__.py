"""May they? Clauses, conventions, signatures and procedures."""

from jurande.registers.conventions.policies.conventions import (
    can_edit_convention,
    can_follow_convention,
    can_prepare_conventions,
    can_publish_clauses,
    can_see_conventions,
    can_take_back_convention,
    can_write_clauses,
)

__all__ = [
    "can_edit_convention",
    "can_follow_convention",
    "can_prepare_conventions",
    "can_publish_clauses",
    "can_see_conventions",
    "can_take_back_convention",
    "can_write_clauses",
]
