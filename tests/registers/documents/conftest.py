from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jurande.config.home import Home


@pytest.fixture
def own_store(tmp_path: Path, settings: Any) -> Path:
    """A folder of documents for this test alone; the keys stay those of the session."""

    class HomeOfTest(Home):
        @property
        def documents(self) -> Path:
            return tmp_path / "documents"

    settings.HOME = HomeOfTest(settings.HOME.path)
    return tmp_path / "documents"
