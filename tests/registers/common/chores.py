"""Jobs for the tests of jobs: what each does is in its name."""

from __future__ import annotations

import os
import time
from pathlib import Path

from jurande.registers.common.jobs import Run
from jurande.registers.common.refusals import Refused
from tests.registers.common.declared import NOTEBOOK


def note(run: Run) -> None:
    """Add a line to the notebook, in one write, which others at it cannot cut."""
    write(run.code)


def fail(run: Run) -> None:
    secret = "Inès Carvalho"
    raise ValueError(f"cannot write to {secret}")


def refuse(run: Run) -> None:
    raise Refused("Cet envoi n’est plus possible : la personne a quitté l’organisme.")


def count(run: Run) -> None:
    for done in range(1, 4):
        run.progress(done=done, total=3, note_code="chores.counting")


def linger(run: Run) -> None:
    """Begin, then take a long time, giving signs of life."""
    write(f"begin {run.code} {os.getpid()}")
    for step in range(600):
        run.progress(done=step, total=600)
        time.sleep(0.1)
    write(f"end {run.code}")


def write(line: str) -> None:
    with Path(os.environ[NOTEBOOK]).open("a") as notebook:
        notebook.write(line + "\n")
