from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.seal.operations.witnesses import add_witness
from jurande.registers.seal.policies import MACHINE


class Command(BaseCommand):
    help = "Ajoute un témoin extérieur, qui cosignera les points de contrôle du registre public."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("vkey", metavar="CLÉ", help="la clé publique du témoin : nom+numéro+base64")
        parser.add_argument("url", metavar="ADRESSE", help="l’adresse où il reçoit les points de contrôle")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            witness = add_witness(vkey=options["vkey"], url=options["url"], actor=MACHINE, now=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(_("Témoin ajouté : %(name)s") % {"name": witness.name})
