"""Witnesses: ours of one page, by the letter of the specification, and aics-witness, written by others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import aics_witness.service
import aics_witness.store
import pytest
from aics_witness.config import LogConfig

from jurande.core.encoding import base64std
from jurande.core.log.checkpoints import Checkpoint, checkpoint_of
from jurande.core.log.errors import NoteRefused, ProofRefused
from jurande.core.log.hashing import EMPTY_ROOT
from jurande.core.log.notes import Note, VerifierKey, parse_note, parse_vkey
from jurande.core.log.proofs import consistency_proof, verify_consistency
from jurande.integrations.outbound import Server
from jurande.integrations.witness import Witness, WitnessAlarm, WitnessError, cosign, latest_seen
from tests.core.log.samples import (
    KEY,
    ORIGIN,
    TIME,
    MemoryStore,
    build,
    cosignature,
    cosigned,
    entries,
    flipped,
    witness,
)
from tests.integrations.servers import Handler, Running, serving


class SmallWitness:
    """A witness for our log alone; ``held`` is what it saw last, ``answers`` overrides the next answers."""

    def __init__(self) -> None:
        self.key, self.secret = witness()
        self.held: Checkpoint | None = None
        self.note = b""
        self.answers: list[tuple[int, bytes, str]] = []
        self.bodies: list[bytes] = []

    def respond(self, handler: Handler, path: str, body: bytes) -> None:
        if handler.command == "GET":
            known = path == f"/w/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint" and self.note
            handler.answer(200, self.note) if known else handler.answer(404)
            return
        self.bodies.append(body)
        status, answer, media_type = self.answers.pop(0) if self.answers else self.judge(body)
        handler.answer(status, answer, Content_Type=media_type)

    def judge(self, body: bytes) -> tuple[int, bytes, str]:
        head, _, octets = body.partition(b"\n\n")
        old, *proof = head.decode().split("\n")
        note = parse_note(octets)
        if note.text.split("\n")[0] != ORIGIN:
            return 404, b"", "text/plain"
        try:
            new = checkpoint_of(note, [KEY])
        except NoteRefused:
            return 403, b"", "text/plain"
        held = self.held or Checkpoint(ORIGIN, 0, EMPTY_ROOT)
        asked = int(old.removeprefix("old "))
        if asked > new.size:
            return 400, b"", "text/plain"
        if asked != held.size:
            return 409, b"%d\n" % held.size, "text/x.tlog.size"
        try:
            if held.size:
                hashes = [base64std.decode(line) for line in proof]
                verify_consistency(old=held.size, old_root=held.root, new=new.size, new_root=new.root, proof=hashes)
        except ProofRefused:
            return 422, b"", "text/plain"
        self.held = new
        line = cosignature(note, self.key, self.secret)
        self.note = Note(note.text, (*note.signatures, line)).octets
        return 200, line.line.encode(), "text/plain"


@pytest.fixture
def small() -> SmallWitness:
    return SmallWitness()


@pytest.fixture
def running(small: SmallWitness) -> Iterator[Running]:
    with serving(small.respond) as running:
        yield running


@pytest.fixture
def asked(small: SmallWitness, running: Running) -> Iterator[Witness]:
    server = Server(running.url + "/w", only_public=False)
    yield Witness(small.key, server)
    server.close()


def submit(asked: Witness, store: MemoryStore, size: int, known_size: int) -> int:
    """Submit the log and return the time the witness gave."""
    note = parse_note(store.files["checkpoint"])
    line = cosign(asked, note, known_size=known_size, prove=lambda old: consistency_proof(store.read, old, size))
    return int.from_bytes(line.blob[:8])


def refused(asked: Witness, size: int = 5, known_size: int = 0) -> WitnessError:
    with pytest.raises(WitnessError) as refusal:
        submit(asked, build(entries(size)), size, known_size)
    return refusal.value


class TestCosign:
    def test_returns_a_verified_cosignature(self, asked: Witness, small: SmallWitness) -> None:
        assert submit(asked, build(entries(3)), 3, 0) == TIME
        assert submit(asked, build(entries(700)), 700, 3) == TIME
        assert submit(asked, build(entries(700)), 700, 700) == TIME
        assert small.held.size == 700

    def test_sends_what_the_specification_shows(self, asked: Witness, small: SmallWitness) -> None:
        submit(asked, build(entries(2)), 2, 0)
        store = build(entries(3))
        submit(asked, store, 3, 2)
        proof = base64std.encode(consistency_proof(store.read, 2, 3)[0])
        assert small.bodies[0] == b"old 0\n\n" + build(entries(2)).files["checkpoint"]
        assert small.bodies[1] == f"old 2\n{proof}\n\n".encode() + store.files["checkpoint"]

    def test_starts_again_once_from_the_size_that_the_witness_has(
        self, asked: Witness, small: SmallWitness, running: Running
    ) -> None:
        submit(asked, build(entries(3)), 3, 0)
        running.asked.clear()
        assert submit(asked, build(entries(700)), 700, 300) == TIME
        assert running.asked == ["POST /w/add-checkpoint"] * 2
        assert small.bodies[-1].startswith(b"old 3\n")

    def test_gives_up_when_the_witness_names_sizes_without_end(self, asked: Witness, small: SmallWitness) -> None:
        small.answers = [(409, b"3\n", "text/x.tlog.size"), (409, b"2\n", "text/x.tlog.size")]
        assert refused(asked).code == "witness.later"
        assert len(small.bodies) == 2

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "witness.malformed"),
            (403, "witness.key"),
            (404, "witness.unknown_log"),
            (429, "witness.later"),
            (503, "witness.later"),
            (204, "witness.answer"),
            (302, "witness.answer"),
            (418, "witness.answer"),
        ],
    )
    def test_says_which_refusal_it_was(self, asked: Witness, small: SmallWitness, status: int, code: str) -> None:
        small.answers = [(status, b"", "text/plain")]
        refusal = refused(asked)
        assert refusal.code == code
        assert not isinstance(refusal, WitnessAlarm)

    @pytest.mark.parametrize(
        ("body", "media_type"),
        [
            (b"3", "text/x.tlog.size"),
            (b"03\n", "text/x.tlog.size"),
            (b"-3\n", "text/x.tlog.size"),
            (b"3\n\n", "text/x.tlog.size"),
            (b"", "text/x.tlog.size"),
            (b"\xff\n", "text/x.tlog.size"),
            (b"3\n", "text/plain"),
            (b"0\n", "text/x.tlog.size"),  # the very size that we gave
        ],
    )
    def test_refuses_a_conflict_that_says_nothing(
        self, asked: Witness, small: SmallWitness, body: bytes, media_type: str
    ) -> None:
        small.answers = [(409, body, media_type)]
        assert refused(asked).code == "witness.answer"
        assert len(small.bodies) == 1

    def test_believes_no_signature_that_it_did_not_verify(self, asked: Witness, small: SmallWitness) -> None:
        note = parse_note(build(entries(5)).files["checkpoint"])
        good = cosignature(note, small.key, small.secret)
        other_key, other_secret = witness(9)
        other_note = parse_note(build(entries(4)).files["checkpoint"])
        for body in (
            b"",
            b"\n",
            b"ok\n",
            good.line.encode()[:-1],
            flipped(good.line.encode(), 900),
            cosignature(other_note, small.key, small.secret).line.encode(),
            cosignature(note, other_key, other_secret).line.encode(),
            note.signatures[0].line.encode(),
            b"\xff\n",
        ):
            small.answers = [(200, body, "text/plain")]
            assert refused(asked).code == "witness.answer"

    def test_ignores_lines_of_others(self, asked: Witness, small: SmallWitness) -> None:
        note = parse_note(build(entries(5)).files["checkpoint"])
        good = cosignature(note, small.key, small.secret)
        stranger = cosignature(note, *witness(9, "stranger"))
        small.answers = [(200, (stranger.line + good.line).encode(), "text/plain")]
        assert submit(asked, build(entries(5)), 5, 0) == TIME

    def test_asks_later_when_nobody_answers(self, small: SmallWitness) -> None:
        with serving(small.respond) as gone:
            pass
        assert refused(Witness(small.key, Server(gone.url, only_public=False))).code == "witness.later"


class TestAlarm:
    def test_of_another_history(self, asked: Witness) -> None:
        submit(asked, build(entries(300)), 300, 0)
        forked = build([*entries(200), *entries(500, "other")])
        with pytest.raises(WitnessAlarm) as alarm:
            submit(asked, forked, 700, 300)
        assert alarm.value.code == "witness.alarm"

    def test_of_another_root_for_one_size(self, asked: Witness, small: SmallWitness) -> None:
        submit(asked, build(entries(300)), 300, 0)
        with pytest.raises(WitnessAlarm):
            submit(asked, build(entries(300, "other")), 300, 300)
        # Version 1.0.0 of the specification answered so.
        small.answers = [(409, b"300\n", "text/x.tlog.size")]
        with pytest.raises(WitnessAlarm):
            submit(asked, build(entries(300, "other")), 300, 300)

    def test_of_a_log_that_was_restored_from_a_backup(self, asked: Witness) -> None:
        submit(asked, build(entries(300)), 300, 0)
        with pytest.raises(WitnessAlarm) as alarm:
            submit(asked, build(entries(200)), 200, 100)
        assert alarm.value.code == "witness.alarm.rollback"


class TestLatestSeen:
    def test_is_what_the_witness_cosigned_last(self, asked: Witness) -> None:
        assert latest_seen(asked, KEY) is None
        submit(asked, build(entries(3)), 3, 0)
        assert latest_seen(asked, KEY) == checkpoint_of(parse_note(build(entries(3)).files["checkpoint"]), [KEY])

    def test_believes_both_signatures_or_nothing(self, asked: Witness, small: SmallWitness) -> None:
        good = cosigned(parse_note(build(entries(3)).files["checkpoint"]), 8).octets
        for note in (
            build(entries(3)).files["checkpoint"],
            cosigned(parse_note(build(entries(3)).files["checkpoint"]), 9).octets,
            flipped(good, 800),
            flipped(good, len(good) * 8 - 200),
            b"hello",
        ):
            small.note = note
            with pytest.raises(WitnessError) as refusal:
                latest_seen(asked, KEY)
            assert refusal.value.code == "witness.answer"


class TestAWitnessOfOthers:
    """aics-witness, unmodified, over HTTP."""

    @pytest.fixture
    def theirs(self, tmp_path: Path) -> Iterator[Witness]:
        _, secret = witness()
        store = aics_witness.store.WitnessStore(tmp_path / "witness.db", create=True)
        log = LogConfig.from_strings(ORIGIN, [KEY.text])
        judge = aics_witness.service.Witness("temoin.example.org/theirs", secret, store, [log])
        server = aics_witness.service.make_server(judge)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        asked = Witness(parse_vkey(judge.vkey_text), Server(server.url, only_public=False))
        yield asked
        asked.server.close()
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()

    def test_cosigns_our_log_as_it_grows(self, theirs: Witness) -> None:
        for known, size in [(0, 1), (1, 3), (3, 255), (255, 256), (256, 700), (700, 700), (5, 1000)]:
            assert submit(theirs, build(entries(size)), size, known) > 0
        assert latest_seen(theirs, KEY).size == 1000

    def test_refuses_a_fork(self, theirs: Witness) -> None:
        submit(theirs, build(entries(300)), 300, 0)
        for forked, size in [
            ([*entries(299), b"other"], 300),
            ([*entries(200), *entries(500, "other")], 700),
        ]:
            with pytest.raises(WitnessAlarm):
                submit(theirs, build(forked), size, 300)
        assert latest_seen(theirs, KEY).size == 300

    def test_refuses_a_rollback(self, theirs: Witness) -> None:
        submit(theirs, build(entries(300)), 300, 0)
        with pytest.raises(WitnessAlarm) as alarm:
            submit(theirs, build(entries(200)), 200, 200)
        assert alarm.value.code == "witness.alarm.rollback"

    def test_does_not_know_another_log(self, theirs: Witness) -> None:
        other = VerifierKey("certif.example.fr/other", KEY.kind, KEY.public_key)
        assert latest_seen(theirs, other) is None
