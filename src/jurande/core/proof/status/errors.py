# SPDX-License-Identifier: Apache-2.0
"""Why a status entry or a status list is refused."""

from __future__ import annotations

from jurande.core.proof.errors import ProofError


class StatusRefused(ProofError):
    """The entry or the list is malformed, or they do not belong together; ``code`` says which rule is broken."""

    code = "status.malformed"
