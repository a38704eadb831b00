"""What the frame of every page shows: the house, where one can go, who one is. Templates read it as ``frame``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from jurande.registers.parties.policies import NOBODY, Actor
from jurande.web.ui.navigation import FOOT, NAVIGATION
from jurande.web.ui.parts import Link, Tab


@dataclass(frozen=True)
class Place:
    """Somewhere the person works: a certifier, a partner, or their own achievements."""

    name: str
    role: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Persona:
    """Someone of the demonstration whom one can become with a button; ``url`` takes a POST."""

    name: str
    role: str
    url: str
    place: str = ""


@dataclass(frozen=True)
class Frame:
    """Everything that stands around a page's own matter. The defaults are those of somebody unknown."""

    audience: str = "public"
    brand: str = "Jurande"
    brand_url: str = "/"
    place: str = ""  # code of the certifier or partnership in the address
    nav: tuple[Tab, ...] = ()
    icons: tuple[str, ...] = ()  # of ``nav``, for the holder's bar
    foot: tuple[Link, ...] = ()
    search_url: str = ""
    search_hint: str = ""
    messages: int = 0
    messages_url: str = ""
    person: str = ""
    role: str = ""
    places: tuple[Place, ...] = ()
    account_url: str = ""
    logout_url: str = ""
    login_url: str = ""
    demo: bool = False
    demo_letters_url: str = ""
    personas: tuple[Persona, ...] = ()

    @property
    def nav_icons(self) -> list[tuple[Tab, str]]:
        """The navigation with its icons, for the holder's bar."""
        return list(zip(self.nav, self.icons, strict=True))

    @property
    def letter(self) -> str:
        """The initial on the seal."""
        return self.brand[:1]


@dataclass(frozen=True)
class Around:
    """What access control knows of the request and the frame needs; put on ``request.around`` by web/access.py."""

    brand: str = ""
    brand_url: str = ""
    place: str = ""  # code of the certifier or partnership in the address
    role: str = ""
    places: tuple[Place, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  # by view name: what waits there
    search_url: str = ""
    search_hint: str = ""
    messages: int = 0
    messages_url: str = ""
    personas: tuple[Persona, ...] = ()


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def frame_of(request: HttpRequest) -> Frame:
    """Build the frame of the page being answered from its address, its user and what access control left on it."""
    match = request.resolver_match
    view_name = match.view_name if match else ""
    # allauth's pages have no namespace: their names say whose they are.
    own = view_name.startswith(("account_", "mfa_", "usersessions_"))
    audience = "account" if own else (match.namespace if match else "") or "public"
    around: Around = getattr(request, "around", Around())
    actor: Actor = getattr(request, "actor", NOBODY)
    place = around.place or actor.partnership_code or actor.certifier_code
    user = getattr(request, "user", None)
    person = str(user.full_name) if user is not None and user.is_authenticated else ""
    entries = [(entry, entry.url(place)) for entry in NAVIGATION.get(audience, ())]
    shown = [(entry, url) for entry, url in entries if url and (entry.right is None or actor.has(entry.right))]
    return Frame(
        audience=audience,
        brand=around.brand or "Jurande",
        brand_url=around.brand_url or "/",
        place=place,
        nav=tuple(
            Tab(str(entry.label), url, entry.lit_by(view_name), around.counts.get(entry.view)) for entry, url in shown
        ),
        icons=tuple(entry.icon for entry, _ in shown),
        foot=tuple(Link(str(entry.label), url) for entry in FOOT if (url := entry.url(""))),
        search_url=around.search_url,
        search_hint=around.search_hint,
        messages=around.messages,
        messages_url=around.messages_url,
        person=person,
        role=around.role or ", ".join(sorted(str(role.label).lower() for role in actor.roles)),
        places=around.places,
        account_url=_address("account:home") or _address("account_email"),
        logout_url=_address("account_logout"),
        login_url=_address("account_login"),
        demo=settings.DEMO,
        demo_letters_url=_address("demonstration-letters") if settings.DEMO else "",
        personas=around.personas,
    )


def frame(request: HttpRequest) -> dict[str, object]:
    """Give templates ``frame``, built only if a shell asks for it."""
    return {"frame": SimpleLazyObject(lambda: frame_of(request))}
