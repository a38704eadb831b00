from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jurande.registers.awards.models import CombinationRequest, ShownCertification
from jurande.registers.awards.operations import completing
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.states import RequestState
from jurande.registers.parties.models import Person
from jurande.web.holder.paths import shown_of
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import combined
from tests.registers.awards.lots import issuer

pytestmark = pytest.mark.django_db


def begun(client: Client) -> tuple[Any, Person]:
    """Somebody who has one part of three, signed in."""
    held = combined.published()
    person = factories.holder(by=held.certifier)
    combined.award(person, queries.parts_of(held)[0].certification)
    factories.enter(client, person)
    return held, person


def page(client: Client, name: str = "holder:path", more: str = "") -> str:
    answer = client.get(reverse(name) + more)
    assert answer.status_code == 200
    return answer.content.decode()


class TestPath:
    def test_says_how_far_on_the_home_and_on_its_own_page(self, client: Client) -> None:
        begun(client)
        for said in (page(client, "holder:home"), page(client)):
            assert "Encore deux, et le bloc 1 est à portée" in said
            assert 'aria-label="1 sur 3"' in said
            assert "Vers le métier" in said
            assert "pas encore de parcours" in said

    def test_says_it_in_english(self, client: Client) -> None:
        begun(client)
        said = page(client, more="?langue=en")
        assert "Two more" in said or "two more" in said
        assert "Encore deux" not in said

    def test_of_who_has_nothing_explains_what_it_will_hold(self, client: Client) -> None:
        factories.enter(client, factories.holder())
        assert "Pas encore de parcours" in page(client)

    def test_says_where_what_is_missing_may_be_obtained(self, client: Client) -> None:
        held, _person = begun(client)
        missing = queries.parts_of(held)[1].certification
        ShownCertification.objects.create(certification=missing, training_url="https://imr.exemple.fr/mecanique")
        said = page(client)
        assert "https://imr.exemple.fr/mecanique" in said
        assert "Personne ne l’annonce pour le moment" in said  # the third

    def test_leads_from_the_page_of_an_award(self, client: Client) -> None:
        _held, person = begun(client)
        award = person.awards.get()
        said = client.get(reverse("holder:award", args=[award.code])).content.decode()
        assert "1 sur 3" in said

    def test_costs_a_home_three_queries_with_thirty_awards(self) -> None:
        house = factories.certifier()
        parts = combined.micros(house, 4)
        combined.published(house, parts=parts)
        person = factories.holder()
        for at in range(30):
            combined.award(person, parts[at % 3])
        held = list(person.awards.select_related("certification", "referentiel__elements"))
        with CaptureQueriesContext(connection) as asked:
            shown_of(person, held, [], today=TODAY)
        assert len(asked) <= 3


class TestAsking:
    def test_takes_one_tap_and_may_be_taken_back(self, client: Client) -> None:
        held = combined.published()
        person = combined.whole(held)
        factories.enter(client, person)
        assert "Tout y est" in page(client)
        client.post(reverse("holder:path-ask", args=[held.code]))
        request = CombinationRequest.objects.get(holder=person)
        assert request.state == RequestState.ASKED
        assert "Vous avez demandé le bloc 1" in page(client)
        client.post(reverse("holder:path-take-back", args=[request.code]))
        request.refresh_from_db()
        assert request.state == RequestState.FOUND

    def test_says_what_is_missing_instead(self, client: Client) -> None:
        held, _person = begun(client)
        answer = client.post(reverse("holder:path-ask", args=[held.code]), follow=True)
        assert "manque encore une étape" in answer.content.decode()

    def test_somebody_elses_request_does_not_exist(self, client: Client) -> None:
        request = combined.asked(combined.published())
        factories.enter(client, factories.holder())
        assert client.post(reverse("holder:path-take-back", args=[request.code])).status_code == 404

    def test_a_refusal_is_read_there_with_its_reason_and_no_script_runs(self, client: Client) -> None:
        request = combined.asked(combined.published())
        by = issuer(request.combination.certifier)
        completing.decline(request=request, reasons="<script>alert(1)</script>", actor=by, now=NOW)
        factories.enter(client, request.holder)
        said = page(client)
        assert "&lt;script&gt;alert(1)" in said
        assert "<script>alert" not in said
