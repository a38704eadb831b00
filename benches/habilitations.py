"""How long anybody waits to know whether a place is habilitated, and a funder to know a hundred thousand times.

    ./jurande bench habilitations [--partners 1000] [--questions 100000] [--json]

One home is filled in bulk with a tenth of the partners, each with five habilitations in force and ten years of former
ones; its pages are asked for, then it is filled up and they are asked for again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from benches._pages import in_new_home, missed_by_pages
from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit

PARTNERS, QUESTIONS = 1_000, 100_000
MAX_BULK_S = 5


def main(arguments: Sequence[str]) -> int:
    options = parser("bench habilitations", "Mesure la vérification des habilitations, une à une et en nombre.")
    options.add_argument("--partners", type=int, default=PARTNERS, metavar="N", help="partenaires, à la fin")
    options.add_argument("--questions", type=int, default=QUESTIONS, metavar="N", help="questions posées à la fois")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    report = in_new_home("benches._habilitations", chosen.partners, chosen.questions)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = missed_targets(report)
    for sentence in missed:
        print(f"objectif manqué : {sentence}", file=sys.stderr)
    return Exit.REFUSED if missed and chosen.partners >= PARTNERS else Exit.OK


def missed_targets(report: dict[str, Any]) -> list[str]:
    missed = list(missed_by_pages(report["pages"]))
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
