"""The rain that fell, by the best that tells of it, each millimetre once.

Of a day of the books a person's total comes first, then the gauge, then the online service for the
hours in which no gauge spoke. Pure functions of their arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from gateway.beds.observed import Observed
from gateway.beds.rainbook import RainEntry
from gateway.watering.samples import HOUR_MS, Sample, Samples, between, local_day
from gateway.watering.situation import RainSource

TYPED_LASTS_DAYS: Final = 7
"""Who has typed nothing for a week may have stopped looking (judgement)."""
_ONLINE_LASTS_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Fallen:
    """mm: in order of time, each the rain from that moment on. by: who tells of a day's.

    source: what the garden's rain is known from now.
    """

    mm: Sequence[Sample] = ()
    by: Mapping[date, RainSource] = field(default_factory=dict)
    source: RainSource = "none"


def fallen(observed: Observed, zone: str) -> Fallen:
    """Bring the gauge, what was typed and the online service together."""
    gauge = _by_day(observed.rain_mm or (), zone)
    online = _by_day(_unmeasured(observed.online_mm, observed.rain_mm or ()), zone)
    told = defaultdict(list)
    for entry in observed.told_rain:
        told[entry.day(zone)].append(entry)
    samples = Samples()
    by: dict[date, RainSource] = {}
    for on in sorted(gauge.keys() | online.keys() | told.keys()):
        day, by[on] = _of_day(told[on], gauge.get(on, ()), online.get(on, ()), zone)
        for one in day:
            samples.append(one)
    return Fallen(_added(samples), by, _source(observed, zone))


def total_mm(observed: Observed, from_ms: int, to_ms: int, zone: str) -> float | None:
    """What others than the gauge say of a span; None where they say nothing."""
    spoken = between(observed.online_mm, from_ms, to_ms)
    typed = [one.told.mm for one in observed.told_rain if from_ms <= one.moment_ms(zone) < to_ms]
    if not spoken and not typed:
        return None
    return max(sum(one.value for one in spoken), sum(typed))


def _of_day(
    told: Sequence[RainEntry], gauge: Sequence[Sample], online: Sequence[Sample], zone: str
) -> tuple[list[Sample], RainSource]:
    whole = [entry for entry in told if entry.told.on is not None]
    measured = sorted([*gauge, *online])
    if whole:
        # Its total ends when it was told: what fell later in the day is added.
        later = [one for one in measured if one.at_ms >= whole[-1].told_ms]
        return [*_spread(whole[-1], measured, zone), *later], "typed"
    if told:
        showers = [Sample(entry.moment_ms(zone), entry.told.mm) for entry in told]
        # A gauge that saw more than the showers that somebody noted saw those too.
        if _sum(gauge) > _sum(showers):
            return measured, "gauge"
        return showers, "typed"
    wet_online = any(one.value > 0.0 for one in online)
    return measured, "online" if wet_online or not gauge else "gauge"


def _spread(entry: RainEntry, measured: Sequence[Sample], zone: str) -> list[Sample]:
    """A day's total in the hours in which others saw rain, else in its middle."""
    wet = [one for one in measured if one.value > 0.0 and one.at_ms < entry.told_ms]
    if not wet:
        return [Sample(entry.moment_ms(zone), entry.told.mm)]
    share = entry.told.mm / _sum(wet)
    return [Sample(one.at_ms, one.value * share) for one in wet]


def _unmeasured(online: Iterable[Sample], gauge: Sequence[Sample]) -> Iterator[Sample]:
    """The hours in which no gauge spoke, nor just before or after: it may speak once an hour."""
    return (
        one for one in online if not between(gauge, one.at_ms - HOUR_MS, one.at_ms + 2 * HOUR_MS)
    )


def _by_day(samples: Iterable[Sample], zone: str) -> dict[date, Samples]:
    days: dict[date, Samples] = defaultdict(Samples)
    for one in samples:
        days[local_day(one.at_ms, zone)].append(one)
    return dict(days)


def _added(samples: Samples) -> Samples:
    """In order of time; two of one moment are one, which is their sum."""
    if samples.ascend:
        return Samples((at_ms, round(mm, 3)) for at_ms, mm in samples)
    sums: dict[int, float] = defaultdict(float)
    for one in samples:
        sums[one.at_ms] += one.value
    return Samples((at_ms, round(mm, 3)) for at_ms, mm in sorted(sums.items()))


def _sum(samples: Iterable[Sample]) -> float:
    return sum(one.value for one in samples)


def _source(observed: Observed, zone: str) -> RainSource:
    if observed.gauge_speaks:
        return "gauge"
    now_ms, online = observed.now_ms, observed.online_mm
    if online and online[-1].at_ms >= now_ms - _ONLINE_LASTS_MS:
        return "online"
    since = local_day(now_ms, zone) - timedelta(days=TYPED_LASTS_DAYS)
    typed = any(entry.day(zone) >= since for entry in observed.told_rain)
    return "typed" if typed else "none"
