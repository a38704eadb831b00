"""How a line of log is written: what happened and where in the code, never about whom.

An address of this site may hold a single-use link, and the message of an exception may quote a row («Key (email)=…»).
So a request is named by its route, and an exception by its class and the lines it went through.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class CodesOnly(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if request is not None:
            route = getattr(getattr(request, "resolver_match", None), "route", None)
            status = getattr(record, "status_code", "")
            # A copy: other handlers must still see the record as it was.
            record = logging.makeLogRecord(record.__dict__)
            record.msg, record.args = f"{status} {getattr(request, 'method', '')} {route or '(no route)'}", ()
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 — the name that logging calls
        kind, _error, where = ei
        if kind is None:
            return ""
        frames = traceback.extract_tb(where)
        lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return "\n".join([f"{kind.__module__}.{kind.__qualname__}", *lines])
