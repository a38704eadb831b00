"""How fast a spreadsheet becomes sealed awards: diagnosis, approval, issue, with the letters to the holders.

    ./jurande bench awards [--rows 100000] [--json]

On SQLite with `synchronous=FULL`, as installations have it, in a new installation and a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from benches.seal import figure
from jurande.config.cli.arguments import parser
from jurande.config.home import ROOT

TARGETS = {"rows_per_second": ("≥", 500.0), "memory_grown_mib": ("≤", 150.0)}
LINES = {
    "rows_per_second": ("De bout en bout", "lignes/s"),
    "rows_per_core_second": ("… par seconde de processeur", "lignes/s"),
    "diagnosis_per_second": ("Lecture et diagnostic", "lignes/s"),
    "issue_per_second": ("Approbation et délivrance", "lignes/s"),
    "memory_grown_mib": ("Mémoire prise pendant le lot", "Mio"),
    "memory_mib": ("Mémoire, au plus haut", "Mio"),
}


def main(argv: Sequence[str]) -> int:
    options = parser("bench awards", "Mesure la délivrance d’un tableur, de l’envoi aux attestations scellées.")
    options.add_argument("--rows", type=int, default=100_000, metavar="N", help="lignes du tableur (100 000)")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    asked = options.parse_args(argv)
    found = measured(asked.rows)
    print(json.dumps(found, indent=1) if asked.json else "\n".join(table(found)))
    missed = [key for key, value in found.items() if not meets(key, value)]
    for key in missed:
        print(f"objectif manqué : {key}", file=sys.stderr)
    return 1 if missed else 0


def measured(rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="jurande-bench-") as home:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "DJANGO_SETTINGS_MODULE": "jurande.config.settings",
            "JURANDE_HOME": home,
            "JURANDE_PUBLIC_URL": "https://bench.exemple.fr",
            "DATABASE_URL": "",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benches._awards", str(rows)],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def meets(key: str, value: float) -> bool:
    bound, target = TARGETS.get(key, ("", 0.0))
    return not bound or (value >= target if bound == "≥" else value <= target)


def table(found: dict[str, float]) -> list[str]:
    lines = []
    for key, value in found.items():
        label, unit = LINES[key]
        target = f"  (objectif {' '.join(map(str, TARGETS[key]))})" if key in TARGETS else ""
        lines.append(f"{label:42}{figure(value):>14}  {unit}{target}")
    return lines
