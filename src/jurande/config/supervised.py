"""What a process started by the supervisor does: die with its parent, then play its role.

Run as `python -m jurande.config.supervised <parent's pid> <role> [arguments]`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module

import django
from django.db import connections

from jurande.config.administration import run_django
from jurande.config.exits import guarded

# EX_TEMPFAIL: the web server found a database that is missing or older than the code.
PREPARATION_NEEDED = 75
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.5

ROLES = {
    "web": "jurande.config.webserver:serve",
    "worker": "jurande.config.supervised:work",
    "prepare": "jurande.config.preparation:prepare",
    "manage": "jurande.config.administration:manage",
}


def die_with(parent: int) -> None:
    """Make this process end when process `parent` does, even by `kill -9`: no orphan keeps the port or the database.

    SIGKILL, as everything that a supervised process does may be cut at any instant.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    # The parent may have died before the lines above took effect.
    if os.getppid() != parent:
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)


def work(arguments: Sequence[str]) -> int:
    """Run the background jobs; the parent checkpoints the database."""
    return run_django(["run-worker", *arguments])


def main(arguments: Sequence[str]) -> int:
    die_with(int(arguments[0]))
    # Before the role is imported: it imports fields and models.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jurande.config.settings")
    django.setup()
    module, function = ROLES[arguments[1]].split(":")
    run: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    try:
        return guarded(run, arguments[2:])
    finally:
        # The last one to close the database leaves it a single file.
        connections.close_all()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking the interpreter down would cost a third of the second in which Ctrl-C must be over.
    os._exit(code)
