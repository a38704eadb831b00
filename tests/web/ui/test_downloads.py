from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase

from jurande.config.home import Home
from jurande.web.ui.downloads import disposition, serve
from tests.integrations.inspection.builders import docx, pdf
from tests.registers.documents.builders import keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    class HomeOfTest(Home):
        @property
        def documents(self) -> Path:
            return tmp_path / "documents"

    settings.HOME = HomeOfTest(settings.HOME.path)


@pytest.fixture(autouse=True)
def _closing_an_answer_keeps_the_connection() -> Iterator[None]:
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response)  # type: ignore[arg-type]
    response.close()
    return content


class TestServe:
    def test_gives_the_bytes_as_something_to_save(self) -> None:
        response = serve(keep(pdf(), "Convention signée.pdf"))
        assert response.streaming
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment;")
        assert response["Content-Length"] == str(len(pdf()))
        assert body(response) == pdf()

    def test_lets_a_browser_do_nothing_with_them(self) -> None:
        response = serve(keep(docx(), "a.docx"))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert response["Cache-Control"] == "private, no-store"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        response.close()

    def test_never_announces_a_text_as_a_page(self) -> None:
        for name in ("a.txt", "a.csv"):
            response = serve(keep(b"a;b", name))
            assert response["Content-Type"] == "application/octet-stream"
            response.close()


class TestDisposition:
    @pytest.mark.parametrize(
        "name",
        [
            "Convention signée.pdf",
            'a"b.pdf',
            "a;filename=b.exe.pdf",
            "100%25.pdf",
            "a\\b.pdf",
            "漢字.pdf",
            "l’été «\u00a02026\u00a0».pdf",
            "a'b''c.pdf",
            "x" * 250 + ".pdf",
        ],
    )
    def test_gives_the_name_back_to_whoever_reads_it_by_the_book(self, name: str) -> None:
        header = Message()
        header["Content-Disposition"] = disposition(name)
        assert header.get_content_disposition() == "attachment"
        # The oldest readers take the ASCII one: it holds nothing that could be another parameter.
        plain = disposition(name).split('"')[1]
        assert plain.isascii()
        assert not set(plain) & set('";\\%\r\n')
        star = disposition(name).split("filename*=")[1]
        header = Message()
        header["Content-Disposition"] = f"attachment; filename*={star}"
        assert header.get_filename() == name
