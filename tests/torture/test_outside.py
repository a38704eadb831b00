from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benches._open_badge import sample
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from torture.seal.outside import Ledger, Published, Recovered, Row, judge

from jurande.core.encoding import jcs
from jurande.core.log.edge import EMPTY
from jurande.core.log.notes import verifier_key
from jurande.core.log.signing import next_checkpoint
from jurande.core.proof.commitment import Opening, committed_bytes, issuance_entry
from jurande.core.proof.data_integrity import ProofOptions, add_proof
from jurande.core.proof.did import did_document, web_method
from jurande.core.proof.history import DatedKey, KeyHistory
from jurande.core.proof.signer import KeySigner
from jurande.integrations.log_files import DirectoryLog, extend, write_checkpoint

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
DID = "did:web:exemple.fr:c:ABCDEFGH"
LOG_SECRET = Ed25519PrivateKey.from_private_bytes(bytes(32))
LOG_KEY = verifier_key("exemple.fr/registre", LOG_SECRET.public_key().public_bytes_raw())
PUBLIC = KeySigner.from_seed(b"\x01" * 32).public_key
SIGNER = KeySigner.from_seed(b"\x01" * 32, web_method(DID, PUBLIC))


def row(number: int) -> Row:
    document = {**sample().to_json(), "id": f"https://exemple.fr/a/{number}"}
    signed = add_proof(document, signer=SIGNER, options=ProofOptions(created=NOW))
    octets = jcs.canonical_bytes(signed).decode()
    salt = bytes([number]) * 32
    return Row(
        f"k{number}", f"b{number}", f"C{number}", "sealed", octets, f"entry-{number}", salt.hex(), number, (), "valid"
    )


def publish(folder: Path, rows: list[Row]) -> Published:
    """The public files of these credentials, as the application lays them out."""
    entries = [
        issuance_entry(committed_bytes(json.loads(row.signed)), Opening(row.entry_id, bytes.fromhex(row.salt)))
        for row in rows
    ]
    extend(folder / "registre", EMPTY, entries)
    log = DirectoryLog(folder / "registre")
    note = next_checkpoint(
        key=LOG_KEY,
        sign=LOG_SECRET.sign,
        last=None,
        seen=[],
        size=len(entries),
        entries=lambda start, stop: entries[start:stop],
        read=log.read,
    )
    write_checkpoint(folder / "registre", note.octets)
    (folder / "c/ABCDEFGH").mkdir(parents=True)
    history = KeyHistory(DID, (DatedKey(SIGNER.verification_method, PUBLIC, since=NOW),))
    (folder / "c/ABCDEFGH/did.json").write_text(json.dumps(did_document(history)))
    return Published(folder, LOG_KEY)


ROWS = [row(number) for number in range(3)]


class TestTheJudgement:
    """A judge that could not see a loss would be worth nothing."""

    @pytest.fixture
    def published(self, tmp_path: Path) -> Published:
        return publish(tmp_path, ROWS)

    @pytest.fixture
    def ledger(self, published: Published) -> Ledger:
        """Two credentials acknowledged as sealed, and all that was signed for the three."""
        ledger = Ledger()
        for row in ROWS[:2]:
            ledger.note({"intended": row.key, "code": row.code})
            ledger.note({"sealed": row.code, "digest": row.digest})
        for row in ROWS:
            ledger.note({"signature": json.loads(row.signed)["proof"][0]["proofValue"]})
        return ledger

    @pytest.fixture
    def found(self) -> Recovered:
        return Recovered(tuple(ROWS), bad=0, faults=())

    def test_accepts_what_is_all_there(self, ledger: Ledger, found: Recovered, published: Published) -> None:
        assert judge(ledger, found, published) == []
        assert ledger.verified == {"C0", "C1", "C2"}

    @pytest.mark.parametrize(
        "rows, fault",
        [
            (ROWS[1:], "acknowledged and lost: k0"),
            ([*ROWS, replace(ROWS[0], code="C9", seq=9)], "2 credentials for key k0"),
            ([*ROWS, replace(ROWS[2], key="other")], "2 credentials for business key b2"),
            ([replace(ROWS[0], signed=ROWS[1].signed), *ROWS[1:]], "acknowledged and altered: C0"),
            ([*ROWS[:2], replace(ROWS[2], state="intended", signed="")], "still intended after settling: C2"),
            (ROWS[:2], "signed and known of nobody"),
            ([*ROWS[:2], replace(ROWS[2], salt="00" * 32)], "published: ProofRefused"),
            ([*ROWS[:2], replace(ROWS[2], signed=ROWS[2].signed.replace("87", "88"))], "published: SignatureRefused"),
        ],
    )
    def test_sees(self, rows: list[Row], fault: str, ledger: Ledger, found: Recovered, published: Published) -> None:
        faults = judge(ledger, replace(found, rows=tuple(rows)), published)
        assert any(said.startswith(fault) for said in faults), faults

    def test_sees_a_status_change_that_is_lost(self, ledger: Ledger, found: Recovered, published: Published) -> None:
        ledger.note({"move": "revoke", "code": "C0"})
        assert "acknowledged and lost: revoke of C0" in judge(ledger, found, published)

    def test_sees_a_line_of_a_batch_that_is_lost(self, ledger: Ledger, found: Recovered, published: Published) -> None:
        ledger.note({"batch": "k", "lines": 5})
        assert "acknowledged and lost: lines [3, 4] of the batch k" in judge(
            ledger, replace(found, rows=tuple(replace(row, key=f"k.{row.seq}") for row in ROWS)), published
        )

    def test_sees_two_histories(self, ledger: Ledger, found: Recovered, published: Published, tmp_path: Path) -> None:
        other = publish(tmp_path / "other", [ROWS[1], ROWS[0]]).checkpoint()
        assert other is not None
        ledger.see(other.text)
        assert any("ProofRefused" in fault for fault in judge(ledger, found, published))
        shown = publish(tmp_path / "third", ROWS[::-1]).checkpoint()
        assert shown is not None
        ledger.see(shown.text)
        assert "two roots for 3 entries" in judge(ledger, found, published)

    def test_sees_what_the_register_itself_says(self, ledger: Ledger, found: Recovered, published: Published) -> None:
        assert "check-seal: bad = 2" in judge(ledger, replace(found, bad=2), published)
        stopped = judge(ledger, replace(found, faults=("stopped: disk",)), published)
        assert "check-seal: stopped: disk" in stopped
