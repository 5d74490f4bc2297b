"""What the probes of a bed say: each morning together, and the waterings that they saw.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from gateway.beds.observed import Observed, ProbeSamples
from gateway.watering.beds import Bed
from gateway.watering.listening import hear
from gateway.watering.night import ProbeMorning
from gateway.watering.probe import ProbeHistory, ProbeState, state_of
from gateway.watering.rises import Around, Probe, Rise, named, rises
from gateway.watering.samples import HOUR_MS, NIGHT, Sample, at_local_hour_ms, between
from gateway.watering.scale import ProbeScale, from_two_points

HEARD_DAYS: Final = 21
"""Mornings on which probes are heard; the books forget what lies before."""
SEEN_MS: Final = 10 * 24 * HOUR_MS
"""How far back rises are looked for: what is older was found when it was new."""
_LOOK_BACK_MS: Final = 3 * 24 * HOUR_MS
_SILENT_MS: Final = 6 * HOUR_MS
_DRY_PCT: Final = 0.0


def scale_of(probe: ProbeSamples, bed: Bed) -> ProbeScale:
    """The scale of a probe in percent by its two points alone."""
    return from_two_points(_DRY_PCT, wet_pct(probe, bed), bed.ground)


def wet_pct(probe: ProbeSamples, bed: Bed) -> float:
    """What ``probe`` gives in percent where the soil is full of water."""
    return 100.0 * bed.ground.saturation if probe.wet_pct is None else probe.wet_pct


class Ears:
    """Hears the probes of ``observed``, by the garden's ``zone``; each is judged once a moment."""

    def __init__(self, observed: Observed, zone: str) -> None:
        self._observed = observed
        self._zone = zone
        self._states: dict[tuple[int, int], ProbeState] = {}

    def mornings(
        self, bed: Bed, days: Sequence[date], scales: Sequence[ProbeScale]
    ) -> list[list[ProbeMorning]]:
        """What each probe says on each of ``days``, by its scale; nothing on those long past."""
        unheard: list[list[ProbeMorning]] = [[] for _ in days[:-HEARD_DAYS]]
        recent = [
            [self._morning(number, scale, bed, on) for number, scale in enumerate(scales)]
            for on in days[-HEARD_DAYS:]
        ]
        return unheard + recent

    def good_since_ms(self, days: Sequence[date]) -> int | None:
        """Since when one of the probes has been good on each morning; None where none is now."""
        since_ms = None
        for on in reversed(days[-HEARD_DAYS:]):
            end_ms = min(self._observed.now_ms, at_local_hour_ms(on, NIGHT[1], self._zone))
            numbers = range(len(self._observed.probes))
            if not any(self._state(number, end_ms) == "good" for number in numbers):
                break
            since_ms = end_ms
        return since_ms

    def _morning(self, number: int, scale: ProbeScale, bed: Bed, on: date) -> ProbeMorning:
        probe = self._observed.probes[number]
        until_ms = _heard_until_ms(probe, on, self._zone, self._observed.now_ms)
        morning = hear(
            between(probe.percent, until_ms - _LOOK_BACK_MS, until_ms + 1),
            scale,
            bed.ground,
            on=on,
            zone=self._zone,
            now_ms=until_ms,
            state=self._state(number, until_ms),
        )
        return replace(morning, there=probe.is_there(until_ms))

    def _state(self, number: int, at_ms: int) -> ProbeState:
        key = (number, at_ms)
        if key not in self._states:
            self._states[key] = probe_state(self._observed, self._observed.probes[number], at_ms)
        return self._states[key]


def rises_seen(observed: Observed, bed: Bed) -> list[Rise]:
    """The rises of the bed's probes in the last days, each with its name."""
    others = tuple(_rises(probe, bed, observed.now_ms)[1] for probe in observed.others)
    rain_mm = observed.rain_mm if observed.gauge_speaks else None
    around = Around(rain_mm, observed.soil_c, others)
    found = []
    for probe in observed.probes:
        range_, risen = _rises(probe, bed, observed.now_ms)
        found += [named(rise, range_, around) for rise in risen]
    return sorted(found, key=lambda rise: rise.at_ms)


def _rises(probe: ProbeSamples, bed: Bed, now_ms: int) -> tuple[Probe, tuple[Rise, ...]]:
    range_ = Probe(_DRY_PCT, wet_pct(probe, bed))
    return range_, rises(between(probe.percent, now_ms - SEEN_MS, now_ms), range_)


def _heard_until_ms(probe: ProbeSamples, on: date, zone: str, now_ms: int) -> int:
    """The moment from which a morning is judged: now, the end of its night, or its last word."""
    next_ms = at_local_hour_ms(date.fromordinal(on.toordinal() + 1), 0, zone)
    if now_ms < next_ms:
        return now_ms
    from_ms, to_ms = (at_local_hour_ms(on, hour, zone) for hour in NIGHT)
    if between(probe.percent, from_ms, to_ms):
        return to_ms
    day = between(probe.percent, to_ms, next_ms)
    return day[-1].at_ms if day else next_ms


def probe_state(observed: Observed, probe: ProbeSamples, now_ms: int) -> ProbeState:
    """How the probe is at a moment; one that gives percent by itself is good or silent."""
    if not probe.counts:
        words = between(probe.percent, now_ms - _SILENT_MS, now_ms + 1)
        return "good" if words else "silent"

    def until(samples: Sequence[Sample]) -> Sequence[Sample]:
        return between(samples, now_ms - _LOOK_BACK_MS, now_ms + 1)

    neighbours = tuple(until(one) for one in probe.neighbours)
    history = ProbeHistory(
        until(probe.counts), probe.air, probe.water, neighbours, until(observed.soil_c)
    )
    return state_of(history, now_ms)
