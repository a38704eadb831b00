"""French or English, on the pages of those whom the house serves: their own space, and what they open from a link.

So are one's account and the sign-in pages, unless one works with a house here. Everything else is in French. Asked for
in the address (``?langue=en``), or kept with the person who is signed in; a visitor gets no cookie for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import activate, get_language, override

from jurande.registers.correspondence.emails import LANGUAGE_PARAMETER
from jurande.registers.parties.states import Role

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
PARAMETER = LANGUAGE_PARAMETER


def bilingual[V: Callable[..., Any]](view: V) -> V:
    """Declare that a view speaks both languages; stands under ``audience``. Those of a holder's space all do."""
    view.is_bilingual = True  # type: ignore[attr-defined]
    return view


def language_of(request: Any) -> str:
    """The one asked for in the address, or kept with who is signed in; French otherwise."""
    asked = request.GET.get(PARAMETER)
    if asked in LANGUAGES:
        return str(asked)
    return request.user.language if request.user.is_authenticated else FRENCH


def language_of_page(request: Any, view: Any) -> str:
    """The language in which a view makes its pages, for who asks."""
    kind = getattr(view, "audience", "")
    if kind == "holder" or getattr(view, "is_bilingual", False):
        return language_of(request)
    is_account = kind == "account" or view.__module__.startswith("allauth.")
    return language_of(request) if is_account and not _works_here(request) else FRENCH


def language_of_nowhere(request: Any) -> str:
    """The language in which somebody is told that there is nothing at an address: theirs, or that of where they were.

    French when the database does not answer: this page must stand without it.
    """
    asked = QueryDict(urlsplit(request.headers.get("Referer", "")).query).get(PARAMETER)
    try:
        if _works_here(request):
            return FRENCH
        return ENGLISH if asked == ENGLISH else language_of(request)
    except DatabaseError:
        return FRENCH


def _works_here(request: Any) -> bool:
    return request.user.is_authenticated and any(one.role != Role.HOLDER for one in request.held)


class SpokenLanguage:
    """Middleware: a page that speaks both languages is made in the one asked for, refusals and notices included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next link of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and leave the thread in the language it was in."""
        with override(get_language()):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> None:
        """Change language for this request only, when its view has two."""
        language = language_of_page(request, view)
        if language != get_language():
            activate(language)
