"""What is counted at night in a house that issued very much, and what its pages find by an index."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection

from jurande.registers.awards.models import Award, Design, KeptCount, Showcase
from jurande.registers.awards.operations import counting
from jurande.registers.awards.operations.counting import keep_counts
from jurande.registers.awards.queries import awards, cohorts, designs, showcase
from jurande.registers.awards.queries.figures import BREAKDOWNS, PERIODS, figures_of
from jurande.registers.awards.states import AwardState, Origin
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries.accounts import signed_in
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import held, lots, proved, showcases
from tests.registers.plans import plan, reads_a_table_whole
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=19)


@pytest.fixture(autouse=True)
def a_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design() -> Design:
    """One of a house that issued eight."""
    design = proved.designed(lots.house())
    lots.issued(design, 8)
    return design


def many(monkeypatch: pytest.MonkeyPatch, number: int = 0) -> None:
    """Let a house be large from so many awards on."""
    monkeypatch.setattr(counting, "MANY", number)


def night() -> int:
    return keep_counts(now=lambda: NIGHT)


def scattered(design: Design, draw: Random) -> list[Partnership]:
    """Two partners; each award of the house at one of them or at none, some day of two years, in some state."""
    places = [factories.partnership(design.certifier, at_siret=factories.siret()) for _one in range(2)]
    for award in Award.objects.filter(certifier=design.certifier):
        revoked = draw.random() < 0.2
        moment = NOW - timedelta(days=draw.randrange(700))
        Award.objects.filter(pk=award.pk).update(
            partnership=draw.choice([None, *places]),
            issued_at=moment,
            awarded_on=moment.date(),
            valid_until=draw.choice([None, TODAY - timedelta(days=3), TODAY + timedelta(days=50)]),
            collected_at=draw.choice([None, NOW]),
            refused_at=draw.choice([None, None, NOW]),
            state=AwardState.REVOKED if revoked else AwardState.ISSUED,
            revoked_on=TODAY if revoked else None,
        )
        Message.objects.filter(about_code=award.code).update(
            state="sent", sent_at=NOW, carrier="smtp", next_attempt_at=None
        )
    return places


class TestWhatIsKept:
    @pytest.mark.parametrize("seed", range(3))
    def test_is_what_would_be_counted_at_that_instant(self, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        house = lots.house()
        both = [proved.designed(house), proved.designed(house)]
        draw = Random(seed)
        for design in both:
            lots.issued(design, 6 + draw.randrange(8))
        places = scattered(both[0], draw)
        showcases.opened(house, *(design.certification for design in both))
        opened = Showcase.objects.get(certifier=house)

        def read() -> list[Any]:
            cache.clear()
            return [
                *(
                    (table.lines, table.total)
                    for place in (None, *places)
                    for by in BREAKDOWNS
                    for months in PERIODS
                    for table in [figures_of(house, by=by, months=months, now=NIGHT, partnership=place)]
                ),
                *(
                    (life.figures, life.months, life.bodies)
                    for design in both
                    for life in [cohorts.life_of(design.certification, TODAY)]
                ),
                showcase.listed(opened, today=TODAY),
            ]

        counted = read()
        many(monkeypatch)
        assert night() == KeptCount.objects.count() > 0
        assert read() == counted

    def test_stays_as_it_was_at_its_instant_until_the_next_night(
        self, design: Design, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many(monkeypatch)
        night()
        for _more in range(5):
            held.waiting(factories.holder(), design, now=NOW + timedelta(hours=1))
        found = figures_of(design.certifier, by="month", months=12, now=NIGHT + timedelta(hours=5))
        life = cohorts.life_of(design.certification, TODAY)
        assert (found.total.issued, found.counted_at) == (8, NIGHT)
        assert (life.figures.in_force, life.counted_at) == (8, NIGHT)
        keep_counts(now=lambda: NIGHT + timedelta(days=1))
        assert figures_of(design.certifier, by="month", months=12, now=NIGHT).total.issued == 13

    def test_holds_numbers_and_nobody(self, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
        many(monkeypatch)
        night()
        told = " ".join(str(row.found) for row in KeptCount.objects.all())
        assert "Haddad" not in told
        assert not any(award.number in told for award in Award.objects.all())

    def test_is_counted_by_the_job_of_the_night(self, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
        many(monkeypatch)
        said: list[int] = []
        keep_counts(now=lambda: NIGHT, report=said.append)
        assert said == list(range(1, KeptCount.objects.count() + 1))


class TestAHouseThatIssuesLittle:
    def test_keeps_no_count_and_tells_what_is_now(self, design: Design) -> None:
        assert night() == 0
        assert cohorts.life_of(design.certification, TODAY).counted_at is None
        assert figures_of(design.certifier, by="lot", months=12, now=NOW).counted_at == NOW

    def test_forgets_what_it_kept_when_it_was_large(self, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
        many(monkeypatch)
        night()
        many(monkeypatch, 8)
        assert night() == 0
        assert not KeptCount.objects.exists()


def reader(house: Certifier) -> Actor:
    return factories.actor_of(factories.administrator(house), house)


class TestAmongAMillion:
    """Each page asks for a few rows: the plan names the index that finds them."""

    def test_those_in_a_state_are_found_in_their_order(self, design: Design) -> None:
        rows = Award.objects.filter(certifier=design.certifier).in_states(AwardState.SUSPENDED)
        assert "award_by_state" in plan(rows.order_by("-issued_at", "pk")[:50])

    def test_names_are_looked_through_in_their_index_alone(self, design: Design) -> None:
        found = Award.objects.filter(certifier=design.certifier, last_name__icontains="zz").order_by()
        planned = plan(found.values_list("pk"))
        assert not reads_a_table_whole(planned)
        # PostgreSQL weighs its indexes by what they hold: of eight rows, any is as good.
        assert connection.vendor == "postgresql" or "COVERING INDEX award_by_name" in planned

    def test_days_and_ends_are_sorted_by_an_index(self, design: Design) -> None:
        rows = Award.objects.filter(certifier=design.certifier)
        assert "award_by_day" in plan(rows.order_by("awarded_on", "pk")[:50])
        assert "award_until" in plan(rows.filter(valid_until__gt=TODAY).order_by("valid_until", "pk")[:50])

    def test_what_a_design_made_is_counted_by_an_index(self, design: Design) -> None:
        assert "award_by_design" in plan(designs.designs(reader(design.certifier)))

    def test_what_replaces_another_is_found_though_nothing_was_ever_replaced(self, design: Design) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rows = Award.objects.filter(code="X").select_related("replaced_by")
        assert "award_replacing" in plan(rows) or "(replaces_id=?)" in plan(rows)
        assert not reads_a_table_whole(plan(rows))

    def test_letters_are_found_by_their_state_and_by_their_reader(self, design: Design) -> None:
        held = Message.objects.of_certifier(design.certifier.code)
        assert "message_by_state" in plan(held.in_state(MessageState.SENT).order_by())
        assert "message_person_written" in plan(Message.objects.to_person("P").readable().unread())

    def test_letters_that_came_back_are_found_in_an_index_that_holds_no_other(self, design: Design) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        back = Message.objects.of_certifier(design.certifier.code).filter(about_kind="award").not_delivered()
        planned = plan(back.order_by("-pk").values_list("about_code", flat=True)[:5_000])
        assert "message_not_delivered" in planned
        assert connection.vendor == "postgresql" or "COVERING" in planned

    def test_no_page_looks_at_letters_to_nobody_known_to_count_those_unread(self, design: Design) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        person = factories.administrator(design.certifier)
        found = signed_in(person.pk)
        assert found is not None
        assert found.unread == Message.objects.to_person(person.code).unread().count()  # type: ignore[attr-defined]


class TestASearchedName:
    def test_is_found_by_all_its_words_in_any_order(self, design: Design) -> None:
        award = Award.objects.filter(certifier=design.certifier)[0]
        actor = reader(design.certifier)
        words = f"{award.first_name[:2]} {award.last_name.lower()}"
        assert list(awards.matching(awards.awards(actor), words)) == [award]
        assert not awards.matching(awards.awards(actor), "zzyzx").exists()

    def test_that_very_many_bear_is_not_cut_short(self, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(awards, "FEW", 3)
        assert awards.matching(awards.awards(reader(design.certifier)), "haddad").count() == 8
        assert Award.objects.exclude(origin=Origin.ELSEWHERE).count() == 8
