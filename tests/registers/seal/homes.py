"""A home for what is sealed, apart from the session's: its guard must not outlive the rows of one test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from jurande.config.home import Home
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import credentials, keys, projection
from jurande.registers.seal.policies import MACHINE
from tests import factories

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


def own_home(settings: Any, folder: Path) -> Home:
    """Make a home with the keyring of the session's and a public address, and use it."""
    own = Home(folder)
    own.make()
    shutil.copy2(settings.HOME.keys / "fields.key", own.keys / "fields.key")
    settings.HOME = own
    settings.PUBLIC_URL = PUBLIC_URL
    settings.PUBLIC_URL_IS_SET = True
    return own


def holder_values(n: int) -> dict[str, str]:
    """What fills the skeleton for the credential number ``n``."""
    return {"holder": f"00000000-0000-0000-0000-{n:012}", "name": f"Inès Carvalho {n}"}


def one_published(certifier: Certifier) -> SealedCredential:
    """A credential of this certifier, sealed and published, with the certifier's first key."""
    now = factories.NOW
    keys.create_key(certifier=certifier, actor=MACHINE, now=now)
    row = credentials.issue(
        certifier=certifier,
        kind="test",
        business_key="session-1:1",
        idempotency_key="request-1",
        skeleton=SKELETON,
        values=holder_values(1),
        actor=Actor(code="ANNESOPHIE", certifier_code=certifier.code),
        now=now,
    )
    projection.settle(now=now)
    row.refresh_from_db()
    return row


def public_addresses(certifier: Certifier) -> dict[str, list[str]]:
    """What goes in the path of each public address of the seal, for a certifier that has one credential published."""
    row = one_published(certifier)
    return {
        "public:log": ["checkpoint"],
        "public:statuses": [certifier.code, "revocation-1.json"],
        "public:keys": [certifier.code],
        "public:trust": [certifier.code],
        "public:proof": [row.code],
    }
