"""What is kept long enough leaves in the night, what is frozen stays, and a report says how many."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award, AwardClaim, Erasure, FormerRecord, PurgeReport, Withdrawal
from jurande.registers.awards.operations import claims as judging
from jurande.registers.awards.operations import life, purging, retention
from jurande.registers.awards.operations.retention import RetentionRefused
from jurande.registers.awards.queries import retention as queries
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.erasure import ErasureCause, HoldScope, KeptCategory
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.documents.models import Document
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.checking import check
from jurande.registers.seal.states import Reason
from tests import factories
from tests.registers.awards import claims, holds, lots, proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

OLD = TODAY.replace(day=1, year=TODAY.year - 11)


@pytest.fixture(autouse=True)
def _home(db: None, settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def kept_for(house: Certifier, category: KeptCategory, months: int | None) -> None:
    administrator = factories.actor_of(factories.administrator(house), house)
    retention.set_retention(
        certifier=house, category=category, months=months, reason="Essai.", actor=administrator, now=NOW
    )


def aged(award: Award) -> Award:
    """The same, as if it had been issued eleven years ago."""
    Award.objects.filter(pk=award.pk).update(awarded_on=OLD, issued_at=NOW.replace(year=OLD.year, day=1))
    award.refresh_from_db()
    return award


def purged(house: Certifier) -> dict[str, dict[str, int]]:
    """Run what the night runs, and give what its report counts."""
    purging.purge(certifier_code="", job_code="", report=lambda *counts: None, clock=lambda: NOW)
    found = PurgeReport.objects.filter(certifier=house).order_by("-pk").first()
    return found.counts if found else {}


@pytest.fixture
def award() -> Award:
    made = proved.awarded(settle=False)
    projection.settle(now=NOW, wait_seconds=5)
    return made


class TestAPurge:
    def test_takes_what_is_over_and_nothing_else(self, award: Award) -> None:
        old = aged(proved.awarded(award.design, name=("Ada", "Ancienne")))
        still_valid = aged(proved.awarded(award.design, valid_until=TODAY))
        issued_late = proved.awarded(award.design, awarded_on=OLD)
        house = award.certifier
        assert purged(house) == {}
        kept_for(house, KeptCategory.AWARDS, 120)
        (due,) = (each for each in queries.due_in(house, today=TODAY) if each.over)
        assert (due.kept.category, due.leaving) == (KeptCategory.AWARDS, 1)
        assert purged(house) == {"awards": {"gone": 1, "held": 0}}
        kept = {still_valid.pk, issued_late.pk, award.pk}
        states = dict(Award.objects.values_list("pk", "state"))
        assert states == {old.pk: AwardState.ERASED} | dict.fromkeys(kept, AwardState.ISSUED)
        assert Erasure.objects.get().cause == ErasureCause.RETENTION
        assert Entry.objects.filter(chain=house.code, action="awards.retention.purged").count() == 1
        assert not check(now=NOW).faults

    def test_leaves_what_a_procedure_freezes_and_counts_it(self, award: Award) -> None:
        aged(award)
        house = award.certifier
        kept_for(house, KeptCategory.AWARDS, 1)
        hold = holds.held(award, scope=HoldScope.CERTIFICATION, about=award.certification)
        assert purged(house) == {"awards": {"gone": 0, "held": 1}}
        retention.lift_hold(hold=hold, actor=lots.signatory(house), now=NOW)
        assert purged(house) == {"awards": {"gone": 1, "held": 0}}

    def test_stops_nothing_once_the_last_day_of_a_hold_is_past(self, award: Award) -> None:
        aged(award)
        kept_for(award.certifier, KeptCategory.AWARDS, 1)
        hold = holds.held(award, until_on=TODAY)
        assert purged(award.certifier) == {"awards": {"gone": 0, "held": 1}}
        type(hold).objects.filter(pk=hold.pk).update(until_on=TODAY - timedelta(days=1))
        assert purged(award.certifier) == {"awards": {"gone": 1, "held": 0}}

    def test_empties_words_and_evidence_of_the_other_categories(
        self, award: Award, django_capture_on_commit_callbacks: Any
    ) -> None:
        house, actor = award.certifier, lots.signatory(award.certifier)
        claim = claims.submitted(claims.opened(house))
        judging.refuse_claim(claim=claim, reasons="Trop court.", actor=claims.issuer(house), now=NOW)
        life.suspend_award(award=award, reason=Reason.INQUIRY, note="Un doute.", actor=actor, now=NOW)
        former = FormerRecord.objects.create(
            award=proved.awarded(award.design),
            certifier=house,
            platform="sheet",
            external_id="7",
            digest="7" * 64,
            title="Réparer",
            record='{"nom": "Ada"}',
            taken_at=NOW,
            taken_by_code="ANNESOPHIE",
        )
        long_ago = NOW.replace(year=NOW.year - 6)
        AwardClaim.objects.update(decided_at=long_ago)
        Withdrawal.objects.update(effective_on=OLD)
        FormerRecord.objects.update(taken_at=long_ago)
        with django_capture_on_commit_callbacks(execute=True):
            one_each = {"gone": 1, "held": 0}
            assert purged(house) == {"claims": one_each, "decisions": one_each, "takeovers": one_each}
        claim.refresh_from_db()
        former.refresh_from_db()
        assert (claim.statement, claim.reasons, claim.evidence.count()) == ("", "", 0)
        assert not Document.objects.filter(filename="compte-rendu.pdf").exists()
        assert (Withdrawal.objects.get().note, former.record) == ("", "")
        assert purged(house) == {"claims": one_each, "decisions": one_each, "takeovers": one_each}, "twice is once"
        assert PurgeReport.objects.count() == 1

    def test_cut_short_goes_on_in_the_same_report(self, award: Award, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(2):
            aged(proved.awarded(award.design))
        kept_for(award.certifier, KeptCategory.AWARDS, 12)
        monkeypatch.setattr(purging, "CHUNK", 1)

        class Killed(Exception):
            pass

        def stop(gone: int, _held: int, total: int) -> None:
            assert total == 2
            raise Killed

        with pytest.raises(Killed):
            purging.purge(certifier_code="", job_code="", report=stop, clock=lambda: NOW)
        assert PurgeReport.objects.get().finished_at is None
        assert purged(award.certifier) == {"awards": {"gone": 2, "held": 0}}
        assert PurgeReport.objects.get().finished_at == NOW


class TestADuration:
    def test_is_the_proposed_one_until_a_house_chooses(self, award: Award) -> None:
        def found() -> dict[KeptCategory, int | None]:
            return {kept.category: kept.months for kept in queries.kept_by(award.certifier)}

        assert set(found()) == set(KeptCategory)
        assert found()[KeptCategory.CLAIMS] == 60
        kept_for(award.certifier, KeptCategory.CLAIMS, 24)
        assert found()[KeptCategory.CLAIMS] == 24

    @pytest.mark.parametrize(("months", "reason"), [(0, "Oui."), (1201, "Oui."), (12, "  "), (12, "x" * 301)])
    def test_refuses_what_is_no_duration_or_no_reason(self, award: Award, months: int, reason: str) -> None:
        administrator = factories.actor_of(factories.administrator(award.certifier), award.certifier)
        with pytest.raises(RetentionRefused):
            retention.set_retention(
                certifier=award.certifier,
                category=KeptCategory.CLAIMS,
                months=months,
                reason=reason,
                actor=administrator,
                now=NOW,
            )

    def test_is_for_administrators_of_the_house(self, award: Award) -> None:
        other = factories.certifier()
        for actor in (
            lots.signatory(award.certifier),
            factories.actor_of(factories.administrator(other), other),
        ):
            with pytest.raises(NotAllowed):
                retention.set_retention(
                    certifier=award.certifier,
                    category=KeptCategory.CLAIMS,
                    months=12,
                    reason="Oui.",
                    actor=actor,
                    now=NOW,
                )


class TestAHold:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"about": None}, "number"),
            ({"scope": HoldScope.LOT}, "lot"),
            ({"reason": " "}, "reason"),
            ({"until_on": date(2020, 3, 12)}, "until_on"),
        ],
    )
    def test_refuses_what_names_nothing_or_ends_before_it_starts(
        self, award: Award, changed: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(RetentionRefused) as refused:
            holds.held(award, **changed)
        assert refused.value.field == field

    def test_is_lifted_once_and_by_who_may_withdraw(self, award: Award) -> None:
        hold = holds.held(award)
        reader = factories.actor_of(factories.member(Role.READER, of=award.certifier), award.certifier)
        with pytest.raises(NotAllowed):
            retention.lift_hold(hold=hold, actor=reader, now=NOW)
        actor = lots.signatory(award.certifier)
        retention.lift_hold(hold=hold, actor=actor, now=NOW)
        with pytest.raises(RetentionRefused, match="déjà levé"):
            retention.lift_hold(hold=hold, actor=actor, now=NOW)

    def test_of_a_person_keeps_all_that_they_were_issued_and_nothing_of_others(self, award: Award) -> None:
        Award.objects.filter(pk=award.pk).update(holder_digest="a" * 64)
        same = proved.awarded(award.design, holder_digest="a" * 64)
        other = proved.awarded(award.design, holder_digest="b" * 64)
        award.refresh_from_db()
        hold = holds.held(award, scope=HoldScope.PERSON)
        assert queries.frozen_among([award.pk, same.pk, other.pk], today=TODAY) == {award.pk, same.pk}
        assert queries.count_frozen_by(hold) == 2
