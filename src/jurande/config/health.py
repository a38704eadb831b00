"""What `/sante` answers to a supervisor: is each part of the installation at work? Codes and numbers only."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jurande.config.preparation import is_prepared
from jurande.registers.common.models import Worker
from jurande.registers.seal.queries import is_healthy

WORKER_SILENCE = timedelta(seconds=60)
FREE_SPACE_BYTES = 200_000_000
_up_to_date = False


@never_cache
@require_safe
def sante(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every check passes, else 503; the body names the ones that fail."""
    checks = check(settings.HOME.path, now=timezone.now())
    healthy = all(checks.values())
    return JsonResponse({"healthy": healthy, "checks": checks}, status=200 if healthy else 503)


def check(home: Path, *, now: datetime) -> dict[str, bool]:
    """Look at the database, its shape, the worker and the disk; the later ones are False where the first one is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
        migrations = is_up_to_date()
        worker = Worker.objects.filter(seen_at__gt=now - WORKER_SILENCE).exists()
        seal = is_healthy(now=now) if migrations else False
    except Error:
        database = migrations = worker = seal = False
    disk = shutil.disk_usage(home).free >= FREE_SPACE_BYTES
    return {"database": database, "migrations": migrations, "worker": worker, "seal": seal, "disk": disk}


def is_up_to_date() -> bool:
    """Whether every migration is applied. Once it is so, this process does not ask again: its code does not change."""
    global _up_to_date
    _up_to_date = _up_to_date or is_prepared()
    return _up_to_date
