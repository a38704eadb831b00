"""Reading the log from the database."""

from __future__ import annotations

from collections.abc import Iterator

from jurande.core.log.cosignatures import with_cosignatures
from jurande.core.log.notes import Note, parse_note, parse_signatures
from jurande.registers.seal.models import LogEntry, SealLog, SignedCheckpoint

READ_AHEAD = 2_000


def entries(start: int, stop: int) -> Iterator[bytes]:
    """Yield the entries ``start`` to ``stop`` (excluded) as the database has them, in a memory that does not grow."""
    while start < stop:
        end = min(stop, start + READ_AHEAD)
        rows = LogEntry.objects.filter(seq__gte=start, seq__lt=end).order_by("seq")
        for octets in rows.values_list("octets", flat=True):
            yield bytes(octets)
        start = end


def published_note(head: SealLog) -> Note | None:
    """Return the latest signed checkpoint with the cosignatures that it received; None before the first."""
    checkpoint = SignedCheckpoint.objects.filter(origin=head.origin, size=head.signed_size).first()
    if checkpoint is None:
        return None
    lines = "".join(checkpoint.cosignatures.order_by("witness__name").values_list("line", flat=True))
    note = parse_note(bytes(checkpoint.note))
    return with_cosignatures(note, parse_signatures(lines)) if lines else note
