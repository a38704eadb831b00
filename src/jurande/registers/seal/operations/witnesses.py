"""Asking witnesses to cosign what was published; without any, nothing is lost but the eyes of others."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.log.errors import NoteRefused, ProofRefused
from jurande.core.log.notes import COSIGNATURE, Signature, parse_note, parse_vkey
from jurande.core.log.proofs import consistency_proof
from jurande.integrations import witness as port
from jurande.integrations.log_files import DirectoryLog
from jurande.integrations.outbound import Server, Unreachable
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.models import Cosignature, SignedCheckpoint, Witness
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.publication import show
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    alone,
    current_head,
    disk_answers,
    log_folder,
    note_stop,
)
from jurande.registers.seal.states import Act, Stop

ASKED_EVERY = timedelta(minutes=1)
SECONDS = 5.0


class WitnessRefused(Refused):
    """This witness cannot be added."""


@transaction.atomic
def add_witness(*, vkey: str, url: str, actor: Actor, now: datetime) -> Witness:
    """Ask this witness to cosign from now on. ``vkey`` is its public key, ``url`` where it takes checkpoints.

    :raises NotAllowed: only operators. :raises WitnessRefused: no such key, no address, or known already.
    """
    require(policies.can_keep_seal(actor))
    try:
        key = parse_vkey(vkey.strip())
        Server(url).close()
    except NoteRefused as refusal:
        raise WitnessRefused(_("Ce n’est pas la clé publique d’un témoin."), field="vkey") from refusal
    except Unreachable as refusal:
        raise WitnessRefused(_("Ce n’est pas une adresse http ou https complète."), field="url") from refusal
    if key.kind != COSIGNATURE:
        raise WitnessRefused(_("Cette clé est celle d’un registre, pas celle d’un témoin."), field="vkey")
    if Witness.objects.filter(name=key.name).exists():
        raise WitnessRefused(_("Ce témoin est déjà connu."), field="vkey")
    witness = Witness.objects.create(code=new_code(), name=key.name, vkey=key.text, url=url, added_at=now)
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=Act.WITNESS_ADDED,
        subject_kind="witness",
        subject_code=witness.code,
        now=now,
    )
    return witness


def ask_all(*, now: datetime) -> int:
    """Ask each witness that has not seen the latest checkpoint, once a minute; tell how many cosigned.

    Nothing is held while they answer. One that saw another history stops the sealing until a human has understood.
    """
    head = current_head()
    if head is None or not head.signed_size or head.stop_code == Stop.WITNESS_ALARM:
        return 0
    checkpoint = SignedCheckpoint.objects.get(origin=head.origin, size=head.signed_size)
    unseen = Witness.objects.exclude(cosignatures__checkpoint=checkpoint).order_by("pk")
    cosigned = 0
    for row in unseen.exclude(asked_at__gt=now - ASKED_EVERY):
        cosigned += _ask(row, checkpoint, now=now)
    if cosigned:
        with alone(wait_seconds=SECONDS), disk_answers():
            show()
    return cosigned


def _ask(row: Witness, checkpoint: SignedCheckpoint, *, now: datetime) -> bool:
    read = DirectoryLog(log_folder()).read

    def prove(known: int) -> tuple[bytes, ...]:
        try:
            return consistency_proof(read, known, checkpoint.size)
        except ProofRefused as refusal:
            raise port.WitnessAlarm(f"the witness has {known} entries") from refusal

    key = parse_vkey(row.vkey)
    try:
        with closing(Server(row.url, only_public=False, seconds=SECONDS)) as server:
            line = port.cosign(
                port.Witness(key, server),
                parse_note(bytes(checkpoint.note)),
                known_size=min(row.known_size, checkpoint.size),
                prove=prove,
            )
    except port.WitnessError as error:
        Witness.objects.filter(pk=row.pk).update(asked_at=now, error_code=error.code)
        if isinstance(error, port.WitnessAlarm):
            note_stop(SealingStopped(Stop.WITNESS_ALARM, row.name), now=now)
        return False
    crash_point("K6")
    _keep(row, checkpoint, line, now=now)
    return True


def _keep(row: Witness, checkpoint: SignedCheckpoint, line: Signature, *, now: datetime) -> None:
    with transaction.atomic():
        Cosignature.objects.bulk_create(
            [Cosignature(checkpoint=checkpoint, witness=row, line=line.line, at=now)], ignore_conflicts=True
        )
        Witness.objects.filter(pk=row.pk).update(known_size=checkpoint.size, seen_at=now, asked_at=now, error_code="")
