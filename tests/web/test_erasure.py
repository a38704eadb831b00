"""A holder erases, closes, takes what concerns them; a certifier says how long it keeps, freezes, purges."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.core.france.rights import extended_until
from jurande.registers.awards.models import Award, Erasure, LegalHold, RetentionRule, RightRequest
from jurande.registers.awards.states import AwardState
from jurande.registers.common.models import JobRequest
from jurande.registers.correspondence.states import Language
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role, Rule
from jurande.registers.seal.operations import projection
from jurande.web.ui.formats import day_plain
from tests import factories
from tests.registers.awards import holds, proved, rights
from tests.registers.awards.held import held, waiting
from tests.registers.seal.homes import own_home


@pytest.fixture(autouse=True)
def _home(db: None, settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award() -> Award:
    house = proved.house()
    made = held(factories.holder(by=house), proved.designed(house))
    projection.settle(now=proved.NOW, wait_seconds=5)
    return made


@pytest.fixture
def holder(award: Award) -> Person:
    assert award.holder is not None
    return award.holder


def said(response: Any) -> str:
    return str(response.content.decode().replace("\u00a0", " "))


class TestAHolder:
    def test_is_told_what_will_happen_then_asked_once_more_then_it_is_erased(
        self, client: Client, award: Award, holder: Person
    ) -> None:
        factories.enter(client, holder)
        assert reverse("holder:erase", args=[award.code]) in said(
            client.get(reverse("holder:award", args=[award.code]))
        )
        page = said(client.get(reverse("holder:erase", args=[award.code])))
        assert "retirée à la demande de son titulaire" in page
        sure = reverse("holder:erase-sure", args=[award.code])
        assert "Cochez la case" in said(client.post(sure, {}))
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED
        assert client.post(sure, {"sure": "on"}).headers["Location"] == reverse("holder:home")
        assert Award.objects.get(pk=award.pk).state == AwardState.ERASED
        assert client.get(reverse("holder:award", args=[award.code])).status_code == 404
        public = said(client.get(reverse("public:award", args=[award.shown_number])))
        assert "retirée à la demande de son titulaire" in public
        assert holder.last_name not in public

    def test_is_told_that_a_procedure_keeps_it_and_until_when_never_why(
        self, client: Client, award: Award, holder: Person
    ) -> None:
        holds.held(award, reason="Plainte de l’employeur.")
        factories.enter(client, holder)
        page = said(client.get(reverse("holder:erase", args=[award.code])))
        assert "une procédure est en cours" in page
        assert "Plainte" not in page
        refused = said(client.post(reverse("holder:erase-sure", args=[award.code]), {"sure": "on"}))
        assert "Rien n’a été effacé" in refused
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED

    def test_closes_their_space_and_is_nobody_here_any_more(self, client: Client, award: Award, holder: Person) -> None:
        waiting(holder, award.design)
        projection.settle(now=proved.NOW, wait_seconds=5)
        factories.enter(client, holder)
        page = said(client.get(reverse("holder:close")))
        assert "Votre réussite est effacée" in page
        assert "Celle qui vous attend" in page
        answer = client.post(reverse("holder:close-sure"), {"sure": "on"}, follow=True)
        assert "Votre espace est fermé" in said(answer)
        assert set(Award.objects.values_list("state", flat=True)) == {AwardState.ERASED}
        gone = Person.objects.get(pk=holder.pk)
        assert (gone.first_name, gone.is_active, gone.email.endswith("@ferme.invalid")) == ("", False, True)
        assert client.get(reverse("holder:home")).status_code == 302

    def test_takes_away_all_that_concerns_them_and_nobody_else(
        self, client: Client, award: Award, holder: Person
    ) -> None:
        other = held(factories.holder(by=award.certifier), award.design)
        factories.enter(client, holder)
        answer = client.post(reverse("holder:export"))
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
            told = json.loads(archive.read("donnees.json"))
            assert f"attestations/{award.number}.json" in archive.namelist()
            whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
        assert [one["numéro"] for one in told["réussites"]] == [award.shown_number]
        assert told["identité"]["nom"] == holder.last_name
        assert other.last_name not in whole

    def test_cannot_reach_what_is_somebody_elses(self, client: Client, award: Award) -> None:
        factories.enter(client, factories.holder(by=award.certifier))
        for page in ("erase", "erase-sure"):
            assert client.get(reverse(f"holder:{page}", args=[award.code])).status_code == 404


class TestACertifier:
    def test_changes_a_duration_and_says_why(self, client: Client, award: Award) -> None:
        house = award.certifier
        factories.relaxed(house, Rule.SECOND_FACTOR)
        factories.enter(client, factories.administrator(house))
        rule = reverse("certifier:retention-rule", args=[house.code, "awards"])
        assert "Donnez un nombre de mois" in said(client.post(rule, {"reason": "Le conseil l’a voulu."}))
        client.post(rule, {"months": "120", "reason": "Le conseil l’a voulu."})
        assert RetentionRule.objects.get().months == 120
        page = said(client.get(reverse("certifier:retention", args=[house.code])))
        assert "10 ans" in page
        assert "Le conseil l’a voulu." in page
        assert "Rien ne partira" in page

    def test_sees_what_a_purge_takes_and_launches_it(self, client: Client, award: Award) -> None:
        house = award.certifier
        Award.objects.filter(pk=award.pk).update(awarded_on="2020-03-12", issued_at="2020-03-12T09:00:00Z")
        RetentionRule.objects.create(
            certifier=house, category="awards", months=12, reason="Essai.", set_at=proved.NOW, set_by_code="ANNESOPHIE"
        )
        factories.relaxed(house, Rule.SECOND_FACTOR)
        factories.enter(client, factories.administrator(house))
        assert "1 élément partira" in said(client.get(reverse("certifier:retention", args=[house.code])))
        page = reverse("certifier:retention-purge", args=[house.code])
        assert "Cela ne se défait pas" in said(client.get(page))
        client.post(page)
        assert JobRequest.objects.of("awards.purge", house.code).count() == 1
        assert "Une purge est en cours" in said(client.get(page))

    def test_freezes_by_number_then_lifts(self, client: Client, award: Award) -> None:
        house = award.certifier
        factories.enter(client, factories.member(Role.SIGNATORY, of=house))
        new = reverse("certifier:hold-new", args=[house.code])
        asked = {"scope": "person", "number": "0000-0000", "reason": "Contrôle."}
        assert "ne porte ce numéro" in said(client.post(new, asked))
        client.post(new, asked | {"number": award.shown_number.lower()})
        hold = LegalHold.objects.get()
        one = reverse("certifier:hold", args=[house.code, hold.code])
        assert "Contrôle." in said(client.get(one))
        client.post(one)
        hold.refresh_from_db()
        assert hold.lifted_at is not None
        assert not Erasure.objects.exists()


class TestARequestByPost:
    def test_is_noted_shown_among_what_waits_decided_by_another_and_answered(
        self, client: Client, award: Award
    ) -> None:
        house = award.certifier
        clerk, head = (factories.member(Role.SIGNATORY, of=house) for _turn in range(2))
        factories.enter(client, clerk)
        at = reverse("certifier:right-new", args=[house.code])
        given = {
            "kind": "erasure",
            "channel": "post",
            "received_on": timezone.localdate().isoformat(),
            "numbers": "0000-0000",
            "who": "Inès <script>",
            "language": "fr",
            "reply_address": "3 rue du Pont",
            "identity": "Rappel au numéro connu.",
        }
        page = said(client.post(at, given))
        assert "ne sont pas chez vous" in page
        assert "3 rue du Pont" in page
        page = said(client.post(at, given | {"numbers": award.shown_number}, follow=True))
        assert "Vous avez noté cette demande" in page
        assert "<script>" not in page.split("<main")[1].split("</main>")[0]
        made = RightRequest.objects.get()
        one = reverse("certifier:right", args=[house.code, made.code])
        factories.enter(client, head)
        assert one in said(client.get(reverse("certifier:home", args=[house.code])))
        assert one in said(client.get(reverse("certifier:retention", args=[house.code])))
        client.post(one, {})
        assert "Choisissez le motif" in said(client.post(one, {"refuse": "1"}))
        assert Award.objects.get(pk=award.pk).state == AwardState.ISSUED
        client.post(one, {"accept": "1"})
        assert Award.objects.get(pk=award.pk).state == AwardState.ERASED
        letter = said(client.get(reverse("certifier:right-letter", args=[house.code, made.code])))
        assert "3 rue du Pont" in letter
        assert "Nous avons effacé" in letter
        page = said(client.post(reverse("certifier:right-close", args=[house.code, made.code]), follow=True))
        assert "3 rue du Pont" not in page
        assert client.get(reverse("certifier:right-letter", args=[house.code, made.code])).status_code == 404

    def test_may_take_two_more_months_said_wherever_the_day_is(self, client: Client, award: Award) -> None:
        house = award.certifier
        made = rights.recorded(award, received_on=timezone.localdate(), now=timezone.now(), language=Language.EN)
        factories.enter(client, factories.member(Role.SIGNATORY, of=house))
        one, longer, letter = (
            reverse(f"certifier:right{page}", args=[house.code, made.code]) for page in ("", "-extend", "-letter")
        )
        assert client.get(letter).status_code == 404
        assert longer in said(client.get(one))
        assert "Écrivez en anglais" in said(client.get(longer))
        assert "Dites pourquoi" in said(client.post(longer, {"why": " "}))
        answered = client.post(longer, {"why": "Three sessions <b>to read</b>."}, follow=True)
        day = day_plain(extended_until(made.received_on)).replace("\u00a0", " ")
        assert day in said(answered)
        assert longer not in said(answered)
        for page in (one, *(reverse(f"certifier:{at}", args=[house.code]) for at in ("retention", "home", "radar"))):
            assert day in said(client.get(page))
        paper = said(client.get(letter))
        assert "Your request will take longer" in paper
        assert "Three sessions &lt;b&gt;" in paper
        assert "GDPR, Article 12(3)" in paper
        assert "déjà été prolongé" in said(client.get(longer))
        assert "déjà été prolongé" in said(client.post(longer, {"why": "Encore."}))
        made.refresh_from_db()
        assert made.why_late == "Three sessions <b>to read</b>."
