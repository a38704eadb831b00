"""Serving a kept file: always as something to save, never as something that runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import FileResponse, HttpResponseBase

from jurande.registers.documents import queries

if TYPE_CHECKING:
    from jurande.registers.documents.models import Document

# A browser that showed the file all the same would show it in a page without rights, that can load nothing.
# Everything but letters, digits and what cannot end a quoted string or be taken for an escape.
NOT_PLAIN = re.compile(r"[^ \w!#$&'()+,.=@^`{}~-]", re.ASCII)
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def serve(document: Document) -> HttpResponseBase:
    """Answer with the file as an attachment; the caller has checked that this person may see what holds it.

    :raises DocumentUnreadable: the file is lost or damaged; not a byte of it is given.
    """
    content = queries.open_content(document)
    response = FileResponse(content, content_type=_content_type(document))
    response["Content-Disposition"] = disposition(document.filename)
    response["Content-Length"] = str(document.blob.size_bytes)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _content_type(document: Document) -> str:
    media_type = queries.media_type(document)
    # Without a charset Django would announce UTF-8, which a text from a spreadsheet often is not.
    return "application/octet-stream" if media_type.startswith("text/") else media_type


def disposition(filename: str) -> str:
    """Write the name twice: in ASCII for the oldest, as RFC 5987 has it for the others. No character escapes."""
    plain = NOT_PLAIN.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
