"""Rain from wetness: fronts that last in winter, short and heavy showers in summer."""

import math

from sensor_node.garden.noise import Blend, SmoothNoise

_STEPS_PER_HOUR = 12
_GUST_WEIGHT = 0.45
_GUST_LIMIT = 0.9
"""Bounds the gusts, so that an hour far from rain needs no look at its minutes."""
_DRIZZLE_MM_H = 0.06
DRY = (0.0,) * _STEPS_PER_HOUR
"""An hour without rain."""


class Rain:
    """The rain of a place: how wet the sky is by the hour, how much falls by five minutes.

    The weather hands over its storminess (mean 0, spread 1) and how summery the season is (0 to 1).
    """

    __slots__ = ("_band", "_gust")

    def __init__(self, seed: int) -> None:
        self._band = Blend(seed, "rain band", ((3, 0.5), (7, 0.85)))
        self._gust = SmoothNoise(seed, "rain gust", 3)

    def wetness(self, hour: int, storminess: float, summer: float, solar_hour: float) -> float:
        """Give the sky's wetness at a whole hour; it rains when it passes `threshold`."""
        # Heat lifts summer's showers into the late afternoon.
        thunder = 0.35 * summer * math.cos(math.tau * (solar_hour - 17.0) / 24)
        return 0.72 * storminess + 0.69 * self._band.at(hour) + thunder

    def threshold(self, summer: float) -> float:
        """Give the wetness above which it rains; higher in summer: fewer hours of rain."""
        return 1.18 + 0.26 * summer

    def of_hour(
        self, hour: int, wet_before: float, wet_after: float, summer: float
    ) -> tuple[float, ...]:
        """Give the twelve 5-minute rain amounts, in mm, of the hour that begins at `hour`.

        wet_before, wet_after: wetness at its two ends.
        """
        threshold = self.threshold(summer)
        if max(wet_before, wet_after) + _GUST_LIMIT <= threshold:
            return DRY
        heaviness = 1.05 + 1.1 * summer
        slope = (wet_after - wet_before) / _STEPS_PER_HOUR
        first = hour * _STEPS_PER_HOUR
        amounts = []
        for i in range(_STEPS_PER_HOUR):
            gust = min(_GUST_LIMIT, _GUST_WEIGHT * self._gust.at(first + i))
            excess = wet_before + slope * (i + 0.5) + gust - threshold
            rate = heaviness * excess**1.25 if excess > 0.0 else 0.0
            amounts.append(rate / _STEPS_PER_HOUR if rate > _DRIZZLE_MM_H else 0.0)
        return tuple(amounts)
