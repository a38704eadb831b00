"""The showcase of a house, for anybody; its editor; the figures of what was issued; what a partner issued."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from jurande.registers.awards.models import Award, Design, ShownCertification, VisitCount
from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.operations import visits
from jurande.registers.awards.queries import proofs
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from jurande.web.public import showcase as pages
from tests import factories
from tests.registers.awards import held, proved, showcases
from tests.registers.awards.proved import NOW
from tests.registers.catalogue import certifications
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture(autouse=True)
def a_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design() -> Design:
    return proved.designed(proved.house())


@pytest.fixture
def ines() -> Person:
    return factories.holder()


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def appearing(person: Person, design: Design, name: str = "initial") -> Award:
    award = held.held(person, design)
    operations.agree_to_appear(award=award, name=name, actor=held.acting(person), now=NOW)
    return award


class TestAShowcase:
    def test_shows_what_its_house_chose_and_keeps_no_cookie(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification, words="Nous formons <b>des gens</b>.")
        answer = client.get(f"/vitrines/{design.certifier.code}/")
        page = answer.content.decode()
        assert design.certification.title in page
        assert "Nous formons &lt;b&gt;des gens&lt;/b&gt;." in page
        assert not answer.cookies
        assert "max-age=60" in answer["Cache-Control"]

    def test_speaks_english(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification)
        page = read(client, f"/vitrines/{design.certifier.code}/en")
        assert '<html lang="en"' in page
        assert "What we certify" in page
        assert "Who obtained it" in read(
            client, f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes/en"
        )

    def test_that_is_closed_is_no_page(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification)
        issuer = factories.actor_of(factories.member(Role.ISSUER, of=design.certifier), design.certifier)
        operations.close_showcase(certifier=design.certifier, actor=issuer, now=NOW)
        assert client.get(f"/vitrines/{design.certifier.code}/").status_code == 404
        assert client.get(f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes").status_code == 404

    def test_is_not_found_by_trying_codes(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification)
        for attempt in range(pages.MISSES_MOST + 1):
            assert client.get(f"/vitrines/AAAA{attempt:06}/").status_code == 404
        refused = client.get(f"/vitrines/{design.certifier.code}/")
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")

    def test_leads_to_the_training_and_counts_the_arrival(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification, training_url="https://imr.example/formation?x=1")
        path = f"/vitrines/{design.certifier.code}/{design.certification.code}/formation"
        answer = client.get(path, headers={"User-Agent": FIREFOX})
        assert (answer.status_code, answer["Location"]) == (302, "https://imr.example/formation?x=1")
        client.get(path, headers={"User-Agent": "LinkedInBot/1.0"})
        assert visits.fold_visits(now=timezone.now() + timedelta(minutes=10)) == 1
        assert VisitCount.objects.get().certification == design.certification

    def test_leads_nowhere_that_was_not_declared(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification)
        assert client.get(f"/vitrines/{design.certifier.code}/{design.certification.code}/formation").status_code == 404


class TestAProof:
    def test_leads_to_the_training_that_its_house_declared(self, client: Client, design: Design) -> None:
        award = proved.awarded(design)
        showcases.opened(design.certifier, design.certification, training_url="https://imr.example/formation")
        answer = client.get(f"/p/{award.shown_number}/formation")
        assert (answer.status_code, answer["Location"]) == (302, "https://imr.example/formation")


class TestPeople:
    def test_are_named_as_they_chose_and_nothing_leads_further(
        self, client: Client, design: Design, ines: Person
    ) -> None:
        showcases.opened(design.certifier, design.certification)
        award = appearing(ines, design)
        answer = client.get(f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes")
        page = answer.content.decode()
        assert f"{ines.first_name} {ines.last_name[0]}." in page
        assert ines.full_name not in page
        assert award.shown_number not in page
        assert "noindex" in answer["X-Robots-Tag"]

    def test_are_gone_as_soon_as_they_leave(self, client: Client, design: Design, ines: Person) -> None:
        showcases.opened(design.certifier, design.certification)
        award = appearing(ines, design, "full")
        path = f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes/en"
        assert ines.full_name in read(client, path)
        operations.stop_appearing(award=award, actor=held.acting(ines), now=NOW)
        assert ines.full_name not in read(client, path)

    def test_are_not_taken_by_a_program_that_reads_page_after_page(self, client: Client, design: Design) -> None:
        showcases.opened(design.certifier, design.certification)
        path = f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes"
        for _ in range(pages.PEOPLE_MOST):
            assert client.get(path).status_code == 200
        assert client.get(path).status_code == 429

    def test_of_an_address_that_makes_no_sense_are_none(self, client: Client, design: Design, ines: Person) -> None:
        showcases.opened(design.certifier, design.certification)
        appearing(ines, design)
        path = f"/vitrines/{design.certifier.code}/{design.certification.code}/personnes"
        assert "Personne de plus" in read(client, f"{path}?apres=ZZZZZZZZZZ%27--")


class TestTheHolder:
    def test_agrees_reads_what_was_agreed_and_leaves(self, client: Client, design: Design, ines: Person) -> None:
        showcases.opened(design.certifier, design.certification)
        award = held.held(ines, design)
        factories.enter(client, ines)
        page = read(client, f"/titulaire/reussites/{award.code}/")
        assert "vitrine" in page
        path = f"/titulaire/reussites/{award.code}/vitrine/"
        assert client.post(path, {"name": "initial"}).status_code == 302
        assert f"« {ines.first_name} {ines.last_name[0]}. »" in read(client, f"/titulaire/reussites/{award.code}/")
        assert "Stop appearing there" in read(client, f"/titulaire/reussites/{award.code}/?langue=en")
        assert client.post(path, {"leave": "1"}).status_code == 302
        assert Award.objects.get(pk=award.pk).shown_since_at is None

    def test_is_told_nothing_of_a_showcase_that_does_not_exist(
        self, client: Client, design: Design, ines: Person
    ) -> None:
        award = held.held(ines, design)
        factories.enter(client, ines)
        assert "vitrine" not in read(client, f"/titulaire/reussites/{award.code}/")

    def test_cannot_show_somebody_else(self, client: Client, design: Design, ines: Person) -> None:
        showcases.opened(design.certifier, design.certification)
        award = held.held(ines, design)
        factories.enter(client, factories.holder())
        assert client.post(f"/titulaire/reussites/{award.code}/vitrine/", {"name": "full"}).status_code == 404


class TestTheEditor:
    def test_keeps_what_is_written_then_opens(self, client: Client, design: Design) -> None:
        factories.enter(client, factories.member(Role.ISSUER, of=design.certifier))
        code, path = design.certification.code, f"/c/{design.certifier.code}/delivrance/vitrine/"
        said = {"presentation": "Nous.", f"listed_{code}": "on", f"training_{code}": "https://imr.example/f"}
        assert client.post(path, said).status_code == 302
        assert client.post(f"{path}ouvrir/").status_code == 302
        assert f"/vitrines/{design.certifier.code}/" in read(client, path)
        shown = ShownCertification.objects.get()
        assert (shown.is_listed, shown.shows_figures, shown.training_url) == (True, False, "https://imr.example/f")

    def test_says_beside_the_field_what_is_wrong_and_loses_nothing(self, client: Client, design: Design) -> None:
        factories.enter(client, factories.member(Role.ISSUER, of=design.certifier))
        code, path = design.certification.code, f"/c/{design.certifier.code}/delivrance/vitrine/"
        answer = client.post(path, {"presentation": "Nous.", f"training_{code}": "http://imr.example"})
        assert "commence par https://" in answer.content.decode()
        assert "http://imr.example" in answer.content.decode()
        assert not ShownCertification.objects.exists()

    def test_tells_a_reader_that_there_is_none(self, client: Client, design: Design) -> None:
        factories.enter(client, factories.member(Role.READER, of=design.certifier))
        assert "Pas encore de vitrine" in read(client, f"/c/{design.certifier.code}/delivrance/vitrine/")


class TestFigures:
    def test_hide_small_numbers_on_the_page_and_in_the_sheet(self, client: Client, design: Design) -> None:
        for person in [factories.holder() for _ in range(6)]:
            held.waiting(person, design)
        Award.objects.filter(pk=Award.objects.first().pk).update(collected_at=NOW)  # type: ignore[union-attr]
        factories.enter(client, factories.member(Role.ISSUER, of=design.certifier))
        path = f"/c/{design.certifier.code}/delivrance/chiffres/"
        assert "moins de 5" in read(client, path)
        sheet = client.get(f"{path}?export=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(sheet), delimiter=";"))
        assert rows[1][:2] == [design.certification.title, "6"]
        assert rows[1][5] == rows[-1][5] == "moins de 5"

    @pytest.mark.parametrize("by", ["certification", "partenaire", "lot", "mois", "inconnu"])
    def test_are_counted_each_way(self, client: Client, design: Design, by: str) -> None:
        partner = factories.partnership(design.certifier)
        for person in [factories.holder() for _ in range(5)]:
            held.waiting(person, design, partnership=partner)
        factories.enter(client, factories.member(Role.ISSUER, of=design.certifier))
        assert "Ensemble" in read(client, f"/c/{design.certifier.code}/delivrance/chiffres/?par={by}&periode=12")

    def test_say_what_will_be_here_when_nothing_is(self, client: Client, design: Design) -> None:
        factories.enter(client, factories.member(Role.ISSUER, of=design.certifier))
        assert "Rien à compter" in read(client, f"/c/{design.certifier.code}/delivrance/chiffres/")


class TestThePartner:
    def test_finds_all_that_it_issued_page_after_page(self, client: Client, design: Design) -> None:
        partner = factories.partnership(design.certifier)
        award = proved.awarded(design, partnership=partner, settle=False)
        other = proved.awarded(design, partnership=factories.partnership(design.certifier), settle=False)
        factories.enter(client, factories.member(Role.HEAD, of=partner))
        page = read(client, f"/p/{partner.code}/delivrance/delivrances/")
        assert f"/p/{award.shown_number}" in page
        assert other.shown_number not in page
        assert client.get(f"/p/{partner.code}/delivrance/?export=csv")["Content-Type"].startswith("text/csv")
        sheet = client.get(f"/p/{partner.code}/delivrance/delivrances/?export=csv")
        assert award.shown_number in sheet.content.decode()

    def test_reads_its_own_figures(self, client: Client, design: Design) -> None:
        partner = factories.partnership(design.certifier)
        for person in [factories.holder() for _ in range(5)]:
            held.waiting(person, design, partnership=partner)
        factories.enter(client, factories.member(Role.HEAD, of=partner))
        assert "Ensemble" in read(client, f"/p/{partner.code}/delivrance/chiffres/")


class TestTheWayThere:
    def test_begins_on_the_page_of_a_proof(self, client: Client, design: Design) -> None:
        award = proved.awarded(design)
        assert "/vitrines/" not in read(client, f"/p/{award.shown_number}")
        showcases.opened(design.certifier, design.certification)
        proofs._shared.cache_clear()
        assert f"/vitrines/{design.certifier.code}/en" in read(client, f"/p/{award.shown_number}/en")

    def test_begins_on_the_page_of_the_certification_in_the_national_register(self, client: Client) -> None:
        held_here = certifications.registered()
        showcases.opened(held_here.certifier, held_here)
        assert f"/vitrines/{held_here.certifier.code}/" in read(client, "/certifications/RNCP49021/")
