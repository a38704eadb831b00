"""How long a manager waits for the pages of the network, whether it stays so as it grows, and for an import.

    ./jurande bench partners [--partners 1000] [--imported 1000] [--json]

One home is filled in bulk with a tenth of the partners, five habilitations each and ten years of those before, its
pages are asked for, then it is filled up and they are asked for again. Then a network of so many partners is brought in
from a spreadsheet as the job does, and both lists are compared once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from benches._pages import in_new_home, missed_by_pages
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit

PARTNERS, IMPORTED = 1_000, 1_000
MAX_IMPORT_S = 20


def main(arguments: Sequence[str]) -> int:
    options = parser("bench partners", "Mesure les pages du réseau et la reprise d’un réseau existant.")
    options.add_argument("--partners", type=int, default=PARTNERS, metavar="N", help="partenaires, à la fin")
    options.add_argument("--imported", type=int, default=IMPORTED, metavar="N", help="partenaires repris d’un tableur")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = in_new_home("benches._partners", chosen.partners, chosen.imported)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = missed_targets(report)
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed and chosen.partners >= PARTNERS else Exit.OK


def missed_targets(report: dict[str, Any]) -> list[str]:
    missed = list(missed_by_pages(report["pages"]))
    if report["import"] and report["import"]["made_s"] > MAX_IMPORT_S:
        missed.append(f"reprise : {report['import']['made_s']:.0f} s, {MAX_IMPORT_S} promises")
    return missed


def table(report: dict[str, Any]) -> list[str]:
    lines = [f"{report['partners']} partenaires, cinq habilitations chacun, dix ans d’histoire", ""]
    for name, page in report["pages"].items():
        cells = [
            f"{size['median_ms']:.0f} ms{size['p95_ms']:6.0f} ms{size['queries']:6}"
            for size in (page["few"], page["many"])
        ]
        lines.append(f"{name:20}" + "".join(f"{cell:>26}" for cell in cells))
    if held := report["import"]:
        lines.append(
            f"reprise de {report['imported']} partenaires : {held['read_s']:.1f} s pour lire et vérifier, "
            f"{held['made_s']:.1f} s pour créer, {held['reconcile_s']:.1f} s pour comparer"
        )
    return lines
