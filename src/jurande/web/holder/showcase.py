"""Appearing in the showcase of the house, or leaving it: one question, on the page of an award."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.policies.showcase import can_appear
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries import showcase as queries
from jurande.registers.awards.states.showcase import ShownName
from jurande.web.access import Asked, audience, person_of
from jurande.web.ui import spoken as words
from jurande.web.ui.forms import refusing

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award


@dataclass(frozen=True)
class Section:
    """What the page of an award says of the showcase: ``house`` opens a sentence, ``by`` says whose it is.

    ``shown_as``: the name shown today; empty for somebody who is not there.
    ``names``: what may be chosen, as (value, name); empty when nothing may be.
    """

    house: str
    by: str
    shown_as: str
    since: str
    names: list[tuple[str, str]]
    url: str


def showcase_section(request: Asked, award: Award) -> Section | None:
    """What to say; None when the house has no showcase for it. Two queries."""
    showcase = queries.showcase_of(award.certifier)
    shown = queries.shown_of(award.certification) if showcase is not None else None
    may = can_appear(request.actor, award, showcase, is_listed=shown is not None)
    appearance = queries.appearance_of(award)
    if not may and appearance is None:
        return None
    english, house = words.is_english(), words.named(award.certifier.name)
    view = "public:showcase-people-en" if english else "public:showcase-people"
    return Section(
        house=house[:1].upper() + house[1:],
        by=words.by_name(award.certifier.name),
        shown_as=_name(award, appearance.name_shown) if appearance is not None else "",
        since=words.day(appearance.agreed_at) if appearance is not None else "",
        names=[(one.value, _name(award, one.value)) for one in ShownName] if may else [],
        url=reverse(view, args=[award.certifier.code, award.certification.code]) if may else "",
    )


def _name(award: Award, choice: str) -> str:
    return queries.name_shown(award.first_name, award.last_name, choice)


@require_POST
@audience("holder")
def appear(request: Asked, code: str) -> HttpResponse:
    """Agree under one name, or leave."""
    award = holders.one_of(person_of(request), code)
    if award is None:
        raise Http404
    now = timezone.now()
    with refusing(request):
        if "leave" in request.POST:
            operations.stop_appearing(award=award, actor=request.actor, now=now)
            messages.success(request, _("C’est fait\u00a0: vous n’apparaissez plus dans la vitrine."))
        else:
            showcase, shown = queries.showcase_of(award.certifier), queries.shown_of(award.certification)
            verdict = can_appear(request.actor, award, showcase, is_listed=shown is not None)
            if verdict:
                operations.agree_to_appear(award=award, name=request.POST.get("name", ""), actor=request.actor, now=now)
                messages.success(request, _("C’est fait\u00a0: vous apparaissez dans la vitrine."))
            else:
                # The house closed it since the page was opened: a sentence, not a closed door.
                messages.error(request, str(verdict.reason))
    return redirect(f"{reverse('holder:award', args=[code])}#vitrine")
