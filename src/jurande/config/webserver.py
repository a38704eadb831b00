"""The web server: granian's WSGI worker inside this very process, on a socket that the supervisor already opened.

Granian's own command starts a second process per worker; one process fewer means that a kill or a stop reaches the
server itself. The classes used are those that granian's process worker uses; requirements/run.lock pins its version
and tests/config/test_supervisor.py runs it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from granian.http import HTTP1Settings

from jurande.config.preparation import is_prepared, open_keys
from jurande.config.supervised import PREPARATION_NEEDED
from jurande.config.wsgi import application

# The published types describe older signatures.
futures: Any = import_module("granian._futures")
loops: Any = import_module("granian._loops")
native: Any = import_module("granian._granian")
signals: Any = import_module("granian._signals")
wsgi: Any = import_module("granian.wsgi")

# Requests wait for the database or for the disk more than for the processor.
THREADS = 16
THREAD_IDLE_SECONDS = 600
PENDING_REQUESTS = 512


def serve(arguments: Sequence[str]) -> int:
    """Serve the application on the listening socket `arguments[0]`, telling so by a byte written to `arguments[1]`."""
    listener, ready = int(arguments[0]), int(arguments[1])
    if not is_prepared():
        return PREPARATION_NEEDED
    open_keys(settings.HOME, first_start=False)
    # The first visitor must not wait for the screens to be imported.
    get_resolver().url_patterns  # noqa: B018
    stopping = signals.set_sync_signals()
    stopped = threading.Event()
    stopping.add_cb(stopped.set)
    no_tls: tuple[Any, ...] = (False, None, None, None, "tls1.3", None, [], False)
    worker = native.WSGIWorker(
        1,
        (None, native.SocketHolder(listener, False, PENDING_REQUESTS)),
        None,
        1,
        512,
        THREADS,
        THREAD_IDLE_SECONDS,
        PENDING_REQUESTS,
        "1",
        HTTP1Settings(),
        None,
        None,
        *no_tls,
        (None, None),
    )
    scheduler = futures._new_cbscheduler(
        loops.loops.get("asyncio"), wsgi._callback_wrapper(application, {}), impl_asyncio=True
    )
    worker.serve_mtr(scheduler, scheduler._loop, stopping)
    os.write(ready, b"1")
    stopped.wait()
    return 0
