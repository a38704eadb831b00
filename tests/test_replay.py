"""Factories that are told again make what they made, and are run for real as soon as something else happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from jurande.registers.parties import operations
from jurande.registers.parties.models import Person
from tests import factories
from tests.registers.awards import proved
from tests.registers.seal.homes import own_home
from tests.replay import replayed, replaying

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gives other keys each time: nothing is told again there")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each certifier that was really registered."""
    names: list[str] = []
    register = operations.register_certifier

    def noted(**said: Any) -> Any:
        names.append(said["legal_name"])
        return register(**said)

    monkeypatch.setattr(operations, "register_certifier", noted)
    return names


def rows() -> dict[str, list[Any]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.managed
    }


def files(home: Path) -> dict[str, bytes]:
    kept = {str(path.relative_to(home)): path for path in home.rglob("*") if path.is_file()}
    # Each home has a guard of its own.
    return {name: path.read_bytes() for name, path in kept.items() if "guard" not in name}


class TestAFactoryToldAgain:
    def test_writes_the_same_rows_and_files(self, settings: Any, tmp_path: Path, made: list[str]) -> None:
        seen = []
        for turn in range(3):
            home = own_home(settings, tmp_path / str(turn))
            made.clear()
            with transaction.atomic():
                with replaying(lambda: False):
                    award = proved.awarded()
                seen.append((award.number, rows(), files(home.path)))
                transaction.set_rollback(True)
        assert seen[0] == seen[1] == seen[2]
        assert made == []  # not the third time

    def test_counts_on_from_where_it_was(self) -> None:
        for _turn in range(2):
            with transaction.atomic():
                with replaying(lambda: False):
                    house = factories.certifier()
                    people = [factories.member(of=house), factories.member(of=house), factories.holder(by=house)]
                assert len({one.email for one in people}) == 3
                transaction.set_rollback(True)

    def test_changes_what_it_was_given_and_gives_it_back(self) -> None:
        @replayed
        def renamed(one: Person) -> Person:
            one.first_name = "Zoé"
            one.save(update_fields=["first_name"])
            return one

        for _turn in range(2):
            with transaction.atomic():
                with replaying(lambda: False):
                    given = factories.any_operator()
                    assert renamed(given) is given
                assert given.first_name == "Zoé"
                assert Person.objects.get(pk=given.pk).first_name == "Zoé"
                transaction.set_rollback(True)


class TestAFactoryIsRunForReal:
    def in_a_known_state(self, then: Any, *, is_patched: bool = False) -> None:
        with transaction.atomic():
            with replaying(lambda: is_patched):
                then()
                factories.certifier(name="Maison")
            transaction.set_rollback(True)

    def test_after_something_else_was_written(self, made: list[str]) -> None:
        person = factories.any_operator()
        for _turn in range(2):
            self.in_a_known_state(lambda: Person.objects.filter(pk=person.pk).update(first_name="Zoé"))
        assert made == ["Maison", "Maison"]

    def test_after_something_went_back(self, made: list[str]) -> None:
        def gone() -> None:
            with transaction.atomic():
                transaction.set_rollback(True)

        for _turn in range(2):
            self.in_a_known_state(gone)
        assert made == ["Maison", "Maison"]

    def test_after_a_file_of_its_home_changed(self, settings: Any, tmp_path: Path, made: list[str]) -> None:
        for turn in range(2):
            home = own_home(settings, tmp_path / str(turn))

            def damaged(home: Any = home) -> None:
                factories.any_operator()
                (home.keys / "fields.key").write_bytes(b"")

            self.in_a_known_state(damaged)
        assert made == ["Maison", "Maison"]

    def test_where_the_test_patched_something(self, made: list[str]) -> None:
        for _turn in range(2):
            self.in_a_known_state(lambda: None, is_patched=True)
        assert made == ["Maison", "Maison"]

    def test_with_what_cannot_be_known_again(self) -> None:
        told = []

        @replayed
        def calling(back: Any) -> Person:
            told.append(back())
            return factories.operator()

        for _turn in range(2):
            self.in_a_known_state(lambda: calling(lambda: "said"))
        assert told == ["said", "said"]
