"""What was sealed, as files that anybody may read: no account, no cookie, nothing written about who looks.

The same files can be served by any static server, from the public folder of the home.
"""

from __future__ import annotations

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from jurande.core.log.offline import MEDIA_TYPE
from jurande.core.log.tiles import CHECKPOINT
from jurande.registers.seal import queries
from jurande.web.access import audience

TILE = "application/octet-stream"
JSON = "application/json"
FOR_EVER = "public, max-age=31536000, immutable"
FOR_SECONDS = "public, max-age=2"
FOR_A_MINUTE = "public, max-age=60"


@require_safe
@audience("public")
def log(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of the log. Tiles never change; the checkpoint does."""
    if path == CHECKPOINT:
        return _served(request, queries.log_file(path), MEDIA_TYPE, FOR_SECONDS)
    return _served(request, queries.log_file(path), TILE, FOR_EVER)


@require_safe
@audience("public")
def status_list(request: HttpRequest, owner: str, name: str) -> HttpResponseBase:
    """A status list of a certifier, signed."""
    return _served(request, queries.public_file(f"statuts/{owner}/{name}"), JSON, FOR_A_MINUTE)


@require_safe
@audience("public")
def keys(request: HttpRequest, owner: str) -> HttpResponseBase:
    """The document of a certifier's keys (did:web)."""
    return _served(request, queries.public_file(f"c/{owner}/did.json"), JSON, FOR_A_MINUTE)


@require_safe
@audience("public")
def trust(request: HttpRequest, owner: str) -> HttpResponseBase:
    """The history of a certifier's keys, as the command «verify» reads it."""
    return _served(request, queries.public_file(f"c/{owner}/confiance.json"), JSON, FOR_A_MINUTE)


@require_safe
@audience("public")
def authority(request: HttpRequest, code: str) -> HttpResponseBase:
    """A credential that others rest on, byte for byte as it was signed: what they bind by its digest."""
    return _served(request, queries.authority_bytes(code), JSON, FOR_A_MINUTE)


@require_safe
@audience("public")
def proof(request: HttpRequest, code: str) -> HttpResponseBase:
    """What shows, offline, that a credential is in the log: nothing of what it says."""
    return _served(request, queries.log_proof(code), MEDIA_TYPE, FOR_SECONDS)


def _served(request: HttpRequest, content: bytes | None, media_type: str, lasting: str) -> HttpResponseBase:
    if content is None:
        raise Http404
    etag = quote_etag(sha256(content).hexdigest())
    response = HttpResponse(content, content_type=media_type)
    response["ETag"] = etag
    response["Cache-Control"] = lasting
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"
    return get_conditional_response(request, etag=etag, response=response) or response
