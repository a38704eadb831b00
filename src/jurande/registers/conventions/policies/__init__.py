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
from jurande.registers.conventions.policies.signatures import (
    can_answer_for_partner,
    can_choose_signing,
    can_decide_termination,
    can_follow_signatures,
    can_sign,
    can_suspend,
)

__all__ = [
    "can_answer_for_partner",
    "can_choose_signing",
    "can_decide_termination",
    "can_edit_convention",
    "can_follow_convention",
    "can_follow_signatures",
    "can_prepare_conventions",
    "can_publish_clauses",
    "can_see_conventions",
    "can_sign",
    "can_suspend",
    "can_take_back_convention",
    "can_write_clauses",
]
