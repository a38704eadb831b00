"""How long anybody waits to know whether a place is habilitated, and a funder to know a hundred thousand times.

    ./jurande bench habilitations [--partners 1000] [--questions 100000] [--json]

One home is filled in bulk with a tenth of the partners, each with five habilitations in force and ten years of former
ones; its pages are asked for, then it is filled up and they are asked for again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit
from jurande.config.home import ROOT

PARTNERS, QUESTIONS = 1_000, 100_000
MAX_P95_MS = 150
MAX_QUERIES = 15
MAX_BULK_S = 5


def main(arguments: Sequence[str]) -> int:
    options = parser("bench habilitations", "Mesure la vérification des habilitations, une à une et en nombre.")
    options.add_argument("--partners", type=int, default=PARTNERS, metavar="N", help="partenaires, à la fin")
    options.add_argument("--questions", type=int, default=QUESTIONS, metavar="N", help="questions posées à la fois")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = measure(chosen.partners, chosen.questions)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = missed_targets(report)
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed and chosen.partners >= PARTNERS else Exit.OK


def measure(partners: int, questions: int) -> dict[str, Any]:
    """Fill and measure a new home, in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment["DJANGO_SETTINGS_MODULE"] = "jurande.config.settings"
    environment["JURANDE_DEBUG"] = "0"
    with tempfile.TemporaryDirectory(prefix="jurande-bench-habilitations-") as home:
        done = subprocess.run(
            [sys.executable, "-m", "benches._habilitations", str(partners), str(questions)],
            env={**environment, "JURANDE_HOME": home},
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
        )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def missed_targets(report: dict[str, Any]) -> list[str]:
    missed = []
    for name, page in report["pages"].items():
        few, many = page["few"], page["many"]
        if min(many["p95_ms"], many["cpu_p95_ms"]) > MAX_P95_MS:
            missed.append(f"{name} : {many['p95_ms']:.0f} ms au 95ᵉ centile, {MAX_P95_MS} promis")
        if many["queries"] > MAX_QUERIES:
            missed.append(f"{name} : {many['queries']} questions à la base, {MAX_QUERIES} promises")
        if many["queries"] > few["queries"]:
            missed.append(f"{name} : {few['queries']} questions, puis {many['queries']} : leur nombre croît")
    if report["bulk"]["seconds"] > MAX_BULK_S:
        missed.append(f"en nombre : {report['bulk']['seconds']:.1f} s, {MAX_BULK_S} promises")
    return missed


def table(report: dict[str, Any]) -> list[str]:
    bulk = report["bulk"]
    lines = [f"{report['partners']} partenaires, {report['habilitations']} habilitations"]
    for name, page in report["pages"].items():
        cells = [
            f"{size['median_ms']:.0f} ms{size['p95_ms']:6.0f} ms (95ᵉ){size['queries']:4} SQL"
            for size in (page["few"], page["many"])
        ]
        lines.append(f"{name:16}" + "".join(f"{cell:>34}" for cell in cells))
    lines.append(f"en nombre : {bulk['questions']} questions en {bulk['seconds']:.2f} s, {bulk['queries']} SQL")
    return lines


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
