"""A GET may not write.

Looking must never change anything: a mail scanner that opens a link, a browser that prefetches, a back button.
Every GET, HEAD and OPTIONS runs with a database wrapper that refuses anything but reading; a view that must write
on GET is named in ``WRITES_ON_GET`` with its reason, and there is nowhere else to say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# No BEGIN: with IMMEDIATE transactions an atomic() block takes SQLite's write lock even to read.
READING = ("SELECT", "WITH", "EXPLAIN", "PRAGMA", "SHOW", "SET", "SAVEPOINT", "RELEASE", "ROLLBACK")
WRITING = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b", re.IGNORECASE)

# url name -> why it writes on GET. All are allauth's.
WRITES_ON_GET: dict[str, str] = {
    "account_login": "forgets a sign-in that was left half done for too long",
    "account_signup": "forgets a sign-in that was left half done for too long",
    "mfa_activate_totp": "keeps the secret that the application is about to learn",
    "mfa_add_webauthn": "keeps the challenge that the new passkey will sign",
    "mfa_authenticate": "keeps the challenge that a passkey will sign",
    "mfa_reauthenticate_webauthn": "keeps the challenge that a passkey will sign",
    "mfa_login_webauthn": "keeps the challenge that a passkey will sign",
    "mfa_view_recovery_codes": "notes that the codes were seen: they are not shown twice",
    "mfa_download_recovery_codes": "notes that the codes were seen: they are not shown twice",
    "account_reset_password_from_key": "takes the token out of the address, so that it reaches no log and no referrer",
}


class WroteOnGet(RuntimeError):
    """A page that should only look tried to write."""


def _refuse_writing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    statement = sql.lstrip(" (\n").upper()
    hidden = statement.startswith("WITH") and WRITING.search(statement)
    if hidden or not statement.startswith(READING):
        raise WroteOnGet(f"a GET request may not write: {sql.split('(', 1)[0][:80]}")
    return execute(sql, params, many, context)


class ReadOnlyGet:
    """Middleware: wraps each safe request's connections; lifted by name for the declared exceptions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next link of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, reading only when its method promises to."""
        if request.method not in SAFE_METHODS:
            return self.get_response(request)
        with ExitStack() as wrappers:
            for connection in connections.all():
                wrappers.enter_context(connection.execute_wrapper(_refuse_writing))
            request.readonly = wrappers  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Lift the wrapper for a view that is declared in ``WRITES_ON_GET``."""
        match = request.resolver_match
        if match is not None and match.view_name in WRITES_ON_GET and hasattr(request, "readonly"):
            request.readonly.close()
