"""The one folder where everything that is written lives, and the secrets kept in it."""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Home:
    """Where each kind of file lives under the home; nothing is written anywhere else."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "jurande.sqlite3"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def documents(self) -> Path:
        return self.path / "documents"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def public(self) -> Path:
        return self.path / "public"

    @property
    def copies(self) -> Path:
        return self.path / "copies"

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def erased(self) -> Path:
        """The codes of what was erased, to be erased again in an older backup."""
        return self.path / "erased.txt"

    @property
    def settings(self) -> Path:
        return self.path / "settings.json"

    def make(self) -> None:
        """Create the folders; the keys' one is closed to others."""
        for folder in (self.path, self.documents, self.cache, self.public):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)


def current_home() -> Home:
    return Home(Path(os.environ.get("JURANDE_HOME") or ROOT / "var").resolve())


def secret_key(home: Home) -> str:
    """Read Django's secret key, made on the first call; the file is readable by its owner only.

    Processes that start together on a new home are given the same key: whoever locks the file first writes it.
    """
    path = home.keys / "django.key"
    try:
        value = path.read_text().strip()
    except FileNotFoundError:
        value = ""
    return value or _make_secret_key(home, path)


def _make_secret_key(home: Home, path: Path) -> str:
    home.make()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        value = file.read().strip()
        if not value:
            value = secrets.token_urlsafe(64)
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        return value
