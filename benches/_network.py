"""A certifier with its calls, applications at every stage and partners, written in bulk; then its pages, timed.

python -m benches._network APPLICATIONS PARTNERS      prints one JSON object; the environment names the home
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import batched, cycle
from random import Random
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

django.setup()

from tests import factories  # noqa: E402 - the settings are read when the registers are imported
from tests.registers.catalogue import fiches  # noqa: E402
from tests.registers.network import applications as applying  # noqa: E402
from tests.registers.network import calls as calling  # noqa: E402

from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.catalogue.models import TrainingBody  # noqa: E402
from jurande.registers.catalogue.states import Source  # noqa: E402
from jurande.registers.network.models import (  # noqa: E402
    Application,
    Call,
    Check,
    Decision,
    ModuleCoverage,
    Premises,
    ProgrammeModule,
    Review,
    Score,
    StaffMember,
    StageSpell,
    Target,
)
from jurande.registers.network.operations import checks  # noqa: E402
from jurande.registers.network.queries.calls import criteria_of  # noqa: E402
from jurande.registers.network.states import WAITS_ON, Stage  # noqa: E402
from jurande.registers.parties.models import Organisation, Partnership, Person, Site  # noqa: E402
from jurande.registers.parties.states import Role  # noqa: E402

BATCH = 500
REQUESTS = 80
CALLS = 8
APPLICANTS = 40
# One in three awaits something, as in a house that decides: the rest is over.
OPEN = (Stage.TO_ASSIGN, Stage.IN_REVIEW, Stage.TO_RECONCILE, Stage.TO_DECIDE)
OVER = (Stage.APPROVED, Stage.REFUSED)
STATES = {Stage.TO_ASSIGN: "submitted", **dict.fromkeys(OPEN[1:], "under_review"), **dict.fromkeys(OVER, "decided")}
TOWNS = (("13015", "Marseille"), ("69003", "Lyon"), ("44000", "Nantes"), ("59000", "Lille"), ("35000", "Rennes"))


def analyze() -> None:
    """Let the database know what it holds, as its own upkeep does in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class House:
    """The certifier measured: its calls, who reviews, who applies."""

    def __init__(self) -> None:
        """Open it, with published calls for one certification."""
        self.now = timezone.now()
        self.certifier = factories.certifier(now=self.now)
        self.reader = factories.member(Role.REVIEWER, of=self.certifier, now=self.now)
        self.reviewers = [factories.member(Role.AUDITOR, of=self.certifier, now=self.now) for _ in range(6)]
        held = calling.certification(self.certifier)
        by = calling.manager(self.certifier)
        self.calls: list[Call] = [
            calling.open_call(held, by=by, now=self.now, closes_on=None, places=None) for _ in range(CALLS)
        ]
        self.applicants: list[Person] = [applying.applicant() for _ in range(APPLICANTS)]
        version = self.calls[0].referentiel
        assert version is not None
        self.lineages = list(version.competencies.order_by("pk").values_list("lineage", flat=True))
        self.draw = Random(6)
        self.written = 0
        self.application_codes: list[str] = []
        fiches.snapshot(Source.TRAINING_BODIES, on=timezone.localdate())

    # --- applications ---

    def fill(self, count: int) -> None:
        """Write applications until there are so many, each with its programme, people, scores and past stages."""
        wanted = range(self.written, count)
        for numbers in batched(wanted, BATCH):
            with transaction.atomic():
                self._write(numbers)
        self.written = count
        analyze()

    def _write(self, numbers: tuple[int, ...]) -> None:
        stages = [self.draw.choice(OPEN if number % 3 == 0 else OVER) for number in numbers]
        held = [self._draft(number) for number in numbers]
        Application.objects.bulk_create(held)
        pairs = list(zip(held, cycle(self.calls), strict=False))
        targets = Target.objects.bulk_create(
            Target(application=one, call=call, kind="both", live_siret=one.siret) for one, call in pairs
        )
        StaffMember.objects.bulk_create(
            StaffMember(
                application=one, position=place, first_name="Maëlle", last_name="Kerbrat", functions=["trainer"]
            )
            for one in held
            for place in range(3)
        )
        Premises.objects.bulk_create(Premises(application=one, label="Atelier", capacity=12) for one in held)
        modules = ProgrammeModule.objects.bulk_create(
            ProgrammeModule(target=target, position=place, title=f"Module {place}", minutes=840, in_person_minutes=420)
            for target in targets
            for place in range(4)
        )
        ModuleCoverage.objects.bulk_create(
            ModuleCoverage(module=module, competency_lineage=lineage)
            for module, lineage in zip(modules, cycle(self.lineages), strict=False)
        )
        Check.objects.bulk_create(check for one in held for check in self._checks(one))
        for one, stage in zip(held, stages, strict=True):
            self._submit(one, stage)
        Application.objects.bulk_update(held, ["state", "submitted_at", "submitted_by_code", "reference", "decided_at"])
        self._judge([(one, call, stage) for (one, call), stage in zip(pairs, stages, strict=True)])
        self.application_codes += [one.code for one in held]

    def _draft(self, number: int) -> Application:
        siret = factories.siret()
        postcode, city = TOWNS[number % len(TOWNS)]
        at = self.now - timedelta(days=self.draw.randint(40, 400))
        return Application(
            certifier=self.certifier,
            applicant=self.applicants[number % APPLICANTS],
            siret=siret,
            siren=siret[:9],
            legal_name=f"Ateliers de {city} {number}",
            postcode=postcode,
            city=city,
            nda="93131234513",
            started_at=at,
            changed_at=at,
            changed_by_code="BENCH",
            charter_signed_at=at,
            charter_by_name="Yann Le Goff",
            charter_by_quality="Gérant",
            charter_digest="0" * 64,
        )

    def _submit(self, one: Application, stage: Stage) -> None:
        one.state = STATES[stage]
        one.submitted_at = one.started_at + timedelta(days=5)
        one.submitted_by_code = "BENCH"
        one.reference = f"CAND-2026-B{one.pk:06d}"
        one.decided_at = one.submitted_at + timedelta(days=30) if stage in OVER else None

    def _checks(self, one: Application) -> Iterator[Check]:
        said = (("siret", "good", "siret.good"), ("known", "warning", "known.absent"), ("sites", "good", "sites.no"))
        for kind, outcome, case in said:
            yield Check(
                certifier=self.certifier,
                siret=one.siret,
                siren=one.siren,
                kind="other_sites" if kind == "sites" else kind,
                outcome=outcome,
                source="number" if kind == "siret" else "training_bodies",
                facts={"case": case},
                checked_at=one.started_at,
            )

    def _judge(self, judged: list[tuple[Application, Call, Stage]]) -> None:
        given = [(one, call) for one, call, stage in judged if stage != Stage.TO_ASSIGN]
        reviews = [
            Review(
                application=one,
                reviewer=self.reviewers[(one.pk + rank) % len(self.reviewers)],
                state="begun",
                assigned_at=one.submitted_at,
                assigned_by_code="BENCH",
                due_on=timezone.localdate() + timedelta(days=9),
                begun_at=one.submitted_at,
            )
            for one, _call in given
            for rank in range(2)
        ]
        Review.objects.bulk_create(reviews)
        criteria = {call.pk: criteria_of(call) for call in self.calls}
        calls = {one.pk: call for one, call in given}
        Score.objects.bulk_create(
            Score(review=review, call=call, criterion=criterion, points=self.draw.randint(1, 4), scored_at=self.now)
            for review in reviews
            for call in [calls[review.application_id]]
            for criterion in criteria[call.pk]
        )
        in_review = {one.pk for one, _call, stage in judged if stage == Stage.IN_REVIEW}
        done = [review for review in reviews if review.application_id not in in_review]
        for review in done:
            review.state, review.submitted_at, review.opinion = "submitted", self.now, "Un dossier solide."
        Review.objects.bulk_update(done, ["state", "submitted_at", "opinion"])
        Decision.objects.bulk_create(
            Decision(
                application=one,
                verdict="approved" if stage == Stage.APPROVED else "refused",
                reasons="Les deux évaluations concordent.",
                decided_at=one.decided_at,
                decided_by_code="BENCH",
            )
            for one, _call, stage in judged
            if stage in OVER
        )
        StageSpell.objects.bulk_create(spell for one, _call, stage in judged for spell in self._spells(one, stage))

    def _spells(self, one: Application, stage: Stage) -> Iterator[StageSpell]:
        assert one.submitted_at is not None
        entered = one.submitted_at
        path = (*OPEN, stage) if stage in OVER else OPEN[: OPEN.index(stage) + 1]
        for passed in path:
            left = entered + timedelta(days=6) if passed != path[-1] else None
            yield StageSpell(
                certifier=self.certifier,
                application=one,
                stage=passed,
                waits_on=WAITS_ON[passed],
                entered_at=entered,
                left_at=left,
                lasted_seconds=6 * 86_400 if left else None,
            )
            entered = left or entered

    # --- partners ---

    def enlist(self, count: int) -> list[str]:
        """Write partners in force; one in twenty is unknown to the public list."""
        sirets = [factories.siret() for _ in range(count)]
        names = [f"Partenaire {number}" for number in range(count)]
        houses = Organisation.objects.bulk_create(
            Organisation(siren=siret[:9], legal_name=name, nda=f"9313{siret[2:9]}", search_text=f"{name} {siret[:9]}")
            for siret, name in zip(sirets, names, strict=True)
        )
        sites = Site.objects.bulk_create(
            Site(organisation=one, siret=siret, postcode="13015", city="Marseille", departement="13", search_text=siret)
            for one, siret in zip(houses, sirets, strict=True)
        )
        partnerships = Partnership.objects.bulk_create(
            Partnership(
                reference=f"PART-2026-B{number:05d}",
                certifier=self.certifier,
                site=site,
                state="active",
                since_on=timezone.localdate(),
                joined_at=self.now,
            )
            for number, site in enumerate(sites)
        )
        TrainingBody.objects.bulk_create(
            TrainingBody(
                digest=siret,
                nda=f"9313{siret[2:9]}",
                siren=siret[:9],
                siret=siret,
                name=name,
                qualiopi_training=True,
                qualiopi_skills_review=False,
                qualiopi_vae=False,
                qualiopi_apprenticeship=False,
                departement="13",
                seen_from=timezone.localdate(),
            )
            for number, (siret, name) in enumerate(zip(sirets, names, strict=True))
            if number % 20
        )
        analyze()
        return [one.code for one in partnerships]


