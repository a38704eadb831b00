from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from jurande.core.proof.status.bitstring import LEAST_ENTRIES
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest, JobState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import Batch, BatchChunk, BatchRefusal, SealedCredential, StatusPlaces
from jurande.registers.seal.operations import batches, checking
from jurande.registers.seal.operations.credentials import IssueRefused, Line, take_places
from jurande.registers.seal.states import BatchState, SealState
from tests.registers.seal.conftest import LATER, NOW
from tests.registers.seal.homes import SKELETON, holder_values


def lines(count: int) -> Iterator[Line]:
    for n in range(count):
        yield Line(f"b:{n}", f"b-{n}", holder_values(n), "INES")


def clock() -> datetime:
    return LATER


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 4)


def asked(certifier: Certifier, actor: Actor, *, count: int = 10, also: list[Line] | None = None) -> Batch:
    return batches.issue_batch(
        certifier=certifier,
        kind="test",
        idempotency_key="lot-1",
        skeleton=SKELETON,
        lines=[*lines(count), *(also or [])],
        actor=actor,
        now=NOW,
    )


@pytest.mark.usefixtures("small_chunks")
class TestBatch:
    def test_issues_every_line_by_its_job(self, certifier: Certifier, actor: Actor) -> None:
        batch = asked(certifier, actor)
        job = JobRequest.objects.get(subject_code=batch.code)
        assert jobs.execute(job.code, worker_code="test", clock=clock)
        job.refresh_from_db()
        batch.refresh_from_db()
        assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 10, 10)
        assert (batch.state, batch.done, batch.refused) == (BatchState.DONE, 10, 0)
        rows = SealedCredential.objects.filter(batch=batch).order_by("batch_line")
        assert [row.batch_line for row in rows] == list(range(10))
        assert {row.state for row in rows} == {SealState.SEALED}
        assert not BatchChunk.objects.exists()
        assert checking.check(now=LATER).bad == 0

    def test_says_of_each_line_why_it_was_refused(self, certifier: Certifier, actor: Actor) -> None:
        wrong = [
            Line("b:3", "other", holder_values(3)),
            Line("b:20", "b-4", holder_values(4)),
            Line("b:21", "b-21", {"name": "sans titulaire"}),
            Line("b:22", "b-22", {"holder": "pas un espace", "name": "x"}),
            Line("b:23", "b-23", {**holder_values(5), "name": "un\x07"}),
            Line("b:24", "b-24", holder_values(24)),
        ]
        batch = asked(certifier, actor, also=wrong)
        batches.run_batch(code=batch.code, clock=clock, progress=lambda *counts: None)
        refusals = dict(BatchRefusal.objects.filter(batch=batch).values_list("line", "reason_code"))
        assert set(refusals) == {10, 11, 12, 13, 14}
        assert (refusals[10], refusals[11], refusals[12]) == ("business_key", "idempotency", "template.values")
        assert SealedCredential.objects.filter(batch=batch).count() == 11

    def test_goes_on_where_it_was_cut(self, certifier: Certifier, actor: Actor) -> None:
        batch = asked(certifier, actor)

        class Cut(Exception):
            pass

        def cut(done: int, refused: int, total: int) -> None:
            if done >= 8:
                raise Cut

        with pytest.raises(Cut):
            batches.run_batch(code=batch.code, clock=clock, progress=cut)
        assert SealedCredential.objects.count() == 8
        told: list[int] = []
        batches.run_batch(code=batch.code, clock=clock, progress=lambda done, refused, total: told.append(done))
        assert told == [10]
        assert SealedCredential.objects.filter(state=SealState.SEALED).count() == 10

    def test_asked_twice_is_the_same_batch(self, certifier: Certifier, actor: Actor) -> None:
        assert asked(certifier, actor).pk == asked(certifier, actor).pk
        with pytest.raises(IssueRefused):
            asked(certifier, actor, count=9)

    def test_without_lines_is_refused(self, certifier: Certifier, actor: Actor) -> None:
        with pytest.raises(IssueRefused):
            asked(certifier, actor, count=0)
        assert not Batch.objects.exists()


class TestPlaces:
    def test_a_full_pair_of_lists_is_followed_by_another(self, certifier: Certifier, actor: Actor) -> None:
        take_places(certifier, 1, now=NOW)
        StatusPlaces.objects.update(given=LEAST_ENTRIES - 1)
        taken = take_places(certifier, 3, now=NOW)
        assert [number for number, _index in taken] == [1, 2, 2]
        assert len(set(taken)) == 3
