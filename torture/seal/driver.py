"""What the children of the torture do: the register's own operations, as a screen, a worker or a start would call them.

Each answer is said as soon as the operation has returned, hence acknowledged; each signature of a credential and each
checkpoint is told by the signer at the instant it exists, before anything of it is stored.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from benches._open_badge import VALUES, sample
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections
from django.db.migrations.migration import Migration
from django.utils import timezone
from tests import factories
from torture.seal.stage import Role, Voice

from jurande.config import backups, preparation
from jurande.config.installation import open_home
from jurande.core.log import signing
from jurande.core.proof import template
from jurande.registers.common.refusals import Refused
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import Batch, LogEntry, SealedCredential, StatusChange, StatusPlaces
from jurande.registers.seal.operations import (
    batches,
    checking,
    credentials,
    documents,
    keys,
    projection,
    resuming,
    standing,
    statuses,
)
from jurande.registers.seal.operations.credentials import Line
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import BatchState, Move, Reason

CRASH_POINTS = ("K0", "K1", "K2", "K3", "K4", "K5", "K7")
# The registers above the seal: without their tables, an installation is one of an earlier version.
LATER = ("conventions", "network")
ROWS_A_LINE = 200
SKELETON = {
    name: value
    for name, value in sample().to_json().items()
    if name not in ("id", "validFrom", "validUntil", "credentialStatus", "proof")
}
SKELETON["issuer"] = {name: value for name, value in SKELETON["issuer"].items() if name != "id"}  # type: ignore[union-attr]
SKELETON["credentialSubject"] = {
    **SKELETON["credentialSubject"],  # type: ignore[dict-item]
    "id": "((learner))",
}


# --- telling ------------------------------------------------------------------------------------


def tell_signatures(voice: Voice) -> None:
    """Have the signer tell, from now on, each credential and each checkpoint that it signs."""
    issue, sign_checkpoint = template.Batch.issue, signing.sign_checkpoint

    def telling_issue(self: template.Batch, values: Any) -> bytes:
        octets = issue(self, values)
        voice.say(signature=json.loads(octets)["proof"][0]["proofValue"])
        return octets

    def telling_sign(checkpoint: Any, *arguments: Any) -> Any:
        note = sign_checkpoint(checkpoint, *arguments)
        voice.say(checkpoint=checkpoint.text)
        return note

    template.Batch.issue = telling_issue  # type: ignore[method-assign]
    signing.sign_checkpoint = telling_sign


@contextmanager
def one_request(voice: Voice) -> Iterator[None]:
    """What a server does around one request: an error is one answer, and the process goes on."""
    try:
        yield
    except Refused as refused:
        voice.say(refused=type(refused).__name__)
    except Exception as error:
        voice.say(refused=type(error).__name__)
    finally:
        close_old_connections()


# --- acts ---------------------------------------------------------------------------------------


def the_house() -> tuple[Certifier, Actor]:
    certifier = Certifier.objects.get()
    return certifier, Actor(code="TORTURE000", certifier_code=certifier.code)


def ask_for(key: str, now: datetime) -> SealedCredential:
    certifier, actor = the_house()
    values = {"learner": VALUES["learner"]}
    return credentials.issue(
        certifier=certifier,
        kind="torture",
        business_key=f"about {key}",
        idempotency_key=key,
        skeleton=SKELETON,
        values=values,
        actor=actor,
        now=now,
    )


def issue(voice: Voice, key: str, *, now: datetime | None = None) -> SealedCredential:
    """Issue as a screen does: intend, commit, answer; then settle at once, and answer again when it is sealed."""
    now = now or timezone.now()
    row = ask_for(key, now)
    voice.say(intended=key, code=row.code)
    projection.settle_soon(now=now)
    row.refresh_from_db()
    if row.signed:
        voice.say(sealed=row.code, digest=sha256(row.signed.encode()).hexdigest())
    return row


def change(voice: Voice, row: SealedCredential, move: Move, *, now: datetime | None = None) -> None:
    now = now or timezone.now()
    _, actor = the_house()
    act = {Move.REVOKE: statuses.revoke, Move.SUSPEND: statuses.suspend, Move.RESTORE: statuses.restore}[move]
    act(credential=row, reason=Reason.MISTAKE, actor=actor, now=now)
    voice.say(move=move.value, code=row.code)
    projection.settle_soon(now=now)


# --- roles --------------------------------------------------------------------------------------


def prepare(voice: Voice) -> None:
    """Make an installation with one certifier, its key and a first credential."""
    open_home(settings.HOME)
    preparation.prepare([])
    now = timezone.now()
    certifier = factories.certifier(now=now)
    keys.create_key(certifier=certifier, actor=MACHINE, now=now)
    head = standing.current_head()
    assert head is not None
    issue(voice, "the first one")
    voice.say(vkey=standing.log_key(head).text, places=StatusPlaces.objects.get().secret)


def every_act(name: str) -> Role:
    """Issue, change a status, publish: each kind of write there is, in the same order each time."""

    def role(voice: Voice) -> None:
        tell_signatures(voice)
        rows: list[SealedCredential] = []
        with one_request(voice):
            rows.append(issue(voice, name))
        for row in rows:
            with one_request(voice):
                change(voice, row, Move.SUSPEND)
        with one_request(voice):
            projection.settle(now=timezone.now())  # the job that publishes for all

    return role


def clerk(name: str, *, seed: float) -> Role:
    """Acts of all kinds, without end; every so often the same request again, as after a lost answer."""

    def role(voice: Voice) -> None:
        tell_signatures(voice)
        chance = random.Random(seed)
        rows: list[SealedCredential] = []
        for number in range(1_000_000):
            with one_request(voice):
                if rows and chance.random() < 0.3:
                    row = chance.choice(rows)
                    moves = list(Move) if chance.random() < 0.3 else [Move.SUSPEND]
                    change(voice, row, chance.choice(moves))
                else:
                    rows.append(issue(voice, f"{name}.{number if chance.random() < 0.9 else max(0, number - 1)}"))

    return role


def worker(voice: Voice) -> None:
    """Settle without end, as the worker does."""
    tell_signatures(voice)
    while True:
        with one_request(voice):
            projection.settle(now=timezone.now())
        time.sleep(0.02)


def issue_many(name: str, times: int) -> Role:
    def role(voice: Voice) -> None:
        tell_signatures(voice)
        for number in range(times):
            issue(voice, f"{name}.{number}")

    return role


def issue_batch(name: str, times: int) -> Role:
    """One batch, as a screen asks for it and the worker runs it."""

    def role(voice: Voice) -> None:
        tell_signatures(voice)
        certifier, actor = the_house()
        values = {"learner": VALUES["learner"]}
        batch = batches.issue_batch(
            certifier=certifier,
            kind="torture",
            idempotency_key=name,
            skeleton=SKELETON,
            lines=[Line(f"about {name}.{number}", f"{name}.{number}", values) for number in range(times)],
            actor=actor,
            now=timezone.now(),
        )
        voice.say(batch=name, lines=times)
        run_batch(batch)
        for key, code in batch.credentials.values_list("idempotency_key", "code"):
            voice.say(intended=key, code=code)

    return role


def run_batch(batch: Batch) -> None:
    batches.run_batch(code=batch.code, clock=timezone.now, progress=lambda *counts: None)


def issue_same(key: str, who: int) -> Role:
    def role(voice: Voice) -> None:
        tell_signatures(voice)
        issue(voice, key)

    return role


def issue_at(name: str, instants: tuple[datetime, ...]) -> Role:
    """Issue once at each of these instants."""

    def role(voice: Voice) -> None:
        tell_signatures(voice)
        for number, instant in enumerate(instants):
            with one_request(voice):
                issue(voice, f"{name}.{number}", now=instant)

    return role


def change_one(code: str, move: Move) -> Role:
    def role(voice: Voice) -> None:
        tell_signatures(voice)
        with one_request(voice):
            change(voice, SealedCredential.objects.get(code=code), move)

    return role


def rotate(voice: Voice) -> None:
    tell_signatures(voice)
    certifier, _ = the_house()
    keys.rotate_key(certifier=certifier, actor=MACHINE, now=timezone.now())


def commit_document(name: str) -> Role:
    def role(voice: Voice) -> None:
        certifier, actor = the_house()
        documents.commit_document(
            certifier=certifier,
            kind="torture",
            business_key=name,
            idempotency_key=name,
            content=name.encode(),
            actor=actor,
            now=timezone.now(),
        )

    return role


def later_migrations() -> list[str]:
    names = (apps.get_app_config(app).path for app in LATER)
    return [path.stem for name in names for path in Path(name, "migrations").glob("0*.py")]


def grow_old(voice: Voice) -> None:
    """Take away the tables of the registers that came after the seal, as in an installation made before them."""
    for app in LATER:
        call_command("migrate", app, "zero", verbosity=0)


def upgrade(dying_in: int = 0) -> Role:
    """Start the present version on what there is; its ``dying_in``-th migration is done but not yet committed at K8."""

    def role(voice: Voice) -> None:
        turns, apply = count(1), Migration.apply

        def counted(self: Migration, *arguments: Any, **options: Any) -> Any:
            state = apply(self, *arguments, **options)
            if next(turns) == dying_in:
                crash_point("K8")
            return state

        Migration.apply = counted  # type: ignore[method-assign]
        preparation.prepare([])

    return role


def back_up(folder: Path) -> Role:
    def role(voice: Voice) -> None:
        backups.back_up(settings.HOME, folder, environment=os.environ, now=timezone.now())
        backups.verify(folder, backups.read_manifest(folder)["files"])

    return role


def resume(published_size: int) -> Role:
    """Tell what stops a copy that was put back, then whether an operator may resume there."""

    def role(voice: Voice) -> None:
        now = timezone.now()
        stop = projection.settle(now=now).stop
        try:
            resuming.resume(published_size=published_size, actor=MACHINE, now=now)
        except Refused:
            voice.say(stop=stop, resumed=False)
        else:
            voice.say(stop=stop, resumed=True)

    return role


# --- after the fault ----------------------------------------------------------------------------


def recover(now: datetime | None = None, *, repair: bool = False) -> Role:
    """Start again, settle what was left, check everything, and tell all there is.

    ``repair`` makes the public files again from the rows first, as an operator does who lost them.
    """

    def role(voice: Voice) -> None:
        instant = now or timezone.now()
        if repair:
            checking.repair(actor=MACHINE, now=instant)
        for batch in Batch.objects.exclude(state=BatchState.DONE):
            run_batch(batch)  # as the reaper of jobs asks for it again
        settled = projection.settle(now=instant)
        for start in count(0, ROWS_A_LINE):
            rows = told_rows(start)
            if not rows:
                break
            voice.say(rows=rows)
        report = checking.check(now=instant)
        faults = [f"{fault.code} {fault.about}" for fault in report.faults[:20]]
        if settled.stop:
            faults.append(f"stopped: {settled.stop} {settled.about}")
        voice.say(bad=report.bad, faults=faults)

    return role


def told_rows(start: int) -> list[dict[str, object]]:
    rows = list(SealedCredential.objects.order_by("pk")[start : start + ROWS_A_LINE])
    codes, numbers = [row.code for row in rows], [row.pk for row in rows]
    moves: dict[int, list[str]] = {number: [] for number in numbers}
    for credential, move in (
        StatusChange.objects.filter(credential__in=numbers).order_by("pk").values_list("credential_id", "move")
    ):
        moves[credential].append(move)
    issued = LogEntry.objects.filter(kind="credential.issued", row_code__in=codes)
    places = dict(issued.values_list("row_code", "seq"))
    return [
        {
            "key": row.idempotency_key,
            "business_key": row.business_key,
            "code": row.code,
            "state": row.state,
            "signed": row.signed or "",
            "entry_id": row.code,
            "salt": bytes(row.salt).hex(),
            "seq": places.get(row.code, -1),
            "moves": moves[row.pk],
            "standing": row.standing,
        }
        for row in rows
    ]
