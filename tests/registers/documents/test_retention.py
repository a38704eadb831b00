from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState
from jurande.registers.documents import operations, queries
from jurande.registers.documents.models import Blob, Document
from jurande.registers.documents.operations import DocumentHeld
from jurande.registers.documents.states import NEVER_HELD_DAYS, DiscardReason
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations as parties
from jurande.registers.parties.states import DocumentKind
from tests import factories
from tests.integrations.inspection.builders import pdf
from tests.registers.documents.builders import NOW, content_of, keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
PARIS = ZoneInfo("Europe/Paris")


def held_document() -> Document:
    """A document that a partner's file holds."""
    partnership = factories.partnership()
    manager = factories.actor_of(factories.administrator(partnership.certifier), partnership.certifier)
    filed = parties.attach_document(
        partnership=partnership,
        kind=DocumentKind.values[0],
        content=io.BytesIO(pdf(3)),
        filename="statuts.pdf",
        expires_on=None,
        actor=manager,
        now=NOW,
    )
    return filed.document


class TestDiscard:
    def test_removes_the_document_and_its_bytes(self, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
        document = keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        with django_capture_on_commit_callbacks(execute=True):
            operations.discard(document_code=document.code, actor_code="CLAIRE0001", now=NOW)
        assert not Document.objects.exists()
        assert not Blob.objects.exists()
        assert not list(queries.store().names())

    def test_is_written_in_the_journal(self) -> None:
        document = keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        operations.discard(document_code=document.code, actor_code="CLAIRE0001", now=NOW)
        entry = Entry.objects.get(action="documents.document.discarded")
        assert (entry.chain, entry.actor_code, entry.reason_code) == ("IMR0000001", "CLAIRE0001", "asked")
        assert (entry.subject_code, entry.digest) == (document.code, document.blob.sha256)

    def test_keeps_the_bytes_that_another_document_needs(
        self, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        mine, theirs = keep(pdf(), "a.pdf"), keep(pdf(), "b.pdf", certifier_code="AUTRE00001")
        with django_capture_on_commit_callbacks(execute=True):
            operations.discard(document_code=mine.code, actor_code="", now=NOW)
        assert content_of(theirs) == pdf()

    def test_refuses_what_a_record_holds(self) -> None:
        document = held_document()
        with pytest.raises(DocumentHeld) as refusal:
            operations.discard(document_code=document.code, actor_code="", now=NOW)
        assert "une fiche le tient" in str(refusal.value.sentence)
        assert content_of(document) == pdf(3)
        assert not Entry.objects.filter(action="documents.document.discarded").exists()

    def test_loses_nothing_when_the_transaction_is_undone(
        self, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        document = keep(pdf(), "a.pdf")
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            operations.discard(document_code=document.code, actor_code="", now=NOW)
            transaction.set_rollback(True)
        assert content_of(document) == pdf()

    def test_refuses_an_unknown_code(self) -> None:
        with pytest.raises(Document.DoesNotExist):
            operations.discard(document_code="INCONNU", actor_code="", now=NOW)


class TestSetRetention:
    def test_says_until_when_and_journals_it(self) -> None:
        document = keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        until = date(2031, 12, 31)
        operations.set_retention(document_code=document.code, until=until, actor_code="CLAIRE0001", now=NOW)
        document.refresh_from_db()
        assert document.retention_until == until
        assert Entry.objects.filter(action="documents.retention.set", subject_code=document.code).exists()


class TestSweep:
    def test_throws_away_the_day_after_the_last_and_not_before(self) -> None:
        document = keep(pdf(), "a.pdf", retention_until=date(2026, 3, 12))
        assert operations.sweep(now=datetime(2026, 3, 12, 23, 59, tzinfo=PARIS)).total == 0
        swept = operations.sweep(now=datetime(2026, 3, 13, 0, 1, tzinfo=PARIS))
        assert (swept.past_their_day, swept.contents) == (1, 1)
        assert not Document.objects.filter(pk=document.pk).exists()
        entry = Entry.objects.get(action="documents.document.discarded")
        assert (entry.actor_code, entry.reason_code) == ("", DiscardReason.RETENTION_OVER)

    def test_never_throws_away_what_a_record_holds(self) -> None:
        document = held_document()
        operations.set_retention(document_code=document.code, until=date(2026, 3, 1), actor_code="", now=NOW)
        assert operations.sweep(now=NOW + timedelta(days=4000)).total == 0
        assert content_of(document) == pdf(3)

    def test_does_not_even_try_what_a_record_holds(self) -> None:
        document = held_document()
        assert not Document.objects.held_by_nothing().filter(pk=document.pk).exists()
        free = keep(pdf(), "a.pdf")
        assert list(Document.objects.held_by_nothing()) == [free]

    def test_throws_away_what_no_record_ever_took(self) -> None:
        keep(pdf(), "a.pdf")
        dated = keep(pdf(2), "b.pdf", retention_until=date(2099, 1, 1))
        assert operations.sweep(now=NOW + timedelta(days=NEVER_HELD_DAYS)).total == 0
        swept = operations.sweep(now=NOW + timedelta(days=NEVER_HELD_DAYS, seconds=1))
        assert (swept.never_held, swept.contents) == (1, 1)
        assert list(Document.objects.all()) == [dated]

    def test_removes_what_a_cut_upload_left(self) -> None:
        with transaction.atomic():
            keep(pdf(), "a.pdf")
            transaction.set_rollback(True)
        assert operations.sweep(now=NOW).contents == 1
        assert not list(queries.store().names())
        arriving = queries.store().arriving / "reste"
        arriving.write_bytes(b"x")
        os.utime(arriving, (NOW.timestamp() - 90_000,) * 2)
        assert operations.sweep(now=NOW).cut_uploads == 1

    def test_removes_the_row_that_a_cut_removal_left(self) -> None:
        document = keep(pdf(), "a.pdf")
        queries.store().discard(document.blob.sha256)
        document.delete()
        assert operations.sweep(now=NOW).contents == 1
        assert not Blob.objects.exists()

    def test_leaves_a_stranger_s_file_alone(self) -> None:
        keep(pdf(), "a.pdf")
        stranger = queries.store().folder / "ab" / "cd" / "LISEZMOI"
        stranger.parent.mkdir(parents=True, exist_ok=True)
        stranger.write_text("x")
        operations.sweep(now=NOW)
        assert stranger.exists()

    def test_is_a_job(self) -> None:
        keep(pdf(), "a.pdf", retention_until=date(2026, 3, 1))
        job = jobs.request("documents.sweep", now=NOW)
        assert jobs.execute(job.code, worker_code="essai", clock=lambda: NOW)
        job = JobRequest.objects.get(code=job.code)
        assert (job.state, job.done_count) == (JobState.DONE, 2)
        assert not Document.objects.exists()
