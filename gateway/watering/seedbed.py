"""The top of a seedbed: the few millimetres that decide whether a seed comes up (FAO-56, ch. 7)."""

import math
from dataclasses import dataclass
from typing import Final

from gateway.watering.soils import Soil

DEPTH_M: Final = 0.05
_TABLED_DEPTH_M: Final = 0.10


@dataclass(frozen=True, slots=True)
class TopSoil:
    """A layer that evaporates: tew_mm, all that can; rew_mm, what does so easily."""

    tew_mm: float
    rew_mm: float

    @classmethod
    def of(cls, soil: Soil, depth_m: float = DEPTH_M) -> "TopSoil":
        """Give a soil's top layer; both are scaled from the table's 10 cm (Eq. 73)."""
        return cls(soil.evaporable_mm(depth_m), soil.rew_mm * depth_m / _TABLED_DEPTH_M)

    def ease(self, depletion_mm: float) -> float:
        """Give Kr, 1 while wet down to 0 when dry (Eq. 74)."""
        if depletion_mm <= self.rew_mm:
            return 1.0
        return max(0.0, (self.tew_mm - depletion_mm) / (self.tew_mm - self.rew_mm))

    def day(
        self,
        depletion_mm: float,
        *,
        et0_mm: float,
        gained_mm: float,
        kcb: float,
        kc_max: float,
        exposed: float = 1.0,
        wetted: float = 1.0,
    ) -> "TopSoilDay":
        """Take the layer through one day (Eq. 71, 74 and 77); water comes in the morning.

        exposed: share of the ground without leaves; wetted: share that was wetted; 0 to 1.
        """
        wet_mm = min(self.tew_mm, max(0.0, depletion_mm - gained_mm / wetted))
        kr = self.ease(wet_mm)
        few = min(exposed, wetted)
        ke = min(kr * (kc_max - kcb), few * kc_max)
        after_mm = min(self.tew_mm, max(0.0, wet_mm + ke * et0_mm / few))
        return TopSoilDay(kr, ke, after_mm)


@dataclass(frozen=True, slots=True)
class TopSoilDay:
    """What a day did: kr and ke, coefficients; depletion_mm, at its end."""

    kr: float
    ke: float
    depletion_mm: float


def kc_max(wind_m_s: float, humidity_min_pct: float, height_m: float, kcb: float) -> float:
    """Give the most that crop and soil together give off, over ET0 (FAO-56 Eq. 72)."""
    climate = 0.04 * (wind_m_s - 2.0) - 0.004 * (humidity_min_pct - 45.0)
    return max(1.2 + climate * math.pow(height_m / 3.0, 0.3), kcb + 0.05)
