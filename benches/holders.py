"""What a million holders change for who checks a proof, and for who opens their space.

    ./jurande bench holders [--awards 1000000] [--json]

A home is filled with some hundred awards that hold, every signature, list and proof of the log included, then with rows
like them until there are a hundredth of the number asked, then all of it. Each time `./jurande serve` answers a load of
proof pages, none cached, from as many visitors at once as the promise supposes; the generator of the load runs on the
same cores. Then the space of somebody who holds thirty, the page of one of them and the picture of a link.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benches._load import Load, free_port
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit
from jurande.config.home import ROOT

AWARDS = 1_000_000
PUBLIC_URL = "http://localhost:9"
LOAD_SECONDS, VISITORS = 15, 16
MIN_PER_SECOND, MAX_PROOF_P95_MS = 200, 200
MAX_PAGE_P95_MS, MAX_QUERIES = 150, 10
MAX_PICTURE_MEDIAN_MS = 100
# The same figure with a hundred times as many rows, but for what the clock of a machine is worth.
MAX_LOSS = 0.8


def main(arguments: Sequence[str]) -> int:
    options = parser("bench holders", "Mesure les pages de preuve et l’espace des titulaires, à leur nombre.")
    options.add_argument("--awards", type=int, default=AWARDS, metavar="N", help="délivrances, à la fin (1 000 000)")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = measured(chosen.awards)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = list(missed_targets(report))
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed else Exit.OK


def measured(awards: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jurande-bench-") as home:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "DJANGO_SETTINGS_MODULE": "jurande.config.settings",
            "JURANDE_DEBUG": "0",
            "JURANDE_HOME": home,
            "JURANDE_PUBLIC_URL": PUBLIC_URL,
        }
        return {str(size): _at(size, environment, Path(home)) for size in (awards // 100, awards)}


def _at(size: int, environment: dict[str, str], home: Path) -> dict[str, Any]:
    """Fill the home to this size, then measure."""
    command = [sys.executable, "-m", "benches._holders", str(size)]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    inside = json.loads(done.stdout.splitlines()[-1])
    with served(environment) as port:
        load = Load(port, inside.pop("proofs"))
        load.run(2, VISITORS)
        proof = load.run(LOAD_SECONDS, VISITORS)
    return {"proof": proof, **inside, "database_mib": (home / "jurande.sqlite3").stat().st_size / 2**20}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    """`./jurande serve` on a free port, until the end of the block."""
    port = free_port()
    command = [str(ROOT / "jurande"), "serve", "--port", str(port)]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        for _attempt in range(600):
            time.sleep(0.1)
            try:
                urllib.request.urlopen(f"http://localhost:{port}/sante", timeout=5).close()
                break
            except OSError:
                assert running.poll() is None, "the server did not start"
        # The other processes and the worker start after the first page.
        time.sleep(8)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def missed_targets(report: dict[str, Any]) -> Iterator[str]:
    few, many = report.values()
    proof = many["proof"]
    if proof["failed"] or few["proof"]["failed"]:
        yield "des réponses manquent ou sont des erreurs"
    if proof["per_second"] < MIN_PER_SECOND:
        yield f"{proof['per_second']:.0f} pages de preuve par seconde, {MIN_PER_SECOND} promises"
    if proof["p95_ms"] > MAX_PROOF_P95_MS:
        yield f"page de preuve : {proof['p95_ms']:.0f} ms au 95ᵉ centile, {MAX_PROOF_P95_MS} promis"
    if proof["per_second"] < MAX_LOSS * few["proof"]["per_second"]:
        yield f"{few['proof']['per_second']:.0f} pages par seconde, puis {proof['per_second']:.0f}"
    for name, page in many["pages"].items():
        if page["p95_ms"] > MAX_PAGE_P95_MS:
            yield f"{name} : {page['p95_ms']:.0f} ms au 95ᵉ centile, {MAX_PAGE_P95_MS} promis"
        if "dessinée" in name and page["median_ms"] > MAX_PICTURE_MEDIAN_MS:
            yield f"{name} : {page['median_ms']:.0f} ms, {MAX_PICTURE_MEDIAN_MS} promis"
        if page["queries"] > MAX_QUERIES:
            yield f"{name} : {page['queries']} questions à la base, {MAX_QUERIES} promises"


def table(report: dict[str, Any]) -> list[str]:
    lines = []
    for size, found in report.items():
        proof = found["proof"]
        lines += [
            f"{size} délivrances et autant de titulaires, {found['database_mib']:.0f} Mio",
            f"  preuves, {VISITORS} visiteurs à la fois : {proof['per_second']:.0f}/s, "
            f"médiane {proof['median_ms']:.0f} ms, 95ᵉ {proof['p95_ms']:.0f} ms, "
            f"{proof['failed']} échecs sur {proof['answers']}",
        ]
        for name, page in found["pages"].items():
            waits = f"médiane {page['median_ms']:4.0f} ms, 95ᵉ {page['p95_ms']:4.0f} ms"
            lines.append(f"  {name:24} {waits}, {page['queries']} questions")
    return lines
