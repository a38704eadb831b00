"""`./jurande demo`: the demonstration world, in a home of its own, never mixed with real data."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jurande import __version__
from jurande.config.cli.arguments import parser, port
from jurande.config.cli.serve import keep_serving, run_role
from jurande.config.exits import Stopped
from jurande.config.home import ROOT, Home, current_home
from jurande.config.installation import alone_in, listen, open_home, write_durably
from jurande.demo.personas import PERSONAS

DESCRIPTION = """Ouvre une démonstration complète : un certificateur fictif, son réseau, ses personnages.

Tout est dans un dossier à part, reconstruit quand le jour ou la version a changé. Rien ne sort de la machine."""

PARIS = ZoneInfo("Europe/Paris")
MARK = "demo.json"
KEPT = {MARK, "lock"}


def demo(arguments: Sequence[str]) -> int:
    """Build the demonstration if it is not today's, and serve it until a signal; returns the exit code."""
    options = parser("demo", DESCRIPTION)
    options.add_argument("--port", type=port, default=8000, help="port d’écoute (8000)")
    options.add_argument("--home", type=Path, help="dossier de la démonstration (var/demo)")
    options.add_argument("--keep", action="store_true", help="garde le monde d’hier et ce que vous y avez fait")
    asked = options.parse_args(arguments)
    os.umask(0o077)
    # A demonstration never touches the database of a real installation.
    os.environ.pop("DATABASE_URL", None)
    home = Home((asked.home or current_home().path / "demo").resolve())
    refuse_foreign(home)
    open_home(home)
    if not (home.path / MARK).exists():
        # A start that stops here (port taken, disk full) must not make the folder look like somebody else's.
        write_durably(home.path / MARK, b"{}\n")
    with alone_in(home), closing(listen("127.0.0.1", asked.port)) as listener:
        url = f"http://localhost:{listener.getsockname()[1]}"
        environment = {
            # One person looks at it: one process starts sooner.
            "JURANDE_WEB_PROCESSES": "1",
            **os.environ,
            "JURANDE_HOME": str(home.path),
            "JURANDE_DEMO": "1",
            "JURANDE_PUBLIC_URL": url,
        }
        wanted = {"day": datetime.now(PARIS).date().isoformat(), "build": build_digest(), "public_url": url}
        built = read_mark(home)
        if built != wanted and not (asked.keep and built.get("day")):
            build(home, environment, wanted)
        return keep_serving(home, listener, environment, lambda: announce(home, url))


def refuse_foreign(home: Home) -> None:
    """Refuse a folder that holds anything but a demonstration: it is emptied at each construction.

    :raises Stopped: it does.
    """
    if not home.path.is_dir() or (home.path / MARK).exists():
        return
    if any(path.name not in KEPT for path in home.path.iterdir()):
        raise Stopped(
            f"Le dossier {home.path} contient autre chose qu’une démonstration : elle ne s’y installe pas, car elle "
            "efface ce qu’elle trouve. Donnez un dossier vide : ./jurande demo --home DOSSIER"
        )


def read_mark(home: Home) -> dict[str, str]:
    try:
        mark = json.loads((home.path / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def build_digest() -> str:
    """What the demonstration is made of: the version, the code that builds it and the shape of the database."""
    package = ROOT / "src/jurande"
    sources = [*(package / "demo").rglob("*.py"), *package.glob("registers/*/migrations/*.py")]
    digest = hashlib.sha256(__version__.encode())
    for source in sorted(sources):
        digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def build(home: Home, environment: dict[str, str], wanted: dict[str, str]) -> None:
    """Empty the home and build the demonstration in it; the mark is complete only when the world is."""
    print("Construction du monde de démonstration…", flush=True)
    write_durably(home.path / MARK, b"{}\n")
    for path in home.path.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    run_role(environment, "prepare")
    run_role(environment, "manage", "build-demo")
    write_durably(home.path / MARK, json.dumps(wanted, indent=2).encode() + b"\n")


def announce(home: Home, url: str) -> None:
    print(f"Jurande {__version__} · démonstration · SQLite {sqlite3.sqlite_version} · données dans {home.path}")
    print(f"\n  {url}\n")
    width = max(len(persona.name) for persona in PERSONAS)
    for persona in PERSONAS:
        print(f"  {persona.name.ljust(width)}  {persona.role}")
    print("\nChaque personne a son bouton sur la page de connexion. Ctrl-C pour arrêter.", flush=True)
