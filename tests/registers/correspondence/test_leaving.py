from __future__ import annotations

from datetime import timedelta

import pytest

from jurande.integrations.mail import PermanentFailure, TemporaryFailure
from jurande.registers.common.models import JobRequest
from jurande.registers.correspondence import operations, queries
from jurande.registers.correspondence.emails import RecipientRefused
from jurande.registers.correspondence.models import Message, SuppressedAddress
from jurande.registers.correspondence.operations import RETRY_MINUTES, ResendRefused
from jurande.registers.journal.models import Entry
from tests.registers.correspondence.conftest import ADDRESS, NOW, Post, letter, sent, tried

pytestmark = pytest.mark.django_db

NO_SUCH_MAILBOX = PermanentFailure("recipient_refused.550", hard_bounce=True)


class TestDeliver:
    def test_hands_over_the_text_and_says_who_took_it(self) -> None:
        post = Post()
        message = tried(sent(), post)
        (outgoing,) = post.taken
        assert (message.state, message.carrier, message.sent_at) == ("sent", "post", NOW)
        assert outgoing.message_id == f"{message.code}.1@jurande.exemple.fr"
        assert message.action_url in outgoing.text
        assert message.action_url in outgoing.html

    def test_does_nothing_more_once_it_has_left(self) -> None:
        post = Post()
        message = tried(sent(), post)
        tried(message, post, NOW + timedelta(hours=1))
        assert len(post.taken) == 1

    def test_tries_again_later_and_later_then_gives_up(self) -> None:
        message, now = sent(), NOW
        for minutes in RETRY_MINUTES:
            tried(message, Post(TemporaryFailure("greylisted.451")), now)
            assert message.state == "queued"
            now += timedelta(minutes=minutes)
            assert message.next_attempt_at == now
        tried(message, Post(TemporaryFailure("greylisted.451")), now)
        assert (message.state, message.failure_code) == ("failed", "greylisted.451")
        assert now - NOW < timedelta(days=4)

    def test_keeps_the_same_name_at_each_attempt(self) -> None:
        message = sent()
        post = Post(TemporaryFailure("cut"), None)
        tried(message, post)
        tried(message, post, NOW + timedelta(minutes=RETRY_MINUTES[0]))
        assert [one.message_id.split("@")[0] for one in post.taken] == [f"{message.code}.1"]

    def test_waits_for_an_attempt_that_may_still_be_under_way(self) -> None:
        message = sent()

        class Killed:
            def deliver(self, outgoing: object) -> object:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            tried(message, Killed())
        post = Post()
        assert tried(message, post, NOW + timedelta(minutes=1)).state == "sending"
        assert post.taken == []
        assert tried(message, post, NOW + timedelta(minutes=6)).state == "sent"

    def test_does_not_undo_what_happened_while_it_was_away(self) -> None:
        message = sent()

        class Slow:
            def deliver(self, outgoing: object) -> object:
                operations.erase_letters_of(person_code="P1", actor_code="A1", now=NOW)
                raise TemporaryFailure("timeout")

        assert tried(message, Slow()).state == "failed"
        assert message.is_erased


class TestBounce:
    def test_at_the_door_closes_the_address_and_says_so_once_in_the_journal(self) -> None:
        first, second = sent(), sent()
        assert tried(first, Post(NO_SUCH_MAILBOX)).state == "bounced"
        assert tried(second, Post(NO_SUCH_MAILBOX)).state == "bounced"
        assert queries.is_suppressed(ADDRESS.upper())
        assert Entry.objects.filter(action="correspondence.address.suppressed").count() == 1
        withheld = sent()
        assert (withheld.state, withheld.next_attempt_at) == ("withheld", None)
        assert withheld in queries.mailbox("P1")

    def test_of_a_full_mailbox_closes_nothing(self) -> None:
        assert tried(sent(), Post(PermanentFailure("content_refused.552"))).state == "failed"
        assert not SuppressedAddress.objects.exists()

    def test_coming_later_is_believed_only_of_a_letter_that_left(self) -> None:
        waiting, left = sent(), tried(sent(), Post())
        for code in (waiting.code, left.code, "INCONNU"):
            operations.record_bounce(message_code=code, reason_code="5.1.1", hard=True, now=NOW)
        assert [row.state for row in Message.objects.order_by("pk")] == ["queued", "bounced"]

    def test_is_forgiven_by_somebody_who_made_sure(self) -> None:
        message = tried(sent(), Post(NO_SUCH_MAILBOX))
        with pytest.raises(ResendRefused):
            operations.resend(message_code=message.code, actor_code="A1", now=NOW)
        operations.allow_again(email=ADDRESS, actor_code="A1", now=NOW)
        operations.resend(message_code=message.code, actor_code="A1", now=NOW)
        post = Post()
        assert tried(message, post).state == "sent"
        assert post.taken[0].message_id.startswith(f"{message.code}.2@")


class TestResend:
    def test_is_refused_while_it_waits_or_once_erased(self) -> None:
        message = sent()
        with pytest.raises(ResendRefused):
            operations.resend(message_code=message.code, actor_code="A1", now=NOW)
        operations.erase_letters_of(person_code="P1", actor_code="A1", now=NOW)
        with pytest.raises(ResendRefused):
            operations.resend(message_code=message.code, actor_code="A1", now=NOW)


class TestRecovery:
    def test_asks_again_for_a_letter_whose_job_was_lost_and_gives_up_old_news(self) -> None:
        message = sent()
        JobRequest.objects.all().delete()
        assert operations.recover_overdue(now=NOW + timedelta(minutes=29)) == 0
        assert operations.recover_overdue(now=NOW + timedelta(minutes=31)) == 1
        assert JobRequest.objects.count() == 1
        operations.recover_overdue(now=NOW + timedelta(minutes=32))
        assert JobRequest.objects.count() == 1
        operations.recover_overdue(now=NOW + timedelta(days=5))
        message.refresh_from_db()
        assert (message.state, message.failure_code) == ("failed", "abandoned")


class TestSendMany:
    def test_writes_letters_with_one_job_for_all_and_leaves_none_behind(self) -> None:
        tried(sent(to_email="partie@exemple.fr"), Post(NO_SUCH_MAILBOX))
        letters = [letter(to_email=address) for address in ("a@exemple.fr", "partie@exemple.fr", "b@exemple.fr")]
        written = operations.send_many(letters, now=NOW)
        assert [message.state for message in written] == ["queued", "withheld", "queued"]
        (job,) = JobRequest.objects.filter(name=operations.DELIVER_MANY)
        first, last = map(int, job.subject_code.split("-"))
        post, told = Post(), list[int]()
        for _twice in range(2):
            operations.deliver_many(
                first=first, last=last, carrier=post, domain="x.fr", clock=lambda: NOW, report=told.append
            )
        assert [one.to_email for one in post.taken] == ["a@exemple.fr", "b@exemple.fr"]
        assert told == [1, 2]

    def test_writes_none_when_one_cannot_leave(self) -> None:
        with pytest.raises(RecipientRefused):
            operations.send_many([letter(), letter(to_email="personne")], now=NOW)
        assert not Message.objects.exists()
