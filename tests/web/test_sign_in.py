"""Signing in, tried by its owner and by somebody else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from jurande.registers.correspondence import queries as correspondence
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import emails, operations, queries
from jurande.registers.parties.models import Invitation, MagicLink, Person
from jurande.registers.parties.states import Role
from jurande.web.sign_in import NOTICES
from tests import factories
from tests.factories import PASSWORD, actor_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIGN_IN = "/acces/entrer/"


@pytest.fixture
def person() -> Person:
    return factories.member(Role.READER, now=timezone.now())


def enter(client: Client, person: Person, password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": person.email, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/compte/").status_code == 200


def protect(person: Person) -> str:
    """Give the person an authenticator application and its recovery codes; the secret is returned."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def said(answer: Any) -> str:
    """The page without what changes at each answer."""
    return re.sub(r'"[A-Za-z0-9]{64}"', "", answer.content.decode())


class TestPassword:
    def test_opens(self, client, person) -> None:
        answer = enter(client, person)
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert is_in(client)
        assert len(queries.sessions_of(person, now=timezone.now())) == 1

    def test_is_accepted_whatever_the_case_of_the_address(self, client, person) -> None:
        client.post(SIGN_IN, {"login": person.email.upper(), "password": PASSWORD})
        assert is_in(client)

    def test_changes_the_session_that_was_there(self, client, person) -> None:
        client.get(SIGN_IN)
        session = client.session
        session["piege"] = "fixé"
        session.save()
        before = session.session_key
        client.cookies["jurande"] = before
        enter(client, person)
        assert client.cookies["jurande"].value != before
        stolen = Client()
        stolen.cookies["jurande"] = before
        assert not is_in(stolen)

    def test_refused_says_the_same_for_an_unknown_address(self, client, person) -> None:
        known = client.post(SIGN_IN, {"login": person.email, "password": "faux faux faux"})
        unknown = client.post(SIGN_IN, {"login": "inconnu@exemple.fr", "password": "faux faux faux"})
        assert known.status_code == unknown.status_code == 200
        assert said(known).replace(person.email, "X") == said(unknown).replace("inconnu@exemple.fr", "X")
        assert not Message.objects.addressed_to("inconnu@exemple.fr").exists()

    def test_is_guessed_five_times_and_no_more(self, client, person) -> None:
        for _n in range(5):
            enter(client, person, "faux faux faux")
        enter(client, person)
        assert not is_in(client)
        enter(Client(REMOTE_ADDR="192.0.2.44"), person)
        assert not is_in(client)

    def test_lets_nobody_go_elsewhere_afterwards(self, client, person) -> None:
        assert enter(client, person, next="https://ailleurs.example/")["Location"] == "/"
        assert enter(Client(), person, next="/compte/sessions/")["Location"] == "/compte/sessions/"

    def test_of_a_closed_account_opens_nothing(self, client, person) -> None:
        Person.objects.filter(pk=person.pk).update(is_active=False)
        enter(client, person)
        assert not is_in(client)


class TestSignUp:
    def test_is_closed(self, client) -> None:
        before = Person.objects.count()
        assert client.get("/acces/ouvrir/").status_code == 200
        client.post("/acces/ouvrir/", {"email": "a@exemple.fr", "password1": PASSWORD, "password2": PASSWORD})
        assert Person.objects.count() == before


