"""The one HTML file that verifies a credential from disk, with the network off: bundled once, kept here, checksummed.

Its sources are in ``verifier/`` at the root of the project; ``npm ci && npm run build`` there writes ``verifier.html``,
its SHA-256 and the licences of what it holds again, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LICENCES = FOLDER / "LICENCES.txt"
_PLACE = b'<script type="application/json" id="dossier">null</script>'


class VerifierDamaged(Exception):
    """The bundled file is not the one that was checked in."""


@cache
def blank() -> bytes:
    """Return the verifier as it was built: it knows nobody, and waits for files.

    :raises VerifierDamaged: its bytes are not those of the checksum beside it.
    """
    octets = (FOLDER / "verifier.html").read_bytes()
    expected = (FOLDER / "verifier.html.sha256").read_text().split()[0]
    if hashlib.sha256(octets).hexdigest() != expected or octets.count(_PLACE) != 1:
        raise VerifierDamaged(f"verifier.html is not {expected}")
    return octets


def verifier(
    *,
    trust: bytes | None = None,
    credential: bytes | None = None,
    habilitations: Sequence[bytes] = (),
    lists: Sequence[bytes] = (),
    proof: bytes | None = None,
) -> bytes:
    """Return the verifier with what it needs inside: the keys of a certifier, and a credential with its evidence.

    Each is the bytes of the file that the application serves; what is absent will be asked of whoever opens the page.
    """
    inside = {
        "trust": _text(trust),
        "credential": _text(credential),
        "habilitations": [octets.decode() for octets in habilitations],
        "lists": [octets.decode() for octets in lists],
        "proof": _text(proof),
    }
    # A data block ends at «</script»: no «<» is left in it, and JSON writes it another way.
    written = json.dumps(inside, ensure_ascii=False).replace("<", "\\u003c").encode()
    return blank().replace(_PLACE, _PLACE.replace(b"null", written))


def _text(octets: bytes | None) -> str | None:
    return None if octets is None else octets.decode()
