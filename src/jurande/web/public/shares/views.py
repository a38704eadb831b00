"""What somebody shared, for whoever has the link: no account, no cookie, nothing kept about who looks.

Nothing of it is stored by browsers: a link that was stopped says so as soon as the page is asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from jurande.registers.awards.operations.previews import preview_png
from jurande.registers.awards.operations.shares import note_opening
from jurande.registers.awards.queries.proofs import Proof
from jurande.registers.awards.queries.shares import MISSES_MOST, Opened, is_token, opened_by
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.seal.queries.credentials import signed_bytes
from jurande.web.access import RATE_SECONDS, audience, client_address, has_been_too_frequent, is_too_frequent
from jurande.web.public.proofs.page import training_target
from jurande.web.public.shares import page as pages
from jurande.web.ui.badges import badge_svg
from jurande.web.ui.pictures import qr
from jurande.web.visitors import count_visit, is_somebody

if TYPE_CHECKING:
    from jurande.registers.awards.models import Share

type View = Callable[..., HttpResponse]

# Openings of links counted from one address in a minute; beyond, somebody presses the same key.
OPENINGS_MOST = 20
# Pictures that networks and mail programs ask for again and again; short, for a link may be stopped.
PICTURE_SECONDS = 60
QR_SCALE, QR_QUIET = 12, 4
_OURS = re.compile("same-origin|same-site")
_FRAMED: dict[str, Any] = {
    **settings.SECURE_CSP,
    # Anybody may show it in a page of theirs: that is what it is for.
    "frame-ancestors": ["*"],
}


def by_token(view: View) -> View:
    """Give the view what the link shows now, in the language of the address; few wrong links a minute.

    A link that shows nothing any more is gone (410), and says so calmly.
    """

    @wraps(view)
    def found(request: HttpRequest, token: str, language: str = "fr", **kwargs: Any) -> HttpResponse:
        address = client_address(request)
        with override(language):
            if has_been_too_frequent("share_miss", address, most=MISSES_MOST):
                return _discreet(_too_many(request))
            opened = opened_by(token, now=timezone.now())
            if opened is None:
                is_too_frequent("share_miss", address, most=MISSES_MOST)
                raise Http404
            response = view(request, opened, token, **kwargs) if opened.numbers else gone(request, opened.share)
        response["Content-Language"] = language
        return _discreet(response)

    return found


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "public/share_slow.html", status=429)
    response["Retry-After"] = str(RATE_SECONDS)
    return response


def _discreet(response: HttpResponse) -> HttpResponse:
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, noarchive"
    # The address is the key: it does not go along to the sites that one visits next.
    response["Referrer-Policy"] = "no-referrer"
    return response


def gone(request: HttpRequest, share: Share, template: str = "public/share_gone.html") -> HttpResponse:
    """Say that the link shows nothing any more, and why, naming nobody."""
    if share.withdrawn_at is not None:
        title = _("Ce lien a été arrêté")
    elif not share.is_open_on(timezone.localdate()):
        title = _("Ce lien est arrivé à son terme")
    else:
        title = _("Ce lien ne montre plus rien")
    return render(request, template, {"title": title}, status=410)


@require_safe
@audience("public")
@by_token
def shared(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """Show what was shared, every check made now."""
    if len(opened.numbers) == 1:
        response = _one(request, opened, token, 1)
    else:
        made = _all(opened)
        context = {"page": pages.gathered(opened, made, token), "announced": pages.announced(opened, made, token)}
        response = render(request, "public/share_many.html", context)
        _count(request, opened, made)
    return response


@require_safe
@audience("public")
@by_token
def shared_one(request: HttpRequest, opened: Opened, token: str, rank: int) -> HttpResponse:
    """Show one of several."""
    return _one(request, opened, token, rank)


def _one(request: HttpRequest, opened: Opened, token: str, rank: int) -> HttpResponse:
    proof = pages.proof_of(opened, rank, now=timezone.now())
    if proof is None:
        raise Http404
    context = {
        "page": pages.page_of_one(opened, proof, token, rank),
        "announced": pages.announced(opened, [proof], token),
        "all_url": pages.address("share", token) if len(opened.numbers) > 1 else "",
    }
    if len(opened.numbers) == 1:
        _count(request, opened, [proof])
    return render(request, "public/share.html", context)


def _all(opened: Opened) -> list[Proof]:
    made = pages.proofs_of(opened, now=timezone.now())
    if not made:
        raise Http404
    return made


def _count(request: HttpRequest, opened: Opened, made: list[Proof]) -> None:
    """One more opening, of nobody in particular: neither programs, nor who comes from another page of ours."""
    if not is_somebody(request) or _OURS.fullmatch(request.headers.get("Sec-Fetch-Site", "")):
        return
    if is_too_frequent("share_opened", client_address(request), most=OPENINGS_MOST):
        return
    note_opening(opened.share, now=timezone.now())
    for proof in made:
        count_visit(request, proof.award, VisitKind.SHARE_SEEN)


@require_safe
@audience("public")
@by_token
def preview(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """The picture that networks and messages show of the link."""
    drawn = preview_png(opened.share, pages.preview_of(_all(opened)))
    return _picture(drawn, "image/png")


@require_safe
@audience("public")
@by_token
def badge(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """A small picture for a site or a profile: it fades by itself when what it shows no longer holds."""
    preview = pages.preview_of(made := _all(opened))
    holds = all(proof.standing in pages.STANDS for proof in made)
    drawn = badge_svg(title=preview.title, line=preview.name or preview.given, place=preview.house, is_alive=holds)
    return _picture(drawn.encode(), "image/svg+xml")


@xframe_options_exempt
@csp_override(_FRAMED)
@require_safe
@audience("public")
def embed(request: HttpRequest, token: str, language: str = "fr") -> HttpResponse:
    """The link in a few lines, to be shown inside somebody's own page."""
    return _embedded(request, token, language=language)


