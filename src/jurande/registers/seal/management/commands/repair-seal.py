from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.seal.operations import checking
from jurande.registers.seal.policies import MACHINE


class Command(BaseCommand):
    help = "Refait les fichiers publics (registre, listes, clés) d’après la base, à l’octet près, puis vérifie tout."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            size = checking.repair(actor=MACHINE, now=now)
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        report = checking.check_and_note(now=now)
        self.stdout.write(_("Fichiers refaits pour %(size)d entrées.") % {"size": size})
        for fault in report.faults:
            self.stdout.write(f"  – {fault.sentence}")
        self.stdout.write(f"bad = {report.bad}")
        if report.bad:
            raise SystemExit(1)
