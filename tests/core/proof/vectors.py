# SPDX-License-Identifier: Apache-2.0
"""Where the shared test vectors are; tests that read them are skipped, with this reason, where they are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT.parent / "shared" / "data" / "vectors"

needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the shared test vectors are not beside the repository (../shared/data/vectors)"
)


def read_json(path: str) -> Any:
    return json.loads((VECTORS / path).read_bytes())


def read_text(path: str) -> str:
    """Return the text as it is: no translation of line ends."""
    return (VECTORS / path).read_bytes().decode("utf-8")
