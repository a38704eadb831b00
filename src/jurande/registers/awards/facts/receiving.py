"""The link by which an award is received: where it leads, and how long it serves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from jurande.registers.awards.facts.addresses import document_url, shown
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.links import contest_token_of, token_of
from jurande.registers.awards.states.receiving import Door

RECEIVE_PATH = "/recevoir/{number}/{token}/"
CONTEST_PATH = "/recevoir/{number}/{token}/pas-moi/"
# Longer than a year: somebody who comes back to a letter of last spring still finds its door.
LINK_LIFETIME = timedelta(days=400)
# As long as the link of a guest: past it, the letter alone no longer opens a space that exists.
ENTRANCE_LIFETIME = timedelta(days=7)


def receive_url(award: Award) -> str:
    """The address in the letter: whoever reads the mailbox it was sent to receives the award. 128 bits."""
    return _url(RECEIVE_PATH, award, token_of(award))


def contest_url(award: Award) -> str:
    """The address by which whoever reads that mailbox says that they did not receive it themselves."""
    return _url(CONTEST_PATH, award, contest_token_of(award))


def holder_url(award: Award) -> str:
    """Where a letter leads its holder: to receive it, then to its document."""
    waits = award.holder_id is None and award.collected_at is None and award.refused_at is None
    return receive_url(award) if waits and award.email_digest else document_url(award.number)


def door_of(award: Award, now: datetime) -> Door:
    """What its link does at this instant. Pure: the award is given as it is."""
    if award.refused_at is not None:
        return Door.REFUSED
    if award.collected_at is not None or award.holder_id is not None:
        return Door.COLLECTED
    return Door.OPEN if now < sent_at(award) + LINK_LIFETIME else Door.LATE


def may_enter(award: Award, now: datetime) -> bool:
    """Whether the letter is recent enough to open, without more, a space that exists already."""
    return now < sent_at(award) + ENTRANCE_LIFETIME


def sent_at(award: Award) -> datetime:
    """When its letter last left by itself: at issue, at a reminder, or when its address was mended."""
    return award.reminded_at or award.issued_at


def masked(email: str) -> str:
    """An address that its owner recognises, and nobody else learns: «i•••@exemple.fr»."""
    name, _at, place = email.partition("@")
    return f"{name[:1]}•••@{place}"


def _url(path: str, award: Award, token: str) -> str:
    return settings.PUBLIC_URL + path.format(number=shown(award.number), token=token)
