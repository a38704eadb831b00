"""In which language a holder is written to, whoever writes and from wherever."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext, override

from jurande.registers.awards.emails import awards, claims, combinations, corrections, erasure, life, receiving
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.links import token_of
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import addresses, expiring
from jurande.registers.awards.operations.life import suspend_award
from jurande.registers.awards.operations.receiving import receive
from jurande.registers.awards.operations.sending import send_again
from jurande.registers.correspondence.emails import MailKind, catalogue
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import emails as parties
from jurande.registers.parties import operations
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import LinkPurpose, Role
from jurande.registers.seal.states import Reason
from jurande.web.sign_in import NOTICES
from tests import factories
from tests.registers.awards import corrections as asking
from tests.registers.awards import held, proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

HERS = "ines@exemple.fr"
# Each letter that a holder can get. Whoever adds a kind says here whether a holder may.
HOLDERS: tuple[MailKind, ...] = (
    *(awards.ISSUED, receiving.REMINDED, receiving.RECEIVED),
    *life.KINDS,
    *(corrections.RECEIVED, corrections.PASSED_ON, corrections.ACCEPTED, corrections.REFUSED),
    *combinations.KINDS,
    *claims.KINDS,
    *erasure.KINDS,
    *(parties.MAGIC_LINK, parties.GUEST_LINK, parties.ADDRESS_LINK, parties.SPACE_NEWS),
    *(parties.SECURITY_NOTICE, parties.PASSWORD_RESET, parties.ADDRESS_CONFIRMATION),
)
OTHERS = {
    "awards.mandate_granted",
    "awards.mandate_ended",
    "awards.correction_to_answer",
    "awards.correction_reminder",
    "awards.refused_by_holder",
    "parties.invitation",
    "parties.partnership_opened",
    "parties.api_key_expiring",
}
OTHER_FAMILIES = ("network.", "conventions.", "awards.endorsement")
MERGED = re.compile(r"{{ \w+ }}|{\w+}")


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def house(db: None) -> Certifier:
    return proved.house()


def given(house: Certifier, language: str = "fr", **changed: Any) -> Award:
    """An award sent to an address, whose document is in this language."""
    design = proved.designed(house, language=language)
    return proved.awarded(design, email=HERS, email_digest=email_digest(HERS), settle=False, **changed)


def english(address: str = HERS) -> Person:
    """A holder who reads English, at this address."""
    opened = operations.open_space(email=address, first_name="Inès", last_name="Carvalho", now=NOW, language="en")
    return opened.person


def sent_again(award: Award) -> Message:
    actor = factories.actor_of(factories.member(Role.ISSUER, of=award.certifier), award.certifier)
    return send_again(award=award, actor=actor, now=NOW)


def latest(kind: MailKind, address: str = HERS) -> Message:
    return Message.objects.addressed_to(address).of_kind(kind.key).order_by("-pk")[0]


def words(kind: MailKind, language: str) -> dict[str, str]:
    with override(language):
        said = {"subject": kind.words.subject, "body": kind.words.body, "reason": str(kind.reason)}
        return said | ({"action": kind.words.action_label} if kind.action_label else {})


class TestEveryLetterOfAHolder:
    @pytest.mark.parametrize("kind", HOLDERS, ids=lambda kind: kind.key)
    def test_has_its_english(self, kind: MailKind) -> None:
        """docs: src/jurande/locale/en; what has no English would leave in French."""
        french, said = words(kind, "fr"), words(kind, "en")
        assert [name for name in french if french[name] == said[name]] == []
        for name, text in french.items():
            assert sorted(MERGED.findall(text)) == sorted(MERGED.findall(said[name])), name
        assert not re.search(r"[«»]|\u00a0[:;?!]|\b(vous|votre|vos|est|cette?)\b", " ".join(said.values()))

    def test_is_in_the_list(self) -> None:
        listed = {kind.key for kind in HOLDERS} | OTHERS
        unknown = {key for key in catalogue() if key not in listed and not key.startswith(OTHER_FAMILIES)}
        assert unknown == set()

    @pytest.mark.parametrize("said", NOTICES.values(), ids=lambda said: str(said)[:40])
    def test_has_the_english_of_what_happened(self, said: Any) -> None:
        with override("en"):
            assert str(said) != str(said._args[0])  # what gettext_lazy was given

    @pytest.mark.parametrize(
        "said",
        [
            "L’adresse {email} ouvre maintenant votre espace.",
            "L’adresse {email} n’ouvre plus votre espace.",
            "Votre adresse principale est maintenant {email}.",
            "Vos deux espaces sont réunis\u00a0: tout ce que vous avez reçu est au même endroit.",
            "Votre espace vient d’être ouvert.",
            "Elle est dans votre espace.",
            "Votre adresse ouvre maintenant un espace qui existait déjà.",
        ],
    )
    def test_has_the_english_of_what_became_of_a_space(self, said: str) -> None:
        with override("en"):
            assert gettext(said) != said


class TestLettersToAnAddress:
    @pytest.mark.parametrize(
        ("language", "subject"),
        [
            ("fr", "Votre réussite : {}"),
            ("en", "Your achievement: {}"),
            ("fr_en", "Votre réussite : {0} · Your achievement: {0}"),
        ],
    )
    def test_speak_as_the_document_does_before_there_is_a_space(
        self, house: Certifier, language: str, subject: str
    ) -> None:
        award = given(house, language)
        letter = sent_again(award)
        assert award.referentiel is not None
        assert letter.subject == subject.format(award.referentiel.title)
        assert letter.language == language

    def test_give_french_first_when_in_both(self, house: Certifier) -> None:
        letter = sent_again(given(house, "fr_en"))
        assert letter.body.index("Bonjour") < letter.body.index("* * *") < letter.body.index("Hello")
        assert letter.action_label == "Recevoir ma réussite · Receive my achievement"

    @pytest.mark.parametrize("language", ["fr", "en", "fr_en"])
    def test_speak_the_language_of_the_space_it_opens(self, house: Certifier, language: str) -> None:
        english()
        assert sent_again(given(house, language)).language == "en"

    def test_ignore_a_language_that_somebody_without_a_space_never_chose(self, house: Certifier) -> None:
        factories.member(Role.READER, of=house, address=HERS)
        assert sent_again(given(house, "en")).language == "en"

    def test_lead_to_the_english_page_when_in_english(self, house: Certifier) -> None:
        assert sent_again(given(house, "en")).action_url.endswith("/?langue=en")

    def test_lead_to_the_page_as_it_is_when_in_both(self, house: Certifier) -> None:
        assert "langue" not in sent_again(given(house, "fr_en")).action_url


class TestLettersOfAJob:
    """A job runs in whatever language its thread was left in."""

    @pytest.mark.parametrize("left_in", ["fr", "en"])
    def test_speak_the_language_of_each(self, house: Certifier, left_in: str) -> None:
        until = TODAY + timedelta(days=20)
        hers = given(house, holder=english(), collected_at=NOW, valid_until=until)
        his = factories.holder(by=house, address="paul@exemple.fr")
        held.held(his, hers.design, valid_until=until)
        with override(left_in):
            expiring.remind_expiring(now=NOW)
        assert latest(life.EXPIRING).subject.endswith(f"expires on {until.day} {until:%B} {until.year}")
        assert "arrive à échéance le" in latest(life.EXPIRING, his.email).subject

    def test_remind_in_the_language_of_the_document(self, house: Certifier) -> None:
        given(house, "en", now=NOW - timedelta(days=11), awarded_on=TODAY - timedelta(days=11))
        addresses.remind_uncollected(now=NOW)
        assert latest(receiving.REMINDED).subject.startswith("Still waiting for you: ")


class TestLettersOfAScreen:
    def test_speak_french_to_who_works_here_when_an_english_reader_asks(self, db: None) -> None:
        award = asking.received()
        assert award.holder is not None
        operations.speak(person=award.holder, language="en")
        clerk = factories.member(Role.ISSUER, of=award.certifier)
        with override("en"):
            asking.asked(award)
        assert (
            latest(corrections.RECEIVED, award.holder.email).subject == "We have received your request for a correction"
        )
        assert latest(corrections.TO_ANSWER, clerk.email).subject.startswith("Une correction est demandée")

    def test_speak_english_to_a_holder_when_a_french_reader_decides(self, house: Certifier) -> None:
        award = given(house, holder=english(), collected_at=NOW)
        signatory = factories.actor_of(factories.member(Role.SIGNATORY, of=house), house)
        suspend_award(award=award, reason=Reason.INQUIRY, note="Une vérification.", actor=signatory, now=NOW)
        assert latest(life.SUSPENDED).subject == f"Your credential {award.shown_number} is suspended"

    def test_keep_the_language_of_the_page_where_it_was_received(self, house: Certifier) -> None:
        award = given(house)
        person = receive(award=award, token=token_of(award), now=NOW, language="en").person
        letter = latest(receiving.RECEIVED)
        assert person.language == "en"
        assert "Your space has just been opened. It was on " in letter.body

    def test_speak_english_about_addresses_and_ways_in(self, db: None) -> None:
        hers = english()
        operations.send_magic_link(person=hers, purpose=LinkPurpose.HOLDER, actor=factories.actor_of(hers), now=NOW)
        operations.add_proved_address(person=hers, email="i.carvalho@exemple.fr", actor_code=hers.code, now=NOW)
        assert re.search(r"until \d\d:\d\d \(Paris time\)", latest(parties.MAGIC_LINK).body)
        news = latest(parties.SPACE_NEWS).body
        assert "The address i.carvalho@exemple.fr now opens your space. It was on " in news
