"""Links by which holders share: who makes them, what they show, when they stop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.awards.facts.linkedin import Entry, post_url, profile_url
from jurande.registers.awards.models import Award, Share
from jurande.registers.awards.operations import shares as operations
from jurande.registers.awards.operations.shares import ShareRefused, Shown
from jurande.registers.awards.queries import shares as queries
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.journal.models import Entry as JournalEntry
from tests import factories
from tests.registers.awards import held, proved
from tests.registers.awards.shared import holder_of, shared
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
NOW, TODAY = proved.NOW, proved.TODAY


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award() -> Award:
    return held.held(factories.holder())


def shown(share: Share, now: datetime = NOW) -> tuple[str, ...]:
    """The numbers of what the link shows."""
    opened = queries.opened_by(share.token, now=now)
    assert opened is not None
    return opened.numbers


class TestCreateShare:
    def test_draws_a_link_of_128_bits_that_the_table_does_not_tell(self, award: Award) -> None:
        share = shared(award)
        assert queries.is_token(share.token)
        assert share.token != shared(award).token
        stored = Share.objects.filter(pk=share.pk).values_list("token_digest", "token").get()
        assert share.token not in repr(stored)
        assert Share.objects.get(pk=share.pk).token == share.token

    def test_is_told_in_the_journal_of_the_house_by_codes_only(self, award: Award) -> None:
        share = shared(award, title="Candidature")
        entry = JournalEntry.objects.get(action="awards.share.opened")
        assert (entry.subject_code, entry.actor_code) == (share.code, holder_of(award).code)

    @pytest.mark.parametrize(
        "changed",
        [
            {"exposure": Exposure.HIDDEN},
            {"refused_at": NOW},
            {"state": AwardState.REVOKED, "revoked_on": TODAY},
            {"state": AwardState.REPLACED, "replaced_at": NOW},
            {"holder": None},
        ],
        ids=["hidden", "refused", "revoked", "replaced", "nobodys"],
    )
    def test_refuses_what_may_not_be_shown(self, award: Award, changed: dict[str, Any]) -> None:
        actor = held.acting(holder_of(award))
        for name, value in changed.items():
            setattr(award, name, value)
        with pytest.raises(NotAllowed):
            operations.create_share(awards=[award], shown=Shown(), actor=actor, now=NOW)

    def test_refuses_what_is_somebody_elses_among_ones_own(self, award: Award) -> None:
        other = held.held(factories.holder(address="autre@exemple.fr"), award.design)
        with pytest.raises(NotAllowed):
            operations.create_share(awards=[award, other], shown=Shown(), actor=held.acting(holder_of(award)), now=NOW)
        assert not Share.objects.exists()

    def test_refuses_none_a_past_day_and_a_long_title(self, award: Award) -> None:
        given: dict[str, Any] = {"actor": held.acting(holder_of(award)), "now": NOW}
        with pytest.raises(ShareRefused, match="au moins une") as none:
            operations.create_share(awards=[], shown=Shown(), **given)
        assert none.value.field == "awards"
        with pytest.raises(ShareRefused, match="passé"):
            operations.create_share(awards=[award], shown=Shown(ends_on=TODAY - timedelta(days=1)), **given)
        with pytest.raises(ShareRefused, match="caractères"):
            operations.create_share(awards=[award], shown=Shown(), title="x" * 81, **given)


class TestWhatALinkShows:
    def test_lasts_until_the_end_of_its_last_day_in_paris(self, award: Award) -> None:
        share = shared(award, ends_on=TODAY)
        assert shown(share) == (award.number,)
        assert shown(share, NOW + timedelta(days=1)) == ()

    def test_follows_corrections_one_after_the_other(self, award: Award) -> None:
        share, latest = shared(award), award
        for _turn in range(3):
            Award.objects.filter(pk=latest.pk).update(state=AwardState.REPLACED, replaced_at=NOW)
            latest = held.held(holder_of(award), award.design, replaces=latest)
        assert shown(share) == (latest.number,)
        Award.objects.filter(pk=latest.pk).update(exposure=Exposure.HIDDEN)
        assert shown(share) == ()

    def test_is_nothing_once_the_award_is_in_another_space(self, award: Award) -> None:
        share = shared(award)
        Award.objects.filter(pk=award.pk).update(holder=factories.holder(address="autre@exemple.fr"))
        assert shown(share) == ()

    def test_keeps_the_order_that_was_chosen(self, award: Award) -> None:
        other = held.held(holder_of(award), award.design)
        assert shown(shared(other, award)) == (other.number, award.number)

    def test_is_asked_for_without_a_query_when_it_is_no_link(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            assert queries.opened_by("x" * 21 + "!", now=NOW) is None


class TestWithdrawShare:
    def test_forgets_the_link_and_keeps_that_it_was_stopped(self, award: Award) -> None:
        share = shared(award)
        token = share.token
        for _twice in range(2):
            operations.withdraw_share(share=share, actor=held.acting(holder_of(award)), now=NOW)
        kept = Share.objects.get()
        assert (kept.token, kept.withdrawn_at) == ("", NOW)
        opened = queries.opened_by(token, now=NOW)
        assert opened is not None
        assert opened.numbers == ()
        assert JournalEntry.objects.filter(action="awards.share.withdrawn").count() == 1
        with pytest.raises(ShareRefused, match="arrêté"):
            operations.change_share(share=kept, shown=Shown(), actor=held.acting(holder_of(award)), now=NOW)

    def test_is_not_for_somebody_else(self, award: Award) -> None:
        other = factories.holder(address="autre@exemple.fr")
        with pytest.raises(NotAllowed):
            operations.withdraw_share(share=shared(award), actor=held.acting(other), now=NOW)

    def test_is_held_by_the_database(self, award: Award) -> None:
        share = shared(award)
        with pytest.raises(IntegrityError), transaction.atomic():
            Share.objects.filter(pk=share.pk).update(withdrawn_at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Share.objects.filter(pk=share.pk).update(gives_file=True)


class TestDropFromShares:
    def test_leaves_the_others_shown_and_stops_a_link_to_it_alone(self, award: Award) -> None:
        other = held.held(holder_of(award), award.design)
        alone, several = shared(award), shared(award, other)
        operations.drop_from_shares(award=award, actor=held.acting(holder_of(award)), now=NOW)
        alone.refresh_from_db()
        assert alone.withdrawn_at == NOW
        assert shown(several) == (other.number,)


class TestOpenShares:
    def test_finds_the_links_of_each_and_of_what_it_replaces(self, award: Award) -> None:
        share = shared(award)
        after = held.held(holder_of(award), award.design, replaces=award)
        shared(award, ends_on=TODAY)
        found = queries.open_shares([after], today=TODAY + timedelta(days=1))
        assert found == {after.pk: [share]}


class TestLinkedIn:
    def test_fills_what_linkedin_reads_and_names_nobody(self) -> None:
        entry = Entry("Titre & «accents»", "Institut", "", date(2026, 3, 5), date(2029, 3, 4), "https://x.example/s/a")
        asked = parse_qs(urlsplit(profile_url(entry)).query)
        assert asked == {
            "startTask": ["CERTIFICATION_NAME"],
            "name": ["Titre & «accents»"],
            "organizationName": ["Institut"],
            "issueYear": ["2026"],
            "issueMonth": ["3"],
            "expirationYear": ["2029"],
            "expirationMonth": ["3"],
            "certUrl": ["https://x.example/s/a"],
        }
        assert parse_qs(urlsplit(post_url("https://x.example/s/a?b")).query) == {"url": ["https://x.example/s/a?b"]}
