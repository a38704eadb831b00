"""What a phone on a slow network waits for first leaves compressed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from jurande.web import ui
from jurande.web.compression import SHEETS

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


class TestSheets:
    ADDRESS = f"{settings.STATIC_URL}ui/sheets.css"

    def test_are_one_in_the_order_of_the_cascade(self, client: Client) -> None:
        answer = client.get(self.ADDRESS)
        assert answer["Content-Type"].startswith("text/css")
        assert body(answer) == b"\n".join((STATIC.parent / name).read_bytes() for name in SHEETS)

    def test_leave_light_and_once(self, client: Client) -> None:
        whole = client.get(self.ADDRESS)
        light = client.get(self.ADDRESS, headers={"accept-encoding": "gzip"})
        assert gzip.decompress(body(light)) == body(whole)
        assert light["ETag"] != whole["ETag"]
        again = client.get(self.ADDRESS, headers={"accept-encoding": "gzip", "if-none-match": light["ETag"]})
        assert (again.status_code, body(again)) == (304, b"")

    def test_set_no_cookie_and_can_be_kept(self, client: Client) -> None:
        answer = client.get(self.ADDRESS)
        assert not answer.cookies
        assert "public" in answer["Cache-Control"]

    def test_cannot_be_posted_to(self, client: Client) -> None:
        assert client.post(self.ADDRESS).status_code == 404


class TestPages:
    def test_leave_light_for_those_who_take_it(self, client: Client) -> None:
        whole = client.get("/verifier/")
        light = client.get("/verifier/", headers={"accept-encoding": "gzip"})
        assert light["Content-Encoding"] == "gzip"
        assert len(light.content) < len(whole.content) / 2
        assert b"</html>" in gzip.decompress(light.content)

    def test_with_words_from_their_address_leave_whole(self, client: Client) -> None:
        """BREACH: whoever chooses words in a page learns its secrets from the size that it has compressed."""
        answer = client.get("/certifications/?q=jurande", headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer

    def test_that_answer_a_form_leave_whole(self, client: Client) -> None:
        answer = client.post("/verifier/", {}, headers={"accept-encoding": "gzip"})
        assert "Content-Encoding" not in answer
