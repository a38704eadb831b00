from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.operations import checking, projection
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

    def test_signs_what_was_intended_on_the_clock_of_paris(self, intend: Intend) -> None:
        paris = NOW.astimezone(ZoneInfo("Europe/Paris"))
        row = intend(now=paris, valid_until=paris.replace(year=2029))
        assert projection.settle(now=paris).credentials == 1
        row.refresh_from_db()
        assert '"validFrom":"2026-11-22T09:30:00Z"' in (row.signed or "")
        assert checking.check(now=paris).bad == 0
