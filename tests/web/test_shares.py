"""What somebody shares: shown to whoever has the link, for as long as they wish, and not a minute longer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.models import Award, Share, SharingSettings
from jurande.registers.awards.operations import replacing
from jurande.registers.awards.operations import shares as operations
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.operations.shares import fold_openings
from jurande.registers.awards.queries.shares import MISSES_MOST
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.states import Reason
from tests import factories
from tests.registers.awards import held, proved
from tests.registers.awards.shared import holder_of, shared
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def mine() -> Certifier:
    return proved.house()


@pytest.fixture
def award() -> Award:
    return settled(held.held(factories.holder()))


def settled(award: Award) -> Award:
    """Published by its house: the checks of its page can be made."""
    projection.settle(now=NOW, wait_seconds=5)
    award.refresh_from_db()
    return award


def address(share: Share) -> str:
    return f"/s/{share.token}"


class TestALink:
    def test_shows_what_was_obtained_and_its_checks(self, client: Client, award: Award) -> None:
        answer = client.get(address(shared(award)))
        text = answer.content.decode()
        assert award.full_name in text
        assert "La signature est intacte" in text
        assert "Ce que cette personne sait faire" in text
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]

    def test_tells_neither_the_number_nor_the_file_unless_it_is_given(self, client: Client, award: Award) -> None:
        discreet = client.get(address(shared(award))).content.decode()
        assert award.number not in discreet
        assert award.shown_number not in discreet
        assert "attestation.json" not in discreet
        share = shared(award, gives_file=True)
        assert award.shown_number in client.get(address(share)).content.decode()
        assert client.get(f"{address(share)}/1/attestation.json").status_code == 200
        assert client.get(f"{address(share)}/2/attestation.json").status_code == 404
        assert client.get(f"{address(shared(award))}/1/attestation.json").status_code == 404

    def test_leaves_out_the_body_that_its_holder_does_not_name(self, client: Client, mine: Certifier) -> None:
        partnership = factories.partnership(mine)
        award = settled(held.held(factories.holder(), proved.designed(mine), partnership=partnership))
        assert partnership.name in client.get(address(shared(award))).content.decode()
        assert partnership.name not in client.get(address(shared(award, shows_assessor=False))).content.decode()

    def test_speaks_english(self, client: Client, award: Award) -> None:
        answer = client.get(f"{address(shared(award))}/en")
        assert answer["Content-Language"] == "en"
        assert "The signature is intact" in answer.content.decode()

    def test_follows_a_correction_and_says_a_revocation(self, client: Client, award: Award) -> None:
        share = shared(award)
        after = settled(held.held(holder_of(award), award.design, replaces=award))
        Award.objects.filter(pk=award.pk).update(state=AwardState.REPLACED, replaced_at=NOW)
        shown = client.get(address(share)).content.decode()
        assert "authentique" in shown
        assert "remplacée" not in shown
        Award.objects.filter(pk=after.pk).update(state=AwardState.REVOKED, revoked_on=TODAY)
        assert "révoquée" in client.get(address(share)).content.decode()

    def test_with_the_interaction_parameter_of_wallets_is_answered_like_without(
        self, client: Client, award: Award
    ) -> None:
        share = shared(award)
        asked = client.get(f"{address(share)}?iuv=1", headers={"accept": "application/json"})
        assert (asked.status_code, asked["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert award.full_name in asked.content.decode()
        document = urlsplit(document_url(award.number)).path
        assert award.full_name in client.get(f"{document}?iuv=1").content.decode()


class TestALinkThatShowsNothing:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("withdrawn", "a été arrêté"),
            ("ended", "arrivé à son terme"),
            ("hidden", "ne montre plus rien"),
            ("refused", "ne montre plus rien"),
            ("erased", "a été arrêté"),
        ],
    )
    def test_is_gone_and_names_nobody(self, client: Client, award: Award, change: str, said: str) -> None:
        share = shared(award)
        at, person = address(share), holder_of(award)
        client.get(f"{at}/apercu.png")
        actor = held.acting(person)
        if change == "withdrawn":
            operations.withdraw_share(share=share, actor=actor, now=NOW)
        elif change == "ended":
            Share.objects.filter(pk=share.pk).update(ends_on=TODAY - timedelta(days=1))
        elif change == "hidden":
            Award.objects.filter(pk=award.pk).update(exposure=Exposure.HIDDEN)
        elif change == "refused":
            Award.objects.filter(pk=award.pk).update(refused_at=NOW)
        else:
            operations.drop_from_shares(award=award, actor=actor, now=NOW)
        for page in ("", "/en", "/1", "/apercu.png", "/badge.svg", "/integrer", "/1/attestation.json"):
            answer = client.get(f"{at}{page}")
            assert answer.status_code == 410, page
            assert award.last_name not in answer.content.decode()
            assert answer["Cache-Control"] == "no-store"
        assert said in client.get(at).content.decode()

    def test_does_not_come_back_from_the_preview_that_was_kept(self, award: Award, client: Client) -> None:
        share = shared(award)
        assert client.get(f"{address(share)}/apercu.png").status_code == 200
        kept = caches["parchments"]
        assert kept.get(operations.preview_key(share, "fr"))
        operations.withdraw_share(share=share, actor=held.acting(share.holder), now=NOW)
        assert kept.get(operations.preview_key(share, "fr")) is None

    def test_is_a_404_when_there_never_was_one_and_few_are_tried(self, client: Client, award: Award) -> None:
        guesses = [f"/s/{number:022d}" for number in range(MISSES_MOST + 1)]
        assert {client.get(guess).status_code for guess in guesses} == {404}
        assert client.get(guesses[0]).status_code == 429
        assert client.get("/s/court").status_code == 429


class TestALinkToSeveral:
    def test_tells_each_and_leads_to_its_page(self, client: Client, award: Award) -> None:
        other = settled(held.held(holder_of(award), award.design))
        share = shared(award, other)
        text = client.get(address(share)).content.decode()
        assert "2 réussites vérifiables" in text
        for rank in (1, 2):
            assert f"{address(share)}/{rank}" in text
            assert award.full_name in client.get(f"{address(share)}/{rank}").content.decode()
        assert client.get(f"{address(share)}/3").status_code == 404
        assert client.get(f"{address(share)}/apercu.png").status_code == 200
        assert client.get(f"{address(share)}/integrer").status_code == 200


class TestWhatNetworksRead:
    def test_is_announced_with_its_picture(self, client: Client, award: Award) -> None:
        share = shared(award)
        text = client.get(address(share), headers={"user-agent": "LinkedInBot/1.0"}).content.decode()
        told = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z:]+)" content="([^"]*)"', text))
        assert award.full_name in told["og:title"]
        assert told["og:url"].endswith(address(share))
        assert told["twitter:card"] == "summary_large_image"
        picture = client.get(re.sub(r"^https?://[^/]+", "", told["og:image"]))
        assert picture["Content-Type"] == "image/png"
        with Image.open(BytesIO(picture.content)) as drawn:
            assert drawn.size == (int(told["og:image:width"]), int(told["og:image:height"])) == (1200, 630)

    def test_may_be_framed_anywhere_in_the_small_page_only(self, client: Client, award: Award) -> None:
        at = address(shared(award))
        assert "frame-ancestors *" in client.get(f"{at}/integrer")["Content-Security-Policy"]
        assert not client.get(f"{at}/integrer").has_header("X-Frame-Options")
        assert "frame-ancestors 'none'" in client.get(at)["Content-Security-Policy"]

    def test_holds_a_name_as_it_is_written(self, client: Client) -> None:
        person = factories.holder()
        person.first_name, person.last_name = "<script>Zoë", "d’Årø"
        person.save()
        at = address(shared(held.held(person)))
        for page in ("", "/integrer", "/badge.svg"):
            assert "<script>Zoë" not in client.get(at + page).content.decode()
        assert client.get(f"{at}/apercu.png").status_code == 200


class TestOpenings:
    def test_of_people_are_counted_once_each(self, client: Client, award: Award) -> None:
        share = shared(award)
        at = address(share)
        client.get(at, headers={"user-agent": PHONE})
        client.get(at, headers={"user-agent": PHONE, "sec-fetch-site": "cross-site"})
        for program in (
            {"user-agent": "LinkedInBot/1.0"},
            {"user-agent": PHONE, "sec-purpose": "prefetch"},
            {"user-agent": PHONE, "sec-fetch-site": "same-origin"},
        ):
            client.get(at, headers=program)
        client.get(f"{at}/apercu.png", headers={"user-agent": PHONE})
        later = NOW + timedelta(minutes=30)
        assert fold_openings(now=later) == 2
        assert fold_openings(now=later) == 0
        share.refresh_from_db()
        assert share.opened_count == 2


class TestTheSpace:
    @pytest.fixture
    def phone(self, client: Client, award: Award) -> Client:
        factories.enter(client, holder_of(award))
        return client

    def test_makes_a_link_and_stops_it_in_one_tap(self, phone: Client, award: Award) -> None:
        form = phone.get("/titulaire/partages/nouveau/", {"reussite": award.code})
        assert "checked" in form.content.decode()
        given = {"awards": [award.code], "until": "90", "shows_assessor": "on", "title": "Candidature"}
        phone.post("/titulaire/partages/nouveau/", given)
        share = Share.objects.get()
        assert share.ends_on == TODAY + timedelta(days=90)
        page = phone.get(f"/titulaire/partages/{share.code}/").content.decode()
        assert share.token in page
        assert "Candidature" in phone.get("/titulaire/partages/").content.decode()
        assert "Candidature" in phone.get(f"/titulaire/reussites/{award.code}/").content.decode()
        assert "Partagée par lien" in phone.get("/titulaire/").content.decode()
        answer = phone.post(f"/titulaire/partages/{share.code}/arreter/", {"next": "https://ailleurs.example/"})
        assert answer["Location"] == "/titulaire/partages/"
        assert phone.get(address(share)).status_code == 410
        assert share.token not in phone.get(f"/titulaire/partages/{share.code}/").content.decode()

    def test_says_what_is_wrong_beside_its_field(self, phone: Client, award: Award) -> None:
        yesterday = (TODAY - timedelta(days=1)).isoformat()
        for given, said in (
            ({"awards": [award.code], "until": "jour"}, "Choisissez le dernier jour."),
            ({"awards": [award.code], "until": "jour", "ends_on": yesterday}, "Ce jour est passé."),
            ({"until": "sans"}, "Choisissez au moins une réussite"),
            ({"awards": ["INCONNUE"], "until": "sans"}, ""),
        ):
            answer = phone.post("/titulaire/partages/nouveau/", given)
            assert answer.status_code == 200
            assert said in answer.content.decode()
        assert not Share.objects.exists()

    def test_never_calls_optional_the_day_that_it_asks_for(self, phone: Client, award: Award) -> None:
        written = phone.get("/titulaire/partages/nouveau/").content.decode()
        assert re.search(r"Dernier jour\s*</label>", written)
        assert "à l’heure de Paris" in written

    def test_changes_what_is_shown_and_keeps_the_address(self, phone: Client, award: Award) -> None:
        share = shared(award)
        at = f"/titulaire/partages/{share.code}/changer/"
        assert phone.get(at).status_code == 200
        told = f"/titulaire/partages/{share.code}/"
        assert "On y lit aussi qui vous a formé, pas la note." in phone.get(told).content.decode()
        phone.post(at, {"until": "sans", "gives_file": "on"})
        assert "On y lit tout, note comprise" in phone.get(told).content.decode()
        share.refresh_from_db()
        assert (share.gives_file, share.shows_grade, share.shows_assessor) == (True, True, True)
        assert award.shown_number in phone.get(address(share)).content.decode()

    def test_shows_nobody_elses(self, phone: Client) -> None:
        share = shared(held.held(factories.holder(address="autre@exemple.fr")))
        for page in ("", "changer/", f"linkedin/{share.items.get().award.code}/"):
            assert phone.get(f"/titulaire/partages/{share.code}/{page}").status_code == 404
        assert phone.post(f"/titulaire/partages/{share.code}/arreter/").status_code == 404

    def test_leads_to_linkedin_with_the_page_of_the_issuer(self, phone: Client, award: Award) -> None:
        share = shared(award)
        SharingSettings.objects.create(
            certifier=award.certifier, linkedin_id="1234567", changed_at=NOW, changed_by_code="ANNESOPHIE"
        )
        answer = phone.get(f"/titulaire/partages/{share.code}/linkedin/{award.code}/")
        asked = parse_qs(urlsplit(answer["Location"]).query)
        assert urlsplit(answer["Location"]).hostname == "www.linkedin.com"
        assert asked["organizationId"] == ["1234567"]
        assert asked["certUrl"][0].endswith(address(share))
        assert asked["issueMonth"] == [str(award.awarded_on.month)]
        assert "certId" not in asked
        assert award.last_name not in unquote(answer["Location"])

    def test_leads_to_linkedin_once_for_each_award_as_it_is_now(self, phone: Client, award: Award) -> None:
        other = held.held(holder_of(award), award.design)
        share = shared(award, other, gives_file=True)
        signatory = factories.actor_of(factories.member(Role.SIGNATORY, of=award.certifier), award.certifier)
        made = replacing.correct_award(
            award=award,
            said=replace(Said.by(award), first_name="Zoé-Maï"),
            reason=Reason.WRONG_CONTENT,
            note="P.",
            actor=signatory,
            now=NOW,
        )
        page = phone.get(f"/titulaire/partages/{share.code}/").content.decode()
        for one in (made, other):
            at = f"/titulaire/partages/{share.code}/linkedin/{one.code}/"
            assert at in page
            asked = parse_qs(urlsplit(phone.get(at)["Location"]).query)
            assert asked["certId"] == [one.shown_number]
            assert asked["certUrl"][0].endswith(address(share))
        assert phone.get(f"/titulaire/partages/{share.code}/linkedin/{award.code}/").status_code == 404

    def test_reads_the_list_in_few_queries(self, phone: Client, award: Award) -> None:
        for _turn in range(12):
            shared(award)
        with CaptureQueriesContext(connection) as few:
            phone.get("/titulaire/partages/")
        assert len(few) <= 10

    def test_is_light_on_a_phone(self, phone: Client, award: Award) -> None:
        share = shared(award)
        for page in ("/titulaire/partages/", f"/titulaire/partages/{share.code}/", address(share)):
            assert len(phone.get(page).content) < 40_000


class TestTheHouse:
    def test_says_how_it_is_known_on_linkedin(self, client: Client) -> None:
        house = factories.certifier()
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        at = f"/c/{house.code}/delivrance/modeles/partage/"
        assert "identifiant" in client.post(at, {"linkedin": "notre page"}).content.decode()
        client.post(at, {"linkedin": "https://www.linkedin.com/company/98765/admin/dashboard/"})
        assert SharingSettings.objects.get().linkedin_id == "98765"
