import os
import signal
import subprocess
import time

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "A worker whose job, which runs a tool, never ends, and which does not listen to SIGTERM."

    def handle(self, **options: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tool = subprocess.Popen(["sleep", "600"])
        (settings.HOME.path / "tool.pid").write_text(str(tool.pid))
        (settings.HOME.path / "worker.pid").write_text(str(os.getpid()))
        while True:
            time.sleep(60)
