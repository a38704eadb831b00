"""A sheet of so many rows from its upload to sealed credentials, in a process of its own: see `awards.py`.

python -m benches._awards ROWS      prints one JSON object
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time

import django
from django.conf import settings
from django.utils import timezone

django.setup()

from tests import factories  # noqa: E402 - the settings are read when the registers are imported
from tests.registers.awards import lots, proved  # noqa: E402

from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.awards.models import Award, Lot  # noqa: E402
from jurande.registers.awards.operations import approving, issuing, mending, preparing  # noqa: E402
from jurande.registers.correspondence.models import Message  # noqa: E402
from jurande.registers.parties.models import Certifier  # noqa: E402
from jurande.registers.seal.models import SealedCredential  # noqa: E402
from jurande.registers.seal.operations import keys  # noqa: E402
from jurande.registers.seal.policies import MACHINE  # noqa: E402
from jurande.registers.seal.states import SealState  # noqa: E402

BAD_EVERY = 1_000
WARM_UP = 600


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sheet(count: int, first: int) -> bytes:
    """A CSV in which one row in a thousand has no first name."""
    rows = ["Nom;Prénom;Né(e) le;E-mail;Heures présentes;Heures prévues;Note"]
    for n in range(first, first + count):
        name, _first, *rest = lots.person(n)
        rows.append(";".join([name, "" if n % BAD_EVERY == BAD_EVERY - 1 else "Inès", *rest]))
    return "\n".join(rows).encode()


def run(count: int, first: int) -> dict[str, float]:
    """Upload, diagnose, approve and issue; return the seconds of each step."""
    house = Lot.objects.first()
    design = house.design if house else proved.designed(_house())
    clerk, signatory = lots.issuer(design.certifier), lots.signatory(design.certifier)
    content = sheet(count, first)
    times = [time.perf_counter()]
    now = timezone.now()
    held = preparing.prepare_lot(
        design=design,
        content=io.BytesIO(content),
        filename="lot.csv",
        awarded_on=timezone.localdate(now),
        actor=clerk,
        now=now,
    )
    preparing.set_columns(held=held, columns=preparing.guessed(held), actor=clerk, now=now)
    preparing.diagnose(held=held, report=lambda done, faulty: None, now=now)
    held.refresh_from_db()
    times.append(time.perf_counter())
    if held.faulty:
        mending.reject_faulty(held=held, actor=clerk, now=now)
    approving.approve_lot(held=held, actor=signatory, now=timezone.now())
    issuing.issue_lot(held=held, actor=clerk, now=timezone.now())
    issuing.run_lot(held=held, report=lambda done, failed, total: None, clock=timezone.now)
    times.append(time.perf_counter())
    return {"diagnosis_s": times[1] - times[0], "issue_s": times[2] - times[1], "all_s": times[2] - times[0]}


def _house() -> Certifier:
    certifier = factories.certifier(now=timezone.now())
    keys.create_key(certifier=certifier, actor=MACHINE, now=timezone.now())
    return certifier


def main(count: int) -> dict[str, float]:
    open_home(settings.HOME)
    preparation.prepare([])
    run(WARM_UP, 0)
    before = memory_mib()
    worked = time.process_time()
    times = run(count, 10_000)
    work = time.process_time() - worked
    expected = WARM_UP + count - Lot.objects.order_by("-pk")[0].rejected
    sealed = SealedCredential.objects.filter(state=SealState.SEALED).count()
    assert Award.objects.count() == sealed == expected, (Award.objects.count(), sealed, expected)
    assert Message.objects.filter(kind="awards.issued").count() == expected
    return {
        "rows_per_second": count / times["all_s"],
        "rows_per_core_second": count / work,
        "diagnosis_per_second": count / times["diagnosis_s"],
        "issue_per_second": count / times["issue_s"],
        "memory_grown_mib": memory_mib() - before,
        "memory_mib": memory_mib(),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
