"""The processes of the torture: forked from one that has loaded everything, so that each costs milliseconds.

The parent opens no database and keeps nothing in memory that the application computed: a child starts as a new process
would. It waits at a gate until it is let go, so that `strace` can be there before its first system call, and answers
through a socket, so that what it said is known outside even when it dies at the next instruction.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

type Line = dict[str, Any]

PR_SET_PTRACER, ANY = 0x59616D61, ctypes.c_ulong(-1)


@dataclass
class Voice:
    """The child's end: what is said here has left the process when `say` returns."""

    end: socket.socket

    def say(self, **line: object) -> None:
        self.end.sendall(json.dumps(line).encode() + b"\n")


type Role = Callable[[Voice], None]


@dataclass
class Child:
    pid: int
    end: socket.socket
    unread: bytes = b""
    status: int | None = None
    lines: list[Line] = field(default_factory=list)

    def let_go(self) -> None:
        self.end.sendall(b"\n")

    def listen(self, seconds: float = 0) -> list[Line]:
        """Return what the child said since the last time, waiting at most `seconds` for something."""
        heard: list[Line] = []
        while select.select([self.end], [], [], 0 if heard else seconds)[0]:
            try:
                got = self.end.recv(1 << 20)
            except ConnectionResetError:
                got = b""
            if not got:
                break
            *whole, self.unread = (self.unread + got).split(b"\n")
            heard += [json.loads(line) for line in whole]
        self.lines += heard
        return heard

    def is_alive(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is None

    def kill(self) -> None:
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)

    def finish(self, seconds: float = 60) -> list[Line]:
        """Wait for the child's end and return all it said. :raises AssertionError: it hangs; it is killed."""
        deadline = time.monotonic() + seconds
        while self.is_alive():
            self.listen(0.05)
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"a process was still running after {seconds:.0f} s")
        self.listen()
        self.end.close()
        return self.lines

    @property
    def was_killed(self) -> bool:
        return self.status is not None and os.WIFSIGNALED(self.status)


def start(role: Role, *, log: Path, environment: dict[str, str] | None = None, let_go: bool = True) -> Child:
    """Fork a child that plays `role` once it is let go; what it prints and how it fails goes to the file `log`."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        play(role, theirs, log, environment or {})
    theirs.close()
    child = Child(pid, ours)
    if let_go:
        child.let_go()
    return child


def play(role: Role, end: socket.socket, log: Path, environment: dict[str, str]) -> NoReturn:
    """Be the child, and never return."""
    code = 1
    try:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY)  # where only a parent may trace
        os.environ.update(environment)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)
        end.recv(1)
        role(Voice(end))
        code = 0
    except BaseException:  # whatever it is, this process ends here and says why
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def speaking(children: list[Child]) -> Iterator[tuple[Child, Line]]:
    """Yield what each child said since the last time."""
    for child in children:
        for line in child.listen():
            yield child, line


def announce(text: str) -> None:
    print(text, flush=True)
    sys.stdout.flush()
