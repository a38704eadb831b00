"""Which publications of the State what is shown comes from."""

from __future__ import annotations

from collections.abc import Sequence

from jurande.registers.catalogue.models import Snapshot
from jurande.registers.catalogue.states import Source

REGISTERS = (Source.RNCP, Source.RS)
EVERYTHING = (*REGISTERS, Source.TRAINING_BODIES)


def latest(sources: Sequence[str] = EVERYTHING) -> list[Snapshot]:
    """Return the last publication read whole of each source, in that order; those never read are left out."""
    read = (Snapshot.objects.complete().of(source).latest_first().first() for source in sources)
    return [snapshot for snapshot in read if snapshot is not None]
