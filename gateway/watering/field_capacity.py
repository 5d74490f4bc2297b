"""Field capacity, learned in the bed: what a probe gives when the water has drained."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from gateway.watering.samples import HOUR_MS, Sample, between, middle

LEAST_MM: Final = 10.0
_DRAINED_MS: Final = (24 * HOUR_MS, 48 * HOUR_MS)
_LEAST_WINDOW_MS: Final = 6 * HOUR_MS
_DRIFT_SHARE: Final = 0.15
_FULL_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Soaking:
    """Water that came to the bed: when (ms since 1970 UTC), how much, and what was missing before.

    before_mm: the depletion by the books, None for unknown. taw_mm: the reservoir, 0 for unknown.
    used_mm: what the crop takes in the 36 h after it, by the books: the plateau lies that much
    below field capacity, however well the bed has drained.
    """

    at_ms: int
    mm: float
    before_mm: float | None = None
    taw_mm: float = 0.0
    used_mm: float = 0.0

    @property
    def missing(self) -> float:
        """Share of the reservoir that is missing at its plateau."""
        return self.used_mm / self.taw_mm if self.taw_mm > 0.0 else 0.0

    @property
    def fills(self) -> bool:
        """Whether it was 10 mm or more and, by the books, filled the bed to a tenth."""
        if self.mm < LEAST_MM:
            return False
        return self.before_mm is None or self.before_mm - self.mm <= _FULL_SHARE * self.taw_mm


@dataclass(frozen=True, slots=True)
class Plateau:
    """What a probe gave, in its own unit, 24 to 48 h after a soaking at at_ms.

    missing: the share of the reservoir that the crop had taken by then.
    """

    at_ms: int
    value: float
    missing: float = 0.0


def plateaus(samples: Sequence[Sample], soakings: Sequence[Soaking]) -> tuple[Plateau, ...]:
    """Give the median of 24 to 48 h after each soaking that fills the bed, in order of time.

    The window ends where the next water comes; what is shorter than 6 h then is left out.
    """
    found = []
    ordered = sorted(soakings, key=lambda one: one.at_ms)
    for index, soaking in enumerate(ordered):
        from_ms, to_ms = (soaking.at_ms + after for after in _DRAINED_MS)
        if index + 1 < len(ordered):
            to_ms = min(to_ms, ordered[index + 1].at_ms)
        value = middle(between(samples, from_ms, to_ms))
        if soaking.fills and to_ms - from_ms >= _LEAST_WINDOW_MS and value is not None:
            found.append(Plateau(soaking.at_ms, value, soaking.missing))
    return tuple(found)


def has_drifted(found: Sequence[Plateau], span: float) -> bool:
    """Tell whether the last three plateaus lie 15 % of the span away from the first three."""
    if len(found) < 6:
        return False
    first = median(one.value for one in found[:3])
    last = median(one.value for one in found[-3:])
    return abs(last - first) > _DRIFT_SHARE * span
