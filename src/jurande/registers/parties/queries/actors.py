"""From a person, or an API key, to an actor standing somewhere; and everywhere that a person may stand."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Coalesce

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


def held_by(person: Person) -> list[Membership]:
    """The roles that the person holds today, each with all that is shown of its place. One query.

    ``relaxed_<rule>`` says, of each rule, whether the house of the role set it aside.
    """
    return list(
        _roles_of(person)
        .select_related("certifier__organisation", "partnership__certifier__organisation")
        .select_related("partnership__site__organisation")
    )


def _roles_of(person: Person) -> QuerySet[Membership]:
    in_house = Relaxation.objects.in_force().filter(
        certifier=Coalesce(OuterRef("certifier"), OuterRef("partnership__certifier"))
    )
    relaxed = {f"relaxed_{rule}": Exists(in_house.filter(rule=rule)) for rule in Rule}
    return person.memberships.in_force().annotate(**relaxed).order_by("pk")


def actor_for(
    person: Person | None,
    certifier: Certifier | None = None,
    partnership: Partnership | None = None,
    *,
    held: Sequence[Membership] | None = None,
) -> Actor:
    """The person as they stand in that place: the installation when neither is given.

    Without any role there, the actor is known but may do nothing and see nothing. One query, none when ``held`` is
    given: what ``held_by`` says of this person.
    """
    if person is None or not person.is_active:
        return NOBODY
    place = (certifier.pk if certifier and partnership is None else None, partnership.pk if partnership else None)
    rows = _roles_of(person) if held is None else held
    here = [row for row in rows if (row.certifier_id, row.partnership_id) == place]
    roles = frozenset(Role(row.role) for row in here)
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
        relaxed=frozenset(rule for rule in Rule if any(getattr(row, f"relaxed_{rule}") for row in here)),
    )


def _held(person: Person, held: Sequence[Membership] | None) -> Sequence[Membership]:
    return held_by(person) if held is None else held


def _rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    return frozenset().union(*(ROLE_RIGHTS[role] for role in roles))


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


def places_of(person: Person, *, held: Sequence[Membership] | None = None) -> list[Place]:
    """Everywhere the person has a role today: certifiers first, then partners, the installation, their own space."""
    found: dict[tuple[str, str], tuple[str, list[Role]]] = {}
    for membership in _held(person, held):
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


def certifier_for(person: Person, code: str, *, held: Sequence[Membership] | None = None) -> Certifier | None:
    """The certifier with this code, if the person has a role in it today; None otherwise, as for a code that is not."""
    houses = (row.certifier for row in _held(person, held))
    return next((house for house in houses if house is not None and house.code == code), None)


def partnership_for(person: Person, code: str, *, held: Sequence[Membership] | None = None) -> Partnership | None:
    """The partnership with this code, if the person has a role at that partner today."""
    places = (row.partnership for row in _held(person, held))
    return next((place for place in places if place is not None and place.code == code), None)


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
