"""What holders decide about what is in their space: the acts."""

from __future__ import annotations

from enum import StrEnum


class KeepingAct(StrEnum):
    """What the journal says: dotted, past tense, never renamed."""

    EXPOSURE_CHOSEN = "awards.exposure.chosen"
    REFUSED = "awards.award.refused"
    REFUSAL_TAKEN_BACK = "awards.award.refusal_taken_back"
