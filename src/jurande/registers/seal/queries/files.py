"""The public files as they are on the disk: what any static server could give without us."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from jurande.core.log.errors import Unavailable
from jurande.integrations.log_files import DirectoryLog
from jurande.registers.seal.states import CERTIFIERS, LOG, STATUSES

_CODE = "[0-9A-Z]{1,16}"
_PUBLIC = re.compile(
    rf"{STATUSES}/{_CODE}/(?:revocation|suspension)-[1-9][0-9]{{0,8}}\.json"
    rf"|{CERTIFIERS}/{_CODE}/(?:did|confiance)\.json",
    re.ASCII,
)


def log_file(path: str) -> bytes | None:
    """Return a file of the log, None when its path is not one of a log or it is not there."""
    try:
        return DirectoryLog(_public() / LOG).read(path)
    except Unavailable:
        return None


def public_file(path: str) -> bytes | None:
    """Return a status list or a document of keys, by its path below the public folder; None for anything else."""
    if not _PUBLIC.fullmatch(path):
        return None
    try:
        return (_public() / path).read_bytes()
    except OSError:
        return None


def _public() -> Path:
    folder: Path = settings.HOME.public
    return folder
