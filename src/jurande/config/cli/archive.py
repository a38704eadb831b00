"""`./jurande backup` and `./jurande restore`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jurande.config.backups import KEYS, Copied, back_up, put_back
from jurande.config.cli.arguments import Parser, parser
from jurande.config.exits import Exit
from jurande.config.home import current_home
from jurande.config.installation import alone_in, open_home

BACKUP = """Copie la base, les documents, les réglages et les clés dans un dossier neuf, sans arrêter Jurande."""
RESTORE = """Remet une sauvegarde dans un dossier vide (var/, ou celui de JURANDE_HOME), après l’avoir vérifiée."""


def arguments_of(command: str, description: str) -> Parser:
    options = parser(command, description)
    options.add_argument("folder", metavar="DOSSIER", type=Path, help="le dossier de la sauvegarde")
    options.add_argument("--json", action="store_true", help="répond en JSON, pour un script")
    return options


def backup(arguments: Sequence[str]) -> int:
    """Back the home up; returns the exit code."""
    asked = arguments_of("backup", BACKUP).parse_args(arguments)
    os.umask(0o077)
    started = time.monotonic()
    copied = back_up(current_home(), asked.folder.absolute(), environment=os.environ, now=datetime.now(UTC))
    if asked.json:
        print(as_json(copied, time.monotonic() - started))
        return Exit.OK
    print(f"Sauvegarde faite dans {copied.folder} : {copied.files} fichiers, {megabytes(copied)}.")
    print(
        f"Gardez les clés ({copied.folder / KEYS}) ailleurs que le reste : qui a les deux peut lire les données "
        "personnelles, et sans elles personne ne le peut."
    )
    return Exit.OK


def restore(arguments: Sequence[str]) -> int:
    """Restore a backup into the home; returns the exit code."""
    asked = arguments_of("restore", RESTORE).parse_args(arguments)
    os.umask(0o077)
    started = time.monotonic()
    home = current_home()
    open_home(home)
    with alone_in(home):
        copied = put_back(home, asked.folder.absolute(), environment=os.environ)
    if asked.json:
        print(as_json(copied, time.monotonic() - started))
        return Exit.OK
    print(f"Sauvegarde remise dans {home.path} : {copied.files} fichiers, {megabytes(copied)}, tous vérifiés.")
    if not copied.has_keys:
        print(
            f"Les clés n’étaient pas avec elle : remettez leur dossier à la place de {home.keys} avant de démarrer, "
            "sinon les données personnelles restent illisibles."
        )
    return Exit.OK


def megabytes(copied: Copied) -> str:
    return f"{copied.size_bytes / 1e6:.1f} Mo".replace(".", ",")


def as_json(copied: Copied, seconds: float) -> str:
    return json.dumps(
        {
            "folder": str(copied.folder),
            "database": copied.database,
            "files": copied.files,
            "size_bytes": copied.size_bytes,
            "keys": copied.has_keys,
            "seconds": round(seconds, 3),
        }
    )
