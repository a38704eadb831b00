"""Asking for the keys that somebody publishes under a ``did:web``, on the public Internet only, and not for long."""

from __future__ import annotations

from urllib.parse import urlsplit

from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.did import document_url, read_did_document
from jurande.core.proof.errors import ProofError
from jurande.core.proof.history import KeyHistory
from jurande.integrations.outbound import Server, Unreachable

LARGEST_DOCUMENT_BYTES = 256 * 1024
SECONDS = 4.0


def fetch_keys(did: str) -> KeyHistory:
    """Return the keys that the owner of a ``did:web`` publishes at this instant.

    :raises Unreachable: no such document, not a public address, too slow, too large, or not a document of keys.
    """
    try:
        url = document_url(did)
    except ProofError as refusal:
        raise Unreachable(str(refusal), code="outbound.address") from None
    parts = urlsplit(url)
    server = Server(f"{parts.scheme}://{parts.netloc}/", only_public=True, seconds=SECONDS)
    try:
        answer = server.get(parts.path.removeprefix("/"), largest_bytes=LARGEST_DOCUMENT_BYTES)
    finally:
        server.close()
    if answer.status != 200:
        raise Unreachable(f"{url} answered {answer.status}", code="outbound.status")
    try:
        document = jcs.parse(answer.body)
        if not isinstance(document, dict):
            raise Unreachable(f"{url} is no document of keys", code="outbound.content")
        return read_did_document(document, did=did)
    except (EncodingError, ProofError) as refusal:
        raise Unreachable(str(refusal), code="outbound.content") from None
