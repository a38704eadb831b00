"""Several who issue at once, on rows that are really committed: nothing doubled, nothing lost, no two roots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import LogEntry, SealedCredential, SealLog, SignedCheckpoint
from jurande.registers.seal.operations import checking, credentials, keys, projection
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import SealState
from tests import factories
from tests.registers.seal.conftest import NOW
from tests.registers.seal.homes import SKELETON, holder_values, own_home
from tests.threads import at_once

WRITERS = 6


@pytest.fixture
def issue(shared_rows: None, settings: Any, tmp_path: Path) -> Callable[[int, int], str]:
    own_home(settings, tmp_path / "home")
    certifier = factories.certifier()
    keys.create_key(certifier=certifier, actor=MACHINE, now=NOW)
    actor = Actor(code="ANNESOPHIE", certifier_code=certifier.code)

    def issued(business: int, request: int) -> str:
        row = credentials.issue(
            certifier=certifier,
            kind="test",
            business_key=f"b:{business}",
            idempotency_key=f"r:{request}",
            skeleton=SKELETON,
            values=holder_values(business),
            actor=actor,
            now=NOW,
        )
        projection.settle(now=NOW)
        row.refresh_from_db()
        assert row.state == SealState.SEALED
        code: str = row.code
        return code

    return issued


def test_one_request_made_by_all_gives_one_credential(issue: Callable[[int, int], str]) -> None:
    codes = at_once(*[lambda: issue(1, 1)] * WRITERS)
    assert len(set(codes)) == 1
    assert SealedCredential.objects.count() == 1


def test_requests_of_all_give_each_theirs(issue: Callable[[int, int], str]) -> None:
    def several(writer: int) -> list[str]:
        return [issue(10 * writer + n, 10 * writer + n) for n in range(4)]

    codes = [code for found in at_once(*[partial(several, writer) for writer in range(WRITERS)]) for code in found]
    assert len(set(codes)) == 4 * WRITERS
    seqs = list(LogEntry.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(4 * WRITERS + 1))
    sizes = list(SignedCheckpoint.objects.order_by("size").values_list("size", flat=True))
    assert len(set(sizes)) == len(sizes)
    assert SealLog.objects.get().signed_size == 4 * WRITERS + 1
    assert checking.check(now=NOW).bad == 0
