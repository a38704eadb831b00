"""What a phone on a slow network waits for first leaves compressed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from jurande.web import ui

# A request that ends looks at the connection, though it asks nothing.
pytestmark = pytest.mark.django_db
STATIC = Path(ui.__file__).parent / "static/ui"
SHEET = f"{settings.STATIC_URL}ui/kit.css"


def body(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else bytes(answer.content)


class TestStaticFiles:
    def test_leave_light_for_those_who_take_it(self, client: Client) -> None:
        answer = client.get(SHEET, headers={"accept-encoding": "gzip, br"})
        assert (answer["Content-Encoding"], answer["Vary"]) == ("gzip", "Accept-Encoding")
        assert answer["Content-Type"].startswith("text/css")
        assert int(answer["Content-Length"]) == len(body(answer)) < (STATIC / "kit.css").stat().st_size / 3
        assert gzip.decompress(body(answer)) == (STATIC / "kit.css").read_bytes()

    def test_leave_whole_for_the_others(self, client: Client) -> None:
        answer = client.get(SHEET)
        assert "Content-Encoding" not in answer
        assert body(answer) == (STATIC / "kit.css").read_bytes()

    def test_are_not_sent_again_to_who_has_them(self, client: Client) -> None:
        first = client.get(SHEET, headers={"accept-encoding": "gzip"})
        again = client.get(SHEET, headers={"accept-encoding": "gzip", "if-none-match": first["ETag"]})
        assert (again.status_code, body(again)) == (304, b"")

    @pytest.mark.parametrize("name", ["source-sans-3.woff2"])
    def test_that_are_compressed_already_are_left_alone(self, client: Client, name: str) -> None:
        answer = client.get(f"{settings.STATIC_URL}ui/vendor/{name}", headers={"accept-encoding": "gzip"})
        assert "Content-Encoding" not in answer
        assert body(answer) == (STATIC / "vendor" / name).read_bytes()
