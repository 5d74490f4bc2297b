"""A rain gauge that a leaf has blocked says "no rain" and looks healthy: others give it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WET_MM: Final = 5.0
_NOTHING_MM: Final = 0.2
_DAYS: Final = 7
_TWICE: Final = 2


@dataclass(frozen=True, slots=True)
class RainDay:
    """A day's rain by the gauge and by others (an online source, a person), in mm.

    None for unknown. probes_together: whether most probes of the garden rose together while
    nobody watered.
    """

    gauge_mm: float | None
    others_mm: float | None = None
    probes_together: bool = False

    @property
    def gauge_missed_it(self) -> bool:
        """Whether it rained by another witness and not by the gauge."""
        if self.gauge_mm is None or self.gauge_mm > _NOTHING_MM:
            return False
        return self.probes_together or (self.others_mm or 0.0) >= _WET_MM


def is_blocked(days: Sequence[RainDay]) -> bool:
    """Tell whether the gauge missed two rains of the last seven days and has seen none since.

    A shower may miss a garden once (judgement). A blocked gauge is no source of rain.
    """
    missed = 0
    for day in days[-_DAYS:]:
        if (day.gauge_mm or 0.0) > _NOTHING_MM:
            missed = 0
        missed += day.gauge_missed_it
    return missed >= _TWICE
