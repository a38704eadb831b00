"""What the exit code of a command tells the script that ran it (docs/reference/commands.md)."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Callable, Sequence
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
    """A command cannot go on: a French sentence for whoever typed it (empty: already said), and the exit code."""

    def __init__(self, sentence: str, code: Exit = Exit.REFUSED) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def guarded(run: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a command; what stops it becomes one sentence on standard error, and the exit code returned."""
    try:
        return run(arguments)
    except Stopped as stop:
        sentence, code = stop.sentence, stop.code
    except KeyboardInterrupt:
        sentence, code = "\nInterrompu.", Exit.INTERRUPTED
    except OSError as error:
        sentence, code = sentence_for(error), Exit.ENVIRONMENT
    except Exception as error:
        cause = error if isinstance(error, sqlite3.Error) else error.__cause__
        if not isinstance(cause, sqlite3.Error) or cause.sqlite_errorcode not in DISK_ERRORS:
            raise
        sentence, code = DISK_ERRORS[cause.sqlite_errorcode], Exit.ENVIRONMENT
    if sentence:
        print(sentence, file=sys.stderr)
    return code


DAMAGED = "La base est abîmée : arrêtez tout, gardez-en une copie, et restaurez une sauvegarde."
DISK_ERRORS = {
    sqlite3.SQLITE_FULL: "Le disque est plein : la base n’a pas changé. Libérez de la place, puis recommencez.",
    sqlite3.SQLITE_IOERR_WRITE: "Le disque refuse d’écrire la base. Vérifiez qu’il est sain, puis recommencez.",
    sqlite3.SQLITE_CANTOPEN: "La base ne peut pas être ouverte. Vérifiez les droits sur son dossier, puis recommencez.",
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_READONLY: "Ce compte n’a pas le droit d’écrire dans la base. Donnez-lui ce droit, puis recommencez.",
}


def sentence_for(error: OSError) -> str:
    """What the person must know of an error of the operating system that no command foresaw."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"Le disque est plein{place} : rien de plus n’est écrit. Libérez de la place, puis recommencez."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Ce compte n’a pas le droit d’écrire à cet endroit{place}. Donnez-lui ce droit, puis recommencez."
    return f"Le système a refusé une opération{place} : {error.strerror or error}."
