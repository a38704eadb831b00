"""What we log: a commitment that reveals nothing, in one spelling."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.log.entries import LogEntry, commit, entry_bytes, parse_entry, verify_commitment
from jurande.core.log.errors import EntryRefused

SALT = bytes(range(32))
ENTRY = LogEntry("credential.issued", "urn:uuid:7d6c0b6e-1d3a-4f5e-9b53-0a4b8c2d1e0f", commit(b"document", SALT))


class TestEntry:
    def test_has_one_spelling(self) -> None:
        assert entry_bytes(ENTRY) == (
            b'{"commitment":"eK1P8IIQf5uuOMH3CFFb-snQp9oIOnb-JG_D4L_-hjg",'
            b'"id":"urn:uuid:7d6c0b6e-1d3a-4f5e-9b53-0a4b8c2d1e0f","type":"credential.issued","v":1}'
        )
        assert parse_entry(entry_bytes(ENTRY)) == ENTRY

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"kind": ""}, "log.entry.kind"),
            ({"kind": "Credential.issued"}, "log.entry.kind"),
            ({"kind": "credential issued"}, "log.entry.kind"),
            ({"kind": "a" * 65}, "log.entry.kind"),
            ({"id": ""}, "log.entry.id"),
            ({"id": "ines.carvalho@example.org"}, "log.entry.id"),
            ({"id": "Inès"}, "log.entry.id"),
            ({"id": "Ines Carvalho"}, "log.entry.id"),
            ({"id": "a" * 101}, "log.entry.id"),
            ({"commitment": bytes(31)}, "log.entry.commitment"),
        ],
    )
    def test_leaves_no_room_for_a_name_or_an_address(self, change: dict[str, object], code: str) -> None:
        fields = {"kind": ENTRY.kind, "id": ENTRY.id, "commitment": ENTRY.commitment} | change
        with pytest.raises(EntryRefused) as refusal:
            entry_bytes(LogEntry(**fields))
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        "change",
        [
            {"v": 2}, {"v": True}, {"v": 1.5}, {"v": "1"}, {"more": 1}, {"id": 5}, {"type": None}, {"id": "Inès"},
            {"commitment": "AA"}, {"commitment": 5}, {"commitment": "é"}, {"type": "X"},
        ],
    )  # fmt: skip
    def test_is_refused_with_anything_else(self, change: dict[str, object]) -> None:
        value = json.loads(entry_bytes(ENTRY)) | change
        with pytest.raises(EntryRefused):
            parse_entry(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())

    @pytest.mark.parametrize(
        "octets", [b"", b"null", b"[]", b"{}", entry_bytes(ENTRY) + b" ", b" " + entry_bytes(ENTRY)]
    )
    def test_is_refused_in_another_spelling(self, octets: bytes) -> None:
        with pytest.raises(EntryRefused):
            parse_entry(octets)

    def test_is_refused_with_its_members_in_another_order(self) -> None:
        members = json.loads(entry_bytes(ENTRY))
        with pytest.raises(EntryRefused):
            parse_entry(json.dumps(dict(reversed(members.items())), separators=(",", ":")).encode())


class TestCommitment:
    @given(st.binary(), st.binary(min_size=32, max_size=32))
    def test_opens_with_its_document_and_its_salt(self, document: bytes, salt: bytes) -> None:
        entry = LogEntry("credential.issued", "x", commit(document, salt))
        verify_commitment(entry, document=document, salt=salt)

    @given(st.binary(), st.binary(min_size=32, max_size=32))
    def test_opens_with_nothing_else(self, document: bytes, salt: bytes) -> None:
        for other, key in ((document + b"x", SALT), (b"document", salt), (b"", SALT)):
            if (other, key) == (b"document", SALT):
                continue
            with pytest.raises(EntryRefused):
                verify_commitment(ENTRY, document=other, salt=key)

    @pytest.mark.parametrize("length", [0, 16, 31, 33])
    def test_needs_a_salt_of_32_bytes(self, length: int) -> None:
        with pytest.raises(EntryRefused) as refusal:
            commit(b"document", bytes(length))
        assert refusal.value.code == "log.entry.salt"
