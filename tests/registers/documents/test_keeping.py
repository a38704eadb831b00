from __future__ import annotations

import errno
import hashlib
import io

import pytest
from django.db import transaction

from jurande.integrations.inspection import Kind, Reason
from jurande.registers.documents import operations, queries
from jurande.registers.documents.models import Blob, Document
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.documents.operations.refusals import SENTENCES
from jurande.registers.documents.states import DEFAULT, EVIDENCE, PICTURES, TABLES
from jurande.registers.journal.models import Entry
from tests.integrations.inspection.builders import docx, pdf, pdf_with_root, picture, png, xlsx
from tests.registers.documents.builders import NOW, content_of, keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]


class TestKeep:
    def test_keeps_what_was_sent_to_the_byte(self) -> None:
        content = pdf()
        document = keep(content, "Convention.pdf", certifier_code="IMR0000001", actor_code="CLAIRE0001")
        assert content_of(document) == content
        assert (document.filename, document.kind) == ("Convention.pdf", "pdf")
        assert (document.certifier_code, document.uploaded_by) == ("IMR0000001", "CLAIRE0001")
        assert document.uploaded_at == NOW
        assert document.blob.sha256 == hashlib.sha256(content).hexdigest()
        assert (document.blob.size_bytes, document.blob.media_type) == (len(content), "application/pdf")

    @pytest.mark.parametrize(
        ("content", "name", "kind"),
        [
            (pdf(), "a.pdf", "pdf"),
            (picture("PNG"), "a.png", "png"),
            (picture("JPEG"), "a.JPG", "jpeg"),
            (picture("WEBP"), "a.webp", "webp"),
            (docx(), "a.docx", "docx"),
            (xlsx(), "a.xlsx", "xlsx"),
            (b"nom;note\n", "a.csv", "csv"),
            (b"bonjour", "a.txt", "text"),
        ],
    )
    def test_knows_each_kind(self, content: bytes, name: str, kind: str) -> None:
        document = keep(content, name)
        document.refresh_from_db()
        assert document.kind == kind
        assert document.get_kind_display()
        assert queries.media_type(document)

    def test_reads_from_the_start_even_if_the_form_has_read_already(self) -> None:
        content = io.BytesIO(pdf())
        content.read(10)
        document = operations.keep(content=content, filename="a.pdf", certifier_code="", actor_code="", now=NOW)
        assert content_of(document) == pdf()

    def test_reads_a_source_that_cannot_go_back(self) -> None:
        class Once(io.RawIOBase):
            left = pdf()

            def read(self, size: int = -1) -> bytes:
                given, self.left = self.left[:7], self.left[7:]
                return given

        document = operations.keep(content=Once(), filename="a.pdf", certifier_code="", actor_code="", now=NOW)
        assert content_of(document) == pdf()

    def test_is_written_in_the_journal_with_the_digest_and_without_the_name(self) -> None:
        document = keep(pdf(), "Dossier de Mme Vasseur.pdf", certifier_code="IMR0000001", actor_code="CLAIRE0001")
        entry = Entry.objects.get()
        assert (entry.chain, entry.actor_code, entry.action) == ("IMR0000001", "CLAIRE0001", "documents.document.kept")
        assert (entry.subject_kind, entry.subject_code) == ("document", document.code)
        assert entry.digest == document.blob.sha256
        assert "Vasseur" not in str(vars(entry))

    def test_keeps_the_same_content_once_whoever_sends_it(self) -> None:
        one = keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        two = keep(pdf(), "b.pdf", certifier_code="AUTRE00001")
        assert one.code != two.code
        assert one.blob == two.blob
        assert list(queries.store().names()) == [one.blob.sha256]

    def test_tells_a_table_from_a_text_of_the_same_bytes(self) -> None:
        table, text = keep(b"a;b\n", "a.csv"), keep(b"a;b\n", "a.txt")
        assert table.blob == text.blob
        assert (queries.media_type(table), queries.media_type(text)) == ("text/csv", "text/plain")

    def test_leaves_no_row_when_the_caller_s_transaction_is_undone(self) -> None:
        with transaction.atomic():
            keep(pdf(), "a.pdf")
            transaction.set_rollback(True)
        assert not Document.objects.exists()
        assert not Blob.objects.exists()
        assert [f.problem for f in queries.check_store().findings] == ["orphan"]


