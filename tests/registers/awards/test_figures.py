"""What became of what was issued: numbers that tell nobody apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from jurande.core.control.small_numbers import Hidden
from jurande.registers.awards.models import Award, Design, Lot, VisitCount
from jurande.registers.awards.operations import visits
from jurande.registers.awards.queries.figures import BREAKDOWNS, Figures, figures_of
from jurande.registers.awards.states import AwardState, LotSource, LotState
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import MessageState
from jurande.web.visitors import is_somebody
from tests import factories
from tests.registers.awards import held, proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture(autouse=True)
def a_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design() -> Design:
    return proved.designed(proved.house())


def awards(design: Design, number: int, **changed: Any) -> list[Award]:
    return [held.waiting(factories.holder(), design, **changed) for _ in range(number)]


def letter(award: Award, state: MessageState, kind: str = "awards.issued") -> None:
    Message.objects.create(
        certifier_code=award.certifier.code,
        kind=kind,
        about_kind="award",
        about_code=award.code,
        signature="IMR",
        state=state,
        carrier="smtp",
        failure_code="" if state == MessageState.SENT else "5.1.1",
        sent_at=NOW,
        written_at=NOW,
        queued_at=NOW,
        erase_on=TODAY,
    )


def counted(design: Design, by: str = "certification", **named: Any) -> Figures:
    return figures_of(design.certifier, by=by, months=12, now=NOW, **named)


def lot_of(design: Design, issued: int) -> Lot:
    return Lot.objects.create(
        certifier=design.certifier,
        reference=f"L-{issued}",
        certification=design.certification,
        referentiel=design.certification.versions.get(state="published"),
        design=design,
        source=LotSource.ONE,
        title="Session",
        awarded_on=TODAY,
        state=LotState.ISSUED,
        issued=issued,
        prepared_at=NOW,
        prepared_by_code="X",
        approved_at=NOW,
        approved_by_code="Y",
        started_at=NOW,
        finished_at=NOW,
    )


class TestFigures:
    def test_follow_what_was_issued_to_its_holder(self, design: Design) -> None:
        made = awards(design, 12)
        for award in made[:6]:
            letter(award, MessageState.SENT)
            letter(award, MessageState.SENT, "awards.uncollected")
        for award in made[6:]:
            letter(award, MessageState.BOUNCED)
        Award.objects.filter(pk__in=[one.pk for one in made[:5]]).update(collected_at=NOW)
        line = counted(design).lines[0]
        assert (line.about, line.issued) == (design.certification, 12)
        assert [line.cell(name) for name in ("written", "delivered", "bounced", "collected", "refused")] == [
            12,
            6,
            6,
            5,
            0,
        ]

    def test_do_not_count_twice_what_was_replaced(self, design: Design) -> None:
        made = awards(design, 6)
        Award.objects.filter(pk=made[0].pk).update(state=AwardState.REPLACED, replaced_at=NOW)
        assert counted(design).total.issued == 5

    def test_hide_what_few_people_did(self, design: Design) -> None:
        made = awards(design, 6)
        Award.objects.filter(pk=made[0].pk).update(refused_at=NOW)
        found = counted(design)
        assert found.lines[0].cell("refused") is Hidden.SMALL
        assert found.total.cell("refused") is Hidden.SMALL

    def test_counted_another_way_do_not_give_a_small_number_away(self, design: Design) -> None:
        for partner in (factories.partnership(design.certifier) for _n in range(2)):
            made = awards(design, 6, partnership=partner)
            Award.objects.filter(pk__in=[one.pk for one in made[:4]]).update(refused_at=NOW)
        assert [line.cell("refused") for line in counted(design, "partner").lines] == [Hidden.SMALL] * 2
        assert {counted(design, by).total.cell("refused") for by in BREAKDOWNS} == {Hidden.CLOSED}
        assert counted(design, "month").lines[0].cell("refused") is Hidden.CLOSED

    def test_of_one_period_are_in_no_other(self, design: Design) -> None:
        old, _recent = awards(design, 2)
        Award.objects.filter(pk=old.pk).update(issued_at=NOW - timedelta(days=500))
        before = figures_of(design.certifier, by="month", months=36, now=NOW)
        assert (counted(design).total.issued, before.total.issued) == (1, 1)

    @pytest.mark.parametrize("by", BREAKDOWNS)
    def test_have_a_line_for_each(self, design: Design, by: str) -> None:
        partner = factories.partnership(design.certifier)
        lot = lot_of(design, 6)
        awards(design, 6, partnership=partner, lot=lot)
        about = {"certification": design.certification, "partner": partner, "lot": lot, "month": TODAY.replace(day=1)}
        line = counted(design, by).lines[0]
        assert (line.about, line.issued) == (about[by], 6)

    def test_of_a_partner_are_its_own(self, design: Design) -> None:
        mine, other = factories.partnership(design.certifier), factories.partnership(design.certifier)
        awards(design, 5, partnership=mine)
        awards(design, 7, partnership=other)
        VisitCount.objects.create(
            certification=design.certification, partnership_code=other.code, kind=VisitKind.SEEN, on=TODAY, count=9
        )
        found = counted(design, partnership=mine)
        assert (found.total.issued, found.total.cell("seen")) == (5, 0)

    def test_leave_out_what_is_older_than_the_period(self, design: Design) -> None:
        award = awards(design, 1)[0]
        Award.objects.filter(pk=award.pk).update(issued_at=NOW - timedelta(days=800))
        assert counted(design).lines == []

    def test_are_those_of_one_house(self, design: Design) -> None:
        awards(design, 5)
        assert counted(proved.designed(proved.house())).total.issued == 0


class TestAVisit:
    def test_says_its_lot_when_five_hold_it_at_least(self, design: Design) -> None:
        lots = [lot_of(design, 4), lot_of(design, 5)]
        for lot in lots:
            visits.note_visit(
                kind=VisitKind.SEEN,
                certification_code=design.certification.code,
                partnership_code="",
                lot_code=lot.code,
                now=NOW,
            )
        assert visits.fold_visits(now=NOW + timedelta(minutes=10)) == 2
        assert set(VisitCount.objects.values_list("lot_code", flat=True)) == {"", lots[1].code}

    @pytest.mark.parametrize(
        "agent",
        [
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "facebookexternalhit/1.1",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "python-requests/2.32",
            "curl/8.5.0",
            "",
        ],
    )
    def test_of_a_program_is_none(self, rf: RequestFactory, agent: str) -> None:
        assert not is_somebody(rf.get("/", headers={"User-Agent": agent}))

    def test_fetched_in_advance_is_none(self, rf: RequestFactory) -> None:
        assert not is_somebody(rf.get("/", headers={"User-Agent": FIREFOX, "Sec-Purpose": "prefetch;prerender"}))

    def test_of_somebody_is_one(self, rf: RequestFactory) -> None:
        assert is_somebody(rf.get("/", headers={"User-Agent": FIREFOX}))
        assert not is_somebody(rf.head("/", headers={"User-Agent": FIREFOX}))
