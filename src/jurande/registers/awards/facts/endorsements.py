"""What is signed of an endorsement: an Open Badges 3.0 EndorsementCredential, sealed by the certifier as received."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from jurande.core.proof.contexts import CREDENTIALS_V2, OPEN_BADGES_3_0_3
from jurande.registers.awards.models import Endorsement
from jurande.registers.catalogue.models import Referentiel

KIND = "endorsement"


def skeleton_of(endorsement: Endorsement) -> dict[str, Any]:
    """The document, with markers: the certifier signs that this body said this."""
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3_0_3],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "{{name}}",
        "description": "{{who}}",
        "issuer": {"type": ["Profile"], "name": endorsement.certifier.name},
        "credentialSubject": {
            "id": "((achievement))",
            "type": ["EndorsementSubject"],
            "endorsementComment": "{{comment}}",
        },
    }


def values_of(endorsement: Endorsement, version: Referentiel) -> dict[str, str]:
    """Who says what, about which version of the certification: the address is that of the achievement in awards."""
    who = ", ".join(part for part in (endorsement.signer_name, endorsement.signer_quality) if part)
    body = endorsement.body_name
    if endorsement.body_siret:
        body += f" (SIRET {endorsement.body_siret})"
    return {
        "achievement": f"{settings.PUBLIC_URL}/c/{endorsement.certifier.code}/certifications/{version.code}",
        "name": f"Avis de {endorsement.body_name}",
        "who": f"Avis donné par {who}, pour {body}, recueilli et scellé par {endorsement.certifier.name}.",
        "comment": " ".join(endorsement.text.split()),
    }
