"""Two tabs of one holder: what is shared, erased, joined or closed together leaves nothing half done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import AwardClaim, Share, ShareItem
from jurande.registers.awards.operations import closing, erasing
from jurande.registers.awards.operations.shares import Shown, create_share
from jurande.registers.parties.operations.merging import merge_spaces
from jurande.registers.seal.operations import projection
from tests import factories
from tests.registers.awards import claims, held
from tests.registers.awards.held import acting
from tests.registers.awards.proved import NOW
from tests.registers.awards.test_corrections_at_once import outcome
from tests.registers.seal.homes import own_home
from tests.threads import at_once


@pytest.fixture(autouse=True)
def _own(shared_rows: None, settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def test_what_is_erased_is_in_no_link_made_meanwhile() -> None:
    person = factories.holder()
    award, actor = held.held(person), acting(person)
    projection.settle(now=NOW, wait_seconds=5)

    def share() -> object:
        return create_share(awards=[award], shown=Shown(), title="Moi", actor=actor, now=NOW)

    def erase() -> object:
        return erasing.erase_award(award=award, actor=actor, now=NOW)

    found = at_once(*[lambda: ("share", outcome(share))] * 2, lambda: ("erase", outcome(erase)))
    assert ("erase", "done") in found
    assert not ShareItem.objects.exists()
    assert not Share.objects.filter(withdrawn_at=None).exists()
    assert {share.title for share in Share.objects.all()} <= {""}


def test_a_space_that_is_closed_keeps_neither_link_nor_claim() -> None:
    person = factories.holder()
    award, actor = held.held(person), acting(person)
    projection.settle(now=NOW, wait_seconds=5)
    opening = claims.opened(award.certifier)

    def share() -> object:
        return create_share(awards=[award], shown=Shown(), title="Moi", actor=actor, now=NOW)

    def close() -> object:
        return closing.close_space(person=person, actor=actor, now=NOW)

    def claim() -> object:
        return claims.submitted(opening, person)

    found = at_once(
        lambda: ("share", outcome(share)), lambda: ("close", outcome(close)), lambda: ("claim", outcome(claim))
    )
    assert ("close", "done") in found
    assert not Share.objects.exclude(title="").exists()
    assert not Share.objects.filter(withdrawn_at=None).exists()
    assert {claim.statement for claim in AwardClaim.objects.all()} <= {""}


def test_a_link_made_while_two_spaces_join_follows_or_is_refused() -> None:
    kept, other = factories.holder(), factories.holder()
    award = held.held(other)

    def share() -> object:
        return create_share(awards=[award], shown=Shown(), actor=acting(other), now=NOW)

    def join() -> object:
        return merge_spaces(kept=kept, closed=other, email=other.email, actor=acting(kept), now=NOW)

    found = at_once(lambda: ("share", outcome(share)), lambda: ("join", outcome(join)))
    assert ("join", "done") in found
    assert Share.objects.filter(holder=kept).count() == (("share", "done") in found)
    assert not Share.objects.filter(holder=other).exists()
