# SPDX-License-Identifier: Apache-2.0
"""The credential and the keys that the tests of proofs share; all invented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jurande.core.proof import contexts
from jurande.core.proof.signer import KeySigner

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE_SIGNER = KeySigner.from_seed(bytes(range(32)))
OTHER_SIGNER = KeySigner.from_seed(bytes(range(1, 33)))
BASE = "https://seal.example"


def a_credential() -> dict[str, Any]:
    """A small Open Badges credential where every node has an IRI."""
    return {
        "@context": [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3],
        "id": f"{BASE}/c/7KQ2MZ",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": ONE_SIGNER.verification_method.partition("#")[0],
            "type": ["Profile"],
            "name": "Institut des métiers de la réparation",
        },
        "validFrom": "2026-11-22T00:00:00Z",
        "name": "Réparer un vélo à assistance électrique",
        "credentialSubject": {
            "id": "did:example:ines",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"{BASE}/a/velo",
                "type": ["Achievement"],
                "name": "Réparer un vélo à assistance électrique",
                "description": "Diagnostique, démonte et remet en état.\nSans danger.",
                "criteria": {"id": f"{BASE}/a/velo#criteria", "narrative": "Trois épreuves sur quatre."},
            },
        },
    }
