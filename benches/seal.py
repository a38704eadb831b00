"""How fast credentials are sealed, end to end: from the request to the row, the log, and the checkpoint published.

    ./jurande bench seal [--credentials 100000] [--rows 1000000] [--json]

SQLite with `synchronous=FULL`, as installations have it; PostgreSQL beside it when `DATABASE_URL` names a server where
databases may be created. Each measure has a process and a new installation of its own. The peer is a loop over
@digitalbazaar/vc that signs and stores nothing; both are compared by the second of processor, as is the rate on full
tables, so that what else the machine does disturbs neither.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext

from tests.interop.node_vc import IS_INSTALLED
from torture.seal import own_database

from benches._open_badge import sample
from benches.proof import node_rates
from jurande.config.cli.arguments import parser
from jurande.config.home import ROOT

SMALL_ROWS = 10_000
SINGLES = 300
TARGETS = {
    "batch_per_second": ("≥", 1000),
    "times_digitalbazaar": ("≥", 5),
    "batch_memory_mib": ("≤", 300),
    "single_per_second": ("≥", 50),
    "single_p95_ms": ("≤", 100),
    "checkpoint_age_s": ("≤", 10),
    "rate_kept": ("≥", 0.8),
}
LINES = {
    "batch_per_second": ("Lot, de la demande au registre publié", "/s"),
    "batch_per_core_second": ("… par seconde de processeur", "/s"),
    "digitalbazaar_per_second": ("@digitalbazaar/vc, qui signe et ne garde rien", "/s"),
    "times_digitalbazaar": ("Rapport", "×"),
    "batch_memory_mib": ("Mémoire du lot, au plus haut", "Mio"),
    "single_per_second": ("Une à une", "/s"),
    "single_per_core_second": ("… par seconde de processeur", "/s"),
    "single_p50_ms": ("Une à une, médiane", "ms"),
    "single_p95_ms": ("Une à une, 95ᵉ centile", "ms"),
    "checkpoint_age_s": ("Attente du point de contrôle, au plus", "s"),
    "small_batch_per_core_second": ("Lot, sur {small} lignes, par seconde de processeur", "/s"),
    "large_batch_per_core_second": ("Lot, sur {large} lignes, par seconde de processeur", "/s"),
    "rate_kept": ("Rapport", "×"),
    "small_single_p95_ms": ("Une à une, 95ᵉ centile, sur {small} lignes", "ms"),
    "large_single_p95_ms": ("Une à une, 95ᵉ centile, sur {large} lignes", "ms"),
}


def main(argv: Sequence[str]) -> int:
    options = parser("bench seal", "Mesure le sceau de bout en bout, sur SQLite et sur PostgreSQL.")
    options.add_argument("--credentials", type=int, default=100_000, metavar="N", help="taille du lot (100 000)")
    options.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="registre bien rempli (1 000 000)")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    asked = options.parse_args(argv)
    databases = {"SQLite": ""}
    if server := os.environ.get("DATABASE_URL"):
        databases["PostgreSQL"] = server
    elif not asked.json:
        print("DATABASE_URL ne nomme pas de serveur : PostgreSQL n’est pas mesuré.")
    peer = node_rates(sample().to_json())["issue"] if IS_INSTALLED else None
    if peer is None and not asked.json:
        print("Node ou @digitalbazaar/vc manque (npm ci --prefix tests/interop/node) : pas de comparaison.")
    found = {
        name: measured(server, credentials=asked.credentials, rows=asked.rows, peer=peer)
        for name, server in databases.items()
    }
    print(json.dumps(found, indent=1) if asked.json else "\n".join(table(found, asked.rows)))
    missed = [key for key, value in found["SQLite"].items() if not meets(key, value)]
    for key in missed:
        print(f"objectif manqué : {key}", file=sys.stderr)
    return 1 if missed else 0


def measured(server: str, *, credentials: int, rows: int, peer: float | None) -> dict[str, float]:
    batch = ask(server, "batch", credentials)
    small, large = ask(server, "filled", min(SMALL_ROWS, rows)), ask(server, "filled", rows)
    found = {
        **batch,
        **ask(server, "single", SINGLES),
        **{f"small_{key}": value for key, value in small.items()},
        **{f"large_{key}": value for key, value in large.items()},
        "rate_kept": large["batch_per_core_second"] / small["batch_per_core_second"],
    }
    if peer is not None:
        found |= {"digitalbazaar_per_second": peer, "times_digitalbazaar": batch["batch_per_core_second"] / peer}
    return found


def ask(server: str, what: str, count: int) -> dict[str, float]:
    """Measure in another process, in a temporary home and, when a server is given, a temporary database."""
    with (
        tempfile.TemporaryDirectory(prefix="jurande-bench-") as home,
        own_database(server) if server else nullcontext("") as url,
    ):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "DJANGO_SETTINGS_MODULE": "jurande.config.settings",
            "JURANDE_HOME": home,
            "JURANDE_PUBLIC_URL": "https://bench.exemple.fr",
            "DATABASE_URL": url,
        }
        done = subprocess.run(
            [sys.executable, "-m", "benches._seal", what, str(count)],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    # It lasts: what was found so far is not lost with what fails later.
    place = "PostgreSQL" if server else "SQLite"
    print(f"{place}, {what}, {count} : {json.dumps(answer)}", file=sys.stderr, flush=True)
    return answer


def meets(key: str, value: float) -> bool:
    bound, target = TARGETS.get(key, ("", 0))
    return not bound or (value >= target if bound == "≥" else value <= target)


def table(found: dict[str, dict[str, float]], rows: int) -> list[str]:
    lines = [f"{'':52}" + "".join(f"{name:>14}" for name in found)]
    sizes = {"small": grouped(min(SMALL_ROWS, rows)), "large": grouped(rows)}
    for key, (label, unit) in LINES.items():
        values = [figure(measures[key]) if key in measures else "–" for measures in found.values()]
        target = f"  (objectif {' '.join(map(str, TARGETS[key]))})" if key in TARGETS else ""
        lines.append(f"{label.format(**sizes):52}" + "".join(f"{value:>14}" for value in values) + f"  {unit}{target}")
    return lines


def figure(value: float) -> str:
    return grouped(value) if value >= 100 else f"{value:.2f}".replace(".", ",")


def grouped(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u00a0")
