"""Starting to sign again where only a human can tell that it is right: a restored home, a wrong clock."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.log.notes import parse_vkey
from jurande.integrations import witness as port
from jurande.integrations.guard_files import Guard, GuardDamaged, read_guard
from jurande.integrations.outbound import Server
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.models import SealLog, Witness
from jurande.registers.seal.operations.publication import show
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    alone,
    demand_not_rolled_back,
    disk_answers,
    guard_folder,
    log_key,
    renew_guard,
)
from jurande.registers.seal.states import Act, Stop

LOCK_SECONDS = 60.0
WITNESS_SECONDS = 5.0


class ResumeRefused(Refused):
    """Signing may not start again so."""


def resume(*, published_size: int | None, actor: Actor, now: datetime) -> SealLog:
    """Make this machine the one that signs, after checking all that can be checked against what was published.

    Without a guard here (a restored backup), ``published_size`` must be given: the number of entries of the latest
    checkpoint that the world saw, which the operator reads elsewhere than in this copy. It must be what the rows have.
    :raises NotAllowed: only operators. :raises ResumeRefused: there is nothing to resume, or the sizes differ.
    :raises SealingStopped: the rows are older than what was published, or the guard is another installation's.
    """
    require(policies.can_keep_seal(actor))
    with alone(wait_seconds=LOCK_SECONDS), disk_answers():
        head = SealLog.objects.first()
        if head is None:
            raise ResumeRefused(_("Aucune clé n’a encore été créée : il n’y a rien à reprendre."))
        guard = _readable_guard()
        if guard is not None and guard.installation != head.installation:
            raise SealingStopped(Stop.GUARD_FOREIGN, guard.installation)
        demand_not_rolled_back(head)
        _ask_witnesses(head)
        if guard is None and published_size != head.signed_size:
            raise ResumeRefused(
                _(
                    "La base a signé %(size)s entrées. Lisez, sur la dernière copie publiée du registre (fichier "
                    "« checkpoint », deuxième ligne) ou chez un témoin, combien le monde en a vu, puis donnez ce "
                    "nombre avec --published. S’il est plus grand, remettez une sauvegarde plus récente."
                )
                % {"size": head.signed_size},
                field="published",
            )
        with transaction.atomic():
            SealLog.objects.filter(pk=head.pk).update(
                stop_code="", stop_about="", stopped_at=None, latest_at=min(now, head.latest_at or now)
            )
            record(
                chain=INSTALLATION,
                actor_code=actor.code,
                action=Act.SEALING_RESUMED,
                subject_kind="seal_log",
                subject_code=head.installation,
                now=now,
            )
        renew_guard(head)
        show()
        head.refresh_from_db()
        return head


def _readable_guard() -> Guard | None:
    try:
        return read_guard(guard_folder())
    except GuardDamaged:
        return None


def _ask_witnesses(head: SealLog) -> None:
    """Refuse when a witness saw more than the rows have; one that does not answer says nothing."""
    for row in Witness.objects.order_by("pk"):
        try:
            with closing(Server(row.url, only_public=False, seconds=WITNESS_SECONDS)) as server:
                seen = port.latest_seen(port.Witness(parse_vkey(row.vkey), server), log_key(head))
        except port.WitnessError:
            continue
        if seen is not None and seen.size > head.signed_size:
            raise SealingStopped(Stop.ROLLED_BACK, f"{head.signed_size} < {seen.size} ({row.name})")
