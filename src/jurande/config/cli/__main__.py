"""`./jurande <command>`: find the command, run it, turn what stops it into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from jurande import __version__
from jurande.config.cli.commands import COMMANDS
from jurande.config.exits import Exit, guarded


def overview() -> str:
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"  {command.name.ljust(width)}  {command.summary}" for command in COMMANDS]
    return "\n".join(
        [
            f"Jurande {__version__}",
            "",
            "Utilisation : ./jurande <commande> [options]",
            "",
            *lines,
            "",
            "Aide d’une commande : ./jurande <commande> --help",
        ]
    )


def unknown(name: str) -> str:
    near = get_close_matches(name, [command.name for command in COMMANDS], n=1, cutoff=0.5)
    suggestion = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
    return f"La commande « {name} » n’existe pas.{suggestion} La liste : ./jurande --help"


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("--help", "-h", "help", "aide"):
        print(overview())
        return Exit.OK if arguments else Exit.USAGE
    if arguments[0] in ("--version", "-V"):
        print(f"Jurande {__version__}")
        return Exit.OK
    command = next((command for command in COMMANDS if command.name == arguments[0]), None)
    if command is None:
        print(unknown(arguments[0]), file=sys.stderr)
        return Exit.USAGE
    try:
        return guarded(command.run, arguments[1:])
    except BrokenPipeError:
        # The reader left (`./jurande … | head`): nobody is there to be told, and flushing would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
