"""The public page of a habilitation, its badge, its file and the API: they agree, today and on any date."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jurande.core.errors import CoreError
from jurande.core.france.habilitations import Period
from jurande.core.proof.trust import parse_trust
from jurande.core.proof.verification import verify
from jurande.registers.awards.operations.showcase import close_showcase
from jurande.registers.network.models import Habilitation
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.states import Role
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.standing import public_folder
from jurande.web.api import habilitations as api
from jurande.web.ui.lives import Lived, month_of, strip
from tests import factories
from tests.registers.awards import showcases
from tests.registers.network import habilitations as made
from tests.registers.seal.homes import PUBLIC_URL, own_home

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
BEFORE = TODAY - timedelta(days=30)
FIRST, LAST = TODAY - timedelta(days=400), TODAY + timedelta(days=400)


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Partnership:
    """A partner of a house that can sign."""
    own_home(settings, tmp_path / "home")
    partnership = factories.partnership(now=NOW)
    made.key(partnership.certifier)
    return partnership


@pytest.fixture
def row(place: Partnership) -> Habilitation:
    """A habilitation that is open, signed and in the log."""
    held = made.opened(place, first=FIRST, last=LAST, basis_on=FIRST, now=NOW)
    assert projection.settle(now=NOW).stop is None
    return held


def page(row: Habilitation, day: date | None = None) -> str:
    asked = f"?jour={day.isoformat()}" if day else ""
    return Client().get(f"/habilitations/{row.code}/{asked}").content.decode().replace("\u00a0", " ")


def answered(row: Habilitation, day: date | None = None) -> dict[str, Any]:
    asked = f"?jour={day.isoformat()}" if day else ""
    found: dict[str, Any] = Client().get(f"/api/v1/habilitations/{row.code}{asked}").json()
    return found


class TestPage:
    def test_says_yes_today_with_each_check_in_words(self, row: Habilitation) -> None:
        shown = page(row)
        assert "est habilité aujourd’hui" in shown
        for said in ("La signature est intacte", "Ni suspendue ni terminée", "Inscrite au registre public"):
            assert said in shown
        assert row.partnership.site.siret[:3] in shown

    def test_says_no_calmly_once_suspended_and_still_yes_of_last_month(self, row: Habilitation) -> None:
        made.suspend(row, on=TODAY, now=NOW)
        assert "n’est pas habilité aujourd’hui" in page(row)
        assert "suspendue depuis" in page(row)
        assert "était habilité le" in page(row, BEFORE)

    def test_says_why_before_the_first_day_and_after_the_last(self, row: Habilitation) -> None:
        assert "commence le" in page(row, FIRST - timedelta(days=1))
        assert "arrivée à son terme" in page(row, LAST + timedelta(days=1))
        made.end(row, on=TODAY, now=NOW)
        assert "a pris fin" in page(row)

    def test_is_there_for_nobody_before_it_opens(self, place: Partnership) -> None:
        prepared = made.prepared(place, now=NOW)
        for address in ("", "badge.svg", "attestation.json"):
            assert Client().get(f"/habilitations/{prepared.code}/{address}").status_code == 404
            assert Client().get(f"/habilitations/INCONNU/{address}").status_code == 404

    @pytest.mark.parametrize("day", ["2026-02-30", "hier", "0001-01-01", "' or 1=1"])
    def test_answers_for_today_when_the_day_is_none(self, row: Habilitation, day: str) -> None:
        response = Client().get(f"/habilitations/{row.code}/", {"jour": day})
        assert response.status_code == 200
        assert "Cette date n’existe pas" in response.content.decode()

    def test_leaves_no_cookie_and_is_kept_for_seconds_only(self, row: Habilitation) -> None:
        response = Client().get(f"/habilitations/{row.code}/")
        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=2"

    def test_is_the_same_number_of_queries_whatever_the_history(
        self, row: Habilitation, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        for _again in range(8):
            made.suspend(row, on=TODAY, now=NOW)
            made.resume(row, now=NOW)
        with django_assert_max_num_queries(15):
            page(row)

    def test_does_not_trust_bytes_that_were_changed(self, row: Habilitation) -> None:
        forged = SealedCredential.objects.get(habilitation=row)
        forged.signed = (forged.signed or "").replace("Habilité", "Habilitée")
        forged.save(update_fields=["signed"])
        assert "La signature ne correspond pas" in page(row)

    def test_says_whose_badge_it_is(self, row: Habilitation) -> None:
        assert "ne prouve rien pour lui" in page(row)
        assert row.partnership.name in page(row)


class TestBadge:
    def test_is_a_picture_without_script_that_fades_when_it_dies(self, row: Habilitation) -> None:
        address = f"/habilitations/{row.code}/badge.svg"
        alive = Client().get(address)
        assert alive["Content-Type"] == "image/svg+xml"
        assert b"<script" not in alive.content
        assert "Habilité par" in alive.content.decode()
        made.suspend(row, on=TODAY, now=NOW)
        faded = Client().get(address).content.decode()
        assert "Habilitation suspendue" in faded
        assert "#A4262C" not in faded

    def test_escapes_the_name_of_the_partner(self, place: Partnership) -> None:
        place.site.organisation.__class__.objects.update(usual_name="<b>A & B</b>")
        held = made.opened(place, first=FIRST, last=LAST, now=NOW)
        shown = Client().get(f"/habilitations/{held.code}/badge.svg").content.decode()
        assert "&lt;b&gt;A &amp; B" in shown

    def test_of_one_that_was_replaced_shows_its_successor(self, row: Habilitation) -> None:
        made.end(row, on=TODAY, now=NOW)
        address = f"/habilitations/{row.code}/badge.svg"
        assert "N’est plus habilité" in Client().get(address).content.decode()
        following = made.prepared(row.partnership, first=TODAY, last=LAST, now=NOW)
        Habilitation.objects.filter(pk=following.pk).update(follows=row)
        operations.activate(habilitation=following, actor=made.manager(row.certifier), now=NOW)
        assert "Habilité par" in Client().get(address).content.decode()
        assert following.reference in page(row)


class TestFile:
    def test_is_the_signed_attestation(self, row: Habilitation) -> None:
        response = Client().get(f"/habilitations/{row.code}/attestation.json")
        said = json.loads(response.content)
        assert said["credentialSubject"]["licenseNumber"] == row.reference
        assert said["proof"]
        assert row.reference in response["Content-Disposition"]


class TestApi:
    def test_says_of_one_what_the_page_says(self, row: Habilitation) -> None:
        assert (answered(row)["is_habilitated"], answered(row)["state"]) == (True, "active")
        made.suspend(row, on=TODAY, now=NOW)
        assert (answered(row)["is_habilitated"], answered(row)["state"]) == (False, "suspended")
        assert answered(row, BEFORE)["is_habilitated"] is True
        assert Client().get("/api/v1/habilitations/INCONNU").status_code == 404

    def test_answers_by_place_and_certification(self, row: Habilitation) -> None:
        asked = {"siret": row.partnership.site.siret, "certification": row.certification.reference}
        assert Client().get("/api/v1/habilitations", asked).json()["is_habilitated"] is True
        asked["certification"] = "RNCP1"
        found = Client().get("/api/v1/habilitations", asked).json()
        assert (found["is_habilitated"], found["habilitations"]) == (False, [])

    def test_answers_a_thousand_at_once_and_not_one_more(
        self, row: Habilitation, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        one = {"siret": row.partnership.site.siret, "certification": row.certification.reference}
        asked = [{**one, "day": (FIRST - timedelta(days=500) + timedelta(days=n)).isoformat()} for n in range(1_000)]
        with django_assert_max_num_queries(4):
            response = self.post(asked)
        assert [said["is_habilitated"] for said in response.json()["answers"]] == [n >= 500 for n in range(1_000)]
        assert self.post([*asked, asked[0]]).status_code == 422
        assert self.post([{**asked[0], "siret": "123"}]).status_code == 422

    def post(self, asked: list[dict[str, Any]]) -> Any:
        return Client().post("/api/v1/habilitations", json.dumps({"questions": asked}), content_type="application/json")

    def test_slows_down_whoever_asks_too_often(self, row: Habilitation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "MOST_A_MINUTE", 1)
        statuses = [Client().get(f"/api/v1/habilitations/{row.code}").status_code for _again in range(3)]
        assert statuses[0] == 200
        assert 429 in statuses


class TestStrip:
    def test_lays_years_side_by_side_with_the_day_asked_for(self) -> None:
        periods = [Period(date(2025, 1, 1), date(2025, 12, 31), "active")]
        drawn = strip([Lived("A", periods, is_over=False)], day=date(2026, 7, 2))
        assert drawn.years == (2025, 2026, 2027)
        assert (drawn.rows[0].bars[0].x, drawn.rows[0].bars[0].width) == ("0.0", "333.3")
        assert 490 < float(drawn.now_x) < 510

    def test_keeps_to_a_few_years_whatever_it_is_given(self) -> None:
        periods = [Period(date(1990, 1, 1), date(2090, 1, 1), "active")]
        drawn = strip([Lived("A", periods, is_over=False)], day=date(2026, 7, 2))
        assert 3 <= len(drawn.years) <= 12
        assert 2026 in drawn.years

    def test_makes_whole_weeks_of_a_month(self) -> None:
        month = month_of(date(2026, 11, 23), is_on=lambda day: day >= date(2026, 11, 1))
        days = [one for week in month.weeks for one in week]
        assert {len(week) for week in month.weeks} == {7}
        assert (days[0].on, days[-1].on) == (date(2026, 10, 26), date(2026, 12, 6))
        assert [one.on.day for one in days if one.is_asked] == [23]


class TestDirectory:
    def test_says_of_a_body_what_is_delivered_here_even_when_the_state_knows_nothing(self, row: Habilitation) -> None:
        siren = row.partnership.site.siret[:9]
        response = Client().get(f"/annuaire/{siren}/")
        shown = response.content.decode()
        assert f"/habilitations/{row.code}/" in shown
        assert "Active" in shown
        assert response["Cache-Control"] == "public, max-age=2"
        made.suspend(row, on=TODAY, now=NOW)
        assert "Suspendue" in Client().get(f"/annuaire/{siren}/").content.decode()

    def test_leads_to_the_showcase_of_who_habilitates_only_while_it_is_open(self, row: Habilitation) -> None:
        page = f"/annuaire/{row.partnership.site.siret[:9]}/"
        link = f"/vitrines/{row.certifier.code}/"
        assert link not in Client().get(page).content.decode()
        showcases.opened(row.certifier, row.certification)
        assert link in Client().get(page).content.decode()
        issuer = factories.actor_of(factories.member(Role.ISSUER, of=row.certifier), row.certifier)
        close_showcase(certifier=row.certifier, actor=issuer, now=NOW)
        assert link not in Client().get(page).content.decode()


class TestVerification:
    def test_refuses_an_old_file_once_suspended_as_everything_else_does(self, row: Habilitation) -> None:
        kept = Client().get(f"/habilitations/{row.code}/attestation.json").content
        assert verdict_of(kept, row) == "valid"
        later = NOW + timedelta(minutes=1)
        made.suspend(row, on=TODAY, now=later)
        assert projection.settle(now=later).stop is None
        assert verdict_of(kept, row, now=later) == "status.suspended"
        badge = Client().get(f"/habilitations/{row.code}/badge.svg").content.decode()
        assert "Habilitation suspendue" in badge
        assert answered(row)["is_habilitated"] is False
        assert "n’est pas habilité aujourd’hui" in page(row)
        assert "était habilité le" in page(row, BEFORE)
        made.resume(row, now=later + timedelta(minutes=1))
        projection.settle(now=later + timedelta(minutes=1))
        assert verdict_of(kept, row, now=later + timedelta(minutes=1)) == "valid"


def verdict_of(content: bytes, row: Habilitation, *, now: datetime = NOW) -> str:
    """What anybody finds with the file and what is public: «valid», or the code of the refusal."""
    folder = public_folder()
    lists = {
        f"{PUBLIC_URL}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in (folder / "statuts").rglob("*.json")
    }
    trust = parse_trust((folder / "c" / row.certifier.code / "confiance.json").read_bytes())
    try:
        verify(content, trust=trust, now=now + timedelta(seconds=1), status_lists=lists)
    except CoreError as error:
        return error.code
    return "valid"
