"""The guard: what this machine remembers of the log outside of the database, so that an older copy of it is noticed.

A folder with two files: ``seal.json`` says which installation may sign here, and on which machine; ``checkpoint`` is
the last checkpoint that was signed. Backups leave it out on purpose: a restored home has no guard, and asks a human.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from jurande.core.errors import CoreError

NAME = "seal.json"
_MACHINE_ID = Path("/etc/machine-id")


class GuardDamaged(CoreError):
    """The guard is there and cannot be read."""

    code = "guard.damaged"


@dataclass(frozen=True, slots=True)
class Guard:
    """Which installation signs here, for which log, and the fingerprint of the machine and folder it signs on."""

    installation: str
    origin: str
    machine: str


def machine_fingerprint(home: Path) -> str:
    """Return what tells this home on this machine from a copy of it elsewhere, or beside: 32 hexadecimal digits.

    It is made of the machine's identifier, where the system gives one, and of the folder's place on its disk.
    """
    identifier = b""
    with suppress(OSError):
        identifier = _MACHINE_ID.read_bytes().strip()
    return sha256(identifier + b"\n" + str(home.stat().st_ino).encode()).hexdigest()[:32]


def read_guard(folder: Path) -> Guard | None:
    """Return the guard, None when there is none.

    :raises GuardDamaged: a file that is not a guard.
    """
    try:
        found = json.loads((folder / NAME).read_bytes())
        return Guard(str(found["installation"]), str(found["origin"]), str(found["machine"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GuardDamaged(type(error).__name__) from error


def write_guard(folder: Path, guard: Guard) -> None:
    """Write the guard; afterwards it is the old one or the new one, even after a power cut.

    :raises OSError: the disk refuses.
    """
    write_durably(folder / NAME, json.dumps(asdict(guard), indent=1).encode() + b"\n", mode=0o600)


def write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file by ``content``, durably: written beside, flushed, renamed, its folder flushed.

    :raises OSError: the disk refuses; the former file is still there, or the new one.
    """
    _make(path.parent)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    temporary.replace(path)
    _flush(path.parent)


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush(folder.parent)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