class TestSecondFactor:
    def test_is_asked_after_the_password(self, client, person) -> None:
        secret = protect(person)
        answer = enter(client, person)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert not is_in(client)
        assert client.get(reverse("mfa_authenticate")).status_code == 200
        client.post(reverse("mfa_authenticate"), {"code": "000000" if code_of(secret) != "000000" else "111111"})
        assert not is_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert is_in(client)

    def test_code_is_used_once(self, client, person) -> None:
        secret = protect(person)
        code = code_of(secret)
        for browser, expected in ((client, True), (Client(), False)):
            enter(browser, person)
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert is_in(browser) is expected

    def test_secret_is_not_readable_in_the_database(self, person) -> None:
        secret = protect(person)
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM mfa_authenticator")
            assert secret not in repr(cursor.fetchall())

    def test_opens_the_house_that_demanded_it(self, client) -> None:
        house = factories.certifier()
        administrator = factories.administrator(house, now=timezone.now())
        secret = protect(administrator)
        enter(client, administrator)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert client.get(f"/c/{house.code}/").status_code == 200

    def test_is_set_up_by_who_was_sent_to_do_so(self, client, django_capture_on_commit_callbacks) -> None:
        house = factories.certifier()
        administrator = factories.administrator(house, now=timezone.now())
        enter(client, administrator)
        assert client.get(f"/c/{house.code}/")["Location"].startswith("/acces/securite/")
        activate = reverse("mfa_activate_totp")
        asked = client.get(activate)
        assert asked["Location"].startswith("/acces/confirmer/")
        client.post("/acces/confirmer/", {"password": PASSWORD, "next": activate})
        page = client.get(activate)
        assert page.status_code == 200
        secret = client.session["mfa.totp.secret"]
        with django_capture_on_commit_callbacks(execute=True):
            client.post(activate, {"code": code_of(secret)})
        assert queries.has_second_factor(administrator)
        assert client.get(f"/c/{house.code}/").status_code == 200
        notice = Message.objects.addressed_to(administrator.email).of_kind(emails.SECURITY_NOTICE.key).first()
        assert "application d’authentification a été ajoutée" in notice.body

    def test_recovery_codes_are_encrypted_too(self, client, person) -> None:
        protect(person)
        stored = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
        codes = stored.wrap().get_unused_codes()
        assert not any(code in repr(stored.data) for code in codes)
        enter(client, person)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(client)


class TestForgottenPassword:
    ask = "/acces/mot-de-passe/oublie/"

    def test_is_answered_the_same_whoever_asks(self, client, person) -> None:
        before = Message.objects.count()
        known = client.post(self.ask, {"email": person.email}, follow=True)
        unknown = client.post(self.ask, {"email": "inconnu@exemple.fr"}, follow=True)
        assert known.redirect_chain == unknown.redirect_chain
        assert said(known) == said(unknown)
        assert Message.objects.count() == before + 1

    def test_is_chosen_again_by_the_letter_and_once(self, client, person) -> None:
        elsewhere = Client()
        enter(elsewhere, person)
        client.post(self.ask, {"email": person.email}, HTTP_HOST="localhost")
        link = Message.objects.addressed_to(person.email).of_kind(emails.PASSWORD_RESET.key).get().action_url
        assert link.startswith("http://localhost:8000/acces/mot-de-passe/oublie/")
        page = client.get(link.removeprefix("http://localhost:8000"))
        assert page.status_code == 302
        form = page["Location"]
        assert client.get(form).status_code == 200
        new = "une autre phrase bien longue"
        client.post(form, {"password1": new, "password2": new})
        person.refresh_from_db()
        assert person.check_password(new)
        assert not is_in(elsewhere)
        assert elsewhere.get("/compte/").status_code == 302
        assert Message.objects.addressed_to(person.email).of_kind(emails.SECURITY_NOTICE.key).exists()
        again = Client().get(link.removeprefix("http://localhost:8000"), follow=True)
        assert "password1" not in again.content.decode()

    def test_does_not_open_an_account_with_a_second_factor(self, client, person) -> None:
        protect(person)
        client.post(self.ask, {"email": person.email})
        link = Message.objects.addressed_to(person.email).of_kind(emails.PASSWORD_RESET.key).get().action_url
        form = client.get(link.removeprefix("http://localhost:8000"))["Location"]
        client.post(form, {"password1": "une autre phrase bien longue", "password2": "une autre phrase bien longue"})
        assert not is_in(client)


