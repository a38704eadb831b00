from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from jurande.registers.common.models import JobRequest, Slot
from jurande.registers.common.schedule import PARIS, Daily, Planned


class Command(BaseCommand):
    help = "Montre ce qui s’exécute tout seul : quand, la dernière fois, la prochaine fois."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        lines = [(_("Travail"), _("Quand"), _("Dernière fois"), _("État"), _("Prochaine fois"))]
        lines += [self._line(planned, now) for planned in settings.JURANDE_SCHEDULE]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        for line in lines:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def _line(self, planned: Planned, now: datetime) -> tuple[str, str, str, str, str]:
        slot = Slot.objects.filter(name=planned.name).order_by("-due_at").first()
        job = slot and JobRequest.objects.filter(code=slot.job_code).first()
        return (
            planned.name,
            _frequency(planned),
            _moment(slot.due_at) if slot else "—",
            str(job.get_state_display()) if job else "—",
            _moment(planned.next_due(now)),
        )


def _frequency(planned: Planned) -> str:
    if isinstance(planned, Daily):
        return _("chaque jour à %(time)s") % {"time": planned.at.replace(":", " h ")}
    return _("toutes les %(minutes)d min") % {"minutes": planned.minutes}


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M}"
