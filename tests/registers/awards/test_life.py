"""What becomes of an award once it is issued."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award, Design, ExpiryReminder, Renewal, Withdrawal
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import bulk, expiring, life, replacing
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.queries import life as queries
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.states import AwardState, BulkState, LifeMove, Origin
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal import queries as seal
from jurande.registers.seal.operations import checking, projection
from jurande.registers.seal.states import Reason, Standing
from tests import factories
from tests.registers.awards import proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

NOTE = "L’épreuve du 12 mars s’est tenue sans évaluateur."
Give = Callable[..., Award]


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design(db: None) -> Design:
    return proved.designed(proved.house())


@pytest.fixture
def give(design: Design) -> Give:
    def given(address: str = "ines@exemple.fr", **changed: Any) -> Award:
        return proved.awarded(
            design, email=address, email_digest=email_digest(address), issued_by_code="ANNESOPHIE", **changed
        )

    return given


@pytest.fixture
def award(give: Give) -> Award:
    return give()


@pytest.fixture
def signatory(design: Design) -> Actor:
    return factories.actor_of(factories.member(Role.SIGNATORY, of=design.certifier), design.certifier)


@pytest.fixture
def again(award: Award) -> Callable[[], Award]:
    def read() -> Award:
        return Award.objects.select_related("credential").get(pk=award.pk)

    return read


def kinds_written(address: str = "ines@exemple.fr") -> list[str]:
    return [mail.kind for mail in Message.objects.order_by("pk") if mail.to_email == address]


class TestSuspendAndRestore:
    def test_is_one_act_of_the_record_the_seal_the_journal_and_the_mail(
        self, award: Award, signatory: Actor, again: Callable[[], Award]
    ) -> None:
        life.suspend_award(award=award, reason=Reason.INQUIRY, note=NOTE, actor=signatory, now=NOW)
        row = again()
        assert (row.state, row.suspended_on) == (AwardState.SUSPENDED, TODAY)
        assert row.credential is not None
        assert row.credential.standing == Standing.SUSPENDED
        assert kinds_written() == ["awards.suspended"]
        entry = Entry.objects.get(action="awards.award.suspended")
        assert (entry.subject_code, entry.reason_code) == (award.code, Reason.INQUIRY)
        assert NOTE in Message.objects.get(kind="awards.suspended").body

    def test_counts_again_once_restored(self, award: Award, signatory: Actor, again: Callable[[], Award]) -> None:
        life.suspend_award(award=award, reason=Reason.INQUIRY, note=NOTE, actor=signatory, now=NOW)
        life.restore_award(award=award, reason=Reason.CLEARED, note="Tout est en ordre.", actor=signatory, now=NOW)
        row = again()
        assert (row.state, row.suspended_on) == (AwardState.ISSUED, None)
        assert row.credential is not None
        assert row.credential.standing == Standing.VALID
        assert list(queries.decisions_of(award).values_list("move", flat=True)) == ["suspend", "restore"]

    def test_refuses_what_is_not_suspended(self, award: Award, signatory: Actor) -> None:
        with pytest.raises(LifeRefused, match="rien à rétablir"):
            life.restore_award(award=award, reason=Reason.CLEARED, note=NOTE, actor=signatory, now=NOW)


class TestRevoke:
    def test_says_whether_it_was_collected(self, give: Give, signatory: Actor) -> None:
        before, after = give(), give("luc@exemple.fr", collected_at=NOW, name=("Luc", "Martin"))
        for one in (before, after):
            life.revoke_award(award=one, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        assert list(Withdrawal.objects.order_by("pk").values_list("was_collected", flat=True)) == [False, True]
        assert kinds_written("luc@exemple.fr") == ["awards.revoked"]

    @pytest.mark.parametrize("note", ["", "  \n ", "x" * 2001])
    def test_demands_a_reason_in_clear(self, award: Award, signatory: Actor, note: str) -> None:
        with pytest.raises(LifeRefused) as refused:
            life.revoke_award(award=award, reason=Reason.MISTAKE, note=note, actor=signatory, now=NOW)
        assert refused.value.field == "note"

    def test_refuses_a_reason_of_another_act(self, award: Award, signatory: Actor) -> None:
        with pytest.raises(LifeRefused):
            life.revoke_award(award=award, reason=Reason.CLEARED, note=NOTE, actor=signatory, now=NOW)

    def test_happens_once(self, award: Award, signatory: Actor) -> None:
        life.revoke_award(award=award, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        with pytest.raises(LifeRefused, match="déjà révoquée"):
            life.revoke_award(award=award, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        assert kinds_written() == ["awards.revoked"]

    def test_is_for_who_may_withdraw_in_this_house(self, award: Award, design: Design) -> None:
        reader = factories.actor_of(factories.member(Role.READER, of=design.certifier), design.certifier)
        other = factories.certifier()
        stranger = factories.actor_of(factories.administrator(other), other)
        for actor in (reader, stranger):
            with pytest.raises(NotAllowed):
                life.revoke_award(award=award, reason=Reason.MISTAKE, note=NOTE, actor=actor, now=NOW)

    def test_of_what_was_issued_elsewhere_changes_the_record_alone(self, award: Award, signatory: Actor) -> None:
        Award.objects.filter(pk=award.pk).update(origin=Origin.ELSEWHERE, credential=None, design=None)
        award.refresh_from_db()
        life.revoke_award(award=award, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        award.refresh_from_db()
        assert award.state == AwardState.REVOKED

    def test_is_not_held_back_by_an_address_that_is_none(self, give: Give, signatory: Actor) -> None:
        award = give("pas une adresse")
        life.revoke_award(award=award, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        assert not Message.objects.filter(kind="awards.revoked").exists()


class TestCorrect:
    def test_issues_the_new_one_and_revokes_the_former_in_one_act(
        self, award: Award, signatory: Actor, again: Callable[[], Award]
    ) -> None:
        said = replace(Said.by(award), first_name="Ynès")
        made = replacing.correct_award(
            award=award, said=said, reason=Reason.WRONG_CONTENT, note="Prénom.", actor=signatory, now=NOW
        )
        projection.settle(now=NOW, wait_seconds=5)
        former = again()
        made.refresh_from_db()
        assert former.credential is not None
        assert (former.state, former.credential.standing) == (AwardState.REPLACED, Standing.REVOKED)
        assert former.replaced_by == made
        assert (made.first_name, made.state, made.awarded_on) == ("Ynès", AwardState.ISSUED, former.awarded_on)
        assert made.credential is not None
        made.credential.refresh_from_db()
        signed = (seal.signed_bytes(made.credential) or b"").decode()
        assert "Ynès Carvalho" in signed
        assert made.shown_number in signed
        assert kinds_written() == ["awards.replaced"]
        assert Entry.objects.filter(action="awards.award.replaced", subject_code=award.code).count() == 1

    def test_leaves_nothing_half_done_when_it_cannot_be_signed(
        self, award: Award, signatory: Actor, again: Callable[[], Award], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(**asked: Any) -> None:
            raise LifeRefused("Rien ne peut être signé.")

        monkeypatch.setattr(replacing, "issue", stop)
        said = replace(Said.by(award), first_name="Ynès")
        with pytest.raises(LifeRefused):
            replacing.correct_award(
                award=award, said=said, reason=Reason.WRONG_CONTENT, note="P.", actor=signatory, now=NOW
            )
        assert again().state == AwardState.ISSUED
        assert not kinds_written()

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({}, ""),
            ({"first_name": " "}, "first_name"),
            ({"last_name": "Carv4lho"}, "last_name"),
            ({"email": "ines"}, "email"),
            ({"awarded_on": TODAY + timedelta(days=1)}, "awarded_on"),
            ({"valid_until": TODAY - timedelta(days=400)}, "valid_until"),
            ({"valid_until": date.max}, "valid_until"),
            ({"awarded_on": date.min}, "awarded_on"),
        ],
    )
    def test_refuses_what_is_wrong_beside_its_field(
        self, award: Award, signatory: Actor, changed: dict[str, Any], field: str
    ) -> None:
        said = replace(Said.by(award), **changed)
        with pytest.raises(LifeRefused) as refused:
            replacing.correct_award(
                award=award, said=said, reason=Reason.WRONG_CONTENT, note="P.", actor=signatory, now=NOW
            )
        assert refused.value.field == field

    def test_does_not_lift_a_suspension(self, award: Award, signatory: Actor, again: Callable[[], Award]) -> None:
        life.suspend_award(award=award, reason=Reason.FRAUD, note=NOTE, actor=signatory, now=NOW)
        said = replace(Said.by(award), first_name="Ynès")
        made = replacing.correct_award(
            award=award, said=said, reason=Reason.WRONG_CONTENT, note="P.", actor=signatory, now=NOW
        )
        projection.settle(now=NOW, wait_seconds=5)
        former = again()
        made.refresh_from_db()
        assert former.credential is not None
        assert made.credential is not None
        made.credential.refresh_from_db()
        assert (former.state, former.credential.standing) == (AwardState.REPLACED, Standing.REVOKED)
        assert (made.state, made.credential.standing) == (AwardState.SUSPENDED, Standing.SUSPENDED)
        assert made.suspended_on == TODAY
        assert [(one.move, one.reason_code, one.note) for one in queries.decisions_of(made)] == [
            (LifeMove.SUSPEND, Reason.FRAUD, NOTE)
        ]
        assert kinds_written() == ["awards.suspended", "awards.replaced"]
        assert "reste suspendue" not in (body := Message.objects.order_by("-pk")[0].body)
        assert "Elle est suspendue, comme l’était la précédente." in body
        life.restore_award(award=made, reason=Reason.CLEARED, note="Vu.", actor=signatory, now=NOW)

    def test_of_what_is_over_stays_over_on_the_same_day(self, give: Give, signatory: Actor) -> None:
        ended, later = TODAY + timedelta(days=20), NOW + timedelta(days=60)
        award = give("luc@exemple.fr", valid_until=ended)

        def corrected(**changed: Any) -> Award:
            said = replace(Said.by(award), first_name="Ynès", **changed)
            return replacing.correct_award(
                award=award, said=said, reason=Reason.WRONG_CONTENT, note="P.", actor=signatory, now=later
            )

        with pytest.raises(LifeRefused, match="déjà passée"):
            corrected(valid_until=ended + timedelta(days=1))
        made = corrected()
        projection.settle(now=later, wait_seconds=5)
        made.refresh_from_db()
        assert (made.state, made.valid_until) == (AwardState.ISSUED, ended)
        assert made.credential is not None
        made.credential.refresh_from_db()
        signed = json.loads(seal.signed_bytes(made.credential) or b"")
        assert signed["validFrom"] == signed["validUntil"]
        assert signed["proof"][0]["created"] > signed["validUntil"]
        assert checking.check(now=later).bad == 0
        assert proofs.prove(made, now=later).standing == proofs.Standing.EXPIRED
        assert "elle a pris fin le" in Message.objects.order_by("-pk")[0].body

    def test_of_what_was_renewed_leaves_it_renewed(self, give: Give, signatory: Actor) -> None:
        award = give("luc@exemple.fr", valid_until=TODAY + timedelta(days=20))
        until = TODAY + timedelta(days=1000)
        renewed = replacing.renew_award(award=award, awarded_on=TODAY, valid_until=until, actor=signatory, now=NOW)
        again = [
            replacing.correct_award(
                award=one,
                said=replace(Said.by(one), first_name="Ynès"),
                reason=Reason.WRONG_CONTENT,
                note="P.",
                actor=factories.actor_of(factories.member(Role.SIGNATORY, of=one.certifier), one.certifier),
                now=NOW,
            )
            for one in (award, renewed)
        ]
        kept = Renewal.objects.get()
        assert [kept.former, kept.award] == again

    def test_is_refused_to_who_issued_it(self, award: Award, signatory: Actor) -> None:
        Award.objects.filter(pk=award.pk).update(issued_by_code=signatory.code)
        award.refresh_from_db()
        said = replace(Said.by(award), first_name="Ynès")
        with pytest.raises(NotAllowed):
            replacing.correct_award(
                award=award, said=said, reason=Reason.WRONG_CONTENT, note="P.", actor=signatory, now=NOW
            )


class TestRenew:
    def test_gives_the_same_again_and_leaves_the_former_as_it_is(self, give: Give, signatory: Actor) -> None:
        award = give(valid_until=TODAY + timedelta(days=20))
        until = TODAY + timedelta(days=1000)
        made = replacing.renew_award(award=award, awarded_on=TODAY, valid_until=until, actor=signatory, now=NOW)
        award.refresh_from_db()
        assert (award.state, made.valid_until) == (AwardState.ISSUED, until)
        assert Renewal.objects.get().former == award
        assert kinds_written() == ["awards.renewed"]
        with pytest.raises(LifeRefused, match="déjà renouvelée"):
            replacing.renew_award(award=award, awarded_on=TODAY, valid_until=until, actor=signatory, now=NOW)

    def test_is_for_what_ends_and_goes_further(self, give: Give, award: Award, signatory: Actor) -> None:
        endless, ending = award, give("luc@exemple.fr", valid_until=TODAY + timedelta(days=20))
        for one, until in ((endless, TODAY + timedelta(days=1000)), (ending, ending.valid_until), (ending, date.max)):
            assert until is not None
            with pytest.raises(LifeRefused):
                replacing.renew_award(award=one, awarded_on=TODAY, valid_until=until, actor=signatory, now=NOW)


class TestBulk:
    def shown(self, awards: list[Award], signatory: Actor) -> Any:
        return bulk.prepare_bulk(
            certifier=awards[0].certifier,
            move=LifeMove.REVOKE,
            reason=Reason.FRAUD,
            note=NOTE,
            title="Une liste de numéros",
            awards=awards,
            actor=signatory,
            now=NOW,
        )

    def test_shows_then_decides_each_once_and_says_which_it_could_not(self, give: Give, signatory: Actor) -> None:
        awards = [give(f"p{n}@exemple.fr", name=("Prénom", f"Nom{'abcde'[n]}")) for n in range(4)]
        life.revoke_award(award=awards[0], reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        held = self.shown(awards, signatory)
        seen = queries.foreseen(held)
        assert (seen.able, seen.written_to, seen.refused) == (3, 3, [("Révoqué", 1)])
        bulk.start_bulk(bulk=held, actor=signatory, now=NOW)
        held.refresh_from_db()
        told: list[tuple[int, int, int]] = []
        bulk.run_bulk(bulk=held, report=lambda *counts: told.append(counts), now=lambda: NOW)
        held.refresh_from_db()
        assert held.state == BulkState.DONE
        assert told == [(3, 1, 4)]
        assert queries.outcome_of(held) == {"waiting": 0, "done": 3, "refused": 1}
        assert Award.objects.filter(state=AwardState.REVOKED).count() == 4
        assert Message.objects.filter(kind="awards.revoked").count() == 4

    def test_goes_on_where_it_was_cut(self, give: Give, signatory: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        awards = [give(f"p{n}@exemple.fr", name=("Prénom", f"Nom{'abcde'[n]}")) for n in range(5)]
        held = bulk.start_bulk(bulk=self.shown(awards, signatory), actor=signatory, now=NOW)
        monkeypatch.setattr(bulk, "CHUNK", 2)

        class Killed(BaseException):
            pass

        def killer() -> Iterator[None]:
            yield
            raise Killed

        steps = killer()
        with pytest.raises(Killed):
            bulk.run_bulk(bulk=held, report=lambda *counts: next(steps), now=lambda: NOW)
        assert Award.objects.filter(state=AwardState.REVOKED).count() == 4
        bulk.run_bulk(bulk=held, report=lambda *counts: None, now=lambda: NOW)
        assert Withdrawal.objects.filter(bulk=held).count() == 5
        assert Message.objects.filter(kind="awards.revoked").count() == 5

    def test_cancelled_by_hand_says_so_and_goes_on_as_who_resumes_it(
        self, give: Give, signatory: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        awards = [give(f"p{n}@exemple.fr", name=("Prénom", f"Nom{'abcde'[n]}")) for n in range(5)]
        held = bulk.start_bulk(bulk=self.shown(awards, signatory), actor=signatory, now=NOW)
        monkeypatch.setattr(bulk, "CHUNK", 2)
        monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0)
        assert not queries.stopped_among([held])
        with pytest.raises(LifeRefused):
            bulk.resume_bulk(bulk=held, actor=signatory, now=NOW)

        JobRequest.objects.filter(code=held.job_code).update(run_after=NOW)
        original = bulk._chunk

        def cancelling(*asked: Any) -> int:
            jobs.cancel(held.job_code, now=NOW)
            return original(*asked)

        with monkeypatch.context() as patched:
            patched.setattr(bulk, "_chunk", cancelling)
            jobs.execute(held.job_code, worker_code="W", clock=lambda: NOW)
        held.refresh_from_db()
        assert queries.stopped_among([held]) == {held.code}
        assert queries.outcome_of(held) == {"waiting": 3, "done": 2, "refused": 0}

        other = factories.actor_of(factories.member(Role.SIGNATORY, of=held.certifier), held.certifier)
        resumed = bulk.resume_bulk(bulk=held, actor=other, now=NOW)
        jobs.execute(resumed.job_code, worker_code="W", clock=lambda: NOW)
        held.refresh_from_db()
        assert held.state == BulkState.DONE
        decided = Withdrawal.objects.filter(bulk=held).order_by("pk").values_list("decided_by_code", flat=True)
        assert list(decided) == [signatory.code] * 2 + [other.code] * 3
        assert Entry.objects.filter(action="awards.bulk.resumed", subject_code=held.code).count() == 1

    def test_is_given_up_without_a_trace_on_awards(self, award: Award, signatory: Actor) -> None:
        held = self.shown([award], signatory)
        bulk.discard_bulk(bulk=held, actor=signatory, now=NOW)
        award.refresh_from_db()
        assert award.state == AwardState.ISSUED
        with pytest.raises(LifeRefused):
            bulk.start_bulk(bulk=held, actor=signatory, now=NOW)

    def test_finds_awards_by_numbers_pasted_from_anywhere(self, award: Award, signatory: Actor) -> None:
        text = f"n° {award.shown_number}, {award.number.lower()} ; 0000-0000"
        found, unknown = queries.awards_numbered(signatory, text)
        assert (found, unknown) == ([award], ["0000-0000"])

    def test_refuses_awards_of_another_house(self, award: Award, signatory: Actor) -> None:
        other = proved.awarded()
        with pytest.raises(LifeRefused):
            self.shown([award, other], signatory)


class TestReminders:
    def reminded(self) -> list[tuple[str, int]]:
        return [(row.award.email, row.days) for row in ExpiryReminder.objects.select_related("award").order_by("pk")]

    def test_writes_once_for_each_delay(self, give: Give) -> None:
        give(valid_until=TODAY + timedelta(days=60))
        assert expiring.remind_expiring(now=NOW) == 1
        assert expiring.remind_expiring(now=NOW) == 0
        assert expiring.remind_expiring(now=NOW + timedelta(days=30)) == 1
        assert self.reminded() == [("ines@exemple.fr", 90), ("ines@exemple.fr", 30)]
        assert kinds_written() == ["awards.expiring"] * 2

    def test_writes_one_letter_to_who_comes_late(self, give: Give) -> None:
        give(valid_until=TODAY + timedelta(days=3))
        assert expiring.remind_expiring(now=NOW) == 1
        assert expiring.remind_expiring(now=NOW + timedelta(days=1)) == 0
        assert self.reminded() == [("ines@exemple.fr", 7)]

    @pytest.mark.parametrize("days", [-1, 200])
    def test_writes_neither_after_the_end_nor_long_before(self, give: Give, days: int) -> None:
        give(valid_until=TODAY + timedelta(days=days), awarded_on=date(2020, 1, 1), now=NOW - timedelta(days=30))
        assert expiring.remind_expiring(now=NOW) == 0

    def test_follows_what_the_house_chose(self, give: Give, design: Design) -> None:
        issuer = factories.actor_of(factories.member(Role.ISSUER, of=design.certifier), design.certifier)
        give(valid_until=TODAY + timedelta(days=60))
        expiring.set_reminders(certifier=design.certifier, days=[], actor=issuer, now=NOW)
        assert expiring.remind_expiring(now=NOW) == 0
        expiring.set_reminders(certifier=design.certifier, days=[10, 120], actor=issuer, now=NOW)
        assert queries.reminder_days(design.certifier) == [120, 10]
        assert expiring.remind_expiring(now=NOW) == 1
        with pytest.raises(LifeRefused):
            expiring.set_reminders(certifier=design.certifier, days=[0], actor=issuer, now=NOW)

    def test_writes_to_nobody_about_what_is_withdrawn_or_renewed(self, give: Give, signatory: Actor) -> None:
        revoked, renewed = (give(f"p{n}@exemple.fr", valid_until=TODAY + timedelta(days=20)) for n in range(2))
        life.revoke_award(award=revoked, reason=Reason.MISTAKE, note=NOTE, actor=signatory, now=NOW)
        replacing.renew_award(
            award=renewed, awarded_on=TODAY, valid_until=TODAY + timedelta(days=900), actor=signatory, now=NOW
        )
        assert expiring.remind_expiring(now=NOW) == 0
