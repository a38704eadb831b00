"""Leaving no trace of what was erased in the pages of the database.

What SQLite frees is overwritten (``secure_delete``), except the copies that it leaves in the gaps of a page whose rows
were moved to another: only writing the whole database anew (``VACUUM``) gets rid of these. Readers go on meanwhile,
writers wait: some 150 MB a second. PostgreSQL overwrites nothing by itself either: docs/howto/retention.md.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from jurande.registers.awards.models import Erasure

logger = logging.getLogger("jurande.awards")

# Under a second: nobody notices.
AT_ONCE_BYTES = 100_000_000
# Some fifteen seconds: at night, and less than writers wait (``busy_timeout``).
AT_NIGHT_BYTES = 2_000_000_000


def overwrite_freed(*, most_bytes: int) -> bool:
    """Write an SQLite database of at most this size anew, in no transaction; tell whether it was done."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        size = _number(cursor, "page_count") * _number(cursor, "page_size")
        if size > most_bytes:
            logger.warning("what was erased may be left in the gaps of a database of %d bytes: see retention.md", size)
            return False
        former = _number(cursor, "temp_store")
        # On the disk: in memory, it would take as much as the whole database.
        cursor.execute("PRAGMA temp_store=FILE")
        try:
            cursor.execute("VACUUM")
        finally:
            cursor.execute(f"PRAGMA temp_store={former}")
    return True


def erased_since(instant: datetime) -> bool:
    """Whether anything was erased from that instant on."""
    return Erasure.objects.filter(erased_at__gte=instant).exists()


def _number(cursor: CursorWrapper, pragma: str) -> int:
    cursor.execute(f"PRAGMA {pragma}")
    return int(cursor.fetchone()[0])
