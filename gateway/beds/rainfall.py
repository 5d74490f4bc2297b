"""Whether the gauge can be believed: a leaf in its funnel says "no rain" and looks healthy.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from gateway.beds.fallen import total_mm
from gateway.beds.journal import SEEN, Entry
from gateway.beds.observed import Observed
from gateway.watering.gauge import RainDay, is_blocked
from gateway.watering.samples import HOUR_MS, at_local_hour_ms, between, local_day

DAYS: Final = 7
_AT_ONCE_MS: Final = 2 * HOUR_MS
_LEAST_BEDS: Final = 3


def rose_together(journals: Mapping[str, Sequence[Entry]], zone: str) -> frozenset[date]:
    """The days of the books on which the probes of most beds rose at once and nobody watered.

    ``journals``: of each bed that has a probe. Under three beds nobody can tell.
    """
    seen = {
        bed: [one.at_ms for one in entries if one.source in SEEN]
        for bed, entries in journals.items()
    }
    if len(seen) < _LEAST_BEDS:
        return frozenset()
    return frozenset(
        local_day(at_ms, zone)
        for times in seen.values()
        for at_ms in times
        if sum(_has_near(others, at_ms) for others in seen.values()) > 0.5 * len(seen)
    )


def believed(observed: Observed, together: frozenset[date], on: date, zone: str) -> Observed:
    """``observed`` without what a blocked gauge said in the last week."""
    if observed.rain_mm is None:
        return observed
    days = [on - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    bounds = [at_local_hour_ms(day, 6, zone) for day in (*days, on + timedelta(days=1))]
    told = []
    for day, from_ms, to_ms in zip(days, bounds[:-1], bounds[1:], strict=True):
        fell = between(observed.rain_mm, from_ms, to_ms)
        gauge_mm = sum(one.value for one in fell) if fell else None
        others_mm = total_mm(observed, from_ms, to_ms, zone)
        told.append(RainDay(gauge_mm, others_mm, probes_together=day in together))
    if not is_blocked(told):
        return observed
    return replace(observed, rain_mm=tuple(between(observed.rain_mm, 0, bounds[0])))


def _has_near(times: Sequence[int], at_ms: int) -> bool:
    return any(abs(one - at_ms) <= _AT_ONCE_MS for one in times)
