from __future__ import annotations

import shutil

import pytest

from jurande.config.home import Home
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import batches, projection
from jurande.registers.seal.operations.credentials import Line
from jurande.registers.seal.operations.standing import SealingStopped
from jurande.registers.seal.states import BatchState, SealState
from tests.registers.seal.conftest import LATER, NOW
from tests.registers.seal.homes import SKELETON, holder_values


class TestABatch:
    def test_is_not_done_while_nothing_may_be_signed(self, home: Home, certifier: Certifier, actor: Actor) -> None:
        """Its credentials are intended only: whoever reads «done» would hand out what does not exist yet."""
        projection.settle(now=NOW)
        batch = batches.issue_batch(
            certifier=certifier,
            kind="test",
            idempotency_key="batch",
            skeleton=SKELETON,
            lines=[Line("one", "one", holder_values(1))],
            actor=actor,
            now=NOW,
        )
        shutil.rmtree(home.path / "guard")
        with pytest.raises(SealingStopped):
            batches.run_batch(code=batch.code, clock=lambda: LATER, progress=lambda *counts: None)
        batch.refresh_from_db()
        assert batch.state == BatchState.WAITING
        assert not SealedCredential.objects.exclude(state=SealState.INTENDED).exists()
