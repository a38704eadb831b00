"""Writing in a draft: locked, allowed, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.network.models import Application
from jurande.registers.network.policies.applications import can_edit_application
from jurande.registers.parties.policies import Actor


class ApplicationRefused(Refused):
    """This cannot be written, submitted or withdrawn so."""


class ApplicationChanged(ApplicationRefused):
    """Somebody wrote the same thing since it was read; ``held`` is what stands now, by field."""

    def __init__(self, held: dict[str, Any]) -> None:
        """Keep what is stored, to be shown beside what was typed."""
        super().__init__(
            _(
                "Ces lignes ont changé dans un autre onglet, ou par un collègue, depuis que vous les lisez. "
                "Votre saisie est encore là\u00a0: relisez-la, puis enregistrez de nouveau pour la garder."
            )
        )
        self.held = held


def opened(application: Application, *, actor: Actor) -> Application:
    """Lock the draft that this actor may write in.

    :raises NotAllowed: not theirs, or submitted.
    """
    locked: Application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("applicant", "certifier__organisation", "partnership")
        .get(pk=application.pk)
    )
    require(can_edit_application(actor, locked))
    return locked


def touched(application: Application, *, actor: Actor, now: datetime) -> None:
    """Say that the draft was written in; the row is locked by ``opened``."""
    application.revision += 1
    application.changed_at = now
    application.changed_by_code = actor.code
    application.save(update_fields=["revision", "changed_at", "changed_by_code"])


def seen_of(row: models.Model | None, names: Iterable[str]) -> str:
    """Fingerprint what a form shows of a row: given back when it is sent, it says what its reader had seen."""
    shown = {name: _plain(getattr(row, name)) for name in sorted(names)} if row is not None else {}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def demand_unchanged(row: models.Model, names: Iterable[str], seen: str) -> None:
    """Go on only if the row still says what its reader had seen; an empty ``seen`` asks for nothing.

    :raises ApplicationChanged: it says something else.
    """
    wanted = list(names)
    if seen and seen != seen_of(row, wanted):
        raise ApplicationChanged({name: getattr(row, name) for name in wanted})
