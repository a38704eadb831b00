"""What is told to the State: the life of a registration dossier, and what may be joined to it."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class DossierAct(StrEnum):
    """What the journal remembers of registration dossiers."""

    DOSSIER_STARTED = "declarations.dossier.started"
    ANSWER_WRITTEN = "declarations.dossier.answer_written"
    ANNEX_ADDED = "declarations.dossier.annex_added"
    ANNEX_REMOVED = "declarations.dossier.annex_removed"
    DOSSIER_CLOSED = "declarations.dossier.closed"
    DOSSIER_DISCARDED = "declarations.dossier.discarded"


class DossierState(models.TextChoices):
    """Where a dossier stands. Closed, it is frozen: what the law asks is answered, or said to be lacking."""

    DRAFT = "draft", _("En préparation")
    CLOSED = "closed", _("Arrêté")
    DISCARDED = "discarded", _("Abandonné")


DOSSIER_LIFE = Lifecycle(
    initial=DossierState.DRAFT,
    moves={DossierState.DRAFT: {"close": DossierState.CLOSED, "discard": DossierState.DISCARDED}},
)


class RequestKind(models.TextChoices):
    """Whether what is asked for was registered before: it decides whose results count (C. trav. R. 6113-11, II)."""

    FIRST = "first", _("Première demande")
    AGAIN = "again", _("Renouvellement")
