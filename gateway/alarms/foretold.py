"""What the forecast says of the night to come and of today, for the rules of frost and heat."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gateway.beds.situations import local
from gateway.forecast.forecasts import Forecasts
from gateway.forecast.outlook import Outlook
from gateway.watering.samples import at_local_hour_ms

MORNING_H: Final = 9
AFTERNOON_H: Final = 14
"""Between these local hours no night is foretold: the last one's alert ends, and the next one's is
another that people are told of.
"""
EVENING_H: Final = 20
_LASTS_MS: Final = 600_000


class Foretold:
    """Asks ``forecasts`` for what it has kept, at most each ten minutes; ``zone``: the garden's."""

    def __init__(self, forecasts: Forecasts, zone: str) -> None:
        self._forecasts = forecasts
        self._zone = zone
        self._asked_ms = 0
        self._outlook: Outlook | None = None

    def minimum_c(self, now_ms: int) -> float | None:
        """From the afternoon on, the minimum until tomorrow morning; by night, of what is left."""
        now = local(now_ms, self._zone)
        if MORNING_H <= now.hour < AFTERNOON_H:
            return None
        on = now.date() + timedelta(days=now.hour >= AFTERNOON_H)
        return min(self._warmth(now_ms, at_local_hour_ms(on, MORNING_H, self._zone)), default=None)

    def maximum_c(self, now_ms: int) -> float | None:
        """The maximum of what is left of today."""
        on = local(now_ms, self._zone).date()
        return max(self._warmth(now_ms, at_local_hour_ms(on, EVENING_H, self._zone)), default=None)

    def _warmth(self, from_ms: int, to_ms: int) -> list[float]:
        outlook = self._kept(from_ms)
        hours = outlook.hours if outlook is not None and outlook.holds(from_ms) else ()
        return [
            hour.temperature_c
            for hour in hours
            if from_ms <= hour.at_ms <= to_ms and hour.temperature_c is not None
        ]

    def _kept(self, now_ms: int) -> Outlook | None:
        if not 0 <= now_ms - self._asked_ms < _LASTS_MS:
            self._asked_ms, self._outlook = now_ms, self._forecasts.outlook()
        return self._outlook
