"""A lot whose issuing is killed again and again: it ends with exactly as many awards as rows, each sealed once.

    ./jurande torture awards [--rows 5000] [--kills 30] [--seed N]

Awards, intentions of their credentials, letters, rows and the lot's own count must agree after every kill; in the end,
so must the log, and everything that was sealed must verify.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from jurande.config.cli.arguments import parser
from jurande.config.home import ROOT


def main(argv: Sequence[str]) -> int:
    options = parser("torture awards", "Tue au hasard la délivrance d’un lot, qui doit finir exacte.")
    options.add_argument("--rows", type=int, default=5_000, metavar="N", help="lignes du lot (5 000)")
    options.add_argument("--kills", type=int, default=30, metavar="N", help="arrêts brutaux (30)")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="graine du hasard (1)")
    asked = options.parse_args(argv)
    found = tortured(asked.rows, asked.kills, asked.seed)
    print(f"{found['kills']} arrêts brutaux, {found['rows']} lignes, {found['rows']} délivrances scellées une fois.")
    return 0


def tortured(rows: int, kills: int, seed: int) -> dict[str, int]:
    """Do it in a new installation and a process of its own. :raises CalledProcessError: something was lost or twice."""
    with tempfile.TemporaryDirectory(prefix="jurande-torture-") as home:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "DJANGO_SETTINGS_MODULE": "jurande.config.settings",
            "JURANDE_HOME": home,
            "JURANDE_PUBLIC_URL": "https://torture.exemple.fr",
            "DATABASE_URL": "",
        }
        done = subprocess.run(
            [sys.executable, "-m", "torture._awards", str(rows), str(kills), str(seed)],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found
