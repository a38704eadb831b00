# SPDX-License-Identifier: Apache-2.0
"""The JSON-LD contexts that we know, frozen: their bytes ship with the code, and nothing else is ever served.

A context decides what each word of a signed document means, so a verifier that fetches one lets somebody else choose.
This is the one place of the core that reads files: the package's own, once, at import, each checked against the
SHA-256 written here. ``README.md`` beside this file says where each comes from and under which licence.
"""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import Final

from jurande.core.proof.errors import ProofError

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
STATUS_V1: Final = "https://www.w3.org/ns/credentials/status/v1"
EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"
UNDEFINED_TERMS_V2: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
ED25519_2020_V1: Final = "https://w3id.org/security/suites/ed25519-2020/v1"
OPEN_BADGES_3_0_1: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
OPEN_BADGES_3_0_2: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
OPEN_BADGES_3_0_3: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR_2_0_1: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

FILES: Final = {
    CREDENTIALS_V1: ("credentials-v1.json", "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8"),
    CREDENTIALS_V2: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    STATUS_V1: ("status-v1.json", "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c"),
    EXAMPLES_V2: ("examples-v2.json", "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"),
    UNDEFINED_TERMS_V2: ("undefined-terms-v2.json", "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581"),
    DATA_INTEGRITY_V2: ("data-integrity-v2.json", "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4"),
    MULTIKEY_V1: ("multikey-v1.json", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"),
    ED25519_2020_V1: ("ed25519-2020-v1.json", "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"),
    OPEN_BADGES_3_0_1: ("open-badges-3.0.1.json", "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571"),
    OPEN_BADGES_3_0_2: ("open-badges-3.0.2.json", "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53"),
    OPEN_BADGES_3_0_3: ("open-badges-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    OPEN_BADGES_EXTENSIONS: (
        "open-badges-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
    CLR_2_0_1: ("clr-2.0.1.json", "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6"),
}

_OPEN_BADGES = (OPEN_BADGES_3_0_1, OPEN_BADGES_3_0_2, OPEN_BADGES_3_0_3)

#: The exact arrays of contexts that we accept from anybody, in this order and no other (attack A1: a context added,
#: removed or moved can change what unprotected words mean under a signature that still verifies). No context with a
#: ``@vocab`` is here: it would define every word.
ACCEPTED: Final = frozenset(
    {
        (CREDENTIALS_V2,),
        *((CREDENTIALS_V2, badges) for badges in _OPEN_BADGES),
        *((CREDENTIALS_V2, badges, OPEN_BADGES_EXTENSIONS) for badges in _OPEN_BADGES),
        *((CREDENTIALS_V2, CLR_2_0_1, badges) for badges in _OPEN_BADGES),
        *((CREDENTIALS_V2, CLR_2_0_1, badges, OPEN_BADGES_EXTENSIONS) for badges in _OPEN_BADGES),
    }
)


class ContextRefused(ProofError):
    """The document names a context that we do not know, or an array of them that we do not accept."""

    code = "context.unknown"


def definition(url: str) -> dict[str, object]:
    """Return the ``@context`` of the document at ``url``; callers do not change it.

    :raises ContextRefused: any address that is not, character for character, one of ``FILES``.
    """
    try:
        return _DEFINITIONS[url]
    except KeyError:
        raise ContextRefused(f"unknown context {url[:200]!r}") from None


def _read(name: str, digest: str) -> dict[str, object]:
    octets = resources.files(__name__).joinpath(name).read_bytes()
    if hashlib.sha256(octets).hexdigest() != digest:
        raise ContextRefused(f"{name} is not the file that was shipped", code="context.damaged")
    found: dict[str, object] = json.loads(octets)["@context"]
    return found


_DEFINITIONS = {url: _read(*file) for url, file in FILES.items()}
