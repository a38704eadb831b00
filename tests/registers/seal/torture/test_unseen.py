"""Alterations that the torture made and that the check must see: each was missed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Replace

from jurande.registers.common.immutability import is_append_only, seal, unseal
from jurande.registers.seal.models import (
    SealedCredential,
    SealLog,
    SignedCheckpoint,
    SigningKey,
    Skeleton,
    StatusList,
    StatusPlaces,
)
from jurande.registers.seal.operations import checking, projection
from jurande.registers.seal.operations.credentials import IssueRefused
from jurande.registers.seal.operations.standing import SealingStopped
from jurande.registers.seal.states import Stop
from tests import factories
from tests.registers.seal.conftest import LATER, NOW


def bad() -> int:
    return checking.check(now=NOW).bad


class TestTheCheck:
    @pytest.mark.usefixtures("sealed")
    def test_finds_nothing_where_nothing_was_altered(self) -> None:
        assert bad() == 0

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("purpose", ["revocation", "suspension"])
    def test_sees_that_a_status_list_is_gone(self, purpose: str) -> None:
        StatusList.objects.filter(purpose=purpose).delete()
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_a_status_list_given_to_another_certifier(self) -> None:
        StatusList.objects.update(certifier=factories.certifier())
        assert bad()

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("altered", [{"given": 0}, {"given": 312}, {"number": 8}])
    def test_sees_a_count_of_places_that_was_changed(self, altered: dict[str, int]) -> None:
        StatusPlaces.objects.update(**altered)
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_a_skeleton_that_was_changed(self) -> None:
        Skeleton.objects.update(content=Replace("content", Value("vélo"), Value("avion")))
        assert bad()

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("multikey", ["", "76MknsEWnop8HMeQAyqFfSvvHUs8yz42jHGsc27Xg1bA1T6w"])
    def test_names_a_key_that_no_longer_reads_as_one(self, multikey: str) -> None:
        SigningKey.objects.update(multikey=multikey)
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_that_the_head_of_the_log_is_gone(self) -> None:
        """Without its head, a log full of entries must not pass for one that was never opened."""
        SealLog.objects.all().delete()
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_a_checkpoint_put_down_to_another_log(self) -> None:
        with unlocked("seal_signedcheckpoint") as cursor:
            cursor.execute("UPDATE seal_signedcheckpoint SET origin = 'ailleurs.fr/registre'")
        assert bad()

    def test_sees_that_a_checkpoint_between_two_others_is_gone(self, intend: Callable[..., SealedCredential]) -> None:
        for number in range(3):
            intend(number)
            projection.settle(now=NOW)
        middle = SignedCheckpoint.objects.order_by("size")[1]
        with unlocked("seal_signedcheckpoint") as cursor:
            cursor.execute("DELETE FROM seal_signedcheckpoint WHERE id = %s", [middle.pk])
        assert bad()

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("column", ["skeleton_id", "key_id", "certifier_id"])
    def test_names_a_credential_that_points_to_a_row_that_is_gone(self, column: str) -> None:
        """A row deleted under it must be told, not break the check; the constraint itself may have been dropped."""
        with pointing_nowhere(column):
            assert bad()

    @pytest.mark.parametrize("column", ["skeleton_id", "key_id", "certifier_id"])
    def test_stops_the_signing_of_an_intention_that_points_nowhere(
        self, intend: Callable[..., SealedCredential], column: str
    ) -> None:
        intend()
        with pointing_nowhere(column):
            assert projection.settle(now=NOW).stop == Stop.ROW_ALTERED


@contextmanager
def unlocked(table: str) -> Iterator[Any]:
    """Write in an append-only table, as the database's owner can, and leave no trace of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            locked = is_append_only(connection, table)
            if locked:
                # Its triggers fire even in a session that says it is a replica.
                unseal(connection, table)
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
            cursor.execute("SET LOCAL session_replication_role = origin")
            if locked:
                seal(connection, table)
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield cursor
        for _, sql in triggers:
            cursor.execute(sql)


@contextmanager
def pointing_nowhere(column: str) -> Iterator[None]:
    """Let the credentials point to a row that does not exist, and put them back before the constraint is checked."""
    was = dict(SealedCredential.objects.values_list("pk", column))
    with unlocked("seal_sealedcredential") as cursor:
        cursor.execute(f"UPDATE seal_sealedcredential SET {column} = 999999")
    try:
        yield
    finally:
        with unlocked("seal_sealedcredential") as cursor:
            for pk, value in was.items():
                cursor.execute(f"UPDATE seal_sealedcredential SET {column} = %s WHERE id = %s", [value, pk])


class TestIssuing:
    @pytest.mark.usefixtures("sealed")
    def test_stops_when_the_key_no_longer_reads_as_one(self, intend: Callable[..., SealedCredential]) -> None:
        SigningKey.objects.update(multikey="76MknsEWnop8HMeQAyqFfSvvHUs8yz42jHGsc27Xg1bA1T6w", is_projected=False)
        row = intend(3, now=LATER)
        assert projection.settle(now=LATER).stop in {Stop.ROW_ALTERED, Stop.KEY_UNUSABLE}
        row.refresh_from_db()
        assert not row.signed

    def test_signs_nothing_from_a_skeleton_changed_since(
        self, sealed: SealedCredential, intend: Callable[..., SealedCredential]
    ) -> None:
        """The skeleton is found by its digest: a row that says so and holds another text must never be signed."""
        Skeleton.objects.update(content=sealed.skeleton.content.replace("Réparer un vélo", "Piloter un avion"))
        try:
            row = intend(2, now=LATER)
        except (IssueRefused, SealingStopped):
            return
        projection.settle(now=LATER)
        row.refresh_from_db()
        assert not row.signed
