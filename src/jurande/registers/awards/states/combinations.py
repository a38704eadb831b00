"""Combinations of micro-certifications: their versions, and what becomes of those who have a whole one."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class CombinationAct(StrEnum):
    """What the journal remembers of combinations."""

    STARTED = "awards.combination.started"
    WRITTEN = "awards.combination.written"
    DISCARDED = "awards.combination.discarded"
    PUBLISHED = "awards.combination.published"
    CLOSED = "awards.combination.closed"
    ASKED = "awards.combination.asked"
    TAKEN_BACK = "awards.combination.taken_back"
    PREPARED = "awards.combination.prepared"
    DECLINED = "awards.combination.declined"


class CombinationState(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publiée")
    CLOSED = "closed", _("Close")


COMBINATION_LIFE = Lifecycle(
    initial=CombinationState.DRAFT,
    moves={
        CombinationState.DRAFT: {"publish": CombinationState.PUBLISHED},
        CombinationState.PUBLISHED: {"close": CombinationState.CLOSED},
    },
)


class RequestState(models.TextChoices):
    """Where the attestation stands that a whole combination leads to. Issued or not is read from its lot."""

    FOUND = "found", _("Ensemble complet")
    LAPSED = "lapsed", _("N’est plus complet")
    ASKED = "asked", _("Demandée")
    PREPARED = "prepared", _("En préparation")
    DECLINED = "declined", _("Déclinée")


REQUEST_LIFE = Lifecycle(
    initial=RequestState.FOUND,
    moves={
        RequestState.FOUND: {
            "ask": RequestState.ASKED,
            "prepare": RequestState.PREPARED,
            "lapse": RequestState.LAPSED,
        },
        RequestState.LAPSED: {"find": RequestState.FOUND, "ask": RequestState.ASKED},
        RequestState.ASKED: {
            "take_back": RequestState.FOUND,
            "prepare": RequestState.PREPARED,
            "decline": RequestState.DECLINED,
        },
        RequestState.PREPARED: {"ask": RequestState.ASKED, "prepare": RequestState.PREPARED},
        RequestState.DECLINED: {"ask": RequestState.ASKED},
    },
)
