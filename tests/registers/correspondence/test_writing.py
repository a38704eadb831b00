from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from jurande.registers.common.models import JobRequest
from jurande.registers.correspondence import emails, operations, queries
from jurande.registers.correspondence.emails import LetterRefused, MailKind, RecipientRefused, WordingRefused, Words
from jurande.registers.correspondence.models import Message, Wording
from jurande.registers.journal.models import Entry
from tests.registers.correspondence.conftest import ADDRESS, FIELDS, LINK, NOW, letter, sent

pytestmark = pytest.mark.django_db


class TestSend:
    def test_writes_the_letter_and_asks_for_it_to_leave_in_one_transaction(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            sent()
            raise RuntimeError
        assert (Message.objects.count(), JobRequest.objects.count()) == (0, 0)
        message = sent()
        assert JobRequest.objects.of(operations.DELIVER, message.code).count() == 1
        assert message.subject == "Institut des métiers de la réparation vous invite"
        assert message.body.startswith("Bonjour Jocelyn,\n\n")
        assert (message.action_url, message.state) == (LINK, "queued")

    def test_keeps_nothing_personal_readable_in_the_database(self) -> None:
        sent()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM correspondence_message")
            row = repr(cursor.fetchall())
        for secret in (ADDRESS, "Jocelyn", "SECRET"):
            assert secret not in row

    @pytest.mark.parametrize(
        "address",
        ["", "jocelyn", "a@b", "a@exemple.fr, b@exemple.fr", "a@exemple.fr\nBcc: b@exemple.fr", "<a@exemple.fr>"],
    )
    def test_refuses_what_is_not_one_address(self, address: str) -> None:
        with pytest.raises(RecipientRefused):
            sent(to_email=address)
        assert not Message.objects.exists()

    @pytest.mark.parametrize("value", ["a\x00b", "a\u2028b", "x" * 5_001], ids=["null", "line separator", "too long"])
    def test_refuses_a_value_that_cannot_stand_in_a_letter(self, value: str) -> None:
        with pytest.raises(LetterRefused):
            sent(fields={**FIELDS, "prenom": value})

    def test_never_evaluates_what_somebody_typed(self) -> None:
        message = sent(fields={**FIELDS, "prenom": "{{ lien }}{% load x %}", "organisme": "{{ prenom }}"})
        assert message.body.startswith("Bonjour {{ lien }}{% load x %},")
        assert message.subject == "{{ prenom }} vous invite"

    def test_lets_no_value_start_another_header(self) -> None:
        assert sent(fields={**FIELDS, "organisme": "IMR\r\nBcc: x@y.fr"}).subject == "IMR Bcc: x@y.fr vous invite"

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "//x", "", "ftp://x/"])
    def test_carries_only_the_address_of_a_page(self, link: str) -> None:
        with pytest.raises(ValueError, match="not a web address"):
            sent(fields={**FIELDS, "lien": link})

    def test_wants_exactly_the_fields_of_its_kind(self) -> None:
        for fields in ({**FIELDS, "autre": "x"}, {k: v for k, v in FIELDS.items() if k != "role"}):
            with pytest.raises(ValueError, match="expected"):
                sent(fields=fields)
        with pytest.raises(KeyError):
            sent(kind="parties.unknown")


