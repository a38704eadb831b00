"""A home of its own for each test, a certifier with a key, and a short way to issue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from jurande.config.home import Home
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import credentials, keys, projection
from jurande.registers.seal.policies import MACHINE
from tests import factories
from tests.registers.seal.homes import SKELETON, holder_values, own_home

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path) -> Home:
    """A home with the keyring of the session's, and a public address."""
    return own_home(settings, tmp_path / "home")


@pytest.fixture
def certifier(home: Home, db: None) -> Certifier:
    """A certifier that has a key."""
    made = factories.certifier()
    keys.create_key(certifier=made, actor=MACHINE, now=NOW)
    return made


@pytest.fixture
def actor(certifier: Certifier) -> Actor:
    """Somebody of that certifier."""
    return Actor(code="ANNESOPHIE", certifier_code=certifier.code)


@pytest.fixture
def intend(certifier: Certifier, actor: Actor) -> Callable[..., SealedCredential]:
    """Intend the credential number ``n``."""

    def intended(n: int = 1, *, now: datetime = NOW, **changed: Any) -> SealedCredential:
        asked: dict[str, Any] = {
            "certifier": certifier,
            "kind": "test",
            "business_key": f"session-1:{n}",
            "idempotency_key": f"request-{n}",
            "skeleton": SKELETON,
            "values": holder_values(n),
            "subject": "INES",
            "actor": actor,
            "now": now,
        }
        return credentials.issue(**{**asked, **changed})

    return intended


@pytest.fixture
def sealed(intend: Callable[..., SealedCredential]) -> SealedCredential:
    """A credential that is sealed and published."""
    row = intend()
    assert projection.settle(now=NOW).stop is None
    row.refresh_from_db()
    return row
