"""What the operator's page and the health check show of the seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jurande.core.log.notes import verifier_key
from jurande.registers.common.models import JobRequest, JobState
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.models import (
    SealCheck,
    SealedCredential,
    SealLog,
    SignedCheckpoint,
    SigningKey,
    StatusList,
    WaitingEntry,
    Witness,
)

# What waits longer than this should have been sealed: the page and the health check say so.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Overview:
    """The seal at an instant; ``log`` is None before the first key."""

    log: SealLog | None
    public_key: str
    credentials: int
    waiting_credentials: int
    waiting_entries: int
    unsigned_entries: int
    checkpoints: int
    lists: int
    keys: Sequence[SigningKey]
    keyless: Sequence[Certifier]
    witnesses: Sequence[Witness]
    check: SealCheck | None
    failed_jobs: int

    @property
    def waiting(self) -> int:
        """Everything that is decided and not yet public."""
        return self.waiting_credentials + self.waiting_entries + self.unsigned_entries


def overview() -> Overview:
    """Read all that the operator's page shows."""
    head = SealLog.objects.first()
    return Overview(
        log=head,
        public_key=verifier_key(head.origin, bytes(head.public_key)).text if head else "",
        credentials=SealedCredential.objects.count(),
        waiting_credentials=SealedCredential.objects.intended().count(),
        waiting_entries=WaitingEntry.objects.count(),
        unsigned_entries=head.size - head.signed_size if head else 0,
        checkpoints=SignedCheckpoint.objects.count(),
        lists=StatusList.objects.count(),
        keys=list(
            SigningKey.objects.select_related("certifier__organisation").order_by("certifier__code", "-created_at")
        ),
        keyless=list(
            Certifier.objects.exclude(signing_keys__isnull=False).select_related("organisation").order_by("code")
        ),
        witnesses=list(Witness.objects.order_by("name")),
        check=SealCheck.objects.order_by("-at", "-pk").first(),
        failed_jobs=JobRequest.objects.filter(name__startswith="seal.", state=JobState.FAILED).count(),
    )


def is_healthy(*, now: datetime) -> bool:
    """Tell whether nothing stops the sealing and nothing has waited for long."""
    head = SealLog.objects.first()
    if head is None:
        return True
    if head.stop_code:
        return False
    return not SealedCredential.objects.intended().filter(issued_at__lt=now - LATE).exists()


def certifier_of_code(code: str) -> Certifier | None:
    """Return the certifier with this code, to make or replace its key."""
    return Certifier.objects.filter(code=code).first()
