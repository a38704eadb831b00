"""One award as a card of the portfolio: what it is, until when, how it stands, who can see it; calm in every case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jurande.integrations.typesetting.ornaments import wax_seal
from jurande.registers.awards.queries.holders import titles_of
from jurande.registers.awards.queries.proofs import look_of
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.web.ui import spoken
from jurande.web.ui.formats import typo

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award
    from jurande.web.holder.shares import Told

SOON = timedelta(days=90)
LONG_TITLE = 70


@dataclass(frozen=True)
class Standing:
    """How an award stands today: a shape of the kit and a sentence; empty when there is nothing to say."""

    status: str = ""
    said: str = ""


@dataclass(frozen=True)
class Seen:
    """Who can see it: an icon, a sentence, and whether it is open to more than those one shows it to."""

    icon: str
    said: str
    is_open: bool = False


@dataclass(frozen=True)
class Card:
    """One award, ready to be laid out. ``seal``: id of the drawing of its seal, which the page holds once."""

    award: Award
    url: str
    title: str
    when: str
    standing: Standing
    seen: Seen
    seal: str
    ornament_url: str
    # The latest link that shows it today.
    link: Told | None = None
    # Where a first link is made; empty when it cannot be shared.
    share_url: str = ""

    @property
    def is_dimmed(self) -> bool:
        """Whether it no longer counts, or not for now."""
        return self.standing.status in ("stop", "end")

    @property
    def language(self) -> str:
        """The language of the title when the page speaks another, for those who hear it."""
        return "fr" if spoken.is_english() else ""

    @property
    def is_long(self) -> bool:
        """Whether the title needs smaller letters."""
        return len(self.title) > LONG_TITLE


def cards_of(awards: Sequence[Award], *, today: date) -> list[Card]:
    """A card for each, in the same order. At most one query."""
    titles = titles_of(awards)
    return [
        Card(
            award=award,
            url=reverse("holder:award", args=[award.code]),
            title=typo(titles[award.code]),
            when=when_of(award, is_told=award.valid_until is not None and award.valid_until < today + SOON),
            standing=standing_of(award, today),
            seen=seen_of(award),
            seal=_seal_id(award),
            ornament_url=reverse("public:award-ornament", args=[look_of(award)[0].removeprefix("#")]),
        )
        for award in awards
    ]


def seals_of(awards: Iterable[Award]) -> list[tuple[str, SafeString]]:
    """Each seal once: its id, and its drawing as the content of a symbol."""
    drawn: dict[str, SafeString] = {}
    for award in awards:
        identifier = _seal_id(award)
        if identifier not in drawn:
            _colour, accent, emblem = look_of(award)
            svg = wax_seal(award.certifier.name, accent, emblem)
            # Several seals on a page: the ring along which each is written has a name of its own.
            svg = svg.replace('id="ring"', f'id="{identifier}-ring"').replace('"#ring"', f'"#{identifier}-ring"')
            inside = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
            drawn[identifier] = mark_safe(inside)  # noqa: S308 - our own drawing, its text escaped
    return list(drawn.items())


def when_of(award: Award, *, is_told: bool = False) -> str:
    """«14 octobre 2026, valable trois ans», «…, valable jusqu’au 3 mars 2027».

    The day alone without an end, or when its standing tells the end already (``is_told``).
    """
    day = spoken.day(award.awarded_on)
    if award.valid_until is None or is_told:
        return day
    years = _whole_years(award.awarded_on, award.valid_until)
    if years == 1:
        return _("%(day)s, valable un an") % {"day": day}
    if years:
        return _("%(day)s, valable %(years)s ans") % {"day": day, "years": spoken.in_letters(years)}
    return _("%(day)s, valable jusqu’au %(until)s") % {"day": day, "until": spoken.day(award.valid_until)}


def standing_of(award: Award, today: date) -> Standing:
    """How it stands, in a sentence that worries nobody without a cause."""
    told = {
        "house": spoken.named(award.certifier.name),
        "until": spoken.day(award.valid_until),
        "revoked": spoken.day(award.revoked_on),
        "replaced": spoken.day(award.replaced_at),
    }
    if award.state == AwardState.REPLACED:
        return Standing("end", _("Corrigée le %(replaced)s\u00a0: une nouvelle la remplace.") % told)
    if award.state == AwardState.REVOKED:
        return Standing("end", _("Retirée par %(house)s le %(revoked)s. N’en faites plus état.") % told)
    if award.state == AwardState.SUSPENDED:
        return Standing("stop", _("Suspendue par %(house)s, le temps d’une vérification.") % told)
    if award.valid_until is None or award.valid_until >= today + SOON:
        return Standing()
    if award.valid_until < today:
        return Standing("end", _("Arrivée à son terme le %(until)s. Elle reste vraie.") % told)
    return Standing("warn", _("Valable encore jusqu’au %(until)s.") % told)


def seen_of(award: Award) -> Seen:
    """Who can see it, in a sentence without a technical word."""
    if award.refused_at is not None:
        return Seen("ban", _("Refusée\u00a0: votre nom n’y est plus lisible."))
    if award.exposure == Exposure.HIDDEN:
        return Seen("eye-off", _("Cachée\u00a0: personne n’y lit votre nom."))
    if award.exposure == Exposure.PUBLIC:
        return Seen("eye", _("Ouverte\u00a0: votre nom se lit avec le numéro."), is_open=True)
    return Seen("lock", _("Privée\u00a0: visible de ceux à qui vous la montrez."))


def _whole_years(first: date, last: date) -> int:
    """How many years a validity lasts, its last day being the eve of an anniversary or that day; 0 otherwise."""
    for day in (last, last + timedelta(days=1)):
        if (day.month, day.day) == (first.month, first.day):
            return day.year - first.year
    return 0


def _seal_id(award: Award) -> str:
    """The same for the same house and the same look."""
    _colour, accent, emblem = look_of(award)
    return f"sceau-{award.certifier_id}-{accent.removeprefix('#')}-{emblem or 'x'}"
