"""Commands of those who develop: `test`, `bench`, `torture`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from jurande.config.exits import Exit, Stopped
from jurande.config.home import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A selection runs as it was typed; the whole suite is shared between processes.
WHOLE_SUITE = ["-n", str(min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))]


def test(arguments: Sequence[str]) -> int:
    """Run pytest on the whole suite, or on what the arguments say; browser journeys need Chromium."""
    if not any(shutil.which(name) for name in CHROMIUM):
        print("Chromium est absent : les parcours dans le navigateur sont passés (apt install chromium).")
    os.chdir(ROOT)
    import pytest  # in dev.lock only

    return int(pytest.main(list(arguments) or WHOLE_SUITE))


def bench(arguments: Sequence[str]) -> int:
    """Run `benches/<name>.py`."""
    return run_script("bench", ROOT / "benches", arguments)


def torture(arguments: Sequence[str]) -> int:
    """Run `torture/<name>.py`."""
    return run_script("torture", ROOT / "torture", arguments)


def run_script(command: str, folder: Path, arguments: Sequence[str]) -> int:
    """Run the `main(argv)` of the script or package named by the first argument; return its exit code."""
    modules = [*folder.glob("*.py"), *(package.parent for package in folder.glob("*/__init__.py"))]
    known = sorted(path.stem for path in modules if not path.stem.startswith("_"))
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
