"""Letters in French, in English, in both."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from jurande.registers.correspondence import operations
from jurande.registers.correspondence.emails import Letter, Words
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import Language
from tests.registers.correspondence.conftest import NOW, Post

FIELDS = {
    "prenom": "Inès",
    "organisme": "IMR",
    "intitule": "Réparer",
    "numero": "7KQ4-M2XD",
    "lien": "https://jurande.exemple.fr/recevoir/7KQ4/SECRET/",
}


def sent(language: Language) -> Message:
    letter = Letter("awards.issued", "ines@exemple.fr", "", "C1", FIELDS, signature="IMR", language=language)
    return operations.send(letter, now=NOW)


def left(message: Message) -> tuple[str, str]:
    """Its text and its HTML, as they leave from a worker whose thread speaks something else."""
    post = Post(None)
    with override("en" if message.language == "fr" else "fr"):
        operations.deliver(message_code=message.code, carrier=post, domain="exemple.fr", now=NOW)
    return post.taken[0].text, post.taken[0].html


@pytest.fixture
def _reworded(db: None) -> None:
    words = Words("Bravo {{ prenom }}", "Nous sommes fiers de vous.", "Voir")
    operations.reword(certifier_code="C1", kind="awards.issued", words=words, actor_code="A1", now=NOW)


@pytest.mark.django_db
class TestALetter:
    def test_is_english_from_end_to_end(self) -> None:
        text, html = left(sent(Language.EN))
        assert '<html lang="en">' in html
        assert "If the button does not work" in html
        assert "Receive my achievement:\n" in text
        assert not any(word in text + html for word in ("Bonjour", "Vous recevez"))

    def test_is_french_from_end_to_end(self) -> None:
        text, html = left(sent(Language.FR))
        assert '<html lang="fr">' in html
        assert "Si le bouton ne répond pas, copiez cette adresse dans votre navigateur\u00a0:" in html
        assert "You receive" not in text + html

    def test_holds_nothing_but_what_its_reader_is_told(self) -> None:
        _text, html = left(sent(Language.FR))
        assert html.startswith("<!doctype html>")
        assert not any(mark in html for mark in ("{#", "{%", "{{"))

    def test_says_which_part_is_english_when_in_both(self) -> None:
        text, html = left(sent(Language.FR_EN))
        assert '<html lang="fr">' in html
        assert '<p lang="en" style="margin: 0 0 16px">Hello Inès,</p>' in html
        assert text.index("Vous recevez ce message") < text.index("You receive this message")
        assert html.count("/recevoir/7KQ4/SECRET/") == 2, "one button, and its address"

    @pytest.mark.usefixtures("_reworded")
    def test_drops_neither_the_words_of_the_certifier_nor_an_english_reader(self) -> None:
        letter = sent(Language.EN)
        assert letter.subject == "Bravo Inès · Your achievement: Réparer"
        assert letter.body.startswith("Nous sommes fiers de vous.\n\n* * *\n\nHello Inès,")

    @pytest.mark.usefixtures("_reworded")
    def test_is_in_the_words_of_the_certifier_alone_in_french(self) -> None:
        letter = sent(Language.FR)
        assert (letter.subject, letter.body) == ("Bravo Inès", "Nous sommes fiers de vous.")
