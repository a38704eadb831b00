"""What a link shows today, and what its holder reads of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch
from django.utils.timezone import localdate

from jurande.registers.awards.models import Award, Share, ShareItem, SharingSettings
from jurande.registers.awards.models.shares import ShareQuerySet, share_digest
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.parties.models import Certifier, Person

TOKEN_LENGTH = 22
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}", re.ASCII)
# Wrong links from one address in a minute: a person mistypes, a program guesses.
MISSES_MOST = 30
# An award corrected more often than this is shown as it was then.
_LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Opened:
    """A link that somebody follows. ``numbers``: of the awards that it shows now, in the holder's order; maybe none."""

    share: Share
    numbers: tuple[str, ...]


def is_token(text: str) -> bool:
    """Whether this may be the end of a link: nothing is looked up for anything else."""
    return _TOKEN.fullmatch(text) is not None


def opened_by(token: str, *, now: datetime) -> Opened | None:
    """What the link of this token shows; None when there never was one. Three queries, none for what is not a token.

    It shows nothing (no ``numbers``) once withdrawn or over, nor of what its holder hid, refused or erased since.
    """
    share = Share.objects.filter(token_digest=share_digest(token)).first() if is_token(token) else None
    if share is None:
        return None
    if not share.is_open_on(localdate(now)):
        return Opened(share, ())
    held = Award.objects.filter(share_items__share=share).order_by("share_items__position")
    latest = _latest(held.only("pk", "number", "state", "holder_id", "exposure", "refused_at"))
    shown = (award.number for award in latest if _is_shown(award, share))
    return Opened(share, tuple(dict.fromkeys(shown)))


def awards_shown(opened: Opened) -> list[Award]:
    """What a link shows now, in the holder's order, with its terms. One query."""
    rows = Award.objects.filter(number__in=opened.numbers).select_related(
        "certifier__organisation", "certification", "referentiel", "partnership", "lot"
    )
    found = {row.number: row for row in rows}
    return [found[number] for number in opened.numbers if number in found]


def _is_shown(award: Award, share: Share) -> bool:
    is_theirs = award.holder_id == share.holder_id and award.state != AwardState.ERASED
    return is_theirs and award.refused_at is None and award.exposure != Exposure.HIDDEN


def _latest(awards: Iterable[Award]) -> list[Award]:
    """Each award, or the one that replaces it: one query for each time that one of them was corrected."""
    found = list(awards)
    for _turn in range(_LONGEST_CHAIN):
        replaced = [award.pk for award in found if award.state == AwardState.REPLACED]
        rows = Award.objects.filter(replaces__in=replaced).only(
            "pk", "number", "state", "holder_id", "exposure", "refused_at", "replaces_id"
        )
        after = {row.replaces_id: row for row in rows} if replaced else {}
        if not after:
            break
        found = [after.get(award.pk, award) for award in found]
    return found


# --- what the holder reads ------------------------------------------------------------------------


def shares_of(person: Person) -> ShareQuerySet:
    """Their links, the latest first, each with its items and their awards. Three queries."""
    items = ShareItem.objects.order_by("position").select_related(
        "award__certification", "award__referentiel", "award__certifier__organisation"
    )
    found: ShareQuerySet = Share.objects.filter(holder=person).select_related("holder")
    return found.prefetch_related(Prefetch("items", items)).order_by("-created_at", "-pk")


def latest_shares(person: Person, *, most: int) -> list[Share]:
    """As many of their links, those that were not stopped first. Three queries."""
    ordered = shares_of(person).order_by(F("withdrawn_at").desc(nulls_first=True), "-created_at", "-pk")
    return list(ordered[:most])


def share_of(person: Person, code: str) -> Share | None:
    """One of them; None for somebody else's and for a code that does not exist."""
    return shares_of(person).filter(code=code).first()


def open_shares(awards: Iterable[Award], *, today: date) -> Mapping[int, list[Share]]:
    """The links that show each of these awards today, by the award's ``pk``, the latest first. Two queries.

    A link to an award that was replaced since is one to the award that replaces it.
    """
    wanted = list(awards)
    former = {award.pk: award.pk for award in wanted}
    for award in wanted:
        if award.replaces_id is not None:
            former[award.replaces_id] = award.pk
    items = (
        ShareItem.objects.filter(award__in=former, share__in=Share.objects.open_on(today))
        .select_related("share")
        .order_by("-share__created_at", "-pk")
    )
    found: dict[int, list[Share]] = {}
    for item in items:
        known = found.setdefault(former[item.award_id], [])
        if item.share not in known:
            known.append(item.share)
    return found


def sharing_of(certifier: Certifier) -> SharingSettings:
    """How a house is known where its holders share; not saved yet when it never said."""
    return SharingSettings.objects.filter(certifier=certifier).first() or SharingSettings(certifier=certifier)
