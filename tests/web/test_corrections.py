from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jurande.core.france.corrections import Identity
from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.operations import answering
from jurande.registers.awards.states import AwardState, Exposure
from jurande.registers.awards.states.corrections import CorrectionKind, CorrectionState, Desk
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from tests import factories
from tests.factories import NOW
from tests.registers.awards import claims, corrections, mandates
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def paper(name: str = "acte.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, claims.evidence().read())


def ask_url(award: Award, what: str = "") -> str:
    return reverse("holder:correct", args=[award.code]) + (f"?quoi={what}" if what else "")


class TestHolder:
    def test_asks_from_the_page_of_the_award_and_follows_the_answer(self, client: Client) -> None:
        award = corrections.received()
        assert award.holder is not None
        factories.enter(client, award.holder)
        assert ask_url(award) in client.get(reverse("holder:award", args=[award.code])).content.decode()
        choices = client.get(ask_url(award)).content.decode()
        assert "?quoi=orthographe" in choices
        assert "?quoi=lieu" not in choices, "the document says no birth"
        form = client.get(ask_url(award, "orthographe")).content.decode()
        assert f"Aujourd’hui\u00a0: {award.first_name}" in form
        sent = client.post(
            ask_url(award, "orthographe"),
            {"first_name": f"{award.first_name}-Zoë", "last_name": award.last_name, "evidence": paper()},
        )
        made = Correction.objects.get()
        assert sent["Location"] == reverse("holder:corrections-one", args=[made.code])
        page = client.get(sent["Location"]).content.decode()
        assert "au plus tard le" in page
        assert "<mark>" in page
        assert "Ma demande de correction" in client.get(reverse("holder:award", args=[award.code])).content.decode()
        piece = reverse("holder:corrections-evidence", args=[made.code, made.evidence.get().code])
        served = client.get(piece)
        assert served["Content-Disposition"].startswith("attachment")
        served.close()
        client.post(sent["Location"], {"withdraw": "1"})
        made.refresh_from_db()
        assert made.state == CorrectionState.WITHDRAWN

    def test_finds_first_and_last_name_put_the_right_way_round(self, client: Client) -> None:
        award = corrections.received()
        assert award.holder is not None
        factories.enter(client, award.holder)
        form = client.get(ask_url(award, "ordre")).content.decode()
        assert f'name="first_name" value="{award.last_name}"' in form

    def test_loses_nothing_of_what_was_typed_when_refused(self, client: Client) -> None:
        award = corrections.received()
        assert award.holder is not None
        factories.enter(client, award.holder)
        page = client.post(ask_url(award, "orthographe"), {"first_name": "<b>Zoë</b>", "last_name": "Roy"})
        assert "n’entre pas dans un nom" in page.content.decode()
        assert "&lt;b&gt;Zoë" in page.content.decode()
        assert not Correction.objects.exists()
        page = client.post(ask_url(award, "nom"), {"first_name": "Camille", "last_name": "Roy", "wish": "remplacer"})
        assert "Joignez un document" in page.content.decode()

    def test_is_told_in_their_language_which_file_is_refused(self, client: Client) -> None:
        award = corrections.received()
        assert award.holder is not None
        factories.enter(client, award.holder)
        file = SimpleUploadedFile("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
        said = {"first_name": "Camille", "last_name": "Roy", "wish": "remplacer", "evidence": file}
        page = client.post(ask_url(award, "nom") + "&langue=en", said).content.decode()
        assert "“photo.svg”: This file is an SVG drawing." in page
        assert not Correction.objects.exists()

    def test_keeps_a_document_that_was_true_on_its_day(self, client: Client) -> None:
        award = corrections.received()
        assert award.holder is not None
        factories.enter(client, award.holder)
        client.post(ask_url(award, "nom"), {"first_name": "Camille", "last_name": "Ñandú", "wish": "garder"})
        assert Person.objects.get(pk=award.holder.pk).full_name == "Camille Ñandú"
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED
        assert not Correction.objects.exists()

    def test_sees_nobody_else_s(self, client: Client) -> None:
        made = corrections.asked(files=[corrections.paper()])
        factories.enter(client, factories.holder(by=made.award.certifier))
        piece = made.evidence.get().code
        assert client.get(ask_url(made.award)).status_code == 404
        assert client.get(reverse("holder:corrections-one", args=[made.code])).status_code == 404
        assert client.post(reverse("holder:corrections-one", args=[made.code]), {"withdraw": "1"}).status_code == 404
        assert client.get(reverse("holder:corrections-evidence", args=[made.code, piece])).status_code == 404

    def test_has_pages_in_english(self, client: Client) -> None:
        made = corrections.asked()
        factories.enter(client, made.holder)
        page = client.get(reverse("holder:corrections-one", args=[made.code]) + "?langue=en").content.decode()
        assert "My request for a correction" in page
        assert "Aujourd’hui" not in page

    def test_contests_the_answer_of_the_partner(self, client: Client) -> None:
        place = factories.partnership(mandates.house())
        clerk, head = (
            factories.actor_of(factories.member(role, of=place), place) for role in (Role.EXAM_MANAGER, Role.HEAD)
        )
        made = corrections.asked(corrections.delegated(place, clerk, head))
        answering.refuse_correction(correction=made, reason="C’est ce que dit sa carte.", actor=clerk, now=NOW)
        factories.enter(client, made.holder)
        page = reverse("holder:corrections-one", args=[made.code])
        assert "C’est ce que dit sa carte." in client.get(page).content.decode()
        client.post(page, {"words": "Voici mon acte de naissance."})
        made.refresh_from_db()
        assert (made.state, made.addressed_to) == (CorrectionState.ASKED, Desk.CERTIFIER)


class TestCertifier:
    def test_finds_it_on_the_first_page_and_answers(self, client: Client) -> None:
        made = corrections.asked(files=[corrections.paper()])
        house = made.award.certifier
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        one = reverse("certifier:awards-corrections-one", args=[house.code, made.code])
        assert one in client.get(reverse("certifier:home", args=[house.code])).content.decode()
        assert one in client.get(reverse("certifier:awards-corrections", args=[house.code])).content.decode()
        page = client.get(one).content.decode()
        assert "Accepter et remplacer" in page
        assert "<mark>" in page
        assert "pourquoi" in client.post(one, {"refuse": "1", "reason": ""}).content.decode()
        client.post(one, {"accept": "1", "reason": "Bien sûr."})
        made.refresh_from_db()
        assert made.state == CorrectionState.ACCEPTED
        assert "Bien sûr." in client.get(one).content.decode()
        assert one not in client.get(reverse("certifier:home", args=[house.code])).content.decode()

    def test_corrects_something_else_with_the_whole_form(self, client: Client) -> None:
        made = corrections.asked(kind=CorrectionKind.OTHER, words="Ma mention manque.")
        house = made.award.certifier
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        one = reverse("certifier:awards-corrections-one", args=[house.code, made.code])
        assert 'name="grade"' in client.get(one).content.decode()
        award = made.award
        said = {
            "first_name": award.first_name,
            "last_name": award.last_name,
            "email": award.email,
            "grade": "Bien",
            "awarded_on": award.awarded_on.isoformat(),
            "accept": "1",
        }
        client.post(one, said)
        made.refresh_from_db()
        assert made.state == CorrectionState.ACCEPTED

    def test_promises_a_delay(self, client: Client) -> None:
        house = mandates.house()
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        listing = reverse("certifier:awards-corrections", args=[house.code])
        assert "un mois au plus" in client.get(listing).content.decode()
        client.post(listing, {"days": "12", "partner_days": "5"})
        assert "en 12 jours au plus" in client.get(listing).content.decode()

    def test_shows_no_evidence_to_who_only_reads(self, client: Client) -> None:
        made = corrections.asked(files=[corrections.paper()])
        house, piece = made.award.certifier, made.evidence.get()
        factories.enter(client, factories.member(Role.READER, of=house))
        page = client.get(reverse("certifier:awards-corrections-one", args=[house.code, made.code])).content.decode()
        assert "acte.pdf" not in page
        url = reverse("certifier:awards-corrections-evidence", args=[house.code, made.code, piece.code])
        assert client.get(url).status_code == 403


class TestPartner:
    def test_answers_or_passes_on(self, client: Client) -> None:
        place = factories.partnership(mandates.house())
        clerk, head = (factories.member(role, of=place) for role in (Role.EXAM_MANAGER, Role.HEAD))
        award = corrections.delegated(place, factories.actor_of(clerk, place), factories.actor_of(head, place))
        made = corrections.asked(award)
        factories.enter(client, clerk)
        one = reverse("partner:corrections-one", args=[place.code, made.code])
        assert one in client.get(reverse("partner:home", args=[place.code])).content.decode()
        assert one in client.get(reverse("partner:corrections", args=[place.code])).content.decode()
        page = client.get(one).content.decode()
        assert "vous-même" in page
        assert 'name="accept"' not in page
        client.post(one, {"pass": "1", "reason": "Nous sommes d’accord."})
        made.refresh_from_db()
        assert made.addressed_to == Desk.CERTIFIER
        assert 'name="refuse"' not in client.get(one).content.decode()


class TestFormerName:
    def test_is_shown_nowhere_and_neither_page_leads_to_the_other(self, client: Client) -> None:
        award = corrections.received()
        Award.objects.filter(pk=award.pk).update(exposure=Exposure.PUBLIC)
        made = corrections.asked(
            award, kind=CorrectionKind.NAME_CHANGE, first_name="Camille", last_name="Ñandú", files=[corrections.paper()]
        )
        new = answering.accept_correction(correction=made, actor=claims.issuer(award.certifier), now=NOW)
        projection.settle(now=NOW)
        # What one name and the other have in common would prove nothing.
        former = Identity(award.first_name, award.last_name)
        pages = {
            number: client.get(reverse("public:award", args=[number])).content.decode()
            for number in (award.shown_number, new.shown_number)
        }
        for page in pages.values():
            assert former.last_name not in page
        assert "Ñandú" in pages[new.shown_number]
        assert new.shown_number not in pages[award.shown_number]
        assert award.shown_number not in pages[new.shown_number]
