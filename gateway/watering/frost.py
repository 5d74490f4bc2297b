"""Frost: how cold the night gets, told from the evening's fall when there is no forecast."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WATCH_C: Final = 3.0
ALERT_C: Final = 0.0
SOIL_C: Final = 2.0
"""Shelter minima that ask for a watch and an alert; soil too cold to be watered."""
_LEAST_EVENING_H = 2.0
_SLOWEST_FALL_C_H = 0.05
_HOURS_TO_SETTLE = 6.0
_LATENT_HEAT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class EveningSample:
    """Air at one time of the evening: hours (any origin), its temperature and dew point in °C."""

    hour: float
    air_c: float
    dew_point_c: float


def expected_minimum_c(evening: Sequence[EveningSample], hours_to_dawn: float) -> float | None:
    """Extrapolate the evening's fall towards the dew point; None with under 2 h of it.

    evening: in order of time, from sunset on. hours_to_dawn: from the last sample to sunrise, the
    coldest moment. The fall slows as the night's radiation balances: it decays with a time
    constant of 6 h; past the dew point, condensing vapour gives heat back and leaves 0.3 of the
    fall. Constants by judgement. Never above the last sample.
    """
    if len(evening) < 3 or evening[-1].hour - evening[0].hour < _LEAST_EVENING_H:
        return None
    last = evening[-1]
    fall_c_h = -_slope(evening)
    if fall_c_h < _SLOWEST_FALL_C_H:
        return last.air_c
    lasting_h = _HOURS_TO_SETTLE * (1.0 - math.exp(-max(0.0, hours_to_dawn) / _HOURS_TO_SETTLE))
    dry_fall_c = fall_c_h * lasting_h
    to_dew_c = max(0.0, last.air_c - last.dew_point_c)
    beyond_c = max(0.0, dry_fall_c - to_dew_c)
    return last.air_c - min(dry_fall_c, to_dew_c) - _LATENT_HEAT_SHARE * beyond_c


def _slope(evening: Sequence[EveningSample]) -> float:
    """Give the straight line's slope through the samples, °C per hour."""
    mean_h = math.fsum(one.hour for one in evening) / len(evening)
    mean_c = math.fsum(one.air_c for one in evening) / len(evening)
    by = math.fsum((one.hour - mean_h) * (one.air_c - mean_c) for one in evening)
    return by / math.fsum((one.hour - mean_h) ** 2 for one in evening)
