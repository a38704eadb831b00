"""What a phone on a slow network waits for: one style sheet for every page, and all that is text four times lighter.

A page is compressed only when nobody chose anything in it by its address: beside a secret, the size of what is
compressed with words of one's choice may tell the secret (BREACH, Gluck, Harris and Prado, 2013).
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

TEXTS = (".css", ".js", ".svg", ".txt")
# What every page draws with, in the order of the cascade: asked for once, instead of one after the other.
SHEETS = (
    "ui/vendor/bootstrap-reboot.min.css",
    "ui/tokens.css",
    "ui/base.css",
    "ui/kit.css",
    "ui/records.css",
    "ui/screens.css",
    "ui/print.css",
)
# Beside them, so that what they name beside themselves is found.
ALL_SHEETS = "ui/sheets.css"


class LightStatic(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Middleware: what WhiteNoise serves and the sheets in one, as gzip for those who take it, compressed once."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the sheets in one, or as WhiteNoise does."""
        if request.path_info == settings.STATIC_URL + ALL_SHEETS and request.method in ("GET", "HEAD"):
            return _sheets(request)
        return super().__call__(request)  # type: ignore[no-any-return]

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        """Answer with the file, or with the same one compressed."""
        answer: Any = WhiteNoiseMiddleware.serve(static_file, request)
        path = str(getattr(answer.file_to_stream, "name", ""))
        if not path.endswith(TEXTS):
            return answer  # type: ignore[no-any-return]
        patch_vary_headers(answer, ("Accept-Encoding",))
        if answer.status_code != 200 or not _takes_gzip(request):
            return answer  # type: ignore[no-any-return]
        content = _compressed((path,), _changes((path,)))
        light = HttpResponse(content, headers=dict(answer.items()))
        light["Content-Encoding"] = "gzip"
        light["Content-Length"] = str(len(content))
        answer.close()
        return light


class LightPages(GZipMiddleware):
    """Middleware: pages and drawings leave compressed, but for those whose address carries words."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what may be; see the top of this module."""
        is_text = response.get("Content-Type", "").startswith(("text/html", "image/svg+xml"))
        if request.method != "GET" or request.META.get("QUERY_STRING") or not is_text:
            return response
        return super().process_response(request, response)


def all_sheets() -> bytes:
    """What ``ALL_SHEETS`` holds, for whoever copies pages with what they show."""
    paths = tuple(str(finders.find(name)) for name in SHEETS)
    return _joined(paths, _changes(paths))


def _sheets(request: HttpRequest) -> HttpResponseBase:
    paths = tuple(str(finders.find(name)) for name in SHEETS)
    changes = _changes(paths)
    light = _takes_gzip(request)
    content = _compressed(paths, changes) if light else _joined(paths, changes)
    answer = HttpResponse(content, content_type="text/css; charset=utf-8")
    if light:
        answer["Content-Encoding"] = "gzip"
    answer["Content-Length"] = str(len(content))
    answer["Cache-Control"] = f"max-age={settings.WHITENOISE_MAX_AGE}, public"
    answer["ETag"] = quote_etag(hashlib.sha256(content).hexdigest())
    patch_vary_headers(answer, ("Accept-Encoding",))
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def _takes_gzip(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _changes(paths: tuple[str, ...]) -> tuple[int, ...]:
    """When each was written: what is kept of them is read anew once one has changed."""
    return tuple(Path(path).stat().st_mtime_ns for path in paths)


def _joined(paths: tuple[str, ...], _changes_ns: tuple[int, ...]) -> bytes:
    return b"\n".join(Path(path).read_bytes() for path in paths)


@lru_cache(maxsize=512)
def _compressed(paths: tuple[str, ...], changes_ns: tuple[int, ...]) -> bytes:
    """The files one after the other as gzip, the same bytes each time."""
    return gzip.compress(_joined(paths, changes_ns), mtime=0)
