from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from jurande.registers.journal.facts import GENESIS, Content, Known, Link, chained_hash, faults, origin_of
from jurande.registers.journal.states import Fault
from tests.conftest import ROOT

# The example of docs/algorithms/journal.md, letter for letter.
BYTES = (
    '["jurande-journal-1","7KQ2MZ0000",1,"2026-03-12T09:00:00.000000Z","A1B2C3D4E5","parties.partnership.opened",'
    '"partnership","P0P0P0P0P0","","","0000000000000000000000000000000000000000000000000000000000000000"]'
)
FINGERPRINT = "91f44ee0458d08114ce38d98a69681c81d9f4be303540a237928abe8cd8d954a"
OPENED = Content(
    at=datetime(2026, 3, 12, 9, tzinfo=UTC),
    actor_code="A1B2C3D4E5",
    action="parties.partnership.opened",
    subject_kind="partnership",
    subject_code="P0P0P0P0P0",
    reason_code="",
    digest="",
)
CODES = st.text("abcXYZ019._-", min_size=1, max_size=8)
CONTENTS = st.builds(
    Content,
    at=st.datetimes(timezones=st.just(UTC)),
    actor_code=CODES | st.just(""),
    action=CODES,
    subject_kind=CODES,
    subject_code=CODES,
    reason_code=CODES | st.just(""),
    digest=st.just(""),
)


def chain_of(contents: list[Content], chain: str = "C1") -> list[Link]:
    links: list[Link] = []
    for seq, content in enumerate(contents, start=1):
        previous = links[-1].hash if links else GENESIS
        links.append(Link(seq, content, previous, chained_hash(chain, seq, content, previous)))
    return links


def read(
    links: list[Link], head_seq: int, head_hash: str, verified: tuple[int, str] = (0, "")
) -> list[tuple[Fault, int]]:
    known = Known(head_seq, head_hash, *verified)
    diagnose = lambda link: origin_of("C1", link, chains=["C1", "C2"], top=head_seq)  # noqa: E731
    return [(fault.kind, fault.seq) for fault in faults("C1", links, known, diagnose)]


class TestChainedHash:
    def test_is_the_sha256_that_the_documentation_works_out(self) -> None:
        page = (ROOT / "docs/algorithms/journal.md").read_text()
        assert chained_hash("7KQ2MZ0000", 1, OPENED, GENESIS) == FINGERPRINT
        assert hashlib.sha256(BYTES.encode()).hexdigest() == FINGERPRINT
        assert FINGERPRINT in page
        assert BYTES in page.replace("\n", "")

    def test_does_not_depend_on_the_zone_that_an_instant_is_written_in(self) -> None:
        there = OPENED.at.astimezone(timezone(timedelta(hours=11)))
        moved = Content(there, *[getattr(OPENED, name) for name in Content.__slots__[1:]])
        assert chained_hash("C1", 1, moved, GENESIS) == chained_hash("C1", 1, OPENED, GENESIS)

    @given(st.lists(st.tuples(CODES, st.integers(1, 9), CONTENTS), min_size=2, max_size=2, unique=True))
    def test_differs_as_soon_as_anything_does(self, two: list[tuple[str, int, Content]]) -> None:
        assert len({chained_hash(chain, seq, content, GENESIS) for chain, seq, content in two}) == 2


class TestFaults:
    @given(st.lists(CONTENTS, max_size=8))
    def test_finds_nothing_in_what_was_written(self, contents: list[Content]) -> None:
        links = chain_of(contents)
        assert read(links, len(links), links[-1].hash if links else GENESIS) == []

    @given(st.lists(CONTENTS, min_size=2, max_size=8), st.data())
    def test_finds_each_removed_entry(self, contents: list[Content], data: st.DataObject) -> None:
        links = chain_of(contents)
        removed = data.draw(st.sets(st.integers(1, len(links)), min_size=1))
        left = [link for link in links if link.seq not in removed]
        known = Known(len(links), links[-1].hash)
        found = list(faults("C1", left, known, lambda link: origin_of("C1", link, chains=[], top=9)))
        assert {fault.kind for fault in found} == {Fault.MISSING}
        missing = {seq for fault in found for seq in range(fault.seq, (fault.last_seq or 0) + 1)}
        assert missing == removed

    @given(st.lists(CONTENTS, min_size=2, max_size=8), st.data())
    def test_says_where_exchanged_entries_stood(self, contents: list[Content], data: st.DataObject) -> None:
        links = chain_of(contents)
        one, other = data.draw(st.lists(st.integers(0, len(links) - 1), min_size=2, max_size=2, unique=True))
        exchanged = list(links)
        for here, there in ((one, other), (other, one)):
            link = links[there]
            exchanged[here] = Link(here + 1, link.content, link.previous_hash, link.hash)
        known = Known(len(links), links[-1].hash)
        found = list(faults("C1", exchanged, known, lambda link: origin_of("C1", link, chains=[], top=9)))
        assert all(fault.kind is Fault.MOVED for fault in found)
        assert {(fault.seq, fault.origin) for fault in found} == {
            (one + 1, str(other + 1)),
            (other + 1, str(one + 1)),
        }

    @given(st.lists(CONTENTS, min_size=1, max_size=8), CONTENTS, st.data())
    def test_finds_a_forged_entry_whose_fingerprint_was_made_anew(
        self, contents: list[Content], forged: Content, data: st.DataObject
    ) -> None:
        links = chain_of(contents)
        at = data.draw(st.integers(0, len(links) - 1))
        if forged == links[at].content:
            return
        tampered = list(links)
        previous = links[at].previous_hash
        tampered[at] = Link(at + 1, forged, previous, chained_hash("C1", at + 1, forged, previous))
        last = at == len(links) - 1
        expected = (Fault.HEAD_ALTERED, at + 1) if last else (Fault.UNLINKED, at + 2)
        assert read(tampered, len(links), links[-1].hash) == [expected]

    @given(st.lists(CONTENTS, min_size=1, max_size=8), CONTENTS)
    def test_finds_a_chain_rewritten_with_its_head_since_the_last_verification(
        self, contents: list[Content], forged: Content
    ) -> None:
        sound = chain_of(contents)
        if forged == contents[0]:
            return
        rewritten = chain_of([forged, *contents[1:]])
        head = rewritten[-1].hash
        assert read(rewritten, len(rewritten), head) == []
        verified = (len(sound), sound[-1].hash)
        assert read(rewritten, len(rewritten), head, verified) == [(Fault.REWRITTEN, len(sound))]

    def test_finds_an_entry_taken_from_another_chain(self) -> None:
        links = chain_of([OPENED, OPENED], chain="C2")
        assert read(links, 2, links[-1].hash) == [(Fault.FOREIGN, 1), (Fault.FOREIGN, 2)]

    def test_finds_what_no_entry_can_hold(self) -> None:
        (link,) = chain_of([OPENED])
        impossible = Link(1, link.content, b"\x00", link.hash)  # type: ignore[arg-type]
        assert read([impossible], 1, link.hash) == [(Fault.ALTERED, 1)]

    def test_finds_a_head_that_is_not_the_tails(self) -> None:
        (link,) = chain_of([OPENED])
        assert read([link], 1, GENESIS) == [(Fault.HEAD_ALTERED, 1)]
        assert read([link], 3, link.hash) == [(Fault.MISSING, 2)]
