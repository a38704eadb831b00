"""Which task does each job named in a register: the only place where names meet code."""

from __future__ import annotations

JOBS: dict[str, str] = {
    "documents.sweep": "jurande.registers.documents.tasks.sweep",
    "correspondence.deliver": "jurande.registers.correspondence.tasks.deliver",
    "correspondence.recover": "jurande.registers.correspondence.tasks.recover",
    "correspondence.erase": "jurande.registers.correspondence.tasks.erase",
}
