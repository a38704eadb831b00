"""Habilitations for tests, in the words of the field: made through the operations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from jurande.registers.catalogue.models import Certification
from jurande.registers.network.models import Habilitation
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.states import (
    Basis,
    ConditionKey,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationSuspendReason,
)
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import keys, projection
from jurande.registers.seal.policies import MACHINE
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications, calls
from tests.replay import replayed

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


@replayed
def manager(house: Certifier) -> Actor:
    """Who opens, suspends and ends."""
    return factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)


@replayed
def certification(house: Certifier) -> Certification:
    """The one of the house, published."""
    number = f"RNCP{49021 + Certification.objects.count()}"
    return house.certifications.order_by("pk").first() or calls.certification(house, number=number)


@replayed
def prepared(
    partnership: Partnership | None = None,
    *,
    kind: str = "both",
    blocs: tuple[str, ...] = (),
    territory: tuple[str, ...] = (),
    first: date = FIRST,
    last: date = LAST,
    by: Actor | None = None,
    now: datetime = NOW,
    **changed: Any,
) -> Habilitation:
    """One that rests on an earlier convention, of which the document is awaited."""
    place = partnership or factories.partnership()
    certified = certification(place.certifier)
    asked: dict[str, Any] = {
        "basis": Basis.EARLIER_CONVENTION,
        "basis_reference": "Convention du 2 janvier 2024",
        "basis_on": date(2024, 1, 2),
        **changed,
    }
    return operations.prepare(
        partnership=place,
        scope=Scope(certified, certified.versions.first(), HabilitationKind(kind), blocs, territory),
        valid_from=first,
        valid_until=last,
        actor=by or manager(place.certifier),
        now=now,
        **asked,
    )


@replayed
def opened(partnership: Partnership | None = None, *, now: datetime = NOW, **changed: Any) -> Habilitation:
    """One that counts."""
    row = prepared(partnership, now=now, **changed)
    return operations.activate(habilitation=row, actor=manager(row.certifier), now=now)


@replayed
def suspend(row: Habilitation, *, on: date = TODAY, now: datetime = NOW) -> Habilitation:
    """By a manager, as a precaution."""
    return operations.suspend(
        habilitation=row,
        reason=HabilitationSuspendReason.PRECAUTION,
        note="Deux sessions sans évaluateur agréé.",
        effective_on=on,
        actor=manager(row.certifier),
        now=now,
    )


@replayed
def resume(row: Habilitation, *, now: datetime = NOW) -> Habilitation:
    """By a manager."""
    return operations.resume(habilitation=row, note="C’est réglé.", actor=manager(row.certifier), now=now)


@replayed
def end(row: Habilitation, *, on: date = TODAY, now: datetime = NOW) -> Habilitation:
    """Because the partner leaves."""
    return operations.end(
        habilitation=row,
        reason=HabilitationEndReason.REQUEST,
        note="Vous cessez cette activité.",
        effective_on=on,
        actor=manager(row.certifier),
        now=now,
    )


@replayed
def key(house: Certifier, *, now: datetime = NOW - timedelta(days=1)) -> None:
    """Let this house sign."""
    keys.create_key(certifier=house, actor=MACHINE, now=now)


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[str]]:
    """What the addresses of habilitations have in their path, for a house that has a key."""
    by = manager(mine)
    held = opened(theirs, kind="former", conditions=[(ConditionKey.OTHER, "Un référent nommé", False)], by=by)
    operations.attach_document(
        habilitation=held, content=BytesIO(applications.PDF), filename="convention.pdf", actor=by, now=NOW
    )
    draft = prepared(theirs, kind="organiser", by=by)
    projection.settle(now=NOW)
    credential = Habilitation.objects.select_related("credential").get(pk=held.pk).credential
    assert credential is not None
    one = "certifier:habilitations"
    acts = ("-one", "-confirm", "-suspend", "-resume", "-scope", "-end", "-document", "-attach", "-demand")
    return {
        **{f"{one}{name}": [mine.code, held.code] for name in acts},
        **{f"{one}{name}": [mine.code, draft.code] for name in ("-activate", "-discard")},
        f"{one}-new": [mine.code, theirs.code],
        f"{one}-condition": [mine.code, held.code, held.conditions.get().code],
        **{f"public:habilitation{name}": [held.code] for name in ("", "-badge", "-file")},
        "public:authority": [credential.code],
    }
