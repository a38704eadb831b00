"""Who is asking, and whether this page is for them. Every view declares its audience; one that does not is refused.

Somebody else's house is a 404, as a page that does not exist; a right that is missing in one's own house is a 403 with
the policy's sentence; a visitor is sent to sign in and comes back. docs/adr/0009-people-and-access.md says why.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties import operations, queries
from jurande.registers.parties.policies import NOBODY, Actor
from jurande.registers.parties.states import Role
from jurande.web.ui.context import Around, Persona, Place

if TYPE_CHECKING:
    from jurande.registers.parties.models import Certifier, Membership, Partnership, Person


class Asked(HttpRequest):
    """A request as views behind an audience receive it."""

    actor: Actor
    around: Around
    certifier: Certifier
    partnership: Partnership
    # What the person holds today, read once for the door and for the frame.
    held: Sequence[Membership]


View = Callable[..., HttpResponseBase]
Gate = Callable[[Any, dict[str, Any]], HttpResponse | None]

PERSONA_KEY = "jurande_persona"
SECOND_FACTOR_VIEW = "mfa_index"
BEARER = "Bearer "
API_FAILURES_MOST = 30
API_CALLS_MOST = 600
RATE_SECONDS = 60
# Writing a letter takes a tenth of it; few are asked for in a minute.
EVEN_SECONDS = 0.5
PROVED_SECONDS = 600
FORM_SECONDS = 3600
_NEVER_KEPT = ("holder", "guest")


# --- the middleware -----------------------------------------------------------------------------


class CurrentActor:
    """Put on each request who is asking, without asking the database until somebody wants to know.

    ``request.user``, ``request.actor`` (outside any house, until the audience places it) and ``request.around``.
    A view that declares no audience is refused, except those of allauth, which guard themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next link of the chain."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request, unless its address holds a character that no database takes."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        request.user = SimpleLazyObject(lambda: _signed_in(request))
        request.held = SimpleLazyObject(lambda: queries.held_by(person_of(request)))
        request.actor = SimpleLazyObject(lambda: _actor(request))
        request.around = SimpleLazyObject(lambda: _around(request))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> None:
        """Refuse a view that nobody declared: forgetting closes a door, it never opens one."""
        if not hasattr(view, "audience") and not view.__module__.startswith(("allauth.", "django.")):
            raise PermissionDenied(_("Cette page n’est ouverte à personne pour le moment."))


def _signed_in(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """The person whose session this is. Unlike Django's, it flushes no session: looking may not write."""
    session = request.session
    backend = session.get(BACKEND_SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return AnonymousUser()
    identifier = session.get("_auth_user_id")
    user = queries.signed_in(identifier) if identifier else None
    if user is None:
        return AnonymousUser()
    # Changes with the password: sessions opened with the former one are nobody's.
    same = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if same else AnonymousUser()


def _person(request: HttpRequest) -> Person | None:
    return request.user if request.user.is_authenticated else None


def _actor(request: Any, **place: Any) -> Actor:
    person = _person(request)
    return queries.actor_for(person, **place, held=request.held) if person is not None else NOBODY


def person_of(request: HttpRequest) -> Person:
    """The person who is signed in; only behind an audience that demands one.

    :raises PermissionDenied: nobody is.
    """
    person = _person(request)
    if person is None:
        raise PermissionDenied(_("Connectez-vous pour voir cette page."))
    return person


# --- audiences ----------------------------------------------------------------------------------


def audience(name: str) -> Callable[[View], View]:
    """Declare for whom a view is: public, account, applicant, operator, certifier, partner, holder, guest or api.

    A certifier's view takes ``certifier`` from its address, a partner's takes ``partnership``: their codes. Behind it,
    ``request.actor`` stands in that place, and ``request.certifier`` or ``request.partnership`` is the row.
    A policy's refusal (``NotAllowed``) becomes a 403 that gives its reason. No browser keeps a holder's or a guest's
    page: on a telephone that was lent, the way back shows nothing once they left.
    """
    gate = _GATES[name]

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer = gate(request, kwargs)
            if answer is not None:
                return answer
            try:
                made = view(request, *args, **kwargs)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal.reason)) from refusal
            if name in _NEVER_KEPT and not made.has_header("Cache-Control"):
                made["Cache-Control"] = "private, no-store"
            return made

        guarded.audience = name  # type: ignore[attr-defined]
        return guarded

    return declare


