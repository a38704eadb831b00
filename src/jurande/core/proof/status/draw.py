# SPDX-License-Identifier: Apache-2.0
"""Which place of a status list the n-th credential takes: a secret order, so that neighbours say nothing.

Two credentials issued one after the other must not sit side by side: whoever knows one would learn when, and with
whom, the other was issued. A place drawn at random for each would do, but every draw would have to be compared with
the places taken, and the last places of a list would be found by luck. A secret order of all the places has neither
fault: a counter gives the positions 0, 1, 2…, the order gives each its place, and no two are the same.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from functools import lru_cache

from jurande.core.proof.status.bitstring import LEAST_ENTRIES
from jurande.core.proof.status.errors import StatusRefused

_LABEL_BYTES = 16
_DOMAIN = b"jurande status list places v1"
_MOST_ENTRIES = 2**24


@lru_cache(maxsize=4)
def secret_order(secret: bytes, entries: int = LEAST_ENTRIES) -> Sequence[int]:
    """Return all the places of a list, in the order in which they are given out.

    ``secret`` is 32 bytes from a sound source, one for each list, kept as long as places remain to be given. Each
    place gets a label of 128 secret bits (SHAKE-256 of the secret), and the places are sorted by label: every order is
    equally likely to whoever lacks the secret, and the same secret always gives the same. 131,072 places take about
    0.1 s and half a megabyte, once: the last few orders are remembered.
    :raises StatusRefused: another length of secret, or more than 16,777,216 places.
    """
    if len(secret) != 32:
        raise StatusRefused("a secret of another length than 32 bytes", code="status.secret")
    if not 0 < entries <= _MOST_ENTRIES:
        raise StatusRefused(f"a list of {entries}", code="status.size")
    stream = hashlib.shake_256(_DOMAIN + secret).digest(entries * _LABEL_BYTES)
    labels = [stream[start : start + _LABEL_BYTES] for start in range(0, len(stream), _LABEL_BYTES)]
    return array("I", sorted(range(entries), key=labels.__getitem__))


def draw_index(secret: bytes, position: int, *, entries: int = LEAST_ENTRIES) -> int:
    """Return the place of the credential that comes at ``position`` (from 0) in a list of ``entries`` places.

    :raises StatusRefused: as :func:`secret_order`; a position outside 0 to ``entries - 1`` (``status.list_full``).
    """
    if not 0 <= position < entries:
        raise StatusRefused(f"position {position} in a list of {entries}", code="status.list_full")
    return secret_order(secret, entries)[position]
