from __future__ import annotations

from collections.abc import Callable

import pytest

from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.credentials import IssueRefused
from jurande.registers.seal.states import SealState
from tests.registers.seal.conftest import NOW

Intend = Callable[..., SealedCredential]


class TestIssue:
    def test_seals_what_was_intended_at_the_next_settling(self, intend: Intend) -> None:
        row = intend()
        assert row.state == SealState.INTENDED
        settled = projection.settle(now=NOW)
        row.refresh_from_db()
        assert settled.stop is None
        assert row.state == SealState.SEALED
        assert LogEntry.objects.filter(row_code=row.code).count() == 1

    def test_gives_the_same_row_to_the_same_request(self, intend: Intend) -> None:
        assert intend().pk == intend().pk

    def test_refuses_another_request_under_the_same_key(self, intend: Intend) -> None:
        intend()
        with pytest.raises(IssueRefused) as refused:
            intend(values={"holder": "00000000-0000-0000-0000-000000000002", "name": "Malo"})
        assert refused.value.code == "idempotency"