def _open(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Anybody: the public, and a guest whose link the view itself checks."""


def _account(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    return None if _person(request) is not None else _to_sign_in(request)


def _applicant(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Somebody who applies, and who may have no password: they are offered a link before a sign-in page."""
    if _person(request) is not None:
        return None
    return _elsewhere(request, f"{reverse('guest:applications-enter')}?{urlencode({'next': _way_back(request)})}")


def _operator(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    person = _person(request)
    if person is None:
        return _to_sign_in(request)
    if Role.OPERATOR not in request.actor.roles:
        raise Http404
    return _demand_second_factor(request, request.actor)


def _holder(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    person = _person(request)
    if person is None:
        return _to_sign_in(request)
    if Role.HOLDER not in request.actor.roles:
        raise Http404
    return None


def _certifier(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    person = _person(request)
    if person is None:
        return _to_sign_in(request)
    certifier = queries.certifier_for(person, kwargs["certifier"], held=request.held)
    if certifier is None:
        raise Http404
    request.certifier = certifier
    request.actor = _actor(request, certifier=certifier)
    return _demand_second_factor(request, request.actor)


def _partner(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    person = _person(request)
    if person is None:
        return _to_sign_in(request)
    partnership = queries.partnership_for(person, kwargs["partnership"], held=request.held)
    if partnership is None:
        raise Http404
    request.partnership = partnership
    request.certifier = partnership.certifier
    request.actor = _actor(request, partnership=partnership)
    return None


def _api(request: Asked, kwargs: dict[str, Any]) -> HttpResponse | None:
    """A program with a key; never a browser's session, so that no page can act through it."""
    now = timezone.now()
    address = client_address(request)
    if _count("api_failure", address) >= API_FAILURES_MOST:
        return _too_many()
    header = request.headers.get("Authorization", "")
    key = queries.api_key_of(header.removeprefix(BEARER).strip(), now=now) if header.startswith(BEARER) else None
    if key is None:
        is_too_frequent("api_failure", address, most=API_FAILURES_MOST)
        answer = JsonResponse({"error": "api_key.refused"}, status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if is_too_frequent("api_call", key.code, most=API_CALLS_MOST):
        return _too_many()
    request.actor = queries.actor_for_api_key(key)
    request.certifier = key.certifier
    today = timezone.localdate(now)
    if not key.used_on(today):
        operations.remember_api_key_use(key=key, on=today)
    return None


def answer_to_api(request: HttpRequest) -> HttpResponse | None:
    """Check the API key of a request for a framework that has its own views; the answer to give instead, or None."""
    return _api(request, {})  # type: ignore[arg-type]


_GATES: dict[str, Gate] = {
    "public": _open,
    "guest": _open,
    "account": _account,
    "applicant": _applicant,
    "operator": _operator,
    "certifier": _certifier,
    "partner": _partner,
    "holder": _holder,
    "api": _api,
}


def confirmed(view: View) -> View:
    """Ask again who it is before an act that hands out power, when nobody proved it for ten minutes.

    Stands under ``audience``. A form that was open gets an hour: what was typed is not lost to the clock.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        patience = PROVED_SECONDS if request.method in ("GET", "HEAD") else FORM_SECONDS
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        # Somebody who comes by links only has nothing to prove it with but another link.
        if methods and not _is_persona(request) and not _proved_within(request, patience):
            return _elsewhere(request, f"{methods[0]['url']}?{urlencode({'next': _way_back(request)})}")
        return view(request, *args, **kwargs)

    return guarded


def _proved_within(request: HttpRequest, seconds: int) -> bool:
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < seconds for record in records)


# --- sending elsewhere --------------------------------------------------------------------------


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards: to the page itself, or to the one whose form was sent."""
    return _elsewhere(request, f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': _way_back(request)})}")


def _demand_second_factor(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    if not actor.needs_second_factor or _gave_second_factor(request):
        return None
    return _elsewhere(request, f"{reverse(SECOND_FACTOR_VIEW)}?{urlencode({'next': _way_back(request)})}")


def _is_persona(request: HttpRequest) -> bool:
    """Whether this is somebody of the demonstration, who has neither password nor second factor to give."""
    return bool(settings.DEMO and request.session.get(PERSONA_KEY))


def _gave_second_factor(request: HttpRequest) -> bool:
    if _is_persona(request):
        return True
    records = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" for record in records):
        return True
    # Set up during this very session: asked for at the next sign-in.
    return bool(getattr(person_of(request), "second_factor", False))


def _elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A fragment cannot show another page: htmx is told to go there whole.
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    return HttpResponseRedirect(url)


def _way_back(request: HttpRequest) -> str:
    if request.headers.get("HX-Request"):
        page = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return request.get_full_path()
    else:
        page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return "/"
    parts = urlsplit(page)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


# --- around the page ----------------------------------------------------------------------------


def _around(request: Asked) -> Around:
    """What the frame shows of the house, and where else the person may go. None of it is asked for a visitor."""
    person = _person(request)
    if person is None:
        return Around(personas=_personas())
    actor = request.actor
    here = actor.partnership_code or actor.certifier_code
    match = request.resolver_match
    namespace = match.namespace if match else ""
    places = [_place(place, here, namespace) for place in queries.places_of(person, held=request.held)]
    current = next((place for place in places if place.current), None)
    searching = _address("certifier:partners", here) if namespace == "certifier" else ""
    return Around(
        brand=current.name if current else "",
        brand_url=current.url if current else "/",
        place=here,
        role=current.role if current else "",
        places=tuple(places),
        search_url=searching,
        search_hint=_("Chercher un partenaire") if searching else "",
        # Not counted for somebody who has just signed in: their next page tells.
        messages=getattr(person, "unread", 0),
        messages_url=_address("account:mailbox"),
    )


def _personas() -> tuple[Persona, ...]:
    """Who one can become with a button; nobody outside the demonstration."""
    return tuple(
        Persona(one.name, one.role, reverse("demonstration", args=[one.key]), one.house) for one in settings.PERSONAS
    )


_SPACES = {"certifier": "certifier", "partnership": "partner", "installation": "operator", "holder": "holder"}


def _place(place: queries.Place, here: str, namespace: str) -> Place:
    space = _SPACES[place.kind]
    names = {"installation": _("Cette installation"), "holder": _("Mes réussites")}
    return Place(
        name=place.name or names[place.kind],
        role=place.roles_label,
        url=_address(f"{space}:home", place.code),
        current=namespace == space and place.code == here,
    )


def _address(view: str, code: str = "") -> str:
    try:
        return reverse(view, args=[code] if code else [])
    except NoReverseMatch:
        return ""


# --- how often ----------------------------------------------------------------------------------


def client_address(request: HttpRequest) -> str:
    """The visitor's address, as the proxy gives it when there is one."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    # The last one was written by our own proxy; those before it by anybody.
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def is_too_frequent(action: str, key: str, *, most: int, seconds: int = RATE_SECONDS) -> bool:
    """Count one more ``action`` by ``key``; tell whether there were more than ``most`` in this window."""
    name = _counter(action, key, seconds)
    cache.add(name, 0, seconds * 2)
    try:
        return bool(cache.incr(name) > most)
    except ValueError:
        # It expired between the two lines: a new window has begun.
        return False


@contextmanager
def in_even_time() -> Iterator[None]:
    """Make what is done inside last ``EVEN_SECONDS``: how soon the answer comes tells no more than its words."""
    until = time.monotonic() + EVEN_SECONDS
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))


def has_been_too_frequent(action: str, key: str, *, most: int, seconds: int = RATE_SECONDS) -> bool:
    """Tell whether there were more than ``most`` in this window already, without counting this one."""
    return _count(action, key, seconds) > most


def _count(action: str, key: str, seconds: int = RATE_SECONDS) -> int:
    return int(cache.get(_counter(action, key, seconds), 0))


def _counter(action: str, key: str, seconds: int) -> str:
    return f"rate.{action}.{hashlib.sha256(_whose(key).encode()).hexdigest()[:32]}.{window_of(seconds)}"


def window_of(seconds: int) -> int:
    """The number of the window of that many seconds in which this instant falls."""
    return int(time.time() // seconds)


def _whose(key: str) -> str:
    """One subscriber has as many IPv6 addresses as they wish, all in the same network of 64 bits: they count as one."""
    try:
        address = IPv6Address(key)
    except ValueError:
        return key
    return str(address.ipv4_mapped or int(address) >> 64)


def _too_many() -> HttpResponse:
    answer = JsonResponse({"error": "rate.exceeded"}, status=429)
    answer["Retry-After"] = str(RATE_SECONDS)
    return answer
