"""What time does to conventions: reminders before the end, renewals of many, and those signed elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.conventions import MENTIONS_FROM
from jurande.demo.papers import pdf
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.conventions.models import Convention
from jurande.registers.conventions.operations import drafting, recording, reminding, renewing
from jurande.registers.conventions.operations.drafting import ConventionRefused, Mentions
from jurande.registers.conventions.operations.sending import SendingRefused
from jurande.registers.conventions.states import ConventionKind
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.models import Membership
from tests import factories
from tests.factories import NOW
from tests.registers.conventions import conventions as made


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def reminders() -> list[str]:
    kinds = Message.objects.filter(kind__startswith="conventions.ending").order_by("pk")
    return [message.kind.removeprefix("conventions.") for message in kinds]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    later = reminding.months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or later.day < day.day


@pytest.mark.django_db
class TestReminders:
    def test_leave_6_3_and_1_months_before_the_end_once_for_each_side(self):
        partnership = factories.partnership(with_head=True)
        made.in_force(partnership)
        for day in (date(2028, 9, 29), date(2028, 9, 30), date(2028, 10, 15), date(2029, 1, 5), date(2029, 3, 2)):
            reminding.remind(now=at(day))
        assert reminders().count("ending_partner") == 3
        managers = Membership.objects.in_force().filter(certifier=partnership.certifier, role="network_manager").count()
        assert reminders().count("ending") == 3 * managers

    def test_missed_do_not_all_leave_together(self):
        made.in_force(factories.partnership(with_head=True))
        reminding.remind(now=at(date(2029, 3, 15)))
        assert reminders().count("ending_partner") == 1

    def test_stop_when_what_follows_is_on_its_way(self):
        convention = made.in_force(factories.partnership(with_head=True))
        by = made.preparer(convention.certifier)
        drafting.follow(convention=convention, kind=ConventionKind.RENEWAL, actor=by, now=NOW)
        assert reminding.remind(now=at(date(2029, 3, 15))) == 0


@pytest.mark.django_db
class TestRenewals:
    def ask(self, conventions: list[Convention], **changed: object) -> object:
        house = conventions[0].certifier
        given = {
            "certifier": house,
            "conventions": conventions,
            "valid_from": date(2029, 4, 1),
            "valid_until": date(2032, 3, 31),
            "sends": False,
            "actor": made.preparer(house),
            "now": NOW,
        }
        return renewing.request_renewals(**{**given, **changed})

    def test_are_prepared_by_a_job_that_may_run_twice(self):
        convention = made.in_force()
        run = self.ask([convention])
        assert JobRequest.objects.get(code=run.job_code).subject_code == run.code
        told = []
        for _twice in range(2):
            renewing.run_renewals(run, report=lambda *counts: told.append(counts), now=NOW)
        (renewal,) = Convention.objects.filter(follows=convention)
        assert (renewal.valid_from, renewal.valid_until) == (date(2029, 4, 1), date(2032, 3, 31))
        assert told == [(1, 0, 1)]

    def test_sent_at_once_wait_for_their_signatures_when_nothing_is_missing(self):
        convention = made.in_force()
        run = self.ask([convention], sends=True)
        renewing.run_renewals(run, report=lambda *_counts: None, now=NOW)
        assert run.rows.get().outcome == "sent"
        assert Convention.objects.get(follows=convention).state == "sent"

    def test_that_lack_something_are_prepared_and_say_what(self):
        convention = made.in_force()
        Convention.objects.filter(pk=convention.pk).update(apprenticeship="")
        run = self.ask([convention], sends=True)
        renewing.run_renewals(run, report=lambda *_counts: None, now=NOW)
        row = run.rows.get()
        assert (row.outcome, row.reason) == ("made", "Dites si le partenaire forme des apprentis.")

    def test_leave_out_what_cannot_be_renewed_and_say_why(self):
        convention = made.in_force()
        by = made.preparer(convention.certifier)
        drafting.follow(convention=convention, kind=ConventionKind.AMENDMENT, actor=by, now=NOW)
        run = self.ask([convention])
        renewing.run_renewals(run, report=lambda *_counts: None, now=NOW)
        assert "suit déjà" in run.rows.get().reason

    def test_asked_by_somebody_who_has_left_prepare_nothing(self):
        convention = made.in_force()
        run = self.ask([convention])
        Membership.objects.filter(person__code=run.asked_by_code).update(ended_at=NOW)
        renewing.run_renewals(run, report=lambda *_counts: None, now=NOW)
        assert run.rows.get().outcome == "refused"

    def test_refuse_another_house_and_impossible_days(self):
        convention = made.in_force()
        with pytest.raises(NotAllowed):
            self.ask([convention], actor=made.preparer(factories.certifier()))
        with pytest.raises(ConventionRefused):
            self.ask([convention], valid_until=date(2029, 4, 1))


@pytest.mark.django_db
class TestSignedElsewhere:
    def recorded(self, concluded_on: date, **typed: object) -> Convention:
        partnership = factories.partnership()
        by = made.preparer(partnership.certifier)
        held = recording.prepare_elsewhere(partnership=partnership, actor=by, now=NOW)
        mentions = Mentions(**{"valid_from": date(2025, 3, 1), "valid_until": date(2027, 2, 28), **typed})
        held = drafting.set_mentions(
            convention=held, mentions=mentions, fee_schedule=None, revision=1, actor=by, now=NOW
        )
        return recording.record_elsewhere(
            convention=held,
            concluded_on=concluded_on,
            content=BytesIO(pdf("Convention", ["Entre les parties."])),
            filename="convention.pdf",
            actor=by,
            now=NOW,
        )

    def test_before_the_seven_mentions_is_kept_and_to_be_upgraded(self):
        held = self.recorded(date(2025, 2, 20))
        assert held.state == "in_force"
        assert held.is_to_upgrade
        assert list(Convention.objects.to_upgrade()) == [held]
        assert held.text.sha256 == held.text.pdf.blob.sha256

    def test_since_then_has_its_seven_mentions(self):
        with pytest.raises(SendingRefused):
            self.recorded(MENTIONS_FROM)

    def test_in_the_future_is_refused(self):
        with pytest.raises(ConventionRefused):
            self.recorded(date(2026, 3, 13))
