"""What somebody holds: the home of their space, and the page of one award."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from jurande.registers.awards.queries import holders
from jurande.registers.awards.states.designs import Subject
from jurande.web.access import Asked, audience, person_of
from jurande.web.holder import keeping, paths
from jurande.web.holder.cards import Card, cards_of, seals_of
from jurande.web.holder.corrections import mistake_of
from jurande.web.holder.shares import sharing_of, with_links
from jurande.web.holder.showcase import showcase_section

if TYPE_CHECKING:
    from datetime import date

    from jurande.registers.awards.models import Award
    from jurande.registers.parties.models import Person


# A page stays light on a slow network; nobody but a test holds more.
SHOWN_FIRST = 40


@dataclass(frozen=True)
class Portfolio:
    """All that a home lays out. ``waiting`` is to be received; ``hidden`` and ``refused`` are folded away.

    ``first`` is what is laid out of ``shown``, all of it unless somebody holds a great many. ``seals``: each drawing
    once, by the id that cards name.
    """

    shown: list[Card]
    first: list[Card]
    waiting: list[Card]
    hidden: list[Card]
    refused: list[Card]
    seals: list[tuple[str, SafeString]]

    @property
    def others(self) -> int:
        """How many are not laid out."""
        return len(self.shown) - len(self.first)

    @property
    def held(self) -> list[Award]:
        """What is in this person's space and counts for what it leads to."""
        return [card.award for card in self.shown + self.hidden]

    @property
    def has_national(self) -> bool:
        """Whether some of it is a certification of a national register, or a bloc of one: what the State is told of."""
        return any(card.award.subject != Subject.MICRO for card in (*self.shown, *self.hidden))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was ever given to this person here."""
        return not (self.shown or self.waiting or self.hidden or self.refused)


def portfolio_of(person: Person, *, today: date, is_whole: bool = False) -> Portfolio:
    """Read a home in five queries at most, however much one holds. What a correction replaced is not shown twice."""
    held = list(holders.held_by(person))
    sent = list(holders.sent_to(person))
    former = {award.replaces_id for award in held}
    everything = [award for award in held if award.pk not in former] + sent
    cards = with_links(cards_of(everything, today=today), today=today)
    shown = [card for card in cards if keeping.is_shown(card.award)]
    return Portfolio(
        shown=shown,
        first=shown if is_whole else shown[:SHOWN_FIRST],
        waiting=[card for card in cards if keeping.is_waiting(card.award)],
        hidden=[card for card in cards if keeping.is_hidden(card.award)],
        refused=[card for card in cards if card.award.refused_at is not None],
        seals=seals_of(everything),
    )


def held_here(request: Asked, code: str) -> Award:
    """The award of this code in the space of the person who is signed in.

    :raises Http404: it is somebody else's, erased, or does not exist.
    """
    award = holders.one_of(person_of(request), code)
    if award is None:
        raise Http404
    return award


@require_safe
@audience("holder")
def home(request: Asked) -> HttpResponse:
    """What I am able to do, and who can see it."""
    person, today = person_of(request), timezone.localdate()
    portfolio = portfolio_of(person, today=today, is_whole="tout" in request.GET)
    # One key a part, each made by one function of its own module.
    context: dict[str, object] = {
        "person": person,
        "portfolio": portfolio,
        "path": paths.shown_of(person, portfolio.held, [card.award for card in portfolio.waiting], today=today),
    }
    return render(request, "holder/home.html", context)


@require_safe
@audience("holder")
def one(request: Asked, code: str) -> HttpResponse:
    """Everything about one of them, and what I can do with it."""
    award = held_here(request, code)
    (card,) = cards_of([award], today=timezone.localdate())
    # One key a section, each made by one function of its own module.
    context: dict[str, object] = {
        "award": award,
        "card": card,
        "seals": seals_of([award]),
        "said": keeping.said_of(award),
        "sight": keeping.sight_of(award),
        "sharing": sharing_of(request, award),
        "vitrine": showcase_section(request, award),
        "mistake": mistake_of(request, award),
        "leads": paths.leads_of(person_of(request), award, today=timezone.localdate()),
        "files": keeping.files_of(award),
    }
    return render(request, "holder/award.html", context)
