"""What the benches of pages share: a new home in a process of its own, and what is promised of each page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from jurande.config.home import ROOT

PUBLIC_URL = "http://localhost:9"
MAX_P95_MS = 150
MAX_QUERIES = 15


def in_new_home(module: str, *counts: int) -> dict[str, Any]:
    """Run ``module`` on an empty SQLite home; return the JSON of its last line."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment["DJANGO_SETTINGS_MODULE"] = "jurande.config.settings"
    environment["JURANDE_DEBUG"] = "0"
    environment["JURANDE_PUBLIC_URL"] = PUBLIC_URL  # nothing can be signed without one
    with tempfile.TemporaryDirectory(prefix="jurande-bench-") as home:
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, counts)],
            env={**environment, "JURANDE_HOME": home},
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
        )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def missed_by_pages(pages: Mapping[str, Any]) -> Iterator[str]:
    """Say which page is late by the clock that who waits looks at, asks too much, or asks more as rows come in."""
    for name, page in pages.items():
        few, many = page["few"], page["many"]
        if many["p95_ms"] > MAX_P95_MS:
            yield f"{name} : {many['p95_ms']:.0f} ms au 95ᵉ centile, {MAX_P95_MS} promis"
        if many["queries"] > MAX_QUERIES:
            yield f"{name} : {many['queries']} questions à la base, {MAX_QUERIES} promises"
        if many["queries"] > few["queries"]:
            yield f"{name} : {few['queries']} questions, puis {many['queries']} : leur nombre croît"
