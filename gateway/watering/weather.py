"""From the air's samples to a day's weather; what was not measured stays unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Final

from gateway.watering import radiation
from gateway.watering.blight import DampDay
from gateway.watering.evapotranspiration import DayWeather, Place
from gateway.watering.light import DayLight, day_light, day_sun
from gateway.watering.radiation import Sun
from gateway.watering.samples import (
    HOUR_MS,
    Sample,
    at_local_hour_ms,
    between,
    extremes_of,
)

_DAMP_PCT: Final = 90.0
_LONGEST_GAP_H: Final = 1.5


@dataclass(frozen=True, slots=True)
class AirSamples:
    """What a garden measures of the air, each in order of time, empty where it does not.

    air_c: °C. humidity_pct: %. lux: lx, of a lux meter (never an LDR). wind_m_s: at 2 m.
    sun_w_m2: W/m², of a pyranometer, believed before a lux meter.
    """

    air_c: Sequence[Sample] = ()
    humidity_pct: Sequence[Sample] = ()
    lux: Sequence[Sample] = ()
    wind_m_s: Sequence[Sample] = ()
    sun_w_m2: Sequence[Sample] = ()


def day_weather(samples: AirSamples, place: Place, on: date, zone: str) -> DayWeather | None:
    """Give the weather of a calendar day; None from less than 18 h of temperature."""
    air = extremes_of(samples.air_c, on, zone)
    if air is None:
        return None
    damp = extremes_of(samples.humidity_pct, on, zone)
    light = _light(samples, place, on, zone)
    wind = _of_day(samples.wind_m_s, on, zone)
    return DayWeather(
        max_c=air[1],
        min_c=air[0],
        humidity_max_pct=None if damp is None else damp[1],
        humidity_min_pct=None if damp is None else damp[0],
        solar_mj=None if light is None else light.solar_mj,
        solar_saturated=light is not None and light.estimated,
        wind_m_s=fmean(one.value for one in wind) if wind else None,
    )


def damp_day(samples: AirSamples, on: date, zone: str) -> DampDay | None:
    """Give what late blight asks of a day; None from less than 18 h of either measure."""
    air = extremes_of(samples.air_c, on, zone)
    if air is None or extremes_of(samples.humidity_pct, on, zone) is None:
        return None
    day = _of_day(samples.humidity_pct, on, zone)
    damp_h = sum(
        min((after.at_ms - one.at_ms) / HOUR_MS, _LONGEST_GAP_H)
        for one, after in pairwise(day)
        if one.value >= _DAMP_PCT
    )
    return DampDay(air[0], damp_h)


def _light(samples: AirSamples, place: Place, on: date, zone: str) -> DayLight | None:
    """Give the day's radiation by the pyranometer, or else by the lux meter."""
    sun = Sun.of(place.latitude_deg, on.timetuple().tm_yday)
    clear_mj = radiation.clear_sky_mj(sun.above_the_air_mj, place.altitude_m)
    for measured, summed in ((samples.sun_w_m2, day_sun), (samples.lux, day_light)):
        day = _of_day(measured, on, zone)
        if len(day) < 2:
            continue
        interval_s = median([b.at_ms - a.at_ms for a, b in pairwise(day)]) / 1000.0
        found = summed([one.value for one in day], interval_s, clear_mj)
        if found is not None:
            return found
    return None


def _of_day(samples: Sequence[Sample], on: date, zone: str) -> Sequence[Sample]:
    start_ms = at_local_hour_ms(on, 0, zone)
    return between(samples, start_ms, at_local_hour_ms(on + timedelta(days=1), 0, zone))
