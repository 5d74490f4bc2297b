"""From a probe's samples to what it says of its bed one morning."""

from collections.abc import Sequence
from datetime import date, timedelta

from gateway.watering.night import ProbeMorning
from gateway.watering.probe import ProbeState
from gateway.watering.samples import HOUR_MS, Sample, morning_of, tidy
from gateway.watering.scale import ProbeScale
from gateway.watering.soils import Soil


def hear(
    samples: Sequence[Sample],
    scale: ProbeScale,
    soil: Soil,
    *,
    on: date,
    zone: str,
    now_ms: int,
    state: ProbeState = "good",
) -> ProbeMorning:
    """Give what a probe says on the morning of a day.

    samples: in the scale's unit, of the last three days at least. zone: the garden's time zone,
    as Europe/Paris. state: told by `probe.state_of` from its counts.
    """
    ordered = tidy(samples, now_ms)
    this = morning_of(ordered, on, zone)
    if this is None:
        return ProbeMorning(None, state, scale.known_by)
    missing = scale.missing(this.value)
    before = morning_of(ordered, on - timedelta(days=2), zone)
    fell_pct = None
    if before is not None and before.by == this.by:
        fell_pct = 100.0 * (missing - scale.missing(before.value))
    wet_h = waterlogged_h(ordered, scale, soil, now_ms)
    return ProbeMorning(missing, state, scale.known_by, this.by, wet_h, fell_pct)


def waterlogged_h(samples: Sequence[Sample], scale: ProbeScale, soil: Soil, now_ms: int) -> float:
    """Give for how many hours, without a break up to now, the bed is wetter than roots bear.

    That is FC + 0.3 (saturation - FC). samples: in order of time.
    """
    since_ms = now_ms
    for sample in reversed(samples):
        if scale.missing(sample.value) >= -soil.waterlogged_share:
            break
        since_ms = sample.at_ms
    return (now_ms - since_ms) / HOUR_MS
