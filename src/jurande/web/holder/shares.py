"""«Partages»: the links by which a holder shows what they hold, and all the ways to use one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.facts.linkedin import profile_url
from jurande.registers.awards.operations import shares as operations
from jurande.registers.awards.policies.shares import can_share_award, is_fit_to_share
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries import shares as queries
from jurande.registers.awards.states.visits import VisitKind
from jurande.web.access import Asked, audience, person_of
from jurande.web.holder.share_forms import NO_END, SOME_DAY, NewShareForm, ShownForm
from jurande.web.holder.share_ways import linkedin_entry, ways_of
from jurande.web.ui import spoken
from jurande.web.ui.formats import typo
from jurande.web.ui.forms import refusing
from jurande.web.visitors import count_visit

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award, Share
    from jurande.web.holder.cards import Card

# More than the links that may be open at once; of those that are over, the latest.
MOST_LISTED = 150


@dataclass(frozen=True)
class Told:
    """A link as its holder reads it: what it shows, until when, how often it was opened."""

    share: Share
    url: str
    name: str
    what: str
    said: str
    is_open: bool

    @property
    def stop_url(self) -> str:
        """Where one tap stops it."""
        return reverse("holder:shares-stop", args=[self.share.code])


@dataclass(frozen=True)
class Sharing:
    """What the page of an award says of its links. ``why_not``: why it cannot be shared, empty when it can."""

    links: list[Told]
    new_url: str
    why_not: str


# --- what other pages of the space show -----------------------------------------------------------


def with_links(cards: Sequence[Card], *, today: date) -> list[Card]:
    """The same cards, each with the latest link that shows its award, or where a first one is made. Two queries."""
    found = queries.open_shares([card.award for card in cards if card.award.holder_id], today=today)
    told = {pk: _told(links[0], today) for pk, links in found.items()}
    return [
        replace(
            card,
            link=told.get(card.award.pk),
            share_url=_new_url(card.award) if card.award.holder_id and is_fit_to_share(card.award) else "",
        )
        for card in cards
    ]


def sharing_of(request: Asked, award: Award) -> Sharing:
    """The section of the page of one award. Two queries."""
    today = timezone.localdate()
    links = queries.open_shares([award], today=today).get(award.pk, [])
    verdict = can_share_award(request.actor, award)
    return Sharing(
        links=[_told(share, today) for share in links],
        new_url=_new_url(award),
        why_not="" if verdict else str(verdict.reason),
    )


def _new_url(award: Award) -> str:
    return f"{reverse('holder:share-new')}?reussite={award.code}"


def _told(share: Share, today: date, what: str = "") -> Told:
    is_open = share.is_open_on(today)
    return Told(
        share=share,
        url=reverse("holder:shares-one", args=[share.code]),
        name=share.title or what or _("Lien du %(day)s") % {"day": spoken.day(share.created_at)},
        what=what if share.title else "",
        said=_said(share, is_open),
        is_open=is_open,
    )


def _said(share: Share, is_open: bool) -> str:
    opened = (
        ngettext("ouverte %(count)s fois", "ouverte %(count)s fois", share.opened_count)
        % {"count": spoken.number(share.opened_count)}
        if share.opened_count
        else (_("pas encore ouverte") if is_open else _("jamais ouverte"))
    )
    told = {"until": spoken.day(share.ends_on), "stopped": spoken.day(share.withdrawn_at), "opened": opened}
    if share.withdrawn_at is not None:
        return _("Arrêté le %(stopped)s. Page %(opened)s.") % told
    if not is_open:
        return _("Terminé le %(until)s. Page %(opened)s.") % told
    if share.ends_on is not None:
        return _("Partagée par lien jusqu’au %(until)s, %(opened)s") % told
    return _("Partagée par lien, %(opened)s") % told


def _what(share: Share, titles: Mapping[str, str]) -> str:
    """What a link shows: the title of its award, or of the first and how many others."""
    shown = [item.award for item in share.items.all()]
    if not shown:
        return _("Plus aucune réussite")
    first = typo(titles.get(shown[0].code, shown[0].certification.title))
    if len(shown) == 1:
        return first
    told = {"first": first, "count": spoken.number(len(shown) - 1)}
    return ngettext("%(first)s, et une autre", "%(first)s, et %(count)s autres", len(shown) - 1) % told


def _reads(share: Share) -> str:
    """What whoever has the link reads besides the name and the title, as the holder chose."""
    if share.gives_file:
        return _("On y lit tout, note comprise, et on peut prendre le fichier signé. Jamais votre date de naissance.")
    said = {
        (True, True): _("On y lit aussi la note, l’assiduité et qui vous a formé."),
        (True, False): _("On y lit aussi la note et l’assiduité, pas qui vous a formé."),
        (False, True): _("On y lit aussi qui vous a formé, pas la note."),
        (False, False): _("On n’y lit ni la note, ni qui vous a formé."),
    }
    return said[share.shows_grade, share.shows_assessor]


# --- pages ----------------------------------------------------------------------------------------


@require_safe
@audience("holder")
def shares(request: Asked) -> HttpResponse:
    """To whom do I show what, and until when."""
    today, rows = timezone.localdate(), queries.latest_shares(person_of(request), most=MOST_LISTED)
    titles = holders.titles_of([item.award for share in rows for item in share.items.all()])
    told = [_told(share, today, _what(share, titles)) for share in rows]
    context = {
        "opened": [one for one in told if one.is_open],
        "closed": [one for one in told if not one.is_open],
        "may_share": bool(_shareable(request)) if not told else True,
    }
    return render(request, "holder/shares.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def share_new(request: Asked) -> HttpResponse:
    """Choose what to show, and until when."""
    held = _shareable(request)
    titles = holders.titles_of(held)
    wanted = request.GET.get("reussite", "")
    form = NewShareForm(
        request.POST or None,
        awards=[(award.code, f"{typo(titles[award.code])}, {spoken.day(award.awarded_on)}") for award in held],
        initial={"awards": [wanted] if wanted or len(held) > 1 else [award.code for award in held]},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["awards"]
        with refusing(request, form):
            share = operations.create_share(
                awards=[award for award in held if award.code in chosen],
                shown=form.shown(timezone.localdate()),
                title=form.cleaned_data["title"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("holder:shares-one", share.code)
    return render(request, "holder/share_new.html", {"form": form, "held": held})


@require_safe
@audience("holder")
def one(request: Asked, code: str) -> HttpResponse:
    """One link, and all the ways to use it."""
    share = _found(request, code)
    today = timezone.localdate()
    titles = holders.titles_of([item.award for item in share.items.all()])
    opened = queries.opened_by(share.token, now=timezone.now())
    context = {
        "told": _told(share, today, _what(share, titles)),
        "share": share,
        "shows_something": bool(opened and opened.numbers),
        "reads": _reads(share),
        "shown": [typo(titles[item.award.code]) for item in share.items.all()],
        "ways": ways_of(share, queries.awards_shown(opened)) if opened and opened.numbers else None,
    }
    return render(request, "holder/share.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def change(request: Asked, code: str) -> HttpResponse:
    """Change what a link shows or until when; its address stays the same."""
    share = _found(request, code)
    if share.withdrawn_at is not None:
        raise Http404
    kept = ("title", "ends_on", "shows_grade", "shows_assessor", "gives_file")
    initial = {name: getattr(share, name) for name in kept}
    initial["until"] = SOME_DAY if share.ends_on else NO_END
    form = ShownForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.change_share(
                share=share,
                shown=form.shown(timezone.localdate()),
                title=form.cleaned_data["title"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("C’est changé. L’adresse du lien reste la même."))
            return redirect("holder:shares-one", code)
    return render(request, "holder/share_change.html", {"form": form, "share": share})


@require_POST
@audience("holder")
def stop(request: Asked, code: str) -> HttpResponse:
    """Stop a link, in one tap."""
    operations.withdraw_share(share=_found(request, code), actor=request.actor, now=timezone.now())
    messages.success(request, _("Le lien est arrêté\u00a0: il ne montre plus rien, à personne."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("holder:shares")
    return HttpResponseRedirect(back)


@require_safe
@audience("holder")
def linkedin(request: Asked, code: str, award: str) -> HttpResponse:
    """Lead to one's own profile at LinkedIn; that the button was pressed is counted, of nobody in particular."""
    share = _found(request, code)
    opened = queries.opened_by(share.token, now=timezone.now())
    shown = {one.code: one for one in queries.awards_shown(opened)} if opened else {}
    if award not in shown:
        raise Http404
    held = shown[award]
    count_visit(request, held, VisitKind.LINKEDIN)
    response = HttpResponseRedirect(profile_url(linkedin_entry(share, held, holders.title_of(held))))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _found(request: Asked, code: str) -> Share:
    share = queries.share_of(person_of(request), code)
    if share is None:
        raise Http404
    return share


def _shareable(request: Asked) -> list[Award]:
    held = holders.held_by(person_of(request))
    return [award for award in held if can_share_award(request.actor, award)]
