"""The showcase of a house, for anybody: what it certifies, its figures, the holders who agreed to appear. No cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_safe

from jurande.core.control.small_numbers import Hidden, Shown
from jurande.integrations.typesetting.ornaments import wax_seal
from jurande.registers.awards.queries import showcase as queries
from jurande.registers.awards.queries.designs import brand_of
from jurande.web.access import RATE_SECONDS, audience, client_address, has_been_too_frequent, is_too_frequent
from jurande.web.ui import spoken as words
from jurande.web.ui.formats import typo
from jurande.web.visitors import count_arrival

if TYPE_CHECKING:
    from jurande.registers.awards.models import Showcase

# A minute: nobody reads more pages of names, and an address that does not exist is tried by mistake a few times.
PEOPLE_MOST = 30
MISSES_MOST = 20
# A holder who leaves is gone from every copy of the page within this time.
KEPT_SECONDS = 60
_CODE_CHARS = 16

type View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Card:
    """One certification as it is shown. ``figures``: sentences, empty when none is shown."""

    title: str
    kind: str
    reference: str
    figures: list[str]
    people_url: str
    training_url: str
    fiche_url: str


@dataclass(frozen=True)
class Front:
    """What every page of a showcase has around it."""

    house: str
    language: str
    other_url: str
    seal: SafeString
    ornament_url: str


def of_house(view: View) -> View:
    """Give the view the open showcase of its address; few wrong addresses a minute."""

    @wraps(view)
    def found(request: HttpRequest, house: str, language: str = "fr", **kwargs: Any) -> HttpResponse:
        address = client_address(request)
        if has_been_too_frequent("showcase_miss", address, most=MISSES_MOST):
            with override(language):
                return _too_many(request)
        try:
            showcase = queries.open_showcase_of(house) if len(house) <= _CODE_CHARS else None
            if showcase is None:
                raise Http404
            with override(language):
                return view(request, showcase, language=language, **kwargs)
        except Http404:
            is_too_frequent("showcase_miss", address, most=MISSES_MOST)
            raise

    return found


@require_safe
@audience("public")
@of_house
def showcase(request: HttpRequest, shown: Showcase, language: str) -> HttpResponse:
    """Who this house is, what it certifies, how much of it."""
    english = language == "en" and shown.presentation_en
    page = {
        "front": _front(shown, "public:showcase", "public:showcase-en", language),
        "presentation": typo(shown.presentation_en if english else shown.presentation),
        "is_french": language == "en" and not shown.presentation_en,
        "site_url": shown.site_url,
        "cards": [_card(shown, one, language) for one in queries.listed(shown, today=timezone.localdate())],
    }
    return _kept(render(request, "public/showcase.html", page))


@require_safe
@audience("public")
@of_house
def people(request: HttpRequest, shown: Showcase, code: str, language: str) -> HttpResponse:
    """The holders who agreed to appear for one certification, a few at a time, in no order that tells anything."""
    if is_too_frequent("showcase_people", client_address(request), most=PEOPLE_MOST):
        return _too_many(request)
    certification = queries.listed_one(shown, code)
    if certification is None:
        raise Http404
    after = request.GET.get("apres", "")[:_CODE_CHARS]
    found, following = queries.appearing(certification, after=after, today=timezone.localdate())
    view = "public:showcase-people-en" if language == "en" else "public:showcase-people"
    page = {
        "front": _front(shown, "public:showcase-people", "public:showcase-people-en", language, code),
        "title": typo(certification.title),
        "people": found,
        "is_first": not after,
        "first_url": reverse(view, args=[shown.certifier.code, code]),
        "next_url": f"{reverse(view, args=[shown.certifier.code, code])}?apres={following}" if following else "",
        "back_url": _address(shown, language),
    }
    response = _kept(render(request, "public/showcase_people.html", page))
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@require_safe
@audience("public")
@of_house
def training(request: HttpRequest, shown: Showcase, code: str, language: str) -> HttpResponse:
    """Lead to the page where one trains for it; one more arrival is counted, of nobody in particular."""
    certification = queries.listed_one(shown, code)
    line = queries.shown_of(certification) if certification is not None else None
    if certification is None or line is None or not line.training_url:
        raise Http404
    count_arrival(request, certification)
    response = HttpResponseRedirect(line.training_url)
    response["Cache-Control"] = "no-store"
    return response


def _front(shown: Showcase, french: str, english: str, language: str, *more: str) -> Front:
    brand = brand_of(shown.certifier)
    drawn = wax_seal(shown.certifier.name, brand.accent, brand.emblem)
    return Front(
        house=shown.certifier.name,
        language=language,
        other_url=reverse(french if language == "en" else english, args=[shown.certifier.code, *more]),
        seal=mark_safe(drawn.replace("<svg ", '<svg class="seal" aria-hidden="true" focusable="false" ', 1)),  # noqa: S308 - our own drawing, its text escaped
        ornament_url=reverse("public:award-ornament", args=[brand.colour.removeprefix("#")]),
    )


def _card(shown: Showcase, one: queries.Listed, language: str) -> Card:
    house, code = shown.certifier.code, one.certification.code
    fiche = one.certification.fiche
    people_view = "public:showcase-people-en" if language == "en" else "public:showcase-people"
    return Card(
        title=typo(one.certification.title),
        kind=_("Micro-certification") if one.certification.is_micro else _("Certification"),
        reference=fiche.number if fiche is not None else one.certification.reference,
        figures=_figures(one),
        people_url=reverse(people_view, args=[house, code]) if one.has_people else "",
        training_url=reverse("public:showcase-training", args=[house, code]) if one.training_url else "",
        fiche_url=reverse("public:certifications-one", args=[fiche.number]) if fiche is not None else "",
    )


def _figures(one: queries.Listed) -> list[str]:
    if one.issued is None or one.in_force is None or one.issued == 0:
        return []
    issued = _counted(
        one.issued, _("Moins de cinq délivrées"), lambda n: ngettext("%(n)s délivrée", "%(n)s délivrées", n)
    )
    standing = _counted(
        one.in_force, _("moins de cinq en vigueur"), lambda n: ngettext("%(n)s en vigueur", "%(n)s en vigueur", n)
    )
    return [issued] if isinstance(one.issued, Hidden) or one.in_force is Hidden.CLOSED else [issued, standing]


def _counted(value: Shown, small: str, told: Callable[[int], str]) -> str:
    if isinstance(value, Hidden):
        return small
    return told(value) % {"n": words.number(value)}


def _address(shown: Showcase, language: str) -> str:
    return reverse("public:showcase-en" if language == "en" else "public:showcase", args=[shown.certifier.code])


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "public/showcase_slow.html", status=429)
    response["Retry-After"] = str(RATE_SECONDS)
    return response


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
