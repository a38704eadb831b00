"""Signed notes, verifier keys, checkpoints, cosignatures, policies and offline proofs: byte for byte, and no other."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.log.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, parse_decimal, sign_checkpoint
from jurande.core.log.cosignatures import cosigned_by, verify_cosignature, with_cosignatures
from jurande.core.log.errors import CoreError, LogError, NoteRefused, PolicyRefused, ProofRefused, QuorumMissing
from jurande.core.log.hashing import EMPTY_ROOT
from jurande.core.log.notes import (
    COSIGNATURE,
    LARGEST_NOTE_BYTES,
    MOST_SIGNATURES,
    Note,
    Signature,
    parse_note,
    parse_signatures,
    parse_vkey,
    sign_note,
    verifier_key,
    verify_note,
)
from jurande.core.log.offline import OfflineProof, parse_offline_proof, verify_offline_proof
from jurande.core.log.policies import Policy, parse_policy, verify_checkpoint, witnessed
from jurande.core.log.proofs import inclusion_proof
from tests.core.log.samples import KEY, ORIGIN, POLICY, SECRET, TIME, build, cosignature, cosigned, flipped, witness

# c2sp.org/signed-note, and its key.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# Our regression vector: entries «one», «two», «three», the second one proved.
PROOF = """\
c2sp.org/tlog-proof@v1
index 1
0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=
Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q=

certif.example.fr/journal
3
Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=

