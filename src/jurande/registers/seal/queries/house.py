"""What a certifier sees of its own seal: the keys it had, what each signed, whether all it decided is public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from jurande.registers.parties.models import Certifier
from jurande.registers.seal.models import SealCheck, SealedCredential, SealLog, SigningKey, WaitingEntry
from jurande.registers.seal.states import KeyState, Standing


@dataclass(frozen=True, slots=True)
class HouseSeal:
    """The seal of one house. ``keys``: the latest first, each with how many credentials it was used for."""

    keys: Sequence[tuple[SigningKey, int]]
    credentials: int
    suspended: int
    revoked: int
    waiting: int
    stop_code: str
    stop_about: str
    stopped_at: datetime | None
    published_at: datetime | None
    check: SealCheck | None

    @property
    def active(self) -> SigningKey | None:
        """The key that signs; None before the first."""
        return next((key for key, _used in self.keys if key.state == KeyState.ACTIVE), None)

    @property
    def did(self) -> str:
        """The identifier under which the house signs; empty before the first key."""
        return self.active.method.partition("#")[0] if self.active else ""


def house_seal(certifier: Certifier) -> HouseSeal:
    """Read all that the page of a house's seal shows."""
    head = SealLog.objects.first()
    mine = SealedCredential.objects.filter(certifier=certifier)
    used = dict(mine.order_by().values_list("key").annotate(n=Count("pk")))
    standing = dict(mine.order_by().values_list("standing").annotate(n=Count("pk")))
    keys = SigningKey.objects.filter(certifier=certifier).order_by("-created_at", "-pk")
    codes = [key.code for key in keys]
    return HouseSeal(
        keys=[(key, used.get(key.pk, 0)) for key in keys],
        credentials=sum(standing.values()),
        suspended=standing.get(Standing.SUSPENDED, 0),
        revoked=standing.get(Standing.REVOKED, 0),
        waiting=mine.intended().count() + WaitingEntry.objects.filter(row_code__in=codes).count(),
        stop_code=head.stop_code if head else "",
        stop_about=head.stop_about if head else "",
        stopped_at=head.stopped_at if head else None,
        published_at=head.signed_at if head else None,
        check=SealCheck.objects.order_by("-at", "-pk").first(),
    )
