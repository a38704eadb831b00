from __future__ import annotations

import logging
import os
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from jurande.registers.common.worker import JobWorker


class Command(BaseCommand):
    help = "Exécute les travaux de fond et ce que le calendrier prévoit, jusqu’à un signal d’arrêt."

    def handle(self, *args: Any, **options: Any) -> None:
        worker = JobWorker()
        worker.configure_signals()
        worker.run()
        # Nothing is left to write, and taking Django down object by object costs 0.2 s that Ctrl-C would wait for.
        connections.close_all()
        logging.shutdown()
        os._exit(0)