class TestAddress:
    page = "/acces/adresse/"

    def ask(self, client: Client, person: Person, address: str) -> Any:
        factories.enter(client, person)
        session = client.session
        session["account_authentication_methods"][0]["reauthenticated"] = True
        session.save()
        return client.post(self.page, {"action_add": "", "email": address})

    def test_changes_once_the_new_one_has_answered(self, client, person) -> None:
        former = person.email
        self.ask(client, person, "Nouvelle@Exemple.fr")
        letter = Message.objects.addressed_to("nouvelle@exemple.fr").of_kind(emails.ADDRESS_CONFIRMATION.key).get()
        url = letter.action_url.removeprefix("http://localhost:8000")
        for _n in range(3):
            assert client.get(url).status_code == 200
        person.refresh_from_db()
        assert person.email == former
        client.post(url)
        person.refresh_from_db()
        assert person.email == "nouvelle@exemple.fr"
        assert Message.objects.addressed_to(former).of_kind(emails.SECURITY_NOTICE.key).exists()

    def test_of_somebody_else_is_not_taken_nor_told(self, client, person) -> None:
        other = factories.member(Role.READER, now=timezone.now())
        before = Message.objects.count()
        taken = self.ask(client, person, other.email)
        free = self.ask(Client(), person, "libre@exemple.fr")
        assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
        assert Message.objects.count() == before + 2
        letter = Message.objects.addressed_to(other.email).of_kind(emails.ADDRESS_CONFIRMATION.key).get()
        client.post(letter.action_url.removeprefix("http://localhost:8000"))
        person.refresh_from_db()
        assert person.email != other.email
        assert queries.person_at(other.email) == other

    def test_is_proved_at_the_address_itself_not_in_the_mailbox_of_the_session(self, client, person) -> None:
        self.ask(client, person, "cible@exemple.fr")
        client.post("/acces/mot-de-passe/oublie/", {"email": person.email})
        holder = factories.holder(address="ines@exemple.fr")
        factories.magic_token(holder, now=timezone.now())
        opening = Message.objects.filter(
            kind__in=[emails.ADDRESS_CONFIRMATION.key, emails.PASSWORD_RESET.key, emails.MAGIC_LINK.key]
        )
        assert opening.count() == 3
        for who in (person, holder):
            assert not correspondence.mailbox(who.code).filter(pk__in=opening).exists()

    def test_has_words_for_everything_that_allauth_announces(self) -> None:
        folder = Path(allauth.__file__).parent
        sources = [path for name in ("account", "mfa", "usersessions") for path in (folder / name).rglob("*.py")]
        notices = {
            found
            for path in sources
            for found in re.findall(r'send_notification_mail\(\s*"([a-z_/]+)"', path.read_text())
        }
        assert len(notices) > 8
        assert notices <= set(NOTICES)


class TestSessions:
    def test_are_listed_and_closed_from_another(self, client, person) -> None:
        phone = Client()
        enter(client, person)
        enter(phone, person)
        now = timezone.now()
        listed = queries.sessions_of(person, now=now, current_key=client.session.session_key)
        assert [one.current for one in listed] == [True, False]
        assert not any(key in repr(listed) for key in (client.session.session_key, phone.session.session_key))
        client.post(f"/compte/sessions/{listed[1].id}/fermer/")
        assert is_in(client)
        assert not is_in(phone)

    def test_are_closed_by_their_owner_only(self, client, person) -> None:
        enter(client, person)
        [mine] = queries.sessions_of(person, now=timezone.now())
        other = factories.member(Role.READER, now=timezone.now())
        browser = Client()
        enter(browser, other)
        browser.post(f"/compte/sessions/{mine.id}/fermer/")
        assert is_in(client)

    def test_are_all_closed_but_this_one(self, client, person) -> None:
        others = [Client(), Client()]
        for browser in (client, *others):
            enter(browser, person)
        count = operations.sign_out_everywhere(
            person=person, actor=actor_of(person), now=timezone.now(), but_session_key=client.session.session_key
        )
        assert count == 2
        assert is_in(client)
        assert not any(is_in(browser) for browser in others)

    def test_that_died_are_forgotten(self, client, person) -> None:
        enter(client, person)
        assert operations.forget_the_dead(now=timezone.now()) == 0
        assert operations.forget_the_dead(now=timezone.now() + timedelta(hours=13)) == 2
        assert not is_in(client)


class TestInvitation:
    def invite(self) -> str:
        house = factories.certifier()
        operations.invite_member(
            role=Role.READER,
            email="thomas@exemple.fr",
            first_name="Thomas",
            last_name="Berger",
            certifier=house,
            actor=actor_of(factories.administrator(house), house),
            now=timezone.now(),
        )
        return factories.token_sent_to("thomas@exemple.fr")

    def test_leads_where_the_letter_says(self) -> None:
        token = self.invite()
        assert reverse("guest:invitation", args=[token]) == emails.INVITATION_PATH.format(token=token)
        assert reverse("guest:link", args=[token]) == emails.MAGIC_LINK_PATH.format(token=token)
        assert reverse("certifier:settings", args=["ABC"]) == emails.API_KEYS_PATH.format(certifier="ABC")

    def test_is_not_used_by_looking(self, client) -> None:
        url = emails.INVITATION_PATH.format(token=self.invite())
        for method in ("get", "head", "get", "options", "get"):
            getattr(client, method)(url)
        assert Invitation.objects.get(email="thomas@exemple.fr").state == "pending"

    def test_opens_the_account_and_signs_in(self, client) -> None:
        url = emails.INVITATION_PATH.format(token=self.invite())
        client.get(url)
        before = client.session.session_key
        answer = client.post(url, {"first_name": "Thomas", "last_name": "Berger", "password": PASSWORD})
        assert answer.status_code == 302
        assert is_in(client)
        assert client.session.session_key != before
        assert Client().post(url, {"password": PASSWORD}).status_code == 410

    def test_ignores_what_the_form_did_not_ask(self, client) -> None:
        url = emails.INVITATION_PATH.format(token=self.invite())
        client.post(
            url,
            {
                "first_name": "Thomas",
                "last_name": "Berger",
                "password": PASSWORD,
                "email": "autre@exemple.fr",
                "role": "administrator",
                "is_active": "0",
                "code": "AAAA",
            },
        )
        person = Person.objects.get(email="thomas@exemple.fr")
        assert [m.role for m in person.memberships.all()] == ["reader"]
        assert not Person.objects.filter(email="autre@exemple.fr").exists()


