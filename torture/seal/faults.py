"""Faults of the system, injected by `strace` into the n-th call of one kind that a process makes."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from torture.seal.stage import Child

# What writes, names and opens; the second of a pair is how other machines spell it.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "openat", "unlink", "mkdir")
IO_ERROR, KILL, DISK_FULL = "error=EIO", "signal=KILL", "error=ENOSPC"
# What a full disk refuses. It still opens, reads, renames and deletes.
FILLING = ("write", "pwrite64", "ftruncate", "mkdir")


class Missing(Exception):
    """A program is not installed that this part of the torture needs; the message says which package has it."""


class Impossible(Exception):
    """This machine does not allow this part of the torture at all (a container, most often); the message says what."""


@dataclass(frozen=True)
class Fault:
    """`what` happens at the n-th call of each kind in `calls`, and at all that follow when it `lasts`."""

    calls: tuple[str, ...]
    what: str
    nth: int
    lasts: bool = False

    @property
    def expression(self) -> str:
        return f"inject={','.join(self.calls)}:{self.what}:when={self.nth}{'+' if self.lasts else ''}"

    def __str__(self) -> str:
        return f"{self.what} at {'+'.join(self.calls)} {self.nth}{' and after' if self.lasts else ''}"


def demand_strace() -> None:
    """:raises Missing: no strace. :raises Impossible: it may not trace here."""
    if shutil.which("strace") is None:
        raise Missing("strace est absent (Debian : apt install strace)")
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if tried.returncode:
        raise Impossible(
            f"strace n’a pas le droit de suivre un processus ici : {tried.stderr.decode(errors='replace').strip()}"
        )


class Traced:
    """`strace` around a child that waits at its gate; the child is let go once its first call can be seen."""

    def __init__(self, child: Child, *expressions: str) -> None:
        self.child = child
        self.output = Path(tempfile.mkstemp(prefix="jurande-strace-")[1])
        options = [part for expression in expressions for part in ("-e", expression)]
        self.process = subprocess.Popen(
            ["strace", "-f", "-p", str(child.pid), "-o", str(self.output), *options], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        if "attached" not in said:
            self.process.kill()
            raise Impossible(f"strace n’a pas le droit de suivre un processus ici : {said.strip()}")
        child.let_go()

    def lines(self) -> list[str]:
        """What was traced; to be called once the child has ended."""
        self.process.communicate(timeout=20)
        lines = self.output.read_text(errors="replace").splitlines()
        self.output.unlink()
        return lines


def run_with(fault: Fault, child: Child) -> bool:
    """Let `child` run to its end under `fault`; return whether there was a call for it to strike."""
    traced = Traced(child, f"trace={','.join(fault.calls)}", fault.expression)
    child.finish()
    struck = any("(INJECTED)" in line for line in traced.lines())
    return struck or (fault.what == KILL and child.was_killed)


def count_calls(child: Child) -> Counter[str]:
    """Let `child` run to its end; return how many calls of each kind it made."""
    traced = Traced(child, f"trace={','.join(CALLS)}")
    child.finish()
    names = (re.match(r"\d+ +(\w+)\(", line) for line in traced.lines())
    return Counter(name[1] for name in names if name)
