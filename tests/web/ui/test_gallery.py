import re

import html5lib
import pytest
from django.conf import settings
from html5lib.serializer import serialize
from syrupy.assertion import SnapshotAssertion

from jurande.web.ui.gallery import SHELLS

pytestmark = pytest.mark.urls("tests.web.ui.urls")


def main_block(html: str) -> str:
    """The page's own matter, one element a line, so that a change shows as a few lines."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    block = tree.find(".//main")
    text = serialize(block, omit_optional_tags=False, quote_attr_values="always")
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1…", text)
    return text.replace(settings.STATIC_URL, "/static/").replace("><", ">\n<")


class TestGallery:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_is_a_valid_page_in_each_shell(self, client, shell):
        response = client.get("/ui/", {"cadre": shell})
        assert response.status_code == 200
        assert f"shells/{shell}.html" in [template.name for template in response.templates]

    def test_shows_what_it_showed(self, client, snapshot: SnapshotAssertion):
        assert main_block(client.get("/ui/").content.decode()) == snapshot

    def test_reads_no_row(self, client):
        # No database mark: a query would fail the test by itself.
        assert client.get("/ui/").status_code == 200

    def test_falls_back_on_the_working_shell(self, client):
        assert client.get("/ui/", {"cadre": "../etc/passwd"}).status_code == 200

    def test_forbids_inline_code(self, client):
        policy = client.get("/ui/")["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
