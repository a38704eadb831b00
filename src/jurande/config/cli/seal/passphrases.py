"""The passphrase of a key file: from the environment for machines, from the keyboard for people, never an argument."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path

from jurande.config.exits import Exit, Stopped
from jurande.integrations.key_files import SHORTEST_PASSPHRASE, KeyFileRefused

VARIABLE = "JURANDE_SEAL_PASSPHRASE"

REFUSALS = {
    "key_file.absent": "Il n’y a pas de fichier {path}.",
    "key_file.exists": "{path} existe déjà, et une clé n’est jamais remplacée. Choisissez un autre nom.",
    "key_file.open_to_others": "D’autres comptes peuvent lire {path}. Fermez-le d’abord : chmod 600 {path}",
    "key_file.passphrase": "La phrase de passe n’est pas la bonne, ou {path} a été modifié.",
    "key_file.short_passphrase": f"La phrase de passe doit avoir au moins {SHORTEST_PASSPHRASE} caractères.",
    "key_file.unreadable": "{path} ne peut pas être lu.",
    "key_file.malformed": "{path} n’est pas un fichier de clé de Jurande.",
}


def stopped(refusal: KeyFileRefused) -> Stopped:
    """The refusal of a key file, as a sentence."""
    return Stopped(REFUSALS[refusal.code].format(path=refusal.path), Exit.REFUSED)


def ask(path: Path, *, twice: bool = False) -> str:
    """The passphrase of `path`; typed twice when it is a new one, since nobody could correct it later."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise Stopped(f"Il faut la phrase de passe de {path} : donnez-la dans la variable {VARIABLE}.", Exit.USAGE)
    typed = getpass(f"Phrase de passe de {path} : ")
    if twice and getpass("La même, encore une fois : ") != typed:
        raise Stopped("Les deux phrases diffèrent. Rien n’a été écrit.")
    return typed
