"""From a person, or an API key, to an actor standing somewhere; and everywhere that a person may stand."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from jurande.registers.parties.models import ApiKey, Certifier, Membership, Partnership, Person, Relaxation
from jurande.registers.parties.models.links import digest_of
from jurande.registers.parties.policies import NOBODY, Actor
from jurande.registers.parties.states import (
    RIGHTS_AFTER_END,
    ROLE_RIGHTS,
    SCOPE_RIGHTS,
    Right,
    Role,
    Rule,
    Scope,
)

API_KEY_MARK = "jur"


def actor_for(
    person: Person | None, certifier: Certifier | None = None, partnership: Partnership | None = None
) -> Actor:
    """The person as they stand in that place: the installation when neither is given.

    Without any role there, the actor is known but may do nothing and see nothing. Two queries.
    """
    if person is None or not person.is_active:
        return NOBODY
    held = person.memberships.in_force()
    if partnership is not None:
        held = held.filter(partnership=partnership)
    elif certifier is not None:
        held = held.filter(certifier=certifier)
    else:
        held = held.filter(certifier=None, partnership=None)
    roles = frozenset(Role(role) for role in held.values_list("role", flat=True))
    rights = _rights_of(roles)
    if partnership is not None and partnership.is_ended:
        rights &= RIGHTS_AFTER_END
    house = partnership.certifier if partnership is not None else certifier
    return Actor(
        code=person.code,
        name=person.full_name,
        # No role there: not even the place, so that visible_to() shows nothing of it.
        certifier_code=house.code if house is not None and roles else "",
        partnership_code=partnership.code if partnership is not None and roles else "",
        roles=roles,
        rights=rights,
        relaxed=_relaxed(house) if house is not None and roles else frozenset(),
    )


def _rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    return frozenset().union(*(ROLE_RIGHTS[role] for role in roles))


def _relaxed(certifier: Certifier) -> frozenset[Rule]:
    rules = Relaxation.objects.filter(certifier=certifier).in_force().values_list("rule", flat=True)
    return frozenset(Rule(rule) for rule in rules)


def api_key_of(token: str, *, now: datetime) -> ApiKey | None:
    """The usable key whose full text (``jur_<prefix>_<secret>``) this is; None for any other text.

    The secret is compared in constant time, also when no key has that prefix.
    """
    mark, _first, rest = token.partition("_")
    prefix, _second, secret = rest.partition("_")
    plain = prefix.isascii() and prefix.isalnum()
    key = ApiKey.objects.select_related("certifier__organisation").filter(prefix=prefix).first() if plain else None
    expected = key.secret_digest if key is not None else "0" * 64
    same = hmac.compare_digest(expected, digest_of(secret))
    return key if key is not None and same and mark == API_KEY_MARK and key.is_usable_at(now) else None


def actor_for_api_key(key: ApiKey) -> Actor:
    """The key as an actor of its certifier, with what its scopes allow and no role."""
    rights = frozenset().union(*(SCOPE_RIGHTS[Scope(scope)] for scope in key.scopes))
    return Actor(code=key.code, name=key.label, certifier_code=key.certifier.code, rights=rights)


@dataclass(frozen=True)
class Place:
    """Somewhere a person works or holds something. ``kind``: installation, certifier, partnership or holder."""

    kind: str
    code: str
    name: str
    roles: tuple[Role, ...]

    @property
    def roles_label(self) -> str:
        """The roles held there, in words, the strongest first."""
        return ", ".join(str(role.label) for role in self.roles)


_ORDER = list(Role)


def places_of(person: Person) -> list[Place]:
    """Everywhere the person has a role today: certifiers first, then partners, the installation, their own space."""
    held = person.memberships.in_force().select_related("certifier__organisation", "partnership__site__organisation")
    found: dict[tuple[str, str], tuple[str, list[Role]]] = {}
    for membership in held.order_by("pk"):
        role = Role(membership.role)
        if membership.certifier is not None:
            key, name = ("certifier", membership.certifier.code), membership.certifier.name
        elif membership.partnership is not None:
            key, name = ("partnership", membership.partnership.code), membership.partnership.name
        else:
            key, name = ("installation" if role == Role.OPERATOR else "holder", ""), ""
        found.setdefault(key, (name, []))[1].append(role)
    kinds = ("certifier", "partnership", "installation", "holder")
    places = [
        Place(kind, code, name, tuple(sorted(roles, key=_ORDER.index))) for (kind, code), (name, roles) in found.items()
    ]
    return sorted(places, key=lambda place: (kinds.index(place.kind), place.name, place.code))


def certifier_for(person: Person, code: str) -> Certifier | None:
    """The certifier with this code, if the person has a role in it today; None otherwise, as for a code that is not."""
    return (
        Certifier.objects.select_related("organisation")
        .filter(code=code, memberships__in=person.memberships.in_force())
        .distinct()
        .first()
    )


def partnership_for(person: Person, code: str) -> Partnership | None:
    """The partnership with this code, if the person has a role at that partner today."""
    return (
        Partnership.objects.select_related("certifier__organisation", "site__organisation")
        .filter(code=code, memberships__in=person.memberships.in_force())
        .distinct()
        .first()
    )


def certifiers(actor: Actor) -> list[Certifier]:
    """The certifiers that the actor may list, with their administrators ready to read."""
    administrators = (
        Membership.objects.in_force().filter(role=Role.ADMINISTRATOR).select_related("person").order_by("pk")
    )
    return list(
        Certifier.objects.visible_to(actor)
        .select_related("organisation")
        .prefetch_related(Prefetch("memberships", queryset=administrators, to_attr="administrators"))
        .order_by("organisation__search_text", "pk")
    )


def is_holder(person: Person) -> bool:
    """Whether something was recognised to the person."""
    return person.memberships.in_force().filter(role=Role.HOLDER).exists()


def operators_exist() -> bool:
    """Whether anybody runs the installation."""
    return Membership.objects.in_force().filter(role=Role.OPERATOR, person__is_active=True).exists()
