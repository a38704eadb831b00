"""What the State publishes in the demonstration: read by the real import, and enough to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jurande.core.france import identifiers
from jurande.demo import national
from jurande.demo.fiction import BODIES
from jurande.registers.catalogue.models import Fiche, Reject
from jurande.registers.catalogue.queries import changes
from jurande.registers.catalogue.queries.directory import by_departement, declared_partners
from jurande.registers.catalogue.queries.search import Choice, search
from jurande.registers.catalogue.queries.state_network import Point, has_point

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=ZoneInfo("Europe/Paris"))


class TestFiction:
    def test_certifiers_and_bodies_are_nobody_real(self) -> None:
        named = [fiche.certifier[0] for fiche in national.FICHES if fiche.certifier[0]]
        assert all(identifiers.siret(siret).startswith("999") for siret in named)

    def test_has_the_certifications_of_the_house(self) -> None:
        assert {fiche.number for fiche in national.FICHES if fiche.certifier == national.IMR} > set(national.OURS)


@pytest.mark.django_db
class TestPublish:
    @pytest.fixture(autouse=True)
    def _published(self) -> None:
        for days, first in zip(national.DAYS_AGO, (True, False), strict=True):
            national.publish(now=NOW - timedelta(days=days), today=NOW.date(), first=first)

    def test_is_read_whole_without_a_reject(self) -> None:
        assert Fiche.objects.count() == len(national.FICHES)
        assert not Reject.objects.exists()

    def test_fills_every_box_and_reaches_overseas(self) -> None:
        partners = declared_partners(list(Fiche.objects.filter(number__in=national.OURS).values_list("pk", flat=True)))
        assert all(any(has_point(partner, point) for partner in partners) for point in Point)
        assert {"971", "972", "974", "976", "67"} <= set(by_departement(partners))
        assert len({partner.siret for partner in partners}) <= len(BODIES) + 1

    def test_has_something_of_each_kind_to_tell_between_its_two_days(self) -> None:
        first, last = (NOW.date() - timedelta(days=days) for days in national.DAYS_AGO)
        told = changes.between("rncp", first, last)
        assert told.partners_added
        assert told.partners_removed
        assert told.types_changed
        assert not told.fiches_modified

    def test_is_found_by_initials(self) -> None:
        assert [one.fiche.number for one in search("ia rh", Choice()).versions] == ["RS9311"]
