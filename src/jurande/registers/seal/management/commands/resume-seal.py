from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.seal.operations import checking
from jurande.registers.seal.operations.resuming import resume
from jurande.registers.seal.policies import MACHINE


class Command(BaseCommand):
    help = "Reprend le scellement sur cette machine, une fois compris ce qui l’a arrêté."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--published", type=int, metavar="N", help="le nombre d’entrées du dernier point de contrôle publié"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            # A backup holds the public files of a moment before its database: what is missing is made again.
            checking.repair(actor=MACHINE, now=now)
            head = resume(published_size=options["published"], actor=MACHINE, now=now)
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(
            _("Cette machine scelle de nouveau le registre %(origin)s (%(size)d entrées).")
            % {"origin": head.origin, "size": head.signed_size}
        )
