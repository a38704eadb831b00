"""What a link gives to receive; whose letters came back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import OuterRef, Subquery

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import NUMBER_ALPHABET, NUMBER_LENGTH, AwardQuerySet
from jurande.registers.awards.models.links import is_contest_token, is_token
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.correspondence.models import NOT_DELIVERED, Message
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right

CONTEST_LIFETIME = timedelta(days=30)
# Beyond so many, telling which are mended takes longer than the page that says it beside its tab.
FEW_BACK, COUNTED_SECONDS = 200, 600
LETTERS_MOST = 5_000
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

    A partner sees those that it issued in the certifier's name. ``last`` and ``failure``: what became of the letter.
    Three queries; the first reads the letters that came back, the latest ``LETTERS_MOST``, and no other. ``to_mend``
    tells their number from then on.
    """
    codes = _about_what_came_back(actor)
    found = _to_mend(actor, codes)
    _keep(actor, codes, found)
    letters = Message.objects.filter(about_kind="award", about_code=OuterRef("code")).order_by("-pk")
    rows: AwardQuerySet = Award.objects.filter(pk__in=[pk for pk, _issued_at in found]).annotate(
        last=Subquery(letters.values("state")[:1]), failure=Subquery(letters.values("failure_code")[:1])
    )
    return rows.select_related("certification", "partnership__site__organisation").order_by("issued_at", "pk")


@dataclass(frozen=True)
class ToMend:
    """How many ``with_addresses_to_mend`` gives, and when the oldest of them was issued."""

    count: int = 0
    since: datetime | None = None


def to_mend(actor: Actor) -> ToMend:
    """Counted now, in two queries; where very many came back, ten minutes ago at most or since ``count_anew``."""
    if not actor.has(Right.ISSUE_AWARDS):
        return ToMend()
    kept: ToMend | None = cache.get(_counted_key(actor))
    if kept is not None:
        return kept
    codes = _about_what_came_back(actor)
    return _keep(actor, codes, _to_mend(actor, codes))


def _keep(actor: Actor, codes: list[str], found: list[tuple[int, datetime]]) -> ToMend:
    """Count what was found; where very many letters came back, keep that for the pages that only tell it."""
    told = ToMend(len(found), min((issued_at for _pk, issued_at in found), default=None))
    if len(codes) > FEW_BACK:
        cache.set(_counted_key(actor), told, COUNTED_SECONDS)
    return told


def count_anew(actor: Actor) -> None:
    """Let the next ``to_mend`` of this place count: somebody there has just mended one."""
    cache.delete(_counted_key(actor))


def _counted_key(actor: Actor) -> str:
    return f"awards.to-mend-since.{actor.certifier_code}.{actor.partnership_code}"


def _about_what_came_back(actor: Actor) -> list[str]:
    """Codes of awards, those of the latest letters; read in the index of letters that came back, and there alone."""
    if not actor.has(Right.ISSUE_AWARDS):
        return []
    back = Message.objects.of_certifier(actor.certifier_code).filter(about_kind="award").not_delivered()
    return list(set(back.order_by("-pk").values_list("about_code", flat=True)[:LETTERS_MOST]))


def _to_mend(actor: Actor, codes: list[str]) -> list[tuple[int, datetime]]:
    """Key and instant of those among these awards that wait, that this actor issued, and whose last letter came back.

    Sorted out here: asked for all of it at once, the planner would rather read every award of a house.
    """
    if not codes:
        return []
    letters = Message.objects.filter(about_kind="award", about_code=OuterRef("code")).order_by("-pk")
    waiting = Award.objects.filter(code__in=codes, collected_at=None, refused_at=None, holder=None)
    found = waiting.exclude(email_digest="").exclude(origin=Origin.ELSEWHERE)
    kept = []
    for pk, issued_at, last, state, house, partner, is_delegated in found.values_list(
        "pk",
        "issued_at",
        Subquery(letters.values("state")[:1]),
        "state",
        "certifier__code",
        "partnership__code",
        "lot__delegation",
    ):
        is_ours = house == actor.certifier_code
        if actor.partnership_code:
            is_ours = is_ours and partner == actor.partnership_code and is_delegated is not None
        if is_ours and last in NOT_DELIVERED and state not in (AwardState.ERASED, AwardState.REPLACED):
            kept.append((pk, issued_at))
    return kept


def has_come_back(award: Award) -> bool:
    """Whether the last letter about it came back."""
    letters = Message.objects.about("award", award.code).order_by("-pk").values_list("state", flat=True)
    return letters.first() in NOT_DELIVERED
