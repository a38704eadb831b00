"""Which task does each job named in a register: the only place where names meet code."""

from __future__ import annotations

JOBS: dict[str, str] = {}
