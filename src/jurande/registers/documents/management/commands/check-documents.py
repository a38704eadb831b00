from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jurande.registers.documents import queries

WORDS = {
    "missing": gettext_lazy("fichier perdu"),
    "damaged": gettext_lazy("fichier abîmé"),
    "orphan": gettext_lazy("fichier que plus aucun document n’utilise\u00a0; le prochain ménage l’enlèvera"),
}


class Command(BaseCommand):
    help = "Relit le fichier de chaque document et dit lesquels sont perdus ou abîmés, et les fichiers inutilisés."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="répond en JSON, pour un script")

    def handle(self, *args: Any, **options: Any) -> None:
        report = queries.check_store()
        lost = [finding for finding in report.findings if finding.problem != "orphan"]
        if options["json"]:
            findings = [asdict(finding) for finding in report.findings]
            self.stdout.write(json.dumps({"ok": not lost, "sound": report.sound, "findings": findings}))
        else:
            self.stdout.write(
                ngettext("%(count)d fichier intact.", "%(count)d fichiers intacts.", report.sound)
                % {"count": report.sound}
            )
            for finding in report.findings:
                codes = ", ".join(finding.document_codes)
                self.stdout.write(
                    f"  – {finding.sha256}\u00a0: {WORDS[finding.problem]}{f' ({codes})' if codes else ''}"
                )
            if lost:
                self.stdout.write(
                    _("Reprenez ces fichiers dans une sauvegarde\u00a0: dossier «\u00a0documents\u00a0», même nom.")
                )
        if lost:
            raise SystemExit(1)
