"""The garden's forecast: when it is asked for, what of it is in use, and why there is none."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.forecast.kept import KeptForecast
from gateway.forecast.outlook import Outlook
from gateway.forecast.settings import AskedPlace, ForecastSettings
from gateway.times import DAY_MS
from sensor_node.clock import Clock
from sensor_node.errors import NetworkError

Ask = Callable[[int, int], Awaitable[Outlook]]
"""Takes the time and how many days before it are wanted too."""

FIRST_WITHIN_S: Final = 60.0
"""A school's thirty gateways that start with the lesson do not all ask in one second."""
RETRY_S: Final = 300.0
TOO_OFTEN_S: Final = 3600.0
JITTER: Final = 0.2
_MONTHS_BACK: Final = 60
_OVERLAP_DAYS: Final = 2
"""Hours that were a forecast when they were kept are asked for again as what has been."""


class Forecasts:
    """The forecast of ``place``, None for off. Safe to use from several threads.

    ``failure``: why the last request brought nothing, None where it brought something.
    ``chance``: gives 0 to 1.
    """

    def __init__(
        self,
        settings: ForecastSettings,
        place: AskedPlace | None,
        kept: KeptForecast,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.place = place
        self.failure: NetworkError | None = None
        self._every_s = settings.every_h * 3600.0
        self._lasts_s = self._every_s
        self._kept = kept
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._not_before_s = clock.monotonic_s() + FIRST_WITHIN_S * chance()

    def outlook(self) -> Outlook | None:
        """The last good forecast of this place, however old. Raises ``StorageError``."""
        return None if self.place is None else self._kept.outlook(str(self.place))

    def is_due(self) -> bool:
        """Whether it is time to ask. Without the right time no answer could be judged."""
        if self.place is None or not self._clock.synchronised():
            return False
        if self._clock.monotonic_s() < self._not_before_s:
            return False
        outlook = self.outlook()
        if outlook is None:
            return True
        return not 0 <= outlook.age_s(self._clock.wall_ms()) < self._lasts_s

    async def turn(self, ask: Ask, may_keep: Callable[[], bool] = lambda: True) -> bool:
        """Ask, keep what comes or note why nothing did; returns whether it came.

        ``may_keep``: whether there still is somewhere to keep it. Raises ``StorageError``.
        """
        now_ms = self._clock.wall_ms()
        self._wait(RETRY_S)  # whatever comes of it, even a full disk
        try:
            outlook = await ask(now_ms, self._days_back(now_ms))
        except NetworkError as error:
            self._failed(error)
            return False
        if not may_keep():
            return False
        self._kept.keep(outlook, str(self.place))
        self.failure, self._failures = None, 0
        self._lasts_s = self._jittered(self._every_s)
        return True

    def _failed(self, error: NetworkError) -> None:
        self.failure = error
        wait_s = RETRY_S * 2**self._failures
        if error.code == "FORECAST_TOO_OFTEN":
            wait_s = max(wait_s, TOO_OFTEN_S)
        self._failures = min(self._failures + 1, 10)
        self._wait(max(RETRY_S, min(wait_s, self._every_s)))

    def _wait(self, seconds: float) -> None:
        self._not_before_s = self._clock.monotonic_s() + self._jittered(seconds)

    def _jittered(self, seconds: float) -> float:
        return seconds * (1 + JITTER * self._chance())

    def _days_back(self, now_ms: int) -> int:
        """How many days of rain are missing: two months at first, later what was slept through."""
        newest_ms = self._kept.newest_rain_ms() if self.outlook() is not None else None
        if newest_ms is None or newest_ms > now_ms:
            return _MONTHS_BACK
        return min(_MONTHS_BACK, (now_ms - newest_ms) // DAY_MS + _OVERLAP_DAYS)
