"""How long a house that issued very much waits for the pages that list and count what it issued.

    ./jurande bench figures [--awards 1000000] [--json]

One home is filled with a tenth of the awards, spread over designs, partners, lots and years, each with its letter, its
holder and its credential; its pages are asked for, then it is filled up and they are asked for again. What the job of
the night keeps for them is counted before each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from benches._pages import MAX_P95_MS, MAX_QUERIES, in_new_home
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit

AWARDS = 1_000_000
MAX_NIGHT_GROWN_MIB = 200


def main(arguments: Sequence[str]) -> int:
    options = parser("bench figures", "Mesure les pages d’une maison qui a beaucoup délivré.")
    options.add_argument("--awards", type=int, default=AWARDS, metavar="N", help="délivrances, à la fin (1 000 000)")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = in_new_home("benches._figures", chosen.awards // 10, chosen.awards)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = list(missed_targets(report))
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed else Exit.OK


def missed_targets(report: dict[str, Any]) -> Iterator[str]:
    """Say which page asks the processor, or the database, for more than is promised."""
    for name, page in report["pages"].items():
        many = page["many"]
        if many["cpu_p95_ms"] > MAX_P95_MS:
            yield f"{name} : {many['cpu_p95_ms']:.0f} ms de calcul au 95ᵉ centile, {MAX_P95_MS} promis"
        if many["queries"] > MAX_QUERIES:
            yield f"{name} : {many['queries']} questions à la base, {MAX_QUERIES} promises"
    if report["night"]["memory_grown_mib"] > MAX_NIGHT_GROWN_MIB:
        yield f"compte de la nuit : {report['night']['memory_grown_mib']:.0f} Mio de plus"


def table(report: dict[str, Any]) -> list[str]:
    night = report["night"]
    lines = [
        f"{report['awards']} délivrances d’une maison ; calcul au 95ᵉ centile et questions, au dixième puis en entier",
        "",
    ]
    for name, page in report["pages"].items():
        cells = [f"{size['cpu_p95_ms']:.0f} ms{size['queries']:6}" for size in (page["few"], page["many"])]
        lines.append(f"{name:32}" + "".join(f"{cell:>20}" for cell in cells))
    lines.append(
        f"compte de la nuit : {night['counts']} comptes gardés en {night['seconds']:.0f} s, "
        f"{night['memory_grown_mib']:.0f} Mio de plus"
    )
    return lines
