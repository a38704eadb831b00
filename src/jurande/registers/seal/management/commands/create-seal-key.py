from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.operations import keys, projection
from jurande.registers.seal.policies import MACHINE


class Command(BaseCommand):
    help = "Crée la première clé de signature d’un certificateur, et ouvre le registre public si c’est la première."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("certifier", metavar="CODE", help="le code du certificateur")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        certifier = Certifier.objects.filter(code=options["certifier"]).first()
        if certifier is None:
            raise CommandError(_("Aucun certificateur n’a ce code."))
        try:
            key = keys.create_key(certifier=certifier, actor=MACHINE, now=now)
            projection.settle(now=now)
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(_("Clé créée : %(method)s") % {"method": key.method})
