from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.trust import parse_trust
from jurande.core.proof.verification import verify
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import queries
from jurande.registers.seal.models import SealedCredential, SealLog
from jurande.registers.seal.operations import checking, keys, projection
from jurande.registers.seal.operations.standing import public_folder
from jurande.registers.seal.policies import MACHINE
from tests.registers.seal.conftest import LATER, NOW
from tests.registers.seal.homes import PUBLIC_URL

Intend = Callable[..., SealedCredential]


def verified(row: SealedCredential, *, now: datetime, with_proof: bool = False) -> bool:
    """Whether others, with nothing but public files, find the credential valid."""
    row.refresh_from_db()
    folder = public_folder()
    lists = {
        f"{PUBLIC_URL}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in (folder / "statuts").rglob("*.json")
    }
    trust = parse_trust((folder / "c" / row.certifier.code / "confiance.json").read_bytes())
    proof = queries.log_proof_of(row) if with_proof else None
    try:
        verify(queries.signed_bytes(row) or b"", trust=trust, now=now, status_lists=lists, log_proof=proof)
    except (VerificationError, Undecided):
        return False
    return True


class TestRotate:
    def test_keeps_what_the_former_key_signed(
        self, certifier: Certifier, sealed: SealedCredential, intend: Intend
    ) -> None:
        waiting = intend(2)
        former, key = sealed.key, keys.rotate_key(certifier=certifier, actor=MACHINE, now=LATER)
        new = intend(3, now=LATER)
        projection.settle(now=LATER)
        assert (waiting.key_id, new.key_id) == (former.pk, key.pk)
        assert all(verified(row, now=LATER) for row in (sealed, waiting, new))
        document = json.loads((public_folder() / "c" / certifier.code / "did.json").read_bytes())
        assert document["assertionMethod"] == [former.method, key.method]
        assert checking.check(now=LATER).bad == 0

    def test_is_for_operators(self, certifier: Certifier, actor: Actor) -> None:
        with pytest.raises(NotAllowed):
            keys.rotate_key(certifier=certifier, actor=actor, now=LATER)

    def test_in_the_second_of_an_issue_condemns_nothing(self, certifier: Certifier, intend: Intend) -> None:
        before = intend(1, now=NOW.replace(microsecond=1))
        keys.rotate_key(certifier=certifier, actor=MACHINE, now=NOW.replace(microsecond=2))
        after = intend(2, now=NOW.replace(microsecond=3))
        projection.settle(now=NOW.replace(microsecond=4))
        assert verified(before, now=LATER)
        assert verified(after, now=LATER)


class TestCondemn:
    def test_leaves_only_what_the_log_had_before_the_theft(
        self, certifier: Certifier, sealed: SealedCredential, intend: Intend
    ) -> None:
        size = SealLog.objects.get().signed_size
        stolen_at = NOW + timedelta(seconds=30)
        after = intend(2, now=NOW + timedelta(seconds=10))
        projection.settle(now=NOW + timedelta(seconds=20))
        waiting = intend(3, now=NOW + timedelta(seconds=25))
        successor = keys.condemn_key(
            key=sealed.key, stolen_at=stolen_at, log_size=size, actor=MACHINE, now=NOW + timedelta(seconds=40)
        )
        projection.settle(now=LATER)
        assert verified(sealed, now=LATER, with_proof=True)
        assert not verified(after, now=LATER, with_proof=True)
        assert verified(waiting, now=LATER)
        assert waiting.key_id == successor.pk
        assert checking.check(now=LATER).bad == 0

    def test_wants_a_checkpoint_that_was_signed(self, sealed: SealedCredential) -> None:
        with pytest.raises(keys.KeyRefused):
            keys.condemn_key(key=sealed.key, stolen_at=NOW, log_size=99, actor=MACHINE, now=LATER)


class TestCreate:
    def test_refuses_a_second_first_key(self, certifier: Certifier) -> None:
        with pytest.raises(keys.KeyRefused):
            keys.create_key(certifier=certifier, actor=MACHINE, now=LATER)
