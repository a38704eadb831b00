"""«Ce qui m’attend» in words: the same lines for the certifier and for the partner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.parties.queries import Waiting
from jurande.registers.parties.states import WaitingReason
from jurande.web.ui.formats import of_name
from jurande.web.ui.parts import Due

# %(name)s: the partner or person, %(of)s: the same after «de»; %(detail)s: which document.
TITLES: Mapping[WaitingReason, str | Promise] = {
    WaitingReason.QUALIOPI_EXPIRED: _("Demander le nouveau certificat Qualiopi %(of)s"),
    WaitingReason.QUALIOPI_EXPIRING: _("Préparer le renouvellement Qualiopi %(of)s"),
    WaitingReason.QUALIOPI_UNKNOWN: _("Inscrire le certificat Qualiopi %(of)s"),
    WaitingReason.DOCUMENT_EXPIRED: _("Remplacer une pièce expirée %(of)s : %(detail)s"),
    WaitingReason.DOCUMENT_EXPIRING: _("Renouveler une pièce %(of)s : %(detail)s"),
    WaitingReason.NDA_MISSING: _("Inscrire la déclaration d’activité %(of)s"),
    WaitingReason.NOBODY_TO_WRITE_TO: _("Inviter quelqu’un chez %(name)s"),
    WaitingReason.INVITATION_UNANSWERED: _("Relancer l’invitation de %(detail)s, %(name)s"),
    WaitingReason.LETTER_FAILED: _("Un courrier n’est pas arrivé : %(name)s"),
    WaitingReason.API_KEY_EXPIRING: _("Remplacer la clé d’API «\u00a0%(name)s\u00a0»"),
    WaitingReason.NO_ADMINISTRATOR: _("Inviter l’administrateur %(of)s"),
}


def dues(lines: Iterable[Waiting], today: date, url_of: Callable[[Waiting], str]) -> list[Due]:
    """Turn what waits into deadlines to show, in the order given."""
    return [
        Due(
            title=str(TITLES[line.reason]) % {"name": line.name, "of": of_name(line.name), "detail": line.detail},
            due_on=line.due_on,
            today=today,
            url=url_of(line),
            law=line.source,
            who=line.owner_name,
        )
        for line in lines
    ]
