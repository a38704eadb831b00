"""Pages that are the same for everybody: a cache between us and the public may keep them for a while."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

KEPT_SECONDS = 300
View = Callable[..., HttpResponse]


def shareable(view: View) -> View:
    """Let a page that was found be kept for five minutes; refusals and redirections are not."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
        return response

    return kept
