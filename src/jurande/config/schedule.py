"""What runs by itself, and when: data, read by the worker and printed by `./jurande manage schedule`."""

from __future__ import annotations

SCHEDULE: list[object] = []
