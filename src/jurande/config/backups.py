"""Copy a home to a folder while it is served, and put such a copy back into an empty home.

The order makes a copy consistent without stopping anything. What is published is copied before the database, which
may then only be ahead of it; documents are named by their content and never change, so they are copied after the
database, which then refers to nothing that the copy lacks. The manifest comes last: without it, a copy is incomplete.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jurande import __version__
from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home
from jurande.config.installation import write_durably
from jurande.registers.seal.operations.points import crash_point

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE_COPY = "database.sqlite3"
POSTGRESQL_COPY = "database.dump"
KEYS = "keys"
STAGING = "restoring"


@dataclass(frozen=True)
class Copied:
    """What a backup or a restoration moved."""

    folder: Path
    database: str
    files: int
    size_bytes: int
    has_keys: bool


# --- backup -------------------------------------------------------------------------------------


def back_up(home: Home, folder: Path, *, environment: Mapping[str, str], now: datetime) -> Copied:
    """Copy everything that `home` holds, except its cache and its own copies, to `folder`, made if needed.

    :raises Stopped: nothing to copy, `folder` is not empty, or the database cannot be copied.
    """
    url = environment.get("DATABASE_URL")
    if url is None and not home.database.exists():
        raise Stopped(f"Il n’y a rien à sauvegarder : la base {home.database} n’existe pas.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stopped(f"Le dossier {folder} n’est pas vide. Donnez un dossier neuf à chaque sauvegarde.")
    if folder.resolve().is_relative_to(home.path):
        raise Stopped("Une sauvegarde se garde ailleurs que dans le dossier qu’elle protège. Donnez un autre dossier.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    copy_tree(home.public, folder / "public")
    if url is None:
        kind = "sqlite"
        copy_sqlite(home.database, folder / SQLITE_COPY)
    else:
        kind = "postgresql"
        dump_postgresql(url, folder / POSTGRESQL_COPY)
    crash_point("K9")
    copy_tree(home.documents, folder / "documents")
    copy_tree(home.keys, folder / KEYS)
    for single in (home.settings, home.erased):
        if single.exists():
            copy_file(single, folder / single.name)
    files = listing(folder)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "version": __version__,
        "database": kind,
        "files": files,
    }
    write_durably(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n")
    size = sum(entry["size_bytes"] for entry in files.values())
    return Copied(folder, kind, len(files), size, (folder / KEYS).is_dir())


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database as it is at one instant, writers going on; the copy is a single file, checked.

    :raises Stopped: the copy does not pass SQLite's own check.
    """
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=20)) as reading, closing(sqlite3.connect(target)) as writing:
        # All pages in one step: one reading transaction, which sees one state and blocks no writer.
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode=DELETE")
        check_sqlite(writing, target)
    sync(target)


def check_sqlite(connection: sqlite3.Connection, path: Path) -> None:
    """Run SQLite's integrity check and its check of foreign keys.

    :raises Stopped: one of them finds a fault.
    """
    # Some constraints use a function that Django gives to its own connections; it is called with (pattern, text).
    connection.create_function("REGEXP", 2, _matches, deterministic=True)
    try:
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
        faults += [f"clé étrangère de {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")][:1]
    except sqlite3.DatabaseError as error:
        faults = [str(error)]
    if faults:
        raise Stopped(f"La base copiée dans {path} est abîmée ({faults[0]}). Gardez vos sauvegardes précédentes.")


def _matches(pattern: str | None, text: object) -> bool | None:
    return None if pattern is None or text is None else re.search(pattern, str(text)) is not None


def dump_postgresql(url: str, target: Path) -> None:
    target.touch(mode=0o600)
    run_postgresql(["pg_dump", "--format=custom", f"--file={target}"], url, "sauvegarder")
    sync(target)


def load_postgresql(url: str, source: Path) -> None:
    """Put a dump back, wholly or not at all.

    :raises Stopped: the database already has these tables, or cannot be reached.
    """
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run_postgresql(["pg_restore", *options, str(source)], url, "remettre en place")


def run_postgresql(command: list[str], url: str, purpose: str) -> None:
    """Run one of PostgreSQL's own tools on the database at `url`, whose password stays out of the list of processes.

    :raises Stopped: the tool is not installed, or it failed.
    """
    if shutil.which(command[0]) is None:
        sentence = f"Il faut {command[0]} pour {purpose} une base PostgreSQL (apt install postgresql-client)."
        raise Stopped(sentence, Exit.ENVIRONMENT)
    parts = urlsplit(url)
    account, _, place = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    public = parts._replace(netloc=f"{user}@{place}" if user else place).geturl()
    environment = {**os.environ, "PGPASSWORD": unquote(password)} if password else dict(os.environ)
    command = [command[0], f"--dbname={public}", *command[1:]]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error:" in line or "FATAL:" in line]
        raise Stopped(f"{command[0]} a échoué : {said[0] if said else 'sans explication'}")


