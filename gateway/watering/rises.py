"""Rises of a probe: water that came to the bed, or looks like it.

A rise is never turned into litres: the correlation falls to 0.29 for big doses. Who watered is
asked how many cans it was.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample, Samples, between, middle, spread

Name = Literal["watering", "rain", "rain_probable", "thaw", "reinserted"]

_HALF_HOUR_MS = 30 * MINUTE_MS
_LEAST_SHARE: Final = 0.0125
"""The middle of 1 to 1.5 % of the span."""
_DEVIATIONS: Final = 6.0
_MERGE_MS: Final = 8 * HOUR_MS
_STAYS_MS: Final = 2 * HOUR_MS
_RAIN_MM: Final = 2.0
_RAIN_MS: Final = (12 * HOUR_MS, 2 * HOUR_MS)
_NEAR_AIR: Final = 0.05
_DIRTY_AIR: Final = 0.25
_FALL_SHARE: Final = 0.1
_AT_ONCE_MS: Final = 30 * MINUTE_MS
_OUT_MS: Final = 3 * 24 * HOUR_MS
"""How near to air a probe stays that is out and damp or dirty, how it fell there, and for how long
it is looked back (judgement)."""
_FROZEN_C: Final = 1.0


@dataclass(frozen=True, slots=True)
class Rise:
    """One rise: at_ms, when it was steepest; before, after: medians in the probe's unit.

    fell: whether it had fallen at once by a tenth of the span, as no soil dries, and stayed there.
    """

    at_ms: int
    before: float
    after: float
    name: Name = "watering"
    fell: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe gives in air and in water, in its own unit; 0 and 100 for a percentage."""

    air: float = 0.0
    water: float = 100.0

    @property
    def span(self) -> float:
        """Between air and water."""
        return abs(self.water - self.air)

    @property
    def wetter(self) -> float:
        """The sign of a change towards water."""
        return 1.0 if self.water > self.air else -1.0


def rises(samples: Sequence[Sample], probe: Probe) -> tuple[Rise, ...]:
    """Find the rises in samples that are in order of time; each named `watering` for now.

    The median of 30 minutes over that of the hour before must pass the greater of 1.25 % of the
    span and six robust deviations of the day before; half of it must still be there after 2 h;
    what follows within 8 h belongs to it.
    """
    steps = Samples()
    found: list[Rise] = []
    least, wetter = _LEAST_SHARE * probe.span, probe.wetter
    for at_ms, before, after in _levels(samples):
        step = wetter * (after - before)
        if step > least and step > _DEVIATIONS * _noise(steps, at_ms):
            found.append(Rise(at_ms, before, after))
        steps.append(Sample(at_ms, step))
    steepest = [_dated(samples, _highest(group, probe), probe) for group in _groups(found)]
    staying = [rise for rise in steepest if _stays(samples, rise)]
    return _merged([replace(rise, fell=_had_fallen(samples, rise, probe)) for rise in staying])


def _highest(group: Sequence[Rise], probe: Probe) -> Rise:
    return max(group, key=lambda rise: probe.wetter * (rise.after - rise.before))


def _dated(samples: Sequence[Sample], rise: Rise, probe: Probe) -> Rise:
    """Date a rise by its steepest step: the median moves up to a quarter of an hour before it."""
    around = between(samples, rise.at_ms - _HALF_HOUR_MS, rise.at_ms + _HALF_HOUR_MS)
    steps = [(probe.wetter * (b.value - a.value), b.at_ms) for a, b in pairwise(around)]
    return replace(rise, at_ms=max(steps)[1]) if steps else rise


def _levels(samples: Sequence[Sample]) -> Iterator[tuple[int, float, float]]:
    """Give the medians of the hour before and of the 30 minutes after each sample that has both.

    Two marks run along: each sample is looked at a few times only.
    """
    values = array("d", (sample.value for sample in samples))
    times = array("q", (sample.at_ms for sample in samples))
    first, last = 0, 0
    for number, at_ms in enumerate(times):
        while times[first] < at_ms - HOUR_MS:
            first += 1
        while last < len(times) and times[last] < at_ms + _HALF_HOUR_MS:
            last += 1
        if first < number:
            yield at_ms, median(values[first:number]), median(values[number:last])


