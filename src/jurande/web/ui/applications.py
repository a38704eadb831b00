"""An application as lists show it."""

from __future__ import annotations

from collections.abc import Mapping

from jurande.registers.network.states import ApplicationState

STATUSES: Mapping[str, str] = {
    ApplicationState.DRAFT: "draft",
    ApplicationState.SUBMITTED: "run",
    ApplicationState.UNDER_REVIEW: "run",
    ApplicationState.DECIDED: "ok",
    ApplicationState.WITHDRAWN: "end",
}
