"""Status lists: bits where others read them, an order that says nothing, and bombs that do not go off."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openvc.status import decode_bitstring, decode_status_list, encode_status_list, get_status, get_status_bit

from jurande.core.encoding import base64url
from jurande.core.encoding.bits import BitString
from jurande.core.proof.status import bitstring, foreign
from jurande.core.proof.status.draw import draw_index, secret_order
from jurande.core.proof.status.errors import StatusRefused
from jurande.core.proof.status.inflate import MOST_BYTES

URL = "https://imr.example/statuts/1"
SIZE = bitstring.LEAST_ENTRIES
NOW = datetime(2026, 12, 1, tzinfo=UTC)
ENTRY = bitstring.status_entry(list_url=URL, index=42, purpose="revocation")
places = st.integers(0, SIZE - 1)


def list_of(bits: BitString, purpose: object = "revocation", **subject: object) -> dict[str, object]:
    document = bitstring.list_credential(
        list_url=URL,
        issuer="did:web:imr.example",
        purpose="revocation",
        bits=bits,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=1),
    )
    document["credentialSubject"] |= {"statusPurpose": purpose, **subject}  # type: ignore[operator]
    return document


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(StatusRefused) as refusal:
        call(*arguments, **named)  # type: ignore[operator]
    return refusal.value.code


class TestEncodedList:
    @given(st.sets(places, max_size=50))
    def test_puts_each_bit_where_others_read_it(self, revoked: set[int]) -> None:
        text = bitstring.encode_list(BitString.zeros(SIZE).replaced(revoked, True))
        # Another implementation, which takes the text without its multibase letter.
        read = decode_bitstring(text[1:])
        assert {index for index in revoked if get_status_bit(read, index)} == revoked
        assert sum(octet.bit_count() for octet in read) == len(revoked)
        assert set(bitstring.decode_list(text).ones()) == revoked

    def test_puts_index_0_in_the_highest_bit_of_the_first_byte(self) -> None:
        text = bitstring.encode_list(BitString.zeros(SIZE).replaced([0, 9], True))
        assert gzip.decompress(base64url.decode(text[1:]))[:2] == b"\x80\x40"

    def test_is_the_same_text_for_the_same_bits(self) -> None:
        bits = BitString.zeros(SIZE).replaced([7], True)
        assert bitstring.encode_list(bits) == bitstring.encode_list(bits)

    def test_is_never_shorter_than_the_crowd_it_hides_in(self) -> None:
        assert code_of(bitstring.encode_list, BitString.zeros(SIZE - 8)) == "status.list_short"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "status.list_encoding"),
            (bitstring.encode_list(BitString.zeros(SIZE))[1:], "status.list_encoding"),
            ("z" + bitstring.encode_list(BitString.zeros(SIZE))[1:], "status.list_encoding"),
            (bitstring.encode_list(BitString.zeros(SIZE)) + "=", "status.list_encoding"),
            ("u" + base64url.encode(gzip.compress(bytes(SIZE // 8 - 1), mtime=0)), "status.list_short"),
            ("u" + base64url.encode(bytes(SIZE // 8)), "status.list_damaged"),
            ("u" + base64url.encode(zlib.compress(bytes(SIZE // 8))), "status.list_damaged"),
            ("u" + base64url.encode(gzip.compress(bytes(SIZE // 8), mtime=0)[:-1]), "status.list_damaged"),
            ("u" + base64url.encode(gzip.compress(bytes(SIZE // 8), mtime=0) + b"\0"), "status.list_damaged"),
            ("u" + base64url.encode(gzip.compress(bytes(MOST_BYTES + 1), mtime=0)), "status.list_bomb"),
            ("u" + "A" * (9 * 1024 * 1024), "status.list_bomb"),
        ],
    )
    def test_refuses(self, text: str, code: str) -> None:
        assert code_of(bitstring.decode_list, text) == code

    def test_stops_a_gibibyte_before_it_is_made(self) -> None:
        stream = zlib.compressobj(9, zlib.DEFLATED, 31)
        first = stream.compress(bytes(2**20)) + stream.flush(zlib.Z_FULL_FLUSH)
        bomb = first + 1023 * (stream.compress(bytes(2**20)) + stream.flush(zlib.Z_FULL_FLUSH))
        assert code_of(bitstring.decode_list, "u" + base64url.encode(bomb)) == "status.list_bomb"


class TestReadEntry:
    @pytest.mark.parametrize(
        "index", [None, 42, -1, "-1", "042", "+42", " 42", "42 ", "4_2", "٤٢", "1e1", "42.0", "", str(2**53), "9" * 400]
    )
    def test_refuses_an_index_that_two_programs_could_read_differently(self, index: object) -> None:
        assert code_of(bitstring.read_entry, ENTRY | {"statusListIndex": index}) == "status.index"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"statusPurpose": "other"}, "status.purpose"),
            ({"statusPurpose": ["revocation"]}, "status.purpose"),
            ({"statusPurpose": None}, "status.purpose"),
            ({"statusListCredential": ""}, "status.no_list"),
            ({"statusListCredential": {"id": URL}}, "status.no_list"),
            ({"statusSize": 2}, "status.size"),
            ({"statusSize": 0}, "status.size"),
            ({"statusSize": True}, "status.size"),
            ({"statusSize": "1"}, "status.size"),
            ({"statusPurpose": "message"}, "status.messages"),
            ({"statusPurpose": "message", "statusMessage": [{"status": "0x0", "message": "a"}]}, "status.messages"),
            ({"statusPurpose": "message", "statusMessage": [{"status": "0x0", "message": "a"}] * 2}, "status.messages"),
            ({"statusPurpose": "message", "statusMessage": [{"status": 0}, {"status": 1}]}, "status.messages"),
        ],
    )
    def test_refuses(self, change: dict[str, object], code: str) -> None:
        assert code_of(bitstring.read_entry, ENTRY | change) == code


class TestValueAt:
    def test_reads_the_bit_of_its_index_and_no_other(self) -> None:
        entry = bitstring.read_entry(ENTRY)
        around = BitString.zeros(SIZE).replaced([41, 43], True)
        assert bitstring.value_at(entry, bitstring.read_list(list_of(around))) == 0
        assert bitstring.value_at(entry, bitstring.read_list(list_of(around.replaced([42], True)))) == 1

    def test_reads_messages_over_several_bits(self) -> None:
        messages = [{"status": hex(value), "message": f"m{value}"} for value in range(4)]
        change = {"statusPurpose": "message", "statusSize": 2, "statusMessage": messages, "statusListIndex": "3"}
        entry = bitstring.read_entry(ENTRY | change)
        found = bitstring.read_list(list_of(BitString.zeros(2 * SIZE).replaced([6], True), "message"))
        assert bitstring.value_at(entry, found) == 2
        assert entry.messages == {0: "m0", 1: "m1", 2: "m2", 3: "m3"}

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"statusListIndex": str(SIZE)}, "status.index_outside"),
            ({"statusListIndex": "999999999"}, "status.index_outside"),
            ({"statusListCredential": URL + "/"}, "status.other_list"),
            ({"statusPurpose": "suspension"}, "status.other_purpose"),
        ],
    )
    def test_refuses_a_list_that_does_not_answer(self, change: dict[str, object], code: str) -> None:
        found = bitstring.read_list(list_of(BitString.zeros(SIZE)))
        assert code_of(bitstring.value_at, bitstring.read_entry(ENTRY | change), found) == code

    def test_refuses_too_few_places_of_several_bits(self) -> None:
        messages = [{"status": hex(value), "message": "m"} for value in range(4)]
        entry = bitstring.read_entry(ENTRY | {"statusPurpose": "message", "statusSize": 2, "statusMessage": messages})
        found = bitstring.read_list(list_of(BitString.zeros(SIZE), "message"))
        assert code_of(bitstring.value_at, entry, found) == "status.list_short"


class TestReadList:
    def test_accepts_a_list_of_two_purposes(self) -> None:
        found = bitstring.read_list(list_of(BitString.zeros(SIZE), ["revocation", "suspension"]))
        assert found.purposes == {"revocation", "suspension"}

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"type": ["VerifiableCredential"]}, "status.list_type"),
            ({"type": "BitstringStatusListCredential"}, "status.list_type"),
            ({"credentialSubject": []}, "status.list_type"),
            ({"credentialSubject": {"type": "Other"}}, "status.list_type"),
            ({"id": 1}, "status.list_encoding"),
        ],
    )
    def test_refuses_what_is_no_list(self, change: dict[str, object], code: str) -> None:
        assert code_of(bitstring.read_list, list_of(BitString.zeros(SIZE)) | change) == code

    @pytest.mark.parametrize("purpose", [None, "", [], ["revocation", "unknown"], ["revocation", "revocation"], [1]])
    def test_refuses_purposes_that_it_does_not_know(self, purpose: object) -> None:
        assert code_of(bitstring.read_list, list_of(BitString.zeros(SIZE), purpose)) == "status.purpose"

    @pytest.mark.parametrize("ttl", [-1, True, "60000", 1.5])
    def test_refuses_a_time_to_live_that_is_none(self, ttl: object) -> None:
        assert code_of(bitstring.read_list, list_of(BitString.zeros(SIZE), ttl=ttl)) == "status.list_dates"


class TestListCredential:
    def test_refuses_a_life_that_ends_before_it_begins(self) -> None:
        named = {"list_url": URL, "issuer": "did:a", "purpose": "revocation", "bits": BitString.zeros(SIZE)}
        assert code_of(bitstring.list_credential, **named, valid_from=NOW, valid_until=NOW) == "status.list_dates"

    @pytest.mark.parametrize(("index", "purpose"), [(-1, "revocation"), (0, "message")])
    def test_issues_no_entry_that_it_would_refuse(self, index: int, purpose: str) -> None:
        assert code_of(bitstring.status_entry, list_url=URL, index=index, purpose=purpose) == "status.entry"


class TestDrawIndex:
    @given(st.binary(min_size=32, max_size=32), st.integers(1, 500))
    def test_gives_each_place_once(self, secret: bytes, entries: int) -> None:
        assert sorted(secret_order(secret, entries)) == list(range(entries))

    def test_gives_every_place_of_a_real_list_once(self) -> None:
        assert sorted(secret_order(bytes(32))) == list(range(SIZE))

    @given(st.binary(min_size=32, max_size=32))
    def test_puts_neighbours_far_apart(self, secret: bytes) -> None:
        # Of n - 1 neighbours in the order of issue, about two are expected side by side in a list drawn blindly.
        order = secret_order(secret, 1000)
        beside = sum(abs(a - b) == 1 for a, b in pairwise(order))
        assert beside < 20
        # And the places do not rise with the order of issue.
        rising = sum(a < b for a, b in pairwise(order))
        assert 400 < rising < 600

    @given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
    def test_gives_an_unrelated_order_for_another_secret(self, secret: bytes, bit: int) -> None:
        other = (int.from_bytes(secret) ^ 1 << bit).to_bytes(32)
        same = sum(a == b for a, b in zip(secret_order(secret, 1000), secret_order(other, 1000), strict=True))
        assert same < 12

    def test_is_the_one_of_the_documentation(self) -> None:
        assert [draw_index(bytes(range(32)), position) for position in range(5)] == [85376, 97477, 67767, 49761, 73884]

    @pytest.mark.parametrize("position", [-1, SIZE])
    def test_says_when_the_list_is_full(self, position: int) -> None:
        assert code_of(draw_index, bytes(32), position) == "status.list_full"

    def test_refuses_a_short_secret(self) -> None:
        assert code_of(draw_index, bytes(31), 0) == "status.secret"

    @pytest.mark.parametrize("entries", [0, 2**24 + 1])
    def test_refuses_a_list_of_an_unreasonable_size(self, entries: int) -> None:
        assert code_of(secret_order, bytes(32), entries) == "status.size"


class TestTokenList:
    @pytest.mark.parametrize(
        ("bits", "lst", "values"),
        [
            # The two examples of the draft, §4.1.
            (1, "eNrbuRgAAhcBXQ", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
            (2, "eNo76fITAAPfAgc", [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
        ],
    )
    def test_reads_the_examples_of_its_specification(self, bits: int, lst: str, values: list[int]) -> None:
        found = foreign.read_token_list({"sub": URL, "status_list": {"bits": bits, "lst": lst}})
        assert [foreign.token_value(foreign.TokenEntry(URL, index), found) for index in range(len(values))] == values

    @given(st.sampled_from([1, 2, 4, 8]), st.binary(min_size=1, max_size=64), st.integers(0, 511))
    def test_reads_what_others_write(self, bits: int, packed: bytes, index: int) -> None:
        index %= len(packed) * 8 // bits
        found = foreign.read_token_list({"sub": URL, "status_list": {"bits": bits, "lst": encode_status_list(packed)}})
        assert decode_status_list(encode_status_list(packed)) == packed
        assert foreign.token_value(foreign.TokenEntry(URL, index), found) == get_status(packed, index, bits=bits)

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({}, "status.list_type"),
            ({"sub": URL, "status_list": {"bits": 3, "lst": "eNo76fITAAPfAgc"}}, "status.size"),
            ({"sub": URL, "status_list": {"bits": True, "lst": "eNo76fITAAPfAgc"}}, "status.size"),
            ({"sub": URL, "status_list": {"bits": 1}}, "status.list_encoding"),
            ({"sub": URL, "status_list": {"bits": 1, "lst": "eNo=="}}, "status.list_encoding"),
            ({"sub": URL, "status_list": {"bits": 1, "lst": "AAAA"}}, "status.list_damaged"),
            (
                {"sub": URL, "status_list": {"bits": 1, "lst": base64url.encode(zlib.compress(bytes(MOST_BYTES + 1)))}},
                "status.list_bomb",
            ),
        ],
    )
    def test_refuses(self, claims: dict[str, object], code: str) -> None:
        assert code_of(foreign.read_token_list, claims) == code

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (None, "status.unknown_kind"),
            ({"identifier_list": {}}, "status.unknown_kind"),
            ({"status_list": {"idx": "1", "uri": URL}}, "status.index"),
            ({"status_list": {"idx": -1, "uri": URL}}, "status.index"),
            ({"status_list": {"idx": 1.0, "uri": URL}}, "status.index"),
            ({"status_list": {"idx": True, "uri": URL}}, "status.index"),
            ({"status_list": {"idx": 2**53, "uri": URL}}, "status.index"),
            ({"status_list": {"idx": 1, "uri": ""}}, "status.no_list"),
        ],
    )
    def test_refuses_a_reference(self, status: object, code: str) -> None:
        assert code_of(foreign.read_token_entry, status) == code

    def test_refuses_a_place_outside_and_another_list(self) -> None:
        found = foreign.read_token_list({"sub": URL, "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}})
        assert code_of(foreign.token_value, foreign.TokenEntry(URL, 16), found) == "status.index_outside"
        assert code_of(foreign.token_value, foreign.TokenEntry(URL + "2", 0), found) == "status.other_list"


class TestEdtechList:
    ENTRY = foreign.EdtechEntry("https://1edtech.example/revocations")

    def answer(self, revoked: object, **change: object) -> str | None:
        document = {"id": self.ENTRY.list_url, "issuer": "did:a", "revokedCredential": revoked} | change
        return foreign.edtech_revocation(self.ENTRY, document, credential_id="urn:c:1", issuer="did:a")

    @pytest.mark.parametrize(
        ("revoked", "reason"),
        [
            ([], None),
            ([{"id": "urn:c:2"}], None),
            ([{"id": "urn:c:1", "revoked": False}], None),
            ([{"id": "urn:c:1"}], ""),
            ([{"id": "urn:c:1", "revoked": True, "revocationReason": "erreur"}], "erreur"),
        ],
    )
    def test_answers(self, revoked: object, reason: str | None) -> None:
        assert self.answer(revoked) == reason

    def test_reads_both_spellings_of_its_list(self) -> None:
        document = {"id": self.ENTRY.list_url, "issuer": "did:a", "revokedCredentials": [{"id": "urn:c:1"}]}
        assert foreign.edtech_revocation(self.ENTRY, document, credential_id="urn:c:1", issuer="did:a") == ""

    @pytest.mark.parametrize(
        ("revoked", "change", "code"),
        [
            ([], {"id": "https://autre.example"}, "status.other_list"),
            ([], {"issuer": "did:b"}, "status.other_issuer"),
            (None, {}, "status.malformed"),
            (["urn:c:1"], {}, "status.malformed"),
            ([{"revoked": True}], {}, "status.malformed"),
        ],
    )
    def test_refuses(self, revoked: object, change: dict[str, object], code: str) -> None:
        assert code_of(self.answer, revoked, **change) == code

    def test_refuses_an_entry_without_address(self) -> None:
        assert code_of(foreign.read_edtech_entry, {"type": foreign.EDTECH_TYPE}) == "status.no_list"
