"""The pages of issuing, by moments: who sees which, which is current, what waits there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import CERTIFIER_ROLES, PARTNER_ROLES, Role
from jurande.web.certifier.awards import urls
from jurande.web.certifier.awards.parts import MOMENTS
from jurande.web.partner.areas import AREAS
from jurande.web.ui.areas import Rows, row, rows
from jurande.web.ui.navigation import NAVIGATION
from tests import factories
from tests.registers.awards import corrections
from tests.registers.seal.homes import own_home
from tests.web.matrix import MATRIX

pytestmark = pytest.mark.django_db
VIEWS = [area.view for moment in MOMENTS for area in moment.areas]
CURRENT = re.compile(r'<a href="([^"]+)" aria-current="(page|true)">')


@pytest.fixture(autouse=True)
def a_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@dataclass
class Someone:
    actor: Actor
    certifier: Certifier


def tabs_of(page: str) -> str:
    """The rows alone, without the main navigation."""
    return "".join(re.findall(r'<nav class="(?:tabs areas|inside)".*?</nav>', page, re.DOTALL))


def shown_to(role: Role, mine: Certifier) -> Rows:
    person = factories.member(role, of=mine)
    every = [rows(MOMENTS, Someone(factories.actor_of(person, mine), mine), mine.code, view) for view in VIEWS]
    alone = [tab for one in every if not one.inside for tab in one.moments if tab.current]
    return Rows(every[0].moments, [*alone, *(tab for one in every for tab in one.inside)])


class TestWhoSeesWhichTab:
    @pytest.mark.parametrize("role", CERTIFIER_ROLES)
    def test_a_team_sees_the_pages_that_its_role_opens_and_no_other(self, role: Role) -> None:
        mine = factories.certifier()
        shown = shown_to(role, mine)
        opened = {reverse(view, args=[mine.code]) for view in VIEWS if role.value in (MATRIX[view].look or ())}
        assert {tab.url for tab in shown.inside} == opened
        assert {tab.url for tab in shown.moments} <= opened

    @pytest.mark.parametrize("role", PARTNER_ROLES)
    def test_a_partner_sees_the_pages_that_its_role_opens_and_no_other(self, role: Role) -> None:
        theirs = factories.partnership(factories.certifier())
        reader = Someone(factories.actor_of(factories.member(role, of=theirs), theirs), theirs.certifier)
        opened = [area.view for area in AREAS if role.value in (MATRIX[area.view].look or ())]
        shown = row(AREAS, reader, theirs.code, "")
        assert [tab.url for tab in shown] == [reverse(view, args=[theirs.code]) for view in opened]

    @pytest.mark.parametrize(("role", "is_shown"), [(Role.READER, True), (Role.ACCOUNTANT, False)])
    def test_a_role_that_opens_none_has_no_entry(self, client: Client, role: Role, is_shown: bool) -> None:
        mine = factories.certifier()
        factories.enter(client, factories.member(role, of=mine))
        page = client.get(reverse("certifier:partners", args=[mine.code])).content.decode()
        assert (reverse("certifier:awards", args=[mine.code]) in page) is is_shown


class TestWhereOneIs:
    def test_each_page_shows_its_tab_as_current_inside_its_moment(self, client: Client) -> None:
        mine = factories.certifier()
        factories.enter(client, factories.member(Role.ISSUER, of=mine))
        for moment in MOMENTS:
            several = len(moment.areas) > 1
            for area in moment.areas:
                url = reverse(area.view, args=[mine.code])
                found = CURRENT.findall(tabs_of(client.get(url).content.decode()))
                first = reverse(moment.areas[0].view, args=[mine.code])
                assert found == ([(first, "true")] if several else []) + [(url, "page")], area.view

    def test_each_page_of_a_partner_shows_its_tab_as_current(self, client: Client) -> None:
        theirs = factories.partnership(factories.certifier())
        factories.enter(client, factories.member(Role.EXAM_MANAGER, of=theirs))
        for area in AREAS:
            url = reverse(area.view, args=[theirs.code])
            assert CURRENT.findall(tabs_of(client.get(url).content.decode())) == [(url, "page")], area.view

    def test_the_main_entry_is_lit_on_every_page_of_issuing(self) -> None:
        ours = [f"certifier:{one.name}" for one in urls.urlpatterns]
        theirs = [name for name in MATRIX if name.startswith(("partner:awards", "partner:corr", "partner:addr"))]
        lit: dict[str, Any] = {
            name: [entry.view for entry in NAVIGATION[name.split(":")[0]] if entry.lit_by(name)]
            for name in [*ours, *theirs]
        }
        assert {name: [f"{name.split(':')[0]}:awards"] for name in lit} == lit


class TestWhatWaits:
    def test_is_a_badge_carried_up_to_its_moment(self, client: Client) -> None:
        asked = corrections.asked()
        mine = asked.award.certifier
        badge = re.compile(
            r'<a href="([^"]+)"[^>]*>[^<]*<span class="count">1<span class="visually-hidden"> en attente'
        )
        url = reverse("certifier:awards-corrections", args=[mine.code])
        follow = reverse("certifier:awards-issued", args=[mine.code])
        factories.enter(client, factories.member(Role.SIGNATORY, of=mine))
        assert badge.findall(tabs_of(client.get(url).content.decode())) == [follow, url]
        factories.enter(client, factories.member(Role.READER, of=mine))
        assert badge.findall(tabs_of(client.get(url).content.decode())) == [], "it waits for who may answer"