class TestRefusals:
    @pytest.mark.parametrize("reason", Reason)
    def test_each_have_a_sentence_that_says_what_to_do(self, reason: Reason) -> None:
        sentence = str(SENTENCES[reason])
        assert sentence.endswith(".")
        assert sentence.count(".") + sentence.count("\u00a0:") >= 1
        assert " :" not in sentence
        assert "'" not in sentence
        assert "« " not in sentence

    @pytest.mark.parametrize(
        ("content", "name", "code", "words"),
        [
            (b"", "a.pdf", "empty", "vide"),
            (b"<svg xmlns='x'/>", "a.svg", "svg", "peut contenir un programme"),
            (
                pdf(),
                "a.exe",
                "name_extension",
                "«\u00a0.exe\u00a0», mais son contenu est d’un autre format\u00a0: PDF.",
            ),
            (pdf(), "a\u202efdp.exe", "name_deceptive", "trompeur"),
            (
                png(50_000, 50_000, pixels=b"\0" * 100),
                "a.png",
                "picture_pixels",
                "50000 × 50000 points, pour 64 millions au plus",
            ),
            (bytes(range(256)), "a.pdf", "unknown", "Formats acceptés\u00a0: PDF, image PNG, photo JPEG"),
        ],
    )
    def test_say_it_with_the_figures(self, content: bytes, name: str, code: str, words: str) -> None:
        with pytest.raises(DocumentRefused) as refusal:
            keep(content, name)
        assert refusal.value.code == code
        assert words in str(refusal.value.sentence)
        assert refusal.value.field == "document"

    def test_name_only_what_this_use_takes(self) -> None:
        with pytest.raises(DocumentRefused) as refusal:
            keep(pdf(), "a.pdf", accept=TABLES)
        sentence = str(refusal.value.sentence)
        assert "(PDF)" in sentence
        assert "tableau Excel (.xlsx), tableau LibreOffice (.ods), tableau CSV" in sentence
        assert "JPEG" not in sentence

    def test_leave_nothing_behind(self) -> None:
        for content, name in ((b"", "a.pdf"), (pdf(), "a.png"), (pdf_with_root()[:-9], "a.pdf")):
            with pytest.raises(DocumentRefused):
                keep(content, name)
        assert not Document.objects.exists()
        assert not Blob.objects.exists()
        assert not Entry.objects.exists()
        assert not [path for path in queries.store().folder.rglob("*") if path.is_file()]

    def test_give_the_limit_of_this_use(self) -> None:
        with pytest.raises(DocumentRefused) as refusal:
            keep(b"\x89PNG" + b"\0" * PICTURES.max_bytes, "a.png", accept=PICTURES)
        assert refusal.value.code == "too_large"
        assert "5\u00a0Mo au plus" in str(refusal.value.sentence)

    def test_a_full_disk_is_said_in_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("jurande.integrations.stores._copy", refuse)
        with pytest.raises(DocumentRefused) as refusal:
            keep(pdf(), "a.pdf")
        assert refusal.value.code == "disk_full"
        monkeypatch.undo()
        assert keep(pdf(), "a.pdf")

    def test_another_fault_of_the_disk_is_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr("jurande.integrations.stores._copy", refuse)
        with pytest.raises(OSError, match="Input/output"):
            keep(pdf(), "a.pdf")


class TestUses:
    def test_take_what_their_name_says(self) -> None:
        assert set(Kind) == DEFAULT.kinds
        assert Kind.XLSX not in EVIDENCE.kinds
        assert PICTURES.kinds < EVIDENCE.kinds < DEFAULT.kinds


class TestQuota:
    def test_refuses_what_goes_beyond(self) -> None:
        size = len(pdf())
        operations.set_quota(certifier_code="IMR0000001", limit_bytes=size + 10, actor_code="OP", now=NOW)
        keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        with pytest.raises(DocumentRefused) as refusal:
            keep(pdf(2), "b.pdf", certifier_code="IMR0000001")
        assert refusal.value.code == "quota"
        assert "0\u00a0Mo occupés" in str(refusal.value.sentence)
        assert Document.objects.count() == 1
        assert keep(pdf(2), "b.pdf", certifier_code="AUTRE00001")

    def test_counts_the_same_content_once(self) -> None:
        size = len(pdf())
        operations.set_quota(certifier_code="IMR0000001", limit_bytes=size, actor_code="OP", now=NOW)
        for number in range(3):
            keep(pdf(), f"{number}.pdf", certifier_code="IMR0000001")
        usage = queries.usage("IMR0000001")
        assert (usage.used_bytes, usage.limit_bytes, usage.share) == (size, size, 1.0)

    def test_comes_back_when_a_document_goes(self) -> None:
        document = keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        operations.discard(document_code=document.code, actor_code="", now=NOW)
        assert queries.usage("IMR0000001").used_bytes == 0

    def test_may_be_lowered_below_what_is_kept(self) -> None:
        keep(pdf(), "a.pdf", certifier_code="IMR0000001")
        operations.set_quota(certifier_code="IMR0000001", limit_bytes=0, actor_code="OP", now=NOW)
        assert queries.usage("IMR0000001").share == 1.0
        operations.set_quota(certifier_code="IMR0000001", limit_bytes=None, actor_code="OP", now=NOW)
        assert keep(pdf(2), "b.pdf", certifier_code="IMR0000001")
        assert Entry.objects.filter(chain="installation", action="documents.quota.set").count() == 2

    def test_is_never_negative(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            operations.set_quota(certifier_code="IMR0000001", limit_bytes=-1, actor_code="", now=NOW)
