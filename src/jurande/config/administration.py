"""Django's management commands, ours included."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.core.management import execute_from_command_line

from jurande.config.checkpoints import Checkpointer
from jurande.config.exits import Exit
from jurande.config.home import current_home


def manage(arguments: Sequence[str]) -> int:
    """Run a management command (`help` lists them), checkpointing the database meanwhile."""
    if "DATABASE_URL" in os.environ:
        return run_django(arguments)
    # A long import may run while nobody serves this home: its write-ahead log must not grow without bound.
    checkpointer = Checkpointer(current_home().database)
    checkpointer.start()
    try:
        return run_django(arguments)
    finally:
        checkpointer.stop()


def run_django(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jurande.config.settings")
    execute_from_command_line(["./jurande manage", *arguments])
    return Exit.OK
