from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jurande.registers.journal import operations, queries


class Command(BaseCommand):
    help = "Relit le journal en entier et dit chaque écriture modifiée, manquante, déplacée ou ajoutée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help="une seule chaîne : le code d’un certificateur, ou « installation »")
        parser.add_argument("--json", action="store_true", help="répond en JSON, pour un script")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = operations.check(options["chain"])
        except operations.UnknownChain as unknown:
            message = _("Aucune chaîne du journal ne s’appelle « %(chain)s ».") % {"chain": unknown.args[0]}
            raise CommandError(message, returncode=2) from unknown
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            for chain in report.chains:
                self._say(chain)
            if not report.chains:
                self.stdout.write(_("Le journal est vide."))
        if not report.ok:
            raise SystemExit(1)

    def _say(self, chain: operations.ChainReport) -> None:
        count = ngettext("%(count)d écriture", "%(count)d écritures", chain.entries) % {"count": chain.entries}
        if chain.ok:
            self.stdout.write(_("Chaîne %(chain)s : %(count)s, intacte.") % {"chain": chain.chain, "count": count})
            return
        wrong = ngettext("%(count)d anomalie", "%(count)d anomalies", chain.fault_count) % {"count": chain.fault_count}
        self.stdout.write(
            _("Chaîne %(chain)s : %(count)s, %(wrong)s.") % {"chain": chain.chain, "count": count, "wrong": wrong}
        )
        for fault in chain.faults:
            sentence = queries.explain(fault.kind, fault.seq, last_seq=fault.last_seq, origin=fault.origin)
            self.stdout.write(f"  – {sentence}")
        if chain.fault_count > len(chain.faults):
            untold = chain.fault_count - len(chain.faults)
            self.stdout.write("  – " + _("… et %(count)d autres.") % {"count": untold})


def _as_json(report: operations.Report) -> str:
    chains = [{**asdict(chain), "ok": chain.ok} for chain in report.chains]
    return json.dumps({"ok": report.ok, "entries": report.entries, "chains": chains}, ensure_ascii=False)
