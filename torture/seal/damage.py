"""Damage done by hand to public files and to rows, one at a time: the check must notice every one, then is undone."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from torture.seal import driver
from torture.seal.house import Broken, House
from torture.seal.stage import Role, Voice

from jurande.core.log.errors import TileRefused
from jurande.core.log.tiles import parse_path, places_of
from jurande.registers.seal.operations import checking

CREDENTIALS = 300
FILE_DAMAGES = ("flip", "truncate", "append", "delete", "swap", "replay")
ROW_DAMAGES = ("change", "change", "change", "delete", "swap")
# What changes every day without meaning anything, or is nothing that was signed or decided.
FREE_COLUMNS = {
    "seal_seallog": {"stop_code", "stop_about", "stopped_at", "latest_at", "opened_at", "signed_at"},
    "seal_signedcheckpoint": {"signed_at"},
    "seal_signingkey": {"is_projected"},
    # Who decided a change, and at what instant, are in the journal; its move, reason and day are in the log.
    "seal_statuschange": {"actor_code", "decided_at"},
    "seal_statuslist": {"code", "refresh_at", "is_projected", "signed_at"},
    "seal_statusplaces": {"code"},
}
FREE_TABLES = {"seal_witness", "seal_batchchunk", "seal_batchrefusal", "seal_batch", "seal_waitingentry"}


@dataclass(frozen=True)
class RowDamage:
    kind: str
    table: str
    row: int
    column: str
    other: int

    def __str__(self) -> str:
        return f"{self.kind} {self.table}.{self.column} of row {self.row}"


def damage_everything(house: House, times: int, chance: random.Random) -> Counter[str]:
    """Damage files and rows, `times` in all; return how many of each kind were noticed. :raises Broken: one was not."""
    old = house.aside / "old"
    house.run(driver.issue_batch("small", 3))
    shutil.copytree(house.home / "public", old)
    house.run(driver.issue_batch("large", CREDENTIALS))
    house.run(driver.every_act("status"))
    house.recover("an installation to damage")
    noticed: Counter[str] = Counter()
    missed: list[str] = []
    while noticed.total() + len(missed) < times:
        one = damage_file if chance.random() < 0.5 else damage_row
        said = one(house, old, chance)
        if said:
            what, is_noticed = said
            if is_noticed:
                noticed[what.split()[0]] += 1
            else:
                missed.append(what)
        if len(missed) > 20:
            break
    if missed:
        shown = "\n  ".join(sorted(set(missed)))
        raise Broken(f"{len(missed)} of {times} kinds of damage were not noticed:\n  {shown}")
    house.recover("all damage undone")
    return noticed


# --- files --------------------------------------------------------------------------------------


def damage_file(house: House, old: Path, chance: random.Random) -> tuple[str, bool] | None:
    public = house.home / "public"
    files = sorted(path for path in public.rglob("*") if path.is_file())
    path, kind = chance.choice(files), chance.choice(FILE_DAMAGES)
    if kind == "delete" and is_outgrown(path, house):
        return None
    content, mode = path.read_bytes(), path.stat().st_mode
    if kind == "swap":
        changed: bytes | None = chance.choice(files).read_bytes()
    elif kind == "replay":
        former = old / path.relative_to(public)
        changed = former.read_bytes() if former.exists() else content
    else:
        changed = spoilt(content, kind, chance)
    if changed == content:
        return None
    path.unlink()
    if changed is not None:
        path.write_bytes(changed)
    said = is_noticed(house, check)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return f"{kind} {path.relative_to(public)}", said


def is_outgrown(path: Path, house: House) -> bool:
    """Whether this is the partial tile of an earlier checkpoint, which may be deleted."""
    try:
        place = parse_path(path.relative_to(house.home / "public/registre").as_posix())
    except (ValueError, TileRefused):
        return False
    return place not in set(places_of(house.published_size))


def spoilt(content: bytes, kind: str, chance: random.Random) -> bytes | None:
    if kind == "flip":
        place = chance.randrange(len(content))
        return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
    if kind == "truncate":
        return content[: chance.randrange(len(content))]
    return content + bytes([chance.randrange(256)]) if kind == "append" else None


def check(voice: Voice) -> None:
    voice.say(bad=checking.check(now=timezone.now()).bad)


def is_noticed(house: House, role: Role) -> bool:
    *_, verdict = house.ask(role)
    return bool(verdict["bad"])


# --- rows ---------------------------------------------------------------------------------------


def damage_row(house: House, old: Path, chance: random.Random) -> tuple[str, bool] | None:
    *_, answer = house.ask(altered(chance.getrandbits(32)))
    return None if answer["what"] is None else (str(answer["what"]), bool(answer["bad"]))


def altered(seed: int) -> Role:
    """Alter one row, as somebody with the rights of the database would, check, and let all be as before."""

    def role(voice: Voice) -> None:
        chance = random.Random(seed)
        tables = sorted(model._meta.db_table for model in apps.get_app_config("seal").get_models())
        table = chance.choice([name for name in tables if name not in FREE_TABLES])
        with transaction.atomic():
            what = alter(table, chance)
            bad = 0
            if what is not None:
                try:
                    bad = 1 if what.startswith("refused") else checking.check(now=timezone.now()).bad
                except Exception as error:  # a check that breaks tells nobody which row
                    what = f"{type(error).__name__} at {what}"
            transaction.set_rollback(True)
        voice.say(what=what, bad=bad)

    return role


def alter(table: str, chance: random.Random) -> str | None:
    """Alter a row of `table`; return what was done, None when nothing was."""
    with connection.cursor() as cursor, without_triggers(cursor):
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        free = FREE_COLUMNS.get(table, set()) | {"id"}
        columns = [name for name in names if name not in free]
        if not rows:
            return None
        row, other, column = chance.choice(rows), chance.choice(rows), chance.choice(columns)
        kind = chance.choice(ROW_DAMAGES)
        try:
            with transaction.atomic():
                if kind == "delete":
                    cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row["id"]])
                    return f"row-delete {table} {row['id']}"
                value = other[column] if kind == "swap" else changed(row[column], chance)
                if plain(value) == plain(row[column]):
                    return None
                cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [value, row["id"]])
                return f"row-{kind} {table}.{column} {plain(row[column])!r} → {plain(value)!r}"[:300]
        except DatabaseError as error:
            return f"refused {table}.{column}: {error}"


@contextmanager
def without_triggers(cursor: Any) -> Iterator[None]:
    """Put what protects rows aside, as the database's owner can, and back, so as not to be seen."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        return
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        cursor.execute(sql)


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def changed(value: Any, chance: random.Random) -> Any:
    value = plain(value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice([1, -1, 7])
    if isinstance(value, datetime):
        return value + timedelta(seconds=1)
    if isinstance(value, bytes):
        return spoilt(value, "flip", chance) if value else b"\0"
    if isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        return value[:place] + chance.choice("0123456789abcdef") + value[place + 1 :]
    return value if value is None else value + timedelta(days=1)
