"""The demonstration world: whole, in order, and coherent with what its buttons promise."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from jurande.core.france import identifiers
from jurande.demo import world
from jurande.demo.fiction import BODIES
from jurande.demo.personas import PERSONAS
from jurande.registers.common import queries as common
from jurande.registers.common.states import JobState
from jurande.registers.journal import operations as journal
from jurande.registers.parties import queries
from tests.registers.seal.homes import own_home

NOW = datetime(2026, 11, 23, 10, 42, tzinfo=ZoneInfo("Europe/Paris"))


class TestFiction:
    def test_names_nobody_real(self) -> None:
        assert all(body.siren.startswith("999") and identifiers.siret(body.siret) for body in BODIES)
        assert len({body.siret for body in BODIES}) == len(BODIES) >= 40

    def test_reaches_overseas_and_corsica(self) -> None:
        assert {"971", "972", "974", "976"} <= {body.postcode[:3] for body in BODIES}
        assert any(body.postcode.startswith("20") for body in BODIES)

    def test_writes_to_invented_addresses_only(self) -> None:
        assert all(persona.email.endswith(".exemple.fr") or "@exemple.fr" in persona.email for persona in PERSONAS)
        assert all(body.head_email.endswith(".exemple.fr") for body in BODIES)


@pytest.mark.slow
@pytest.mark.django_db
class TestBuild:
    def test_makes_a_whole_world_that_each_persona_can_enter(
        self, settings: Any, client: Client, tmp_path: Path
    ) -> None:
        """One test, for the world takes seconds to build. It seals: in a home of its own, with an address."""
        own_home(settings, tmp_path / "home")
        settings.DEMO, settings.PERSONAS = True, PERSONAS
        world.build(now=NOW)
        self.is_in_order()
        self.lets_one_be_each_persona(client)
        self.shows_every_letter_with_its_link(client)

    def is_in_order(self) -> None:
        claire = queries.person_at("claire.vasseur@imr.exemple.fr")
        imr = next(place for place in queries.places_of(claire) if place.kind == "certifier")
        actor = queries.actor_for(claire, certifier=queries.certifier_for(claire, imr.code))
        # Those of the fiction, and who was approved since.
        assert queries.partners(actor).count() > len(BODIES)
        reasons = {line.reason for line in queries.waiting_for(actor, NOW.date())}
        assert {"qualiopi_expired", "qualiopi_expiring", "qualiopi_unknown", "document_expired"} <= reasons
        report = journal.check()
        assert all(chain.ok for chain in report.chains)
        assert {job.state for job in common.every_job()} == {JobState.DONE}

    def lets_one_be_each_persona(self, client: Client) -> None:
        for persona in PERSONAS:
            answer = client.post(f"/demonstration/{persona.key}/", follow=True)
            assert answer.status_code == 200, persona.key
            assert not answer.redirect_chain[-1][0].startswith("/acces/"), persona.key
            assert persona.last_name in answer.content.decode()

    def shows_every_letter_with_its_link(self, client: Client) -> None:
        page = client.get("/demonstration/courriels/").content.decode()
        assert "/p/" in page


@pytest.mark.django_db
class TestOutsideTheDemonstration:
    @pytest.mark.parametrize("path", ["/demonstration/claire/", "/demonstration/courriels/"])
    def test_has_no_such_doors(self, client: Client, path: str) -> None:
        assert client.post(path).status_code in {404, 405}
        assert client.get(path).status_code in {404, 405}