— certif.example.fr/journal Z8tJbOoxjsr046e4NeDB8MyJyiXb6CYGL4+8XP7fg+GsmxQ2ZPEbvzcHcb09hF5XltFjd/8UNQNhYFTkJ/6gV3kygQc=
— temoin.example.org/w1 0+26FAAAAABq5S+ARXTUYl0zxhsnteowBg3Dw/tkyMDa7ghS6HkrqdOVhACL2TexOq9P1FO+OKpWQXZu4ierZVL70ukbAKs2s4rXBQ==
""".encode()
WITNESSED = Policy((KEY,), {"w1": witness()[0]}, {}, "w1")
THREE = build([b"one", b"two", b"three"], 8)


class TestVerifierKey:
    def test_is_written_as_in_the_regression_vectors(self) -> None:
        assert KEY.text == "certif.example.fr/journal+67cb496c+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"
        assert witness()[0].text == "temoin.example.org/w1+d3edba14+BBOY9ixtGkV8UbpqS189vS9p/KkyFiGNyJl+QWvRfZPK"
        for key in (KEY, witness()[0]):
            assert parse_vkey(key.text) == key

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "log.key.syntax"),
            ("name", "log.key.syntax"),
            ("name+67cb496c", "log.key.syntax"),
            ("name+67cb496c+", "log.key.syntax"),
            ("name+67cb496c+AA", "log.key.syntax"),
            ("a+67cb496c+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs", "log.key.id"),
            (KEY.text.replace("67cb496c", "67cb496d"), "log.key.id"),
            (KEY.text.replace("67cb496c", "67CB496C"), "log.key.id"),
            (KEY.text.replace("67cb496c", ""), "log.key.id"),
            (KEY.text + "\n", "log.key.syntax"),
            (KEY.text.replace("fr/journal", "fr journal"), "log.key.name"),
            ("+67cb496c+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs", "log.key.name"),
            ("name+67cb496c+" + base64.b64encode(b"\x02" + KEY.public_key).decode(), "log.key.kind"),
            ("name+67cb496c+" + base64.b64encode(b"\x01" + KEY.public_key[1:]).decode(), "log.key.length"),
        ],
    )
    def test_is_refused_when_it_is_not_its_one_spelling(self, text: str, code: str) -> None:
        with pytest.raises(NoteRefused) as refusal:
            parse_vkey(text)
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        "octets",
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ],
    )
    def test_is_refused_when_anybody_can_sign_under_it(self, octets: str) -> None:
        with pytest.raises(NoteRefused) as refusal:
            verifier_key("weak", bytes.fromhex(octets))
        assert refusal.value.code == "log.key.weak"


class TestNote:
    def test_of_the_specification_verifies_and_is_written_back(self) -> None:
        note = parse_note(EXAMPLE)
        assert [key.name for key in verify_note(note, [parse_vkey(EXAMPLE_KEY)])] == ["example.com/foo"]
        assert note.octets == EXAMPLE

    def test_may_hold_empty_lines_in_its_text(self) -> None:
        note = sign_note("one\n\n\ntwo\n\n", KEY, SECRET.sign)
        assert parse_note(note.octets).text == "one\n\n\ntwo\n\n"

    @pytest.mark.parametrize(
        "octets",
        [
            b"",
            b"\n",
            b"text\n",
            b"text\n\n",
            b"text\n\n\n",
            EXAMPLE[:-1],
            EXAMPLE + b"\n",
            EXAMPLE + b"more\n",
            EXAMPLE.replace(b"message", b"mess\tage"),
            EXAMPLE.replace(b"message", b"mess\rage"),
            EXAMPLE.replace(b"message", b"mess\xffage"),
            EXAMPLE.replace("— ".encode(), b"- "),
            EXAMPLE.replace("— ".encode(), "—  ".encode()),
            EXAMPLE.replace("— ".encode(), "—\u00a0".encode()),
            EXAMPLE.replace(b"example.com/foo ", b"example.com/foo  "),
            EXAMPLE.replace(b"example.com/foo ", b"example.com/foo\xc2\xa0 "),
            EXAMPLE.replace(b"example.com/foo ", b"example.com/foo+ "),
            EXAMPLE.replace(b"aQM=", b"aQM"),
            EXAMPLE.replace(b"aQM=", b"aQN="),
            "text\n\n— name Uw2QOg==\n".encode(),
            b"x" * 600_000 + EXAMPLE,
            EXAMPLE + EXAMPLE.partition(b"\n\n")[2] * 100,
        ],
    )
    def test_is_refused_when_malformed(self, octets: bytes) -> None:
        with pytest.raises(NoteRefused):
            parse_note(octets)

    def test_ignores_who_is_not_known_and_refuses_a_known_line_that_is_wrong(self) -> None:
        good = sign_note("text\n", KEY, SECRET.sign)
        stranger = Signature("stranger", b"\1\2\3\4", b"anything")
        namesake = Signature(KEY.name, b"\1\2\3\4", b"anything")
        forged = Signature(KEY.name, KEY.key_id, bytes(64))
        assert verify_note(Note("text\n", (stranger, namesake, *good.signatures)), [KEY]) == (KEY,)
        for signatures in [(*good.signatures, forged), (forged, *good.signatures), (forged,), (stranger,), ()]:
            with pytest.raises(NoteRefused):
                verify_note(Note("text\n", signatures), [KEY])

    def test_takes_no_cosignature_for_a_signature(self) -> None:
        key, secret = witness()
        note = Note("text\n", (Signature(key.name, key.key_id, secret.sign(b"text\n")),))
        with pytest.raises(NoteRefused):
            verify_note(note, [key])

    @pytest.mark.parametrize("name", ["", "a+b", "a b", "a\u00a0b", "a\nb", "a\x1fb", "x" * 256])
    def test_of_a_key_has_a_name_that_a_line_can_hold(self, name: str) -> None:
        assert verifier_key("x" * 255, KEY.public_key).name == "x" * 255
        with pytest.raises(NoteRefused) as refusal:
            verifier_key(name, KEY.public_key)
        assert refusal.value.code == "log.key.name"

    def test_is_bounded_in_bytes_and_in_signatures(self) -> None:
        head, _, line = EXAMPLE.decode().partition("\n\n")
        fill = LARGEST_NOTE_BYTES - len(EXAMPLE)
        assert parse_note(f"{'x' * fill}{head}\n\n{line}".encode())
        assert len(parse_note(f"{head}\n\n{line * MOST_SIGNATURES}".encode()).signatures) == MOST_SIGNATURES
        for wrong in (f"{'x' * (fill + 1)}{head}\n\n{line}", f"{head}\n\n{line * (MOST_SIGNATURES + 1)}"):
            with pytest.raises(NoteRefused) as refusal:
                parse_note(wrong.encode())
            assert refusal.value.code == "log.note.size"

    def test_accepts_sixteen_signatures_at_least(self) -> None:
        good = sign_note("text\n", KEY, SECRET.sign)
        strangers = tuple(Signature(f"s{number}", b"\1\2\3\4", b"x" * 3300) for number in range(20))
        note = parse_note(Note("text\n", strangers + good.signatures).octets)
        assert verify_note(note, [KEY]) == (KEY,)

    @pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "cr\r\n"])
    def test_is_not_signed_when_its_text_could_not_be_read_back(self, text: str) -> None:
        with pytest.raises(NoteRefused):
            sign_note(text, KEY, SECRET.sign)

    def test_is_not_believed_when_the_signer_went_wrong(self) -> None:
        for sign in (lambda message: flipped(SECRET.sign(message), 3), witness()[1].sign):
            with pytest.raises(NoteRefused):
                sign_note("text\n", KEY, sign)


class TestCheckpoint:
    def test_says_origin_size_and_root(self) -> None:
        checkpoint = open_checkpoint(THREE.files["checkpoint"], [KEY])
        assert checkpoint.text == "certif.example.fr/journal\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n"

    def test_of_an_empty_log_has_the_root_of_nothing(self) -> None:
        assert "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" in Checkpoint("o", 0, EMPTY_ROOT).text
        with pytest.raises(NoteRefused) as refusal:
            parse_checkpoint(Checkpoint("o", 0, bytes(32)).text)
        assert refusal.value.code == "log.checkpoint.empty_root"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("o\n3\n", "log.checkpoint.syntax"),
            ("\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n", "log.checkpoint.syntax"),
            ("o\n03\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n", "log.checkpoint.syntax"),
            ("o\n-3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n", "log.checkpoint.syntax"),
            ("o\n\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n", "log.checkpoint.syntax"),
            ("o\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk\n", "log.checkpoint.syntax"),
            ("o\n3\nWqx3\n", "log.checkpoint.syntax"),
            ("o\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n\n", "log.checkpoint.extension"),
            ("o\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\ntime 5\n", "log.checkpoint.extension"),
        ],
    )
    def test_is_refused_when_malformed(self, text: str, code: str) -> None:
        with pytest.raises(NoteRefused) as refusal:
            parse_checkpoint(text)
        assert refusal.value.code == code

    @pytest.mark.parametrize("text", ["", "00", "01", "-1", "+1", "1 ", "１", "1e3", "9223372036854775808", "9" * 30])
    def test_writes_a_number_one_way(self, text: str) -> None:
        assert parse_decimal("9223372036854775807") == 2**63 - 1
        with pytest.raises(NoteRefused):
            parse_decimal(text)

    def test_of_another_log_with_the_same_key_is_refused(self) -> None:
        other = Checkpoint("certif.example.fr/other", 3, bytes(32))
        with pytest.raises(NoteRefused) as refusal:
            open_checkpoint(sign_note(other.text, KEY, SECRET.sign).octets, [KEY])
        assert refusal.value.code == "log.checkpoint.origin"
        with pytest.raises(NoteRefused):
            sign_checkpoint(other, KEY, SECRET.sign)

    @given(st.data())
    def test_binds_each_of_its_bytes(self, data: st.DataObject) -> None:
        octets = THREE.files["checkpoint"]
        at = data.draw(st.integers(0, len(octets) - 1))
        how = data.draw(st.sampled_from(["change", "insert", "delete"]))
        value = bytes([data.draw(st.integers(0, 255).filter(lambda octet: octet != octets[at]))])
        wrong = (
            octets[:at]
            + {"change": value, "insert": value + octets[at : at + 1], "delete": b""}[how]
            + octets[at + 1 :]
        )
        with pytest.raises(NoteRefused):
            verify_checkpoint(wrong, WITNESSED)


class TestCosignature:
    def test_tells_when_the_witness_saw_the_checkpoint(self) -> None:
        seen = verify_checkpoint(THREE.files["checkpoint"], WITNESSED)
        assert seen.seen_at == {"w1": TIME}
        assert seen.checkpoint.size == 3

    @pytest.mark.parametrize("bit", [0, 63, 64, 575])
    def test_binds_time_and_signature(self, bit: int) -> None:
        key, secret = witness()
        note = parse_note(THREE.files["checkpoint"])
        good = cosignature(note, key, secret)
        assert verify_cosignature(note.text, good, key) == TIME
        with pytest.raises(NoteRefused):
            verify_cosignature(note.text, Signature(good.name, good.key_id, flipped(good.blob, bit)), key)

    @pytest.mark.parametrize("length", [0, 64, 71, 73])
    def test_has_one_length(self, length: int) -> None:
        key, _ = witness()
        with pytest.raises(NoteRefused) as refusal:
            verify_cosignature("text\n", Signature(key.name, key.key_id, bytes(length)), key)
        assert refusal.value.code == "log.cosignature.length"

    def test_of_another_witness_or_of_a_log_is_refused(self) -> None:
        key, secret = witness()
        note = parse_note(THREE.files["checkpoint"])
        line = cosignature(note, key, secret)
        for other in (witness(9)[0], witness(8, "another/name")[0], KEY):
            with pytest.raises(NoteRefused):
                verify_cosignature(note.text, line, other)

    def test_replaces_the_older_one_of_the_same_witness(self) -> None:
        key, secret = witness()
        note = parse_note(THREE.files["checkpoint"])
        later = with_cosignatures(note, [cosignature(note, key, secret, TIME + 60)])
        assert len(later.signatures) == 2
        assert cosigned_by(later, [key]) == {key: TIME + 60}

    def test_counts_the_latest_when_a_note_has_two(self) -> None:
        key, secret = witness()
        note = parse_note(build([b"a"]).files["checkpoint"])
        lines = tuple(cosignature(note, key, secret, TIME + minute) for minute in (5, 0))
        assert cosigned_by(Note(note.text, note.signatures + lines), [key]) == {key: TIME + 5}


class TestPolicy:
    TEXT = "\n".join(
        [
            "# nos témoins",
            "",
            f"log {KEY.text} https://certif.example.fr/journal",
            f"\twitness X1  {witness(8)[0].text}",
            f"witness X2 {witness(9, 'temoin.example.org/w2')[0].text} https://temoin.example.org",
            f"witness X3 {witness(10, 'temoin.example.org/w3')[0].text}",
            f"witness Y1 {witness(11, 'temoin.example.org/w4')[0].text}",
            "group X 2 X1 X2 X3",
            "group Y any Y1 ",
            "group both all X Y",
            "quorum both",
            "",
        ]
    ).encode()

    def test_is_read_as_the_draft_writes_it(self) -> None:
        policy = parse_policy(self.TEXT)
        assert policy.logs == (KEY,)
        assert list(policy.witnesses) == ["X1", "X2", "X3", "Y1"]
        assert {name: group.threshold for name, group in policy.groups.items()} == {"X": 2, "Y": 1, "both": 2}
        assert policy.urls == {ORIGIN: "https://certif.example.fr/journal", "X2": "https://temoin.example.org"}

    @pytest.mark.parametrize(
        ("present", "enough"),
        [
            ({"X1", "X2", "Y1"}, True),
            ({"X1", "X2", "X3", "Y1"}, True),
            ({"X1", "X2", "X3"}, False),
            ({"X1", "Y1"}, False),
            (set(), False),
            ({"both"}, False),
        ],
    )
    def test_counts_groups_of_groups(self, present: set[str], enough: bool) -> None:
        policy = parse_policy(self.TEXT)
        assert witnessed(policy, policy.quorum, present) == enough

    def test_accepts_a_checkpoint_that_the_quorum_saw_and_no_other(self) -> None:
        policy = parse_policy(self.TEXT)
        rows = [b"one", b"two"]
        assert verify_checkpoint(build(rows, 8, 10, 11).files["checkpoint"], policy).seen_at.keys() == {
            "X1",
            "X3",
            "Y1",
        }
        for seeds in [(8, 9, 10), (8, 11), (11,), (8, 9, 12)]:
            with pytest.raises(QuorumMissing):
                verify_checkpoint(build(rows, *seeds).files["checkpoint"], policy)

    def test_refuses_a_known_witness_line_that_is_wrong_even_beyond_the_quorum(self) -> None:
        note = cosigned(parse_note(build([b"one"]).files["checkpoint"]), 8)
        key = witness(9, "temoin.example.org/w2")[0]
        policy = Policy((KEY,), {"w1": witness()[0], "w2": key}, {}, "w1")
        verify_checkpoint(note.octets, policy)
        forged = with_cosignatures(note, [Signature(key.name, key.key_id, bytes(72))])
        with pytest.raises(NoteRefused):
            verify_checkpoint(forged.octets, policy)

    def test_may_ask_no_witness(self) -> None:
        policy = parse_policy(f"log {KEY.text}\nquorum none\n".encode())
        assert verify_checkpoint(build([b"one"]).files["checkpoint"], policy).seen_at == {}

    def test_keeps_key_names_in_utf_8(self) -> None:
        key = verifier_key("témoin.example.org", KEY.public_key, kind=COSIGNATURE)
        assert (
            parse_policy(f"witness é {key.text}\nquorum é\n".encode()).witnesses["é".encode().decode("latin-1")] == key
        )

    W1, W2 = witness(8)[0].text, witness(9, "w2")[0].text

    @pytest.mark.parametrize(
        "text",
        [
            "",
            f"log {KEY.text}\n",
            "quorum x\n",
            "quorum none\nquorum none\n",
            f"quorum a\nwitness a {W1}\n",
            f"witness a {W1}\nwitness a {W2}\nquorum a\n",
            f"witness a {W1}\nwitness b {W1}\nquorum a\n",
            f"log {KEY.text}\nlog {KEY.text}\nquorum none\n",
            f"log {W1}\nquorum none\n",
            f"witness a {KEY.text}\nquorum a\n",
            f"witness none {W1}\nquorum none\n",
            f"witness a {W1}\ngroup g any none\nquorum g\n",
            f"witness a {W1}\ngroup g any b\nquorum g\n",
            f"witness a {W1}\ngroup g any g\nquorum g\n",
            f"witness a {W1}\ngroup g any a a\nquorum g\n",
            f"witness a {W1}\ngroup g any a\ngroup h any a\nquorum g\n",
            f"witness a {W1}\ngroup g 0 a\nquorum g\n",
            f"witness a {W1}\ngroup g 2 a\nquorum g\n",
            f"witness a {W1}\ngroup g 01 a\nquorum g\n",
            f"witness a {W1}\ngroup g some a\nquorum g\n",
            f"witness a {W1}\ngroup g any\nquorum g\n",
            f"witness a {W1} url more\nquorum a\n",
            f"log {KEY.text}x\nquorum none\n",
            "quorum none\nwhat\n",
            "quorum none\r\n",
            "quorum none\x00\n",
            "quorum none\n#\x7f\n",
            "quorum none\n" + "#" * 70_000,
        ],
    )
    def test_is_refused_when_malformed(self, text: str) -> None:
        with pytest.raises(PolicyRefused):
            parse_policy(text.encode())


class TestOfflineProof:
    def test_is_the_regression_vector_byte_for_byte(self) -> None:
        made = OfflineProof(1, inclusion_proof(THREE.read, 1, 3), THREE.files["checkpoint"])
        assert made.octets == PROOF
        assert parse_offline_proof(PROOF) == made

    def test_shows_the_entry_and_no_other(self) -> None:
        proof = parse_offline_proof(PROOF)
        assert verify_offline_proof(proof, entry=b"two", policy=WITNESSED).seen_at == {"w1": TIME}
        for entry in (b"one", b"three", b"two ", b""):
            with pytest.raises(ProofRefused):
                verify_offline_proof(proof, entry=entry, policy=WITNESSED)

    def test_needs_the_log_and_the_quorum(self) -> None:
        proof = parse_offline_proof(PROOF)
        stranger = verifier_key(
            ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x09" * 32).public_key().public_bytes_raw()
        )
        for policy in (Policy((stranger,)), Policy(()), Policy((KEY,), {"w9": witness(9)[0]}, {}, "w9")):
            with pytest.raises(NoteRefused):
                verify_offline_proof(proof, entry=b"two", policy=policy)

    @given(st.binary(max_size=200))
    def test_carries_extra_bytes_as_they_were(self, extra: bytes) -> None:
        made = OfflineProof(1, inclusion_proof(THREE.read, 1, 3), THREE.files["checkpoint"], extra)
        assert parse_offline_proof(made.octets) == made
        verify_offline_proof(made, entry=b"two", policy=POLICY)

    def test_of_the_only_entry_has_no_path(self) -> None:
        store = build([b"alone"])
        proof = parse_offline_proof(OfflineProof(0, (), store.files["checkpoint"]).octets)
        verify_offline_proof(proof, entry=b"alone", policy=POLICY)

    @pytest.mark.parametrize(
        "octets",
        [
            b"",
            b"\n\n",
            b"c2sp.org/tlog-proof@v1\n\n",
            PROOF.replace(b"@v1", b"@v2"),
            PROOF.replace(b"index 1", b"index 01"),
            PROOF.replace(b"index 1", b"index -1"),
            PROOF.replace(b"index 1", b"Index 1"),
            PROOF.replace(b"index 1\n", b""),
            PROOF.replace(b"index 1\n", b"extra !\nindex 1\n"),
            PROOF.replace(b"index 1\n", b"index 1\nextra AA==\n"),
            PROOF.replace(b"index 1\n", b"extra AA==\nextra AA==\nindex 1\n"),
            PROOF.replace(b"index 1\n", b"index 1\n" + b"A" * 43 + b"=\n" * 64),
            PROOF.replace(b"+ek=", b"+el="),
            PROOF.replace(b"\n", b"\r\n"),
            b"\xef\xbb\xbf" + PROOF,
        ],
    )
    def test_is_refused_when_malformed(self, octets: bytes) -> None:
        with pytest.raises(ProofRefused):
            parse_offline_proof(octets)

    @given(st.data())
    def test_binds_each_of_its_bytes(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(PROOF) - 1))
        how = data.draw(st.sampled_from(["change", "insert", "delete"]))
        value = bytes([data.draw(st.integers(0, 255).filter(lambda octet: octet != PROOF[at]))])
        wrong = (
            PROOF[:at] + {"change": value, "insert": value + PROOF[at : at + 1], "delete": b""}[how] + PROOF[at + 1 :]
        )
        with pytest.raises(LogError):
            verify_offline_proof(parse_offline_proof(wrong), entry=b"two", policy=WITNESSED)

    @given(st.binary(max_size=300))
    def test_never_breaks_on_what_it_reads(self, octets: bytes) -> None:
        for read in (
            parse_offline_proof,
            parse_note,
            parse_policy,
            lambda text: parse_signatures(text.decode("latin-1")),
        ):
            with pytest.raises(CoreError):
                read(octets)
