from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.catalogue.operations.importing import FileRead, read_delivery, receive_in_place
from tests.exports import Fiche, export

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
D1, D2, D3 = date(2026, 8, 16), date(2026, 8, 17), date(2026, 8, 18)

# Reads the given fiches, or bytes, as an export of that day.
Import = Callable[..., FileRead]


@pytest.fixture
def importing(db: None, tmp_path: Path, settings: Any) -> Import:
    settings.JURANDE_IMPORTS = tmp_path / "imports"

    def read(day: date, *fiches: Fiche, content: bytes = b"", name: str = "export_fiches_RNCP_V4_1_{}.xml") -> FileRead:
        path = tmp_path / name.format(day)
        path.write_bytes(content or export(*fiches))
        delivery = receive_in_place(path, published_on=None, now=NOW)
        (found,) = read_delivery(delivery, path, report=lambda done, total: None, now=NOW)
        return found

    return read
