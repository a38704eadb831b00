"""What a house shows in public: written, opened, closed; and the holders who agree to appear, then change their mind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction

from jurande.core.control.small_numbers import Hidden
from jurande.registers.awards.models import Appearance, Award, Design, Showcase, ShownCertification
from jurande.registers.awards.operations import replacing
from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.operations.showcase import Line, ShowcaseRefused
from jurande.registers.awards.queries import showcase as queries
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.corrections import CorrectionKind
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.states import Reason
from tests import factories
from tests.registers.awards import held, proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design() -> Design:
    return proved.designed(proved.house())


@pytest.fixture
def issuer(design: Design) -> Actor:
    return factories.actor_of(factories.member(Role.ISSUER, of=design.certifier), design.certifier)


@pytest.fixture
def shown(design: Design, issuer: Actor) -> Showcase:
    return opened(design, issuer)


@pytest.fixture
def ines() -> Person:
    return factories.holder()


def opened(design: Design, issuer: Actor, training_url: str = "") -> Showcase:
    operations.write_showcase(
        certifier=design.certifier,
        presentation="Nous formons des gens qui réparent.",
        presentation_en="",
        site_url="https://www.imr.example",
        lines=[Line(design.certification.code, True, True, training_url)],
        actor=issuer,
        now=NOW,
    )
    return operations.open_showcase(certifier=design.certifier, actor=issuer, now=NOW)


def acts(code: str) -> list[str]:
    return list(Entry.objects.filter(subject_code=code).order_by("pk").values_list("action", flat=True))


class TestAShowcase:
    def test_is_seen_by_nobody_until_it_opens(self, design: Design, issuer: Actor) -> None:
        shown = opened(design, issuer)
        assert queries.open_showcase_of(design.certifier.code) == shown
        operations.close_showcase(certifier=design.certifier, actor=issuer, now=NOW)
        assert queries.open_showcase_of(design.certifier.code) is None
        assert acts(design.certifier.code)[-3:] == [
            "awards.showcase.changed",
            "awards.showcase.opened",
            "awards.showcase.closed",
        ]

    def test_does_not_open_without_a_word_or_without_a_certification(self, design: Design, issuer: Actor) -> None:
        with pytest.raises(ShowcaseRefused):
            operations.open_showcase(certifier=design.certifier, actor=issuer, now=NOW)
        with pytest.raises(ShowcaseRefused):
            operations.write_showcase(
                certifier=design.certifier,
                presentation="x" * 1_501,
                presentation_en="",
                site_url="",
                lines=[],
                actor=issuer,
                now=NOW,
            )

    def test_is_written_by_who_designs_in_that_house(self, design: Design, issuer: Actor) -> None:
        stranger = factories.certifier()
        reader = factories.actor_of(factories.member(Role.READER, of=design.certifier), design.certifier)
        for actor in (reader, factories.actor_of(factories.administrator(stranger), stranger)):
            with pytest.raises(NotAllowed):
                operations.open_showcase(certifier=design.certifier, actor=actor, now=NOW)

    def test_leaves_the_certifications_of_others_alone(self, design: Design, issuer: Actor) -> None:
        other = proved.designed(proved.house())
        operations.write_showcase(
            certifier=design.certifier,
            presentation="Nous.",
            presentation_en="",
            site_url="",
            lines=[Line(other.certification.code, True, True)],
            actor=issuer,
            now=NOW,
        )
        assert not ShownCertification.objects.exists()

    @pytest.mark.parametrize(
        "address",
        [
            "http://imr.example",
            "javascript:alert(1)",
            "https://user:pass@imr.example",
            "https://localhost/x",
            "https://imr.example/a b",
            'https://imr.example/"><script>',
            "//imr.example",
            "https://imr.example:99999/",
            "https://\u202eelpmaxe.example",
            "https://imr.example/" + "a" * 300,
        ],
    )
    def test_refuses_an_address_that_is_no_https_page(self, address: str) -> None:
        with pytest.raises(ShowcaseRefused):
            operations.checked_address(address, "site_url")

    @pytest.mark.parametrize(
        "address", ["https://imr.example", "https://métiers.example/formations/vélo?x=1#y", "https://a.b.example:8443/"]
    )
    def test_keeps_an_address_as_it_is_written(self, address: str) -> None:
        assert operations.checked_address(f" {address} ", "site_url") == address

    def test_does_not_tell_how_few_no_longer_hold(self, design: Design, shown: Showcase) -> None:
        made = [held.held(factories.holder(), design) for _n in range(6)]
        Award.objects.filter(pk=made[0].pk).update(state=AwardState.REVOKED, revoked_on=TODAY)
        (one,) = queries.listed(shown, today=TODAY)
        assert (one.issued, one.in_force) == (6, Hidden.CLOSED)

    def test_hides_figures_below_five(self, design: Design, shown: Showcase) -> None:
        for _ in range(4):
            proved.awarded(design, settle=False)
        line = queries.listed(shown, today=TODAY)[0]
        assert str(line.issued) == "Hidden.SMALL"


class TestAHolder:
    def test_appears_by_their_initial_once_they_agreed(self, design: Design, shown: Showcase, ines: Person) -> None:
        award = held.held(ines, design)
        made = operations.agree_to_appear(award=award, name="initial", actor=held.acting(ines), now=NOW)
        people, after = queries.appearing(design.certification, after="", today=TODAY)
        assert [one.name for one in people] == [f"{award.first_name} {award.last_name[0]}."]
        assert after == ""
        assert people[0].name in made.wording
        assert design.certifier.name in made.wording
        assert acts(award.code)[-1] == "awards.appearance.agreed"

    def test_leaves_at_once(self, design: Design, shown: Showcase, ines: Person) -> None:
        award = held.held(ines, design)
        operations.agree_to_appear(award=award, name="full", actor=held.acting(ines), now=NOW)
        operations.stop_appearing(award=award, actor=held.acting(ines), now=NOW + timedelta(minutes=1))
        operations.stop_appearing(award=award, actor=held.acting(ines), now=NOW + timedelta(minutes=2))
        assert queries.appearing(design.certification, after="", today=TODAY) == ([], "")
        assert Award.objects.get(pk=award.pk).shown_since_at is None
        assert acts(award.code).count("awards.appearance.ended") == 1

    def test_may_change_the_name_and_the_former_agreement_is_kept(
        self, design: Design, shown: Showcase, ines: Person
    ) -> None:
        award = held.held(ines, design)
        for name in ("initial", "full"):
            operations.agree_to_appear(award=award, name=name, actor=held.acting(ines), now=NOW)
        assert Appearance.objects.count() == 2
        assert [one.name for one in queries.appearing(design.certification, after="", today=TODAY)[0]] == [
            award.full_name
        ]

    @pytest.mark.parametrize(
        ("asked", "name", "said", "left"),
        [
            (CorrectionKind.SPELLING, "full", ["Zoé-Maï Carvalho"], ""),
            (None, "full", [], "Inès Carvalho"),
            (None, "initial", ["Inès C."], ""),
            (CorrectionKind.NAME_CHANGE, "initial", [], "Inès C."),
        ],
    )
    def test_stays_after_a_correction_that_their_agreement_covers(
        self,
        design: Design,
        shown: Showcase,
        ines: Person,
        asked: CorrectionKind | None,
        name: str,
        said: list[str],
        left: str,
    ) -> None:
        award = held.held(ines, design)
        Award.objects.filter(pk=award.pk).update(first_name="Inès", last_name="Carvalho")
        award.refresh_from_db()
        agreed = operations.agree_to_appear(award=award, name=name, actor=held.acting(ines), now=NOW)
        changed = {"last_name": "Carvalhó"} if name == "initial" else {"first_name": "Zoé-Maï"}
        signatory = factories.actor_of(factories.member(Role.SIGNATORY, of=design.certifier), design.certifier)
        made = replacing.correct_award(
            award=award,
            said=replace(Said.by(award), **changed),
            reason=Reason.WRONG_CONTENT,
            note="P.",
            asked=asked,
            actor=signatory,
            now=NOW,
        )
        people, _after = queries.appearing(design.certification, after="", today=TODAY)
        assert [one.name for one in people] == said
        first = Appearance.objects.get(pk=agreed.pk)
        assert (first.ended_at, first.wording) == (NOW, agreed.wording)
        now_shown = Appearance.objects.current().filter(award=made).first()
        assert (now_shown is not None) == bool(said)
        if now_shown is not None:
            assert (now_shown.wording, now_shown.agreed_at) == (agreed.wording, agreed.agreed_at)
        body = Message.objects.filter(kind="awards.replaced").get().body
        assert ("Vous restez dans la vitrine" in body) == bool(said)
        assert (f"«\u00a0{left}\u00a0»" in body) == bool(left)

    def test_is_not_shown_by_somebody_else(self, design: Design, shown: Showcase, ines: Person, issuer: Actor) -> None:
        award = held.held(ines, design)
        for actor in (issuer, held.acting(factories.holder())):
            with pytest.raises(NotAllowed):
                operations.agree_to_appear(award=award, name="full", actor=actor, now=NOW)

    @pytest.mark.parametrize(
        "changed",
        [
            {"exposure": Exposure.HIDDEN},
            {"refused_at": NOW},
            {"state": AwardState.REVOKED, "revoked_on": TODAY},
        ],
    )
    def test_is_not_shown_for_what_is_hidden_refused_or_revoked(
        self, design: Design, shown: Showcase, ines: Person, changed: dict[str, Any]
    ) -> None:
        award = held.held(ines, design, **changed)
        with pytest.raises(NotAllowed):
            operations.agree_to_appear(award=award, name="full", actor=held.acting(ines), now=NOW)

    def test_is_not_asked_where_nothing_is_shown(self, design: Design, ines: Person) -> None:
        with pytest.raises(NotAllowed):
            operations.agree_to_appear(award=held.held(ines, design), name="full", actor=held.acting(ines), now=NOW)

    def test_goes_when_the_award_is_hidden(self, design: Design, shown: Showcase, ines: Person) -> None:
        award = held.held(ines, design)
        operations.agree_to_appear(award=award, name="full", actor=held.acting(ines), now=NOW)
        operations.end_appearances(award=award, now=NOW)
        award.exposure = Exposure.HIDDEN
        award.save()
        assert not Appearance.objects.current().exists()

    def test_is_no_longer_listed_once_it_is_revoked_or_expired(
        self, design: Design, shown: Showcase, ines: Person
    ) -> None:
        award = held.held(ines, design, valid_until=TODAY)
        operations.agree_to_appear(award=award, name="full", actor=held.acting(ines), now=NOW)
        assert queries.appearing(design.certification, after="", today=TODAY)[0]
        assert not queries.appearing(design.certification, after="", today=TODAY + timedelta(days=1))[0]
        Award.objects.filter(pk=award.pk).update(state=AwardState.REVOKED, revoked_on=TODAY)
        assert not queries.appearing(design.certification, after="", today=TODAY)[0]

    def test_agrees_once_at_a_time(self, design: Design, shown: Showcase, ines: Person) -> None:
        award = held.held(ines, design)
        made = operations.agree_to_appear(award=award, name="full", actor=held.acting(ines), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Appearance.objects.create(
                award=award,
                certification=made.certification,
                holder=ines,
                name_shown="full",
                wording="x",
                agreed_at=NOW,
            )

    @pytest.mark.parametrize(
        ("first", "last", "shown_as"),
        [
            ("Zoë", "ñuñez", "Zoë Ñ."),
            ("Ana", "ßauer", "Ana ß."),
            ("Cher", "", "Cher"),
            ("Inès", " Carvalho", "Inès C."),
        ],
    )
    def test_is_named_by_what_is_written(self, first: str, last: str, shown_as: str) -> None:
        assert queries.name_shown(first, last, "initial") == shown_as


class TestAListOfPeople:
    def test_goes_on_where_it_stopped_and_shows_nobody_twice(
        self, design: Design, shown: Showcase, ines: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queries, "PEOPLE_PAGE", 2)
        for _ in range(3):
            operations.agree_to_appear(award=held.held(ines, design), name="full", actor=held.acting(ines), now=NOW)
        first, after = queries.appearing(design.certification, after="", today=TODAY)
        rest, end = queries.appearing(design.certification, after=after, today=TODAY)
        assert (len(first), len(rest), end) == (2, 1, "")
        assert len({one.code for one in (*first, *rest)}) == 3
