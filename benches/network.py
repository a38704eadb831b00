"""How long recruiters wait for a page, and whether it stays so as applications come in.

    ./jurande bench network [--applications 10000] [--partners 1000] [--json]

One home is filled in bulk with a tenth of the applications, its pages are asked for, then it is filled up and they are
asked for again: board, list, one file, a partner's own page. What is measured is the whole application, from the
request to the last byte of the answer: its median and 95th percentile, and how many questions it asks the database.
Then one night's check of every partner.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from benches._pages import in_new_home, missed_by_pages
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit

APPLICATIONS, PARTNERS = 10_000, 1_000
# Twice as long with ten times as many rows is not flat; the clock of a busy machine is worth that much.
MAX_GROWTH = 2.0


def main(arguments: Sequence[str]) -> int:
    options = parser("bench network", "Mesure les pages du recrutement et la vérification de nuit des partenaires.")
    options.add_argument("--applications", type=int, default=APPLICATIONS, metavar="N", help="candidatures, à la fin")
    options.add_argument("--partners", type=int, default=PARTNERS, metavar="N", help="partenaires en cours")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = in_new_home("benches._network", chosen.applications, chosen.partners)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = missed_targets(report)
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed and chosen.applications >= APPLICATIONS else Exit.OK


def missed_targets(report: dict[str, Any]) -> list[str]:
    missed = list(missed_by_pages(report["pages"]))
    for name, page in report["pages"].items():
        few, many = page["few"], page["many"]
        if many["cpu_median_ms"] > MAX_GROWTH * few["cpu_median_ms"]:
            missed.append(f"{name} : {few['cpu_median_ms']:.0f} ms de calcul, puis {many['cpu_median_ms']:.0f}")
    return missed


def table(report: dict[str, Any]) -> list[str]:
    filled, night = report["filled"], report["night"]
    lines = [
        f"{filled['applications']} candidatures, {filled['partners']} partenaires, écrits en {filled['seconds']:.0f} s",
        f"{'':28}{'à ' + str(filled['few']):>24}{'à ' + str(filled['applications']):>24}",
        f"{'':28}{'médiane   95ᵉ     SQL':>24}{'médiane   95ᵉ     SQL':>24}",
    ]
    for name, page in report["pages"].items():
        cells = [
            f"{size['median_ms']:.0f} ms{size['p95_ms']:6.0f} ms{size['queries']:6}"
            for size in (page["few"], page["many"])
        ]
        lines.append(f"{name:28}" + "".join(f"{cell:>24}" for cell in cells))
    lines.append(
        f"vérification de nuit : {night['partners']} partenaires en {night['seconds']:.1f} s, "
        f"{night['queries']} questions à la base, {night['raised']} signalements"
    )
    return lines
