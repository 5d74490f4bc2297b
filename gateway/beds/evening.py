"""How cold the night gets, told from the evening by a garden without a forecast.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from gateway.watering.frost import EveningSample, expected_minimum_c
from gateway.watering.radiation import Sun
from gateway.watering.samples import HOUR_MS, Sample, between
from gateway.watering.vapour import dew_point_of_c
from gateway.watering.weather import AirSamples

_DEGREES_AN_HOUR: Final = 15.0


@dataclass(frozen=True, slots=True)
class NightTime:
    """From sunset to sunrise, in ms since 1970 UTC; the sun's clock is true to a quarter hour."""

    sunset_ms: int
    sunrise_ms: int

    @classmethod
    def at(cls, now_ms: int, latitude_deg: float, longitude_deg: float) -> NightTime | None:
        """The night that ``now_ms`` is in; None by day, and where the sun does not set or rise."""
        noon = _solar_noon(now_ms, longitude_deg)
        days = [noon + timedelta(days=n) for n in (-1, 0, 1)]
        for before, after in pairwise(days):
            sunset = before + _half_day(before, latitude_deg)
            sunrise = after - _half_day(after, latitude_deg)
            night = cls(_ms(sunset), _ms(sunrise))
            if night.sunset_ms <= now_ms < night.sunrise_ms:
                return night
        return None


def night_minimum_c(
    stations: Sequence[AirSamples], now_ms: int, latitude_deg: float, longitude_deg: float | None
) -> float | None:
    """The minimum to expect until dawn, in °C; None by day and early in the evening.

    ``stations``: as ``Observer`` gives them, two samples an hour; the first that has an evening,
    with its humidity, tells.
    """
    if longitude_deg is None:
        return None
    night = NightTime.at(now_ms, latitude_deg, longitude_deg)
    if night is None:
        return None
    for station in stations:
        evening = _evening(station, night.sunset_ms, now_ms)
        if evening:
            to_dawn_h = night.sunrise_ms / HOUR_MS - evening[-1].hour
            minimum_c = expected_minimum_c(evening, to_dawn_h)
            if minimum_c is not None:
                return round(minimum_c, 1)
    return None


def _evening(station: AirSamples, from_ms: int, to_ms: int) -> list[EveningSample]:
    damp = _by_hour(station.humidity_pct, from_ms, to_ms)
    return [
        EveningSample(at_ms / HOUR_MS, air_c, dew_point_of_c(air_c, damp[at_ms]))
        for at_ms, air_c in sorted(_by_hour(station.air_c, from_ms, to_ms).items())
        if damp.get(at_ms, 0.0) > 0.0
    ]


def _by_hour(samples: Sequence[Sample], from_ms: int, to_ms: int) -> dict[int, float]:
    """The middle of each hour's extremes, at the middle of the hour."""
    found: dict[int, list[float]] = {}
    for one in between(samples, from_ms - from_ms % HOUR_MS + HOUR_MS, to_ms):
        found.setdefault(one.at_ms - one.at_ms % HOUR_MS + HOUR_MS // 2, []).append(one.value)
    return {at_ms: sum(values) / len(values) for at_ms, values in found.items()}


def _solar_noon(now_ms: int, longitude_deg: float) -> datetime:
    """The sun's noon of the solar day around ``now_ms``."""
    behind = timedelta(hours=longitude_deg / _DEGREES_AN_HOUR)
    solar = datetime.fromtimestamp(now_ms / 1000, UTC) + behind
    return datetime(solar.year, solar.month, solar.day, 12, tzinfo=UTC) - behind


def _half_day(noon: datetime, latitude_deg: float) -> timedelta:
    sun = Sun.of(latitude_deg, noon.timetuple().tm_yday)
    return timedelta(hours=sun.daylight_h / 2.0)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
