from __future__ import annotations

import logging
import sys

from django.test import RequestFactory

from jurande.config.logs import CodesOnly

FORMATTER = CodesOnly("%(levelname)s %(name)s %(message)s")


def record(name: str, message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "file.py", 1, message, args, None)
    made.__dict__.update(more)
    return made


class TestCodesOnly:
    def test_names_a_request_by_its_route(self) -> None:
        """The path of an invitation is the key to it."""
        request = RequestFactory().get("/invite/secret-token/")
        request.resolver_match = type("Match", (), {"route": "invite/<str:token>/"})()  # type: ignore[assignment]
        made = record("django.request", "%s: %s", "Not Found", request.path, request=request, status_code=404)
        assert FORMATTER.format(made) == "WARNING django.request 404 GET invite/<str:token>/"
        assert made.getMessage() == "Not Found: /invite/secret-token/"

    def test_shows_no_path_that_led_nowhere(self) -> None:
        request = RequestFactory().get("/secret-token/")
        made = record("django.request", "%s: %s", "Not Found", request.path, request=request, status_code=404)
        assert FORMATTER.format(made) == "WARNING django.request 404 GET (no route)"

    def test_keeps_what_an_exception_says_to_itself(self) -> None:
        try:
            raise ValueError("Key (email)=(ines@example.fr) already exists")
        except ValueError:
            made = record("jurande.jobs", "job %s failed", "7KQ2MZ")
            made.exc_info = sys.exc_info()
        lines = FORMATTER.format(made).splitlines()
        assert lines[:2] == ["WARNING jurande.jobs job 7KQ2MZ failed", "builtins.ValueError"]
        assert "test_keeps_what_an_exception_says_to_itself" in lines[2]
        assert "ines@example.fr" not in "\n".join(lines)
