from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.registers.common import jobs
from jurande.registers.common.immutability import seal, unseal
from jurande.registers.common.models import JobState
from jurande.registers.journal import operations, queries
from jurande.registers.journal.facts import GENESIS, Content, chained_hash
from jurande.registers.journal.models import Entry, Head, Verification
from jurande.registers.journal.operations import UnknownChain, check, verify
from jurande.registers.journal.states import INSTALLATION, Fault
from tests.registers.journal.test_record import NOW, act

pytestmark = pytest.mark.django_db


@contextmanager
def forging() -> Iterator[Any]:
    """Play somebody who owns the database: take the triggers away, write, and put them back to hide it."""
    unseal(connection, "journal_entry")
    with connection.cursor() as cursor:
        yield cursor
    seal(connection, "journal_entry")


def forge(sql: str, *values: object) -> None:
    with forging() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def chains() -> None:
    """Eight entries of a certifier, three of another, two of the installation."""
    for number in range(8):
        act("C1", subject_code=f"P{number}", reason_code="demande" if number % 2 else "", digest=f"{number}" * 64)
    for number in range(3):
        act("C2", subject_code=f"Q{number}")
    for _ in range(2):
        act(INSTALLATION)


def found(chain: str | None = "C1") -> list[tuple[Fault, int]]:
    return [(fault.kind, fault.seq) for report in check(chain).chains for fault in report.faults]


COLUMNS = [
    "at",
    "actor_code",
    "action",
    "subject_kind",
    "subject_code",
    "reason_code",
    "digest",
    "previous_hash",
    "hash",
]


