"""The screens on which applications are judged: board, list, file, scoring, decision, approvals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.network.models import Application, Approval, Decision, Review, Score, StageSpell
from jurande.registers.network.operations import appeals, exchanges, reviewing
from jurande.registers.network.queries.deciding import people_to_rule_on
from jurande.registers.network.queries.scores import asked_in
from jurande.registers.network.states import ApprovalState, ApprovalSubject, DecisionVerdict, ReviewState, Stage
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.network import applications, judgments
from tests.registers.network.judgments import Team

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BUDGET = 15


def at(name: str, held: Any, code: str = "") -> str:
    house = held.certifier if isinstance(held, Application) else held
    return reverse(f"certifier:recruitment{name}", args=[house.code, code] if code else [house.code])


def entered(person: Any) -> Client:
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    return factories.enter(Client(), person)


def colleague(by: Team, role: Role) -> Client:
    return entered(factories.member(role, of=by.house))


def ruled(held: Application, **changed: str) -> dict[str, str]:
    """A decision that grants everything, as the form posts it."""
    until = (timezone.localdate() + timedelta(days=1000)).isoformat()
    keys = [target.code for target in held.targets.all()]
    keys += [f"{staff.code}:{role}" for staff, role in people_to_rule_on(held)]
    posted = {
        "verdict": "approved",
        "reasons": "Tout est couvert.",
        "valid_from": timezone.localdate().isoformat(),
        "organisation_until": until,
    }
    for key in keys:
        posted |= {f"accord-{key}": "oui", f"jusquau-{key}": until, f"motif-{key}": ""}
    return posted | changed


class TestBoard:
    def test_teaches_when_it_is_empty(self):
        house = factories.certifier()
        page = entered(factories.member(Role.REVIEWER, of=house)).get(at("", house)).content.decode()
        assert "Aucune candidature pour le moment" in page

    def test_puts_each_file_in_its_column_and_says_whose_move_it_is(self):
        held, by = judgments.submitted()
        page = colleague(by, Role.AUDITOR).get(at("", held)).content.decode()
        assert held.reference in page
        assert "Attend : Responsable du réseau" in page.replace("\u00a0", " ")

    def test_is_not_for_those_who_take_no_part_in_it(self):
        held, by = judgments.submitted()
        assert colleague(by, Role.READER).get(at("", held)).status_code == 403
        stranger = entered(factories.member(Role.ADMINISTRATOR, of=factories.certifier()))
        assert stranger.get(at("", held)).status_code == 404


class TestList:
    def test_is_searched_filtered_and_exported(self):
        held, by = judgments.submitted(name="Atelier des Salines")
        client = colleague(by, Role.AUDITOR)
        found = client.get(at("-list", held), {"q": "salines", "etape": "to_assign"}).content.decode()
        assert "Atelier des Salines" in found
        assert "Atelier des Salines" not in client.get(at("-list", held), {"etape": "to_decide"}).content.decode()
        sheet = client.get(at("-list", held), {"export": "csv"})
        assert held.reference in b"".join(sheet).decode("utf-8-sig")


class TestQueries:
    """The same number of questions to the database whatever the number of files, and few."""

    @pytest.fixture
    def many(self) -> tuple[Application, Team]:
        held, by = judgments.ready(points=(4, 2))
        copies = [
            Application(
                certifier=held.certifier,
                applicant=held.applicant,
                reference=f"CAND-2020-{number}",
                state="submitted",
                siret=held.siret,
                legal_name=f"Atelier {number}",
                postcode="44000",
                started_at=NOW,
                changed_at=NOW,
                changed_by_code="X",
                submitted_at=NOW,
                submitted_by_code="X",
                charter_signed_at=NOW,
                charter_digest="x",
                charter_by_name="x",
            )
            for number in range(300)
        ]
        Application.objects.bulk_create(copies)
        StageSpell.objects.bulk_create(
            StageSpell(
                certifier=held.certifier,
                application=copy,
                stage=[Stage.TO_ASSIGN, Stage.IN_REVIEW, Stage.TO_DECIDE, Stage.QUESTION][rank % 4],
                waits_on="network",
                entered_at=NOW,
            )
            for rank, copy in enumerate(copies)
        )
        return held, by

    def test_stay_few(self, many: tuple[Application, Team], django_assert_max_num_queries: Callable[..., Any]):
        held, by = many
        exchanges.ask(
            application=held,
            text="Qui\u00a0?",
            answer_by=timezone.localdate() + timedelta(days=3),
            actor=by.manager,
            now=NOW,
        )
        client = entered(factories.administrator(by.house))
        client.get(at("", held))
        for path in (
            at("", held),
            at("-list", held),
            at("-one", held, held.code),
            at("-one-reviews", held, held.code),
            at("-one-exchanges", held, held.code),
        ):
            with django_assert_max_num_queries(BUDGET, info=path):
                assert client.get(path).status_code == 200


class TestIndependence:
    """Neither reviewer sees the other's scores before both are handed in: not at any address."""

    SECRET = "Remarque que personne ne doit lire"

    def written(self, *, hand_in: bool) -> tuple[Application, Team, Review, Review]:
        held, by = judgments.submitted()
        mine, other = judgments.assigned(held, by)
        actor = by.actor(by.first)
        reviewing.begin(review=mine, actor=actor, now=NOW)
        given = {one.key: reviewing.Given(3, self.SECRET) for one in asked_in(held)}
        reviewing.keep_scores(review=mine, given=given, opinion=self.SECRET, actor=actor, now=NOW)
        if hand_in:
            reviewing.submit(review=mine, actor=actor, now=NOW)
        return held, by, mine, other

    @pytest.mark.parametrize("hand_in", [False, True])
    def test_holds_at_every_address_of_the_file(self, hand_in: bool):
        held, by, mine, _other = self.written(hand_in=hand_in)
        others = [
            entered(by.second),
            entered(factories.administrator(by.house)),
            colleague(by, Role.SIGNATORY),
            entered(held.applicant),
        ]
        paths = [at(f"-one{view}", held, held.code) for view in ("", "-programme", "-reviews", "-exchanges")]
        paths += [at("-review", held, mine.code), at("-reconcile", held, held.code), at("-decide", held, held.code)]
        for client in others:
            for path in paths:
                assert self.SECRET not in client.get(path).content.decode()

    def test_ends_when_both_are_handed_in(self):
        held, by, _mine, other = self.written(hand_in=True)
        judgments.scored(other, by)
        page = entered(by.second).get(at("-one-reviews", held, held.code)).content.decode()
        assert self.SECRET in page

    def test_refuses_the_page_and_the_pen_of_another(self):
        held, by, mine, _other = self.written(hand_in=False)
        client = entered(by.second)
        path = at("-review", held, mine.code)
        assert client.get(path).status_code == 403
        key = asked_in(held)[0].key
        assert client.post(path, {f"points-{key}": "0", "acte": "garder"}).status_code == 403
        assert not Score.objects.filter(review=mine, points=0).exists()


