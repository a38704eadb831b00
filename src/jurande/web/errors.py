"""Pages for what went wrong: what happened, why, what to do next. They stand without the database.

A page in French says it in English too, in one sentence: nobody knows who meets it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from jurande.web.language import language_of_nowhere

SECRET_FIELDS = ("password", "mot_de_passe", "code", "token", "secret", "csrfmiddlewaretoken")
MOST_FIELDS = 300


def _page(name: str, status: int, **values: object) -> HttpResponse:
    # Rendered without the request: a page about a failure must not run what may have failed.
    return HttpResponse(render_to_string(f"errors/{name}.html", values), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the browser sent something we cannot read."""
    return _page("400", 400)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Answer 403 with the reason that the policy gave."""
    reason = getattr(exception, "reason", "") or (exception.args[0] if exception.args else "")
    return _page("403", 403, reason=str(reason))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: no such page, or not yours; the two look the same on purpose."""
    if request.resolver_match is not None:
        # Some addresses are in English, and were looked up before their view spoke.
        with override(request.resolver_match.kwargs.get("language", get_language())):
            return _page("404", 404)
    # No view has said in which language it speaks.
    with override(language_of_nowhere(request)):
        return _page("404", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429: sign-in was tried too often; allauth counts, and asks for this page."""
    return _page("429", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: our fault."""
    return _page("500", 500)


def maintenance(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the installation is being brought up to date."""
    response = _page("maintenance", 503)
    response["Retry-After"] = "60"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form sent from a page that has gone stale, and give back what was typed.

    The fields come back in the page as text; one presses «Envoyer à nouveau» to send them from here. That button is
    shown only for a form that our own page sent (same origin) and that holds no secret: a stranger's site must never
    get its form signed by a click.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(secret in name.lower() for secret in SECRET_FIELDS)
    ]
    secret = len(fields) != sum(len(values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    again = _from_our_page(request) and not secret and not request.FILES and 0 < len(fields) <= MOST_FIELDS
    values = {
        "fields": fields[:MOST_FIELDS],
        "texts": [(name, value) for name, value in fields if len(value) > 20][:MOST_FIELDS],
        "files": bool(request.FILES),
        "again": again,
        "action": request.get_full_path(),
        "title": _("Cette page était ouverte depuis trop longtemps"),
    }
    return HttpResponse(render_to_string("errors/csrf.html", values, request if again else None), status=403)


def _from_our_page(request: HttpRequest) -> bool:
    """Whether the browser says that the form was sent by a page of this very site."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()