class TestWording:
    OWN = Words("Bienvenue chez {{ organisme }}", "Cher {{ prenom }},\n\nVenez avant le {{ jusquau }}.", "Venir")

    def reword(self, words: Words = OWN) -> Wording:
        return operations.reword(certifier_code="C1", kind="parties.invitation", words=words, actor_code="A1", now=NOW)

    def test_changes_the_letters_to_come_of_this_house_alone(self) -> None:
        before = sent()
        self.reword()
        assert sent().subject == "Bienvenue chez Institut des métiers de la réparation"
        assert sent(certifier_code="C2").subject == before.subject
        before.refresh_from_db()
        assert before.subject.endswith("vous invite")

    def test_is_journaled_by_its_digest_and_can_be_undone(self) -> None:
        self.reword()
        operations.restore_wording(certifier_code="C1", kind="parties.invitation", actor_code="A1", now=NOW)
        operations.restore_wording(certifier_code="C1", kind="parties.invitation", actor_code="A1", now=NOW)
        acts = list(Entry.objects.filter(chain="C1").order_by("seq").values_list("action", "reason_code"))
        assert acts == [
            ("correspondence.wording.changed", "parties.invitation"),
            ("correspondence.wording.restored", "parties.invitation"),
        ]
        assert sent().subject.endswith("vous invite")

    @pytest.mark.parametrize(
        ("field", "words"),
        [
            ("subject", Words("", "Texte.", "Venir")),
            ("subject", Words("Objet\nBcc: x", "Texte.", "Venir")),
            ("subject", Words("x" * 151, "Texte.", "Venir")),
            ("body", Words("Objet", "{{ Prénom }}", "Venir")),
            ("body", Words("Objet", "{% include 'x' %}", "Venir")),
            ("body", Words("Objet", "Cliquez : {{ lien }}", "Venir")),
            ("body", Words("Objet", "{{ mot_de_passe }}", "Venir")),
            ("action_label", Words("Objet", "Texte.", "")),
        ],
    )
    def test_is_refused_in_words_beside_its_field(self, field: str, words: Words) -> None:
        with pytest.raises(WordingRefused) as refusal:
            self.reword(words)
        assert refusal.value.field == field
        assert not Wording.objects.exists()

    def test_guesses_the_field_that_was_meant(self) -> None:
        with pytest.raises(WordingRefused) as refusal:
            self.reword(Words("Objet", "Bonjour {{ Prénom }}", "Venir"))
        assert "prenom" in str(refusal.value.sentence)

    def test_gives_way_once_a_field_it_used_is_gone(self) -> None:
        own = self.reword()
        Wording.objects.filter(pk=own.pk).update(body="Votre {{ ancien_champ }}")
        assert sent().body.startswith("Bonjour Jocelyn")


class TestKinds:
    def test_show_what_they_will_say_with_their_own_examples(self) -> None:
        for kind in emails.catalogue().values():
            shown = emails.preview(kind, kind.words)
            assert "{{" not in shown.subject + shown.body
            assert bool(shown.action_url) == bool(shown.action_label)

    def test_go_with_a_link_if_and_only_if_they_have_a_button(self) -> None:
        with pytest.raises(ValueError, match="button"):
            MailKind(key="x.y", label="", fields={"lien": "https://x"}, subject="a", body="b")

    def test_are_readable_without_html_and_escaped_with_it(self) -> None:
        kind = emails.catalogue()["parties.invitation"]
        rendered = emails.render(kind, kind.words, {**FIELDS, "prenom": "<b>Jo</b>"})
        text = emails.as_text(rendered, signature="IMR", reason=kind.reason)
        html = emails.as_html(rendered, signature="IMR & Cie", reason=kind.reason)
        assert LINK in text
        assert "<b>Jo</b>" in text
        assert "&lt;b&gt;Jo&lt;/b&gt;" in html
        assert "IMR &amp; Cie" in html
        assert "<img" not in html


class TestMailbox:
    def test_is_of_one_person_and_knows_what_was_read(self) -> None:
        mine, other = sent(), sent(to_code="P2", to_email="autre@exemple.fr")
        sent(to_code="")
        assert list(queries.mailbox("P1")) == [mine]
        assert not queries.mailbox("").exists()
        operations.mark_read(message_code=other.code, person_code="P1", now=NOW)
        operations.mark_read(message_code=mine.code, person_code="P1", now=NOW)
        operations.mark_read(message_code=mine.code, person_code="P1", now=NOW + timedelta(days=1))
        assert [row.read_at for row in (*queries.mailbox("P1"), *queries.mailbox("P2"))] == [NOW, None]
        operations.mark_unread(message_code=mine.code, person_code="P1")
        assert queries.unread_count("P1") == 1


class TestErasure:
    def test_leaves_what_became_of_it_and_nothing_of_the_person(self) -> None:
        mine, later = sent(), sent(to_code="", to_email=ADDRESS.upper())
        kept = sent(to_code="P2", to_email="autre@exemple.fr")
        assert operations.erase_letters_of(person_code="P1", email=ADDRESS, actor_code="A1", now=NOW) == 2
        for message in (mine, later):
            message.refresh_from_db()
            assert (message.to_email, message.subject, message.body, message.action_url) == ("", "", "", "")
            assert (message.state, message.failure_code, message.written_at) == ("failed", "erased", NOW)
        kept.refresh_from_db()
        assert kept.body

    def test_comes_by_itself_sooner_for_a_letter_that_lets_in(self) -> None:
        message = sent()
        assert operations.erase_due(now=NOW + timedelta(days=13)) == 0
        assert operations.erase_due(now=NOW + timedelta(days=15)) == 1
        message.refresh_from_db()
        assert message.is_erased


def test_a_signature_holds_no_line() -> None:
    with pytest.raises(LetterRefused):
        operations.send(letter(signature="IMR\r\nBcc: x"), now=NOW)
