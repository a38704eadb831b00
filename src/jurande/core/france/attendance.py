# SPDX-License-Identifier: Apache-2.0
"""Assiduity: hours present out of hours planned, compared with a threshold, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from jurande.core.france.programme_sheets import minutes_in


@dataclass(frozen=True, slots=True)
class Attendance:
    """Minutes of presence and minutes planned; ``planned`` is at least 1, and presence never above it."""

    present: int
    planned: int

    def reaches(self, threshold_percent: int) -> bool:
        """Tell whether presence is at least that share; 79.99 % is below 80 %."""
        return self.present * 100 >= threshold_percent * self.planned

    @property
    def percent(self) -> str:
        """The share as it is shown, with one decimal at most and never rounded up: «79,9», «80»."""
        tenths = self.present * 1000 // self.planned
        return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)


def minutes_present(text: str) -> int | None:
    """Read hours as a sheet gives them, to the minute: «27,5», «27 h 30», «0»; None: they are none, or not said."""
    return minutes_in(text) if text.strip() else None
