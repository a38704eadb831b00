"""A browser without a server: Chromium's requests are answered by Django's test client and the static files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

HOST = "http://localhost:8000"
PATIENCE_MS = 20_000  # two cores shared by everything else that runs
expect.set_options(timeout=PATIENCE_MS)
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}


def _answer(client: Client, route: Route) -> None:
    request = route.request
    address = urlsplit(request.url)
    path = address.path
    if path.startswith(settings.STATIC_URL):
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        if found:
            route.fulfill(body=Path(found).read_bytes(), content_type=TYPES[Path(found).suffix])
            return
    target = f"{path}?{address.query}" if address.query else path
    # Only a job answers with a fragment; search asks htmx to pick it from the whole page.
    headers = {"HTTP_HX_REQUEST": "true"} if "travail=" in address.query else {}
    if request.method == "POST":
        body = request.post_data_buffer or b""
        response = client.post(target, body, content_type=request.headers["content-type"])
    else:
        response = client.get(target, **headers)
    route.fulfill(status=response.status_code, headers=dict(response.items()), body=response.content)


@pytest.fixture
def visit(chromium: Browser, client: Client) -> Iterator[Callable[..., Page]]:
    """Open an address at a width and in a theme; what the console says ends up in ``page.said``."""
    contexts: list[BrowserContext] = []
    failures: list[BaseException] = []

    def answer(route: Route) -> None:
        try:
            _answer(client, route)
        except BaseException as failure:  # a listener's exception would be lost: keep it for the end of the test
            failures.append(failure)
            route.abort()

    def open_page(address: str, width: int = 1440, theme: str = "light", **options: object) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="fr-FR",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", answer)
        page = context.new_page()
        page.said = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(message.text))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.said.append(str(error)))  # type: ignore[attr-defined]
        page.goto(f"{HOST}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    if failures:
        raise failures[0]