def copy_tree(source: Path, target: Path) -> None:
    """Copy every file of `source`, if it exists; one that disappears meanwhile was deleted for good and is left out."""
    if not source.is_dir():
        return
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.is_symlink():
            copy_file(path, target / path.relative_to(source))


def copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return
    target.chmod(0o600)
    sync(target)


def sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def listing(folder: Path) -> dict[str, dict[str, Any]]:
    """The size and SHA-256 of every file under `folder`, by its path inside it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {"size_bytes": path.stat().st_size, "sha256": digest(path)}
        for path in paths
    }


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- restoration --------------------------------------------------------------------------------


def put_back(home: Home, folder: Path, *, environment: Mapping[str, str]) -> Copied:
    """Put the backup in `folder` into `home`, which must be empty; the backup is read wholly before anything is kept.

    Interrupted, it leaves a home that can be restored into again.

    :raises Stopped: the home is not empty, the backup is damaged, incomplete, or of another kind of database.
    """
    manifest = read_manifest(folder)
    url = environment.get("DATABASE_URL")
    kind = "sqlite" if url is None else "postgresql"
    if manifest["database"] != kind:
        raise Stopped(OTHER_KIND[manifest["database"]])
    verify(folder, manifest["files"])
    refuse_inhabited(home)
    staging = home.path / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    has_keys = (folder / KEYS).is_dir()
    for name in manifest["files"]:
        if name != POSTGRESQL_COPY and (folder / name).exists():
            copy_file(folder / name, staging / name)
    if url is None:
        with closing(sqlite3.connect(staging / SQLITE_COPY)) as connection:
            check_sqlite(connection, folder / SQLITE_COPY)
        (staging / SQLITE_COPY).rename(staging / home.database.name)
    else:
        load_postgresql(url, folder / POSTGRESQL_COPY)
    settle(staging, home)
    size = sum(entry["size_bytes"] for entry in manifest["files"].values())
    return Copied(folder, kind, len(manifest["files"]), size, has_keys)


OTHER_KIND = {
    "sqlite": "Cette sauvegarde vient d’une base SQLite : retirez DATABASE_URL pour la remettre en place.",
    "postgresql": "Cette sauvegarde vient d’une base PostgreSQL : donnez DATABASE_URL, une base neuve et vide.",
}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a backup.

    :raises Stopped: there is none, or it cannot be understood.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT and manifest["database"] in OTHER_KIND
        complete = all({"size_bytes", "sha256"} <= entry.keys() for entry in manifest["files"].values())
    except FileNotFoundError:
        raise Stopped(f"{folder / MANIFEST} manque : ce dossier n’est pas une sauvegarde achevée.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Stopped(f"{folder / MANIFEST} est abîmé : cette sauvegarde ne peut pas être remise.") from None
    if not known:
        raise Stopped("Cette sauvegarde vient d’une version plus récente de Jurande. Installez-la d’abord.")
    if not complete:
        raise Stopped(f"{folder / MANIFEST} est abîmé : cette sauvegarde ne peut pas être remise.")
    result: dict[str, Any] = manifest
    return result


def verify(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Check every file of a backup against its manifest; only the whole folder of keys may be kept elsewhere.

    :raises Stopped: a file is missing, changed, or not in the manifest.
    """
    kept_elsewhere = not (folder / KEYS).exists()
    for name, entry in files.items():
        path = folder / name
        if kept_elsewhere and name.startswith(KEYS + "/"):
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Stopped(f"Le manifeste nomme un fichier hors de la sauvegarde : {name}")
        if not path.is_file():
            raise Stopped(f"La sauvegarde est incomplète : {name} manque.")
        if path.stat().st_size != entry["size_bytes"] or digest(path) != entry["sha256"]:
            raise Stopped(f"La sauvegarde est abîmée : {name} n’est plus le fichier d’origine.")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST and name not in files:
            raise Stopped(f"La sauvegarde contient un fichier qui n’en fait pas partie : {name}")


def refuse_inhabited(home: Home) -> None:
    """Refuse a home that holds anything; the leavings of an interrupted restoration do not count.

    :raises Stopped: it does.
    """
    for path in home.path.iterdir():
        if path.name in (STAGING, "lock") or (path.is_dir() and not any(path.rglob("*"))):
            continue
        raise Stopped(
            f"Le dossier {home.path} n’est pas vide ({path.name}) : une sauvegarde se remet dans un dossier neuf."
        )


def settle(staging: Path, home: Home) -> None:
    """Move what was staged to its place, `settings.json` last: with it, the home is one that was prepared."""
    for path in sorted(staging.iterdir(), key=lambda path: (path.name == home.settings.name, path.name)):
        target = home.path / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.rename(target)
    staging.rmdir()
    home.make()
