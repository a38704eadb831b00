"""Bring the database and the keys of a home to what the code expects, after a copy of what was there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jurande.config.backups import copy_sqlite, dump_postgresql
from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home
from jurande.registers.common import crypto
from jurande.registers.common.crypto.keyring import FILENAME


def pending_migrations(executor: MigrationExecutor) -> list[str]:
    """The names, `app.0001_name`, of the migrations that the database lacks, in the order they would run."""
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def is_prepared() -> bool:
    """Whether the database has everything that the code expects; Django is set up already."""
    # Asking would make an empty database.
    home: Home = settings.HOME
    if connection.settings_dict["NAME"] == str(home.database) and not home.database.exists():
        return False
    return not pending_migrations(MigrationExecutor(connection))


def refuse_newer(executor: MigrationExecutor) -> None:
    """Refuse a database that a later version of Jurande has already changed.

    :raises Stopped: it has.
    """
    latest: dict[str, str] = {}
    for label, name in executor.loader.disk_migrations:
        latest[label] = max(latest.get(label, ""), name)
    for label, name in executor.loader.applied_migrations:
        if label in latest and name > latest[label]:
            raise Stopped(
                f"Cette base vient d’une version plus récente de Jurande ({label}.{name}). Installez cette version, "
                "ou restaurez une sauvegarde faite par celle-ci."
            )


def copy_before(home: Home, migration: str, *, now: datetime) -> Path | None:
    """Copy the database into the home's backups before `migration` runs; None when no tool can do it.

    The copy is made beside its final name, then renamed: a file with the final name is complete.
    """
    home.backups.mkdir(mode=0o700, exist_ok=True)
    stem = f"before-{migration}-{now:%Y%m%dT%H%M%SZ}"
    if connection.vendor == "sqlite":
        copy = home.backups / f"{stem}.sqlite3"
        partial = copy.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        copy_sqlite(home.database, partial)
    else:
        copy = home.backups / f"{stem}.dump"
        partial = copy.with_suffix(".partial")
        if shutil.which("pg_dump") is None:
            return None
        dump_postgresql(os.environ["DATABASE_URL"], partial)
    partial.replace(copy)
    return copy


def open_keys(home: Home, *, first_start: bool) -> None:
    """Make the keys at the first start, and afterwards check that they open.

    :raises Stopped: they have disappeared, or do not open; new ones would leave what the others encrypted unreadable.
    """
    if not first_start and not (home.keys / FILENAME).exists():
        raise Stopped(
            f"Le fichier de clés {home.keys / FILENAME} a disparu, et sans lui les données chiffrées sont illisibles. "
            "Remettez le dossier des clés de votre sauvegarde, puis relancez.",
            Exit.ENVIRONMENT,
        )
    try:
        crypto.prepare()
    except crypto.KeyringRefused as refused:
        raise Stopped(str(refused.sentence), Exit.ENVIRONMENT) from refused


def prepare(arguments: Sequence[str]) -> int:
    """Make or upgrade the database and the keys; Django is set up already. `arguments` are not used."""
    home: Home = settings.HOME
    home.make()
    executor = MigrationExecutor(connection)
    refuse_newer(executor)
    open_keys(home, first_start=not executor.loader.applied_migrations)
    pending = pending_migrations(executor)
    if not pending:
        return Exit.OK
    if executor.loader.applied_migrations:
        print(f"Mise à jour de la base : {len(pending)} migration(s).", flush=True)
        copy = copy_before(home, pending[0], now=datetime.now(UTC))
        print(f"Copie préalable : {copy}" if copy else NO_COPY, flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    return Exit.OK


NO_COPY = "La base PostgreSQL n’a pas été copiée avant la mise à jour : pg_dump est introuvable."
