from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.refusals import Refused
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.models import SigningKey
from jurande.registers.seal.operations import keys, projection
from jurande.registers.seal.policies import MACHINE


class Command(BaseCommand):
    help = "Remplace la clé de signature d’un certificateur ; ce que l’ancienne a signé reste valable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("certifier", metavar="CODE", help="le code du certificateur")
        parser.add_argument(
            "--stolen-at", metavar="INSTANT", help="la clé a été volée à cet instant (2026-11-22T09:30:00, UTC)"
        )
        parser.add_argument(
            "--log-size", type=int, metavar="N", help="la taille d’un point de contrôle signé avant le vol"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        certifier = Certifier.objects.filter(code=options["certifier"]).first()
        if certifier is None:
            raise CommandError(_("Aucun certificateur n’a ce code."))
        if (options["stolen_at"] is None) != (options["log_size"] is None):
            raise CommandError(_("--stolen-at et --log-size vont ensemble."))
        try:
            key = self._condemn(certifier, options, now) if options["stolen_at"] else self._rotate(certifier, now)
            projection.settle(now=now)
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(_("Nouvelle clé : %(method)s") % {"method": key.method})

    def _rotate(self, certifier: Certifier, now: datetime) -> SigningKey:
        return keys.rotate_key(certifier=certifier, actor=MACHINE, now=now)

    def _condemn(self, certifier: Certifier, options: dict[str, Any], now: datetime) -> SigningKey:
        try:
            stolen_at = datetime.fromisoformat(options["stolen_at"]).replace(tzinfo=UTC)
        except ValueError as error:
            raise CommandError(_("Cet instant ne s’écrit pas ainsi : 2026-11-22T09:30:00")) from error
        return keys.condemn_key(
            key=keys.active_key(certifier), stolen_at=stolen_at, log_size=options["log_size"], actor=MACHINE, now=now
        )
