"""One lot issued by processes killed at random, in a process whose environment names the home: see `awards.py`.

python -m torture._awards ROWS KILLS SEED      prints one JSON object
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time

import django
from django.conf import settings
from django.db import connections
from django.utils import timezone

django.setup()

from tests import factories  # noqa: E402 - the settings are read when the registers are imported
from tests.registers.awards import lots, proved  # noqa: E402

from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.awards.models import Award, Lot, LotRow  # noqa: E402
from jurande.registers.awards.operations import approving, issuing, preparing  # noqa: E402
from jurande.registers.awards.states import LotRowState, LotState  # noqa: E402
from jurande.registers.correspondence.models import Message  # noqa: E402
from jurande.registers.seal.models import LogEntry, SealedCredential  # noqa: E402
from jurande.registers.seal.operations import checking, keys  # noqa: E402
from jurande.registers.seal.policies import MACHINE  # noqa: E402
from jurande.registers.seal.states import SealState  # noqa: E402

# Small parts: a kill then falls anywhere in one, between two, or while what they intended is signed.
PART = 25
PARTS_BY_SETTLING = 2


def launched(rows: int) -> Lot:
    """A lot of so many good rows, whose issuing was asked for."""
    house = factories.certifier(now=timezone.now())
    keys.create_key(certifier=house, actor=MACHINE, now=timezone.now())
    design = proved.designed(house)
    clerk, now = lots.issuer(house), timezone.now()
    held = preparing.prepare_lot(
        design=design,
        content=io.BytesIO(lots.sheet(*(lots.person(n) for n in range(rows)))),
        filename="lot.csv",
        awarded_on=timezone.localdate(now),
        actor=clerk,
        now=now,
    )
    preparing.set_columns(held=held, columns=preparing.guessed(held), actor=clerk, now=now)
    preparing.diagnose(held=held, report=lambda done, faulty: None, now=now)
    approving.approve_lot(held=held, actor=lots.signatory(house), now=timezone.now())
    return issuing.issue_lot(held=held, actor=clerk, now=timezone.now())


def begun(held: Lot) -> int:
    """Fork a process that issues what is left of the lot; return its number."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        issuing.CHUNK, issuing.PARTS_BY_SETTLING = PART, PARTS_BY_SETTLING
        issuing.run_lot(held=held, report=lambda done, failed, total: None, clock=timezone.now)
        code = 0
    finally:
        os._exit(code)


def killed_after(child: int, seconds: float) -> bool:
    """Let a process work so long, then kill it; tell whether it was still at it."""
    time.sleep(seconds)
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        demand(status == 0, f"the process failed by itself: {status}")
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def demand(held: bool, what: str) -> None:
    if not held:
        raise AssertionError(what)


def check(held: Lot) -> int:
    """Return how many were issued, once every count agrees with every other. :raises AssertionError: one does not."""
    lot = Lot.objects.get(pk=held.pk)
    awards = Award.objects.count()
    counts = {
        "rows": LotRow.objects.filter(state=LotRowState.ISSUED).count(),
        "holders": Award.objects.values("holder_digest").distinct().count(),
        "numbers": Award.objects.values("number").distinct().count(),
        "credentials": SealedCredential.objects.filter(kind="award").count(),
        "letters": Message.objects.filter(kind="awards.issued").count(),
        "lot": lot.issued,
    }
    demand(set(counts.values()) == {awards}, f"{awards} awards, {counts}")
    return awards


def main(rows: int, kills: int, seed: int) -> dict[str, int]:
    open_home(settings.HOME)
    preparation.prepare([])
    chance = random.Random(seed)
    held = launched(rows)
    started, struck, tries = time.monotonic(), 0, 0
    first = begun(held)
    while check(held) == 0 and time.monotonic() - started < 60:
        time.sleep(0.02)
    one_part = time.monotonic() - started
    struck += killed_after(first, 0)
    while struck < kills and tries < 3 * kills:
        tries += 1
        struck += killed_after(begun(held), chance.uniform(0, 1.6 * one_part))
        check(held)
    demand(struck == kills, f"only {struck} processes could be killed: give more rows")
    last = begun(held)
    _pid, status = os.waitpid(last, 0)
    demand(status == 0, f"what was left could not be issued: {status}")
    demand(check(held) == rows, f"{check(held)} awards for {rows} rows")
    demand(Lot.objects.get(pk=held.pk).state == LotState.ISSUED, "the lot is not said to be issued")
    sealed = SealedCredential.objects.filter(state=SealState.SEALED).count()
    demand(sealed == rows, f"{sealed} credentials sealed for {rows} rows")
    logged = LogEntry.objects.filter(kind="credential.issued").count()
    demand(logged == rows, f"{logged} entries of the log for {rows} rows")
    demand(checking.check(now=timezone.now()).bad == 0, "what was sealed does not verify")
    return {"rows": rows, "kills": struck}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]))))
