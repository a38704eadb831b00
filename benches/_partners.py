"""A certifier with partners, their habilitations and ten years of history, written in bulk; then its pages, timed.

python -m benches._partners PARTNERS IMPORTED      prints one JSON object; the environment names the home
"""

from __future__ import annotations

import io
import json
import sys
import time
from datetime import date, timedelta
from itertools import batched
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - the settings are read when the registers are imported
from tests import factories  # noqa: E402
from tests.registers.network import calls as calling  # noqa: E402
from tests.registers.network import existing  # noqa: E402

from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.network.models import (  # noqa: E402
    DeclaredChange,
    Habilitation,
    HabilitationSpell,
    ImportRow,
)
from jurande.registers.network.operations import imports, ledger  # noqa: E402
from jurande.registers.parties.models import Organisation, Partnership, Site  # noqa: E402
from jurande.registers.parties.states import Role  # noqa: E402

BATCH = 200
REQUESTS = 60
PER_PARTNER = 5
YEARS = 10
TOWNS = (("13015", "Marseille"), ("69003", "Lyon"), ("44000", "Nantes"), ("59000", "Lille"), ("35000", "Rennes"))


class House:
    """The certifier measured."""

    def __init__(self) -> None:
        """Open it, with five certifications and somebody who manages."""
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.certifier = factories.certifier(now=self.now)
        self.manager = factories.member(Role.NETWORK_MANAGER, of=self.certifier, now=self.now)
        Authenticator.objects.create(user=self.manager, type=Authenticator.Type.TOTP, data={"secret": "x"})
        self.actor = factories.actor_of(self.manager, self.certifier)
        self.certifications = [
            calling.certification(self.certifier, number=f"RNCP4902{number}") for number in range(PER_PARTNER)
        ]
        self.written = 0
        self.codes: list[str] = []

    def fill(self, count: int) -> None:
        """Write partners until there are so many: each five habilitations in force, and one for each year before."""
        for numbers in batched(range(self.written, count), BATCH):
            with transaction.atomic():
                self._write(numbers)
        self.written = count
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _write(self, numbers: tuple[int, ...]) -> None:
        sirets = [factories.siret() for _number in numbers]
        organisations = Organisation.objects.bulk_create(
            Organisation(siren=siret[:9], legal_name=f"Atelier {number}", search_text=f"atelier {number}")
            for number, siret in zip(numbers, sirets, strict=True)
        )
        sites = Site.objects.bulk_create(
            Site(
                organisation=held,
                siret=siret,
                postcode=TOWNS[number % 5][0],
                city=TOWNS[number % 5][1],
                departement=TOWNS[number % 5][0][:2],
                search_text=TOWNS[number % 5][1].lower(),
            )
            for number, siret, held in zip(numbers, sirets, organisations, strict=True)
        )
        partners = Partnership.objects.bulk_create(
            Partnership(
                reference=f"PART-B{number:06d}",
                certifier=self.certifier,
                site=site,
                since_on=self.today - timedelta(days=365 * YEARS),
                followed_by=self.manager,
            )
            for number, site in zip(numbers, sites, strict=True)
        )
        self.codes += [one.code for one in partners]
        held = [row for number, one in zip(numbers, partners, strict=True) for row in self._habilitations(number, one)]
        Habilitation.objects.bulk_create(held)
        HabilitationSpell.objects.bulk_create(
            HabilitationSpell(
                habilitation=row,
                number=1,
                from_on=row.valid_from,
                until_on=row.valid_until,
                state="active",
                decided_at=self.now,
                decided_by_code="BENCH",
            )
            for row in held
        )
        DeclaredChange.objects.bulk_create(
            DeclaredChange(
                certifier=self.certifier,
                habilitation=row,
                fiche=row.certification.fiche,
                siret=row.partnership.site.siret,
                kind="add",
                after=row.kind,
                state="confirmed" if row.state == "ended" or row.pk % 40 else "to_declare",
                seen_on=self.today if row.state == "ended" or row.pk % 40 else None,
                happened_on=row.valid_from,
                due_on=row.valid_from + timedelta(days=61),
                noted_at=self.now,
            )
            for row in held
        )

    def _habilitations(self, number: int, partner: Partnership) -> list[Habilitation]:
        rows = []
        for rank, certification in enumerate(self.certifications):
            for year in range(YEARS):
                starts = self.today - timedelta(days=365 * (YEARS - year) - 10 * rank - number % 300)
                last = year == YEARS - 1
                ends = self.today + timedelta(days=20 + (number * 7 + rank) % 700) if last else None
                rows.append(self._habilitation(partner, certification, starts, ends, f"{number}-{rank}-{year}"))
        return rows

    def _habilitation(
        self, partner: Partnership, certification: Any, starts: date, ends: date | None, name: str
    ) -> Habilitation:
        over = starts + timedelta(days=360)
        return Habilitation(
            certifier=self.certifier,
            partnership=partner,
            certification=certification,
            reference=f"HAB-B{name}",
            kind="both",
            valid_from=starts,
            valid_until=ends or over,
            state="active" if ends else "ended",
            basis="earlier_convention",
            basis_reference=f"CONV {name}",
            basis_on=starts,
            prepared_at=self.now,
            prepared_by_code="BENCH",
            activated_at=self.now,
            activated_by_code="BENCH",
            ended_on=None if ends else over + timedelta(days=1),
            ended_at=None if ends else self.now,
            end_reason="" if ends else "hab_expired",
        )

    # --- pages ---

    def pages(self) -> dict[str, dict[str, float]]:
        """Each page asked for some times: median and 95th percentile in milliseconds, and questions to the database."""
        client = factories.enter(Client(), self.manager)
        network = reverse("certifier:partners", args=[self.certifier.code])
        addresses = {
            "partenaires": lambda _at: network,
            "habilitations": lambda _at: f"{network}?vue=habilitations&etat=active&fin=90",
            "carte": lambda _at: f"{network}?vue=carte&etat=active",
            "dossier": lambda at: reverse(
                "certifier:partners-one", args=[self.certifier.code, self.codes[at * 7 % len(self.codes)]]
            ),
            "déclaration": lambda _at: reverse("certifier:ledger", args=[self.certifier.code]),
        }
        return {name: self._timed(client, address) for name, address in addresses.items()}

    def _timed(self, client: Client, address: Any) -> dict[str, float]:
        client.get(address(0), SERVER_NAME="localhost")
        waits, busy, queries = [], [], 0
        for at in range(REQUESTS):
            started, worked = time.perf_counter(), time.process_time()
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(address(at), SERVER_NAME="localhost")
            waits.append((time.perf_counter() - started) * 1000)
            busy.append((time.process_time() - worked) * 1000)
            queries = max(queries, len(asked))
            assert answer.status_code == 200, (address(at), answer.status_code)
        waits.sort()
        busy.sort()
        rank = int(REQUESTS * 0.95)
        return {
            "median_ms": waits[REQUESTS // 2],
            "p95_ms": waits[rank],
            "cpu_p95_ms": busy[rank],
            "queries": queries,
        }


def brought_in(house: House, count: int) -> dict[str, float]:
    """Import so many partners from a spreadsheet, as the job does, and compare the lists once."""
    rows = [existing.row(fiche="RNCP49020", name=f"Reprise {number}") for number in range(count)]
    content = "\r\n".join([existing.HEADERS, *rows]).encode("cp1252")
    started = time.perf_counter()
    held = imports.read_sheet(
        certifier=house.certifier, content=io.BytesIO(content), filename="reseau.csv", actor=house.actor, now=house.now
    )
    imports.set_columns(held=held, columns=imports.guessed(held), actor=house.actor, now=house.now)
    read = time.perf_counter() - started
    launched = imports.start_import(held=held, invites=False, actor=house.actor, now=house.now)
    started = time.perf_counter()
    imports.run_import(held=launched, report=lambda *_counts: None, now=timezone.now)
    made = time.perf_counter() - started
    assert ImportRow.objects.filter(source=held, state="made").count() == count
    started = time.perf_counter()
    ledger.reconcile_all(now=house.now)
    return {"read_s": read, "made_s": made, "reconcile_s": time.perf_counter() - started}


def main(partners: int, imported: int) -> None:
    open_home(settings.HOME)
    preparation.prepare([])
    house = House()
    house.fill(max(20, partners // 10))
    few = house.pages()
    house.fill(partners)
    many = house.pages()
    report = {
        "partners": partners,
        "pages": {name: {"few": few[name], "many": many[name]} for name in few},
        "import": brought_in(house, imported) if imported else {},
        "imported": imported,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
