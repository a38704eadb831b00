"""Approvals as both sides see them: the certifier who grants them and the partner who holds them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.network.queries.approvals import words_for
from jurande.registers.network.states import ApprovalState
from jurande.web.ui.marks import chip

STATUS = {ApprovalState.GRANTED: "ok", ApprovalState.REFUSED: "late", ApprovalState.WITHDRAWN: "end"}


def approval_line(approval: Any) -> dict[str, Any]:
    """One approval as lists show it: what, its state today, its days, why."""
    today = timezone.localdate()
    over = approval.state == ApprovalState.GRANTED and approval.valid_until < today
    status = "end" if over else STATUS[ApprovalState(approval.state)]
    return {
        "approval": approval,
        "what": words_for(approval),
        "kind": approval.get_subject_display(),
        "chip": chip(status, _("Terminé") if over else approval.get_state_display(), bare=True),
        "why": approval.withdraw_reason or approval.reasons,
        "in_force": approval.state == ApprovalState.GRANTED and not over,
    }
