"""Calls and fee schedules on screen: for their house, and for anyone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.network.models import Call, FeeLine, Flag
from jurande.registers.network.operations import calls as operations
from jurande.registers.network.queries import calls as queries
from jurande.registers.network.states import CloseReason
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.catalogue import fiches
from tests.registers.network import calls as made

pytestmark = pytest.mark.django_db


def entered(house: Certifier, role: Role = Role.NETWORK_MANAGER) -> Client:
    person = factories.member(role, of=house)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return factories.enter(Client(), person)


def opened_today(**changed: Any) -> Call:
    """A call that anybody may apply to today."""
    today = timezone.localdate()
    return made.open_call(now=timezone.now(), **{"opens_on": today, "closes_on": today + timedelta(days=30), **changed})


def address(name: str, *arguments: str) -> str:
    return reverse(f"certifier:recruitment-{name}", args=arguments)


class TestAnyone:
    def test_reads_an_open_call_without_a_cookie_and_may_apply(self) -> None:
        call = opened_today()
        response = Client().get(reverse("public:calls-one", args=[call.code]))
        assert not response.cookies
        assert "max-age" in response["Cache-Control"]
        page = response.content.decode()
        assert reverse("guest:applications-start", args=[call.code]) in page
        assert "Des formateurs du métier" in page

    def test_reckons_the_price_for_their_own_numbers(self) -> None:
        path = reverse("public:calls-one", args=[opened_today().code])
        assert "2\u00a0700,00" in Client().get(path, {"stagiaires": "5", "candidats": "6"}).content.decode()
        for typed in ("-4", "1e9", "x", "9" * 30):
            assert Client().get(path, {"stagiaires": typed, "candidats": typed}).status_code == 200

    def test_finds_open_calls_in_one_list_and_from_the_home_page(self) -> None:
        home, listed = reverse("public:home"), reverse("public:calls")
        assert listed not in Client().get(home).content.decode()
        call = opened_today()
        assert listed in Client().get(home).content.decode()
        assert call.code in Client().get(listed).content.decode()

    def test_finds_it_on_the_page_of_the_certification(self) -> None:
        call = opened_today()
        page = Client().get(reverse("public:certifications-one", args=["RNCP49021"])).content.decode()
        assert reverse("public:calls-one", args=[call.code]) in page

    def test_is_told_who_decides_where_few_people_work(self) -> None:
        call = opened_today()
        path = reverse("public:calls-one", args=[call.code])
        assert "Une troisième, qui n’a pas noté, décide." in Client().get(path).content.decode()
        factories.relaxed(call.certifier)
        assert "qui peut avoir noté" in Client().get(path).content.decode()

    def test_never_reads_a_draft(self) -> None:
        held = made.certification()
        draft = made.draft_call(held, by=made.manager(held.certifier))
        assert Client().get(reverse("public:calls-one", args=[draft.code])).status_code == 404

    def test_may_not_apply_before_or_after(self) -> None:
        early = opened_today(opens_on=timezone.localdate() + timedelta(days=2))
        closed = made.open_call(early.certification, now=timezone.now(), closes_on=None)
        operations.close_call(
            call=closed, reason=CloseReason.FULL, note="", actor=made.manager(closed.certifier), now=timezone.now()
        )
        for call, said in ((early, "Pas encore ouvert"), (closed, "Clos")):
            page = Client().get(reverse("public:calls-one", args=[call.code])).content.decode()
            assert said in page
            assert "Déposer une candidature" not in page

    def test_is_shown_what_was_typed_and_never_run(self) -> None:
        nasty = "<script>alert(1)</script>"
        page = Client().get(reverse("public:calls-one", args=[opened_today(text=nasty, charter=[nasty]).code]))
        assert nasty not in page.content.decode()
        assert "&lt;script&gt;" in page.content.decode()


class TestWriting:
    def test_keeps_what_was_typed_when_somebody_else_wrote_and_then_saves_it(self) -> None:
        held = made.certification()
        author = made.manager(held.certifier)
        draft = made.draft_call(held, by=author)
        client = entered(held.certifier)
        path = address("calls-write", held.certifier.code, draft.code)
        form = client.get(path).context["form"]
        typed = {name: "" if value is None else value for name, value in form.initial.items()}
        typed |= {"title": "Ma version", "territory": "13 ; 2a, 974"}
        operations.write_call(
            call=draft, terms=made.terms(draft, title="La sienne"), revision=draft.revision, actor=author, now=made.NOW
        )
        refused = client.post(path, typed)
        assert "pendant que vous le lisiez" in refused.content.decode()
        assert "Ma version" in refused.content.decode()
        again = {**typed, "revision": refused.context["form"].data["revision"]}
        assert client.post(path, again).status_code == 302
        draft.refresh_from_db()
        assert (draft.title, draft.territory) == ("Ma version", ["13", "2A", "974"])

    def test_says_beside_the_field_what_is_wrong(self) -> None:
        held = made.certification()
        draft = made.draft_call(held, by=made.manager(held.certifier))
        client = entered(held.certifier)
        path = address("calls-write", held.certifier.code, draft.code)
        initial = client.get(path).context["form"].initial
        typed = {name: "" if value is None else value for name, value in initial.items()}
        response = client.post(path, {**typed, "territory": "13, 99", "places": "-1"})
        assert list(response.context["form"].errors) == ["territory"]

    def test_is_for_ones_own_house(self) -> None:
        call = opened_today()
        stranger = entered(factories.certifier())
        theirs = Certifier.objects.exclude(pk=call.certifier.pk).order_by("-pk").first()
        assert theirs is not None
        for house in (call.certifier.code, theirs.code):
            assert stranger.get(address("calls-one", house, call.code)).status_code == 404
            assert stranger.post(address("calls-close", house, call.code), {}).status_code == 404


class TestPublishing:
    def test_shows_what_is_missing_with_a_link_to_each_field(self) -> None:
        held = made.certification()
        draft = operations.start_call(
            certification=held, title="Appel", actor=made.manager(held.certifier), now=timezone.now()
        )
        client = entered(held.certifier)
        page = client.get(address("calls-publish", held.certifier.code, draft.code)).content.decode()
        assert f"{address('calls-write', held.certifier.code, draft.code)}#id_fee_schedule" in page
        assert address("calls-criterion-new", held.certifier.code, draft.code) in page

    def test_by_two_managers_at_once_publishes_once_and_tells_the_second(self) -> None:
        held = made.certification()
        draft = made.draft_call(held, by=made.manager(held.certifier), closes_on=None)
        path = address("calls-publish", held.certifier.code, draft.code)
        one, other = entered(held.certifier), entered(held.certifier)
        typed = {"revision": draft.revision}
        assert one.post(path, typed).status_code == 302
        page = other.post(path, typed, follow=True).content.decode()
        assert "déjà publié" in page
        draft.refresh_from_db()
        assert draft.state == "open"

    def test_is_refused_to_who_wrote_it(self) -> None:
        held = made.certification()
        client = entered(held.certifier)
        new = client.post(
            address("calls-new", held.certifier.code), {"certification": held.code, "title": "Appel"}, follow=True
        )
        draft = Call.objects.get()
        assert new.status_code == 200
        response = client.post(address("calls-publish", held.certifier.code, draft.code), {"revision": 1})
        assert response.status_code == 403


class TestAPrice:
    @pytest.mark.parametrize(
        ("typed", "cents"), [("1 250,50", 125_050), ("1\u00a0250,50 €", 125_050), ("1250.5", 125_050), ("0", 0)]
    )
    def test_is_typed_the_french_way(self, typed: str, cents: int) -> None:
        house = factories.certifier()
        draft = made.schedule(house, prices=())
        entered(house).post(
            address("fees-line-new", house.code, draft.code),
            {"kind": "annual", "label": "Redevance", "amount": typed, "vat": "5,5", "revision": draft.revision},
        )
        line = FeeLine.objects.get()
        assert (line.amount_cents, line.vat_basis_points) == (cents, 550)

    def test_that_cannot_be_is_refused_beside_its_field(self) -> None:
        house = factories.certifier()
        draft = made.schedule(house, prices=())
        client = entered(house)
        for typed in ("-1", "1000000000000", "1,234", "NaN", "Infinity", "1e400", "deux"):
            response = client.post(
                address("fees-line-new", house.code, draft.code),
                {"kind": "annual", "label": "x", "amount": typed, "vat": "20", "revision": draft.revision},
            )
            assert list(response.context["form"].errors) == ["amount"], typed
        assert not FeeLine.objects.exists()


class TestAFlag:
    def test_waits_on_the_first_page_until_somebody_says_what_they_saw(self) -> None:
        house = factories.certifier()
        partner = factories.partnership(house)
        flag = made.flag(partner, house)
        client = entered(house)
        path = address("flag", house.code, flag.code)
        assert path in client.get(reverse("certifier:home", args=[house.code])).content.decode()
        assert client.post(path, {"note": " "}).context["form"].errors
        client.post(path, {"note": "Récépissé vu."})
        assert path not in client.get(reverse("certifier:home", args=[house.code])).content.decode()
        file = client.get(reverse("certifier:partners-one", args=[house.code, partner.code])).content.decode()
        assert path in file
        assert Flag.objects.get().note == "Récépissé vu."


def test_a_call_past_its_day_waits_to_be_closed() -> None:
    call = opened_today()
    actor, today = made.manager(call.certifier), timezone.localdate()
    assert not queries.late_calls(actor, today + timedelta(days=30)).exists()
    assert list(queries.late_calls(actor, today + timedelta(days=31))) == [call]


def test_the_pages_of_one_call_ask_few_questions(django_assert_max_num_queries: Any) -> None:
    call = opened_today()
    fiches.snapshot()
    client = entered(call.certifier)
    for path in (
        address("calls", call.certifier.code),
        address("calls-one", call.certifier.code, call.code),
        reverse("public:calls-one", args=[call.code]),
    ):
        client.get(path)
        with django_assert_max_num_queries(15):
            client.get(path)
