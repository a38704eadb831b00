"""Two tabs, two desks: what is pressed together on rows that are really committed happens once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.operations import answering
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed
from tests.factories import NOW
from tests.registers.awards import claims, corrections
from tests.registers.seal.homes import own_home
from tests.threads import at_once


@pytest.fixture(autouse=True)
def _own(shared_rows: None, settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except (Refused, NotAllowed):
        return "refused"
    return "done"


def test_two_tabs_ask_once() -> None:
    award = corrections.received()
    found = at_once(*[lambda: outcome(lambda: corrections.asked(award))] * 2)
    assert sorted(found) == ["done", "refused"]
    assert Correction.objects.count() == 1


def test_two_people_answer_once() -> None:
    asked = corrections.asked()
    house = asked.award.certifier
    first, second = claims.issuer(house), claims.issuer(house)

    def accept() -> object:
        return answering.accept_correction(correction=asked, actor=first, now=NOW)

    def refuse() -> object:
        return answering.refuse_correction(correction=asked, reason="Non.", actor=second, now=NOW)

    found = at_once(lambda: outcome(accept), lambda: outcome(refuse), lambda: outcome(accept))
    assert sorted(found) == ["done", "refused", "refused"]
    assert Award.objects.filter(replaces=asked.award).count() == (Correction.objects.get().made is not None)


def test_asking_again_while_it_is_answered_waits_for_neither() -> None:
    asked = corrections.asked()
    by = claims.issuer(asked.award.certifier)

    def accept() -> object:
        return answering.accept_correction(correction=asked, actor=by, now=NOW)

    found = at_once(lambda: outcome(accept), lambda: outcome(lambda: corrections.asked(asked.award)))
    assert sorted(found) == ["done", "refused"]
