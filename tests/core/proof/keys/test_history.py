"""Which key spoke when: rotation keeps the past, a theft does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jurande.core.proof.history import AUTHENTICATION, Compromise, DatedKey, KeyHistory, KeyNotValid
from jurande.core.proof.signer import KeySigner

DID = "did:web:imr.example"
FIRST, SECOND = (KeySigner.from_seed(bytes([number]) * 32).public_key for number in (1, 2))
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
ROTATION = datetime(2026, 6, 1, tzinfo=UTC)
THEFT = datetime(2026, 9, 1, tzinfo=UTC)
SECOND_LONG = timedelta(seconds=1)
HISTORY = KeyHistory(DID, (DatedKey(f"{DID}#1", FIRST, since=BEGINNING),))
ROTATED = HISTORY.rotated(f"{DID}#2", SECOND, at=ROTATION)


def refusal_of(history: KeyHistory, address: str, at: datetime, purpose: str = "assertionMethod") -> str:
    with pytest.raises(KeyNotValid) as refusal:
        history.find(address, at=at, purpose=purpose)
    return refusal.value.code


class TestFind:
    def test_returns_the_key_within_its_life_both_ends_as_said(self) -> None:
        assert ROTATED.find(f"{DID}#1", at=BEGINNING).key == FIRST
        assert ROTATED.find(f"{DID}#1", at=ROTATION - SECOND_LONG).key == FIRST
        assert ROTATED.find(f"{DID}#2", at=ROTATION).key == SECOND

    def test_refuses_before_and_after(self) -> None:
        assert refusal_of(ROTATED, f"{DID}#1", BEGINNING - SECOND_LONG) == "key.not_yet_valid"
        assert refusal_of(ROTATED, f"{DID}#1", ROTATION) == "key.retired"
        assert refusal_of(ROTATED, f"{DID}#2", ROTATION - SECOND_LONG) == "key.not_yet_valid"

    @pytest.mark.parametrize("address", [f"{DID}#3", "", DID, f"{DID}#1/", f"{DID}#1 ", "#1", "did:web:IMR.example#1"])
    def test_refuses_an_address_that_is_not_exactly_one_of_its_own(self, address: str) -> None:
        assert refusal_of(HISTORY, address, ROTATION) == "key.not_the_issuers"

    def test_refuses_another_purpose(self) -> None:
        assert refusal_of(HISTORY, f"{DID}#1", ROTATION, AUTHENTICATION) == "key.purpose"


class TestKeyHistory:
    def test_refuses_two_keys_at_one_address(self) -> None:
        with pytest.raises(ValueError, match="share an address"):
            KeyHistory(DID, (DatedKey(f"{DID}#1", FIRST), DatedKey(f"{DID}#1", SECOND)))

    def test_rotates_without_touching_keys_already_ended(self) -> None:
        again = ROTATED.rotated(f"{DID}#3", FIRST, at=THEFT)
        assert [key.until for key in again.keys] == [ROTATION, THEFT, None]

    def test_remembers_a_theft_and_ends_the_key_there(self) -> None:
        stolen = ROTATED.condemned(f"{DID}#2", Compromise(THEFT, "imr.example/registre", 1000))
        assert stolen.find(f"{DID}#2", at=THEFT - SECOND_LONG).compromise is not None
        assert refusal_of(stolen, f"{DID}#2", THEFT) == "key.retired"
        assert stolen.find(f"{DID}#1", at=BEGINNING).compromise is None

    def test_refuses_to_condemn_an_unknown_key(self) -> None:
        with pytest.raises(KeyNotValid):
            HISTORY.condemned(f"{DID}#9", Compromise(THEFT, "imr.example/registre", 0))
