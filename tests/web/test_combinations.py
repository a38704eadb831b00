from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jurande.registers.awards.models import Combination, CombinationCount, CombinationRequest, Lot
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.states import CombinationState, LotSource, RequestState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.awards import combined, designs

pytestmark = pytest.mark.django_db


def signed_in(client: Client, house: Certifier, role: Role = Role.ISSUER) -> Client:
    return factories.enter(client, factories.member(role, of=house))


def address(held: Any, name: str, *more: str) -> str:
    return reverse(f"certifier:awards-combinations-{name}", args=[held.certifier.code, held.code, *more])


def typed(draft: Combination, parts: list[Any], **changed: str) -> dict[str, str]:
    """What a browser sends."""
    sent = {
        "revision": str(draft.revision),
        "title": draft.title,
        "words": "",
        "part-TOTAL_FORMS": str(len(parts)),
        "part-INITIAL_FORMS": "0",
    }
    for at, part in enumerate(parts):
        sent |= {f"part-{at}-certification": part.code, f"part-{at}-choice": "0"}
    return sent | changed


class TestWriting:
    def test_goes_from_a_bloc_to_its_parts(self, client: Client) -> None:
        house = factories.certifier()
        bloc, parts = combined.target(house), combined.micros(house)
        signed_in(client, house)
        start = reverse("certifier:awards-combinations-start", args=[house.code])
        key = f"{bloc.referentiel.certification.code}.{bloc.lineage}"
        answer = client.post(start, {"target": key})
        draft = Combination.objects.get()
        assert answer["Location"] == address(draft, "edit")
        sent = typed(draft, parts, **{"part-1-choice": "2", "part-2-choice": "2", "wanted_2": "1"})
        client.post(address(draft, "edit"), sent)
        draft.refresh_from_db()
        assert (draft.choices, [one.choice for one in queries.parts_of(draft)]) == ([1], [0, 1, 1])

    def test_loses_nothing_of_what_was_typed_and_says_what_to_do(self, client: Client) -> None:
        draft = combined.drafted()
        signed_in(client, draft.certifier)
        one = queries.parts_of(draft)[0].certification
        answer = client.post(address(draft, "edit"), typed(draft, [one], title="Un nom tapé"))
        said = answer.content.decode()
        assert answer.status_code == 422
        assert "deux micro-certifications au moins" in said
        assert "Un nom tapé" in said

    def test_is_published_by_somebody_else_after_being_told_what_follows(self, client: Client) -> None:
        draft = combined.drafted()
        signed_in(client, draft.certifier, Role.SIGNATORY)
        assert "ne changera plus jamais" in client.get(address(draft, "publish")).content.decode()
        client.post(address(draft, "publish"), {"revision": str(draft.revision)})
        draft.refresh_from_db()
        assert draft.state == CombinationState.PUBLISHED

    def test_of_a_new_version_begins_from_the_page_of_the_one_in_use(self, client: Client) -> None:
        held = combined.published()
        signed_in(client, held.certifier)
        key = f"{held.certification.code}.{held.bloc}"
        assert f'name="target" value="{key}"' in client.get(address(held, "one")).content.decode()
        client.post(reverse("certifier:awards-combinations-start", args=[held.certifier.code]), {"target": key})
        assert Combination.objects.get(state=CombinationState.DRAFT).number == 2

    def test_another_house_sees_nothing(self, client: Client) -> None:
        draft = combined.drafted()
        other = factories.certifier()
        signed_in(client, other)
        for name in ("one", "edit", "publish", "close"):
            url = reverse(f"certifier:awards-combinations-{name}", args=[other.code, draft.code])
            assert client.get(url).status_code == 404


class TestAnswering:
    def test_makes_a_lot_of_those_who_are_ticked(self, client: Client) -> None:
        held = combined.published()
        designs.published_bloc(held.certification)
        first, second = combined.asked(held), combined.asked(held)
        signed_in(client, held.certifier)
        listed = client.get(address(held, "one")).content.decode()
        assert first.holder.full_name in listed
        answer = client.post(address(held, "prepare"), {"demande": [first.code]})
        lot = Lot.objects.get(source=LotSource.COMBINATION)
        assert answer["Location"].endswith(f"/lots/{lot.code}/")
        second.refresh_from_db()
        assert second.state == RequestState.ASKED

    def test_says_that_nobody_was_ticked(self, client: Client) -> None:
        held = combined.published()
        combined.asked(held)
        signed_in(client, held.certifier)
        answer = client.post(address(held, "prepare"), follow=True)
        assert "Choisissez d’une à" in answer.content.decode()

    def test_a_refusal_says_why(self, client: Client) -> None:
        request = combined.asked(combined.published())
        held = request.combination
        signed_in(client, held.certifier)
        client.post(address(held, "decline", request.code), {"reasons": "Une pièce manque."})
        assert CombinationRequest.objects.get().state == RequestState.DECLINED

    def test_what_was_asked_waits_in_what_there_is_to_do(self, client: Client) -> None:
        held = combined.asked(combined.published()).combination
        signed_in(client, held.certifier)
        said = client.get(reverse("certifier:home", args=[held.certifier.code])).content.decode()
        assert "Répondre à une demande d’attestation de bloc" in said


class TestCount:
    @pytest.mark.parametrize(
        ("near", "said"), [(0, "Personne n’en est"), (4, "Moins de cinq personnes"), (5, "5 personnes en sont")]
    )
    def test_of_those_who_lack_one_is_hidden_below_five(self, client: Client, near: int, said: str) -> None:
        held = combined.published()
        CombinationCount.objects.create(combination=held, near=near, counted_at=NOW - timedelta(hours=5))
        signed_in(client, held.certifier)
        assert said in client.get(address(held, "one")).content.decode()
