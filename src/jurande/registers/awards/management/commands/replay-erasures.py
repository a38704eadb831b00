from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.awards.operations.replaying import replay
from jurande.registers.common.refusals import Refused


class Command(BaseCommand):
    help = "Efface de nouveau ce qui avait été effacé, après la remise en place d’une sauvegarde plus ancienne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            metavar="FICHIER",
            type=Path,
            nargs="?",
            default=settings.HOME.erased,
            help="la liste erased.txt la plus récente",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = replay(options["file"], now=timezone.now())
        except OSError as error:
            raise CommandError(_("Cette liste ne peut pas être lue\u00a0: %s") % options["file"]) from error
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(
            _("Lignes lues\u00a0: %(read)d. Effacés de nouveau\u00a0: %(awards)d attestations, %(spaces)d espaces.")
            % {"read": done.read, "awards": done.awards, "spaces": done.spaces}
        )
