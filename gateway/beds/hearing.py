"""What the probes of a bed say: each morning together, and the waterings that they saw.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from gateway.beds.observed import Observed, ProbeSamples
from gateway.watering.beds import Bed
from gateway.watering.field_capacity import Soaking, learned, plateaus
from gateway.watering.listening import hear
from gateway.watering.night import Night, ProbeMorning, together
from gateway.watering.probe import ProbeHistory, ProbeState, state_of
from gateway.watering.rises import Around, Probe, Rise, named, rises
from gateway.watering.samples import HOUR_MS, NIGHT, Sample, at_local_hour_ms, between
from gateway.watering.scale import ProbeScale, dry_share, from_learned, from_two_points

HEARD_DAYS: Final = 21
"""Mornings on which probes are heard; the books forget what lies before."""
SEEN_MS: Final = 10 * 24 * HOUR_MS
"""How far back rises are looked for: what is older was found when it was new."""
_LOOK_BACK_MS: Final = 3 * 24 * HOUR_MS
_SILENT_MS: Final = 6 * HOUR_MS
_DRY_PCT: Final = 0.0


def scale_of(probe: ProbeSamples, bed: Bed, soakings: Sequence[Soaking] = ()) -> ProbeScale:
    """The scale of a probe in percent: by its field capacity once ``soakings`` have taught it."""
    wet_pct = _wet_pct(probe, bed)
    capacity = learned(plateaus(probe.hourly, soakings), _DRY_PCT, dry_share(bed.soil))
    if capacity is None or capacity <= _DRY_PCT:
        return from_two_points(_DRY_PCT, wet_pct, bed.ground)
    return from_learned(capacity, air=_DRY_PCT, water=wet_pct, soil=bed.soil)


def nights(
    observed: Observed, bed: Bed, days: Sequence[date], zone: str, soakings: Sequence[Soaking] = ()
) -> list[Night]:
    """What the probes say together on each of ``days``; nothing on those that are long past."""
    scales = [(probe, scale_of(probe, bed, soakings)) for probe in observed.probes]
    unheard = [Night() for _ in days[:-HEARD_DAYS]]
    mornings = [
        together([_morning(observed, heard, bed, on, zone) for heard in scales])
        for on in days[-HEARD_DAYS:]
    ]
    return [*unheard, *mornings]


def good_since_ms(observed: Observed, days: Sequence[date], zone: str) -> int | None:
    """Since when one of the probes has been good on each morning; None where none is now."""
    since_ms = None
    for on in reversed(days[-HEARD_DAYS:]):
        end_ms = min(observed.now_ms, at_local_hour_ms(on, NIGHT[1], zone))
        if not any(probe_state(observed, probe, end_ms) == "good" for probe in observed.probes):
            break
        since_ms = end_ms
    return since_ms


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
    range_ = Probe(_DRY_PCT, _wet_pct(probe, bed))
    # In the air a probe gives less than none: as none it is what it is, out of the soil.
    samples = [
        Sample(one.at_ms, max(_DRY_PCT, one.value))
        for one in between(probe.percent, now_ms - SEEN_MS, now_ms)
    ]
    return range_, rises(samples, range_)


def _morning(
    observed: Observed, heard: tuple[ProbeSamples, ProbeScale], bed: Bed, on: date, zone: str
) -> ProbeMorning:
    probe, scale = heard
    until_ms = _heard_until_ms(probe, on, zone, observed.now_ms)
    return hear(
        between(probe.percent, until_ms - _LOOK_BACK_MS, until_ms + 1),
        scale,
        bed.ground,
        on=on,
        zone=zone,
        now_ms=until_ms,
        state=probe_state(observed, probe, until_ms),
    )


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
    """How the probe is at a moment: judged at its last word, unless that is long ago."""
    words = between(probe.counts or probe.percent, now_ms - _SILENT_MS, now_ms + 1)
    if not words:
        return "silent"
    last_ms = words[-1].at_ms

    def until(samples: Sequence[Sample]) -> Sequence[Sample]:
        return between(samples, last_ms - _LOOK_BACK_MS, last_ms + 1)

    if not probe.counts:
        return "good"
    neighbours = tuple(until(one) for one in probe.neighbours)
    history = ProbeHistory(
        until(probe.counts), probe.air, probe.water, neighbours, until(observed.soil_c)
    )
    return state_of(history, last_ms)


def _wet_pct(probe: ProbeSamples, bed: Bed) -> float:
    return 100.0 * bed.ground.saturation if probe.wet_pct is None else probe.wet_pct
