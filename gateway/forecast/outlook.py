"""What a forecast says, hour by hour, and what of it the advice takes.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.watering.samples import HOUR_MS
from gateway.watering.situation import FORECAST_LASTS_H, Forecast

ATTRIBUTION: Final = "Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0"
_DAY_MS: Final = 24 * HOUR_MS
_MOST_MS: Final = 36 * HOUR_MS
_EVENING: Final = time(20)
_A_DAY_NEEDS: Final = 18
"""Hours of 24 without which a minimum says nothing; the same as for a day that was measured."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour; None where the service says nothing.

    at_ms: the moment of the temperature, humidity and wind. Rain (snow too) is that of the hour
    before, radiation its mean.
    """

    at_ms: int
    temperature_c: float | None
    rain_mm: float | None
    humidity_pct: float | None
    wind_m_s: float | None
    radiation_w_m2: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of universal time, with its extremes."""

    on: date
    min_c: float | None
    max_c: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast that was fetched at ``fetched_ms``; hours and days in order, without gaps."""

    fetched_ms: int
    hours: tuple[Hour, ...]
    days: tuple[Day, ...]

    def age_s(self, now_ms: int) -> int:
        """Its age; below 0 where the clock was set back meanwhile."""
        return (now_ms - self.fetched_ms) // 1000

    def holds(self, now_ms: int) -> bool:
        """Whether it is still believed: a stale one counts as none."""
        return 0 <= self.age_s(now_ms) < FORECAST_LASTS_H * 3600

    def expected(self, now_ms: int, zone: str) -> Forecast | None:
        """What the advice takes of it; None where the clock was set back."""
        age_s = self.age_s(now_ms)
        if age_s < 0:
            return None
        warmth = [
            hour.temperature_c
            for hour in self._between(now_ms, now_ms + _DAY_MS)
            if hour.temperature_c is not None
        ]
        enough = len(warmth) >= _A_DAY_NEEDS
        return Forecast(
            age_h=round(age_s / 3600, 2),
            min_c=min(warmth) if enough else None,
            max_c=max(warmth) if enough else None,
            rain_mm=self._rain_mm(now_ms, rain_until_ms(now_ms, zone)),
        )

    def _between(self, from_ms: int, to_ms: int) -> Sequence[Hour]:
        return [hour for hour in self.hours if from_ms <= hour.at_ms <= to_ms]

    def _rain_mm(self, now_ms: int, until_ms: int) -> float | None:
        """Rain of the whole hours until then; None unless each of them is known."""
        fallen = [hour.rain_mm for hour in self._between(now_ms + HOUR_MS, until_ms)]
        known = [mm for mm in fallen if mm is not None]
        complete = len(known) == len(fallen) >= (until_ms - now_ms) // HOUR_MS - 1
        return round(sum(known), 1) if complete else None


def rain_until_ms(now_ms: int, zone: str) -> int:
    """Until when rain is waited for: tomorrow evening, but 24 h ahead at least and 36 at most."""
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date()
    evening = datetime.combine(today + timedelta(days=1), _EVENING, tzinfo=ZoneInfo(zone))
    evening_ms = round(evening.timestamp() * 1000)
    return min(now_ms + _MOST_MS, max(now_ms + _DAY_MS, evening_ms))
