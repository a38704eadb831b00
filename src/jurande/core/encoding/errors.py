# SPDX-License-Identifier: Apache-2.0
"""Why a text or some bytes are not a well-formed encoding of anything."""

from __future__ import annotations

from jurande.core.errors import CoreError


class EncodingError(CoreError):
    """The input is not the one encoding we accept; ``code`` says which rule it breaks."""

    code = "encoding.malformed"