@by_token
def _embedded(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    made = _all(opened)
    shown = [pages.page_of_one(opened, proof, token, rank) for rank, proof in enumerate(made, 1)]
    context = {
        "shown": shown[0],
        "more": len(shown) - 1,
        "announced": pages.announced(opened, made, token),
    }
    return render(request, "public/share_embed.html", context)


@require_safe
@audience("public")
@by_token
def credential(request: HttpRequest, opened: Opened, token: str, rank: int) -> HttpResponse:
    """The signed file, when the holder gives it too."""
    proof = pages.proof_of(opened, rank, now=timezone.now()) if opened.share.gives_file else None
    content = signed_bytes(proof.award.credential) if proof is not None and proof.award.credential else None
    if proof is None or content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/vc+ld+json")
    response["Content-Disposition"] = f'attachment; filename="{proof.award.shown_number}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@audience("public")
@by_token
def training(request: HttpRequest, opened: Opened, token: str, rank: int) -> HttpResponse:
    """Lead to who trains for it; one more arrival is counted, of nobody in particular."""
    proof = pages.proof_of(opened, rank, now=timezone.now())
    target = training_target(proof.award) if proof is not None else ""
    if proof is None or not target:
        raise Http404
    count_visit(request, proof.award, VisitKind.TRAINING)
    return HttpResponseRedirect(target)


@require_safe
@audience("public")
def code(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The square that leads to the link, to be printed; drawn from the address alone, nothing is looked up."""
    if not is_token(token):
        raise Http404
    url = settings.PUBLIC_URL + reverse("public:share", args=[token])
    if form == "png":
        held = BytesIO()
        segno.make(url, error="m", micro=False).save(held, kind="png", scale=QR_SCALE, border=QR_QUIET)
        return _picture(held.getvalue(), "image/png")
    drawn = qr(url, url).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return _picture(drawn.encode(), "image/svg+xml")


def _picture(content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
