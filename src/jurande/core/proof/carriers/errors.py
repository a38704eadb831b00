# SPDX-License-Identifier: Apache-2.0
"""Why a file does not carry one credential, and what is too large to look at."""

from __future__ import annotations

from jurande.core.proof.errors import ProofError

MOST_IMAGE_BYTES = 20 * 1024 * 1024
MOST_CREDENTIAL_BYTES = 4 * 1024 * 1024


class CarrierRefused(ProofError):
    """The file is damaged, too large, or carries no credential, or several; ``code`` says which."""

    code = "carrier.malformed"
