"""One parent that keeps the web servers and the worker alive, and takes them all with it when it stops."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

from jurande.config.exits import Exit
from jurande.config.supervised import PREPARATION_NEEDED

# Ctrl-C must free the terminal within one second: what has not ended by itself after this is killed, and loses
# nothing, since a job or a request that is cut is one that the database never saw committed.
GRACE_SECONDS = 0.6
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 10.0
HOPELESS_STARTS = 3


class Outcome(Enum):
    """Why `Supervisor.run` returned."""

    STOPPED = "stopped"
    PREPARATION_NEEDED = "preparation needed"
    UNFIT = "unfit"  # the machine or the home is not fit for it; the web server has said why
    HOPELESS = "hopeless"


@dataclass
class Child:
    """A process to keep alive; it is started in its own session, so that Ctrl-C reaches the parent only."""

    label: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to whatever it started, which may outlive it."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def role(*arguments: str) -> tuple[str, ...]:
    """The command line of a supervised process; it dies with this one."""
    return (sys.executable, "-P", "-m", "jurande.config.supervised", str(os.getpid()), *arguments)


@contextmanager
def signals() -> Iterator[int]:
    """Turn the signals that matter here into bytes on a pipe, whose reading end is given."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    numbers = [signal.SIGCHLD, signal.SIGINT, signal.SIGTERM]
    # Started by nohup, Jurande goes on when the terminal closes.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    previous = {number: signal.signal(number, lambda *_: None) for number in numbers}
    previous_fd = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(previous_fd)
        for number, behaviour in previous.items():
            signal.signal(number, behaviour)
        os.close(reading)
        os.close(writing)


class Supervisor:
    """Run the web server on `listener`, then the other ones and the worker; restart any that dies, later and later.

    Python computes on one core at a time: `web_processes` of them answer on the same socket, whoever is free first.
    """

    def __init__(
        self,
        *,
        listener: socket.socket,
        environment: Mapping[str, str],
        on_ready: Callable[[], None],
        say: Callable[[str], None],
        web_processes: int = 1,
    ) -> None:
        # The listening socket belongs to the parent: while the web server restarts, visitors wait and are not refused.
        self.listener = listener
        self.environment = dict(environment)
        self.on_ready = on_ready
        self.say = say
        self.ready_reading, self.ready_writing = os.pipe()
        serving = role("web", str(listener.fileno()), str(self.ready_writing))
        self.web = Child("le site", serving)
        self.others = [Child(f"le site ({number})", serving) for number in range(2, web_processes + 1)]
        self.worker = Child("les tâches de fond", role("worker"))
        self.is_ready = False

    def run(self) -> Outcome:
        """Keep both alive until a signal asks to stop, or until the web server says why it cannot start."""
        with signals() as inbox:
            try:
                self._start(self.web)
                while True:
                    outcome = self._wait(inbox)
                    if outcome is not None:
                        return outcome
            finally:
                self._stop()
                os.close(self.ready_reading)
                os.close(self.ready_writing)

    def _wait(self, inbox: int) -> Outcome | None:
        """Wait for a signal, readiness or the time of a restart, and act on it."""
        waiting = [child.due for child in self._wanted() if child.process is None]
        timeout = max(0.0, min(waiting) - time.monotonic()) if waiting else None
        readable, _, _ = select.select([inbox, self.ready_reading], [], [], timeout)
        if inbox in readable and self._asked_to_stop(inbox):
            return Outcome.STOPPED
        if self.ready_reading in readable:
            os.read(self.ready_reading, 64)
            if not self.is_ready:
                self.is_ready = True
                # Whoever read what we print may have left.
                with suppress(BrokenPipeError):
                    self.on_ready()
        for child in self._wanted():
            outcome = self._look_at(child)
            if outcome is not None:
                return outcome
        return None

    def _wanted(self) -> list[Child]:
        """The others start when the site answers: all importing Django at once would delay the first page."""
        return [self.web, *self.others, self.worker] if self.is_ready else [self.web]

    def _asked_to_stop(self, inbox: int) -> bool:
        try:
            numbers = os.read(inbox, 4096)
        except BlockingIOError:
            return False
        return any(number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) for number in numbers)

    def _look_at(self, child: Child) -> Outcome | None:
        if child.process is None:
            if time.monotonic() >= child.due:
                self._start(child)
            return None
        code = child.process.poll()
        if code is None:
            return None
        if child is self.web and code == PREPARATION_NEEDED:
            return Outcome.PREPARATION_NEEDED
        if child is self.web and code == Exit.ENVIRONMENT and not self.is_ready:
            return Outcome.UNFIT
        return self._plan_restart(child, code)

    def _plan_restart(self, child: Child, code: int) -> Outcome | None:
        now = time.monotonic()
        # Before the first page, time spent starting on a busy machine proves nothing.
        was_healthy = self.is_ready and now - child.started > HEALTHY_SECONDS
        child.failures = 1 if was_healthy else child.failures + 1
        if child is self.web and not self.is_ready and child.failures >= HOPELESS_STARTS:
            return Outcome.HOPELESS
        child.signal(signal.SIGKILL)
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** (child.failures - 1))
        child.process, child.due = None, now + delay
        why = f"signal {-code}" if code < 0 else f"code {code}"
        pause = f"{delay:.1f}".replace(".", ",")
        self.say(f"Arrêt imprévu : {child.label} ({why}). Nouveau départ dans {pause} s.")
        return None

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            env=self.environment,
            pass_fds=() if child is self.worker else (self.listener.fileno(), self.ready_writing),
            start_new_session=True,
        )

    def _stop(self) -> None:
        children = (self.web, *self.others, self.worker)
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
                child.signal(signal.SIGKILL)
                child.process.wait()
