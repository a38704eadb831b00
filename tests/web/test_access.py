"""The door: who is let through, who is sent where, and what nobody declared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import timezone

from jurande.config.urls import handler403, handler404  # noqa: F401
from jurande.config.urls import urlpatterns as real
from jurande.registers.common.verdicts import no, require
from jurande.registers.parties import operations
from jurande.registers.parties.models import ApiKey, Person
from jurande.registers.parties.states import ROLE_RIGHTS, Role, Rule
from jurande.web import access
from jurande.web.access import audience, client_address, confirmed, is_too_frequent
from tests import factories
from tests.factories import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ouvert", content_type="text/plain")


@audience("certifier")
def inside(request: Any, certifier: str) -> HttpResponse:
    said = f"{request.actor.certifier_code} {request.certifier.code} {len(request.actor.rights)}"
    return HttpResponse(said, content_type="text/plain")


@audience("partner")
def at_partner(request: Any, partnership: str) -> HttpResponse:
    return HttpResponse(f"{request.actor.partnership_code} {request.certifier.code}", content_type="text/plain")


@audience("public")
def refused(request: Any) -> HttpResponse:
    require(no("Demandez à Claire."))
    raise AssertionError


@audience("public")
def anybody(request: Any) -> HttpResponse:
    return HttpResponse("bonjour", content_type="text/plain")


@audience("operator")
def machine(request: Any) -> HttpResponse:
    return HttpResponse("machine", content_type="text/plain")


@audience("holder")
def space(request: Any) -> HttpResponse:
    return HttpResponse("titulaire", content_type="text/plain")


@audience("account")
@confirmed
def grave(request: Any) -> HttpResponse:
    return HttpResponse("fait", content_type="text/plain")


@audience("api")
def program(request: Any) -> HttpResponse:
    return HttpResponse(request.actor.certifier_code, content_type="text/plain")


urlpatterns = [
    path("t/undeclared/", undeclared),
    path("t/refused/", refused),
    path("t/anybody/", anybody),
    path("t/machine/", machine),
    path("t/space/", space),
    path("t/program/", program),
    path("t/grave/", grave),
    path("t/c/<str:certifier>/", inside),
    path("t/p/<str:partnership>/", at_partner),
    *real,
]


@pytest.fixture
def house() -> Any:
    return factories.certifier()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person, BACKEND)
    return client


class TestAudience:
    def test_that_is_missing_closes_the_page(self, client: Client) -> None:
        assert client.get("/t/undeclared/").status_code == 403
        assert client.post("/t/undeclared/").status_code == 403

    def test_places_the_actor(self, house) -> None:
        answer = as_(factories.member(Role.READER, of=house)).get(f"/t/c/{house.code}/")
        assert answer.content.decode() == f"{house.code} {house.code} {len(ROLE_RIGHTS[Role.READER])}"
        opened = factories.partnership(of=house, with_head=True)
        answer = as_(opened.memberships.get().person).get(f"/t/p/{opened.code}/")
        assert answer.content.decode() == f"{opened.code} {house.code}"

    @pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch", "head", "options"])
    def test_answers_the_same_for_somebody_elses_house_and_for_none(self, house, method) -> None:
        stranger = as_(factories.member(Role.READER))
        opened = factories.partnership(of=house)
        for url in (f"/t/c/{house.code}/", "/t/c/0000000000/", f"/t/p/{opened.code}/", "/t/p/é'--/"):
            assert getattr(stranger, method)(url).status_code == 404, url

    @pytest.mark.parametrize("url", ["/t/p/%00/", "/t/anybody/?q=%00", "/c/%00/reseau/?q=a", "/invite/%00/"])
    def test_refuses_an_address_that_no_database_takes(self, client, url) -> None:
        assert client.get(url).status_code == 400

    def test_does_not_let_a_certifier_in_by_the_partners_door(self, house) -> None:
        opened = factories.partnership(of=house)
        assert as_(factories.member(Role.READER, of=house)).get(f"/t/p/{opened.code}/").status_code == 404
        head = factories.member(Role.HEAD, of=opened)
        assert as_(head).get(f"/t/c/{house.code}/").status_code == 404

    def test_closes_at_once_when_the_role_ends(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        client = as_(person)
        assert client.get(f"/t/c/{house.code}/").status_code == 200
        operations.end_membership(
            membership=person.memberships.get(),
            actor=actor_of(factories.administrator(house), house),
            now=timezone.now(),
        )
        assert client.get(f"/t/c/{house.code}/").status_code == 404

    def test_closes_at_once_when_the_account_does(self, house) -> None:
        person = factories.member(Role.READER, of=house)
        client = as_(person)
        Person.objects.filter(pk=person.pk).update(is_active=False)
        assert client.get(f"/t/c/{house.code}/").status_code == 302

    def test_keeps_operators_and_holders_apart(self, house) -> None:
        holder, reader = factories.holder(by=house), factories.member(Role.READER, of=house)
        assert as_(holder).get("/t/space/").status_code == 200
        assert as_(holder).get("/t/machine/").status_code == 404
        assert as_(reader).get("/t/space/").status_code == 404
        assert as_(reader).get("/t/machine/").status_code == 404
        assert as_(factories.any_operator()).get("/t/space/").status_code == 404
        assert as_(factories.any_operator()).get(f"/t/c/{house.code}/").status_code == 404

    def test_gives_the_reason_of_a_refusal(self, client: Client) -> None:
        answer = client.get("/t/refused/")
        assert answer.status_code == 403
        assert "Demandez à Claire." in answer.content.decode()

    def test_asks_the_database_nothing_for_a_visitor(self, client: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(0):
            assert client.get("/t/anybody/").content == b"bonjour"

    def test_costs_three_queries_inside_a_house(self, house, django_assert_num_queries) -> None:
        client = as_(factories.member(Role.READER, of=house))
        with django_assert_num_queries(3):  # session, person, roles with their places and rules set aside
            client.get(f"/t/c/{house.code}/")


class TestVisitor:
    def test_signs_in_and_comes_back(self, client: Client) -> None:
        answer = client.get("/t/c/ABC/?etat=actif&page=2")
        assert (answer.status_code, answer["Location"]) == (
            302,
            "/acces/entrer/?next=%2Ft%2Fc%2FABC%2F%3Fetat%3Dactif%26page%3D2",
        )

    def test_comes_back_to_the_page_of_the_form(self, client: Client) -> None:
        answer = client.post("/t/c/ABC/", HTTP_REFERER="http://testserver/t/c/ABC/?vue=1")
        assert answer["Location"] == "/acces/entrer/?next=%2Ft%2Fc%2FABC%2F%3Fvue%3D1"

    @pytest.mark.parametrize(
        "page", ["https://ailleurs.example/piege", "javascript:alert(1)", "//ailleurs.example/", ""]
    )
    def test_is_never_sent_elsewhere(self, client: Client, page) -> None:
        assert client.post("/t/c/ABC/", HTTP_REFERER=page)["Location"] == "/acces/entrer/?next=%2F"
        answer = client.get("/t/c/ABC/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)
        assert answer["HX-Redirect"] == "/acces/entrer/?next=%2F"

    def test_leaves_the_fragment_for_the_whole_page(self, client: Client) -> None:
        answer = client.get("/t/c/ABC/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/t/c/ABC/")
        assert (answer.status_code, answer["HX-Redirect"]) == (204, "/acces/entrer/?next=%2Ft%2Fc%2FABC%2F")


class TestSecondFactor:
    def test_is_asked_of_administrators_until_they_have_one(self, house) -> None:
        client = as_(factories.administrator(house))
        answer = client.get(f"/t/c/{house.code}/")
        assert answer.status_code == 302
        assert re.match(r"/acces/securite/\?next=%2Ft%2Fc%2F", answer["Location"])
        assert client.post(f"/t/c/{house.code}/").status_code == 302

    def test_is_asked_of_operators_whatever_was_relaxed(self, house) -> None:
        operator = factories.any_operator()
        factories.relaxed(house, Rule.SECOND_FACTOR)
        assert as_(operator).get("/t/machine/").status_code == 302

    def test_may_be_relaxed_by_a_certifier_for_itself(self, house) -> None:
        factories.relaxed(house, Rule.SECOND_FACTOR)
        assert as_(factories.administrator(house)).get(f"/t/c/{house.code}/").status_code == 200
        other = factories.certifier()
        assert as_(factories.administrator(other)).get(f"/t/c/{other.code}/").status_code == 302

    def test_is_not_asked_of_a_reader_nor_of_a_head(self, house) -> None:
        opened = factories.partnership(of=house, with_head=True)
        assert as_(factories.member(Role.READER, of=house)).get(f"/t/c/{house.code}/").status_code == 200
        assert as_(opened.memberships.get().person).get(f"/t/p/{opened.code}/").status_code == 200

    def test_is_not_given_by_a_session_that_pretends(self, house) -> None:
        client = as_(factories.administrator(house))
        session = client.session
        session[access.PERSONA_KEY] = True
        session.save()
        assert client.get(f"/t/c/{house.code}/").status_code == 302

    def test_is_spared_the_personas_of_the_demonstration(self, house, settings) -> None:
        settings.DEMO = True
        client = as_(factories.administrator(house))
        assert client.get(f"/t/c/{house.code}/").status_code == 302
        session = client.session
        session[access.PERSONA_KEY] = True
        session.save()
        assert client.get(f"/t/c/{house.code}/").status_code == 200


class TestConfirmed:
    def aged(self, person: Person, seconds: int) -> Client:
        client = factories.enter(Client(), person)
        session = client.session
        session["account_authentication_methods"][0]["at"] -= seconds
        session.save()
        return client

    def test_asks_again_after_ten_minutes(self) -> None:
        person = factories.member(Role.READER)
        assert self.aged(person, 590).get("/t/grave/").content == b"fait"
        answer = self.aged(person, 610).get("/t/grave/")
        assert answer["Location"] == "/acces/confirmer/?next=%2Ft%2Fgrave%2F"
        assert as_(person).get("/t/grave/").status_code == 302

    def test_lets_a_form_that_was_open_be_sent(self) -> None:
        person = factories.member(Role.READER)
        assert self.aged(person, 3500).post("/t/grave/").content == b"fait"
        assert self.aged(person, 3700).post("/t/grave/").status_code == 302

    def test_does_not_believe_what_somebody_else_proved(self) -> None:
        first, second = factories.member(Role.READER), factories.member(Role.READER)
        client = factories.enter(Client(), first)
        session = client.session
        session["account_authentication_methods_user"] = str(second.pk)
        session.save()
        assert client.get("/t/grave/").status_code == 302

    def test_goes_on_once_the_password_is_given(self) -> None:
        client = as_(factories.member(Role.READER))
        url = client.get("/t/grave/")["Location"]
        assert client.post(url, {"password": factories.PASSWORD, "next": "/t/grave/"})["Location"] == "/t/grave/"
        assert client.get("/t/grave/").content == b"fait"

    def test_has_nothing_to_ask_of_who_comes_by_links(self) -> None:
        assert as_(factories.holder()).get("/t/grave/").content == b"fait"


class TestApiKey:
    def call(self, token: str, **headers: str) -> HttpResponse:
        return Client().get("/t/program/", HTTP_AUTHORIZATION=f"Bearer {token}", **headers)

    def test_lets_a_program_act_for_its_certifier(self) -> None:
        key, token = factories.api_key(now=timezone.now())
        answer = self.call(token)
        assert (answer.status_code, answer.content.decode()) == (200, key.certifier.code)

    def test_is_the_only_way_in_there(self, house) -> None:
        answer = as_(factories.administrator(house)).get("/t/program/")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    def test_opens_no_page(self) -> None:
        key, token = factories.api_key(now=timezone.now())
        answer = Client().get(f"/t/c/{key.certifier.code}/", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == 302

    def test_writes_nothing_while_reading_and_its_day_all_the_same(self) -> None:
        key, token = factories.api_key(now=timezone.now())
        self.call(token)
        assert ApiKey.objects.get(pk=key.pk).last_used_on is None
        operations.note_api_key_use(now=timezone.now())
        assert ApiKey.objects.get(pk=key.pk).last_used_on == timezone.localdate()

    def test_is_guessed_thirty_times_a_minute_and_no_more(self) -> None:
        _key, token = factories.api_key(now=timezone.now())
        answers = [self.call("jur_ABCDEFGH_faux").status_code for _n in range(32)]
        assert answers == [401] * 30 + [429] * 2
        assert self.call(token).status_code == 429
        assert self.call(token, REMOTE_ADDR="192.0.2.9").status_code == 200


class TestLimits:
    def test_count_each_name_apart(self) -> None:
        assert [is_too_frequent("x", "a", most=2) for _n in range(3)] == [False, False, True]
        assert not is_too_frequent("x", "b", most=2)
        assert not is_too_frequent("y", "a", most=2)

    def test_counts_the_addresses_of_one_subscriber_together(self) -> None:
        """An IPv6 subscriber has 2⁶⁴ addresses."""
        tried = [is_too_frequent("ipv6", f"2001:db8:0:7::{host:x}", most=2) for host in range(1, 4)]
        assert tried == [False, False, True]
        assert not is_too_frequent("ipv6", "2001:db8:0:8::1", most=2)

    def test_believe_a_proxy_only_when_there_is_one_and_only_its_last_word(self, settings) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.7")
        assert client_address(request) == "10.0.0.1"
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        assert client_address(request) == "198.51.100.7"
