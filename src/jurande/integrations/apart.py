"""A call made in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def apart[T](call: Callable[[], T]) -> T:
    """Make the call elsewhere and return or raise what it does: pyHanko runs event loops, of which a thread has one."""
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        return elsewhere.submit(call).result()