# --- measures -----------------------------------------------------------------------------------


def timed(client: Client, addresses: Callable[[], str], requests: int = REQUESTS) -> dict[str, float]:
    """Ask for pages one after the other, through the whole application."""
    for _ in range(3):  # the first pages compile templates and fill caches
        client.get(addresses(), SERVER_NAME="localhost")
    waits, busy = [], []
    for _ in range(requests):
        address = addresses()
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(address, SERVER_NAME="localhost")
        waits.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
    asked = []
    for _ in range(5):
        with CaptureQueriesContext(connection) as questions:
            client.get(addresses(), SERVER_NAME="localhost")
        asked.append(len(questions))
    rank, half = int(requests * 0.95), requests // 2
    waits.sort()
    busy.sort()
    return {
        "median_ms": waits[half],
        "p95_ms": waits[rank],
        "cpu_median_ms": busy[half],
        "cpu_p95_ms": busy[rank],
        "queries": max(asked),
    }


def pages(house: House, partners: list[str]) -> dict[str, Callable[[], str]]:
    """What is asked for: a page at each call, another row each time."""
    place = house.certifier.code
    draw = Random(9)

    def one_of(name: str, codes: list[str]) -> Callable[[], str]:
        return lambda: reverse(f"certifier:{name}", args=[place, draw.choice(codes)])

    board, listing = (reverse(f"certifier:{name}", args=[place]) for name in ("recruitment", "recruitment-list"))
    return {
        "tableau": lambda: board,
        "liste": lambda: f"{listing}?page={draw.randint(1, 20)}",
        "liste, cherchée et filtrée": lambda: f"{listing}?q=lyon&etape=to_decide",
        "dossier": one_of("recruitment-one", house.application_codes),
        "évaluations d’un dossier": one_of("recruitment-one-reviews", house.application_codes),
        "fiche d’un partenaire": one_of("partners-one", partners),
    }


def main(applications: int, partners: int) -> None:
    open_home(settings.HOME)
    preparation.prepare([])
    few = max(applications // 10, 1)
    started = time.perf_counter()
    house = House()
    house.fill(few)
    enlisted = house.enlist(partners)
    seconds = time.perf_counter() - started
    client = factories.enter(Client(), house.reader)
    asked = pages(house, enlisted)
    found: dict[str, dict[str, Any]] = {name: {"few": timed(client, address)} for name, address in asked.items()}
    started = time.perf_counter()
    house.fill(applications)
    seconds += time.perf_counter() - started
    for name, address in pages(house, enlisted).items():
        found[name]["many"] = timed(client, address)
    started = time.perf_counter()
    night = checks.recheck_partners(now=timezone.now())
    night_seconds = time.perf_counter() - started
    with CaptureQueriesContext(connection) as questions:
        checks.recheck_partners(now=timezone.now())
    report = {
        "filled": {"applications": applications, "few": few, "partners": partners, "seconds": seconds},
        "pages": found,
        "night": {
            "partners": night.partners,
            "raised": night.raised,
            "seconds": night_seconds,
            "queries": len(questions),
        },
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
