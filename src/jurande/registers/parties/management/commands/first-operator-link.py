from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurande.registers.parties import operations


class Command(BaseCommand):
    help = "Donne le lien, valable un jour et une seule fois, par lequel entre le premier exploitant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="écrit le lien en JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = operations.first_operator_link(now=timezone.now())
        except operations.FirstOperatorRefused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        self.stdout.write(json.dumps({"link": link}) if options["json"] else link)
