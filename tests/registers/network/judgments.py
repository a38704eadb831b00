"""Applications being judged, for tests, in the words of the field: made through the operations."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from jurande.registers.network.models import Application, Decision, Review
from jurande.registers.network.operations import appeals, deciding, exchanges, reviewing
from jurande.registers.network.operations.deciding import Ruling, Rulings
from jurande.registers.network.operations.reviewing import Given
from jurande.registers.network.queries.deciding import people_to_rule_on
from jurande.registers.network.queries.scores import asked_in
from jurande.registers.network.states import ApprovalSubject, DecisionVerdict
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications
from tests.replay import replayed

DUE = TODAY + timedelta(days=21)
UNTIL = date(2029, 3, 11)


@dataclass(frozen=True)
class Team:
    """The colleagues who judge at one certifier: one gives the files, two score, one decides, one hears appeals."""

    house: Certifier
    manager: Actor
    first: Person
    second: Person
    decider: Actor
    judge: Actor

    def actor(self, person: Person) -> Actor:
        return factories.actor_of(person, self.house)


@replayed
def team(house: Certifier) -> Team:
    """Five people, each with the role of what they do."""

    def one(role: Role) -> Person:
        return factories.member(role, of=house)

    return Team(
        house,
        manager=factories.actor_of(one(Role.NETWORK_MANAGER), house),
        first=one(Role.REVIEWER),
        second=one(Role.AUDITOR),
        decider=factories.actor_of(one(Role.SIGNATORY), house),
        judge=factories.actor_of(one(Role.SIGNATORY), house),
    )


@replayed
def submitted(**given: object) -> tuple[Application, Team]:
    """A submitted application, and who judges it."""
    # The colleagues' addresses are at exemple.fr: an applicant of the same house would be linked to all of them.
    given.setdefault("by", applications.applicant(email=factories.email().replace("exemple.fr", "fabrique.exemple.fr")))
    held = applications.submitted(**given)  # type: ignore[arg-type]  # tests name fields freely
    return held, team(held.certifier)


@replayed
def assigned(held: Application, by: Team, *, now: datetime = NOW) -> list[Review]:
    """The file in the hands of two people."""
    return reviewing.assign(application=held, reviewers=[by.first, by.second], due_on=DUE, actor=by.manager, now=now)


@replayed
def scored(
    review: Review,
    by: Team,
    *,
    points: int = 3,
    apart: Mapping[str, int] | None = None,
    now: datetime = NOW,
    hand_in: bool = True,
) -> Review:
    """A review with the same points everywhere, those of ``apart`` aside (by key); handed in unless said otherwise."""
    actor = by.actor(review.reviewer)
    reviewing.begin(review=review, actor=actor, now=now)
    given = {
        one.key: Given((apart or {}).get(one.key, points), "Vu sur pièces.") for one in asked_in(review.application)
    }
    kept = reviewing.keep_scores(review=review, given=given, opinion="Dossier sérieux.", actor=actor, now=now)
    return reviewing.submit(review=kept, actor=actor, now=now) if hand_in else kept


@replayed
def ready(*, points: tuple[int, int] = (3, 3), **given: object) -> tuple[Application, Team]:
    """An application that two people scored, to be decided."""
    held, by = submitted(**given)
    for review, given_points in zip(assigned(held, by), points, strict=True):
        scored(review, by, points=given_points)
    held.refresh_from_db()
    return held, by


@replayed
def rulings(
    held: Application, *, refused: Mapping[tuple[str, str], str] | None = None, valid_from: date = TODAY
) -> Rulings:
    """Everything granted until ``UNTIL``, except the people of ``refused``, each for its reason."""
    yes = Ruling(granted=True, valid_until=UNTIL)
    no = refused or {}
    return Rulings(
        valid_from=valid_from,
        organisation_until=UNTIL,
        targets={target.code: yes for target in held.targets.all()},
        people={
            (staff.code, role): Ruling(granted=False, reasons=no[staff.code, role]) if (staff.code, role) in no else yes
            for staff, role in people_to_rule_on(held)
        },
    )


@replayed
def decided(
    held: Application,
    by: Team,
    *,
    verdict: DecisionVerdict = DecisionVerdict.APPROVED,
    now: datetime = NOW,
    actor: Actor | None = None,
    refused: Mapping[tuple[str, str], str] | None = None,
    **given: object,
) -> Decision:
    """A decision with its reasons; an approving one grants everything, ``refused`` aside."""
    approving = verdict in (DecisionVerdict.APPROVED, DecisionVerdict.APPROVED_WITH_CONDITIONS)
    if verdict == DecisionVerdict.APPROVED_WITH_CONDITIONS:
        given.setdefault("conditions", [("Équiper le second poste", TODAY + timedelta(days=60))])
    if verdict == DecisionVerdict.DEFERRED:
        given.setdefault("review_again_on", TODAY + timedelta(days=30))
    return deciding.decide(
        application=held,
        verdict=verdict,
        reasons="Le programme couvre tout le référentiel.",
        rulings=rulings(held, refused=refused, valid_from=localdate(now)) if approving else None,
        actor=actor or by.decider,
        now=now,
        **given,  # type: ignore[arg-type]  # tests name fields freely
    )


def addresses(mine: Certifier, reviewer: Person) -> dict[str, list[str]]:
    """What the addresses of judgments have in their path: rows made by people who then play no role.

    ``reviewer`` has one review to write, on a file of its own.
    """
    by = team(mine)
    call = applications.open_call(mine, number="RNCP49098", reference="APPEL-2026-0098")
    guest = applications.applicant(email="direction@fabrique-des-adresses.fr")
    to_decide, open_one, approved = (
        applications.submitted(call, by=guest, name=name) for name in ("À décider", "En cours", "Agréée")
    )
    for review, points in zip(assigned(to_decide, by), (4, 1), strict=True):
        scored(review, by, points=points)
    (own,) = reviewing.assign(
        application=open_one, reviewers=[reviewer], due_on=DUE, actor=by.manager, now=NOW, despite_hints=True
    )
    question = exchanges.ask(application=open_one, text="Qui\u00a0?", answer_by=DUE, actor=by.manager, now=NOW)
    visited = exchanges.ask_visit(application=to_decide, reason="Voir", actor=by.manager, now=NOW)
    exchanges.plan_visit(visit=visited, planned_on=TODAY, place="Ici", actor=by.manager, now=NOW)
    exchanges.report_visit(
        visit=visited,
        done_on=TODAY,
        report="Vu.",
        content=io.BytesIO(applications.PDF),
        filename="vu.pdf",
        actor=by.manager,
        now=NOW,
    )
    planned = exchanges.ask_visit(application=open_one, reason="Voir", actor=by.manager, now=NOW)
    exchanges.plan_visit(visit=planned, planned_on=TODAY, place="Ici", actor=by.manager, now=NOW)
    for review in assigned(approved, by):
        scored(review, by)
    decision = decided(
        approved,
        by,
        verdict=DecisionVerdict.APPROVED_WITH_CONDITIONS,
        conditions=[("Équiper", DUE), ("Former", DUE)],
    )
    awaited, met = decision.conditions.order_by("position")
    deciding.meet_condition(
        condition=met,
        evidence="Facture",
        content=io.BytesIO(applications.PDF),
        filename="facture.pdf",
        actor=by.manager,
        now=NOW,
    )
    appeal = appeals.lodge(application=approved, text="Non", actor=applications.actor(guest), now=NOW)
    approval = approved.approvals.get(subject=ApprovalSubject.CERTIFICATION)
    staff, role = people_to_rule_on(approved)[0]
    held = to_decide.documents.order_by("pk")[0]
    recruitment = "certifier:recruitment"
    on_file = ("-one", "-one-programme", "-one-reviews", "-one-exchanges", "-reconcile", "-decide")
    return {
        **{f"{recruitment}{name}": [mine.code, to_decide.code] for name in on_file},
        **{f"{recruitment}{name}": [mine.code, open_one.code] for name in ("-assign", "-ask", "-visit-ask")},
        f"{recruitment}-question-close": [mine.code, question.code],
        **{f"{recruitment}-visit-{name}": [mine.code, planned.code] for name in ("plan", "report", "cancel")},
        f"{recruitment}-visit-document": [mine.code, visited.code],
        f"{recruitment}-piece": [mine.code, held.code],
        **{f"{recruitment}-review{name}": [mine.code, own.code] for name in ("", "-recuse")},
        f"{recruitment}-condition": [mine.code, awaited.code],
        f"{recruitment}-condition-evidence": [mine.code, met.code],
        f"{recruitment}-appeal": [mine.code, appeal.code],
        **{f"{recruitment}-approval-{name}": [mine.code, approval.code] for name in ("withdraw", "renew")},
        f"{recruitment}-person": [mine.code, staff.code, role.value],
    }
