"""What a link gives to receive; whose letters came back."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import OuterRef, Subquery

from jurande.registers.awards.facts.receiving import CONTEST_LIFETIME, is_contest_token, is_token
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import NUMBER_ALPHABET, NUMBER_LENGTH, AwardQuerySet
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right

CAME_BACK = (MessageState.BOUNCED, MessageState.WITHHELD, MessageState.FAILED)
_NUMBER = re.compile(rf"[{NUMBER_ALPHABET}]{{{NUMBER_LENGTH}}}")
_WITH = (
    "certifier__organisation",
    "certification__fiche",
    "referentiel",
    "design",
    "holder",
    "partnership__site__organisation",
    "replaced_by",
)


def offered(number: str, token: str) -> Award | None:
    """What this link gives; for what was replaced since at the same address, the one that replaces it.

    None for a token that is not its own: guessed, or of an address that was mended since.
    """
    award = _numbered(number)
    if award is None or not is_token(award, token):
        return None
    while award.state == AwardState.REPLACED and hasattr(award, "replaced_by"):
        following = Award.objects.select_related(*_WITH).get(pk=award.replaced_by.pk)
        if following.email_digest != award.email_digest:
            return None
        award = following
    return award


def contestable(number: str, token: str, *, now: datetime) -> Award | None:
    """What somebody may say that they did not receive themselves: thirty days from the day it was received."""
    award = _numbered(number)
    if award is None or award.holder is None or award.collected_at is None or not is_contest_token(award, token):
        return None
    return award if now < award.collected_at + CONTEST_LIFETIME else None


def _numbered(number: str) -> Award | None:
    plain = number.replace("-", "").upper()
    if not _NUMBER.fullmatch(plain):
        return None
    return Award.objects.filter(number=plain).select_related(*_WITH).first()


# --- letters that came back ---------------------------------------------------------------------


def with_addresses_to_mend(actor: Actor) -> AwardQuerySet:
    """Those nobody received because the last letter about them came back, that this actor may mend; oldest first.

    A partner sees those that it issued in the certifier's name. ``failure``: why, as the carrier said it.
    """
    if not actor.has(Right.ISSUE_AWARDS):
        return Award.objects.none()
    letters = Message.objects.filter(
        certifier_code=actor.certifier_code, about_kind="award", about_code=OuterRef("code")
    ).order_by("-pk")
    back = Message.objects.filter(certifier_code=actor.certifier_code, about_kind="award", state__in=CAME_BACK).values(
        "about_code"
    )
    rows: AwardQuerySet = (
        Award.objects.visible_to(actor)
        .filter(collected_at=None, refused_at=None, holder=None, origin=Origin.JURANDE, code__in=back)
        .exclude(email_digest="")
        .exclude(state__in=(AwardState.ERASED, AwardState.REPLACED))
        .annotate(last=Subquery(letters.values("state")[:1]), failure=Subquery(letters.values("failure_code")[:1]))
        .filter(last__in=CAME_BACK)
    )
    if actor.partnership_code:
        rows = rows.filter(lot__delegation__isnull=False)
    return rows.select_related("certification", "partnership__site__organisation").order_by("issued_at", "pk")


def has_come_back(award: Award) -> bool:
    """Whether the last letter about it came back."""
    letters = Message.objects.about("award", award.code).order_by("-pk").values_list("state", flat=True)
    return letters.first() in CAME_BACK
