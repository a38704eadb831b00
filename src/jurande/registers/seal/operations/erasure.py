"""Erasing what concerns a person: the subject's data and the salt go; the commitment, the status and the dates stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.models import Commitment, SealedCredential
from jurande.registers.seal.operations.standing import mac_of, mac_of_commitment
from jurande.registers.seal.states import Act, SealState

_UNDER_WAY = _("Cette attestation est en cours de scellement : réessayez dans une minute.")


class ErasureRefused(Refused):
    """This cannot be erased now."""


@transaction.atomic
def erase(*, credential: SealedCredential, actor: Actor, now: datetime) -> SealedCredential:
    """Erase a credential: nobody can tell any more whom the entry of the log is about. Done twice, it does nothing.

    Its status stays published, so that a copy in somebody's hands still says whether it was revoked.
    :raises NotAllowed: another house. :raises ErasureRefused: it is not sealed yet.
    """
    require(policies.can_seal(actor, credential.certifier))
    row = (
        SealedCredential.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=credential.pk)
    )
    if row.state == SealState.ERASED:
        return row
    if row.state == SealState.INTENDED:
        raise ErasureRefused(_("Cette attestation est en cours de scellement : réessayez dans une minute."))
    row.state, row.erased_at = SealState.ERASED, now
    row.signed, row.values, row.salt = None, "", b""
    row.subject_code, row.request_digest = "", ""
    row.mac = mac_of(row)
    row.save(update_fields=["state", "erased_at", "signed", "values", "salt", "subject_code", "request_digest", "mac"])
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=Act.CREDENTIAL_ERASED,
        subject_kind="sealed_credential",
        subject_code=row.code,
        now=now,
    )
    return row


@transaction.atomic
def erase_many(*, keys: Collection[int], now: datetime) -> int:
    """Erase these credentials, by their ``pk``, as ``erase`` does; those erased already stay so. Tell how many.

    The register above decides who may, and tells the journal once: at its holder's wish, or many in a night.
    :raises ErasureRefused: one of them is not sealed yet; none is erased.
    """
    locked = SealedCredential.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    rows = [
        row
        for row in locked.select_related("skeleton").defer("signed", "values", "skeleton__content")
        if row.state != SealState.ERASED
    ]
    if any(row.state == SealState.INTENDED for row in rows):
        raise ErasureRefused(_UNDER_WAY)
    emptied = {"state": SealState.ERASED, "erased_at": now, "signed": None, "values": "", "salt": b""}
    SealedCredential.objects.filter(pk__in=[row.pk for row in rows]).update(
        **emptied, subject_code="", request_digest=""
    )
    for row in rows:
        row.subject_code, row.request_digest = "", ""
        row.mac = mac_of(row)
    SealedCredential.objects.bulk_update(rows, ["mac"], batch_size=100)
    return len(rows)


@transaction.atomic
def erase_document(*, commitment: Commitment, actor: Actor, now: datetime) -> Commitment:
    """Forget which document a commitment was about. Done twice, it does nothing.

    :raises NotAllowed: another house.
    """
    require(policies.can_seal(actor, commitment.certifier))
    row = (
        Commitment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=commitment.pk)
    )
    if row.erased_at is not None:
        return row
    row.erased_at, row.salt, row.document_code = now, b"", ""
    row.mac = mac_of_commitment(row)
    row.save(update_fields=["erased_at", "salt", "document_code", "mac"])
    record(
        chain=row.certifier.code,
        actor_code=actor.code,
        action=Act.DOCUMENT_ERASED,
        subject_kind="commitment",
        subject_code=row.code,
        now=now,
    )
    return row
