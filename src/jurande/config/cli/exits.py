"""What the exit code of a command tells the script that ran it (docs/reference/commands.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; the launcher `./jurande`, which imports nothing, repeats 3 and 130."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    ENVIRONMENT = 3
    BUSY = 4
    INTERRUPTED = 130


class Stopped(Exception):
    """A command cannot go on: a French sentence for the person who typed it, and the exit code."""

    def __init__(self, sentence: str, code: Exit = Exit.REFUSED) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
