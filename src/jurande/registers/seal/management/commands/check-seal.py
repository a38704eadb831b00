from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.seal.operations.checking import Report, check_and_note


class Command(BaseCommand):
    help = "Relit tout ce qui a été scellé, d’après la base et les fichiers, et dit chaque anomalie."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="répond en JSON, pour un script")

    def handle(self, *args: Any, **options: Any) -> None:
        report = check_and_note(now=timezone.now())
        if options["json"]:
            faults = [{**asdict(fault), "sentence": fault.sentence} for fault in report.faults]
            self.stdout.write(json.dumps({**asdict(report), "faults": faults}, ensure_ascii=False))
        else:
            self._say(report)
        if report.bad:
            raise SystemExit(1)

    def _say(self, report: Report) -> None:
        self.stdout.write(
            _(
                "%(credentials)d attestations vérifiées, %(erased)d effacées, %(entries)d entrées, %(changes)d "
                "changements de statut, %(checkpoints)d points de contrôle, %(lists)d listes, %(files)d fichiers, "
                "%(waiting)d en attente."
            )
            % asdict(report)
        )
        for fault in report.faults:
            self.stdout.write(f"  – {fault.sentence}")
        if report.bad > len(report.faults):
            self.stdout.write("  – " + _("… et %(count)d autres.") % {"count": report.bad - len(report.faults)})
        self.stdout.write(f"bad = {report.bad}")
