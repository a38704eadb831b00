"""Lines that many processes add at once, and that one reads later: counting without touching the database.

A file holds the lines of five minutes and is named after them. Whoever reads takes only files that nobody adds to any
more; it forgets them once what they say is kept. Each line is one write, which the system does not mix with another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

SLOT = timedelta(minutes=5)
# A process that took the name of its file just before the end of the slot may still be writing to it.
GRACE = timedelta(minutes=2)
LARGEST_FILE_BYTES = 4 * 1024 * 1024
LONGEST_LINE_BYTES = 400
_NAME = re.compile(r"[0-9]{8}T[0-9]{4}\.txt", re.ASCII)


def add_line(folder: Path, line: str, *, now: datetime) -> bool:
    """Add one line to the file of this instant; tell whether it was: a disk that refuses or a full file loses it.

    :raises ValueError: a line with an end of line inside, empty, or too long.
    """
    octets = line.encode()
    if not octets or b"\n" in octets or len(octets) > LONGEST_LINE_BYTES:
        raise ValueError("one short line")
    slot = int(now.timestamp()) // int(SLOT.total_seconds()) * int(SLOT.total_seconds())
    path = folder / f"{datetime.fromtimestamp(slot, UTC):%Y%m%dT%H%M}.txt"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        if os.fstat(descriptor).st_size >= LARGEST_FILE_BYTES:
            return False
        return os.write(descriptor, octets + b"\n") == len(octets) + 1
    except OSError:
        return False
    finally:
        os.close(descriptor)


def finished_files(folder: Path, *, now: datetime) -> Iterator[tuple[str, list[str]]]:
    """Yield each file that nobody adds to any more, oldest first: its name, its whole lines."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if _NAME.fullmatch(entry.name))
    except FileNotFoundError:
        return
    for name in names:
        try:
            began = datetime.strptime(name, "%Y%m%dT%H%M.txt").replace(tzinfo=UTC)
        except ValueError:
            continue
        if began + SLOT + GRACE > now:
            return
        content = (folder / name).read_bytes()[: 2 * LARGEST_FILE_BYTES]
        whole = content[: content.rfind(b"\n") + 1]
        yield name, [line.decode("utf-8", "replace") for line in whole.split(b"\n") if line]


def forget_file(folder: Path, name: str) -> None:
    """Remove a file that was read."""
    with suppress(FileNotFoundError):
        (folder / name).unlink()
