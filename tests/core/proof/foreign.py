# SPDX-License-Identifier: Apache-2.0
"""Other people's programs, set up to read the same frozen contexts as ours."""

from __future__ import annotations

from typing import Any

from pyld import jsonld

from jurande.core.proof import contexts

_ESCAPES = {"\b": "\\b", "\f": "\\f", **{chr(code): f"\\u{code:04X}" for code in (*range(8), 0xB, *range(14, 32), 127)}}


def load(url: str, options: object = None) -> dict[str, Any]:
    """A PyLD document loader that serves what we serve."""
    document = {"@context": contexts.definition(url)}
    return {"contextUrl": None, "documentUrl": url, "document": document, "tag": "static"}


def pyld_canonical(document: dict[str, Any]) -> str:
    """PyLD's canonical form, its control characters escaped as the specification wants (it leaves them raw)."""
    options = {"documentLoader": load, "format": "application/n-quads", "algorithm": "URDNA2015"}
    text: str = jsonld.normalize(document, options)
    return text.translate(str.maketrans(_ESCAPES))
