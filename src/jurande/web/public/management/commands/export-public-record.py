from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.queries import certifier_of_code
from jurande.web.public.record import export

EVERY = 100


class Command(BaseCommand):
    help = "Copie tout le registre public d’un certificateur en un site statique, vérifiable sans Jurande."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("certifier", metavar="CODE", help="le code du certificateur")
        parser.add_argument("folder", metavar="DOSSIER", type=Path, help="un dossier neuf, où écrire la copie")

    def handle(self, *args: Any, **options: Any) -> None:
        certifier = certifier_of_code(options["certifier"])
        if certifier is None:
            raise CommandError(_("Aucun certificateur n’a ce code."))
        place = options["folder"].resolve()
        try:
            made = export(certifier=certifier, place=place, report=self._report, actor=MACHINE, now=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(
            _("Copie faite dans %(folder)s : %(awards)d attestations, %(files)d fichiers, %(size)d Mo.")
            % {"folder": place, "awards": made.awards, "files": made.files, "size": made.size_bytes // 1_000_000}
        )

    def _report(self, done: int) -> None:
        if done % EVERY == 0:
            self.stdout.write(_("%(done)d attestations copiées…") % {"done": done})
