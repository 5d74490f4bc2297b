"""What a soil probe's counts say over hours: in air, in water, moved, or stuck.

Each watches one probe and is shown every reading; ``now_s`` is monotonic seconds. The wetter, the
fewer counts.
"""

from __future__ import annotations

from sensor_node.drivers.stillness import Stillness

MOVED_WITHIN_S = 630.0
"""Ten minutes, and what a sample may be late."""
MOVED_SPAN = 0.1
SETTLED_AFTER_S = 600.0
STUCK_AFTER_H, STUCK_COUNTS, STUCK_C = 48.0, 1.99, 3.0


class Lasting:
    """A state that counts only once it has lasted ``after_s``."""

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._since_s: float | None = None

    def lasts(self, now_s: float, present: bool) -> bool:
        """Whether it is ``present`` and has been for long enough."""
        if not present:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s >= self._after_s


class Moved:
    """Soil dries slowly, and watering is a fall of counts: a rise of a tenth of the span between
    air and water within ten minutes is a hand at the probe. Doubted until ten minutes have
    passed without one, and the probe is not in the air.
    """

    def __init__(self, span_counts: float) -> None:
        self._most_counts = MOVED_SPAN * span_counts
        self._recent: list[tuple[float, float]] = []
        self._settled_s: float | None = None

    def is_doubted(self, now_s: float, counts: float, *, near_air: bool) -> bool:
        """Whether the probe has moved and not settled yet."""
        self._recent = [one for one in self._recent if 0 < now_s - one[0] <= MOVED_WITHIN_S]
        if any(counts - before > self._most_counts for _, before in self._recent):
            self._settled_s = now_s + SETTLED_AFTER_S
        elif self._settled_s is not None and now_s >= self._settled_s and not near_air:
            self._settled_s = None
        self._recent.append((now_s, counts))
        return self._settled_s is not None


class Stuck:
    """A probe's counts move with the soil's temperature: less than 2 counts in two days in which
    that moved by 3 °C come from no living probe. Without a thermometer in the soil, no doubt.
    """

    def __init__(self) -> None:
        self._still = Stillness(STUCK_AFTER_H, within=STUCK_COUNTS)
        self._felt_c: list[float] = []

    def feel(self, soil_c: float) -> None:
        """The soil's temperature now, in °C; only the extremes are kept."""
        felt_c = [*self._felt_c, soil_c]
        self._felt_c = [min(felt_c), max(felt_c)]

    def is_doubted(self, now_s: float, counts: float) -> bool:
        before_s = self._still.since_s
        stands_still = self._still.doubt(now_s, counts) is not None
        if self._still.since_s != before_s:
            self._felt_c = []
        return stands_still and self._warmed_c() >= STUCK_C

    def _warmed_c(self) -> float:
        return max(self._felt_c) - min(self._felt_c) if self._felt_c else 0.0