@pytest.mark.usefixtures("chains")
class TestCheck:
    def test_finds_nothing_in_what_was_recorded(self) -> None:
        report = check()
        assert report.ok
        assert [(chain.chain, chain.entries, chain.head_seq) for chain in report.chains] == [
            ("C1", 8, 8),
            ("C2", 3, 3),
            (INSTALLATION, 2, 2),
        ]
        assert report.entries == 13

    @pytest.mark.parametrize("seq", range(1, 9))
    @pytest.mark.parametrize("column", COLUMNS)
    def test_finds_any_column_of_any_row_that_was_edited(self, column: str, seq: int) -> None:
        value = NOW + timedelta(microseconds=1) if column == "at" else "Z9"
        forge(f"UPDATE journal_entry SET {column} = %s WHERE chain = 'C1' AND seq = %s", value, seq)
        assert found() == [(Fault.ALTERED, seq)]
        assert found("C2") == []

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
    @given(
        st.sampled_from(COLUMNS[1:]), st.integers(1, 8), st.text(max_size=16).filter(lambda text: "\x00" not in text)
    )
    def test_finds_any_text_put_in_the_place_of_another(self, column: str, seq: int, text: str) -> None:
        with transaction.atomic():
            former = Entry.objects.filter(chain="C1", seq=seq).values_list(column, flat=True).get()
            text = text.encode("utf-8", "ignore").decode()
            forge(f"UPDATE journal_entry SET {column} = %s WHERE chain = 'C1' AND seq = %s", text, seq)
            assert found() == ([] if text == former else [(Fault.ALTERED, seq)])
            transaction.set_rollback(True)

    @pytest.mark.parametrize("seq", range(1, 9))
    def test_finds_any_row_that_was_removed(self, seq: int) -> None:
        forge("DELETE FROM journal_entry WHERE chain = 'C1' AND seq = %s", seq)
        assert found() == [(Fault.MISSING, seq)]

    def test_finds_a_tail_cut_off(self) -> None:
        forge("DELETE FROM journal_entry WHERE chain = 'C1' AND seq > 5")
        (fault,) = check("C1").chains[0].faults
        assert astuple(fault) == (Fault.MISSING, 6, 8, "")

    def test_finds_a_chain_emptied(self) -> None:
        forge("DELETE FROM journal_entry WHERE chain = 'C1'")
        (fault,) = check("C1").chains[0].faults
        assert (fault.kind, fault.seq, fault.last_seq) == (Fault.MISSING, 1, 8)

    def test_says_where_exchanged_rows_stood(self) -> None:
        with forging() as cursor:
            for here, there in ((3, 1000), (6, 3), (1000, 6)):
                cursor.execute("UPDATE journal_entry SET seq = %s WHERE chain = 'C1' AND seq = %s", [there, here])
        origins = [(fault.kind, fault.seq, fault.origin) for fault in check("C1").chains[0].faults]
        assert origins == [(Fault.MOVED, 3, "6"), (Fault.MOVED, 6, "3")]

    def test_finds_a_row_moved_after_the_head(self) -> None:
        forge("UPDATE journal_entry SET seq = 9 WHERE chain = 'C1' AND seq = 4")
        faults = [(fault.kind, fault.seq, fault.origin) for fault in check("C1").chains[0].faults]
        assert faults == [(Fault.MISSING, 4, ""), (Fault.MOVED, 9, "4")]

    def test_finds_a_row_taken_from_another_chain(self) -> None:
        forge("UPDATE journal_entry SET chain = 'C2' WHERE chain = 'C1' AND seq = 5")
        assert found("C1") == [(Fault.MISSING, 5)]
        (fault,) = check("C2").chains[0].faults
        assert (fault.kind, fault.seq, fault.origin) == (Fault.FOREIGN, 5, "C1")

    def test_finds_a_chain_that_has_no_head(self) -> None:
        forge("UPDATE journal_entry SET chain = 'C9' WHERE chain = 'C1' AND seq = 1")
        assert found("C9") == [(Fault.FOREIGN, 1)]

    def test_finds_a_row_added_behind_the_applications_back(self) -> None:
        tail = Entry.objects.get(chain="C1", seq=8)
        content = Content(NOW, "A1", "parties.role.given", "person", "Z9", "", "")
        Entry.objects.create(
            chain="C1",
            seq=9,
            at=NOW,
            actor_code="A1",
            action=content.action,
            subject_kind=content.subject_kind,
            subject_code=content.subject_code,
            previous_hash=tail.hash,
            hash=chained_hash("C1", 9, content, tail.hash),
        )
        assert found() == [(Fault.ADDED, 9)]

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"hash": "f" * 64}, [(Fault.HEAD_ALTERED, 8)]),
            ({"seq": 9}, [(Fault.MISSING, 9)]),
            ({"seq": 7}, [(Fault.HEAD_ALTERED, 7), (Fault.ADDED, 8)]),
            ({"seq": 0, "hash": GENESIS}, [(Fault.ADDED, seq) for seq in range(1, 9)]),
        ],
    )
    def test_finds_a_head_that_was_edited(self, change: dict[str, Any], expected: list[tuple[Fault, int]]) -> None:
        Head.objects.filter(chain="C1").update(**change)
        assert found() == expected

    def test_finds_a_head_that_was_removed(self) -> None:
        Head.objects.filter(chain="C1").delete()
        assert found() == [(Fault.HEAD_ALTERED, 8)]

    def test_finds_a_chain_rewritten_whole_since_the_last_verification(self) -> None:
        verify(now=NOW)
        act("C1")
        previous = Entry.objects.get(chain="C1", seq=4).hash
        with forging() as cursor:
            for entry in Entry.objects.filter(chain="C1", seq__gte=5).order_by("seq"):
                content = Content(
                    entry.at,
                    "Z9",
                    entry.action,
                    entry.subject_kind,
                    entry.subject_code,
                    entry.reason_code,
                    entry.digest,
                )
                own = chained_hash("C1", entry.seq, content, previous)
                cursor.execute(
                    "UPDATE journal_entry SET actor_code = 'Z9', previous_hash = %s, hash = %s WHERE id = %s",
                    [previous, own, entry.pk],
                )
                previous = own
        Head.objects.filter(chain="C1").update(hash=previous)
        assert found() == [(Fault.REWRITTEN, 8)]

    def test_finds_that_the_lock_was_taken_away(self) -> None:
        unseal(connection, "journal_entry")
        assert found("C2") == [(Fault.UNLOCKED, 0)]

    def test_tells_the_first_hundred_faults_and_counts_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "FAULTS_TOLD", 3)
        monkeypatch.setattr(operations, "FAULTS_TRACED", 2)
        forge("UPDATE journal_entry SET actor_code = 'Z9' WHERE chain = 'C1'")
        report = check("C1").chains[0]
        assert (report.fault_count, len(report.faults)) == (8, 3)

    def test_reads_what_sqlite_accepts_and_no_entry_can_hold(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL refuse une valeur d’un autre type")
        with forging() as cursor:
            cursor.execute("UPDATE journal_entry SET at = 'hier' WHERE chain = 'C1' AND seq = 2")
            cursor.execute("UPDATE journal_entry SET at = '2026-13-45 10:00:00' WHERE chain = 'C1' AND seq = 4")
            cursor.execute("UPDATE journal_entry SET hash = x'00ff' WHERE chain = 'C1' AND seq = 5")
            cursor.execute("UPDATE journal_entry SET at = '2026-02-31 10:00:00' WHERE chain = 'C1' AND seq = 8")
        assert found() == [(Fault.ALTERED, seq) for seq in (2, 4, 5, 8)]

    def test_knows_only_the_chains_that_exist(self) -> None:
        with pytest.raises(UnknownChain):
            check("C3")


def test_reads_ten_thousand_entries_in_a_second() -> None:
    entries, previous = [], GENESIS
    for seq in range(1, 10_001):
        content = Content(NOW + timedelta(seconds=seq), "A1", "parties.role.given", "person", f"P{seq}", "", "")
        own = chained_hash("C1", seq, content, previous)
        values = {field.name: getattr(content, field.name) for field in fields(Content)}
        entries.append(Entry(chain="C1", seq=seq, previous_hash=previous, hash=own, **values))
        previous = own
    Entry.objects.bulk_create(entries)
    Head.objects.create(chain="C1", seq=10_000, hash=previous)
    report = check("C1")
    assert report.ok
    assert report.entries == 10_000


@pytest.mark.usefixtures("chains")
class TestVerify:
    def test_keeps_the_verdict_of_each_chain(self) -> None:
        assert verify(now=NOW).ok
        last = queries.last_verification("C1")
        assert last is not None
        assert (last.ok, last.at, last.entries, last.head_seq, last.fault_count, last.first_fault) == (
            True,
            NOW,
            8,
            8,
            0,
            "",
        )
        assert Verification.objects.count() == 3

    def test_keeps_the_first_fault(self, caplog: pytest.LogCaptureFixture) -> None:
        verify(now=NOW)
        forge("DELETE FROM journal_entry WHERE chain = 'C1' AND seq = 5")
        verify(now=NOW + timedelta(days=1))
        last = queries.last_verification("C1")
        assert last is not None
        assert (last.ok, last.fault_count, last.first_fault, last.first_fault_seq) == (False, 1, Fault.MISSING, 5)
        sound = queries.last_sound_verification("C1")
        assert sound is not None
        assert sound.at == NOW
        assert "chain C1: 1 faults, first missing at 5" in caplog.text

    def test_runs_as_a_job_on_one_chain_or_all(self) -> None:
        for code, expected in (("C2", 1), ("", 4)):
            job = jobs.request("journal.verify", code, now=NOW)
            jobs.execute(job.code, worker_code="w1", clock=lambda: NOW)
            job.refresh_from_db()
            assert job.state == JobState.DONE
            assert Verification.objects.count() == expected


@pytest.mark.usefixtures("chains")
class TestCheckJournal:
    def test_says_that_each_chain_is_intact(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("check-journal")
        assert capsys.readouterr().out.splitlines() == [
            "Chaîne C1 : 8 écritures, intacte.",
            "Chaîne C2 : 3 écritures, intacte.",
            "Chaîne installation : 2 écritures, intacte.",
        ]

    def test_says_what_is_wrong_and_exits_with_1(self, capsys: pytest.CaptureFixture[str]) -> None:
        forge("DELETE FROM journal_entry WHERE chain = 'C1' AND seq IN (2, 3)")
        forge("UPDATE journal_entry SET actor_code = 'Z9' WHERE chain = 'C1' AND seq = 6")
        with pytest.raises(SystemExit) as stopped:
            call_command("check-journal", "--chain", "C1")
        assert stopped.value.code == 1
        assert capsys.readouterr().out.splitlines() == [
            "Chaîne C1 : 6 écritures, 2 anomalies.",
            "  – Les écritures 2 à 3 manquent : elles ont été supprimées.",
            "  – L’écriture 6 a été modifiée : son contenu ne correspond plus à son empreinte.",
        ]

    def test_answers_scripts_in_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        forge("DELETE FROM journal_entry WHERE chain = 'C1' AND seq = 8")
        with pytest.raises(SystemExit):
            call_command("check-journal", "--json")
        answer = json.loads(capsys.readouterr().out)
        assert (answer["ok"], answer["entries"]) == (False, 12)
        assert answer["chains"][0]["faults"] == [{"kind": "missing", "seq": 8, "last_seq": 8, "origin": ""}]
        assert [chain["ok"] for chain in answer["chains"]] == [False, True, True]

    def test_exits_with_2_on_an_unknown_chain(self) -> None:
        with pytest.raises(CommandError, match="Aucune chaîne") as refused:
            call_command("check-journal", "--chain", "C3")
        assert refused.value.returncode == 2


def test_an_empty_journal_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check-journal")
    assert capsys.readouterr().out == "Le journal est vide.\n"


class TestExplain:
    @pytest.mark.parametrize("fault", list(Fault))
    def test_has_a_sentence_for_each_fault(self, fault: Fault) -> None:
        sentence = queries.explain(fault, 4, origin="3")
        assert sentence.endswith(".")
        assert "%" not in sentence

    def test_does_not_name_an_origin_that_was_not_kept(self) -> None:
        assert queries.explain("moved", 4) == queries.explain("altered", 4)
