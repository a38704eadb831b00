"""One measure of the seal, in a process of its own whose environment names the home and the database: see `seal.py`.

python -m benches._seal WHAT COUNT      prints one JSON object
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import batched

import django
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

django.setup()

from tests import factories  # noqa: E402 - the settings are read when the registers are imported
from torture.seal.driver import SKELETON  # noqa: E402

from benches._open_badge import VALUES  # noqa: E402
from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.core.log.entries import LogEntry as Entry  # noqa: E402
from jurande.core.log.entries import entry_bytes  # noqa: E402
from jurande.core.log.hashing import leaf_hash  # noqa: E402
from jurande.registers.parties.models import Certifier  # noqa: E402
from jurande.registers.parties.policies import Actor  # noqa: E402
from jurande.registers.seal.models import LogEntry, SealedCredential, SealLog, SignedCheckpoint  # noqa: E402
from jurande.registers.seal.operations import batches, credentials, keys, projection  # noqa: E402
from jurande.registers.seal.operations.credentials import Line  # noqa: E402
from jurande.registers.seal.policies import MACHINE  # noqa: E402

WARM_UP = 5
LIST_PLACES = 131_072


def open_installation() -> None:
    """A certifier with its key, and a first batch so that nothing measured is done for the first time."""
    open_home(settings.HOME)
    preparation.prepare([])
    now = timezone.now()
    keys.create_key(certifier=factories.certifier(now=now), actor=MACHINE, now=now)
    issue_batch("warm-up", WARM_UP)


def the_house() -> tuple[Certifier, Actor]:
    certifier = Certifier.objects.get()
    return certifier, Actor(code="BENCH", certifier_code=certifier.code)


def values(number: int) -> dict[str, str]:
    return {"learner": f"{VALUES['learner'][:-12]}{number:012}"}


# --- measures -----------------------------------------------------------------------------------


def issue_batch(name: str, count: int) -> tuple[float, float]:
    """Issue a batch from its lines to the published checkpoint; return the seconds, and those of the processor."""
    certifier, actor = the_house()
    lines: Iterator[Line] = (Line(f"{name} {n}", f"{name} {n}", values(n)) for n in range(count))
    began, worked = time.perf_counter(), time.process_time()
    batch = batches.issue_batch(
        certifier=certifier,
        kind="bench",
        idempotency_key=name,
        skeleton=SKELETON,
        lines=lines,
        actor=actor,
        now=timezone.now(),
    )
    done = batches.run_batch(code=batch.code, clock=timezone.now, progress=lambda *counts: None)
    spent, work = time.perf_counter() - began, time.process_time() - worked
    head = SealLog.objects.get()
    assert (done.done, done.refused) == (count, 0)
    assert head.signed_size == head.size, "the checkpoint does not cover the batch"
    return spent, work


def issue_one(name: str) -> SealedCredential:
    """Issue as a screen does: intend, commit, sign, and publish when nobody has for two seconds."""
    certifier, actor = the_house()
    now = timezone.now()
    with transaction.atomic():
        row = credentials.issue(
            certifier=certifier,
            kind="bench",
            business_key=name,
            idempotency_key=name,
            skeleton=SKELETON,
            values=values(0),
            actor=actor,
            now=now,
        )
    projection.settle_soon(now=now)
    row.refresh_from_db(fields=["state"])
    assert row.state == "sealed"
    return row


def measure_singles(count: int, name: str = "single") -> dict[str, float]:
    times: list[float] = []
    answered: dict[str, datetime] = {}
    began, worked = time.perf_counter(), time.process_time()
    for number in range(count):
        start = time.perf_counter()
        row = issue_one(f"{name} {number}")
        times.append(time.perf_counter() - start)
        answered[row.code] = timezone.now()
    spent, work = time.perf_counter() - began, time.process_time() - worked
    # The last ones wait for the job, which was asked to run two seconds later.
    time.sleep(projection.PUBLISHED_EVERY.total_seconds())
    projection.settle(now=timezone.now())
    times.sort()
    return {
        "single_per_second": count / spent,
        "single_per_core_second": count / work,
        "single_p50_ms": times[count // 2] * 1000,
        "single_p95_ms": times[int(count * 0.95)] * 1000,
        "checkpoint_age_s": oldest_wait(answered).total_seconds(),
    }


def oldest_wait(answered: dict[str, datetime]) -> timedelta:
    """The longest time from an answer to a signed checkpoint that covers it."""
    checkpoints = list(SignedCheckpoint.objects.order_by("size").values_list("size", "signed_at"))
    places = dict(LogEntry.objects.filter(row_code__in=list(answered)).values_list("row_code", "seq"))
    longest = timedelta(0)
    for code, at in answered.items():
        signed_at = next(signed_at for size, signed_at in checkpoints if size > places[code])
        longest = max(longest, signed_at - at)
    return longest


def measure_batch(count: int) -> dict[str, float]:
    seconds, work = issue_batch("batch", count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "batch": count,
        "batch_per_second": count / seconds,
        "batch_per_core_second": count / work,
        "batch_memory_mib": memory,
    }


def measure_filled(rows: int) -> dict[str, float]:
    """The rate of a batch, and of single issues, once the tables and the log hold `rows` credentials."""
    fill(rows)
    began = time.perf_counter()
    assert projection.settle(now=timezone.now()).stop is None
    publish_s = time.perf_counter() - began
    issue_batch("after", 1000)
    seconds, work = issue_batch("filled", 5000)
    rates = {"batch_per_second": 5000 / seconds, "batch_per_core_second": 5000 / work}
    return {"rows": rows, "publish_s": publish_s, **rates, **measure_singles(100, "full")}


# --- filling ------------------------------------------------------------------------------------


def fill(rows: int) -> None:
    """Add `rows` copies of a credential and their entries, by the shortest way: what comes after is measured."""
    template = SealedCredential.objects.order_by("pk").first()
    assert template is not None
    table = SealedCredential._meta.db_table
    columns = [field.column for field in SealedCredential._meta.concrete_fields if field.column != "id"]
    changed = {
        "code": "printf('%%010d', n)" if connection.vendor == "sqlite" else "lpad(n::text, 10, '0')",
        "business_key": "'filler ' || n",
        "idempotency_key": "'filler ' || n",
        "list_number": f"1000 + n / {LIST_PLACES}",
        "list_index": f"n %% {LIST_PLACES}",
        "batch_id": "NULL",
        "batch_line": "NULL",
    }
    numbers = (
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)"
        if connection.vendor == "sqlite"
        else "WITH numbers(n) AS (SELECT generate_series(0, %s))"
    )
    wanted = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    one = f"SELECT * FROM {table} WHERE id = %s"
    sql = f"{numbers} INSERT INTO {table} ({named}) SELECT {wanted} FROM numbers, ({one}) AS one"
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows - 1, template.pk])
        size = SealLog.objects.get().size
        for some in batched(range(rows), 5000):
            cursor.executemany(
                "INSERT INTO seal_logentry (seq, kind, row_code, octets, leaf) VALUES (%s, %s, %s, %s, %s)",
                [
                    (size + n, "credential.issued", f"{n:010}", octets, leaf_hash(octets))
                    for n in some
                    for octets in (entry_bytes(Entry("credential.issued", f"{n:010}", bytes(32))),)
                ],
            )
    SealLog.objects.update(size=size + rows)


MEASURES: dict[str, Callable[[int], dict[str, float]]] = {
    "single": measure_singles,
    "batch": measure_batch,
    "filled": measure_filled,
}

if __name__ == "__main__":
    what, count = sys.argv[1], int(sys.argv[2])
    open_installation()
    found = MEASURES[what](count)
    print(json.dumps(found), flush=True)
    os._exit(0)
