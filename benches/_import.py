"""One home, one reading of some files, in a process of its own so that its memory is its own: a JSON line for each.

python -m benches._import HOME PAGES FILE…
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree


def bare(path: Path) -> dict[str, float]:
    """Parse the file and keep nothing: what any reader of it must at least do."""
    started, worked = time.perf_counter(), time.process_time()
    for _event, element in ElementTree.iterparse(path):  # our own file
        element.clear()
    return {"bare_s": time.perf_counter() - started, "bare_cpu_s": time.process_time() - worked}


def main(arguments: list[str]) -> None:
    home, pages, *names = arguments[0], int(arguments[1]), *arguments[2:]
    os.environ["JURANDE_HOME"] = home
    os.environ["JURANDE_DEBUG"] = "0"
    from jurande.config.cli import registers
    from jurande.config.home import current_home

    registers.open_django()
    for name in names:
        path = Path(name)
        before = stored_bytes(current_home().database)
        # The parsing of the comparison stands on both sides of ours: the machine may be busier at one time.
        floors = [bare(path)]
        started, worked = time.perf_counter(), time.process_time()
        ((read, _seconds),) = registers.read_path(path, None, shown=False)
        wall, cpu = time.perf_counter() - started, time.process_time() - worked
        floors.append(bare(path))
        snapshot = read.snapshot
        said: dict[str, Any] = {
            "file": path.name,
            "refusal": read.refusal,
            "already": read.already,
            "megabytes": path.stat().st_size / 1e6,
            "fiches": snapshot.read_count if snapshot else 0,
            "partners": snapshot.partner_count if snapshot else 0,
            "changed": snapshot.changed_count if snapshot else 0,
            "rejected": snapshot.rejected_count if snapshot else 0,
            "import_s": wall,
            "import_cpu_s": cpu,
            **{key: sum(floor[key] for floor in floors) / 2 for key in floors[0]},
            "stored_bytes": stored_bytes(current_home().database) - before,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        said["ratio"] = said["bare_s"] / said["import_s"]
        said["cpu_ratio"] = said["bare_cpu_s"] / said["import_cpu_s"]
        print(json.dumps(said), flush=True)
    if pages:
        from benches import _search

        print(json.dumps(asdict(_search.measure(pages))), flush=True)


def stored_bytes(database: Path) -> int:
    """How much of the database is used, its write-ahead log folded in."""
    from jurande.config.checkpoints import checkpoint

    checkpoint(database, wait_seconds=60)
    with closing(sqlite3.connect(database)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


if __name__ == "__main__":
    main(sys.argv[1:])
