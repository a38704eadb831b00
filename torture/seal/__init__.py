"""The seal maltreated in every way we could think of: nothing acknowledged may be lost, doubled or signed unknown.

    ./jurande torture seal [--size ci|N] [--seed N] [--database sqlite|postgresql] [--only kills,power…]

A real installation in a temporary home; what it says is written down outside, then the fault comes, then it starts
again, settles, checks itself, and is compared with what was said (`outside.py`). Sizes are multiples of the one of CI.
A part that struck nothing fails. One that this machine does not allow (no FUSE, no tracing) is said not to be done.
On PostgreSQL, `DATABASE_URL` names a server where databases may be created. Figures: docs/reliability.md
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit, Stopped
from jurande.config.home import ROOT

PARTS = ("kills", "syscalls", "power", "disk", "clock", "writers", "model", "damage")
DATABASE = "jurande_torture"


@dataclass(frozen=True)
class Size:
    """How often each part strikes, at the least."""

    kills: int = 30
    syscalls: int = 160
    cuts: int = 20
    disk: int = 12
    each: int = 25
    examples: int = 5
    damages: int = 60

    def times(self, factor: int) -> Size:
        return Size(**{name: factor * number for name, number in asdict(self).items()})


def size(text: str) -> int:
    return 1 if text == "ci" else int(text)


def parts(text: str) -> list[str]:
    asked = text.split(",")
    if not set(asked) <= set(PARTS):
        raise ValueError(text)
    return asked


def main(argv: Sequence[str]) -> int:
    options = parser("torture seal", "Maltraite le sceau, et vérifie que rien de confirmé n’est perdu ni doublé.")
    options.add_argument("--size", type=size, default=1, metavar="ci|N", help="N fois la taille de la CI (ci)")
    options.add_argument("--seed", type=int, default=0, help="graine du hasard (0)")
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite", help="base (sqlite)")
    options.add_argument("--only", type=parts, default=list(PARTS), help=f"parties, parmi {','.join(PARTS)}")
    asked = options.parse_args(argv)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        "DJANGO_SETTINGS_MODULE": "jurande.config.settings",
        "JURANDE_TORTURE": "1",
        "JURANDE_PUBLIC_URL": "https://torture.exemple.fr",
    }
    server = environment.pop("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="jurande-torture-") as folder:
        environment["JURANDE_HOME"] = str(Path(folder, "home"))
        Path(folder, "home").mkdir()
        order = {
            "folder": folder,
            "size": asdict(Size().times(asked.size)),
            "seed": asked.seed,
            "parts": asked.only,
        }
        command = [sys.executable, "-m", "torture.seal.run", json.dumps(order)]
        if asked.database == "sqlite":
            return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
        if not server:
            raise Stopped("DATABASE_URL doit nommer le serveur PostgreSQL où faire la base à maltraiter.", Exit.USAGE)
        with own_database(server) as url:
            return subprocess.run(command, env={**environment, "DATABASE_URL": url}, cwd=ROOT, check=False).returncode


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """Make a database on this server, and drop it at the end; yield its address."""
    name = f"{DATABASE}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            made = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name])
            for (database,) in made.fetchall():
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
