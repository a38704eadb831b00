"""argparse in French: the same parser for every command, whose help and refusals a French reader understands."""

from __future__ import annotations

import argparse
from typing import NoReturn

from jurande.config.exits import Exit

# argparse looks its sentences up in gettext's default domain; a table here spares a compiled catalogue.
SENTENCES = {
    "usage: ": "Utilisation : ",
    "positional arguments": "arguments",
    "options": "options",
    "show this help message and exit": "affiche cette aide",
    "the following arguments are required: %s": "il manque %s",
    "unrecognized arguments: %s": "argument inconnu : %s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "expected one argument": "une valeur est attendue",
    "expected at most one argument": "une valeur au plus est attendue",
    "invalid %(type)s value: %(value)r": "la valeur %(value)r ne convient pas",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r n’est pas dans la liste (%(choices)s)",
    "not allowed with argument %s": "ne va pas avec %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s est ambigu (%(matches)s)",
    "ignored explicit argument %r": "la valeur %r n’est pas attendue",
}


def in_french(sentence: str) -> str:
    return SENTENCES.get(sentence, sentence)


def counted_in_french(singular: str, plural: str, count: int) -> str:
    return in_french(singular if count < 2 else plural)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"{message[:1].upper()}{message[1:]}.\nAide : {self.prog} --help\n")


def parser(command: str, description: str) -> Parser:
    """Make the parser of `./jurande <command>`; a mistake ends the process with `Exit.USAGE`."""
    argparse._ = in_french  # type: ignore[attr-defined]
    argparse.ngettext = counted_in_french  # type: ignore[attr-defined]
    return Parser(
        prog=f"./jurande {command}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def port(text: str) -> int:
    """A TCP port, 0 asking the system for a free one."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number
