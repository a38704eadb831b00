"""The applicant's screens: the form saves as it goes, says what is missing, and loses nothing."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Application
from jurande.registers.network.operations import exchanges
from jurande.registers.network.queries.completeness import STEPS
from jurande.registers.network.states import ApplicationState
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import TODAY
from tests.registers.network import applications

pytestmark = pytest.mark.django_db
KEYS = [key for key, _label in STEPS]


def url(name: str, *args: str) -> str:
    return reverse(f"guest:{name}", args=args)


def step(held: Application, key: str) -> str:
    return url("applications-step", held.code, key)


def entered(held: Application) -> Client:
    return factories.enter(Client(), held.applicant)


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\u00a0", " ")


class TestComingIn:
    def test_leads_from_a_call_to_the_form_by_mail(self) -> None:
        call, client = applications.open_call(), Client()
        page = url("applications-start", call.code)
        assert "Recevoir mon lien" in text_of(client.get(page))
        answer = client.post(page, {"email": "yann@exemple.fr", "first_name": "Yann", "last_name": "Le Goff"})
        assert "sept jours" in text_of(answer)
        door = url("link", factories.token_sent_to("yann@exemple.fr"))
        # A mail scanner opens the link: nothing happens.
        Client().get(door)
        assert not Application.objects.exists()
        answer = client.post(door, follow=True)
        assert answer.redirect_chain[-1][0] == step(Application.objects.get(), "organisme")

    def test_says_what_to_do_with_a_link_used_twice(self) -> None:
        person = applications.applicant()
        applications.draft(by=person)
        client = Client()
        client.post(url("applications-enter"), {"email": person.email})
        door = url("link", factories.token_sent_to(person.email))
        client.post(door)
        answer = Client().post(door)
        assert answer.status_code == 410
        assert "Demandez-en un nouveau" in text_of(answer)
        assert f'href="{url("applications-enter")}"' in text_of(answer)

    def test_begins_at_once_for_somebody_known(self) -> None:
        call, person = applications.open_call(), applications.applicant()
        client = factories.enter(Client(), person)
        page = url("applications-start", call.code)
        assert "Commencer ma candidature" in text_of(client.get(page))
        client.post(page)
        assert Application.objects.get().applicant == person

    def test_answers_alike_whether_the_address_is_known_or_not(self) -> None:
        person = applications.applicant()
        applications.draft(by=person)
        page = url("applications-enter")
        known = text_of(Client().post(page, {"email": person.email}))
        unknown = text_of(Client().post(page, {"email": "inconnu@exemple.fr"}))
        assert (
            known.replace(person.email, "x").split("csrf")[0]
            == unknown.replace("inconnu@exemple.fr", "x").split("csrf")[0]
        )

    def test_limits_how_often_it_writes(self) -> None:
        call = applications.open_call()
        given = {"email": "yann@exemple.fr", "first_name": "Yann", "last_name": "Le Goff"}
        for _try in range(7):
            answer = Client().post(url("applications-start", call.code), given)
        assert "Trop de demandes" in text_of(answer)

    def test_comes_back_to_the_page_that_was_open(self) -> None:
        held = applications.draft()
        client = Client()
        page = step(held, "engagements")
        answer = client.get(page)
        assert answer["Location"].startswith(url("applications-enter"))
        answer = client.post(answer["Location"], {"email": held.applicant.email})
        answer = client.post(url("link", factories.token_sent_to(held.applicant.email)))
        assert answer["Location"] == page

    def test_tells_a_script_to_go_there_when_the_log_in_has_ended(self) -> None:
        held = applications.draft()
        page = step(held, "engagements")
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
        answer = Client().post(page, {"do": "sign"}, headers=headers)
        assert answer.status_code == 204
        assert "etape%2Fengagements" in answer["HX-Redirect"]


class TestForm:
    @pytest.mark.parametrize("made", [applications.draft, applications.complete])
    def test_shows_every_step_empty_and_filled(self, made: Any) -> None:
        held = made()
        client = entered(held)
        assert {key: client.get(step(held, key)).status_code for key in KEYS} == dict.fromkeys(KEYS, 200)

    def test_saves_one_field_for_a_script(self) -> None:
        held = applications.draft()
        client = entered(held)
        given = {"do": "identity", "siret": factories.siret(), "legal_name": "La Bonne Fabrique"}
        answer = client.post(step(held, "organisme"), given, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "rien ne sera perdu" in text_of(answer)
        held.refresh_from_db()
        assert held.legal_name == "La Bonne Fabrique"

    def test_saves_and_goes_on_without_a_script(self) -> None:
        held = applications.draft()
        answer = entered(held).post(
            step(held, "organisme"), {"do": "identity", "siret": factories.siret(), "next": "1"}
        )
        assert answer["Location"] == step(held, "demande")

    def test_says_beside_its_field_what_is_wrong_and_keeps_the_rest(self) -> None:
        held = applications.draft()
        given = {"do": "identity", "siret": "123", "city": "Nantes"}
        answer = entered(held).post(step(held, "organisme"), given)
        assert answer.status_code == 422
        assert "Un SIRET a quatorze chiffres" in text_of(answer)
        assert 'value="Nantes"' in text_of(answer)

    def test_shows_both_texts_when_two_tabs_write(self) -> None:
        held = applications.draft()
        client = entered(held)
        page = step(held, "organisme")
        seen = text_of(client.get(page)).split('id="seen-identite" value="')[1][:16]
        client.post(page, {"do": "identity", "legal_name": "Premier onglet", "seen": seen})
        answer = client.post(page, {"do": "identity", "legal_name": "Second onglet", "seen": seen})
        assert answer.status_code == 409
        assert "Premier onglet" in text_of(answer)
        assert 'value="Second onglet"' in text_of(answer)
        held.refresh_from_db()
        assert held.legal_name == "Premier onglet"
        # Sent again, having read the other one: it is kept.
        seen = text_of(answer).split('id="seen-identite" value="')[1][:16]
        client.post(page, {"do": "identity", "legal_name": "Second onglet", "seen": seen})
        held.refresh_from_db()
        assert held.legal_name == "Second onglet"

    def test_adds_changes_and_removes_a_person(self) -> None:
        held = applications.draft()
        client, page = entered(held), step(held, "personnes")
        given = {"do": "row", "kind": "staff", "first_name": "Maëlle", "last_name": "Kerbrat", "functions": "trainer"}
        client.post(page, given)
        row = held.staff.get()
        client.post(page, {**given, "code": row.code, "qualifications": "CAP"})
        assert held.staff.get().qualifications == "CAP"
        client.post(page, {"do": "remove", "kind": "staff", "code": row.code})
        assert not held.staff.exists()

    def test_refuses_an_upload_that_is_not_what_it_says(self) -> None:
        held = applications.complete()
        teacher = held.staff.get(last_name="Kerbrat")
        given = {
            "do": "document",
            "about": f"staff:{teacher.code}",
            "kind": "staff",
            "file": SimpleUploadedFile("cv.pdf", b"MZ\x90\x00 a program"),
        }
        before = held.documents.count()
        answer = entered(held).post(step(held, "personnes"), given)
        assert answer.status_code == 422
        assert 'role="alert"' in text_of(answer)
        assert held.documents.count() == before

    def test_ticks_one_box_and_answers_with_the_grid(self) -> None:
        held = applications.complete()
        target = applications.target_of(held)
        module = target.modules.get()
        lineage = module.coverages.order_by("pk").first().competency_lineage
        given = {"do": "cell", "target": target.code, "at": f"{module.code}/{lineage}", "works": "0"}
        answer = entered(held).post(step(held, "programme"), given, headers={"HX-Request": "true"})
        assert "Aucun module" in text_of(answer)
        assert "ne l’est nulle part" in text_of(answer)

    def test_quotes_the_module_that_seems_to_fill_a_hole(self) -> None:
        held = applications.draft()
        target = applications.target_of(held)
        applications.operations.set_request(target=target, kind="both", blocs=[], territory=[], **applications.by(held))
        applications.programme.save_module(
            target=target,
            title="Mesures",
            content="Contrôle de la sécurité électrique de l’appareil.",
            minutes=60,
            in_person_minutes=0,
            **applications.by(held),
        )
        client, page = entered(held), step(held, "programme")
        assert "<mark>sécurité</mark>" in text_of(client.get(page))
        module = target.modules.get()
        lineage = text_of(client.get(page)).split(f'name="no" value="{module.code}/')[1].split('"')[0]
        client.post(page, {"do": "hint", "target": target.code, "no": f"{module.code}/{lineage}"})
        assert f'{module.code}/{lineage}"> ' not in text_of(client.get(page)).split("f-hint")[0]

    def test_reads_a_spreadsheet_then_asks_for_its_columns(self) -> None:
        held = applications.draft()
        target = applications.target_of(held)
        client, page = entered(held), url("applications-import", held.code)
        sheet = SimpleUploadedFile("programme.csv", "Séquence;Heures\nMesures;7\nFroid;beaucoup\n".encode())
        answer = client.post(page, {"file": sheet, "target": target.code})
        assert "2 lignes lues" in text_of(answer)
        answer = client.post(page, {"do": "columns", "target": target.code, "title": "0", "hours": "1"})
        assert "durée non comprise" in text_of(answer)
        assert target.modules.get().minutes == 420

    def test_submits_and_gives_a_receipt(self) -> None:
        held = applications.complete()
        client = entered(held)
        assert "Déposer ma candidature" in text_of(client.get(step(held, "depot")))
        answer = client.post(step(held, "depot"), {"do": "submit"}, follow=True)
        held.refresh_from_db()
        assert held.state == ApplicationState.SUBMITTED
        assert held.reference in text_of(answer)
        assert Message.objects.filter(kind="network.application_receipt").exists()

    def test_says_what_is_missing_instead_of_submitting(self) -> None:
        held = applications.draft()
        client = entered(held)
        assert "points à compléter" in text_of(client.get(step(held, "depot")))
        answer = client.post(step(held, "depot"), {"do": "submit"})
        assert "Il manque encore" in text_of(answer)
        held.refresh_from_db()
        assert held.is_draft

    def test_is_a_404_to_anybody_else(self) -> None:
        held = applications.complete()
        stranger = factories.enter(Client(), applications.applicant())
        assert stranger.get(step(held, "organisme")).status_code == 404
        assert stranger.post(step(held, "organisme"), {"do": "identity"}).status_code == 404
        piece = held.documents.order_by("pk").first()
        assert stranger.get(url("applications-piece", held.code, piece.code)).status_code == 404

    def test_throws_a_draft_away(self) -> None:
        held = applications.complete()
        client = entered(held)
        client.get(url("applications-discard", held.code))
        assert Application.objects.exists()
        client.post(url("applications-discard", held.code))
        assert not Application.objects.exists()


class TestFollowing:
    def test_shows_where_a_file_stands(self) -> None:
        held = applications.submitted()
        client = entered(held)
        answer = text_of(client.get(url("applications-one", held.code)))
        assert "Deux personnes vont la lire" in answer
        assert "a déposé" in answer
        assert client.get(url("applications-sent", held.code)).status_code == 200
        assert held.reference in text_of(client.get(url("applications")))

    def test_leads_from_a_step_to_the_file(self) -> None:
        held = applications.submitted()
        answer = entered(held).get(step(held, "programme"))
        assert answer["Location"] == url("applications-one", held.code)

    def test_answers_a_question_with_a_document(self) -> None:
        held = applications.submitted()
        house = held.certifier
        asker = factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        question = exchanges.ask(
            application=held,
            text="Qui remplace Maëlle ?",
            answer_by=TODAY.replace(day=20),
            actor=asker,
            now=factories.NOW,
        )
        client, page = entered(held), url("applications-answer", held.code, question.code)
        assert "Répondre à une question" in text_of(client.get(url("applications-one", held.code)))
        pdf = SimpleUploadedFile("contrat.pdf", applications.PDF)
        client.post(page, {"text": "Son adjoint.", "file": pdf})
        question.refresh_from_db()
        assert question.answer == "Son adjoint."
        assert held.documents.get(answers_code=question.code)
        assert client.get(page).status_code == 302

    def test_sends_neither_the_answer_nor_the_document_when_one_is_refused(self) -> None:
        held = applications.submitted()
        house = held.certifier
        asker = factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        question = exchanges.ask(
            application=held, text="Qui ?", answer_by=TODAY.replace(day=20), actor=asker, now=factories.NOW
        )
        before = held.documents.count()
        bad = SimpleUploadedFile("contrat.pdf", b"not a pdf")
        answer = entered(held).post(url("applications-answer", held.code, question.code), {"text": "Lui.", "file": bad})
        assert "Lui." in text_of(answer)
        question.refresh_from_db()
        assert question.answered_at is None
        assert held.documents.count() == before

    def test_adds_a_document_to_a_submitted_file(self) -> None:
        held = applications.submitted()
        client = entered(held)
        before = held.documents.count()
        given = {"kind": "tax", "file": SimpleUploadedFile("urssaf.pdf", applications.PDF)}
        client.post(url("applications-add", held.code), given)
        assert held.documents.count() == before + 1
        piece = held.documents.order_by("-pk").first()
        answer = client.get(url("applications-piece", held.code, piece.code))
        assert BytesIO(b"".join(answer.streaming_content)).read() == applications.PDF

    def test_withdraws_with_a_reason(self) -> None:
        held = applications.submitted()
        client, page = entered(held), url("applications-withdraw", held.code)
        assert client.post(page, {"reason": ""}).status_code == 200
        client.post(page, {"reason": "Nous préférons attendre."})
        held.refresh_from_db()
        assert held.state == ApplicationState.WITHDRAWN
        assert "Vous avez retiré" in text_of(client.get(url("applications-one", held.code)))

    def test_lodges_no_appeal_before_a_decision(self) -> None:
        held = applications.submitted()
        answer = entered(held).post(url("applications-appeal", held.code), {"text": "Je conteste."})
        assert "Aucune décision" in text_of(answer)


class TestPartner:
    def test_shows_a_partner_its_files_and_the_open_calls(self) -> None:
        call = applications.open_call()
        theirs = factories.partnership(call.certifier, with_head=True)
        head = theirs.memberships.get(role=Role.HEAD).person
        held = applications.submitted(call, by=head, at_siret=theirs.site.siret)
        colleague = factories.member(Role.QUALITY, of=theirs)
        page = reverse("partner:applications", args=[theirs.code])
        answer = text_of(factories.enter(Client(), colleague).get(page))
        assert held.reference in answer
        assert call.title in answer
        assert factories.enter(Client(), colleague).get(url("applications-one", held.code)).status_code == 200

    def test_shows_nothing_to_a_stranger_who_typed_its_siret(self) -> None:
        call = applications.open_call()
        theirs = factories.partnership(call.certifier, with_head=True)
        held = applications.submitted(call, at_siret=theirs.site.siret)
        head = theirs.memberships.get(role=Role.HEAD).person
        assert factories.enter(Client(), head).get(url("applications-one", held.code)).status_code == 404
        stranger = entered(held)
        assert stranger.get(reverse("partner:applications", args=[theirs.code])).status_code == 404
