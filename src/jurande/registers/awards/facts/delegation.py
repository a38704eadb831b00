"""What is signed of a partner that issues in the certifier's name: its profile, and its habilitation, bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from jurande.core.proof.verification.authority import VC_MEDIA_TYPE, digest_sri
from jurande.registers.network.models import Habilitation
from jurande.registers.network.operations.habilitations.credentials import PAGE_PATH
from jurande.registers.seal.facts import credential_url


@dataclass(frozen=True)
class Authority:
    """Members of a skeleton: ``source`` goes in the subject, ``related`` is its ``relatedResource``."""

    source: dict[str, Any]
    related: list[dict[str, Any]]


def authority_in(habilitation: Habilitation) -> Authority | None:
    """Return what a credential issued under this habilitation holds of it; None until its own is sealed.

    The profile has the identifier that the habilitation's credential is about; the digest is that of its published
    bytes, which the public address of the credential serves for ever.
    """
    credential = habilitation.credential
    if credential is None or credential.signed is None:
        return None
    site = habilitation.partnership.site
    page = settings.PUBLIC_URL + PAGE_PATH.format(code=habilitation.code)
    return Authority(
        source={
            "id": f"{page}#organisme",
            "type": ["Profile"],
            "name": habilitation.partnership.name,
            "url": page,
            "otherIdentifier": [
                {"type": "IdentifierEntry", "identifier": site.siret, "identifierType": "identifier"},
            ],
        },
        related=[
            {
                "id": credential_url(settings.PUBLIC_URL, credential.code),
                "mediaType": VC_MEDIA_TYPE,
                "digestSRI": digest_sri(credential.signed.encode()),
            }
        ],
    )
