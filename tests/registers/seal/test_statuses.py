from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from jurande.core.proof.status.bitstring import read_list
from jurande.core.proof.trust import parse_trust
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import LogEntry, SealedCredential
from jurande.registers.seal.operations import checking, projection, statuses
from jurande.registers.seal.operations.standing import public_folder
from jurande.registers.seal.queries import authority_bytes
from jurande.registers.seal.states import Reason, Standing
from tests.registers.seal.conftest import LATER, NOW

Intend = Callable[..., SealedCredential]


def shown(row: SealedCredential) -> tuple[bool, bool]:
    """What the published lists say of a credential: revoked, suspended."""
    folder = public_folder() / "statuts" / row.certifier.code
    bits = [
        read_list(json.loads((folder / f"{purpose}-{row.list_number}.json").read_bytes())).bits
        for purpose in ("revocation", "suspension")
    ]
    assert sum(bit.count() for bit in bits) <= 2
    return bits[0][row.list_index], bits[1][row.list_index]


class TestChange:
    def test_is_published_with_its_entry(self, sealed: SealedCredential, actor: Actor) -> None:
        assert shown(sealed) == (False, False)
        statuses.suspend(credential=sealed, reason=Reason.INQUIRY, actor=actor, now=LATER)
        projection.settle(now=LATER)
        assert shown(sealed) == (False, True)
        statuses.restore(credential=sealed, reason=Reason.CLEARED, actor=actor, now=LATER)
        projection.settle(now=LATER)
        assert shown(sealed) == (False, False)
        statuses.suspend(credential=sealed, reason=Reason.INQUIRY, actor=actor, now=LATER)
        statuses.revoke(credential=sealed, reason=Reason.FRAUD, actor=actor, now=LATER)
        projection.settle(now=LATER)
        assert shown(sealed) == (True, False)
        kinds = list(
            LogEntry.objects.filter(kind__startswith="credential").order_by("seq").values_list("kind", flat=True)
        )
        assert [kind.partition(".")[2] for kind in kinds] == ["issued", "suspended", "restored", "suspended", "revoked"]
        assert checking.check(now=LATER).bad == 0

    def test_takes_effect_on_its_day(self, sealed: SealedCredential, actor: Actor) -> None:
        statuses.revoke(
            credential=sealed, reason=Reason.RIGHT_LOST, effective_on=date(2026, 11, 24), actor=actor, now=LATER
        )
        projection.settle(now=LATER)
        assert shown(sealed) == (False, False)
        eve = NOW.replace(day=23, hour=22, minute=59)
        projection.settle(now=eve)
        assert shown(sealed) == (False, False)
        # Midnight in Paris.
        projection.settle(now=eve + timedelta(minutes=1))
        assert shown(sealed) == (True, False)
        assert checking.check(now=eve + timedelta(minutes=1)).bad == 0

    def test_of_a_credential_not_signed_yet_comes_after_its_issuance(self, intend: Intend, actor: Actor) -> None:
        row = intend()
        statuses.revoke(credential=row, reason=Reason.MISTAKE, actor=actor, now=NOW)
        projection.settle(now=NOW)
        kinds = LogEntry.objects.filter(kind__startswith="credential").order_by("seq").values_list("kind", flat=True)
        assert list(kinds) == ["credential.issued", "credential.revoked"]
        row.refresh_from_db()
        assert row.standing == Standing.REVOKED
        assert shown(row) == (True, False)

    def test_of_what_others_rest_on_is_dated_in_the_trust_file(self, intend: Intend, actor: Actor) -> None:
        row, other = intend(kind="habilitation"), intend(2)
        projection.settle(now=NOW)
        path = public_folder() / "c" / row.certifier.code / "confiance.json"
        assert b"interruptions" not in path.read_bytes()
        statuses.suspend(credential=other, reason=Reason.INQUIRY, actor=actor, now=LATER)
        statuses.suspend(credential=row, reason=Reason.INQUIRY, actor=actor, now=LATER)
        ends = [LATER + timedelta(hours=1), LATER + timedelta(hours=2)]
        statuses.restore(credential=row, reason=Reason.CLEARED, actor=actor, now=ends[0])
        statuses.revoke(
            credential=row, reason=Reason.RIGHT_LOST, effective_on=date(2026, 11, 24), actor=actor, now=ends[1]
        )
        projection.settle(now=ends[1])
        told = next(iter(parse_trust(path.read_bytes()).issuers.values())).interruptions
        address = json.loads(authority_bytes(row.code) or b"{}")["id"]
        assert [one.credential for one in told] == [address, address]
        midnight = datetime(2026, 11, 23, 23, tzinfo=UTC)
        assert [(one.since, one.until) for one in told] == [(LATER, ends[0]), (midnight, None)]
        assert authority_bytes(other.code) is None
        assert checking.check(now=ends[1]).bad == 0

    def test_cannot_undo_a_revocation(self, sealed: SealedCredential, actor: Actor) -> None:
        statuses.revoke(credential=sealed, reason=Reason.FRAUD, actor=actor, now=LATER)
        for act in (statuses.revoke, statuses.suspend, statuses.restore):
            with pytest.raises(statuses.StatusRefused):
                act(credential=sealed, reason=Reason.CLEARED, actor=actor, now=LATER)

    def test_cannot_be_dated_back(self, sealed: SealedCredential, actor: Actor) -> None:
        with pytest.raises(statuses.StatusRefused):
            statuses.revoke(
                credential=sealed, reason=Reason.FRAUD, effective_on=date(2026, 11, 21), actor=actor, now=LATER
            )

    def test_is_not_for_another_house(self, sealed: SealedCredential) -> None:
        with pytest.raises(NotAllowed):
            statuses.revoke(
                credential=sealed, reason=Reason.FRAUD, actor=Actor(code="X", certifier_code="AUTRE"), now=LATER
            )

    def test_lists_are_signed_again_before_they_end(self, sealed: SealedCredential) -> None:
        before = projection.settle(now=NOW + timedelta(hours=23)).lists
        after = projection.settle(now=NOW + timedelta(hours=25)).lists
        assert (before, after) == (0, 2)
