from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.operations import checking, projection
from jurande.registers.seal.operations.credentials import IssueRefused, Line, intend_many
from jurande.registers.seal.states import SealState
from tests.registers.seal.conftest import NOW
from tests.registers.seal.homes import SKELETON, holder_values

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


class TestIntendingMany:
    def test_gives_each_line_its_row_or_why_it_has_none(
        self, certifier: Certifier, actor: Actor, intend: Intend
    ) -> None:
        earlier = intend(1)
        lines = [_line(1, business="session-1:1"), _line(2), _line(3, name="une\x07cloche"), _line(4)]
        outcome = _many(certifier, actor, lines)
        assert [one.code if isinstance(one, IssueRefused) else one.state for one in outcome] == [
            "business_key",
            SealState.INTENDED,
            "text.control",
            SealState.INTENDED,
        ]
        assert projection.settle(now=NOW).credentials == 3
        assert SealedCredential.objects.filter(state=SealState.SEALED).count() == 3
        assert earlier.pk not in {one.pk for one in outcome if isinstance(one, SealedCredential)}
        assert checking.check(now=NOW).bad == 0

    def test_gives_the_same_rows_to_the_same_request(self, certifier: Certifier, actor: Actor) -> None:
        once = _many(certifier, actor, [_line(1), _line(2)])
        again = _many(certifier, actor, [_line(1), _line(2), _line(2, business="autre", name="Malo")])
        assert again[:2] == once
        assert isinstance(again[2], IssueRefused)
        assert again[2].code == "idempotency"
        assert SealedCredential.objects.count() == 2

    def test_is_for_ones_own_house(self, certifier: Certifier) -> None:
        with pytest.raises(NotAllowed):
            _many(certifier, Actor(code="X", certifier_code="AUTRE"), [_line(1)])


def _line(n: int, *, business: str = "", name: str = "Inès") -> Line:
    return Line(business or f"lot:{n}", f"lot:{n}", holder_values(n) | {"name": name})


def _many(certifier: Certifier, actor: Actor, lines: list[Line]) -> list[SealedCredential | IssueRefused]:
    return intend_many(certifier=certifier, kind="test", skeleton=SKELETON, lines=lines, actor=actor, now=NOW)
