"""What a lux meter says of the sun: a day's radiation, and whether to trust it.

A BH1750 saturates near 60 klx, in full sun. An LDR is no radiation sensor: never give its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

LUX_PER_W_M2: Final = 124.5
"""Daylight's luminous efficacy, the middle of 122 to 127."""
SATURATED_LX: Final = 54_600.0
"""Where a BH1750 at its usual setting stops: 65535 / 1.2."""
_MOST_SATURATED = 0.10
_MJ_PER_WH = 0.0036
_A_DAY_NEEDS_H = 18.0


def irradiance_w_m2(lux: float) -> float:
    """Give the irradiance of daylight in W/m² for an illuminance in lx, outdoors."""
    return lux / LUX_PER_W_M2


@dataclass(frozen=True, slots=True)
class DayLight:
    """A day's radiation.

    solar_mj: MJ/m², clipped to the clear sky's. estimated: over a tenth of the samples by day were
    saturated, so that the sun is not really known.
    """

    solar_mj: float
    estimated: bool


def day_sun(w_m2: Sequence[float], interval_s: float, clear_sky_mj: float) -> DayLight | None:
    """Sum a day of a pyranometer's samples in W/m², one every `interval_s`; None under 18 h.

    clear_sky_mj: the day's Rso in MJ/m², which no sum may pass. At night some give less than none.
    """
    hours = len(w_m2) * interval_s / 3600.0
    if hours < _A_DAY_NEEDS_H:
        return None
    mean_w_m2 = sum([one for one in w_m2 if one > 0.0]) / len(w_m2)
    return DayLight(min(clear_sky_mj, 24.0 * mean_w_m2 * _MJ_PER_WH), estimated=False)


def day_light(lux: Sequence[float], interval_s: float, clear_sky_mj: float) -> DayLight | None:
    """Sum a day of samples in lx, one every `interval_s`; None under 18 h of them.

    clear_sky_mj: the day's Rso in MJ/m², which no sum may pass.
    """
    day = day_sun(list(map(irradiance_w_m2, lux)), interval_s, clear_sky_mj)
    if day is None:
        return None
    by_day = [one for one in lux if one > 10.0]
    saturated = [one for one in by_day if one >= SATURATED_LX]
    return replace(day, estimated=len(saturated) > _MOST_SATURATED * len(by_day))
