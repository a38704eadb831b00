from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from jurande.registers.journal.facts import GENESIS
from jurande.registers.journal.models import Entry, Head
from jurande.registers.journal.operations import Told, check, record, record_many
from jurande.registers.journal.states import INSTALLATION

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


def act(chain: str = "C1", **values: Any) -> Entry:
    opened = {
        "actor_code": "A1",
        "action": "parties.partnership.opened",
        "subject_kind": "partnership",
        "subject_code": "P1",
        "now": NOW,
    }
    return record(chain=chain, **{**opened, **values})


@pytest.mark.django_db
class TestRecord:
    def test_chains_each_entry_to_the_one_before_it(self) -> None:
        first, second = act(), act(reason_code="demande", digest="a" * 64)
        assert (first.seq, first.previous_hash) == (1, GENESIS)
        assert (second.seq, second.previous_hash) == (2, first.hash)
        head = Head.objects.get()
        assert (head.chain, head.seq, head.hash) == ("C1", 2, second.hash)
        kept = Entry.objects.get(pk=second.pk)
        assert (kept.at, kept.actor_code, kept.action, kept.reason_code, kept.digest) == (
            NOW,
            "A1",
            "parties.partnership.opened",
            "demande",
            "a" * 64,
        )

    def test_keeps_chains_apart(self) -> None:
        assert [act("C1").seq, act(INSTALLATION).seq, act("C1").seq, act(INSTALLATION).seq] == [1, 1, 2, 2]
        assert check().ok

    def test_costs_two_queries_and_an_insert(self, django_assert_num_queries: Any) -> None:
        act()
        with django_assert_num_queries(3):
            act()

    def test_writes_many_acts_in_three_queries(self, django_assert_num_queries: Any) -> None:
        act()
        told = [Told("parties.partnership.opened", "partnership", f"P{number}") for number in range(5)]
        with transaction.atomic(), django_assert_num_queries(3):
            made = record_many(chain="C1", actor_code="A1", acts=told, now=NOW)
        assert [entry.seq for entry in made] == [2, 3, 4, 5, 6]
        assert act("C1").seq == 7
        assert check().ok

    def test_accepts_the_system_as_author(self) -> None:
        assert act(actor_code="").actor_code == ""

    @pytest.mark.parametrize(
        "values",
        [
            {"chain": ""},
            {"chain": "Institut des métiers"},
            {"actor_code": "Claire Vasseur"},
            {"actor_code": "claire@exemple.fr"},
            {"action": "opened"},
            {"action": "parties.Partnership.opened"},
            {"action": ""},
            {"subject_kind": ""},
            {"subject_code": ""},
            {"subject_code": "P1\n"},
            {"subject_code": "P" * 41},
            {"reason_code": "Le dossier est incomplet."},
            {"reason_code": "é"},
            {"digest": "abc"},
            {"digest": "A" * 64},
            {"now": datetime(2026, 3, 12, 9)},
        ],
        ids=str,
    )
    def test_lets_no_text_in(self, values: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            act(**values)
        assert not Entry.objects.exists()

    @given(st.text())
    def test_lets_in_only_ascii_codes(self, text: str) -> None:
        with transaction.atomic():
            try:
                entry = act(reason_code=text)
            except ValueError:
                pass
            else:
                assert entry.reason_code.isascii()
                assert " " not in entry.reason_code
            transaction.set_rollback(True)

    def test_leaves_nothing_when_the_act_is_undone(self) -> None:
        act()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            act()
            _ = 1 / 0
        assert act().seq == 2
        assert check().ok

    @pytest.mark.parametrize("table", ["journal_entry", "journal_verification"])
    @pytest.mark.parametrize("sql", ["UPDATE {} SET chain = 'C2'", "DELETE FROM {}"])
    def test_cannot_be_changed_or_removed_afterwards(self, table: str, sql: str) -> None:
        from jurande.registers.journal.operations import verify

        act()
        verify(now=NOW)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(table))

    def test_cannot_be_changed_through_django(self) -> None:
        entry = act()
        entry.action = "parties.partnership.closed"
        for change in (entry.save, entry.delete):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                change()


@pytest.mark.django_db(transaction=True)
def test_an_act_is_not_recorded_outside_its_transaction() -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        act()
    assert not Entry.objects.exists()
