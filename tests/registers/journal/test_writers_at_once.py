"""Several processes that write in the journal at the same time, on a real database."""

from __future__ import annotations

import json

from tests.registers.common.conftest import Installation, installation, migrated

__all__ = ["installation", "migrated"]

WRITER = """
import sys
from datetime import UTC, datetime
from django.db import transaction
from jurande.registers.journal.operations import record
for number in range(40):
    with transaction.atomic():
        for chain in ("C1", "installation") if number % 4 == 0 else ("C1",):
            record(chain=chain, actor_code=sys.argv[1], action="parties.role.given", subject_kind="person",
                   subject_code=f"P{number}", now=datetime.now(UTC))
        # One act in five is undone: it must leave neither an entry nor a gap.
        transaction.set_rollback(number % 5 == 4)
"""


class TestRecord:
    def test_leaves_no_gap_and_no_fork_between_writers(self, installation: Installation) -> None:
        code = f"import django; django.setup()\n{WRITER}"
        writers = [installation.popen("-c", code, f"A{number}") for number in range(3)]
        for writer in writers:
            _, errors = writer.communicate(timeout=60)
            assert writer.returncode == 0, errors.decode()
        answer = json.loads(installation.run("-m", "django", "check-journal", "--json"))
        assert answer["ok"]
        assert {chain["chain"]: chain["entries"] for chain in answer["chains"]} == {"C1": 96, "installation": 24}
