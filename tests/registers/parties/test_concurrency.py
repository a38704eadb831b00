"""The same thing asked for by several people at the same instant, on either database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections

from jurande.registers.common.immutability import is_append_only, seal, unseal
from jurande.registers.common.refusals import Refused
from jurande.registers.parties import operations
from jurande.registers.parties.models import Membership, Partnership, Person
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW, PASSWORD, actor_of

Together = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def _sealed_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The tables that only grow, sealed again at the very end."""
    with django_db_blocker.unblock():
        tables = [
            model._meta.db_table for model in apps.get_models() if is_append_only(connection, model._meta.db_table)
        ]
    yield tables
    with django_db_blocker.unblock():
        for table in tables:
            seal(connection, table)


@pytest.fixture(autouse=True)
def _the_journal_can_be_emptied(_sealed_tables: list[str], transactional_db: None) -> Iterator[None]:
    """Rows are committed here, and deleted after the test: the one thing that the journal never allows."""
    assert _sealed_tables
    yield
    for table in _sealed_tables:
        unseal(connection, table)


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Run acts at the same instant, each on a connection of its own; a refusal is an outcome like another.

    SQLite's test database lives in the memory of one connection: the acts run on a copy of it in a file.
    """

    def run(acts: list[Callable[[], Any]]) -> list[Any]:
        gate = threading.Barrier(len(acts), timeout=20)

        def one(act: Callable[[], Any]) -> Any:
            try:
                connection.ensure_connection()
                gate.wait()
                return act()
            except Refused as refusal:
                return refusal
            finally:
                connection.close()

        with pytest.MonkeyPatch.context() as elsewhere, ThreadPoolExecutor(len(acts)) as pool:
            if connection.vendor == "sqlite":
                elsewhere.setitem(connections.databases["default"], "NAME", str(_copied(tmp_path)))
            return list(pool.map(one, acts, timeout=60))

    return run


def _copied(folder: Path) -> Path:
    path = folder / "copy.sqlite3"
    if not path.exists():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        # As a real one is, before anybody shares it: changing this mode needs the file to oneself.
        with closing(sqlite3.connect(path)) as first:
            first.execute("PRAGMA journal_mode=WAL")
    return path


def refusals(outcomes: list[Any]) -> list[Refused]:
    return [outcome for outcome in outcomes if isinstance(outcome, Refused)]


def opening(house: Any, actor: Any, siret: str) -> Callable[[], str]:
    return lambda: (
        operations.open_partnership(
            certifier=house, siret=siret, legal_name="X", postcode="13015", city="Marseille", actor=actor, now=NOW
        ).reference
    )


class TestReferences:
    def test_have_no_gap_and_no_duplicate(self, together) -> None:
        house = factories.certifier()
        actor = actor_of(factories.administrator(house), house)
        outcomes = together([opening(house, actor, factories.siret()) for _n in range(8)])
        assert sorted(outcomes) == [f"PART-2026-{number:04d}" for number in range(1, 9)]

    def test_lose_no_number_to_those_who_were_refused(self, together) -> None:
        house = factories.certifier()
        actor = actor_of(factories.administrator(house), house)
        wanted = [factories.siret() for _n in range(3)]
        outcomes = together([opening(house, actor, siret) for siret in wanted * 2])
        assert len(refusals(outcomes)) == 3
        given = sorted(outcome for outcome in outcomes if isinstance(outcome, str))
        assert given == ["PART-2026-0001", "PART-2026-0002", "PART-2026-0003"]

    def test_of_an_organisation_that_two_certifiers_meet_at_once(self, together) -> None:
        houses = [factories.certifier(), factories.certifier()]
        siret = factories.siret()
        acts = [opening(house, actor_of(factories.administrator(house), house), siret) for house in houses]
        assert together(acts) == ["PART-2026-0001", "PART-2026-0001"]
        [sites] = together([lambda: set(Partnership.objects.values_list("site__siret", flat=True))])
        assert sites == {siret}


class TestLinks:
    def test_of_an_invitation_open_once(self, together) -> None:
        house = factories.certifier()
        actor = actor_of(factories.administrator(house), house)
        operations.invite_member(
            role=Role.READER,
            email="thomas@exemple.fr",
            first_name="Thomas",
            last_name="Berger",
            certifier=house,
            actor=actor,
            now=NOW,
        )
        token = factories.token_sent_to("thomas@exemple.fr")

        def accept() -> str:
            return operations.accept_invitation(token=token, person=None, password=PASSWORD, now=NOW).role

        outcomes = together([accept] * 4)
        assert len(refusals(outcomes)) == 3
        [counts] = together(
            [
                lambda: (
                    Person.objects.filter(email="thomas@exemple.fr").count(),
                    Membership.objects.filter(role="reader").count(),
                )
            ]
        )
        assert counts == (1, 1)

    def test_of_a_holder_open_once(self, together) -> None:
        token = factories.magic_token(factories.holder())
        outcomes = together([lambda: operations.use_magic_link(token=token, now=NOW).code] * 4)
        assert len(refusals(outcomes)) == 3

    def test_are_not_sent_twice_to_the_same_role(self, together) -> None:
        house = factories.certifier()
        actor = actor_of(factories.administrator(house), house)

        def invite() -> str:
            return operations.invite_member(
                role=Role.READER,
                email="thomas@exemple.fr",
                first_name="Thomas",
                last_name="Berger",
                certifier=house,
                actor=actor,
                now=NOW,
            ).code

        assert len(refusals(together([invite] * 3))) == 2


class TestLastOnes:
    def test_do_not_leave_together(self, together) -> None:
        house = factories.certifier()
        first = factories.administrator(house)
        people = [first, factories.member(Role.ADMINISTRATOR, of=house)]

        def leaving(person: Person) -> Callable[[], None]:
            membership = person.memberships.select_related("person", "certifier").get()
            actor = actor_of(person, house)
            return lambda: operations.end_membership(membership=membership, actor=actor, now=NOW)

        outcomes = together([leaving(person) for person in people])
        assert len(refusals(outcomes)) == 1

    def test_operators_do_not_leave_together(self, together) -> None:
        people = [factories.operator(), factories.operator()]

        def leaving(person: Person) -> Callable[[], None]:
            membership = person.memberships.select_related("person").get()
            actor = actor_of(person)
            return lambda: operations.end_membership(membership=membership, actor=actor, now=NOW)

        outcomes = together([leaving(person) for person in people])
        assert len(refusals(outcomes)) == 1


class TestRules:
    def test_are_relaxed_once(self, together) -> None:
        house = factories.certifier()
        actor = actor_of(factories.administrator(house), house)

        def relax() -> str:
            return operations.relax_separation(
                certifier=house, reason="Nous ne sommes que deux.", actor=actor, now=NOW
            ).rule

        outcomes = together([relax] * 3)
        assert len(refusals(outcomes)) == 2
        assert Rule.SEPARATION in outcomes


class TestTwoTabsOfAHolder:
    def test_open_one_space(self, together: Together) -> None:
        def press() -> Any:
            return operations.open_space(email="ines@exemple.fr", first_name="Inès", last_name="Carvalho", now=NOW)

        outcomes = together([press, press])
        assert len({outcome.person.pk for outcome in outcomes}) == 1
        assert sorted(outcome.is_new for outcome in outcomes) == [False, True]

    def test_merge_two_spaces_once(self, together: Together) -> None:
        kept, closed = factories.holder(), factories.holder()
        operations.ask_address(person=kept, email=closed.email, actor=actor_of(kept), now=NOW)
        token = factories.token_sent_to(closed.email)

        def press() -> Any:
            return operations.use_address_link(token=token, person=kept, joining=True, actor=actor_of(kept), now=NOW)

        assert len(refusals(together([press, press]))) == 1
        [left] = together([lambda: Membership.objects.in_force().filter(person=closed).count()])
        assert left == 0
