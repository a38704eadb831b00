from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from jurande.registers.catalogue.operations import indexing


class Command(BaseCommand):
    help = "Refait la recherche des répertoires nationaux, après un changement de version ou un doute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{indexing.rebuild()} fiches se cherchent.")