class TestMagicLink:
    @pytest.fixture
    def holder(self) -> Person:
        return factories.holder()

    def url(self, holder: Person) -> str:
        return emails.MAGIC_LINK_PATH.format(token=factories.magic_token(holder, now=timezone.now()))

    def test_is_not_used_by_a_scanner_that_opens_it(self, client, holder) -> None:
        url = self.url(holder)
        for method in ("get", "head", "options", "get"):
            assert getattr(client, method)(url).status_code in (200, 405)
        assert MagicLink.objects.get().used_at is None
        assert not is_in(client)

    def test_opens_by_its_button_and_once(self, client, holder) -> None:
        url = self.url(holder)
        assert client.post(url)["Location"] == "/titulaire/"
        assert client.get("/titulaire/").status_code == 200
        again = Client()
        assert again.post(url).status_code == 410
        assert not is_in(again)

    def test_never_replaces_a_second_factor(self, client, holder) -> None:
        protect(holder)
        assert client.post(self.url(holder))["Location"] == reverse("mfa_authenticate")
        assert not is_in(client)

    def test_needs_the_forms_own_token(self, holder) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(self.url(holder)).status_code == 403
        assert MagicLink.objects.get().used_at is None

    def test_is_sent_with_one_answer_for_all(self, client, holder) -> None:
        known = client.post("/lien/", {"email": holder.email})
        unknown = client.post("/lien/", {"email": "inconnu@exemple.fr"})
        assert known.status_code == unknown.status_code
        assert said(known).replace(holder.email, "X") == said(unknown).replace("inconnu@exemple.fr", "X")


class TestPersona:
    def test_does_not_exist_outside_the_demonstration(self, client) -> None:
        factories.any_operator()
        for key in ("claire", "samir", "x"):
            assert client.post(f"/demonstration/{key}/").status_code == 404
        assert not is_in(client)


class TestLookingWritesNothing:
    def pages(self) -> list[str]:
        names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
        ours = [name for name in names if name.startswith(("account_", "mfa_", "usersessions_"))]
        urls = []
        for name in ours:
            try:
                urls.append(reverse(name))
            except Exception:  # an address that needs arguments is tried elsewhere
                continue
        return sorted(urls)

    def test_for_a_visitor(self, client) -> None:
        assert len(self.pages()) > 12
        for url in self.pages():
            assert client.get(url).status_code < 500, url

    def test_for_somebody_signed_in(self, client, person) -> None:
        protect(person)
        enter(client, person)
        for url in self.pages():  # with a sign-in half done
            assert client.get(url).status_code < 500, url
        client.force_login(person, BACKEND)
        for url in self.pages():
            if "sortir" not in url:
                assert client.get(url).status_code < 500, url

    def test_with_a_sign_in_that_was_left_too_long(self, client, person, settings) -> None:
        protect(person)
        enter(client, person)
        settings.ACCOUNT_LOGIN_TIMEOUT = -1
        for url in (SIGN_IN, reverse("mfa_authenticate"), "/", "/compte/"):
            assert client.get(url).status_code < 500, url

    def test_with_a_session_whose_password_has_changed(self, client, person) -> None:
        enter(client, person)
        person.set_password("une autre phrase bien longue")
        person.save()
        for url in ("/", "/compte/", SIGN_IN):
            assert client.get(url).status_code < 500, url
        assert not is_in(client)
