from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from jurande.registers.common.worker import JobWorker


class Command(BaseCommand):
    help = "Exécute les travaux de fond et ce que le calendrier prévoit, jusqu’à un signal d’arrêt."

    def handle(self, *args: Any, **options: Any) -> None:
        worker = JobWorker()
        worker.configure_signals()
        worker.run()
