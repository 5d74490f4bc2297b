"""The health of a soil probe, told from its counts: in the soil, in the air, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, get_args

from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample, between, spread

ProbeState = Literal[
    "good", "fault", "bus_fault", "in_air", "flooded", "floating", "stuck", "moved", "silent"
]

STATES: Final[tuple[ProbeState, ...]] = get_args(ProbeState)[1:] + get_args(ProbeState)[:1]
"""What most needs a hand first, and `good` last."""
OUT: Final[frozenset[ProbeState]] = frozenset(
    {"fault", "bus_fault", "in_air", "floating", "stuck", "silent"}
)
"""States in which a probe says nothing of the bed."""
SUSPECT: Final[frozenset[ProbeState]] = frozenset({"flooded", "moved"})
"""States in which it says something, to be doubted."""

_LOW, _HIGH, _FULL_SCALE = 15.0, 1010.0, 1023.0
_NEAR = 0.05
_NOISY = 0.05
_ALIKE = 0.95
_SILENT_MS = 6 * HOUR_MS
"""Nearness to air or water, noise and likeness, as shares (judgement)."""


@dataclass(frozen=True, slots=True)
class ProbeHistory:
    """The last two days of a probe, in order of time.

    counts: 0 to 1023, each the average of 16 to 32 bursts of its ADC. air, water: its counts in
    either, None for unknown. neighbours: the other inputs of the same ADC. soil_c: its soil, °C.
    """

    counts: Sequence[Sample]
    air: float | None = None
    water: float | None = None
    neighbours: tuple[Sequence[Sample], ...] = ()
    soil_c: Sequence[Sample] = ()

    @property
    def span(self) -> float:
        """Counts between air and water; 400 is usual."""
        return abs(self.air - self.water) if self.air and self.water else 400.0


def state_of(probe: ProbeHistory, now_ms: int) -> ProbeState:
    """Give the state of a probe at `now_ms`, the worst first."""
    checks: tuple[tuple[ProbeState, Callable[[ProbeHistory, int], bool]], ...] = (
        ("silent", _is_silent),
        ("bus_fault", _bus_is_dead),
        ("fault", _is_at_the_end),
        ("in_air", lambda it, now: _stays_near(it, it.air, 30 * MINUTE_MS, now)),
        ("flooded", lambda it, now: _stays_near(it, it.water, 12 * HOUR_MS, now)),
        ("floating", _floats),
        ("stuck", _stands_still),
        ("moved", _was_moved),
    )
    return next((state for state, holds in checks if holds(probe, now_ms)), "good")


def _is_silent(probe: ProbeHistory, now_ms: int) -> bool:
    return not between(probe.counts, now_ms - _SILENT_MS, now_ms + 1)


def _is_at_the_end(probe: ProbeHistory, now_ms: int) -> bool:
    """Tell whether three bursts in a row are at an end of the ADC: no wire, or a short one."""
    latest = between(probe.counts, now_ms - _SILENT_MS, now_ms + 1)[-3:]
    return len(latest) == 3 and all(not _LOW < one.value < _HIGH for one in latest)


def _bus_is_dead(probe: ProbeHistory, now_ms: int) -> bool:
    """Tell whether all inputs are at an end: those that have been silent for long say nothing."""
    recent = [
        between(one, now_ms - _SILENT_MS, now_ms + 1) for one in (probe.counts, *probe.neighbours)
    ]
    lasts = [one[-1].value for one in recent if one]
    return len(lasts) >= 2 and all(value in (0.0, _FULL_SCALE) for value in lasts)


def _stays_near(probe: ProbeHistory, point: float | None, for_ms: int, now_ms: int) -> bool:
    """Tell whether it has been near a point or beyond it for `for_ms` up to its last word.

    A node that measures each ten minutes, or each hour, has no word just then: the one before
    counts. A probe just put into the soil is not judged yet.
    """
    if point is None or probe.air is None or probe.water is None:
        return False
    outwards = 1.0 if (point == probe.air) == (probe.air > probe.water) else -1.0
    last_ms = between(probe.counts, now_ms - _SILENT_MS, now_ms + 1)[-1].at_ms
    from_ms = last_ms - for_ms
    earlier = between(probe.counts, from_ms - _SILENT_MS, from_ms + 1)[-1:]
    window = (*earlier, *between(probe.counts, from_ms + 1, last_ms + 1))
    least = -_NEAR * probe.span
    return bool(earlier) and all(outwards * (one.value - point) >= least for one in window)


def _floats(probe: ProbeHistory, now_ms: int) -> bool:
    """Tell whether it is noisy, or follows a neighbour: an open input does both."""
    window = between(probe.counts, now_ms - 2 * HOUR_MS, now_ms + 1)
    steps = _steps(window)
    if len(steps) < 6:
        return False
    if spread(steps) > _NOISY * probe.span:
        return True
    lively = spread(steps) > 2.0
    return lively and any(
        _alike(window, between(other, now_ms - 2 * HOUR_MS, now_ms + 1))
        for other in probe.neighbours
    )


def _alike(one: Sequence[Sample], other: Sequence[Sample]) -> bool:
    """Tell whether two inputs move together from sample to sample."""
    theirs = {sample.at_ms: sample.value for sample in other}
    common = [(mine.value, theirs[mine.at_ms]) for mine in one if mine.at_ms in theirs]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(common)]
    mine2 = sum(x * x for x, _ in steps)
    theirs2 = sum(y * y for _, y in steps)
    if len(steps) < 6 or mine2 == 0.0 or theirs2 == 0.0:
        return False
    return bool(sum(x * y for x, y in steps) / (mine2 * theirs2) ** 0.5 > _ALIKE)


def _stands_still(probe: ProbeHistory, now_ms: int) -> bool:
    """Tell whether it moved under 2 counts in 48 h while its soil moved 3 °C."""
    from_ms = now_ms - 48 * HOUR_MS
    window = between(probe.counts, from_ms, now_ms + 1)
    warmth = [one.value for one in between(probe.soil_c, from_ms, now_ms + 1)]
    if not warmth or not window or window[-1].at_ms - window[0].at_ms < 47 * HOUR_MS:
        return False
    counts = [one.value for one in window]
    return max(counts) - min(counts) < 2.0 and max(warmth) - min(warmth) >= 3.0


def _was_moved(probe: ProbeHistory, now_ms: int) -> bool:
    """Tell whether it fell over a tenth of its span within 10 minutes: no soil dries like that."""
    if probe.air is None or probe.water is None:
        return False
    towards_air, least = (1.0 if probe.air > probe.water else -1.0), 0.1 * probe.span
    window = between(probe.counts, now_ms - 24 * HOUR_MS, now_ms + 1)
    return any(
        towards_air * (after.value - before.value) > least
        and after.at_ms - before.at_ms <= 10 * MINUTE_MS
        for before, after in pairwise(window)
    )


def _steps(window: Sequence[Sample]) -> list[float]:
    return [after.value - before.value for before, after in pairwise(window)]
