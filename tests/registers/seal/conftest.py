"""A home of its own for each test, a certifier with a key, and a short way to issue."""

from __future__ import annotations

import shutil
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

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
PUBLIC_URL = "https://jurande.example.fr"
SKELETON: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Réparer un vélo",
    "issuer": {"type": ["Profile"], "name": "Institut des métiers de la réparation"},
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "id": "urn:uuid:((holder))",
        "name": "{{name}}",
        "achievement": {
            "id": "https://imr.example/a/velo",
            "type": ["Achievement"],
            "name": "Réparer un vélo",
            "description": "Remet en état un vélo de ville.",
            "criteria": {"id": "https://imr.example/a/velo#criteria", "narrative": "Épreuve pratique."},
        },
    },
}


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path) -> Home:
    """A home with the keyring of the session's, and a public address."""
    own = Home(tmp_path / "home")
    own.make()
    shutil.copy2(settings.HOME.keys / "fields.key", own.keys / "fields.key")
    settings.HOME = own
    settings.PUBLIC_URL = PUBLIC_URL
    settings.PUBLIC_URL_IS_SET = True
    return own


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
            "values": {"holder": f"00000000-0000-0000-0000-{n:012}", "name": f"Inès Carvalho {n}"},
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
