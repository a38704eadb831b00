from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from jurande.registers.documents import queries
from jurande.registers.documents.models import Document
from jurande.registers.documents.queries import DocumentUnreadable
from tests.integrations.inspection.builders import pdf
from tests.registers.documents.builders import content_of, keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]


def damaged(document: Document) -> Document:
    path = queries.store().path_of(document.blob.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return document


def lost(document: Document) -> Document:
    queries.store().discard(document.blob.sha256)
    return document


class TestCheckDocuments:
    def test_says_that_all_is_well(self, capsys: pytest.CaptureFixture[str]) -> None:
        keep(pdf(), "a.pdf")
        keep(pdf(), "b.pdf")
        keep(pdf(2), "c.pdf")
        call_command("check-documents")
        assert capsys.readouterr().out == "2 fichiers intacts.\n"

    def test_finds_what_is_damaged_or_lost_and_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        keep(pdf(), "a.pdf")
        one, two = damaged(keep(pdf(2), "b.pdf")), lost(keep(pdf(3), "c.pdf"))
        with pytest.raises(SystemExit) as end:
            call_command("check-documents")
        assert end.value.code == 1
        said = capsys.readouterr().out
        assert f"{one.blob.sha256}\u00a0: fichier abîmé ({one.code})" in said
        assert f"{two.blob.sha256}\u00a0: fichier perdu ({two.code})" in said
        assert "sauvegarde" in said
        assert "1 fichier intact." in said

    def test_answers_a_script(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = lost(keep(pdf(), "a.pdf"))
        with pytest.raises(SystemExit):
            call_command("check-documents", "--json")
        assert json.loads(capsys.readouterr().out) == {
            "ok": False,
            "sound": 0,
            "findings": [{"problem": "missing", "sha256": document.blob.sha256, "document_codes": [document.code]}],
        }

    def test_does_not_fail_for_a_file_that_is_only_useless(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = keep(pdf(), "a.pdf")
        document.delete()
        document.blob.delete()
        call_command("check-documents")
        assert "plus aucun document n’utilise" in capsys.readouterr().out


class TestOpenContent:
    @pytest.mark.parametrize("accident", [damaged, lost])
    def test_gives_nothing_and_says_what_to_do(self, accident: object) -> None:
        document = keep(pdf(), "a.pdf")
        accident(document)  # type: ignore[operator]
        with pytest.raises(DocumentUnreadable) as refusal:
            content_of(document)
        assert "sauvegarde" in str(refusal.value.sentence)
