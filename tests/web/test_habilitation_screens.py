"""Habilitations on the screens of a certifier and of a partner: what will happen is shown, then done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.registers.network import habilitations as made

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
FIRST, LAST = TODAY - timedelta(days=100), TODAY + timedelta(days=400)


@pytest.fixture
def place() -> Partnership:
    held = factories.partnership(with_head=True, now=NOW)
    factories.relaxed(held.certifier, Rule.SECOND_FACTOR, now=NOW)
    return held


@pytest.fixture
def manager(place: Partnership, client: Client) -> Client:
    return factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=place.certifier, now=NOW))


def url(row: Habilitation, act: str = "") -> str:
    return f"/c/{row.certifier.code}/habilitations/{row.code}/{act}"


def text(response: Any) -> str:
    assert response.status_code == 200
    found: str = response.content.decode().replace("\u00a0", " ")
    return found


class TestCertifier:
    def test_sees_them_on_the_file_of_the_partner(self, place: Partnership, manager: Client) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        shown = text(manager.get(f"/c/{place.certifier.code}/reseau/{place.code}/"))
        assert url(row) in shown
        assert "Convention antérieure à joindre" in shown

    def test_prepares_then_opens_one(self, place: Partnership, manager: Client) -> None:
        certified = made.certification(place.certifier)
        asked = {
            "certification": certified.code,
            "kind": "both",
            "territory": ["13", "84"],
            "valid_from": TODAY.isoformat(),
            "valid_until": LAST.isoformat(),
            "basis": "earlier_convention",
            "basis_reference": "Convention 2024-12",
            "basis_on": "2024-01-02",
        }
        manager.post(f"/c/{place.certifier.code}/reseau/{place.code}/habiliter/", asked)
        row = Habilitation.objects.get()
        assert "personne ne peut s’en servir" in text(manager.get(url(row)))
        assert "R. 6113-16-5" in text(manager.get(url(row, "ouvrir/")))
        manager.post(url(row, "ouvrir/"))
        row.refresh_from_db()
        assert (row.state, row.territory) == ("active", ["13", "84"])

    def test_suspends_after_reading_who_is_told_and_lifts(self, place: Partnership, manager: Client) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        asked = text(manager.get(url(row, "suspendre/")))
        assert "reçoit une lettre" in asked
        assert "cinq secondes" in asked
        given = {"reason": "hab_precaution", "effective_on": TODAY.isoformat(), "note": "Vérification."}
        refused = manager.post(url(row, "suspendre/"), {**given, "effective_on": FIRST.isoformat()})
        assert "dans le passé" in text(refused)
        manager.post(url(row, "suspendre/"), given)
        assert "elle est suspendue depuis" in text(manager.get(url(row)))
        assert Message.objects.filter(kind="network.habilitation_suspended").exists()
        manager.post(url(row, "lever/"), {"note": "Réglé."})
        assert "Oui, aujourd’hui" in text(manager.get(url(row)))

    def test_ends_one_for_good(self, place: Partnership, manager: Client) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        given = {"reason": "hab_partner_leaves", "effective_on": TODAY.isoformat(), "note": "Fin d’activité."}
        manager.post(url(row, "fin/"), given)
        shown = text(manager.get(url(row)))
        assert "son dernier jour a été" in shown
        assert "Suspendre…" not in shown

    def test_notes_conditions(self, place: Partnership, manager: Client) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        manager.post(url(row, "conditions/"), {"key": "insured", "label": "Assurance", "is_required": "on"})
        condition = row.conditions.get()
        address = url(row, f"conditions/{condition.code}/")
        manager.post(address, {"is_met": "oui", "on": TODAY.isoformat(), "evidence": "Contrat 12"})
        assert "Remplie" in text(manager.get(url(row)))
        manager.post(address, {"is_met": "non", "on": TODAY.isoformat(), "evidence": "Résilié"})
        assert "elle est suspendue depuis" in text(manager.get(url(row)))

    def test_of_another_house_sees_nothing(self, place: Partnership) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        stranger = factories.certifier(now=NOW)
        factories.relaxed(stranger, Rule.SECOND_FACTOR, now=NOW)
        visitor = factories.enter(Client(), factories.administrator(stranger, now=NOW))
        for act in ("", "suspendre/"):
            assert visitor.get(f"/c/{stranger.code}/habilitations/{row.code}/{act}").status_code == 404


class TestPartner:
    def test_finds_what_to_paste_and_to_download(self, place: Partnership, client: Client) -> None:
        row = made.opened(place, first=FIRST, last=LAST, now=NOW)
        made.prepared(place, kind="former", first=FIRST, last=LAST, now=NOW)
        head = place.memberships.get(role=Role.HEAD).person
        shown = text(factories.enter(client, head).get(f"/p/{place.code}/habilitations/"))
        assert row.reference in shown
        assert f"/habilitations/{row.code}/badge.svg" in shown
        assert shown.count("HAB-") == 1

    def test_without_any_is_told_when_it_will_come(self, place: Partnership, client: Client) -> None:
        head = place.memberships.get(role=Role.HEAD).person
        assert "entre en vigueur" in text(factories.enter(client, head).get(f"/p/{place.code}/habilitations/"))
