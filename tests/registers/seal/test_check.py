"""What the check must see, what a repair gives back, what an erasure leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from jurande.registers.common.immutability import unseal
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import Commitment, LogEntry, SealedCredential, StatusChange, StatusList
from jurande.registers.seal.operations import checking, documents, erasure, projection, statuses
from jurande.registers.seal.operations.standing import log_folder, public_folder
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import Reason, SealState
from tests.registers.seal.conftest import LATER, NOW
from tests.registers.seal.test_stops import rewritable, tampered

Intend = Callable[..., SealedCredential]


@pytest.fixture
def lived(certifier: Certifier, actor: Actor, intend: Intend) -> SealedCredential:
    """An installation with some of everything; the second credential is revoked."""
    first, second = intend(1), intend(2)
    documents.commit_document(
        certifier=certifier,
        kind="convention",
        business_key="convention-1",
        idempotency_key="c-1",
        content=b"%PDF",
        document_code="DOCUMENT01",
        actor=actor,
        now=NOW,
    )
    projection.settle(now=NOW)
    statuses.revoke(credential=second, reason=Reason.FRAUD, actor=actor, now=LATER)
    projection.settle(now=LATER)
    first.refresh_from_db()
    return first


def codes() -> set[str]:
    return {fault.code for fault in checking.check(now=LATER).faults}


class TestCheck:
    def test_finds_nothing_wrong_in_what_nobody_touched(self, lived: SealedCredential) -> None:
        report = checking.check(now=LATER)
        assert report.bad == 0, report.faults
        assert (report.credentials, report.entries, report.changes, report.lists) == (2, 5, 1, 2)

    @pytest.mark.parametrize(
        ("table", "assignment", "code"),
        [
            ("seal_sealedcredential", "subject_code = 'AUTRE'", "row_altered"),
            ("seal_sealedcredential", "mac = 'x'", "row_altered"),
            ("seal_sealedcredential", "standing = 'valid'", "row_state"),
            ("seal_sealedcredential", "signed = 'v1.x'", "row_unreadable"),
            ("seal_statuschange", "reason_code = 'mistake'", "entry_differs"),
            ("seal_statuschange", "effective_on = '2027-01-01'", "entry_differs"),
            ("seal_statuschange", "list_index = list_index + 1", "row_altered"),
            ("seal_commitment", "kind = 'autre'", "row_altered"),
            ("seal_commitment", "document_code = ''", "row_altered"),
            ("seal_signingkey", "created_at = '2020-01-01 00:00:00+00:00'", "entry_differs"),
            ("seal_logentry", "row_code = 'INCONNU' || seq", "entry_orphan"),
            ("seal_signedcheckpoint", "signed_at = signed_at", "unlocked"),
        ],
    )
    def test_sees_an_edited_column(self, lived: SealedCredential, table: str, assignment: str, code: str) -> None:
        tampered(table, assignment, "1 = 1")
        assert code in codes()

    def test_sees_values_put_back_beside_a_signature(self, lived: SealedCredential) -> None:
        put_back = ("seal_sealedcredential", "\"values\" = '6'", "1 = 1")
        with pytest.raises(IntegrityError), transaction.atomic():
            tampered(*put_back)
        sqlite = connection.vendor == "sqlite"
        with connection.cursor() as cursor:
            drop = "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE seal_sealedcredential DROP CONSTRAINT sealed_iff_signed"
            cursor.execute("PRAGMA ignore_check_constraints = ON" if sqlite else drop)
            tampered(*put_back)
            if sqlite:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
        assert "row_altered" in codes()

    @pytest.mark.parametrize("table", ["seal_logentry", "seal_statuschange", "seal_signedcheckpoint"])
    def test_sees_a_missing_row(self, lived: SealedCredential, table: str) -> None:
        unseal(connection, table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
        assert codes() - {"unlocked"}

    def test_sees_a_credential_replaced_by_another_signed_one(self, lived: SealedCredential) -> None:
        other = SealedCredential.objects.exclude(pk=lived.pk).get()
        lived.signed = other.signed
        lived.save(update_fields=["signed"])
        assert {"entry_differs", "document"} <= codes()

    @pytest.mark.parametrize(
        ("path", "how"),
        [
            ("registre/checkpoint", "removed"),
            ("registre/checkpoint", "a bit flipped"),
            ("registre/tile/0/000.p/5", "a byte more"),
            ("registre/tile/entries/000.p/5", "removed"),
            ("registre/tile/entries/000.p/5", "a bit flipped"),
            ("statuts/{code}/revocation-1.json", "a byte more"),
            ("statuts/{code}/suspension-1.json", "removed"),
            ("c/{code}/did.json", "a bit flipped"),
            ("c/{code}/confiance.json", "removed"),
        ],
    )
    def test_sees_a_file_altered_and_a_repair_makes_it_again(
        self, lived: SealedCredential, path: str, how: str
    ) -> None:
        rewritable(public_folder())
        file = public_folder() / path.format(code=lived.certifier.code)
        content = file.read_bytes()
        if how == "removed":
            file.unlink()
        else:
            file.write_bytes(content + b"\n" if how == "a byte more" else bytes([content[0] ^ 1]) + content[1:])
        assert checking.check(now=LATER).bad
        checking.repair(actor=MACHINE, now=LATER)
        assert file.read_bytes() == content
        assert checking.check(now=LATER).bad == 0

    def test_does_not_take_a_decision_on_its_way_for_a_fault(self, lived: SealedCredential, actor: Actor) -> None:
        statuses.suspend(credential=lived, reason=Reason.INQUIRY, actor=actor, now=LATER + timedelta(minutes=1))
        assert checking.check(now=LATER).bad == 0

    def test_sees_a_list_that_forgot_a_revocation(self, lived: SealedCredential) -> None:
        blank = StatusList.objects.get(purpose="suspension")
        octets = bytes(StatusList.objects.get(purpose="revocation").octets)
        StatusList.objects.filter(purpose="revocation").update(octets=bytes(blank.octets))
        assert codes() == {"list_signature"}
        StatusList.objects.filter(purpose="revocation").update(octets=octets)
        assert codes() == set()

    def test_sees_a_file_too_many(self, lived: SealedCredential) -> None:
        (log_folder() / "tile/0/001").write_bytes(bytes(8192))
        assert codes() == {"file"}

    def test_prints_bad_0_or_each_fault(self, lived: SealedCredential, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
        said = StringIO()
        call_command("check-seal", stdout=said)
        assert said.getvalue().endswith("bad = 0\n")
        tampered("seal_sealedcredential", "kind = 'autre'", "id = %s", lived.pk)
        said = StringIO()
        with pytest.raises(SystemExit):
            call_command("check-seal", stdout=said)
        assert f"SealedCredential {lived.code}" in said.getvalue()


class TestRepair:
    def test_makes_every_file_again_byte_for_byte(self, lived: SealedCredential) -> None:
        def files() -> dict[Path, bytes]:
            folder = public_folder()
            return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

        before = files()
        rewritable(public_folder())
        for path in before:
            (public_folder() / path).unlink()
        checking.repair(actor=MACHINE, now=LATER)
        after = files()
        # Smaller partial tiles, kept for readers of an older checkpoint, are not needed any more.
        assert after.items() <= before.items()
        assert checking.check(now=LATER).bad == 0


class TestErase:
    def test_leaves_the_commitment_the_status_and_the_dates(
        self, lived: SealedCredential, actor: Actor, certifier: Certifier
    ) -> None:
        entry = bytes(LogEntry.objects.get(row_code=lived.code).octets)
        erasure.erase(credential=lived, actor=actor, now=LATER)
        erasure.erase_document(commitment=Commitment.objects.get(), actor=actor, now=LATER)
        lived.refresh_from_db()
        assert (lived.state, lived.signed, lived.values, lived.subject_code) == (SealState.ERASED, None, "", "")
        assert bytes(lived.salt) == b""
        assert bytes(LogEntry.objects.get(row_code=lived.code).octets) == entry
        report = checking.check(now=LATER)
        assert (report.bad, report.erased, report.credentials) == (0, 1, 1)

    def test_does_not_change_what_the_lists_say(self, lived: SealedCredential, actor: Actor) -> None:
        revoked = StatusChange.objects.get().credential
        erasure.erase(credential=revoked, actor=actor, now=LATER)
        projection.settle(now=LATER)
        assert checking.check(now=LATER).bad == 0

    def test_waits_for_the_signature(self, intend: Intend, actor: Actor) -> None:
        with pytest.raises(erasure.ErasureRefused):
            erasure.erase(credential=intend(), actor=actor, now=NOW)


class TestCommitment:
    def test_is_made_once(self, certifier: Certifier, actor: Actor) -> None:
        asked: dict[str, Any] = {
            "certifier": certifier,
            "kind": "convention",
            "business_key": "c",
            "idempotency_key": "i",
            "actor": actor,
            "now": NOW,
        }
        first = documents.commit_document(content=b"a", **asked)
        assert documents.commit_document(content=b"a", **asked).pk == first.pk
        with pytest.raises(documents.CommitmentRefused):
            documents.commit_document(content=b"b", **asked)
        with pytest.raises(documents.CommitmentRefused):
            documents.commit_document(content=b"a", **{**asked, "idempotency_key": "j"})
