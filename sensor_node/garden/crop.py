"""What grows in a bed: how thirsty it is and how much ground it covers, day by day."""

from dataclasses import dataclass
from datetime import date

_BARE_KCB = 0.0
_FULL_COVER = 0.8


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop's year.

    kcb: basal crop coefficient at the start, the middle and the end of its season (FAO-56
    Table 17). planted: month and day. stages_days: initial, development, middle and late stage
    (FAO-56 Table 11). p: share of the available water that it takes without suffering
    (FAO-56 Table 22). perennial: whether it stays in the ground, dormant, out of season.
    """

    name: str
    kcb: tuple[float, float, float]
    planted: tuple[int, int]
    stages_days: tuple[int, int, int, int]
    p: float
    perennial: bool = False

    def day_of_season(self, day: date) -> int | None:
        """Give the days since planting, which may have been last year, or None out of season."""
        planted = date(day.year, *self.planted)
        if day < planted:
            planted = planted.replace(year=day.year - 1)
        age = (day - planted).days
        return age if age < sum(self.stages_days) else None

    def thirst(self, day: date) -> "Thirst":
        """Give the crop's coefficient and ground cover on a day (FAO-56 Eq. 66, straight lines)."""
        age = self.day_of_season(day)
        start, middle, end = self.kcb
        if age is None:
            return Thirst(start, 0.2) if self.perennial else Thirst(_BARE_KCB, 0.0)
        initial, development, plateau, late = self.stages_days
        grown = min(1.0, max(0.0, (age - initial) / development))
        aged = max(0.0, (age - initial - development - plateau) / late)
        kcb = start + grown * (middle - start) + aged * (end - middle)
        return Thirst(kcb, 0.1 + (_FULL_COVER - 0.1) * grown)


@dataclass(frozen=True, slots=True)
class Thirst:
    """A crop on one day: basal coefficient, and the share of ground in its shade (0 to 1)."""

    kcb: float
    cover: float


TOMATO_UNDER_GLASS = Crop("tomate", (0.15, 1.1, 0.7), (4, 10), (35, 45, 70, 30), p=0.4)
COURGETTE = Crop("courgette", (0.15, 0.9, 0.7), (5, 15), (25, 35, 55, 25), p=0.5)
STRAWBERRY = Crop("fraisier", (0.3, 0.8, 0.7), (3, 20), (20, 40, 90, 60), p=0.2, perennial=True)
LETTUCE_UNDER_GLASS = Crop("laitue", (0.6, 0.9, 0.9), (10, 20), (30, 50, 70, 10), p=0.3)
BROAD_BEAN = Crop("feve", (0.15, 1.1, 1.05), (11, 1), (60, 70, 45, 10), p=0.45)
GARLIC = Crop("ail", (0.3, 0.9, 0.7), (10, 15), (40, 110, 70, 40), p=0.3)
HERBS = Crop(
    "menthe-aromatiques", (0.4, 1.1, 1.05), (3, 1), (30, 40, 150, 60), p=0.4, perennial=True
)
"""Coefficients from FAO-56; seasons are a Burgundian garden's, longer than its Table 11."""