class TestReview:
    def test_declares_saves_and_hands_in(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        client, path = entered(by.first), at("-review", held, mine.code)
        assert "aucun lien" in client.get(path).content.decode()
        client.post(path, {"acte": "commencer"})
        keys = [one.key for one in asked_in(held)]
        saved = client.post(path, {f"points-{keys[0]}": "4"}, headers={"HX-Request": "true"})
        assert "Enregistré" in saved.content.decode()
        assert saved.headers["X-Jurande-Saved"] == "yes"
        assert Score.objects.get(review=mine).points == 4
        everything = {f"points-{key}": "3" for key in keys} | {"opinion": "Sérieux.", "acte": "rendre"}
        answer = client.post(path, everything)
        assert answer.url == at("-one-reviews", held, held.code)
        assert Review.objects.get(pk=mine.pk).state == ReviewState.SUBMITTED

    def test_tells_the_script_that_saves_why_nothing_was_saved(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        client, path = entered(by.first), at("-review", held, mine.code)
        client.post(path, {"acte": "commencer"})
        before = client.get(path).content.decode()
        refused = client.post(path, {f"remarque-{asked_in(held)[0].key}": "x" * 4_001}, headers={"HX-Request": "true"})
        assert refused.status_code == 422
        assert "trop longue" in refused.content.decode()
        # The same fingerprint: what the browser kept is still for what is saved.
        (seen,) = re.findall(r'name="seen" id="seen-evaluation" value="(\w{16})"', refused.content.decode())
        assert f":evaluation-{mine.code}:{seen}" in before

    def test_loses_nothing_when_it_is_refused(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        client, path = entered(by.first), at("-review", held, mine.code)
        client.post(path, {"acte": "commencer"})
        key = asked_in(held)[0].key
        page = client.post(
            path, {f"points-{key}": "1", "opinion": "Mot pour mot <b>", "acte": "rendre"}
        ).content.decode()
        assert "Rien n’est rendu" in page
        assert "Mot pour mot &lt;b&gt;" in page
        assert Review.objects.get(pk=mine.pk).state == ReviewState.BEGUN

    def test_goes_to_somebody_else_when_something_links_them(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        answer = entered(by.first).post(at("-review-recuse", held, mine.code), {"tie": "competes"})
        assert answer.status_code == 302
        assert Review.objects.get(pk=mine.pk).state == ReviewState.RECUSED


class TestReconcile:
    def test_takes_one_hand_to_write_and_another_to_accept(self):
        held, by = judgments.ready(points=(4, 2))
        path = at("-reconcile", held, held.code)
        entered(by.first).post(path, {"text": "Deux ateliers ont été vus."})
        page = entered(by.second).get(path).content.decode()
        assert "Deux ateliers ont été vus." in page
        entered(by.second).post(path, {"text": "Deux ateliers ont été vus.", "acte": "accepter"})
        assert StageSpell.objects.current().get(application=held).stage == Stage.TO_DECIDE


class TestDecide:
    def decider(self, by: Team) -> Client:
        return entered(by.house.memberships.get(person__code=by.decider.code).person)

    def test_says_first_what_will_happen_and_then_does_it(self):
        held, by = judgments.ready()
        staff, role = people_to_rule_on(held)[0]
        key = f"{staff.code}:{role}"
        posted = ruled(held) | {f"accord-{key}": "non", f"motif-{key}": "Sans preuve."}
        client, path = self.decider(by), at("-decide", held, held.code)
        shown = client.post(path, posted).content.decode()
        assert "Le partenariat s’ouvre" in shown
        assert "agrément refusé. Sans preuve." in shown
        assert not Decision.objects.exists()
        assert client.post(path, posted | {"confirmer": "oui"}).status_code == 302
        assert Approval.objects.get(state=ApprovalState.REFUSED).staff == staff
        held.refresh_from_db()
        partner = reverse("certifier:partners-one", args=[by.house.code, held.partnership.code])
        assert "Sans preuve." in client.get(partner).content.decode()

    def test_goes_back_to_what_was_typed(self):
        held, by = judgments.ready()
        page = self.decider(by).post(
            at("-decide", held, held.code), ruled(held) | {"confirmer": "oui", "corriger": "oui"}
        )
        assert "Tout est couvert." in page.content.decode()
        assert not Decision.objects.exists()

    def test_says_what_stands_in_the_way(self):
        held, by = judgments.ready(points=(4, 1))
        page = self.decider(by).get(at("-decide", held, held.code)).content.decode()
        assert "Les évaluations s’écartent" in page

    def test_refuses_who_scored(self):
        held, by = judgments.submitted()
        scorer = factories.member(Role.NETWORK_MANAGER, of=by.house)
        for review in reviewing.assign(
            application=held, reviewers=[scorer, by.second], due_on=judgments.DUE, actor=by.manager, now=factories.NOW
        ):
            judgments.scored(review, by)
        assert entered(scorer).get(at("-decide", held, held.code)).status_code == 403

    def test_tells_the_second_decider_and_keeps_what_they_wrote(self):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=DecisionVerdict.REFUSED)
        page = self.decider(by).post(at("-decide", held, held.code), ruled(held) | {"confirmer": "oui"})
        assert "Quelqu’un vient de décider" in page.content.decode()
        assert "Tout est couvert." in page.content.decode()


class TestAppeal:
    def test_is_judged_by_somebody_else_only(self):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=DecisionVerdict.REFUSED)
        appeal = appeals.lodge(
            application=held, text="L’atelier existe.", actor=applications.actor(held.applicant), now=factories.NOW
        )
        path = at("-appeal", held, appeal.code)
        people = {one.person.code: one.person for one in by.house.memberships.all()}
        assert entered(people[by.decider.code]).get(path).status_code == 403
        answer = entered(people[by.judge.code]).post(path, {"upheld": "oui", "reasons": "C’est vrai."})
        assert answer.status_code == 302
        assert StageSpell.objects.current().get(application=held).stage == Stage.TO_DECIDE


class TestApprovals:
    def test_are_withdrawn_renewed_and_shown_to_the_partner(self):
        held, by = judgments.ready()
        judgments.decided(held, by)
        held.refresh_from_db()
        client = entered(by.house.memberships.get(person__code=by.decider.code).person)
        one = Approval.objects.get(subject=ApprovalSubject.CERTIFICATION)
        later = (one.valid_until + timedelta(days=300)).isoformat()
        assert client.post(at("-approval-renew", held, one.code), {"valid_until": later}).status_code == 302
        person = Approval.objects.filter(subject=ApprovalSubject.PERSON).order_by("pk")[0]
        assert client.post(at("-approval-withdraw", held, person.code), {"reason": "Partie."}).status_code == 302
        head = factories.member(Role.HEAD, of=held.partnership)
        page = entered(head).get(reverse("partner:home", args=[held.partnership.code])).content.decode()
        assert one.certification.title in page
        assert "Partie." in page

    def test_of_another_house_do_not_exist(self):
        held, by = judgments.ready()
        judgments.decided(held, by)
        other = factories.certifier()
        client = entered(factories.administrator(other))
        one = Approval.objects.order_by("pk")[0]
        path = reverse("certifier:recruitment-approval-withdraw", args=[other.code, one.code])
        assert client.post(path, {"reason": "x"}).status_code == 404
        for name, code in (("-one", held.code), ("-decide", held.code), ("-one-reviews", held.code)):
            assert client.get(reverse(f"certifier:recruitment{name}", args=[other.code, code])).status_code == 404
        assert Review.objects.filter(application__certifier=by.house).exists()


class TestHome:
    def test_says_what_waits_on_each(self):
        held, by = judgments.submitted()
        judgments.assigned(held, by)
        home = reverse("certifier:home", args=[by.house.code]) + "?tout"
        assert "Évaluer la candidature" in entered(by.first).get(home).content.decode()
        assert "Évaluer la candidature" not in entered(factories.administrator(by.house)).get(home).content.decode()
