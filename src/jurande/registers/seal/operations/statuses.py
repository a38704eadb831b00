"""Revoking, suspending, restoring: a decision with its reason and the day it takes effect; it is published with it."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.log.entries import SALT_BYTES
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.facts import ENTRY_OF_MOVE, change_entry
from jurande.registers.seal.models import SealedCredential, SigningKey, StatusChange, StatusList, WaitingEntry
from jurande.registers.seal.states import AUTHORITIES, STANDINGS, Act, Move, Reason, Standing

PARIS = ZoneInfo("Europe/Paris")
ACTS = {
    Move.REVOKE: Act.CREDENTIAL_REVOKED,
    Move.SUSPEND: Act.CREDENTIAL_SUSPENDED,
    Move.RESTORE: Act.CREDENTIAL_RESTORED,
}


class StatusRefused(Refused):
    """This status cannot be changed so."""


def revoke(
    *, credential: SealedCredential, reason: Reason, effective_on: date | None = None, actor: Actor, now: datetime
) -> StatusChange:
    """Revoke for good, from ``effective_on`` (today in Paris when None) on.

    :raises NotAllowed: another house. :raises StatusRefused: revoked already, or a day before what was decided last.
    """
    return _change(Move.REVOKE, credential, reason, effective_on, actor, now)


def suspend(
    *, credential: SealedCredential, reason: Reason, effective_on: date | None = None, actor: Actor, now: datetime
) -> StatusChange:
    """Suspend until it is restored or revoked.

    :raises NotAllowed: :raises StatusRefused: as ``revoke`` does; suspended already.
    """
    return _change(Move.SUSPEND, credential, reason, effective_on, actor, now)


def restore(
    *, credential: SealedCredential, reason: Reason, effective_on: date | None = None, actor: Actor, now: datetime
) -> StatusChange:
    """End a suspension.

    :raises NotAllowed: :raises StatusRefused: as ``revoke`` does; not suspended.
    """
    return _change(Move.RESTORE, credential, reason, effective_on, actor, now)


@transaction.atomic
def _change(
    move: Move, credential: SealedCredential, reason: Reason, effective_on: date | None, actor: Actor, now: datetime
) -> StatusChange:
    require(policies.can_seal(actor, credential.certifier))
    row = (
        SealedCredential.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=credential.pk)
    )
    today = now.astimezone(PARIS).date()
    day = effective_on or today
    if not STANDINGS.allows(row.standing, move):
        raise StatusRefused(_IMPOSSIBLE[move])
    latest = StatusChange.objects.filter(credential=row).order_by("-pk").first()
    if day < today or (latest is not None and day < latest.effective_on):
        raise StatusRefused(
            _("Une décision prend effet aujourd’hui ou plus tard, et pas avant la précédente."), field="effective_on"
        )
    change = StatusChange.objects.create(
        code=new_code(),
        credential=row,
        move=move,
        reason_code=Reason(reason),
        effective_on=day,
        decided_at=now,
        actor_code=actor.code,
        salt=secrets.token_bytes(SALT_BYTES),
        certifier=row.certifier,
        list_number=row.list_number,
        list_index=row.list_index,
    )
    row.standing = Standing(STANDINGS.after(row.standing, move))
    row.save(update_fields=["standing"])
    WaitingEntry.objects.create(kind=ENTRY_OF_MOVE[move], row_code=change.code, octets=entry_of(change))
    # Both lists: a revocation also clears the bit of a suspension.
    due_at = now if day <= today else datetime.combine(day, time(), tzinfo=PARIS).astimezone(UTC)
    lists = StatusList.objects.filter(certifier=row.certifier, number=row.list_number)
    lists.filter(refresh_at__gt=due_at).update(refresh_at=due_at)
    if row.kind in AUTHORITIES:  # what rests on it is judged by since when: that is published with the keys
        SigningKey.objects.of(row.certifier).update(is_projected=False)
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=ACTS[move],
        subject_kind="sealed_credential",
        subject_code=row.code,
        now=now,
        reason_code=reason,
    )
    return change


def entry_of(change: StatusChange) -> bytes:
    """Return the entry that the log has for a change: computed from its columns, so that an altered one is seen."""
    return change_entry(
        credential_code=change.credential.code,
        change_code=change.code,
        move=change.move,
        reason_code=change.reason_code,
        effective_on=change.effective_on,
        salt=bytes(change.salt),
    )


_IMPOSSIBLE = {
    Move.REVOKE: _("Cette attestation est déjà révoquée."),
    Move.SUSPEND: _("Cette attestation est déjà suspendue ou révoquée."),
    Move.RESTORE: _("Cette attestation n’est pas suspendue\u00a0: il n’y a rien à rétablir."),
}