def _noise(steps: Sequence[Sample], at_ms: int) -> float:
    """Give the robust deviation of the steps of the day before, the last hour left out."""
    day = between(steps, at_ms - 25 * HOUR_MS, at_ms - HOUR_MS)
    return spread([step.value for step in day])


def _groups(found: Sequence[Rise]) -> list[list[Rise]]:
    """Put together what passes the threshold without an hour's break."""
    groups: list[list[Rise]] = []
    for rise in found:
        if groups and rise.at_ms - groups[-1][-1].at_ms <= HOUR_MS:
            groups[-1].append(rise)
        else:
            groups.append([rise])
    return groups


def _stays(samples: Sequence[Sample], rise: Rise) -> bool:
    """Tell whether half of it is still there after 2 h; what is not known yet is no rise yet."""
    later_ms = rise.at_ms + _STAYS_MS
    later = middle(between(samples, later_ms, later_ms + _HALF_HOUR_MS))
    return later is not None and (later - rise.before) / (rise.after - rise.before) >= 0.5


def _had_fallen(samples: Sequence[Sample], rise: Rise, probe: Probe) -> bool:
    """Tell whether it came to where it was before by one fall, and by no other way."""
    before = between(samples, rise.at_ms - _OUT_MS, rise.at_ms)
    for earlier, later in reversed(list(pairwise(before))):
        fell = probe.wetter * (earlier.value - later.value)
        if fell > _FALL_SHARE * probe.span and later.at_ms - earlier.at_ms <= _AT_ONCE_MS:
            return probe.wetter * (earlier.value - rise.before) > 0.5 * fell
    return False


def _merged(found: Sequence[Rise]) -> tuple[Rise, ...]:
    kept: list[Rise] = []
    last_ms: int | None = None
    for rise in found:
        if last_ms is None or rise.at_ms - last_ms > _MERGE_MS:
            kept.append(rise)
        else:
            kept[-1] = replace(kept[-1], after=rise.after)
        last_ms = rise.at_ms
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a rise, each in order of time.

    rain_mm: a gauge's samples, None without a gauge. soil_c: the bed's soil. others: the rises of
    the garden's other probes, one sequence each.
    """

    rain_mm: Sequence[Sample] | None = None
    soil_c: Sequence[Sample] = ()
    others: tuple[Sequence[Rise], ...] = ()


def named(rise: Rise, probe: Probe, around: Around) -> Rise:
    """Give the rise its name; what cannot be water comes first."""
    return replace(rise, name=_name(rise, probe, around))


def _name(rise: Rise, probe: Probe, around: Around) -> Name:
    from_air = probe.wetter * (rise.before - probe.air)
    if from_air <= (_DIRTY_AIR if rise.fell else _NEAR_AIR) * probe.span:
        return "reinserted"
    soil_c = middle(between(around.soil_c, rise.at_ms - 3 * HOUR_MS, rise.at_ms + HOUR_MS))
    if soil_c is not None and soil_c < _FROZEN_C:
        return "thaw"
    if around.rain_mm is not None:
        from_ms, to_ms = rise.at_ms - _RAIN_MS[0], rise.at_ms + _RAIN_MS[1]
        fallen_mm = sum(one.value for one in between(around.rain_mm, from_ms, to_ms))
        return "rain" if fallen_mm >= _RAIN_MM else "watering"
    return "rain_probable" if _most_rise(rise, around.others) else "watering"


def _most_rise(rise: Rise, others: Sequence[Sequence[Rise]]) -> bool:
    """Tell whether most probes of the garden rose within two hours: only rain waters all beds."""
    together = sum(
        any(abs(other.at_ms - rise.at_ms) <= _STAYS_MS for other in probe) for probe in others
    )
    return len(others) >= 2 and together + 1 > 0.5 * (len(others) + 1)
