"""Commands of those who develop or administer: `manage`, `test`, `bench`, `torture`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from jurande.config.checkpoints import Checkpointer
from jurande.config.cli.exits import Exit, Stopped
from jurande.config.home import ROOT, current_home

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def manage(arguments: Sequence[str]) -> int:
    """Run one of Django's management commands, ours included (`manage help` lists them)."""
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
    from django.core.management import execute_from_command_line  # Django is not for the commands that do without

    execute_from_command_line(["./jurande manage", *arguments])
    return Exit.OK


def test(arguments: Sequence[str]) -> int:
    """Run pytest on the whole suite, or on what the arguments say; browser journeys need Chromium."""
    if not any(shutil.which(name) for name in CHROMIUM):
        print("Chromium est absent : les parcours dans le navigateur sont passés (apt install chromium).")
    os.chdir(ROOT)
    import pytest  # in dev.lock only

    return int(pytest.main(list(arguments)))


def bench(arguments: Sequence[str]) -> int:
    """Run `benches/<name>.py`."""
    return run_script("bench", ROOT / "benches", arguments)


def torture(arguments: Sequence[str]) -> int:
    """Run `torture/<name>.py`."""
    return run_script("torture", ROOT / "torture", arguments)


def run_script(command: str, folder: Path, arguments: Sequence[str]) -> int:
    """Run the `main(argv)` of the script that the first argument names in `folder`, and return its exit code."""
    known = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    listed = "\n".join(["Disponibles :", *(f"  {name}" for name in known)]) if known else "Il n’y en a pas encore."
    if not arguments or arguments[0] in ("--help", "-h"):
        print(f"Utilisation : ./jurande {command} NOM [options]\n\n{listed}")
        return Exit.OK if arguments else Exit.USAGE
    name = arguments[0]
    if name not in known:
        raise Stopped(f"« {name} » n’existe pas. {listed}", Exit.USAGE)
    sys.path.insert(0, str(ROOT))
    module = import_module(f"{folder.name}.{name}")
    return int(module.main(list(arguments[1:])))
