"""French or English, on the pages of those whom the house serves: their own space, and what they open from a link.

Everything else is in French. Asked for in the address (``?langue=en``), or chosen once by somebody who is signed in;
a visitor gets no cookie for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import activate, get_language, override

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
SESSION_KEY = "jurande_language"
PARAMETER = "langue"


def bilingual[V: Callable[..., Any]](view: V) -> V:
    """Declare that a view speaks both languages; stands under ``audience``. Those of a holder's space all do."""
    view.is_bilingual = True  # type: ignore[attr-defined]
    return view


def language_of(request: HttpRequest) -> str:
    """The one asked for in the address, or kept for this session; French otherwise."""
    asked = request.GET.get(PARAMETER) or request.session.get(SESSION_KEY)
    return asked if asked in LANGUAGES else FRENCH


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
        if getattr(view, "is_bilingual", False) or getattr(view, "audience", "") == "holder":
            activate(language_of(request))
