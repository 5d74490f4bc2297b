"""What stands around the beds: where the wind comes from, the rain tank, a battery in the sun.

Simple courses that are believable and depend on seed and time alone; nothing in the soil or the
weather depends on them.
"""

import math
from datetime import UTC, datetime
from functools import lru_cache

from sensor_node.garden.noise import SmoothNoise
from sensor_node.garden.weather import STEP_MS, STEPS_PER_HOUR, Weather

DAY_MS = 86_400_000
PREVAILING_DEG = 225.0
"""South-west, whence Dijon's rain comes; its cold wind comes from the north."""
_SWING_DEG, _FLUTTER_DEG = 75.0, 12.0
_TANK_DAYS = 20
_PCT_PER_MM = 5.0
"""A roof of 10 m² over a tank of 200 l: a millimetre of rain is 10 l."""
_PCT_A_DAY = {month: 9.0 if 5 <= month <= 9 else 1.5 for month in range(1, 13)}
"""What is taken for watering."""


class Yard:
    """The surroundings of one seed, under ``weather``."""

    def __init__(self, seed: int, weather: Weather) -> None:
        self._weather = weather
        self._turn = SmoothNoise(seed, "wind direction", 7 * STEPS_PER_HOUR)
        self._flutter = SmoothNoise(seed, "wind flutter", 2)
        self._charge = SmoothNoise(seed, "battery", 40)
        self._tank_at_dawn = lru_cache(maxsize=4)(self._tank_after)

    def wind_from_deg(self, at_ms: int) -> float:
        """Give where the wind comes from, in degrees clockwise from north, 0 to 360."""
        step = at_ms // STEP_MS
        swing = _SWING_DEG * self._turn.at(step) + _FLUTTER_DEG * self._flutter.at(step)
        return (PREVAILING_DEG + swing) % 360

    def tank_pct(self, at_ms: int) -> float:
        """Give how full the rain tank is: filled by the roof, emptied by the cans."""
        day, rest = divmod(at_ms, DAY_MS)
        before, after = self._tank_at_dawn(day), self._tank_at_dawn(day + 1)
        return before + (after - before) * rest / DAY_MS

    def battery_pct(self, at_ms: int) -> float:
        """Give a battery's charge: highest in the late afternoon, lowest before sunrise."""
        hour = at_ms / 3_600_000
        daily = 12.0 * math.sin(math.tau * (hour % 24 - 10.5) / 24)
        return min(100.0, max(5.0, 76.0 + daily + 7.0 * self._charge.at(int(hour))))

    def _tank_after(self, day: int) -> float:
        """Begin half full some weeks ago, which the rain since then makes nearly forgotten."""
        level = 50.0
        for earlier in range(day - _TANK_DAYS, day):
            month = datetime.fromtimestamp(earlier * 86_400, UTC).month
            rain_mm = math.fsum(
                math.fsum(self._weather.hour(24 * earlier + hour).rain_mm) for hour in range(24)
            )
            level = min(100.0, max(0.0, level + _PCT_PER_MM * rain_mm - _PCT_A_DAY[month]))
        return level
