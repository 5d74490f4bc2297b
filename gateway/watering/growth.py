"""What grows in a bed through a season: the coefficient of each crop, and of all together."""

from collections.abc import Sequence
from statistics import fmean
from typing import Final

from gateway.watering.beds import Bed, Part
from gateway.watering.degree_days import degree_days
from gateway.watering.situation import GardenDay
from gateway.watering.stages import coefficient

_CARRIED_DAYS: Final = 3


class Growth:
    """One crop of a bed, through the days in their order."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._warmth: float | None = 0.0
        self._warm_days: list[float] = []

    def coefficient(self, day: GardenDay, *, mulched: bool, first: bool) -> float:
        """Give its Kc of a day. first: the books begin with it."""
        part = self.part
        age = None if part.planted_on is None else (day.on - part.planted_on).days
        warmth = self._gathered(day, age, first=first)
        return coefficient(
            part.crop, age, degree_days=warmth, mulched=mulched, ahead_days=part.stage_days
        )

    def _gathered(self, day: GardenDay, age: int | None, *, first: bool) -> float | None:
        """Give the degree days from planting up to this day; None where they are not known.

        A day without temperature counts as the mean of the last three known ones.
        """
        if age is None or age < 0:
            return None
        if age > 0 and first:
            self._warmth = None  # the books begin after planting
        before = self._warmth
        gained = None
        if day.max_c is not None and day.min_c is not None:
            gained = degree_days(day.max_c, day.min_c, self.part.crop.base_c)
            self._warm_days = [*self._warm_days[1 - _CARRIED_DAYS :], gained]
        elif self._warm_days:
            gained = fmean(self._warm_days)
        self._warmth = None if before is None or gained is None else before + gained
        return before


class Mixture:
    """All crops of a bed; where there is none, bare ground."""

    def __init__(self, bed: Bed) -> None:
        self._mulched = bed.mulched
        self._grown: Sequence[Growth] = [Growth(part) for part in bed.parts]

    def coefficient(self, day: GardenDay, *, first: bool) -> float:
        """Give the mean of their Kc of a day, by the share of the ground that each has."""
        if not self._grown:
            return coefficient(None, None, mulched=self._mulched)
        return sum(
            one.part.share * one.coefficient(day, mulched=self._mulched, first=first)
            for one in self._grown
        )
