"""One way to fail each: nothing is signed, what is at fault is named, and two roots never exist for one size."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from jurande.config.home import Home
from jurande.registers.common import crypto
from jurande.registers.common.immutability import unseal
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.models import LogEntry, SealedCredential, SealLog, SignedCheckpoint, SigningKey
from jurande.registers.seal.operations import checking, keys, projection
from jurande.registers.seal.operations.resuming import ResumeRefused, resume
from jurande.registers.seal.operations.standing import SealingStopped, guard_folder, log_folder, sentence_of
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import SealState, Stop
from tests import factories
from tests.registers.seal.conftest import LATER, NOW

Intend = Callable[..., SealedCredential]


def stopped_by(code: Stop, about: str = "", *, now: object = LATER) -> None:
    """Settling does nothing but say why; the root signed last stays the only one of its size."""
    before = list(SignedCheckpoint.objects.order_by("size").values_list("size", flat=True))
    settled = projection.settle(now=now)  # type: ignore[arg-type]
    assert settled.stop == code, settled
    assert about in settled.about
    assert list(SignedCheckpoint.objects.order_by("size").values_list("size", flat=True)) == before
    assert len(sentence_of(code, settled.about)) > 80


def tampered(table: str, assignment: str, where: str, *parameters: Any) -> None:
    unseal(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {assignment} WHERE {where}", parameters)


def rewritable(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


class TestAddress:
    def test_nothing_is_signed_before_it_is_set(self, settings: LazySettings, home: Home, db: None) -> None:
        settings.PUBLIC_URL_IS_SET = False
        with pytest.raises(SealingStopped) as stopped:
            keys.create_key(certifier=factories.certifier(), actor=MACHINE, now=NOW)
        assert stopped.value.code == Stop.ADDRESS_UNSET

    def test_stops_when_it_changed(self, settings: LazySettings, sealed: SealedCredential) -> None:
        settings.PUBLIC_URL = "https://autre.example.fr"
        stopped_by(Stop.ADDRESS_CHANGED, "jurande.example.fr/registre → autre.example.fr/registre")


class TestCopies:
    def test_a_restored_home_has_no_guard(self, sealed: SealedCredential, intend: Intend) -> None:
        intend(2)
        shutil.rmtree(guard_folder())
        stopped_by(Stop.GUARD_MISSING)

    def test_a_restored_home_resumes_once_the_operator_says_what_was_published(
        self, sealed: SealedCredential, intend: Intend
    ) -> None:
        intend(2)
        shutil.rmtree(guard_folder())
        with pytest.raises(ResumeRefused):
            resume(published_size=None, actor=MACHINE, now=LATER)
        with pytest.raises(ResumeRefused):
            resume(published_size=7, actor=MACHINE, now=LATER)
        resume(published_size=SealLog.objects.get().signed_size, actor=MACHINE, now=LATER)
        assert projection.settle(now=LATER).credentials == 1

    def test_a_cloned_home_is_seen(
        self, settings: LazySettings, sealed: SealedCredential, home: Home, intend: Intend, tmp_path: Path
    ) -> None:
        shutil.copytree(home.path, tmp_path / "clone")
        settings.HOME = Home(tmp_path / "clone")
        intend(2)
        stopped_by(Stop.MOVED)
        resume(published_size=None, actor=MACHINE, now=LATER)
        assert projection.settle(now=LATER).stop is None

    def test_a_new_database_in_an_old_home_is_seen(self, sealed: SealedCredential, certifier: Certifier) -> None:
        SealedCredential.objects.all().delete()
        SigningKey.objects.all().delete()
        SealLog.objects.all().delete()
        with pytest.raises(SealingStopped) as stopped:
            keys.create_key(certifier=certifier, actor=MACHINE, now=LATER)
        assert stopped.value.code == Stop.GUARD_FOREIGN

    def test_an_older_database_is_seen(self, sealed: SealedCredential, intend: Intend) -> None:
        head = SealLog.objects.get()
        older = {"size": head.size, "signed_size": head.signed_size, "root": head.root, "note": head.note}
        intend(2)
        projection.settle(now=LATER)
        for model in (LogEntry, SignedCheckpoint):
            unseal(connection, model._meta.db_table)
        LogEntry.objects.filter(seq__gte=older["size"]).delete()
        SignedCheckpoint.objects.filter(size__gt=older["signed_size"]).delete()
        SealedCredential.objects.filter(business_key="session-1:2").delete()
        SealLog.objects.update(**older)
        intend(3)
        stopped_by(Stop.ROLLED_BACK, "2 < 3")
        with pytest.raises(SealingStopped):
            resume(published_size=2, actor=MACHINE, now=LATER)

    def test_another_history_is_seen(self, sealed: SealedCredential) -> None:
        tampered("seal_signedcheckpoint", "root = %s", "size = 2", b"\1" * 32)
        tampered("seal_seallog", "root = %s", "1 = 1", b"\1" * 32)
        stopped_by(Stop.FORKED, "2")


class TestRows:
    def test_an_intention_edited_before_it_is_signed(self, intend: Intend) -> None:
        row = intend()
        tampered("seal_sealedcredential", "business_key = 'autre'", "id = %s", row.pk)
        stopped_by(Stop.ROW_ALTERED, f"SealedCredential {row.code}")
        row.refresh_from_db()
        assert row.state == SealState.INTENDED

    def test_values_moved_from_another_row(self, intend: Intend) -> None:
        row, other = intend(1), intend(2)
        with connection.cursor() as cursor:
            cursor.execute(
                'UPDATE seal_sealedcredential SET "values" = (SELECT o."values" FROM seal_sealedcredential o '
                "WHERE o.id = %s) WHERE id = %s",
                [other.pk, row.pk],
            )
        stopped_by(Stop.ROW_ALTERED, row.code)

    def test_an_entry_of_the_log_edited(self, sealed: SealedCredential, intend: Intend) -> None:
        intend(2)
        octets = bytes(LogEntry.objects.get(seq=0).octets).replace(b"key.created", b"key.retired")
        tampered("seal_logentry", "octets = %s", "seq = 0", octets)
        stopped_by(Stop.ROW_ALTERED, "entry 0")
        row = intend(3)
        stopped_by(Stop.ROW_ALTERED, "entry 0")
        row.refresh_from_db()
        assert row.state == SealState.INTENDED

    def test_an_entry_removed(self, sealed: SealedCredential) -> None:
        unseal(connection, "seal_logentry")
        LogEntry.objects.filter(seq=1).delete()
        stopped_by(Stop.ROW_ALTERED, "LogEntry")

    def test_the_head_edited(self, sealed: SealedCredential) -> None:
        tampered("seal_seallog", "signed_size = 1", "1 = 1")
        stopped_by(Stop.ROW_ALTERED, "SealLog")

    def test_what_a_check_found_stops_everything_until_a_check_finds_nothing(
        self, sealed: SealedCredential, intend: Intend
    ) -> None:
        intend(2)
        tampered("seal_sealedcredential", "kind = 'autre'", "id = %s", sealed.pk)
        assert checking.check_and_note(now=LATER).bad == 1
        stopped_by(Stop.CHECK_FAILED, sealed.code)
        tampered("seal_sealedcredential", "kind = %s", "id = %s", sealed.kind, sealed.pk)
        assert checking.check_and_note(now=LATER).bad == 0
        assert projection.settle(now=LATER).credentials == 1


class TestFiles:
    def test_a_tile_edited(self, sealed: SealedCredential, intend: Intend) -> None:
        intend(2)
        rewritable(log_folder())
        tile = log_folder() / "tile/0/000.p/2"
        tile.write_bytes(bytes(64))
        stopped_by(Stop.FILE_ALTERED)

    def test_a_bundle_edited(self, sealed: SealedCredential, intend: Intend) -> None:
        intend(2)
        rewritable(log_folder())
        bundle = log_folder() / "tile/entries/000.p/2"
        bundle.write_bytes(bundle.read_bytes().replace(b"issued", b"erased"))
        stopped_by(Stop.FILE_ALTERED, "tile/entries/000.p/2")
        intend(3)
        stopped_by(Stop.FILE_ALTERED, "tile/entries/000.p/2")
        checking.repair(actor=MACHINE, now=LATER)
        settled = projection.settle(now=LATER)
        assert (settled.credentials, settled.size) == (1, 4)

    def test_a_tile_already_there_with_other_bytes(self, sealed: SealedCredential, intend: Intend) -> None:
        intend(2)
        (log_folder() / "tile/0/000.p/3").write_bytes(bytes(96))
        stopped_by(Stop.FILE_ALTERED, "tile/0/000.p/3")

    def test_the_checkpoint_edited(self, sealed: SealedCredential) -> None:
        (log_folder() / "checkpoint").write_bytes(b"jurande.example.fr/registre\n9\n\n")
        stopped_by(Stop.FILE_ALTERED, "checkpoint")

    def test_a_disk_that_refuses(
        self, sealed: SealedCredential, intend: Intend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object, **kwargs: object) -> None:
            raise OSError(28, "No space left on device")

        row = intend(2)
        with monkeypatch.context() as patch:
            patch.setattr("jurande.registers.seal.operations.publication.extend", full)
            stopped_by(Stop.DISK, "No space left")
        row.refresh_from_db()
        assert row.state == SealState.SEALED
        settled = projection.settle(now=LATER)
        assert (settled.stop, settled.size) == (None, 3)
        assert checking.check(now=LATER).bad == 0


class TestKeys:
    def file_of(self, home: Home, key: SigningKey) -> Path:
        return home.keys / "seal" / f"certifier-{key.code}.json"

    def test_a_key_file_that_is_gone(self, home: Home, intend: Intend) -> None:
        row = intend()
        self.file_of(home, row.key).unlink()
        stopped_by_key = projection.settle(now=LATER)
        assert (stopped_by_key.stop, stopped_by_key.credentials) == (Stop.KEY_UNUSABLE, 0)
        row.refresh_from_db()
        assert row.state == SealState.INTENDED

    def test_a_key_file_put_in_the_place_of_another(self, home: Home, intend: Intend, certifier: Certifier) -> None:
        row = intend()
        other = keys.create_key(certifier=factories.certifier(), actor=MACHINE, now=NOW)
        shutil.copy2(self.file_of(home, other), self.file_of(home, row.key))
        assert projection.settle(now=LATER).stop == Stop.KEY_UNUSABLE
        row.refresh_from_db()
        assert row.state == SealState.INTENDED

    def test_a_key_file_that_others_may_read(self, home: Home, intend: Intend) -> None:
        row = intend()
        self.file_of(home, row.key).chmod(0o644)
        assert projection.settle(now=LATER).stop == Stop.KEY_UNUSABLE

    def test_a_key_copied_into_another_home_does_not_open(
        self, settings: LazySettings, home: Home, sealed: SealedCredential, intend: Intend, tmp_path: Path
    ) -> None:
        intend(2)
        thief = Home(tmp_path / "thief")
        shutil.copytree(home.path, thief.path)
        (thief.keys / "fields.key").unlink()
        settings.HOME = thief
        crypto.prepare()
        with pytest.raises(SealingStopped) as stopped:
            keys.log_signer(SealLog.objects.get())
        assert stopped.value.code == Stop.KEY_UNUSABLE


class TestClock:
    def test_refuses_to_go_back(self, sealed: SealedCredential, intend: Intend) -> None:
        stopped_by(Stop.CLOCK_BACK, now=NOW - timedelta(days=2))
        with pytest.raises(SealingStopped):
            intend(2, now=NOW - timedelta(days=2))

    def test_a_clock_that_was_ahead_is_forgiven_by_a_human(self, intend: Intend, certifier: Certifier) -> None:
        intend(1, now=NOW + timedelta(days=3650))
        projection.settle(now=NOW + timedelta(days=3650))
        stopped_by(Stop.CLOCK_BACK)
        resume(published_size=None, actor=MACHINE, now=LATER)
        assert projection.settle(now=LATER).stop is None
