from __future__ import annotations

import os
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.conventions.operations import cachets
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.policies import MACHINE

VARIABLE = "JURANDE_CACHET_PASSWORD"


class Command(BaseCommand):
    help = "Remplace le cachet électronique d’un certificateur ; ce que l’ancien a scellé reste valable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("certifier", metavar="CODE", help="le code du certificateur")
        parser.add_argument(
            "--import",
            dest="file",
            type=Path,
            metavar="FICHIER",
            help=f"un fichier PKCS #12 (.p12) d’un prestataire ; son mot de passe est demandé, ou lu dans {VARIABLE}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        certifier = Certifier.objects.filter(code=options["certifier"]).select_related("organisation").first()
        if certifier is None:
            raise CommandError(_("Aucun certificateur n’a ce code."))
        file: Path | None = options["file"]
        try:
            if file is None:
                cachet = cachets.rotate_cachet(certifier=certifier, actor=MACHINE, now=now)
            else:
                # Never an argument: those are seen by every account of the machine.
                password = os.environ.get(VARIABLE) or getpass(_("Mot de passe du fichier : "))
                cachet = cachets.import_cachet(
                    certifier=certifier, content=file.read_bytes(), password=password, actor=MACHINE, now=now
                )
        except OSError as error:
            raise CommandError(_("Ce fichier ne peut pas être lu : %(path)s") % {"path": file}) from error
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(
            _("Cachet en service : %(print)s, valable jusqu’au %(day)s")
            % {"print": cachet.fingerprint, "day": f"{cachet.certificate.not_valid_after_utc:%Y-%m-%d}"}
        )
