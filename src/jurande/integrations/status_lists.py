"""Fetching the status lists that a credential names, once its signature is known to be good, and not before."""

from __future__ import annotations

from urllib.parse import urlsplit

from jurande.integrations.outbound import Server, Unreachable

LARGEST_LIST_BYTES = 8 * 1024 * 1024


def fetch_status_list(url: str, *, only_public: bool = True) -> bytes:
    """Return what is served at ``url``; nothing says yet that it is a list, nor whose.

    :raises Unreachable: no answer in time, another status than 200, too large, or not a public
        address.
    """
    parts = urlsplit(url)
    server = Server(f"{parts.scheme}://{parts.netloc}/", only_public=only_public)
    try:
        answer = server.get(
            parts.path.removeprefix("/") + (f"?{parts.query}" if parts.query else ""), largest_bytes=LARGEST_LIST_BYTES
        )
    finally:
        server.close()
    if answer.status != 200:
        raise Unreachable(f"{url} answered {answer.status}", code="outbound.status")
    return answer.body
