"""The names of the chores: settings are read before a chore may be imported."""

from __future__ import annotations

JOBS = {
    f"chores.{name}": f"tests.registers.common.chores.{name}" for name in ("note", "fail", "refuse", "count", "linger")
}
# Set by tests that run jobs in another process: where it writes what it did.
NOTEBOOK = "CHORES_NOTEBOOK"
