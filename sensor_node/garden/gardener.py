"""The gardener's hand: cans in the evening when a bed is dry, now and then forgotten."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sensor_node.garden.noise import key_of, uniform
from sensor_node.garden.soil import Bed, BedPlan

CAN_LITRES = 10.0
FORGOTTEN = 1 / 6
"""One evening in six, somebody thought that somebody else had watered."""
_CANS_PER_M2 = 1.5
_EVENING_H = 19
_HOME = ZoneInfo("Europe/Paris")
_STEP = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOAKING_RUNS_OVER_MM = 2.0


class Gardener:
    """Who waters one bed: whole cans, as many as it lacks, at most one and a half a m²."""

    def __init__(self, seed: int, plan: BedPlan) -> None:
        self._plan = plan
        self._memory = key_of(seed, f"gardener/{plan.bed}")
        self._most_cans = math.ceil(_CANS_PER_M2 * plan.area_m2)

    @staticmethod
    def evening_step(day: date) -> int:
        """Give the 5-minute step since 1970 UTC that begins at 19:00 in Dijon on that day."""
        evening = datetime(day.year, day.month, day.day, _EVENING_H, tzinfo=_HOME)
        return (evening - _EPOCH) // _STEP

    def pours_mm(self, day: date, bed: Bed) -> float:
        """Give what the bed gets this evening, in mm; 0 when it can wait or was forgotten."""
        if (day.month, day.day) == self._plan.soaked_on:
            # Until it runs over: that leaves no doubt that the whole depth was washed.
            return bed.to_the_brim_mm + _SOAKING_RUNS_OVER_MM
        grows = self._plan.crop_on(day).day_of_season(day) is not None
        if not (grows and self._plan.hand_watered):
            return 0.0
        if bed.depletion_mm <= self._plan.readily_available_mm:
            return 0.0
        if uniform(self._memory, day.toordinal()) < FORGOTTEN:
            return 0.0
        wanted_cans = math.ceil(bed.depletion_mm * self._plan.area_m2 / CAN_LITRES)
        return CAN_LITRES * min(self._most_cans, wanted_cans) / self._plan.area_m2
