"""Numbered places where the process can be told to die, so that the torture tests die there and nowhere else."""

from __future__ import annotations

import os
import signal


def crash_point(name: str) -> None:
    """Do nothing; under ``JURANDE_TORTURE=1``, end this process at once if ``JURANDE_CRASH_AT`` has this name."""
    if os.environ.get("JURANDE_TORTURE") == "1" and os.environ.get("JURANDE_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
