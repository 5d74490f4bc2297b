"""Late blight of potato and tomato: the weather that lets it spread, by Hutton's criteria.

A risk, never a diagnosis: only leaves tell. Source: James Hutton Institute, 2017.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DampDay:
    """A calendar day: its minimum in °C, and its hours at 90 % humidity or more, 0 to 24."""

    min_c: float
    damp_h: float

    @property
    def favours_blight(self) -> bool:
        """Whether it meets Hutton's criteria by itself."""
        return self.min_c >= 10.0 and self.damp_h >= 6.0


def blight_risk(days: Sequence[DampDay | None]) -> bool:
    """Tell whether the last two days, oldest first, both favour blight; None: not measured."""
    return len(days) >= 2 and all(day is not None and day.favours_blight for day in days[-2:])
